import { PLATFORM_METRICS, type PlatformMetricName } from "../performance/metrics";
import { type WatchedFunction } from "./watched-function";

/** The metrics that a function needs from its platform's reports. */
export function listPlatformMetrics({ memoryMb }: Pick<WatchedFunction, "memoryMb">): PlatformMetricName[] {
  const all = Object.keys(PLATFORM_METRICS) as PlatformMetricName[];
  // Each is billed, so known values are not measured.
  return memoryMb === undefined ? all : all.filter((name) => name !== "MemorySize");
}
