import { TARGETS } from "../../performance/targets";
import prices from "../../model/prices.json";
import { type AdviceReport, type FunctionAdvice, REPORT_VERSION } from "./report";
import { ASSUMPTION, LEFT_OUT } from "./platform-assumptions";

/** The report of what is advised. */
export function buildAdviceReport(environment: string | undefined, functions: readonly FunctionAdvice[]): AdviceReport {
  return {
    version: REPORT_VERSION,
    ...(environment !== undefined && { environment }),
    targetPercent: TARGETS.coldStartPercent,
    prices: `${prices.region} prices of ${prices.date}`,
    assumption: ASSUMPTION.source,
    leftOut: [...LEFT_OUT],
    functions: [...functions],
    pages: [],
  };
}
