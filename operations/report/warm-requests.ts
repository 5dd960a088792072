import { type AwsAccess } from "../aws/access";
import { runLogQuery, type Wait } from "../aws/log-queries";
import { type Scalars } from "./function-data";
import { type Period } from "./period";
import { type MeasuredFunction } from "../../model/measured-function";

/** https://docs.aws.amazon.com/AmazonCloudWatchLogs/latest/APIReference/API_StartQuery.html */
const LOG_GROUPS_PER_QUERY = 50;

const formatPercentiles = (field: string) =>
  `stats pct(${field}, 50) as p50, pct(${field}, 90) as p90, pct(${field}, 99) as p99, count(*) as requests by @log`;

/**
 * Response times without cold starts, by the kind of log. The function's own lines cover users' requests only;
 * functions from elsewhere have only the platform's reports.
 */
const QUERIES = {
  monitored: `filter ispresent(ExecutionTime) and start != "cold" | ${formatPercentiles("ExecutionTime")}`,
  json: `filter type = "platform.report" and not ispresent(record.metrics.initDurationMs) | ${formatPercentiles("record.metrics.durationMs")}`,
  text: `filter @type = "REPORT" and not ispresent(@initDuration) | ${formatPercentiles("@duration")}`,
} as const;

/** Required share of a function's requests in its log: a function may log only some, such as slow ones. */
const LEAST_SHARE = 0.9;

/** Response times of one function without cold starts, in milliseconds. */
export interface WarmRequests {
  /** Number of requests in the log. */
  readonly requests: number;
  readonly p50: number;
  readonly p90: number;
  readonly p99: number;
}

/** The data from logs. */
export interface LogReading {
  /** By the function's name in the environment's file; a function without such requests is missing. */
  readonly warmRequests: ReadonlyMap<string, WarmRequests>;
  readonly bytesScanned: number;
  readonly dollars: number;
}

/** Whether a log contains nearly all of a function's requests without cold starts. */
export function tellsAll(warm: WarmRequests, { requests = 0, coldStarts = 0 }: Scalars): boolean {
  return warm.requests >= LEAST_SHARE * (requests - coldStarts);
}

/**
 * Reads response times without cold starts from logs, because no metric has them.
 *
 * @throws AwsFailure
 */
export async function readWarmRequests(
  aws: AwsAccess,
  subjects: readonly MeasuredFunction[],
  { from, to }: Pick<Period, "from" | "to">,
  wait: Wait,
): Promise<LogReading> {
  const warmRequests = new Map<string, WarmRequests>();
  let [bytesScanned, dollars] = [0, 0];
  for (const [kind, query] of Object.entries(QUERIES)) {
    const those = subjects.filter(({ watched }) => selectQuery(watched) === kind);
    for (let start = 0; start < those.length; start += LOG_GROUPS_PER_QUERY) {
      const some = those.slice(start, start + LOG_GROUPS_PER_QUERY);
      const logGroups = some.map(({ watched }) => watched.logGroup);
      const result = await runLogQuery(aws, { logGroups, query, from, to }, wait);
      bytesScanned += result.bytesScanned;
      dollars += result.dollars;
      for (const record of result.records) {
        // As in "123456789012:/aws/lambda/dev-api".
        const logGroup = record["@log"]?.replace(/^\d+:/, "");
        const found = some.find(({ watched }) => watched.logGroup === logGroup);
        const figure = (name: string) => Number(record[name] ?? NaN);
        const warm = { requests: figure("requests"), p50: figure("p50"), p90: figure("p90"), p99: figure("p99") };
        if (found && Object.values(warm).every(Number.isFinite)) warmRequests.set(found.watched.id, warm);
      }
    }
  }
  return { warmRequests, bytesScanned, dollars };
}

function selectQuery({ publishesMetrics, logFormat }: MeasuredFunction["watched"]): keyof typeof QUERIES {
  return publishesMetrics ? "monitored" : logFormat;
}
