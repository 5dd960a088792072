import { type FunctionData } from "./function-data";
import { type ValueName } from "./function-metrics";
import { omitUnknown } from "../targets/omit-unknown";
import { type Period } from "./period";
import { type ChartPoint } from "./report-schema";

/**
 * A function's figures over time; a time without data has its own point, so that a gap is visible. None if they could
 * not be read.
 */
export function buildChartPoints(
  { subject, series, now }: FunctionData,
  { from, to, chartSeconds }: Period,
): ChartPoint[] {
  if (!series) return [];
  const byTime = Object.fromEntries(
    Object.entries(series).map(([name, points]) => [name, new Map(points.map(({ at, value }) => [at, value]))]),
  ) as Partial<Record<ValueName, ReadonlyMap<number, number>>>;
  const sizeMb = subject.watched.memoryMb ?? now?.memorySizeMb;
  const length = Math.round((to - from) / (chartSeconds * 1000));
  return Array.from({ length }, (_, index) => {
    const at = from + index * chartSeconds * 1000;
    const value = (name: ValueName) => byTime[name]?.get(at);
    const requests = value("requests") ?? 0;
    const peakMb = value("mostMemoryMb");
    return {
      at: new Date(at).toISOString(),
      ...omitUnknown({
        requests: value("requests"),
        failed: requests > 0 ? (value("errors") ?? 0) + (value("serverErrors") ?? 0) : undefined,
        coldPercent: requests > 0 ? Math.min(100, (100 * (value("coldStarts") ?? 0)) / requests) : undefined,
        averageInitMilliseconds: value("averageInit"),
        p50Milliseconds: value("p50"),
        p90Milliseconds: value("p90"),
        p99Milliseconds: value("p99"),
        firstByteP90Milliseconds: value("firstByteP90"),
        averageMemoryPercent: value("averageMemoryPercent"),
        peakMemoryPercent: peakMb === undefined || sizeMb === undefined ? undefined : (100 * peakMb) / sizeMb,
        pings: value("pings"),
        averageInstances: value("averageInstances"),
        startedForPings: value("startedForPings"),
      }),
    };
  });
}
