/** Targets for a function. Dashboards draw these figures; they are not alarms. */
export const TARGETS = {
  /** Cold starts, as a share of all requests. */
  coldStartPercent: 5,
  /** Time to initialize, on average. */
  initMilliseconds: 1000,
  /** Duration of a request, without cold starts. */
  responseMilliseconds: { p50: 200, p90: 500, p99: 1000 },
  /**
   * Average peak memory, as a share of the function's memory: below this range, memory is paid for but not used; above
   * it, there is no reserve.
   */
  memoryPercent: { from: 60, to: 80 },
  /** Failed requests, as a share of all requests. */
  errorPercent: 0.1,
  availabilityPercent: 99.95,
} as const;
