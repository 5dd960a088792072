import { describe, expect, test } from "@jest/globals";
import fc from "fast-check";
import { countProvisioned, countScheduledPings } from "../../../advisor/policy";
import { type IntervalMinutes, INTERVALS_MINUTES } from "../../../environments/days";
import { WARMING_DEFAULTS, findWarmingMistakes } from "../../../environments/warming";
import {
  findProvisionedMistakes,
  MAX_HOURS,
  provisionedConcurrency,
} from "../../../environments/provisioned-concurrency";
import { listCandidates } from "../../../operations/advise/candidates";
import { listHoursOfWeek, planProvisioned } from "../../../operations/advise/provisioned-hours";
import { buildProvisionedValues } from "../../../operations/advise/settings-values";
import { buildPolicy, type WarmingChoice } from "../../../operations/advise/warming-policy";
import { buildCronSchedules } from "../../../model/schedules";
import { Cron } from "croner";

const MINUTE = 60_000;
const SUNDAY = Date.UTC(2026, 0, 4);
const MINUTES_PER_WEEK = 7 * 1440;

/** Requests in these hours of every day, so many at once. */
function profileOf(hours: readonly number[], peak: number, days = 14, weekend = true) {
  const counts = new Float64Array(days * 1440).map((_, minute) => {
    const day = Math.floor(minute / 1440) % 7;
    const isQuiet = !weekend && (day === 0 || day === 6);
    return hours.includes(Math.floor(minute / 60) % 24) && !isQuiet ? peak : 0;
  });
  return { requests: counts.reduce((sum, count) => sum + count, 0), counts, peaks: counts };
}

const names = (profile: ReturnType<typeof profileOf>, configured?: WarmingChoice, reserved?: number) =>
  listCandidates({ startsAt: SUNDAY }, profile, configured, reserved).map(({ name }) => name);

describe("what is compared", () => {
  test("is what is set now, each kind of warming, and provisioned concurrency, each once", () => {
    const all = names(profileOf([9, 10], 4), WARMING_DEFAULTS);

    expect(all[0]).toBe("every 5 min x 3, MON-SUN 9-18 h every 2 min x 3");
    expect(all).toEqual(expect.arrayContaining(["none", "every 5 min x 1", "every 5 min x 10", "provisioned x 4"]));
    expect(all).toContain("every 5 min x 1, MON-SUN 9-11 h every 5 min x 4");
    for (const minutes of [5, 10]) {
      expect(all).toContain(`every ${minutes} min, conditional: 0 to 30 by use, read every 120 min`);
    }
    expect(all).toContain("provisioned by the hour, 0 to 4");
    expect(new Set(all).size).toBe(all.length);
  });

  test("has numbers that are as large as what was needed, and none for hours that are not busier", () => {
    const all = names(profileOf([...Array(24).keys()], 37));

    expect(all).toEqual(expect.arrayContaining(["every 5 min x 37", "every 5 min x 50", "provisioned x 37"]));
    expect(all).not.toContain("every 5 min x 100");
    expect(all.filter((name) => name.includes(" h every "))).toEqual([]);
    expect(all).toContain("every 5 min, conditional: 0 to 37 by use, read every 120 min");
  });

  test("knows a peak that passes midnight, and weekends that are quiet", () => {
    expect(names(profileOf([22, 23, 0, 1], 2))).toContain("every 5 min x 1, MON-SUN 22-2 h every 5 min x 2");
    expect(names(profileOf([8, 9], 2, 14, false))).toContain("every 5 min x 1, MON-FRI 8-10 h every 5 min x 2");
  });

  test("has its busy hours in the time zone that the file names", () => {
    const berlin = { ...WARMING_DEFAULTS, peak: { ...WARMING_DEFAULTS.peak, timezone: "Europe/Berlin" } };

    const all = listCandidates({ startsAt: SUNDAY }, profileOf([9, 10], 5), berlin);

    const busy = all.flatMap(({ warming: { peak } }) => (peak.enabled && peak.fromHour !== 9 ? [peak] : []));
    expect(busy[0]).toMatchObject({ fromHour: 10, toHour: 12, timezone: "Europe/Berlin" });
    expect(all.map(({ name }) => name).join()).toContain("10-12 h Europe/Berlin every 5 min");
  });

  test("never asks for more than is reserved", () => {
    const all = listCandidates({ startsAt: SUNDAY }, profileOf([9], 20), undefined, 6);

    for (const { policy } of all) {
      for (let minute = 0; minute < 1440; minute++) {
        expect(countScheduledPings(policy, SUNDAY / MINUTE + minute) ?? 0).toBeLessThanOrEqual(6);
        expect(countProvisioned(policy, SUNDAY / MINUTE + minute)).toBeLessThanOrEqual(6);
      }
    }
  });

  test("can be written into a file, all of it", () => {
    const all = listCandidates({ startsAt: SUNDAY }, profileOf([22, 23], 7), undefined);

    for (const { warming, provisioned } of all) {
      const settings = { ...WARMING_DEFAULTS, ...warming };
      expect(findWarmingMistakes(settings)).toEqual([]);
      expect(findProvisionedMistakes(provisioned, undefined)).toEqual([]);
    }
  });
});

const interval = fc.constantFrom<IntervalMinutes>(...INTERVALS_MINUTES);
const hour = fc.nat(23);
const settings: fc.Arbitrary<WarmingChoice> = fc
  .record({
    scheduled: fc.record({ enabled: fc.boolean(), everyMinutes: interval, concurrency: fc.constant(3) }),
    peak: fc.record({
      enabled: fc.boolean(),
      everyMinutes: interval,
      fromHour: hour,
      toHour: fc.integer({ min: 1, max: 24 }),
      days: fc.constantFrom("MON-FRI", "MON-SUN", "SAT,SUN", "FRI-MON"),
      timezone: fc.constantFrom("UTC", "Europe/Berlin", "Asia/Kolkata", "America/St_Johns"),
      concurrency: fc.constant(7),
    }),
  })
  .filter(({ peak }) => peak.fromHour !== peak.toHour)
  .map((some) => ({ ...some, conditional: WARMING_DEFAULTS.conditional }));

test("settings are simulated at the minutes at which their schedules start the warmer, in any zone and season", () => {
  fc.assert(
    fc.property(settings, fc.nat(52 * MINUTES_PER_WEEK), (warming, offset) => {
      const { scheduled, peak } = warming;
      const at = SUNDAY + offset * MINUTE;
      const schedules = buildCronSchedules({
        scheduled: scheduled.enabled ? scheduled : undefined,
        peak: peak.enabled ? peak : undefined,
      });
      const due = schedules.filter(({ expression, timezone }) => {
        const [, minute, hours, , , days] = /^cron\((\S+) (\S+) (\S+) (\S+) (\S+) \S+\)$/.exec(expression) ?? [];
        const cron = new Cron(`${minute?.replace(/^0\//, "*/")} ${hours} * * ${days?.replace("?", "*")}`, {
          timezone,
        });
        return cron.match(new Date(at));
      });

      const pings = countScheduledPings(buildPolicy(warming), at / MINUTE);

      expect(pings).toBe(due[0] && warming[due[0].strategy].concurrency);
    }),
    { numRuns: 1000 },
  );
});

describe("provisioned concurrency by the hour", () => {
  const week = (ofHour: (day: number, hour: number) => number) =>
    Array.from({ length: 168 }, (_, index) => ofHour(Math.floor(index / 24), index % 24));

  test("is as short as a file says it, and no more than is wanted", () => {
    const office = week((day, hour) => (day % 6 !== 0 && hour >= 8 && hour < 18 ? (hour < 12 ? 5 : 3) : 1));

    const planned = planProvisioned(office);

    expect(planned).toEqual({
      instances: 1,
      hours: {
        "mon-fri-8-12": { fromHour: 8, toHour: 12, days: "MON-FRI", timezone: "UTC", instances: 5 },
        "mon-fri-12-18": { fromHour: 12, toHour: 18, days: "MON-FRI", timezone: "UTC", instances: 3 },
      },
    });
    expect(listHoursOfWeek(planned)).toEqual(office);
  });

  test("is never less than is wanted, and a file takes it", () => {
    const counts = fc.oneof(
      fc.array(fc.nat(30), { minLength: 168, maxLength: 168 }),
      fc
        .tuple(fc.array(fc.nat(4), { minLength: 24, maxLength: 24 }), fc.nat(6), fc.nat(23))
        .map(([hours, day, hour]) => week((d, h) => (d === day && h === hour ? 9 : (hours[h] ?? 0)))),
    );
    fc.assert(
      fc.property(counts, (wanted) => {
        const planned = planProvisioned(wanted);

        const provisioned = listHoursOfWeek(planned);
        expect(wanted.filter((count, hour) => count > (provisioned[hour] ?? 0))).toEqual([]);
        expect(Math.max(...provisioned)).toBe(Math.max(...wanted));
        expect(Object.keys(planned.hours).length).toBeLessThanOrEqual(MAX_HOURS);
        if (Math.max(...wanted) > 0) expect(findProvisionedMistakes(planned, undefined)).toEqual([]);
        expect(provisionedConcurrency.parse(buildProvisionedValues(planned))).toStrictEqual(planned);
      }),
      { numRuns: 50 },
    );
  });
});
