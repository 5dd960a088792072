import { parseCronFields, RATE, ScheduleError } from "../../environments/schedule-expression";

/**
 * The first time after the given one at which a schedule is due, in milliseconds since 1970; undefined if there is
 * none.
 */
export type NextTime = (after: number) => number | undefined;

const UNIT_MILLISECONDS: ReadonlyMap<string, number> = new Map([
  ["minute", 60_000],
  ["hour", 3_600_000],
  ["day", 86_400_000],
]);

/**
 * Parses a schedule of EventBridge Scheduler:
 * https://docs.aws.amazon.com/scheduler/latest/UserGuide/schedule-types.html
 *
 * @param timezone of cron and at
 * @param start when the schedule was created: a rate begins then, and counts from this time
 * @throws ScheduleError
 */
export function parseSchedule(expression: string, timezone: string, start: number): NextTime {
  const [, kind, text = ""] = /^(cron|rate|at)\((.*)\)$/.exec(expression) ?? [];
  if (kind === undefined) throw new ScheduleError(`expected cron(...), rate(...) or at(...), got ${expression}`);
  if (kind === "rate") return parseRate(expression, text, start);
  const cron = parseCronFields(kind === "at" ? formatCronFields(text) : text, timezone);
  return (after) => {
    let next = cron.nextRun(new Date(after));
    // A time that the change to daylight saving time leaves out is left out; croner would take the next hour.
    while (next && !cron.match(next)) next = cron.nextRun(next);
    return next?.getTime();
  };
}

/** A single time, to the minute, as EventBridge Scheduler has it. */
function formatCronFields(time: string): string {
  const [year, month, day, hour, minute] = time.split(/\D/).map(Number);
  return `${minute ?? ""} ${hour ?? ""} ${day ?? ""} ${month ?? ""} ? ${year ?? ""}`;
}

function parseRate(expression: string, text: string, start: number): NextTime {
  const [, count, unit] = RATE.exec(text) ?? [];
  const unitMilliseconds = UNIT_MILLISECONDS.get(unit ?? "");
  if (unitMilliseconds === undefined)
    throw new ScheduleError(`expected a rate as in rate(5 minutes), got ${expression}`);
  const interval = Number(count) * unitMilliseconds;
  return (after) => start + (Math.floor((after - start) / interval) + 1) * interval;
}
