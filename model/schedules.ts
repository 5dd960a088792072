import { type Day, DAYS, listDays, type IntervalMinutes, parseDays } from "../environments/days";

/**
 * When the warmer runs, as cron expressions of EventBridge Scheduler. Two that match the same minute would both fire,
 * so the hours of the week are divided among the strategies: each hour belongs to one strategy or to none, in the time
 * zone of the peak.
 */

/** How often to warm when no other strategy does. */
export interface WarmingSchedule {
  readonly everyMinutes: IntervalMinutes;
}

/** How often to warm during busy hours; hours are 0 to 24. */
export interface PeakWarming {
  readonly everyMinutes: IntervalMinutes;
  readonly fromHour: number;
  /** The first hour after the peak; if it is before `fromHour`, the peak ends on the next day. */
  readonly toHour: number;
  /** The days on which a peak starts, in the format of `parseDays`. */
  readonly days: string;
  /** The time zone of hours and days. */
  readonly timezone: string;
}

/** Strategies that run on a schedule; a missing one is off. */
export interface Schedules {
  readonly scheduled?: WarmingSchedule | undefined;
  readonly peak?: PeakWarming | undefined;
}

/** When a strategy is due, as EventBridge Scheduler takes it. */
export interface CronSchedule {
  readonly strategy: "scheduled" | "peak";
  /** Includes the `cron(…)`. */
  readonly expression: string;
  readonly timezone: string;
}

/**
 * Computes the smallest set of schedules that warm at every strategy's interval in its hours: the peak's in the peak,
 * the schedule's in all others.
 *
 * @throws if the peak's days are malformed, which the schema refuses
 */
export function buildCronSchedules({ scheduled, peak }: Schedules): CronSchedule[] {
  const isPeak = peak ? compilePeakHours(peak) : () => false;
  const timezone = peak?.timezone ?? "UTC";
  const build = (strategy: CronSchedule["strategy"], interval: WarmingSchedule | undefined, isDue: IsDue) =>
    (interval ? buildExpressions(interval, isDue) : []).map((expression) => ({ strategy, expression, timezone }));
  return [...build("scheduled", scheduled, (day, hour) => !isPeak(day, hour)), ...build("peak", peak, isPeak)];
}

/** Number of hours of a week that belong to each strategy. */
export function countHoursPerWeek({ scheduled, peak }: Schedules): Readonly<Record<CronSchedule["strategy"], number>> {
  const isPeak = peak ? compilePeakHours(peak) : () => false;
  const hours = Array.from({ length: 24 }, (_, hour) => hour);
  const busy = DAYS.flatMap((day) => hours.filter((hour) => isPeak(day, hour))).length;
  return { peak: busy, scheduled: scheduled ? DAYS.length * 24 - busy : 0 };
}

type IsDue = (day: Day, hour: number) => boolean;

function compilePeakHours({ fromHour, toHour, days }: PeakWarming): IsDue {
  const starts = parseDays(days);
  if (!starts) throw new Error(`Malformed days: ${days}`);
  if (fromHour < toHour) return (day, hour) => starts.includes(day) && hour >= fromHour && hour < toHour;
  return (day, hour) =>
    (hour >= fromHour && starts.includes(day)) ||
    (hour < toHour && listDays(DAYS.indexOf(day) + 6, 1).some((yesterday) => starts.includes(yesterday)));
}

/**
 * One expression per set of days, for all hours that are due on exactly these days. With any peak, there are at most
 * three sets.
 */
function buildExpressions({ everyMinutes }: WarmingSchedule, isDue: IsDue): string[] {
  const hoursByDays = new Map<string, number[]>();
  for (let hour = 0; hour < 24; hour++) {
    const days = DAYS.flatMap((day, index) => (isDue(day, hour) ? [index] : []));
    if (days.length === 0) continue;
    // One of the two day fields must be `?`.
    const fields = days.length === DAYS.length ? "* * ?" : `? * ${formatRanges(days, (index) => DAYS[index] ?? "")}`;
    hoursByDays.set(fields, [...(hoursByDays.get(fields) ?? []), hour]);
  }
  const minutes = everyMinutes === 1 ? "*" : everyMinutes === 60 ? "0" : `0/${everyMinutes}`;
  return [...hoursByDays].map(
    ([days, hours]) => `cron(${minutes} ${hours.length === 24 ? "*" : formatRanges(hours, String)} ${days} *)`,
  );
}

/** Ascending numbers as a cron field: 0, 1, 2, 3, 9 is `0-3,9`. */
function formatRanges(numbers: readonly number[], write: (value: number) => string): string {
  const runs: { first: number; last: number }[] = [];
  for (const value of numbers) {
    const run = runs.at(-1);
    if (run?.last === value - 1) run.last = value;
    else runs.push({ first: value, last: value });
  }
  return runs
    .map(({ first, last }) => {
      if (first === last) return write(first);
      return `${write(first)}${last === first + 1 ? "," : "-"}${write(last)}`;
    })
    .join(",");
}
