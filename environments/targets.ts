import type * as z from "zod";
import { type CrossFieldMistake } from "./cross-field-mistakes";
import { defineKeys, defineNumber, defineWholeNumber, omitUndefined } from "./fields";

/**
 * Targets, as a tfvars file sets them: under `targets` for a whole environment, or under a function for that function
 * only. Dashboards draw these figures, load tests and reports judge by them; they are not alarms.
 */
export interface Targets {
  /** Cold starts, as a share of all requests. */
  readonly coldStartPercent: number;
  /** Time to initialize, on average. */
  readonly initMilliseconds: number;
  /** Duration of a request, without cold starts. */
  readonly responseMilliseconds: { readonly p50: number; readonly p90: number; readonly p99: number };
  /**
   * Average peak memory, as a share of the function's memory: below this range, memory is paid for but not used; above
   * it, there is no reserve.
   */
  readonly memoryPercent: { readonly from: number; readonly to: number };
  /** Failed requests, as a share of all requests. */
  readonly errorPercent: number;
  /** Requests that were answered and did not fail, as a share of all requests. */
  readonly availabilityPercent: number;
}

/** The targets unless a file overrides them. */
export const TARGET_DEFAULTS: Targets = {
  coldStartPercent: 5,
  initMilliseconds: 1000,
  responseMilliseconds: { p50: 200, p90: 500, p99: 1000 },
  memoryPercent: { from: 60, to: 80 },
  errorPercent: 0.1,
  availabilityPercent: 99.95,
};

const { responseMilliseconds, memoryPercent } = TARGET_DEFAULTS;

const defineResponse = (percentile: keyof Targets["responseMilliseconds"], share: string) =>
  // No request takes longer than 15 minutes: https://docs.aws.amazon.com/lambda/latest/dg/gettingstarted-limits.html
  defineWholeNumber(1, 900_000)
    .optional()
    .meta({ description: `${share} of the requests take less than this`, summary: responseMilliseconds[percentile] });

const defineMemory = (end: keyof Targets["memoryPercent"], description: string) =>
  defineWholeNumber(1, 100).optional().meta({ description, summary: memoryPercent[end] });

/** Settings that override {@link TARGET_DEFAULTS}. */
export const targetOverrides = defineKeys({
  cold_start_percent: defineNumber(0.01, 100).optional().meta({
    description: "Requests with a cold start are less than this share",
    summary: TARGET_DEFAULTS.coldStartPercent,
  }),
  init_milliseconds: defineWholeNumber(1, 10_000).optional().meta({
    description: "Time to initialize, on average, is less than this",
    summary: TARGET_DEFAULTS.initMilliseconds,
  }),
  response_milliseconds: defineKeys({
    p50: defineResponse("p50", "Half"),
    p90: defineResponse("p90", "90 %"),
    p99: defineResponse("p99", "99 %"),
  })
    .optional()
    .meta({ description: "Time of a request, without cold starts" }),
  memory_percent: defineKeys({
    from: defineMemory("from", "With less, memory is paid for but not used"),
    to: defineMemory("to", "With more, there is no reserve"),
  })
    .optional()
    .meta({ description: "Average peak memory, as a share of the function's memory" }),
  error_percent: defineNumber(0.001, 100)
    .optional()
    .meta({ description: "Failed requests are less than this share", summary: TARGET_DEFAULTS.errorPercent }),
  availability_percent: defineNumber(1, 99.999).optional().meta({
    description: "Requests that neither failed nor were refused are more than this share",
    summary: TARGET_DEFAULTS.availabilityPercent,
  }),
});

/** The targets of a file. */
export type TargetOverrides = Readonly<z.output<typeof targetOverrides>>;

/** One function's targets: its own, otherwise the environment's, otherwise the defaults. */
export function resolveTargets(environment: TargetOverrides, own: TargetOverrides = {}): Targets {
  const merged: TargetOverrides = { ...omitUndefined(environment), ...omitUndefined(own) };
  return {
    coldStartPercent: merged.cold_start_percent ?? TARGET_DEFAULTS.coldStartPercent,
    initMilliseconds: merged.init_milliseconds ?? TARGET_DEFAULTS.initMilliseconds,
    responseMilliseconds: {
      ...responseMilliseconds,
      ...omitUndefined(environment.response_milliseconds),
      ...omitUndefined(own.response_milliseconds),
    },
    memoryPercent: {
      ...memoryPercent,
      ...omitUndefined(environment.memory_percent),
      ...omitUndefined(own.memory_percent),
    },
    errorPercent: merged.error_percent ?? TARGET_DEFAULTS.errorPercent,
    availabilityPercent: merged.availability_percent ?? TARGET_DEFAULTS.availabilityPercent,
  };
}

/** Finds mistakes in targets that are each valid on their own. */
export function findTargetMistakes({ responseMilliseconds, memoryPercent }: Targets): CrossFieldMistake[] {
  const { p50, p90, p99 } = responseMilliseconds;
  const { from, to } = memoryPercent;
  const mistake = (isWrong: boolean, path: string[], expected: string, got: number) =>
    isWrong ? [{ path, expected, got }] : [];
  return [
    ...mistake(p90 < p50, ["response_milliseconds", "p90"], `at least p50, which is ${p50}`, p90),
    ...mistake(p99 < p90, ["response_milliseconds", "p99"], `at least p90, which is ${p90}`, p99),
    ...mistake(to <= from, ["memory_percent", "to"], `more than from, which is ${from}`, to),
  ];
}
