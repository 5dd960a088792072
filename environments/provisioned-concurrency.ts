import * as z from "zod";
import { type CrossFieldMistake } from "./cross-field-mistakes";
import { parseDays } from "./days";
import { type DeepReadonly, defineSection, defineText, defineWholeNumber, defineTimeZone } from "./fields";

/** Provisioned concurrency of a function: a fixed number of instances, and others in certain hours. */

/**
 * The most actions of one function:
 * https://docs.aws.amazon.com/autoscaling/application/userguide/application-auto-scaling-limits.html
 */
export const MAX_HOURS = 20;

const hours = defineSection({
  from_hour: defineWholeNumber(0, 23).meta({ description: "The first hour with these instances" }),
  to_hour: defineWholeNumber(1, 24).meta({ description: "The first hour after them" }),
  days: defineText("days as in MON-FRI or SAT,SUN", /^[A-Z,-]+$/)
    .refine((days) => parseDays(days) !== undefined, { error: "days as in MON-FRI or SAT,SUN" })
    .default("MON-SUN")
    .meta({ description: "On which days" }),
  timezone: defineTimeZone()
    .default("UTC")
    .meta({ description: "Time zone of the hours, with its daylight saving time" }),
  instances: defineWholeNumber(1, 10_000).meta({ description: "Instances in these hours" }),
});

/** A function's provisioned concurrency, as a file sets it. */
export const provisionedConcurrency = defineSection({
  instances: defineWholeNumber(0, 10_000).meta({ description: "Instances outside of hours; 0 only with hours" }),
  hours: z
    .record(defineText("a name of at most 32 characters a-z, 0-9 and -", /^[a-z]([a-z0-9-]{0,30}[a-z0-9])?$/), hours, {
      error: "a map, as in hours = { office = { from_hour = 8, to_hour = 18, instances = 10 } }",
    })
    .refine((value) => Object.keys(value).length <= MAX_HOURS, { error: `at most ${MAX_HOURS} of them` })
    .default({})
    .meta({ description: "Other numbers in certain hours, which must not overlap" }),
});

/** A function's provisioned concurrency. */
export type ProvisionedConcurrency = DeepReadonly<z.output<typeof provisionedConcurrency>>;
/** Instances in certain hours. */
export type ProvisionedHours = ProvisionedConcurrency["hours"][string];

/** The most instances at any time. */
export function countMostProvisioned({ instances, hours }: ProvisionedConcurrency): number {
  return Math.max(instances, ...Object.values(hours).map((each) => each.instances));
}

/** Finds what AWS would refuse, and hours of which only AWS knows which ones win. */
export function findProvisionedMistakes(
  provisioned: ProvisionedConcurrency | undefined,
  reserved: number | undefined,
): CrossFieldMistake[] {
  if (!provisioned) return [];
  const { instances, hours } = provisioned;
  const mistakes: CrossFieldMistake[] = [];
  const all = Object.entries(hours);
  if (instances === 0 && all.length === 0) {
    mistakes.push({ path: ["instances"], expected: "1 or more without hours", got: 0 });
  }
  const most = countMostProvisioned(provisioned);
  if (reserved !== undefined && most > reserved) {
    mistakes.push({ path: [], expected: `at most reserved_concurrency, which is ${reserved}, instances`, got: most });
  }
  const zones = new Set(all.map(([, { timezone }]) => timezone));
  all.forEach(([name, one], index) => {
    if (one.fromHour >= one.toHour) {
      const expected = "a later hour than from_hour; hours past midnight are two entries";
      mistakes.push({ path: ["hours", name, "to_hour"], expected, got: one.toHour });
    }
    if (zones.size > 1) {
      const expected = `one time zone for all hours, ${all[0]?.[1].timezone ?? ""}`;
      if (one.timezone !== all[0]?.[1].timezone)
        mistakes.push({ path: ["hours", name, "timezone"], expected, got: one.timezone });
    }
    const other = all.slice(0, index).find(([, earlier]) => overlap(one, earlier));
    if (other) mistakes.push({ path: ["hours", name], expected: `other hours than those of ${other[0]}`, got: one });
  });
  return mistakes.map(({ path, ...rest }) => ({ path: ["provisioned_concurrency", ...path], ...rest }));
}

function overlap(one: ProvisionedHours, other: ProvisionedHours): boolean {
  const days = new Set(parseDays(one.days));
  const isSameDay = parseDays(other.days)?.some((day) => days.has(day)) === true;
  return isSameDay && one.fromHour < other.toHour && other.fromHour < one.toHour;
}
