import * as z from "zod";
import {
  defineFlag,
  omitUndefined,
  defineKeys,
  defineOneOf,
  defineSection,
  defineText,
  defineTimeZone,
  defineWholeNumber,
} from "./fields";
import { INTERVALS_MINUTES, type IntervalMinutes, parseDays } from "./days";
import { type CrossFieldMistake } from "./cross-field-mistakes";

/**
 * How functions are kept warm, as a tfvars file sets it: under `warming` for a whole environment, or under a function
 * for that function only.
 */

/** The most instances that one run keeps warm. */
const MAX_CONCURRENCY = 200;

/** Every strategy's settings, defaults filled in. */
export interface WarmingSettings {
  /** At all times outside the peak. */
  readonly scheduled: {
    readonly enabled: boolean;
    readonly everyMinutes: IntervalMinutes;
    readonly concurrency: number;
  };
  /** During busy hours. */
  readonly peak: {
    readonly enabled: boolean;
    readonly everyMinutes: IntervalMinutes;
    readonly fromHour: number;
    /** The first hour after the peak, on the next day if it is before `fromHour`. */
    readonly toHour: number;
    /** On which days a peak begins, as in `MON-FRI`. */
    readonly days: string;
    /** The time zone of its hours and days, with its daylight saving time. */
    readonly timezone: string;
    readonly concurrency: number;
  };
  /** Started by hand, before many requests are expected. */
  readonly preDeployment: {
    readonly everySeconds: number;
    readonly forMinutes: number;
    readonly concurrency: number;
  };
  /** In a deployment: a new version before it gets traffic. */
  readonly gate: { readonly enabled: boolean; readonly concurrency: number };
  /** As many instances as the function is going to need, instead of the fixed numbers of schedule and peak. */
  readonly conditional: {
    readonly enabled: boolean;
    readonly minimum: number;
    readonly maximum: number;
    /** Minutes from one reading of usage to the next, for each metric that it needs; less while little is known. */
    readonly readEveryMinutes: number;
  };
}

/** The settings unless a file overrides them. */
export const WARMING_DEFAULTS: WarmingSettings = {
  scheduled: { enabled: true, everyMinutes: 5, concurrency: 3 },
  peak: { enabled: true, everyMinutes: 2, fromHour: 9, toHour: 18, days: "MON-SUN", timezone: "UTC", concurrency: 3 },
  preDeployment: { everySeconds: 30, forMinutes: 10, concurrency: 10 },
  gate: { enabled: true, concurrency: 3 },
  conditional: { enabled: false, minimum: 0, maximum: 30, readEveryMinutes: 120 },
};

const enabled = defineFlag().optional();
const everyMinutes = defineOneOf(INTERVALS_MINUTES).optional();
const concurrency = defineWholeNumber(1, MAX_CONCURRENCY).optional();

const warmingSections = defineKeys({
  scheduled: defineSection({ enabled, every_minutes: everyMinutes, concurrency })
    .optional()
    .meta(documentSetting("scheduled", "Pings at all times outside the peak; the interval must divide an hour evenly")),
  peak: defineSection({
    enabled,
    every_minutes: everyMinutes,
    from_hour: defineWholeNumber(0, 23).optional(),
    to_hour: defineWholeNumber(1, 24).optional(),
    days: defineText("days as in MON-FRI or SAT,SUN", /^[A-Z,-]+$/)
      .refine((days) => parseDays(days) !== undefined, { error: "days as in MON-FRI or SAT,SUN" })
      .optional(),
    timezone: defineTimeZone().optional(),
    concurrency,
  })
    .optional()
    .meta(documentSetting("peak", "Pings during busy hours of a time zone, which may pass midnight")),
  pre_deployment: defineSection({
    every_seconds: defineWholeNumber(5, 300).optional(),
    for_minutes: defineWholeNumber(1, 14).optional(),
    concurrency,
  })
    .optional()
    .meta(documentSetting("preDeployment", "Rounds of pings that `npm run ops -- warm` starts")),
  gate: defineSection({ enabled, concurrency })
    .optional()
    .meta(documentSetting("gate", "Whether a new version must answer pings before it gets traffic")),
  conditional: defineSection({
    enabled,
    minimum: defineWholeNumber(0, MAX_CONCURRENCY).optional(),
    maximum: defineWholeNumber(1, MAX_CONCURRENCY).optional(),
    read_every_minutes: defineWholeNumber(5, 1440).optional(),
  })
    .optional()
    .meta(documentSetting("conditional", "Whether usage decides how many instances schedule and peak keep warm")),
});

/** Settings that override {@link WARMING_DEFAULTS}, or whether there are pings between deployments. */
export const warmingOverrides = z.union([defineFlag(), warmingSections], {
  error: "true, false or a map, as in warming = { scheduled = { … } }",
});

type WarmingSections = Readonly<z.output<typeof warmingSections>>;

/** The warming settings of a file. */
export type WarmingOverrides = boolean | WarmingSections;

const PINGS_ON: WarmingSections = { scheduled: { enabled: true }, peak: { enabled: true } };

/** Without the gate: it is no ping between deployments, but proves that a version can start. */
const PINGS_OFF: WarmingSections = {
  scheduled: { enabled: false },
  peak: { enabled: false },
  conditional: { enabled: false },
};

/** What a file's settings say about each strategy. */
export function listWarmingSections(overrides: WarmingOverrides): WarmingSections {
  if (overrides === true) return {};
  return overrides === false ? PINGS_OFF : overrides;
}

/** Whether a file says that something is to be warmed, and how. */
export function setsWarming(overrides: WarmingOverrides): boolean {
  return overrides === true || Object.keys(overrides).length > 0;
}

/** Whether settings are about pings between deployments, and more than that there are none. */
export function asksForPings(own: WarmingOverrides): boolean {
  return own === true || (own !== false && [own.scheduled, own.peak, own.conditional].some(Boolean));
}

/**
 * Whether the usage of a function deployed elsewhere is known: it is that of alias `live`. If pings enter through
 * another alias than `warm`, requests may not enter through `live`, or not alone.
 */
export function hasKnownUsage(warmingQualifier: string | undefined): boolean {
  return warmingQualifier === "warm";
}

/** Whether there are pings between deployments. */
export function isPinged({ scheduled, peak }: Pick<WarmingSettings, "scheduled" | "peak">): boolean {
  return scheduled.enabled || peak.enabled;
}

/**
 * One function's settings: its own, otherwise the environment's, otherwise the defaults.
 *
 * @param isAwaited whether somebody may wait for its answers; if not, it gets pings only if its own settings ask for it
 */
export function resolveWarmingSettings(
  environment: WarmingOverrides,
  own: WarmingOverrides,
  isAwaited = true,
): WarmingSettings {
  const shared = listWarmingSections(environment);
  if (own === true) return isPinged(mergeSections(shared)) ? mergeSections(shared) : mergeSections(shared, PINGS_ON);
  const sections = [shared, listWarmingSections(own)];
  return isAwaited || asksForPings(own) ? mergeSections(...sections) : mergeSections(...sections, PINGS_OFF);
}

function mergeSections(...all: readonly WarmingSections[]): WarmingSettings {
  const merge = <Settings extends object>(defaults: Settings, ...overrides: (object | undefined)[]): Settings => {
    const result = { ...defaults };
    for (const override of overrides) Object.assign(result, omitUndefined(override));
    return result;
  };
  return {
    scheduled: merge(WARMING_DEFAULTS.scheduled, ...all.map(({ scheduled }) => scheduled)),
    peak: merge(WARMING_DEFAULTS.peak, ...all.map(({ peak }) => peak)),
    preDeployment: merge(WARMING_DEFAULTS.preDeployment, ...all.map(({ pre_deployment: rounds }) => rounds)),
    gate: merge(WARMING_DEFAULTS.gate, ...all.map(({ gate }) => gate)),
    conditional: merge(WARMING_DEFAULTS.conditional, ...all.map(({ conditional }) => conditional)),
  };
}

/** Finds mistakes in settings that are each valid on their own. */
export function findWarmingMistakes({ scheduled, peak, conditional }: WarmingSettings): CrossFieldMistake[] {
  const { fromHour, toHour } = peak;
  const isAlways = fromHour === 0 && toHour === 24 && parseDays(peak.days)?.length === 7;
  const mistake = (condition: boolean, path: string[], expected: string, got: unknown) =>
    condition ? [{ path, expected, got }] : [];
  return [
    ...mistake(peak.enabled && fromHour === toHour, ["peak", "to_hour"], "another hour than from_hour", toHour),
    ...mistake(
      peak.enabled && scheduled.enabled && isAlways,
      ["scheduled", "enabled"],
      "false, because the peak leaves no hour to the schedule",
      true,
    ),
    ...mistake(
      conditional.enabled && conditional.minimum > conditional.maximum,
      ["conditional", "minimum"],
      `at most maximum, which is ${conditional.maximum}`,
      conditional.minimum,
    ),
    ...mistake(
      conditional.enabled && !isPinged({ scheduled, peak }),
      ["conditional", "enabled"],
      "scheduled or peak warming as well, whose number of instances it decides",
      true,
    ),
  ];
}

/**
 * Finds explicit numbers of instances that exceed what pings may use of a function's reserved concurrency: one instance
 * stays free for requests, but a gate pings at least one. Defaults are lowered instead.
 */
export function findConcurrencyMistakes(
  environment: WarmingOverrides,
  own: WarmingOverrides,
  reserved: number,
  isAwaited: boolean,
): CrossFieldMistake[] {
  const settings = resolveWarmingSettings(environment, own, isAwaited);
  const [shared, sections] = [listWarmingSections(environment), listWarmingSections(own)];
  const free = reserved - 1;
  const said = (key: "scheduled" | "peak" | "pre_deployment" | "gate") =>
    sections[key]?.concurrency ?? shared[key]?.concurrency;
  const saidBound = (key: "minimum" | "maximum") => sections.conditional?.[key] ?? shared.conditional?.[key];
  const { scheduled, peak, gate, conditional } = settings;
  const numbers: [path: string[], number: number | undefined, isOn: boolean, most: number][] = [
    [["scheduled", "concurrency"], said("scheduled"), scheduled.enabled, free],
    [["peak", "concurrency"], said("peak"), peak.enabled, free],
    [["pre_deployment", "concurrency"], said("pre_deployment"), true, free],
    [["gate", "concurrency"], said("gate"), gate.enabled, Math.max(1, free)],
    [["conditional", "minimum"], saidBound("minimum"), conditional.enabled, free],
    [["conditional", "maximum"], saidBound("maximum"), conditional.enabled, free],
  ];
  return numbers.flatMap(([path, number, isOn, most]) => {
    if (number === undefined || !isOn || number <= most) return [];
    const expected =
      most === 0
        ? "reserved_concurrency above 1: one instance stays free for requests"
        : `at most ${most}: of reserved_concurrency = ${reserved}, one instance stays free for requests`;
    return [{ path, expected, got: number }];
  });
}

/** The largest number of instances that a function's settings request. */
export function countMostInstances({ scheduled, peak, preDeployment, gate, conditional }: WarmingSettings): number {
  return Math.max(
    preDeployment.concurrency,
    scheduled.enabled ? scheduled.concurrency : 0,
    peak.enabled ? peak.concurrency : 0,
    gate.enabled ? gate.concurrency : 0,
    conditional.enabled && isPinged({ scheduled, peak }) ? conditional.maximum : 0,
  );
}

function documentSetting(strategy: keyof WarmingSettings, description: string) {
  const toSnakeCase = (key: string) => key.replaceAll(/[A-Z]/g, (letter) => `_${letter.toLowerCase()}`);
  const summary = Object.entries(WARMING_DEFAULTS[strategy]).map(([key, value]) => [
    toSnakeCase(key),
    value as unknown,
  ]);
  return { description, summary: Object.fromEntries(summary) as object };
}
