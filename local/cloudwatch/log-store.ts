import { compileInsightsQuery, type InsightsRecord, type StoredLine } from "./insights/query";
import { type TimeWindow } from "./metric-data";

/** The lines of logs in memory, as late as CloudWatch Logs has them. */
export class LogStore {
  private readonly groups = new Map<string, StoredLine[]>();

  /** @param lateMilliseconds how long after it was written a line is found */
  constructor(private readonly lateMilliseconds: number) {}

  /** Adds a line to a log group; later lines come later. */
  add(logGroup: string, line: StoredLine): void {
    const lines = this.groups.get(logGroup) ?? [];
    lines.push(line);
    this.groups.set(logGroup, lines);
  }

  /**
   * What CloudWatch Logs Insights answers now.
   *
   * @param now milliseconds since 1970
   * @throws InsightsQueryError for a query that is not valid, or not supported here
   */
  query(logGroups: readonly string[], query: string, { from, to }: TimeWindow, now: number): InsightsRecord[] {
    const known = Math.min(to, now - this.lateMilliseconds);
    const lines = logGroups.flatMap((logGroup) => this.groups.get(logGroup) ?? []);
    return compileInsightsQuery(query)(lines.filter(({ at }) => at >= from && at < known));
  }
}
