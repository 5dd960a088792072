import { Cron } from "croner";

/** Thrown for an expression that EventBridge would refuse, or that is not supported here. */
export class ScheduleError extends Error {}

/**
 * The first time after the given one at which a rule is due, in milliseconds since 1970; undefined if there is none.
 */
export type NextTime = (after: number) => number | undefined;

const UNIT_MILLISECONDS: ReadonlyMap<string, number> = new Map([
  ["minute", 60_000],
  ["hour", 3_600_000],
  ["day", 86_400_000],
]);

/**
 * The last value of each field, for EventBridge's `first/step`: minutes, hours, day of month, month, day of week, year.
 */
const LAST_VALUES = [59, 23, 31, 12, 7, 2199];

/**
 * Parses an EventBridge rule's schedule, in UTC:
 * https://docs.aws.amazon.com/eventbridge/latest/userguide/eb-scheduled-rule-pattern.html
 *
 * @param start when the rule was created: rates count from this time
 * @throws ScheduleError
 */
export function parseSchedule(expression: string, start: number): NextTime {
  const [, kind, text = ""] = /^(cron|rate)\((.*)\)$/.exec(expression) ?? [];
  if (kind === "cron") return parseCron(expression, text);
  if (kind === "rate") return parseRate(expression, text, start);
  throw new ScheduleError(`expected cron(...) or rate(...), got ${expression}`);
}

function parseCron(expression: string, text: string): NextTime {
  const fields = text.trim().split(/\s+/);
  if (fields.length !== LAST_VALUES.length) throw new ScheduleError(`expected six fields in ${expression}`);
  const [, , dayOfMonth, , dayOfWeek] = fields;
  if ((dayOfMonth === "?") === (dayOfWeek === "?")) {
    throw new ScheduleError(`expected ? as either day of month or day of week, but not both, in ${expression}`);
  }
  const translated = fields.map((field, index) =>
    // EventBridge ignores the field with the question mark, but croner interprets it.
    field === "?" ? "*" : field.replaceAll(/(^|,)(\w+)\//g, `$1$2-${LAST_VALUES[index] ?? ""}/`),
  );
  try {
    const cron = new Cron(`0 ${translated.join(" ")}`, {
      paused: true,
      timezone: "UTC",
      mode: "7-part",
      alternativeWeekdays: true, // 1 is Sunday.
    });
    return (after) => cron.nextRun(new Date(after))?.getTime();
  } catch (error) {
    throw new ScheduleError(`${expression}: ${(error as Error).message}`);
  }
}

function parseRate(expression: string, text: string, start: number): NextTime {
  const [, count, unit] = /^([1-9]\d*) (minute|hour|day)s?$/.exec(text) ?? [];
  const unitMilliseconds = UNIT_MILLISECONDS.get(unit ?? "");
  if (unitMilliseconds === undefined)
    throw new ScheduleError(`expected a rate as in rate(5 minutes), got ${expression}`);
  const interval = Number(count) * unitMilliseconds;
  return (after) => start + (Math.floor((after - start) / interval) + 1) * interval;
}
