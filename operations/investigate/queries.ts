import { formatDefaultLogGroup, formatDeployedName, WARMER } from "../../environments/names";
import { QUERIES, type QueryKey, WARMING_RUNS } from "../../model/queries";
import { type WatchedFunction } from "../../model/watched-function";
import { runLogQuery, type Wait } from "../aws/log-queries";
import { listAlarmQueries, type FunctionAlarmKey } from "./alarms";
import { type AwsAccess } from "../aws/access";
import { type LogRecord, SUMMARIES } from "./query-summaries";
import { type Window } from "./window";

/** The most useful query if no alarm has rung. */
const WITHOUT_ALARM: readonly QueryKey[] = ["failures", "slow-requests"];

/** The result of a saved query. */
export interface QueryFindings {
  readonly query: QueryKey;
  /** Its result in a few lines. */
  readonly lines: readonly string[];
  readonly records: readonly LogRecord[];
  readonly bytesScanned: number;
  readonly dollars: number;
}

/**
 * Selects the saved queries with details about some alarms, if the function's log can answer them. The query about
 * versions is always included: it shows when a version began.
 */
export function selectQueries(alarms: readonly FunctionAlarmKey[], watched: WatchedFunction): QueryKey[] {
  const matching = alarms.length > 0 ? alarms.flatMap(listAlarmQueries) : WITHOUT_ALARM;
  const wanted = new Set<QueryKey>([...matching, "cold-starts-by-version"]);
  return [...wanted].filter((key) => key === "warming-runs" || QUERIES[key][watched.logFormat] !== undefined);
}

/**
 * Runs a saved query over a function's log.
 *
 * @throws AwsFailure
 */
export async function readQuery(
  aws: AwsAccess,
  key: QueryKey,
  { environment, watched }: { readonly environment: string; readonly watched: WatchedFunction },
  { from, to }: Window,
  wait: Wait,
): Promise<QueryFindings> {
  const ofWarmer = key === "warming-runs";
  const query = ofWarmer ? WARMING_RUNS : (QUERIES[key][watched.logFormat] ?? "");
  const logGroups = [ofWarmer ? formatDefaultLogGroup(formatDeployedName(environment, WARMER)) : watched.logGroup];
  const { records, bytesScanned, dollars } = await runLogQuery(aws, { logGroups, query, from, to }, wait);
  return { query: key, lines: SUMMARIES[key](records, watched), records, bytesScanned, dollars };
}
