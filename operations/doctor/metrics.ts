import {
  type MetricAddress,
  buildEmittedMetric,
  buildFunctionMetric,
  buildTrafficMetric,
  buildReportedMetric,
} from "../../model/metrics";
import { type WatchedFunction } from "../../model/watched-function";
import { readMetrics, sumPoints } from "../aws/metrics";
import { type Check, fail, pass, memoize, warn, makeCheck } from "./check";
import { type Examination } from "./examination";

/** How far back calls of a function are searched. */
const HOURS = 6;

/** Metrics need some minutes to arrive: one of two related metrics may be earlier. */
const ARRIVAL_MILLISECONDS = 5 * 60_000;

/** What is read for each function. */
type Figure = "invocations" | "traffic" | "errors" | "successes" | "clientErrors" | "failures" | "reports";

/** Reads the counts of each figure for all functions at once, when first needed. */
export function createFigureReader(
  { aws, now }: Examination,
  functions: readonly WatchedFunction[],
): (watched: WatchedFunction) => Promise<Readonly<Record<Figure, number>>> {
  const listMetrics = (of: WatchedFunction): Record<Figure, MetricAddress> => ({
    invocations: buildFunctionMetric("Invocations", of),
    traffic: buildTrafficMetric("Invocations", of),
    errors: buildTrafficMetric("Errors", of),
    successes: buildEmittedMetric("Successes", of),
    clientErrors: buildEmittedMetric("ClientErrors", of),
    failures: buildEmittedMetric("Failures", of),
    reports: buildReportedMetric("MaxMemoryUsed", of),
  });
  const read = memoize(() => {
    const to = now() - ARRIVAL_MILLISECONDS;
    const requests = Object.fromEntries(
      functions.flatMap((one) =>
        Object.entries(listMetrics(one)).map(([figure, metric]) => {
          const statistic = figure === "reports" ? "SampleCount" : "Sum";
          return [`${one.id} ${figure}`, { metric, statistic }] as const;
        }),
      ),
    );
    const range = { from: to - HOURS * 3_600_000, to, periodSeconds: 300 };
    return readMetrics(aws, requests, range);
  });
  return async (watched) => {
    const points = await read();
    const sums = Object.keys(listMetrics(watched)).map((figure) => [
      figure,
      sumPoints(points[`${watched.id} ${figure}`]),
    ]);
    return Object.fromEntries(sums) as Record<Figure, number>;
  };
}

/** Checks that the metrics of a called function arrive. */
export function buildMetricChecks(
  { environment: { name: environment } }: Examination,
  { id, name, deployedHere, publishesMetrics, logFormat, logGroup }: WatchedFunction,
  deployed: Check,
  figures: () => Promise<Readonly<Record<Figure, number>>>,
): Check[] {
  const call = deployedHere
    ? `call it once: aws lambda invoke --function-name ${name}:live out.json`
    : `call it once: aws lambda invoke --function-name ${name} out.json`;
  const emits = makeCheck(`${id}: its own metrics`, [deployed], async () => {
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
  });
  const reports = makeCheck(`${id}: platform reports`, [deployed], async () => {
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
  });
  return publishesMetrics ? [emits, reports] : [reports];
}
