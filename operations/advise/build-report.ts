import { type Environment } from "../../environments/schema";
import { resolveTargets } from "../../environments/targets";
import prices from "../../model/prices.json";
import { type Unread } from "../aws/part-reader";
import { type AdviceReport, type FunctionAdvice, REPORT_VERSION } from "./report";
import { ASSUMPTION, LEFT_OUT } from "./platform-assumptions";

/** The report of the advice. */
export function buildAdviceReport(
  environment: Pick<Environment, "name" | "targets"> | undefined,
  functions: readonly FunctionAdvice[],
  unread: readonly Unread[] = [],
): AdviceReport {
  return {
    version: REPORT_VERSION,
    ...(environment !== undefined && { environment: environment.name }),
    targetPercent: resolveTargets(environment?.targets ?? {}).coldStartPercent,
    prices: `${prices.region} prices of ${prices.date}`,
    assumption: ASSUMPTION.source,
    leftOut: [...LEFT_OUT],
    functions: [...functions],
    ...(unread.length > 0 && { unread: [...unread] }),
    pages: [],
  };
}
