import { type LogFormat } from "./watched-function";

/** A query's name in its environment's folder. */
export type QueryKey =
  | "cold-starts"
  | "cold-starts-by-version"
  | "failures"
  | "memory-headroom"
  | "slow-requests"
  | "warming"
  | "warming-runs";

/** Threshold for slow requests in {@link QUERIES}, in milliseconds. */
const SLOW = 2000;
const ROWS = 100;

/** What each run of the warmer did, from the warmer's own log. */
export const WARMING_RUNS = `filter message = "warming"
| fields @timestamp, strategy, round, durationMilliseconds, estimatedDollars, targets.0.functionName, targets.0.asked, targets.0.instances, targets.0.failures.0
| sort @timestamp desc
| limit ${ROWS}`;

/** What each rollout did, from the rollout controller's own log. */
export const ROLLOUTS = `filter message = "rollout"
| fields @timestamp, functionName, event, from, to, percent, reason
| sort @timestamp desc
| limit ${ROWS}`;

/** Queries of the logs of the project's own functions. */
export type OwnQueryKey = "rollouts" | "warming-runs";

/**
 * The saved queries for each log format. For text logs, they use the fields that CloudWatch discovers by itself, with
 * sizes in bytes: https://docs.aws.amazon.com/AmazonCloudWatch/latest/logs/CWL_AnalyzeLogData-discoverable-fields.html
 * A query is missing for a format that cannot answer it.
 */
export const QUERIES: Readonly<
  Record<Exclude<QueryKey, "warming-runs">, Readonly<Partial<Record<LogFormat, string>>>>
> = {
  "cold-starts": {
    json: `filter type = "platform.report"
| stats count(record.metrics.initDurationMs) as coldStarts, count(*) as invocations, avg(record.metrics.initDurationMs) as averageInitMs, max(record.metrics.initDurationMs) as longestInitMs by bin(5m) as time
| sort time desc`,
    text: `filter @type = "REPORT"
| stats count(@initDuration) as coldStarts, count(*) as invocations, avg(@initDuration) as averageInitMs, max(@initDuration) as longestInitMs by bin(5m) as time
| sort time desc`,
  },
  "cold-starts-by-version": {
    json: `filter type = "platform.initStart"
| stats count(*) as coldStarts, min(@timestamp) as first by record.functionVersion as version, bin(1h) as time
| sort time desc`,
  },
  failures: {
    json: `filter ispresent(Category) or record.status in ["timeout", "failure", "error"]
| fields coalesce(Category, record.status) as what, coalesce(requestId, record.requestId) as request
| stats count(*) as failures, latest(@timestamp) as last, latest(request) as example, latest(traceId) as trace by what, @log
| sort failures desc`,
    text: `filter @message like /Task timed out|\\bERROR\\b|Runtime exited/
| stats count(*) as failures, latest(@timestamp) as last, latest(@requestId) as example by @log
| sort failures desc`,
  },
  "memory-headroom": {
    json: `filter type = "platform.report"
| stats max(record.metrics.maxMemoryUsedMB) as usedMb, max(record.metrics.memorySizeMB) as sizeMb by @log
| fields sizeMb - usedMb as freeMb, 100 * usedMb / sizeMb as usedPercent
| sort usedPercent desc`,
    text: `filter @type = "REPORT"
| stats max(@maxMemoryUsed) / 1000000 as usedMb, max(@memorySize) / 1000000 as sizeMb by @log
| fields sizeMb - usedMb as freeMb, 100 * usedMb / sizeMb as usedPercent
| sort usedPercent desc`,
  },
  "slow-requests": {
    json: `filter type = "platform.report" and record.metrics.durationMs > ${SLOW}
| fields @timestamp, record.requestId, record.metrics.durationMs, record.metrics.initDurationMs, record.metrics.maxMemoryUsedMB, record.metrics.memorySizeMB, record.tracing.value
| sort record.metrics.durationMs desc
| limit ${ROWS}`,
    text: `filter @type = "REPORT" and @duration > ${SLOW}
| fields @timestamp, @requestId, @duration, @initDuration, @maxMemoryUsed / 1000000 as usedMb, @memorySize / 1000000 as sizeMb
| sort @duration desc
| limit ${ROWS}`,
  },
  warming: {
    json: `filter ispresent(ExecutionTime) or ispresent(record.metrics.initDurationMs)
| stats count(ExecutionTime) as requests, sum(ColdStarts) as usersColdStarts, count(record.metrics.initDurationMs) as allColdStarts by bin(1h) as time
| fields 100 * usersColdStarts / requests as coldPercent
| sort time desc`,
  },
};
