import { describe, expect, test } from "@jest/globals";
import fc from "fast-check";
import { createRandom } from "../../advisor/random";
import { Peaks, type UsagePeriod } from "../../warming/peaks";
import { planConcurrency, type PlanningInput } from "../../warming/planner";

const MINUTE = 60_000;
const PERIOD = 5 * MINUTE;
const HOUR = 60 * MINUTE;
const DAY = 24 * HOUR;

/** A Monday, 0:00 UTC. */
const MONDAY = Date.UTC(2026, 0, 5);

/** 128 MB on x86_64: https://aws.amazon.com/lambda/pricing/ */
const PRICE = { perSecond: 0.0000020833, perRequest: 0.0000002 };

const BOUNDS = { minimum: 0, maximum: 60 };

/** Peaks from a time until another one, as far as there were any. */
function usage(from: number, until: number, concurrencyAt: (time: Date) => number): Peaks {
  const periods = Array.from({ length: Math.ceil((until - from) / PERIOD) }, (_, index): UsagePeriod => {
    const startsAt = from + index * PERIOD;
    return { startsAt, concurrency: concurrencyAt(new Date(startsAt)) };
  });
  return new Peaks(periods, from, until);
}

function plan(peaks: Peaks, rest: Partial<PlanningInput> = {}) {
  return planConcurrency({ peaks, now: peaks.until, bounds: BOUNDS, price: PRICE, ...rest });
}

const isWeekday = (time: Date) => time.getUTCDay() % 6 !== 0;
const inOffice = (time: Date) => time.getUTCHours() >= 9 && time.getUTCHours() < 17;

describe("what was needed lately", () => {
  const now = MONDAY + 12 * HOUR;
  const ago = (minutes: number, concurrency: number, before = 0) =>
    usage(MONDAY - 6 * DAY, now, (time) => (time.getTime() === now - minutes * MINUTE ? concurrency : before));

  test("is needed further on, with two to spare where few are needed", () => {
    const planned = [1, 2, 3, 4, 5, 9].map((used) => plan(ago(30, used)));
    expect(planned.map(({ concurrency }) => concurrency)).toEqual([3, 4, 5, 6, 6, 9]);
    expect(planned[5]?.reason).toBe("peak 9 in the last hour, chance of 9: 4.3 %; 9 needed");
  });

  test("is forgotten when it was a single burst", () => {
    const hours = [60, 125, 720].map((minutes) => plan(ago(minutes, 20)).concurrency);
    expect(hours).toEqual([20, 1, 1]);
  });

  test("counts as of the last reading", () => {
    expect(plan(ago(30, 4), { now: now + 2 * HOUR }).concurrency).toBeGreaterThanOrEqual(5);
  });

  test("is taken to be two as long as less than an hour is known", () => {
    const known = (minutes: number) => usage(now - minutes * MINUTE, now, () => 0);
    expect([55, 60].map((minutes) => plan(known(minutes)).concurrency)).toEqual([4, 0]);
  });

  test("leaves out a share of what is always busy, because pings meet the others", () => {
    const busy = (least: number) => usage(MONDAY, now, (time) => (time.getTime() % (2 * PERIOD) === 0 ? 20 : least));
    const [alternating = 0, half = 0] = [0, 10].map((least) => plan(busy(least)).concurrency);
    expect(alternating - half).toBe(7);
  });

  test("leaves it out also if a period has just begun, of which there is no data yet", () => {
    const minutes = Array.from({ length: 24 }, (_, index) => ({
      startsAt: now - (index + 1) * PERIOD,
      concurrency: 20,
    }));
    const planned = [0, 4000, 4 * MINUTE].map((later) => plan(new Peaks(minutes, now - 2 * HOUR, now + later)));
    expect(planned.map(({ concurrency }) => concurrency)).toEqual([7, 7, 7]);
  });
});

describe("a rise that is likely", () => {
  const now = MONDAY + 12 * HOUR;

  test("is worth a ping if one in 250 pings avoids a cold start", () => {
    const every = (periods: number) =>
      plan(
        usage(now - 10 * DAY, now, (time) => {
          const period = time.getTime() / PERIOD + 90;
          return period % periods === 0 ? 12 : 0;
        }),
        { now: now + 4 * HOUR },
      ).concurrency;
    expect(every(200)).toBeGreaterThanOrEqual(12);
    expect(every(600)).toBeLessThan(12);
  });

  test("makes the next number likelier, too", () => {
    const steps = usage(now - DAY, now, (time) => ((time.getTime() / PERIOD) % 2 === 0 ? 8 : 7));
    expect(plan(steps, { bounds: { minimum: 0, maximum: 60 } }).concurrency).toBe(9 - 4);
  });
});

describe("what is usual at this time", () => {
  const until = (now: number, concurrencyAt: (time: Date) => number) => usage(MONDAY, now, concurrencyAt);

  test("is anticipated half an hour before, and given up as long after", () => {
    const daily = (time: Date) => (time.getUTCHours() === 9 && time.getUTCMinutes() === 0 ? 9 : 0);
    const at = (hour: number) => plan(until(MONDAY + 5 * DAY + hour * HOUR, daily)).concurrency;
    expect([8, 8.6, 9].map(at)).toEqual([1, 10, 10]);
    expect(plan(until(MONDAY + 5 * DAY + 8 * HOUR, daily), { now: MONDAY + 5 * DAY + 9.6 * HOUR }).concurrency).toBe(1);
  });

  test("is known of a weekday, too, for two weeks", () => {
    const campaign = (time: Date) => (time.getUTCDay() === 1 && time.getUTCHours() === 10 ? 25 : 0);
    const at = (day: number) => plan(until(MONDAY + day * DAY + 10 * HOUR, campaign)).concurrency;
    expect([7, 14, 21].map(at)).toEqual([25, 25, 25]);
  });

  test("costs fewer cold starts at the beginning of a week than what was usual a day ago", () => {
    const office = (time: Date) => (isWeekday(time) && inOffice(time) ? 8 : 0);
    const monday = MONDAY + 14 * DAY + 9 * HOUR;
    const known = plan(until(monday, office)).concurrency;
    const oneDay = plan(usage(monday - DAY, monday, office)).concurrency;
    expect([known, oneDay]).toEqual([9, 0]);
  });
});

test("weekends and campaigns cost at least a third fewer cold starts than if only one day were known", () => {
  const random = createRandom(1);
  const used = Array.from({ length: 28 * 288 }, (_, index): UsagePeriod => {
    const startsAt = MONDAY + index * PERIOD;
    const time = new Date(startsAt);
    const isCampaign = time.getUTCDay() === 3 && time.getUTCHours() === 19;
    const level = isCampaign ? 15 : isWeekday(time) && inOffice(time) ? 5 : 0.05;
    return { startsAt, concurrency: level > 1 ? Math.round(level * (0.5 + random())) : Number(random() < level) };
  });
  const peaks = used.map(({ concurrency }) => concurrency);
  const countColdStarts = (knownDays: number) => {
    let cold = 0;
    let known = usage(MONDAY, MONDAY, () => 0);
    for (let index = 21 * 288; index < used.length; index++) {
      const now = MONDAY + index * PERIOD;
      if (index % 24 === 0) known = new Peaks(used.slice(index - knownDays * 288, index), now - knownDays * DAY, now);
      const { concurrency } = plan(known, { now });
      const alwaysBusy = Math.min(...peaks.slice(index - 12, index));
      cold += Math.max(0, (peaks[index] ?? 0) - Math.max(peaks[index - 1] ?? 0, concurrency + alwaysBusy));
    }
    return cold;
  };

  const [twoWeeks, oneDay] = [15, 1].map(countColdStarts);

  expect(twoWeeks).toBeLessThanOrEqual((2 / 3) * Number(oneDay));
});

describe("what comes at even distances", () => {
  const start = MONDAY + 12 * HOUR;
  /** Bursts at these minutes, each in two minutes on end, as known at a minute. */
  const bursts =
    (...atMinutes: number[]) =>
    (minute: number, { knownMinutes = minute, ...rest }: Partial<PlanningInput> & { knownMinutes?: number } = {}) => {
      const minutes = atMinutes
        .flatMap((at) => [
          { startsAt: start + at * MINUTE, concurrency: 12 },
          { startsAt: start + (at + 1) * MINUTE, concurrency: 8 },
        ])
        .filter(({ startsAt }) => startsAt < start + knownMinutes * MINUTE);
      const peaks = new Peaks(minutes, MONDAY, start + knownMinutes * MINUTE);
      return plan(peaks, { now: start + minute * MINUTE, minutes, nextRoundMinutes: 1, ...rest });
    };

  test("is needed only shortly before it comes", () => {
    const planAt = bursts(0, 10, 20, 30);
    expect([32, 38].map((minute) => planAt(minute).concurrency)).toEqual([1, 1]);
    for (const minute of [39, 40, 41]) expect(planAt(minute).concurrency).toBeGreaterThanOrEqual(12);
    expect(planAt(35, { nextRoundMinutes: 5 }).concurrency).toBeGreaterThanOrEqual(12);
    expect(planAt(34, { nextRoundMinutes: 5 }).concurrency).toBe(1);
    expect(planAt(32).reason).toMatch(/; \d+ needed every 10 minutes, next at 12:39$/);
  });

  test("is found where concurrency is estimated, in fractions", () => {
    const estimated = [0, 10, 20, 30].map((at) => ({ startsAt: start + at * MINUTE, concurrency: 1.2 }));
    const peaks = new Peaks(estimated, MONDAY, start + 32 * MINUTE);
    expect(plan(peaks, { minutes: estimated }).reason).toMatch(/ every 10 minutes/);
  });

  test("may be a minute early or late", () => {
    expect(bursts(0, 10, 21, 31)(35).concurrency).toBe(1);
    expect(bursts(0, 10, 22, 32)(35).concurrency).toBeGreaterThanOrEqual(12);
  });

  test("is expected once more when it did not come, as that may not be known yet, and then no longer", () => {
    const planAt = bursts(0, 10, 20, 30);
    expect([42, 48].map((minute) => planAt(minute).concurrency)).toEqual([1, 1]);
    for (const minute of [49, 51, 52]) expect(planAt(minute).concurrency).toBeGreaterThanOrEqual(12);
    expect(planAt(52).reason).not.toMatch(/every/);
  });

  test("goes on between two readings", () => {
    const planAt = bursts(0, 15, 30, 45);
    const planned = [92, 98, 104, 106].map((minute) => planAt(minute, { knownMinutes: 50 }).concurrency);
    expect(planned.map((concurrency) => concurrency >= 12)).toEqual([false, false, true, true]);
  });

  test("needs four times to be a rhythm, and none that keeps itself warm", () => {
    expect(bursts(10, 20, 30)(33).reason).not.toMatch(/every/);
    expect(bursts(0, 6, 12, 18)(21).reason).not.toMatch(/every/);
  });

  test("still leaves the minimum", () => {
    expect(bursts(0, 10, 20, 30)(35, { bounds: { minimum: 3, maximum: 30 } }).concurrency).toBe(3);
  });
});

describe("a function that is rarely called", () => {
  const now = MONDAY + 15 * DAY + 12 * HOUR;
  const calls = (...daysAgo: number[]) =>
    usage(now - 15 * DAY, now, (time) => (daysAgo.some((days) => time.getTime() === now - days * DAY - HOUR) ? 1 : 0));
  const large = { perSecond: 80 * PRICE.perSecond, perRequest: PRICE.perRequest };

  test("has one instance always if a cold start that this avoids costs at most one cent", () => {
    expect(plan(calls(3.5))).toEqual({
      concurrency: 1,
      reason: "used once in 15 days, one instance always costs $0.001 per cold start that it avoids; 1 needed",
    });
    expect(plan(calls(3.5), { price: large })).toEqual({
      concurrency: 0,
      reason: "used once in 15 days, one instance always costs $0.02 per cold start that it avoids; 0 needed",
    });
    expect(plan(calls(1.5, 2.5, 3.5, 4.5, 5.5, 6.5, 7.5, 8.5), { price: large }).concurrency).toBe(1);
  });

  test("is still warmed around the times at which it was called", () => {
    expect(plan(calls(1, 2, 3), { price: large, now: now - HOUR }).concurrency).toBe(1);
  });

  test("is not warmed if nobody called it", () => {
    expect(plan(calls())).toEqual({ concurrency: 0, reason: "not used for 15 days; 0 needed" });
    expect(plan(calls(), { bounds: { minimum: 2, maximum: 30 } })).toEqual({
      concurrency: 2,
      reason: "not used for 15 days; 0 needed; bounded to 2",
    });
  });
});

describe("every plan", () => {
  const now = MONDAY + 30 * DAY + 7.3 * HOUR;
  const period = fc.record({
    startsAt: fc.integer({ min: 0, max: 15 * 24 * 12 }).map((steps) => now - steps * PERIOD),
    concurrency: fc.oneof(fc.nat({ max: 60 }), fc.double({ min: 0, max: 60, noNaN: true })),
  });
  const periods = fc.array(period, { minLength: 1, maxLength: 300 });
  const bounds = fc
    .tuple(fc.nat({ max: 40 }), fc.nat({ max: 40 }))
    .map(([one, other]) => ({ minimum: Math.min(one, other), maximum: Math.max(one, other) }));
  const until = fc.nat({ max: 600 }).map((minutes) => now - minutes * MINUTE);

  test("is a whole number within the bounds, and says so in one line", () => {
    fc.assert(
      fc.property(periods, bounds, until, (history, limits, end) => {
        const { concurrency, reason } = plan(new Peaks(history, now - 15 * DAY, end), { now, bounds: limits });
        expect(Number.isInteger(concurrency)).toBe(true);
        expect(concurrency).toBeGreaterThanOrEqual(limits.minimum);
        expect(concurrency).toBeLessThanOrEqual(limits.maximum);
        expect(reason).toMatch(
          /^(peak \d+ in the last hour, chance of \d+: [\d.]+ %|(not )?used .*); \d+ needed(; bounded to \d+)?$/,
        );
      }),
    );
  });

  test("depends on the use alone, not on its order", () => {
    fc.assert(
      fc.property(periods, until, (history, end) => {
        const planOf = (all: readonly UsagePeriod[]) => plan(new Peaks(all, now - 15 * DAY, end), { now });
        expect(planOf(history.toReversed())).toEqual(planOf(history));
      }),
    );
  });

  test("holds what the last period needed, as far as the bounds allow", () => {
    fc.assert(
      fc.property(bounds, fc.integer({ min: 1, max: 60 }), (limits, concurrency) => {
        const peaks = new Peaks([{ startsAt: now - PERIOD, concurrency }], now - DAY, now);
        expect(plan(peaks, { bounds: limits }).concurrency).toBeGreaterThanOrEqual(
          Math.min(concurrency, limits.maximum),
        );
      }),
    );
  });
});
