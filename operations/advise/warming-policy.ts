import { type Policy } from "../../advisor/policy";
import { DAYS, parseDays } from "../../environments/days";
import { type ProvisionedConcurrency } from "../../environments/provisioned-concurrency";
import { type WarmingSettings } from "../../environments/warming";
import prices from "../../model/prices.json";
import { countUsageReadings } from "../../model/usage-reading";

/** The settings that decide how many instances are warm between deployments. */
export type WarmingChoice = Pick<WarmingSettings, "scheduled" | "peak" | "conditional">;

/** What a tfvars file says of a policy. */
export interface AdvisedSettings {
  readonly warming: WarmingChoice;
  /** Missing if none is bought. */
  readonly provisioned?: ProvisionedConcurrency;
}

/** Settings in the form that the simulation uses. */
export function buildPolicy({ scheduled, peak, conditional }: WarmingChoice): Policy {
  if (!scheduled.enabled && !peak.enabled) return { kind: "none" };
  const schedule = {
    // No minute is a multiple of it, so nothing is sent outside the peak.
    ...(scheduled.enabled
      ? { everyMinutes: scheduled.everyMinutes, concurrency: scheduled.concurrency }
      : { everyMinutes: Infinity, concurrency: 0 }),
    ...(peak.enabled && {
      peak: {
        everyMinutes: peak.everyMinutes,
        concurrency: peak.concurrency,
        fromHour: peak.fromHour,
        toHour: peak.toHour,
        days: (parseDays(peak.days) ?? []).map((day) => DAYS.indexOf(day)),
        timezone: peak.timezone,
      },
    }),
  };
  if (!conditional.enabled) return { kind: "fixed", ...schedule };
  const { minimum, maximum, readEveryMinutes } = conditional;
  return { kind: "conditional", ...schedule, minimum, maximum, readEveryMinutes };
}

/** Monthly cost of reading a function's usage for a policy, in dollars, whatever number of metrics it needs. */
export function priceMonthlyReading(policy: Policy): number {
  return policy.kind === "conditional" ? countUsageReadings(policy.readEveryMinutes) * prices.perMetricRead : 0;
}

/** Settings in a few words. */
export function describeWarming({ scheduled, peak, conditional }: WarmingChoice): string {
  if (!scheduled.enabled && !peak.enabled) return "none";
  const number = (concurrency: number) => (conditional.enabled ? "" : ` x ${concurrency}`);
  const all = scheduled.enabled ? [`every ${scheduled.everyMinutes} min${number(scheduled.concurrency)}`] : [];
  const { fromHour, toHour, days, timezone, everyMinutes, concurrency } = peak;
  const hours = `${days} ${fromHour}-${toHour} h${timezone === "UTC" ? "" : ` ${timezone}`}`;
  const busy = peak.enabled ? [`${hours} every ${everyMinutes} min${number(concurrency)}`] : [];
  const { minimum, maximum, readEveryMinutes } = conditional;
  const usage = conditional.enabled
    ? [`conditional: ${minimum} to ${maximum} by use, read every ${readEveryMinutes} min`]
    : [];
  return [...all, ...busy, ...usage].join(", ");
}
