import { findHourOfWeek, type Policy } from "../../advisor/policy";
import { toLocalMinute } from "../../advisor/time-zone";
import { countMostProvisioned } from "../../environments/provisioned-concurrency";
import { WARMING_DEFAULTS } from "../../environments/warming";
import { type History } from "./history";
import { type AdvisedSettings, buildPolicy, type WarmingChoice, describeWarming } from "./warming-policy";
import { listHoursOfWeek, planProvisioned } from "./provisioned-hours";
import { type TrafficProfile } from "./profile";

/** A policy in the comparison. */
export interface Candidate extends AdvisedSettings {
  readonly name: string;
  readonly policy: Policy;
}

/** Shares of the peaks per minute that numbers cover: nine of ten, 99 of 100, all. */
const SHARES = [0.9, 0.99, 1];

const FIXED_NUMBERS = [1, 2, 3, 5, 10, 20, 50, 100, 200] as const;
const FEWEST_FIXED_NUMBERS = 5;
/** Intervals other than the usual five minutes, with the usual number. */
const OTHER_INTERVALS = [2, 6, 10] as const;
const MOST_INSTANCES = 200;

/** Share of all requests in the busy hours, and their maximum number. */
const BUSY_SHARE = 0.8;
const LONGEST_PEAK_HOURS = 12;
/** A day at the weekend with less of an average weekday's requests is not busy. */
const QUIET_SHARE = 0.5;

const HOURS_PER_WEEK = 168;
const MINUTE = 60_000;

/** No pings. */
export const OFF: WarmingChoice = {
  scheduled: { ...WARMING_DEFAULTS.scheduled, enabled: false },
  peak: { ...WARMING_DEFAULTS.peak, enabled: false },
  conditional: { ...WARMING_DEFAULTS.conditional, enabled: false },
};

/** The policies to compare for a function, the configured one first. Numbers follow from the history. */
export function listCandidates(
  { startsAt }: Pick<History, "startsAt">,
  profile: TrafficProfile,
  configured: WarmingChoice | undefined,
  reservedConcurrency = MOST_INSTANCES,
): Candidate[] {
  const most = Math.min(MOST_INSTANCES, reservedConcurrency);
  const used = profile.peaks.filter((peak) => peak > 0).sort();
  const countNeeded = (share: number) => Math.min(most, Math.max(1, findQuantile(used, share)));
  const numbers = [...new Set(SHARES.map((share) => countNeeded(share)))];
  const makeScheduled = (
    everyMinutes: WarmingChoice["scheduled"]["everyMinutes"],
    concurrency: number,
  ): WarmingChoice => ({
    ...OFF,
    scheduled: { enabled: true, everyMinutes, concurrency },
  });
  const enough = FIXED_NUMBERS.findIndex((number) => number >= countNeeded(1));
  const usual = FIXED_NUMBERS.slice(0, Math.max(FEWEST_FIXED_NUMBERS, enough < 0 ? FIXED_NUMBERS.length : enough + 1));
  const fixedNumbers = [...new Set([...usual.filter((number) => number <= most), ...numbers])].sort((a, b) => a - b);
  const hours = findBusyHours(startsAt, profile, configured?.peak.timezone ?? "UTC");
  const maximum = Math.max(Math.min(most, WARMING_DEFAULTS.conditional.maximum), countNeeded(1));
  const makeConditional = (everyMinutes: 5 | 10, minimum: number): WarmingChoice => ({
    ...makeScheduled(everyMinutes, Math.min(most, WARMING_DEFAULTS.scheduled.concurrency)),
    conditional: { ...WARMING_DEFAULTS.conditional, enabled: true, minimum, maximum },
  });
  const settings = [
    OFF,
    ...fixedNumbers.map((number) => makeScheduled(5, number)),
    ...OTHER_INTERVALS.map((minutes) => makeScheduled(minutes, Math.min(most, WARMING_DEFAULTS.scheduled.concurrency))),
    ...(hours
      ? numbers.map((number) => ({
          ...makeScheduled(5, 1),
          peak: { enabled: true, everyMinutes: 5 as const, concurrency: number, ...hours },
        }))
      : []),
    makeConditional(5, 0),
    makeConditional(5, 1),
    makeConditional(10, 0),
  ];
  const warmed = settings.map((warming): Candidate => ({
    name: describeWarming(warming),
    policy: buildPolicy(warming),
    warming,
  }));
  const provisioned = numbers.map((concurrency): Candidate => ({
    name: `provisioned x ${concurrency}`,
    policy: { kind: "provisioned", concurrency },
    warming: OFF,
    provisioned: { instances: concurrency, hours: {} },
  }));
  const byHour = groupPeaksByHour(startsAt, profile);
  const scheduled = [0.99, 1].map((share): Candidate => {
    const planned = planProvisioned(byHour.map((peaks) => Math.min(most, findQuantile(peaks, share))));
    const concurrency = listHoursOfWeek(planned);
    return {
      name: `provisioned by the hour, ${Math.min(...concurrency)} to ${Math.max(...concurrency)}${share === 1 ? ", all peaks" : ""}`,
      policy: { kind: "provisioned", concurrency },
      warming: OFF,
      provisioned: planned,
    };
  });
  const now: Candidate[] = configured
    ? [{ name: describeWarming(configured), policy: buildPolicy(configured), warming: configured }]
    : [];
  const bought = scheduled.filter(({ provisioned: planned }) => planned && countMostProvisioned(planned) > 0);
  return removeRepetition([...now, ...warmed, ...provisioned, ...bought]);
}

/** The whole number of instances that a share of sorted peaks did not exceed. */
function findQuantile(sorted: Float64Array, share: number): number {
  return Math.ceil(sorted[Math.ceil(share * sorted.length) - 1] ?? 0);
}

function removeRepetition(candidates: readonly Candidate[]): Candidate[] {
  const seen = new Set<string>();
  return candidates.filter(({ policy }) => {
    const key = JSON.stringify(policy);
    return !seen.has(key) && seen.add(key);
  });
}

/** The shortest time of a time zone's day with most of the requests, if there is one and it is not the whole day. */
function findBusyHours(
  startsAt: number,
  { counts, requests }: TrafficProfile,
  timezone: string,
): Pick<WarmingChoice["peak"], "fromHour" | "toHour" | "days" | "timezone"> | undefined {
  if (requests === 0) return undefined;
  const byHour = new Array<number>(24).fill(0);
  const byDay = new Array<number>(7).fill(0);
  const minutes = new Array<number>(7).fill(0);
  counts.forEach((count, minute) => {
    const hour = findHourOfWeek(toLocalMinute(startsAt / MINUTE + minute, timezone));
    byHour[hour % 24] = (byHour[hour % 24] ?? 0) + count;
    byDay[Math.floor(hour / 24)] = (byDay[Math.floor(hour / 24)] ?? 0) + count;
    minutes[Math.floor(hour / 24)] = (minutes[Math.floor(hour / 24)] ?? 0) + 1;
  });
  const within = (from: number, length: number) =>
    Array.from({ length }, (_, offset) => byHour[(from + offset) % 24] ?? 0).reduce((sum, count) => sum + count, 0);
  for (let length = 1; length <= LONGEST_PEAK_HOURS; length++) {
    const from = Array.from({ length: 24 }, (_, hour) => hour).reduce((best, hour) =>
      within(hour, length) > within(best, length) ? hour : best,
    );
    if (within(from, length) < BUSY_SHARE * requests) continue;
    const perMinute = (days: readonly number[]) => {
      const [count, of] = [byDay, minutes].map((all) => days.reduce((sum, day) => sum + (all[day] ?? 0), 0));
      return of ? (count ?? 0) / of : undefined;
    };
    const [weekend, week] = [perMinute([0, 6]), perMinute([1, 2, 3, 4, 5])];
    const isQuiet = weekend !== undefined && week !== undefined && weekend < QUIET_SHARE * week;
    const end = from + length;
    return { fromHour: from, toHour: end > 24 ? end - 24 : end, days: isQuiet ? "MON-FRI" : "MON-SUN", timezone };
  }
  return undefined;
}

/** Every minute's peak, sorted, by the hour of the week. */
function groupPeaksByHour(startsAt: number, { peaks }: TrafficProfile): Float64Array[] {
  const byHour = Array.from({ length: HOURS_PER_WEEK }, (): number[] => []);
  peaks.forEach((peak, minute) => byHour[findHourOfWeek(startsAt / MINUTE + minute)]?.push(peak));
  return byHour.map((all) => Float64Array.from(all).sort());
}
