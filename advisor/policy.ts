/** What can be done against cold starts, with figures; all hours are UTC. */

const HOURS_PER_DAY = 24;
const MINUTES_PER_HOUR = 60;

/** 1 January 1970 was a Thursday. */
const FIRST_DAY = 4;

/** Busy hours, in which a schedule has another interval and number. */
export interface PeakWindow {
  readonly everyMinutes: number;
  readonly concurrency: number;
  readonly fromHour: number;
  /** The first hour after the peak, on the next day if it is before `fromHour`. */
  readonly toHour: number;
  /** On which days a peak begins, from 0 for Sunday. */
  readonly days: readonly number[];
}

/** Runs of pings at minutes that divide an hour evenly. */
interface Schedule {
  readonly everyMinutes: number;
  /** Instances pinged at once in each run. */
  readonly concurrency: number;
  readonly peak?: PeakWindow;
}

/** One number for each hour of a week, from Sunday 0:00 on. */
export type HoursOfWeek = readonly number[];

/** One way to treat a function. */
export type Policy =
  | { readonly kind: "none" }
  | ({ readonly kind: "fixed" } & Schedule)
  | { readonly kind: "hours-of-week"; readonly everyMinutes: number; readonly concurrency: HoursOfWeek }
  /** The numbers are the warmer's own planner's; the schedule's hold as long as no use is known. */
  | ({
      readonly kind: "conditional";
      readonly minimum: number;
      readonly maximum: number;
      readonly readEveryMinutes: number;
    } & Schedule)
  | { readonly kind: "provisioned"; readonly concurrency: number | HoursOfWeek };

/** Whether pings are sent in a minute, by the minutes since 1970, and by the schedule how many. */
export function countScheduledPings(policy: Policy, minute: number): number | undefined {
  switch (policy.kind) {
    case "none":
    case "provisioned":
      return undefined;
    case "hours-of-week":
      return minute % policy.everyMinutes === 0 ? policy.concurrency[findHourOfWeek(minute)] : undefined;
    case "fixed":
    case "conditional": {
      const { everyMinutes, concurrency } = policy.peak && isPeak(policy.peak, minute) ? policy.peak : policy;
      return minute % everyMinutes === 0 ? concurrency : undefined;
    }
  }
}

/** How many instances are provisioned in a minute, by the minutes since 1970. */
export function countProvisioned(policy: Policy, minute: number): number {
  if (policy.kind !== "provisioned") return 0;
  return typeof policy.concurrency === "number"
    ? policy.concurrency
    : (policy.concurrency[findHourOfWeek(minute)] ?? 0);
}

/** From 0, Sunday 0:00, to 167. */
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
