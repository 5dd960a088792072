import { type SimulationResult } from "./simulation";

const SECONDS_PER_MONTH = 730 * 3600;

/** The platform's prices in dollars, for one processor architecture. */
export interface Prices {
  readonly perRequest: number;
  readonly perGigabyteSecond: number;
  /** Price of keeping an instance provisioned. */
  readonly provisionedPerGigabyteSecond: number;
  /** Price of its work, instead of `perGigabyteSecond`. */
  readonly provisionedWorkPerGigabyteSecond: number;
  /** This function's share of one run of the warmer. */
  readonly perWarmerRun: number;
}

/** Cost of a policy in a month of 730 hours, in dollars. */
export interface MonthlyCost {
  /** Pings and the warmer's runs, without starting instances. */
  readonly warming: number;
  /** Starting instances, for requests and for pings. */
  readonly starts: number;
  /** Keeping instances provisioned, minus the savings through their cheaper work. */
  readonly provisioned: number;
}

/** Cost of a policy if every month were like the simulated time. */
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
