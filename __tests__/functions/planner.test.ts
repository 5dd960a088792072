import { describe, expect, test } from "@jest/globals";
import fc from "fast-check";
import { planConcurrency, type PlanningInput, type UsagePeriod } from "../../functions/warmer/planner";

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

describe("what was needed lately", () => {
  test("is needed further on", () => {
    const history = [4, 7, 0].map((concurrency, index) => ({ startsAt: MONDAY + index * 20 * MINUTE, concurrency }));
    expect(plan(history, MONDAY + HOUR, { periodMinutes: 20 })).toEqual({
      concurrency: 7,
      reason: "peak 7 in the last hour, 0 at this hour (earlier days seen: 0)",
    });
  });

  test("is not when it was more than an hour ago", () => {
    const history = hourly(MONDAY, MONDAY + 5 * HOUR, (time) => (time.getUTCHours() === 3 ? 7 : 0));
    expect(plan(history, MONDAY + 5 * HOUR)?.concurrency).toBe(0);
  });

  test("counts also from a period that has begun within the hour before, and from one that is not over", () => {
    const history = [{ startsAt: MONDAY, concurrency: 3 }];
    expect(plan(history, MONDAY + 10 * MINUTE)?.concurrency).toBe(3);
    expect(plan(history, MONDAY + 119 * MINUTE)?.concurrency).toBe(3);
    expect(plan(history, MONDAY + 120 * MINUTE)?.concurrency).toBe(0);
  });

  test("needs whole instances", () => {
    expect(plan([{ startsAt: MONDAY, concurrency: 0.2 }], MONDAY + HOUR)?.concurrency).toBe(1);
  });
});

describe("what is usual at this hour", () => {
  test("is anticipated before the hour begins", () => {
    const now = MONDAY + 3 * DAY + 8.5 * HOUR;
    const history = hourly(MONDAY, now, (time) => (inOffice(time) ? 9 : 0));
    expect(plan(history, now)).toEqual({
      concurrency: 9,
      reason: "peak 0 in the last hour, 9 at this hour (earlier days seen: 3)",
    });
    expect(plan(history, now, { horizonMinutes: 20 })?.concurrency).toBe(0);
    expect(plan(history, now - 2 * HOUR)?.concurrency).toBe(0);
  });

  test("is not what one burst was some days ago", () => {
    for (const burstDay of [0, 1, 2, 5, 11, 12]) {
      const burst = MONDAY + burstDay * DAY + 12 * HOUR;
      const history = hourly(MONDAY, MONDAY + 20 * DAY, (time) => (time.getTime() === burst ? 25 : 1));
      for (const laterDays of [2, 3, 6, 7]) {
        const now = burst + laterDays * DAY;
        expect(
          plan(
            history.filter(({ startsAt }) => startsAt < now),
            now,
          )?.concurrency,
        ).toBe(1);
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
    expect(at(20)?.reason).toBe("peak 0 in the last hour, 0 at this hour (earlier days seen: 7, same weekdays: 2)");
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
        expect(reason).toMatch(/^peak \d+ in the last hour, \d+ at this hour \(.+\)(; bounded to \d+)?$/);
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
      fc.property(periods, settings, changes, (history, rest, more) => {
        const increased = history.map((one, index) => ({ ...one, concurrency: one.concurrency + (more[index] ?? 0) }));
        const before = plan(history, now, rest)?.concurrency ?? 0;
        expect(plan(increased, now, rest)?.concurrency).toBeGreaterThanOrEqual(before);
      }),
    );
  });

  test("is never smaller for one more recent use", () => {
    const recent = fc.record({ minutesAgo: fc.integer({ min: 1, max: 60 }), concurrency: fc.nat({ max: 60 }) });
    fc.assert(
      fc.property(periods, settings, recent, (history, rest, { minutesAgo, concurrency }) => {
        const increased = [...history, { startsAt: now - minutesAgo * MINUTE, concurrency }];
        const before = plan(history, now, rest)?.concurrency ?? 0;
        expect(plan(increased, now, rest)?.concurrency).toBeGreaterThanOrEqual(before);
      }),
    );
  });

  test("holds at least what the last hour needed, as far as the bounds allow", () => {
    fc.assert(
      fc.property(periods, settings, fc.nat({ max: 60 }), (history, rest, concurrency) => {
        const used = [...history, { startsAt: now - 30 * MINUTE, concurrency }];
        expect(plan(used, now, rest)?.concurrency).toBeGreaterThanOrEqual(Math.min(concurrency, rest.bounds.maximum));
      }),
    );
  });

  test("needs a history, even if of no use", () => {
    expect(plan([], now)).toBeUndefined();
    expect(plan([{ startsAt: now - HOUR, concurrency: 0 }], now)?.concurrency).toBe(0);
    expect(plan([{ startsAt: now - HOUR, concurrency: 0 }], now, { bounds: { minimum: 2, maximum: 30 } })).toEqual({
      concurrency: 2,
      reason: "peak 0 in the last hour, 0 at this hour (earlier days seen: 0); bounded to 2",
    });
  });
});
