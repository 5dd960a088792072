import { Cron } from "croner";
import { isInCalendar } from "./days";

/**
 * The last value of each field, for AWS's `first/step`: minutes, hours, day of month, month, day of week, year.
 */
const LAST_VALUES = [59, 23, 31, 12, 7, 2199];

/** Thrown for an expression that EventBridge would refuse. */
export class ScheduleError extends Error {}

/**
 * Parses the fields of an EventBridge cron expression:
 * https://docs.aws.amazon.com/scheduler/latest/UserGuide/schedule-types.html
 *
 * @param text what is between the parentheses
 * @throws ScheduleError
 */
export function parseCronFields(text: string, timezone: string): Cron {
  const fields = text.trim().split(/\s+/);
  if (fields.length !== LAST_VALUES.length) throw new ScheduleError(`expected six fields in cron(${text})`);
  const [, , dayOfMonth, , dayOfWeek] = fields;
  if ((dayOfMonth === "?") === (dayOfWeek === "?")) {
    throw new ScheduleError(`expected ? as either day of month or day of week, but not both, in cron(${text})`);
  }
  const translated = fields.map((field, index) =>
    // EventBridge ignores the field with the question mark, but croner interprets it.
    field === "?" ? "*" : field.replaceAll(/(^|,)(\w+)\//g, `$1$2-${LAST_VALUES[index] ?? ""}/`),
  );
  try {
    return new Cron(`0 ${translated.join(" ")}`, {
      paused: true,
      timezone,
      mode: "7-part",
      alternativeWeekdays: true, // 1 is Sunday.
    });
  } catch (error) {
    throw new ScheduleError(`cron(${text}): ${(error as Error).message}`);
  }
}

/** The parts of a rate: its count and its unit. */
export const RATE = /^([1-9]\d*) (minute|hour|day)s?$/;

/** Whether EventBridge Scheduler takes an expression: cron, rate or a single time. */
export function isSchedule(expression: string): boolean {
  const [, kind, text = ""] = /^(cron|rate|at)\((.*)\)$/.exec(expression) ?? [];
  if (kind === "rate") {
    const [, count] = RATE.exec(text) ?? [];
    // One is singular, as in rate(1 hour).
    return count !== undefined && (count === "1") !== text.endsWith("s");
  }
  if (kind === "at") {
    return /^\d{4}-\d{2}-\d{2}T\d{2}:\d{2}:\d{2}$/.test(text) && isInCalendar(text);
  }
  try {
    return kind === "cron" && parseCronFields(text, "UTC") instanceof Cron;
  } catch {
    return false;
  }
}
