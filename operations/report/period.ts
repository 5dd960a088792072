const HOUR = 3_600_000;
const DAY = 24 * HOUR;

/** Days in each period. */
const PERIODS = { week: 7, month: 30, quarter: 90 } as const;

/** One of them. */
export type PeriodName = keyof typeof PERIODS;

/** Their names, the shortest first. */
export const PERIOD_NAMES = Object.keys(PERIODS) as PeriodName[];

/** The period of a report; times are in milliseconds since 1970. */
export interface Period {
  readonly name: PeriodName;
  readonly days: number;
  readonly from: number;
  readonly to: number;
  /** Length of one point in a chart. */
  readonly chartSeconds: number;
}

/**
 * The period that ends with the last full hour: CloudWatch counts periods from the start of a reading, rounded down to
 * an hour. https://docs.aws.amazon.com/AmazonCloudWatch/latest/APIReference/API_GetMetricData.html
 */
export function buildPeriod(name: PeriodName, now: number): Period {
  const days = PERIODS[name];
  const to = Math.floor(now / HOUR) * HOUR;
  return { name, days, from: to - days * DAY, to, chartSeconds: (name === "week" ? 6 * HOUR : DAY) / 1000 };
}

/** The previous period of the same length. */
export function findPeriodBefore({ from, days, ...rest }: Period): Period {
  return { ...rest, days, from: from - days * DAY, to: from };
}
