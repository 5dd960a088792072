import type * as z from "zod";
import { MEASURE_KEYS, type MeasureKey } from "../rollout/contract";
import { type CrossFieldMistake } from "./cross-field-mistakes";
import { type DeepReadonly, defineList, defineOneOf, defineSection, defineWholeNumber, omitUndefined } from "./fields";

/**
 * How a new version gets traffic, as a tfvars file sets it: under `rollout` for a whole environment, or under a
 * function for that function only.
 */

/** Every setting of one function, defaults filled in. */
export interface RolloutSettings {
  readonly strategy: "all_at_once" | "canary" | "linear";
  /** The share of requests of the first step and, for `linear`, how much each step adds. */
  readonly percent: number;
  readonly everySeconds: number;
  readonly bakeSeconds: number;
  readonly judgedBy: readonly MeasureKey[];
  readonly tooFewRequests: "proceed" | "wait";
  readonly maximumSeconds: number;
}

/** The settings unless a file overrides them. */
export const ROLLOUT_DEFAULTS: RolloutSettings = {
  strategy: "all_at_once",
  percent: 10,
  everySeconds: 300,
  bakeSeconds: 180,
  judgedBy: MEASURE_KEYS,
  tooFewRequests: "proceed",
  maximumSeconds: 3600,
};

const DAY_SECONDS = 86_400;

/** Its figures are a minute's, and arrive later. */
const LEAST_SECONDS = 60;

const document = (key: keyof RolloutSettings, description: string) => ({ description, summary: ROLLOUT_DEFAULTS[key] });

/** Settings that override {@link ROLLOUT_DEFAULTS}. */
export const rolloutOverrides = defineSection({
  strategy: defineOneOf(["all_at_once", "canary", "linear"])
    .optional()
    .meta(
      document(
        "strategy",
        "all_at_once: all requests when the version has passed its gate; canary: `percent` of them, then all; linear: `percent` more in each step",
      ),
    ),
  percent: defineWholeNumber(1, 99)
    .optional()
    .meta(document("percent", "Share of requests that the first step, and each step of linear, adds")),
  every_seconds: defineWholeNumber(LEAST_SECONDS, DAY_SECONDS)
    .optional()
    .meta(document("everySeconds", "How long each step lasts at least")),
  bake_seconds: defineWholeNumber(0, DAY_SECONDS)
    .optional()
    .meta(document("bakeSeconds", "How long the version is judged after all requests have moved")),
  judged_by: defineList(defineOneOf(MEASURE_KEYS), '["errors", "duration"]')
    .refine((keys) => keys.length > 0, { error: "at least one measure" })
    .optional()
    .meta(document("judgedBy", "What the version is compared in; alarms are those of the function")),
  too_few_requests: defineOneOf(["proceed", "wait"])
    .optional()
    .meta(
      document(
        "tooFewRequests",
        "What a step does if too few requests come to judge by: go on and say so, or wait for them and go back at the maximum",
      ),
    ),
  maximum_seconds: defineWholeNumber(2 * LEAST_SECONDS, 2 * DAY_SECONDS)
    .optional()
    .meta(document("maximumSeconds", "A rollout that takes longer goes back")),
});

/** The rollout settings of a file. */
export type RolloutOverrides = DeepReadonly<z.output<typeof rolloutOverrides>>;

/** One function's settings: its own, otherwise the environment's, otherwise the defaults. */
export function resolveRollout(environment: RolloutOverrides, own: RolloutOverrides): RolloutSettings {
  return { ...ROLLOUT_DEFAULTS, ...omitUndefined(environment), ...omitUndefined(own) };
}

/** Whether a function's new versions get traffic in steps. */
export function isRolledOut(environment: RolloutOverrides, own: RolloutOverrides): boolean {
  return resolveRollout(environment, own).strategy !== "all_at_once";
}

/** Whether new versions of any function of an environment do. */
export function hasRollouts(environment: {
  readonly rollout: RolloutOverrides;
  readonly functions: Readonly<Record<string, { readonly rollout: RolloutOverrides }>>;
}): boolean {
  return Object.values(environment.functions).some(({ rollout }) => isRolledOut(environment.rollout, rollout));
}

/** The new version's share of requests in each step, in percent; the last one is 100. */
export function listPercents({ strategy, percent }: RolloutSettings): number[] {
  if (strategy === "all_at_once") return [100];
  const steps = strategy === "canary" ? 1 : Math.ceil(100 / percent) - 1;
  return [...Array.from({ length: steps }, (_, index) => (index + 1) * percent), 100];
}

/** What makes a difference for a function's rollouts. */
interface Settings {
  readonly rollout: RolloutOverrides;
  readonly provisionedConcurrency?: object | undefined;
}

/**
 * Finds settings of a function that have no effect, or that AWS would refuse.
 *
 * @param isGated whether the function's versions must answer pings before they get traffic
 */
export function findRolloutMistakes(
  environment: RolloutOverrides,
  { rollout: own, provisionedConcurrency }: Settings,
  isGated: boolean,
): CrossFieldMistake[] {
  const settings = resolveRollout(environment, own);
  const { strategy, everySeconds, bakeSeconds, maximumSeconds } = settings;
  const place = (key: string) => ["rollout", key];
  if (strategy === "all_at_once") return setsMore(own) ? [{ ...NO_STEPS, path: place("strategy"), got: strategy }] : [];
  const mistakes: CrossFieldMistake[] = [];
  if (provisionedConcurrency) {
    // "Alias with weights can not be used with Provisioned Concurrency": Lambda's answer to it.
    const expected =
      "all_at_once with provisioned_concurrency, which AWS does not allow while an alias has two versions";
    mistakes.push({ path: place("strategy"), expected, got: strategy });
  }
  const steps = listPercents(settings).length - 1;
  const least = steps * everySeconds + bakeSeconds + LEAST_SECONDS;
  if (maximumSeconds < least) {
    const expected = `at least ${least}: ${steps === 1 ? "a step" : `${steps} steps`} of ${everySeconds}, ${bakeSeconds} afterwards, and ${LEAST_SECONDS} to spare`;
    mistakes.push({ path: place("maximum_seconds"), expected, got: maximumSeconds });
  }
  const isOnlyPinged = settings.judgedBy.every((key) => key === "pings");
  if (!isGated && (isOnlyPinged || own.judgedBy?.includes("pings") === true)) {
    const expected = `${isOnlyPinged ? "more than" : "no"} pings, which the function's versions do not get without a gate`;
    mistakes.push({ path: place("judged_by"), expected, got: "pings" });
  }
  return mistakes;
}

/** Finds settings of the whole environment that apply to none of its functions. */
export function findUnusedRollout(
  environment: RolloutOverrides,
  functions: readonly RolloutOverrides[],
): CrossFieldMistake[] {
  const isUsed = functions.some((own) => isRolledOut(environment, own));
  const asksForSteps = isRolledOut(environment, {});
  if (isUsed || !(setsMore(environment) || asksForSteps)) return [];
  const mistake = { path: ["rollout", "strategy"], got: environment.strategy };
  if (!asksForSteps) return [{ ...NO_STEPS, ...mistake }];
  return [{ ...mistake, expected: "no rollouts, of which no function of this file has any" }];
}

const NO_STEPS = { expected: "canary or linear, without which the other settings have no effect" };

function setsMore(overrides: RolloutOverrides): boolean {
  return Object.keys(overrides).some((key) => key !== "strategy");
}
