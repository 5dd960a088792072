import * as z from "zod";
import { defineFlag, defineKeys, defineNumber, defineSection, defineWholeNumber, omitUndefined } from "./fields";
import { hasSettings } from "./switched-off";
import { TARGET_DEFAULTS, type Targets } from "./targets";

/**
 * Objectives, as a tfvars file sets them: under `objectives` for a whole environment, or under a function for that
 * function only. Each has an error budget, and alarms that ring while it is spent too fast.
 */

/** An objective of one function. */
export interface Objective {
  /** The share of requests that must be good. The rest, of all requests in some days, is the error budget. */
  readonly targetPercent: number;
  readonly days: number;
}

/** Of latency: also how long a good request takes at most, without initialization. */
export interface LatencyObjective extends Objective {
  readonly thresholdMilliseconds: number;
}

/** The objectives of one function that are switched on. */
export interface Objectives {
  /** Requests that neither failed nor were refused. */
  readonly availability?: Objective;
  readonly latency?: LatencyObjective;
  /** Requests without a cold start. */
  readonly cold_starts?: Objective;
}

/** An objective's key in the files. */
export type ObjectiveKey = keyof Objectives;

/** Every objective, in the order in which they are listed for readers. */
export const OBJECTIVE_KEYS = ["availability", "latency", "cold_starts"] as const satisfies readonly ObjectiveKey[];

/** Those with an alarm that is urgent. */
export const URGENT_OBJECTIVES = ["availability", "latency"] as const satisfies readonly ObjectiveKey[];

/** Those that make sense only if somebody waits for answers. */
const FOR_AWAITED: readonly ObjectiveKey[] = ["latency", "cold_starts"];

const DAYS = 30;

/** With less, almost no share of bad requests would be too much. */
const LEAST_TARGET_PERCENT = 50;

/** A slower request is bad from the target's p99 on, so that 99 % are good. */
const LATENCY_TARGET_PERCENT = 99;

const { responseMilliseconds, availabilityPercent, coldStartPercent } = TARGET_DEFAULTS;

const common = {
  enabled: defineFlag().optional(),
  target_percent: defineNumber(LEAST_TARGET_PERCENT, 99.999).optional(),
  days: defineWholeNumber(7, 90).optional(),
};

const objectiveSections = defineKeys({
  availability: defineSection(common)
    .optional()
    .meta({
      description:
        "Requests that neither fail nor are refused; by default as many as `targets.availability_percent` says",
      summary: { target_percent: availabilityPercent, days: DAYS },
    }),
  latency: defineSection({
    ...common,
    // No request takes longer than 15 minutes: https://docs.aws.amazon.com/lambda/latest/dg/gettingstarted-limits.html
    threshold_milliseconds: defineWholeNumber(1, 900_000).optional(),
  })
    .optional()
    .meta({
      description:
        "Requests that take at most `threshold_milliseconds`, without initialization; by default `targets.response_milliseconds.p99`",
      summary: {
        threshold_milliseconds: responseMilliseconds.p99,
        target_percent: LATENCY_TARGET_PERCENT,
        days: DAYS,
      },
    }),
  cold_starts: defineSection(common)
    .optional()
    .meta({
      description: "Requests without a cold start; by default all but `targets.cold_start_percent`",
      summary: { target_percent: 100 - coldStartPercent, days: DAYS },
    }),
});

/** Settings of objectives; true or false switches all of them on or off. */
export const objectiveOverrides = z.union([defineFlag(), objectiveSections], {
  error: "true, false or a map, as in objectives = { availability = { … } }",
});

type ObjectiveSections = Readonly<z.output<typeof objectiveSections>>;

/** The objectives of a file. */
export type ObjectiveOverrides = boolean | ObjectiveSections;

/** What a file's settings say about each objective. */
export function listObjectiveSections(overrides: ObjectiveOverrides): ObjectiveSections {
  if (typeof overrides === "object") return overrides;
  return Object.fromEntries(OBJECTIVE_KEYS.map((key) => [key, { enabled: overrides }]));
}

/** What decides which of a function's objectives are on, and their defaults. */
export interface ObjectiveSubject {
  readonly targets: Targets;
  /** Whether somebody may wait for its answers. */
  readonly isAwaited: boolean;
  /** Whether cold starts of requests are known apart from those of pings. */
  readonly publishesMetrics: boolean;
  /** No request takes longer; undefined if it is not known. */
  readonly timeoutSeconds?: number | undefined;
}

/**
 * One function's objectives: its own settings, otherwise the environment's, otherwise its targets. Without a switch, an
 * objective is on where it makes sense, or where the function itself has settings for it.
 */
export function resolveObjectives(
  environment: ObjectiveOverrides,
  own: ObjectiveOverrides,
  { targets, isAwaited, publishesMetrics, timeoutSeconds = Infinity }: ObjectiveSubject,
): Objectives {
  const [shared, sections] = [listObjectiveSections(environment), listObjectiveSections(own)];
  const resolve = <Key extends ObjectiveKey>(key: Key, defaults: Required<Objectives>[Key]) => {
    const settings = omitUndefined<Partial<LatencyObjective> & { readonly enabled?: undefined }>({
      ...defaults,
      ...omitUndefined(shared[key]),
      ...omitUndefined(sections[key]),
      enabled: undefined,
    });
    const { targetPercent = 0, thresholdMilliseconds = 0 } = settings;
    const canBeMissed = targetPercent >= LEAST_TARGET_PERCENT && thresholdMilliseconds < timeoutSeconds * 1000;
    const makesSense = (isAwaited || !FOR_AWAITED.includes(key)) && (publishesMetrics || key !== "cold_starts");
    const byDefault = shared[key]?.enabled !== false && makesSense && canBeMissed;
    const isOn = sections[key]?.enabled ?? (hasSettings(sections[key]) || byDefault);
    return isOn ? { [key]: settings } : {};
  };
  return {
    ...resolve("availability", { targetPercent: targets.availabilityPercent, days: DAYS }),
    ...resolve("latency", {
      targetPercent: LATENCY_TARGET_PERCENT,
      days: DAYS,
      thresholdMilliseconds: targets.responseMilliseconds.p99,
    }),
    ...resolve("cold_starts", { targetPercent: Number((100 - targets.coldStartPercent).toFixed(3)), days: DAYS }),
  };
}
