import { type SimulationResult } from "./simulation";

const SECONDS_PER_MONTH = 730 * 3600;

/** What the platform asks for, in dollars, for one processor architecture. */
export interface Prices {
  readonly perRequest: number;
  readonly perGigabyteSecond: number;
  /** Of keeping an environment provisioned. */
  readonly provisionedPerGigabyteSecond: number;
  /** Of its work, instead of `perGigabyteSecond`. */
  readonly provisionedWorkPerGigabyteSecond: number;
  /** One run of the warmer, this function's part of it. */
  readonly perWarmerRun: number;
}

/** What a policy costs in a month of 730 hours, in dollars. */
export interface MonthlyCost {
  /** Pings and the warmer's runs, without what environments cost while they start. */
  readonly warming: number;
  /** Starting environments, for requests and for pings. */
  readonly starts: number;
  /** Keeping environments provisioned, less what their work costs less. */
  readonly provisioned: number;
}

/** What a policy costs if every month were like what was simulated. */
export function priceMonth(
  result: SimulationResult,
  prices: Prices,
  memoryMb: number,
  meanInitSeconds: number,
): MonthlyCost {
  const gigabytes = memoryMb / 1024;
  const months = result.seconds / SECONDS_PER_MONTH;
  const starts = (result.coldStarts + result.pingColdStarts) * meanInitSeconds * gigabytes * prices.perGigabyteSecond;
  const warming =
    result.pings * prices.perRequest +
    result.pingSeconds * gigabytes * prices.perGigabyteSecond +
    result.warmerRuns * prices.perWarmerRun;
  const provisioned =
    gigabytes *
    (result.provisionedSeconds * prices.provisionedPerGigabyteSecond +
      result.provisionedWorkSeconds * (prices.provisionedWorkPerGigabyteSecond - prices.perGigabyteSecond));
  return { warming: warming / months, starts: starts / months, provisioned: provisioned / months };
}
