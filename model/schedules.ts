import { type Day, DAYS, daysFrom, type IntervalMinutes, parseDays } from "../environments/days";

/**
 * When the warmer runs, as EventBridge cron expressions in UTC. Two rules that match the same minute would both fire,
 * so the week's hours are divided between the strategies: an hour belongs to one of them or to none.
 */

/** How often to warm whenever no other strategy does. */
export interface ScheduledWarming {
  readonly everyMinutes: IntervalMinutes;
}

/** How often to warm in the busy hours; hours are 0 to 24 in UTC. */
export interface PeakWarming {
  readonly everyMinutes: IntervalMinutes;
  readonly fromHour: number;
  /** The first hour after the peak; when it is before `fromHour`, the peak ends on the next day. */
  readonly toHour: number;
  /** On which days a peak starts, as `parseDays` reads them. */
  readonly days: string;
}

/** Strategies that run by the clock; one that is missing is off. */
export interface Schedules {
  readonly scheduled?: ScheduledWarming | undefined;
  readonly peak?: PeakWarming | undefined;
}

/** What becomes one EventBridge rule. */
export interface ScheduleRule {
  readonly strategy: "scheduled" | "peak";
  /** With its `cron(…)`. */
  readonly expression: string;
}

/**
 * The fewest rules that warm at every strategy's interval in its hours: the peak's in the peak, the schedule's in all
 * others.
 *
 * @throws when the peak's days are malformed, which the schema refuses
 */
export function scheduleRules({ scheduled, peak }: Schedules): ScheduleRule[] {
  const isPeak = peak ? peakHours(peak) : () => false;
  return [
    ...(scheduled ? rules("scheduled", scheduled, (day, hour) => !isPeak(day, hour)) : []),
    ...(peak ? rules("peak", peak, isPeak) : []),
  ];
}

/** How many of a week's hours belong to each strategy. */
export function hoursPerWeek({ scheduled, peak }: Schedules): Readonly<Record<ScheduleRule["strategy"], number>> {
  const isPeak = peak ? peakHours(peak) : () => false;
  const hours = Array.from({ length: 24 }, (_, hour) => hour);
  const busy = DAYS.flatMap((day) => hours.filter((hour) => isPeak(day, hour))).length;
  return { peak: busy, scheduled: scheduled ? DAYS.length * 24 - busy : 0 };
}

type IsDue = (day: Day, hour: number) => boolean;

function peakHours({ fromHour, toHour, days }: PeakWarming): IsDue {
  const starts = parseDays(days);
  if (!starts) throw new Error(`Malformed days: ${days}`);
  if (fromHour < toHour) return (day, hour) => starts.includes(day) && hour >= fromHour && hour < toHour;
  return (day, hour) =>
    (hour >= fromHour && starts.includes(day)) ||
    (hour < toHour && daysFrom(DAYS.indexOf(day) + 6, 1).some((yesterday) => starts.includes(yesterday)));
}

/**
 * One rule per set of days, for all hours that are due on exactly these days: a peak of any kind leaves three sets at
 * most.
 */
function rules(strategy: ScheduleRule["strategy"], { everyMinutes }: ScheduledWarming, isDue: IsDue): ScheduleRule[] {
  const hoursByDays = new Map<string, number[]>();
  for (let hour = 0; hour < 24; hour++) {
    const days = DAYS.flatMap((day, index) => (isDue(day, hour) ? [index] : []));
    if (days.length === 0) continue;
    // One of the two fields of days has to be `?`.
    const fields = days.length === DAYS.length ? "* * ?" : `? * ${ranges(days, (index) => DAYS[index] ?? "")}`;
    hoursByDays.set(fields, [...(hoursByDays.get(fields) ?? []), hour]);
  }
  const minutes = everyMinutes === 1 ? "*" : everyMinutes === 60 ? "0" : `0/${everyMinutes}`;
  return [...hoursByDays].map(([days, hours]) => ({
    strategy,
    expression: `cron(${minutes} ${hours.length === 24 ? "*" : ranges(hours, String)} ${days} *)`,
  }));
}

/** Ascending numbers as a cron field: 0, 1, 2, 3, 9 is `0-3,9`. */
function ranges(numbers: readonly number[], write: (value: number) => string): string {
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
