/** What a function is to reach. Dashboards draw these figures; they are no alarms. */
export const TARGETS = {
  /** Cold starts, of all requests. */
  coldStartPercent: 5,
  /** Time to initialize, on average. */
  initMilliseconds: 1000,
  /** Time of a request, without cold starts. */
  responseMilliseconds: { p50: 200, p90: 500, p99: 1000 },
  /**
   * Peak memory, on average, of the function's memory: below, it is paid for and not used; above, there is no reserve.
   */
  memoryPercent: { from: 60, to: 80 },
  /** Failed requests, of all. */
  errorPercent: 0.1,
  availabilityPercent: 99.95,
} as const;
