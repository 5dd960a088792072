import { type Price, type WarmingTarget } from "../warming/contract";
import { toLocalMinute } from "./time-zone";

/** Policies against cold starts; hours are UTC where no time zone is named. */

const HOURS_PER_DAY = 24;
const MINUTES_PER_HOUR = 60;

/** 1 January 1970 was a Thursday. */
const FIRST_DAY = 4;

/** Busy hours, with a different interval and number. */
export interface PeakWindow {
  readonly everyMinutes: number;
  readonly concurrency: number;
  readonly fromHour: number;
  /** The first hour after the peak; on the next day if it is before `fromHour`. */
  readonly toHour: number;
  /** The days on which a peak begins; 0 is Sunday. */
  readonly days: readonly number[];
  /** The time zone of hours and days, in which the whole schedule is then due. */
  readonly timezone: string;
}

/** Runs of pings at an interval that divides an hour evenly. */
interface Schedule {
  readonly everyMinutes: number;
  /** Instances pinged at once in each run. */
  readonly concurrency: number;
  readonly peak?: PeakWindow;
}

/** One number for each hour of a week, starting on Sunday at 0:00. */
export type HoursOfWeek = readonly number[];

/** One way to treat a function. */
export type Policy =
  | { readonly kind: "none" }
  | ({ readonly kind: "fixed" } & Schedule)
  | { readonly kind: "hours-of-week"; readonly everyMinutes: number; readonly concurrency: HoursOfWeek }
  /** The warmer's planner decides the numbers; the schedule's numbers apply as long as no usage is known. */
  | ({
      readonly kind: "conditional";
      readonly minimum: number;
      readonly maximum: number;
      readonly readEveryMinutes: number;
    } & Schedule)
  | { readonly kind: "provisioned"; readonly concurrency: number | HoursOfWeek };

/** How many pings the schedule sends in a minute, given in minutes since 1970, if any. */
export function countScheduledPings(policy: Policy, minute: number): number | undefined {
  switch (policy.kind) {
    case "none":
    case "provisioned":
      return undefined;
    case "hours-of-week":
      return minute % policy.everyMinutes === 0 ? policy.concurrency[findHourOfWeek(minute)] : undefined;
    case "fixed":
    case "conditional": {
      const { peak } = policy;
      const local = peak ? toLocalMinute(minute, peak.timezone) : minute;
      const { everyMinutes, concurrency } = peak && isPeak(peak, local) ? peak : policy;
      return local % everyMinutes === 0 ? concurrency : undefined;
    }
  }
}

/** The function in the form in which the warmer's own code decides about it. */
export function buildTarget(
  policy: Policy,
  concurrency: number,
  price: Price,
  reservedConcurrency: number | undefined,
): WarmingTarget {
  return {
    functionName: "",
    qualifier: "",
    concurrency,
    price,
    ...(reservedConcurrency !== undefined && { reservedConcurrency }),
    ...(policy.kind === "conditional" && { conditional: policy }),
  };
}

/** How many instances are provisioned in a minute, given in minutes since 1970. */
export function countProvisioned(policy: Policy, minute: number): number {
  if (policy.kind !== "provisioned") return 0;
  return typeof policy.concurrency === "number"
    ? policy.concurrency
    : (policy.concurrency[findHourOfWeek(minute)] ?? 0);
}

/** From 0 (Sunday 0:00) to 167. */
export function findHourOfWeek(minute: number): number {
  const hours = Math.floor(minute / MINUTES_PER_HOUR) + FIRST_DAY * HOURS_PER_DAY;
  return hours % (7 * HOURS_PER_DAY);
}

function isPeak({ fromHour, toHour, days }: PeakWindow, minute: number): boolean {
  const hours = findHourOfWeek(minute);
  const hour = hours % HOURS_PER_DAY;
  const day = Math.floor(hours / HOURS_PER_DAY);
  if (fromHour < toHour) return days.includes(day) && hour >= fromHour && hour < toHour;
  return (days.includes(day) && hour >= fromHour) || (days.includes((day + 6) % 7) && hour < toHour);
}
