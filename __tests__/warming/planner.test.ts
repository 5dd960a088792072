import { describe, expect, test } from "@jest/globals";
import fc from "fast-check";
import { planConcurrency, type PlanningInput, type UsagePeriod } from "../../warming/planner";

const MINUTE = 60_000;
const HOUR = 60 * MINUTE;
const DAY = 24 * HOUR;

/** A Monday, 0:00 UTC. */
const MONDAY = Date.UTC(2026, 0, 5);

/** Hours in a row from `from` to `to`, with the concurrency of each; unused ones are there as zeros. */
function hourly(from: number, to: number, concurrencyAt: (time: Date) => number): UsagePeriod[] {
  return Array.from({ length: Math.ceil((to - from) / HOUR) }, (_, index) => {
    const startsAt = from + index * HOUR;
    return { startsAt, concurrency: concurrencyAt(new Date(startsAt)) };
  });
}

function plan(history: readonly UsagePeriod[], now: number, rest: Partial<PlanningInput> = {}) {
  const bounds = { minimum: 0, maximum: 30 };
  return planConcurrency({ history, periodMinutes: 60, now, horizonMinutes: 66, bounds, ...rest });
}

const isWeekday = (time: Date) => time.getUTCDay() % 6 !== 0;
const inOffice = (time: Date) => time.getUTCHours() >= 9 && time.getUTCHours() < 17;

/** Periods of five minutes in a row, the last of which ends at `end`. */
function periodsUntil(end: number, ...concurrency: number[]): UsagePeriod[] {
  const first = end - concurrency.length * 5 * MINUTE;
  return concurrency.map((one, index) => ({ startsAt: first + index * 5 * MINUTE, concurrency: one }));
}

describe("what was needed lately", () => {
  const now = MONDAY + 12 * HOUR;
  const known = { startsAt: MONDAY, concurrency: 0 };
  const planOf = (history: readonly UsagePeriod[], rest: Partial<PlanningInput> = {}) =>
    plan([known, ...history], now, { periodMinutes: 5, ...rest });

  test("is needed further on", () => {
    expect(planOf(periodsUntil(now, 4, 7, 0, 0))).toEqual({
      concurrency: 5,
      reason: "peak 7 in the last hour, 0 at this hour (earlier days seen: 0); 5 needed",
    });
    expect(planOf(periodsUntil(now, 4, 7))?.concurrency).toBe(7);
    expect(planOf(periodsUntil(now, 4, 7.2, 1))?.concurrency).toBe(8);
  });

  test("counts for ten minutes if it was one burst, for an hour if it was two, and for five hours if it came often", () => {
    const at = (minutesAgo: number, times: number) =>
      planOf(periodsUntil(now - minutesAgo * MINUTE, ...Array.from({ length: times }, () => 20)))?.concurrency;
    expect([at(5, 1), at(10, 1), at(50, 2), at(60, 2), at(270, 6), at(300, 6)]).toEqual([20, 5, 20, 0, 20, 0]);
  });

  test("may need one more, where few are needed and for an hour", () => {
    const spares = [1, 2, 3, 4, 5].map((used) => planOf(periodsUntil(now - 30 * MINUTE, used))?.concurrency);
    expect(spares).toEqual([2, 3, 4, 5, 5]);
    expect(planOf(periodsUntil(now - 60 * MINUTE, 1))?.concurrency).toBe(0);
  });

  test("is taken to be two as long as it is unknown", () => {
    expect(plan([{ startsAt: now - 59 * MINUTE, concurrency: 0 }], now, { periodMinutes: 5 })?.concurrency).toBe(3);
    expect(plan([{ startsAt: now - 60 * MINUTE, concurrency: 0 }], now, { periodMinutes: 5 })?.concurrency).toBe(0);
  });

  test("leaves out a share of what is always busy, because pings meet the others", () => {
    const history = periodsUntil(now, 20, 20, 20, 20);
    const minutesOf = (concurrency: (minutesAgo: number) => number) =>
      Array.from({ length: 25 }, (_, ago) => ({ startsAt: now - ago * MINUTE, concurrency: concurrency(ago) }));
    expect(planOf(history)?.concurrency).toBe(20);
    expect(planOf(history, { minutes: minutesOf((ago) => (ago % 2 === 0 ? 20 : 10)) })?.concurrency).toBe(13);
    // The latest metrics are late, or of a minute that goes on.
    expect(planOf(history, { minutes: minutesOf((ago) => (ago > 3 ? 10 : 1)).slice(3) })?.concurrency).toBe(13);
    expect(planOf(history, { minutes: minutesOf((ago) => (ago === 12 ? 0 : 10)) })?.concurrency).toBe(20);
    expect(planOf(history, { minutes: minutesOf(() => 10).slice(0, 20) })?.concurrency).toBe(20);
  });
});

describe("what comes at even distances", () => {
  const start = MONDAY + 12 * HOUR;
  /** Bursts at these minutes, each in two minutes on end. */
  const bursts = (...atMinutes: number[]) => {
    const minutes = atMinutes.flatMap((at) => [
      { startsAt: start + at * MINUTE, concurrency: 12 },
      { startsAt: start + (at + 1) * MINUTE, concurrency: 8 },
    ]);
    return (minute: number, rest: Partial<PlanningInput> = {}) => {
      const now = start + minute * MINUTE;
      const known = minutes.filter(({ startsAt }) => startsAt < now);
      const periods = known.map((one) => ({ ...one, startsAt: Math.floor(one.startsAt / (5 * MINUTE)) * 5 * MINUTE }));
      const history = [
        { startsAt: MONDAY, concurrency: 0 },
        ...periods.filter(({ concurrency }) => concurrency === 12),
      ];
      return plan(history, now, { periodMinutes: 5, minutes: known, nextRoundMinutes: 1, ...rest });
    };
  };

  test("is needed only shortly before it comes", () => {
    const planAt = bursts(0, 10, 20, 30);
    expect([32, 38, 39, 40, 41].map((minute) => planAt(minute)?.concurrency)).toEqual([1, 1, 12, 12, 12]);
    expect(planAt(35, { nextRoundMinutes: 5 })?.concurrency).toBe(12);
    expect(planAt(34, { nextRoundMinutes: 5 })?.concurrency).toBe(1);
    expect(planAt(32)?.reason).toBe(
      "peak 12 in the last hour, 0 at this hour (earlier days seen: 0); 12 needed every 10 minutes, next at 12:39",
    );
  });

  test("may be a minute early or late", () => {
    expect(bursts(0, 10, 21, 31)(35)?.concurrency).toBe(1);
    expect(bursts(0, 10, 22, 32)(35)?.concurrency).toBe(12);
  });

  test("is expected once more when it did not come, as that may not be known yet, and then no longer", () => {
    const planAt = bursts(0, 10, 20, 30);
    expect([42, 48, 49, 51, 52].map((minute) => planAt(minute)?.concurrency)).toEqual([1, 1, 12, 12, 12]);
    expect(planAt(52)?.reason).not.toMatch(/every/);
  });

  test("needs four times to be a rhythm, and none that keeps itself warm", () => {
    expect(bursts(10, 20, 30)(33)?.reason).not.toMatch(/every/);
    expect(bursts(0, 6, 12, 18)(21)?.reason).not.toMatch(/every/);
  });

  test("still leaves the minimum", () => {
    expect(bursts(0, 10, 20, 30)(35, { bounds: { minimum: 3, maximum: 30 } })?.concurrency).toBe(3);
  });
});

describe("what is usual at this hour", () => {
  test("is anticipated before the hour begins", () => {
    const now = MONDAY + 3 * DAY + 8.5 * HOUR;
    const history = hourly(MONDAY, now, (time) => (inOffice(time) ? 9 : 0));
    expect(plan(history, now)).toEqual({
      concurrency: 9,
      reason: "peak 0 in the last hour, 9 at this hour (earlier days seen: 3); 9 needed",
    });
    expect(plan(history, now, { horizonMinutes: 20 })?.concurrency).toBe(0);
    expect(plan(history, now - 2 * HOUR)?.concurrency).toBe(0);
  });

  test("is not what one burst was some days ago", () => {
    for (const burstDay of [0, 1, 2, 5, 11, 12]) {
      const burst = MONDAY + burstDay * DAY + 12 * HOUR;
      const history = hourly(MONDAY, MONDAY + 20 * DAY, (time) => (time.getTime() === burst ? 25 : 1));
      // One, and one to spare.
      for (const laterDays of [2, 3, 6, 7]) {
        const now = burst + laterDays * DAY;
        expect(
          plan(
            history.filter(({ startsAt }) => startsAt < now),
            now,
          )?.concurrency,
        ).toBe(2);
      }
    }
  });

  test("knows the weekend from two weeks on", () => {
    const history = hourly(MONDAY, MONDAY + 21 * DAY, (time) => (isWeekday(time) && inOffice(time) ? 5 : 0));
    const at = (day: number) => {
      const now = MONDAY + day * DAY + 9 * HOUR;
      return plan(
        history.filter(({ startsAt }) => startsAt < now),
        now,
      );
    };
    const week = [14, 15, 16, 17, 18, 19, 20].map((day) => at(day)?.concurrency);
    expect(week).toEqual([5, 5, 5, 5, 5, 0, 0]);
    expect(at(20)?.reason).toBe(
      "peak 0 in the last hour, 0 at this hour (earlier days seen: 7, same weekdays: 2); 0 needed",
    );
  });

  test("knows a function that runs on one weekday only", () => {
    const history = hourly(MONDAY, MONDAY + 21 * DAY, (time) => (time.getUTCDay() === 1 && inOffice(time) ? 6 : 0));
    expect(plan(history, MONDAY + 21 * DAY + 8.5 * HOUR)?.concurrency).toBe(6);
    expect(plan(history, MONDAY + 22 * DAY + 8.5 * HOUR)?.concurrency).toBe(0);
  });

  test("is no more on a quiet weekday than it was on that weekday", () => {
    const history = hourly(MONDAY, MONDAY + 20 * DAY, (time) => (isWeekday(time) ? 20 : 2));
    expect(plan(history, MONDAY + 20 * DAY + 12 * HOUR)?.concurrency).toBe(2);
  });
});

describe("every plan", () => {
  const now = MONDAY + 30 * DAY + 7.3 * HOUR;
  const period = fc.record({
    startsAt: fc.integer({ min: 0, max: 30 * 24 * 12 }).map((steps) => now - steps * 5 * MINUTE),
    concurrency: fc.oneof(fc.nat({ max: 60 }), fc.double({ min: 0, max: 60, noNaN: true })),
  });
  const periods = fc.array(period, { minLength: 1, maxLength: 300 });
  const settings = fc.record({
    periodMinutes: fc.constantFrom(1, 5, 60),
    horizonMinutes: fc.integer({ min: 0, max: 24 * 60 }),
    bounds: fc
      .tuple(fc.nat({ max: 40 }), fc.nat({ max: 40 }))
      .map(([one, other]) => ({ minimum: Math.min(one, other), maximum: Math.max(one, other) })),
  });

  test("is a whole number within the bounds, and says so in one line", () => {
    fc.assert(
      fc.property(periods, settings, (history, rest) => {
        const { concurrency = -1, reason = "" } = plan(history, now, rest) ?? {};
        expect(Number.isInteger(concurrency)).toBe(true);
        expect(concurrency).toBeGreaterThanOrEqual(rest.bounds.minimum);
        expect(concurrency).toBeLessThanOrEqual(rest.bounds.maximum);
        expect(reason).toMatch(
          /^peak \d+ in the last hour, \d+ at this hour \(.+\); \d+ needed( every \d+ minutes, next at \d\d:\d\d)?(; bounded to \d+)?$/,
        );
      }),
    );
  });

  test("depends on the use alone: not on its order, nor on anything kept from before", () => {
    fc.assert(
      fc.property(periods, settings, (history, rest) => {
        expect(plan(history.toReversed(), now, rest)).toEqual(plan(history, now, rest));
      }),
    );
  });

  test("is never smaller for more use", () => {
    const changes = fc.array(fc.nat({ max: 20 }), { minLength: 300, maxLength: 300 });
    fc.assert(
      fc.property(periods, settings, changes, (all, rest, more) => {
        const history = all.filter(({ startsAt }) => startsAt < now - 10 * MINUTE && startsAt % (40 * MINUTE) !== 0);
        const increased = history.map((one, index) => ({ ...one, concurrency: one.concurrency + (more[index] ?? 0) }));
        const before = plan(history, now, { ...rest, periodMinutes: 1 })?.concurrency ?? 0;
        expect(plan(increased, now, { ...rest, periodMinutes: 1 })?.concurrency ?? 0).toBeGreaterThanOrEqual(before);
      }),
    );
  });

  test("holds at least what the last minutes needed, as far as the bounds allow", () => {
    fc.assert(
      fc.property(settings, fc.nat({ max: 60 }), ({ bounds }, concurrency) => {
        const used = [{ startsAt: now - DAY, concurrency: 0 }, ...periodsUntil(now, concurrency)];
        const planned = plan(used, now, { periodMinutes: 5, bounds })?.concurrency;
        expect(planned).toBeGreaterThanOrEqual(Math.min(concurrency, bounds.maximum));
      }),
    );
  });

  test("needs a history, even if of no use", () => {
    expect(plan([], now)).toBeUndefined();
    expect(plan([{ startsAt: now - HOUR, concurrency: 0 }], now)?.concurrency).toBe(0);
    expect(plan([{ startsAt: now - HOUR, concurrency: 0 }], now, { bounds: { minimum: 2, maximum: 30 } })).toEqual({
      concurrency: 2,
      reason: "peak 0 in the last hour, 0 at this hour (earlier days seen: 0); 0 needed; bounded to 2",
    });
  });
});
