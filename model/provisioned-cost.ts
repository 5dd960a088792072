import { parseDays } from "../environments/days";
import { type FunctionSettings } from "../environments/schema";
import { HOURS_PER_MONTH } from "./hours-per-month";
import prices from "./prices.json";

const HOURS_PER_WEEK = 7 * 24;

/**
 * What a function's provisioned concurrency costs in a month if nobody uses it, in dollars: requests on such instances
 * cost extra, but less than elsewhere. https://aws.amazon.com/lambda/pricing/
 */
export function priceProvisionedInstances({
  provisionedConcurrency,
  memoryMb,
  architecture,
}: Pick<FunctionSettings, "provisionedConcurrency" | "memoryMb" | "architecture">): number {
  if (!provisionedConcurrency) return 0;
  const { instances, hours } = provisionedConcurrency;
  const blocks = Object.values(hours).map(({ fromHour, toHour, days, instances: count }) => ({
    count,
    weekly: (toHour - fromHour) * (parseDays(days)?.length ?? 0),
  }));
  const rest = HOURS_PER_WEEK - blocks.reduce((sum, { weekly }) => sum + weekly, 0);
  const instanceHours = blocks.reduce((sum, { count, weekly }) => sum + count * weekly, instances * rest);
  const perHour = (memoryMb / 1024) * 3600 * prices.lambda.provisioned.perGigabyteSecond[architecture];
  return (instanceHours / HOURS_PER_WEEK) * HOURS_PER_MONTH * perHour;
}
