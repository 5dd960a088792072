import { type HoursOfWeek } from "../../advisor/policy";
import { DAYS, parseDays } from "../../environments/days";
import { MAX_HOURS, type ProvisionedConcurrency } from "../../environments/provisioned-concurrency";

const HOURS_PER_DAY = 24;

/** Days, as indexes into {@link DAYS}, with the same instances in each hour. */
interface SameDays {
  readonly days: readonly number[];
  readonly instances: readonly number[];
}

/** Neighboring hours with the same instances. */
interface Run {
  readonly from: number;
  readonly to: number;
  readonly instances: number;
}

/**
 * The provisioned concurrency that has at least these instances in each hour of a week, in UTC. It has more where a
 * file's limit on entries needs it, but as few as merging similar days and neighboring hours one by one finds.
 */
export function planProvisioned(wanted: HoursOfWeek): ProvisionedConcurrency {
  const base = Math.min(...wanted);
  let all = mergeEqualDays(
    DAYS.map((_, day) => ({ days: [day], instances: wanted.slice(day * HOURS_PER_DAY, (day + 1) * HOURS_PER_DAY) })),
  );
  while (listEntries(all, base).length > MAX_HOURS) {
    all = [...listJoinedHours(all), ...listJoinedDays(all)].reduce((least, one) =>
      countInstanceHours(one) < countInstanceHours(least) ? one : least,
    );
  }
  return { instances: base, hours: Object.fromEntries(listEntries(all, base)) };
}

/** The instances in each hour of a week, in UTC. */
export function listHoursOfWeek({ instances, hours }: ProvisionedConcurrency): HoursOfWeek {
  const week = new Array<number>(DAYS.length * HOURS_PER_DAY).fill(instances);
  for (const { days, fromHour, toHour, instances: more } of Object.values(hours)) {
    for (const day of parseDays(days) ?? []) {
      const start = DAYS.indexOf(day) * HOURS_PER_DAY;
      week.fill(more, start + fromHour, start + toHour);
    }
  }
  return week;
}

function mergeEqualDays(all: readonly SameDays[]): readonly SameDays[] {
  const byInstances = new Map<string, SameDays>();
  for (const { days, instances } of all) {
    const key = instances.join();
    byInstances.set(key, { days: [...(byInstances.get(key)?.days ?? []), ...days], instances });
  }
  return [...byInstances.values()];
}

function listEntries(all: readonly SameDays[], base: number): [string, ProvisionedConcurrency["hours"][string]][] {
  return all.flatMap(({ days, instances: ofDay }) => {
    const written = formatDays(days);
    return listRuns(ofDay)
      .filter(({ instances }) => instances > base)
      .map(({ from, to, instances }): [string, ProvisionedConcurrency["hours"][string]] => [
        `${written.toLowerCase().replaceAll(",", "-")}-${from}-${to}`,
        { fromHour: from, toHour: to, days: written, timezone: "UTC", instances },
      ]);
  });
}

function listRuns(instances: readonly number[]): Run[] {
  const starts = instances.flatMap((one, hour) => (one === instances[hour - 1] ? [] : [hour]));
  return starts.map((from, index) => ({
    from,
    to: starts[index + 1] ?? instances.length,
    instances: instances[from] ?? 0,
  }));
}

/** Each way to give two neighboring runs the same instances. */
function listJoinedHours(all: readonly SameDays[]): (readonly SameDays[])[] {
  return all.flatMap(({ days, instances }, place) => {
    const runs = listRuns(instances);
    return runs.slice(1).map((run, index) => {
      const before = runs[index] ?? run;
      const most = Math.max(before.instances, run.instances);
      const joined = instances.map((count, hour) => (hour >= before.from && hour < run.to ? most : count));
      return mergeEqualDays(all.with(place, { days, instances: joined }));
    });
  });
}

/** Each way to give two kinds of days the same instances. */
function listJoinedDays(all: readonly SameDays[]): (readonly SameDays[])[] {
  return all.flatMap((one, place) =>
    all.slice(place + 1).map((other) => {
      const instances = one.instances.map((count, hour) => Math.max(count, other.instances[hour] ?? 0));
      const joined = { days: [...one.days, ...other.days], instances };
      return mergeEqualDays([...all.filter((each) => each !== one && each !== other), joined]);
    }),
  );
}

function countInstanceHours(all: readonly SameDays[]): number {
  return all.reduce(
    (total, { days, instances }) => total + days.length * instances.reduce((sum, count) => sum + count, 0),
    0,
  );
}

/** As in `MON-FRI` or `SUN,SAT`. */
function formatDays(days: readonly number[]): string {
  const sorted = days.toSorted((one, other) => one - other);
  const starts = sorted.filter((day) => !sorted.includes(day - 1));
  return starts
    .map((first) => {
      const last = sorted.find((day) => day >= first && !sorted.includes(day + 1)) ?? first;
      return first === last ? DAYS[first] : `${DAYS[first] ?? ""}-${DAYS[last] ?? ""}`;
    })
    .join(",");
}
