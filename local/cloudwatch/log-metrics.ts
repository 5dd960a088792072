import { parseEmbeddedMetrics } from "./embedded-metrics";
import { type Sample } from "./metric-data";
import { compileFilter, type MetricFilter } from "./metric-filter";

/**
 * The metrics in the lines of one log: those in the embedded format, and those that metric filters find. All have the
 * time at which the line arrived.
 */
export class LogMetrics {
  private readonly filters: readonly ((logLine: string, now: number) => Sample[])[];

  /** @throws FilterPatternError for a filter that is not supported */
  constructor(filters: readonly MetricFilter[]) {
    this.filters = filters.map((filter) => {
      const valueIn = compileFilter(filter);
      const { namespace, name } = filter.metric_transformation;
      return (logLine, timestampMilliseconds) => {
        const value = valueIn(logLine);
        return value === undefined ? [] : [{ namespace, name, dimensions: {}, timestampMilliseconds, value }];
      };
    });
  }

  /** @param now milliseconds since 1970 */
  in(logLine: string, now: number): Sample[] {
    const filtered = this.filters.flatMap((filter) => filter(logLine, now));
    // Most lines do not have the format, and a full check takes time.
    if (!logLine.includes('"_aws"')) return filtered;
    return [...filtered, ...parseEmbeddedMetrics(logLine).map((sample) => ({ ...sample, timestampMilliseconds: now }))];
  }
}
