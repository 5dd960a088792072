import { type Environment } from "../../environments/schema";
import { buildEmittedMetric, buildFunctionMetric, buildTrafficMetric, buildReportedMetric } from "../../model/metrics";
import { type WatchedFunction } from "../../model/watched-function";
import { type MetricRequest, type Point, readMetrics } from "../aws/metrics";
import { type AwsAccess } from "../aws/access";
import { type Check, fail, pass, memoize, warn } from "./check";

/** How far back calls of a function are searched. */
const HOURS = 6;

/** Metrics need some minutes to arrive: one of two related metrics may be earlier. */
const ARRIVAL_MILLISECONDS = 5 * 60_000;

/** What is read for each function. */
type Figure = "invocations" | "traffic" | "errors" | "successes" | "clientErrors" | "failures" | "reports";

/** Reads the counts of each figure for all functions at once, when first needed. */
export function createFigureReader(
  aws: AwsAccess,
  functions: readonly WatchedFunction[],
  now: () => number,
): (watched: WatchedFunction) => Promise<Readonly<Record<Figure, number>>> {
  const listRequests = (of: WatchedFunction): Record<Figure, MetricRequest> => ({
    invocations: { metric: buildFunctionMetric("Invocations", of), statistic: "Sum" },
    traffic: { metric: buildTrafficMetric("Invocations", of), statistic: "Sum" },
    errors: { metric: buildTrafficMetric("Errors", of), statistic: "Sum" },
    successes: { metric: buildEmittedMetric("Successes", of), statistic: "Sum" },
    clientErrors: { metric: buildEmittedMetric("ClientErrors", of), statistic: "Sum" },
    failures: { metric: buildEmittedMetric("Failures", of), statistic: "Sum" },
    reports: { metric: buildReportedMetric("MaxMemoryUsed", of), statistic: "SampleCount" },
  });
  const read = memoize(() => {
    const to = now() - ARRIVAL_MILLISECONDS;
    const requests = Object.fromEntries(
      functions.flatMap((one) =>
        Object.entries(listRequests(one)).map(([figure, request]) => [`${one.id} ${figure}`, request]),
      ),
    );
    const range = { from: to - HOURS * 3_600_000, to, periodSeconds: 300 };
    return readMetrics(aws, requests, range);
  });
  return async (watched) => {
    const points = await read();
    const sum = (figure: Figure) =>
      (points[`${watched.id} ${figure}`] ?? []).reduce((total: number, { value }: Point) => total + value, 0);
    const [invocations, traffic, errors] = [sum("invocations"), sum("traffic"), sum("errors")];
    const [successes, clientErrors, failures] = [sum("successes"), sum("clientErrors"), sum("failures")];
    return { invocations, traffic, errors, successes, clientErrors, failures, reports: sum("reports") };
  };
}

/** Checks that the metrics of a called function arrive. */
export function buildMetricChecks(
  { name: environment }: Environment,
  { id, name, deployedHere, logFormat, logGroup }: WatchedFunction,
  deployed: Check,
  figures: () => Promise<Readonly<Record<Figure, number>>>,
): Check[] {
  const call = deployedHere
    ? `call it once: aws lambda invoke --function-name ${name}:live out.json`
    : `call it once: aws lambda invoke --function-name ${name} out.json`;
  const emits: Check = {
    name: `${id}: its own metrics`,
    needs: [deployed],
    look: async () => {
      const { traffic, errors, successes, clientErrors, failures } = await figures();
      if (traffic === 0) return warn(`no data yet: nobody called it in the last ${HOURS} hours`, call);
      const counted = successes + clientErrors + failures;
      if (counted > 0) return pass(`${traffic} requests in ${HOURS} hours, ${counted} of them counted by the function`);
      return errors >= traffic
        ? fail(
            `all ${traffic} requests failed before the function could count them`,
            `look for crashes and timeouts: saved query ${environment}/failures`,
          )
        : fail(
            `${traffic} requests in ${HOURS} hours, but none of the function's own metrics`,
            `export monitor(handler) from functions/${id}/handler.ts; then check that its application log level is INFO and ${logGroup} is of class STANDARD`,
          );
    },
  };
  const reports: Check = {
    name: `${id}: platform reports`,
    needs: [deployed],
    look: async () => {
      const { invocations, reports: read } = await figures();
      if (invocations === 0) return warn(`no data yet: nobody called it in the last ${HOURS} hours`, call);
      return read > 0
        ? pass(`${read} read from the log in ${HOURS} hours`)
        : fail(
            `${invocations} invocations in ${HOURS} hours, but no report read from the log`,
            logFormat === "json"
              ? `check that it writes JSON at system level INFO into ${logGroup}, and that its metric filters exist`
              : `check that it writes text into ${logGroup}, or set functions.${id}.log_format = "json"`,
          );
    },
  };
  return deployedHere ? [emits, reports] : [reports];
}
