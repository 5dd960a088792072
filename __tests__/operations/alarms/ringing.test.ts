import { describe, expect, test } from "@jest/globals";
import fc from "fast-check";
import { computeMedian, measureRinging, findRings } from "../../../operations/alarms/ringing";
import { type StateChange } from "../../../operations/aws/alarms";
import { TARGET_DEFAULTS } from "../../../environments/targets";
import { lowerThreshold, raiseThreshold, simulate } from "../../../operations/report/thresholds";

const RANGE = { from: 1000, to: 2000 };
const MINUTE = 60_000;

/** Changes between ringing and not, at times before, in and after the range. */
const changes = fc
  .tuple(fc.uniqueArray(fc.integer({ min: 0, max: 2500 }), { maxLength: 12 }), fc.boolean())
  .map(([times, ringsFirst]): StateChange[] =>
    [...times]
      .sort((one, other) => one - other)
      .map((at, index) => {
        const toAlarm = (index % 2 === 0) === ringsFirst;
        return { alarm: "a", at, toAlarm, fromAlarm: !toAlarm };
      }),
  );

/** Whether it rings at a time, by the changes alone. */
function ringsAt(all: readonly StateChange[], time: number): boolean {
  const last = all.findLast(({ at }) => at <= time);
  return last ? last.toAlarm : all[0]?.fromAlarm === true;
}

describe("when an alarm rang, from its history", () => {
  test("is for as long as its changes say, whatever they are", () => {
    fc.assert(
      fc.property(changes, (all) => {
        const now = { isRinging: ringsAt(all, Infinity), since: all.at(-1)?.at };
        const seen = all.filter(({ at }) => at < RANGE.to);
        const rings = findRings(seen, now, RANGE);
        let expected = 0;
        for (let time = RANGE.from; time < RANGE.to; time += 1) if (ringsAt(all, time)) expected += 1;
        // What has neither a change in the time nor one after it is not known to have rung.
        if (all.some(({ at }) => at >= RANGE.to) && !seen.some(({ at }) => at >= RANGE.from)) return;
        expect(measureRinging(rings, RANGE)).toBe(expected);
      }),
    );
  });

  test("a ring that began before, and one that goes on, have no beginning and no end", () => {
    const rings = findRings(
      [
        { alarm: "a", at: 1200, fromAlarm: true, toAlarm: false },
        { alarm: "a", at: 1700, fromAlarm: false, toAlarm: true, badSince: 1600 },
      ],
      { isRinging: true, since: 1700 },
      RANGE,
    );

    expect(rings).toEqual([{ endedAt: 1200 }, { rangAt: 1700, badSince: 1600 }]);
  });

  test("one that rang throughout has no change, only its state", () => {
    expect(findRings([], { isRinging: true, since: 10 }, RANGE)).toEqual([{}]);
    expect(findRings([], { isRinging: false, since: 10 }, RANGE)).toEqual([]);
    expect(findRings([], { isRinging: true, since: 2500 }, RANGE)).toEqual([]);
  });

  test("the median is in the middle", () => {
    expect([computeMedian([3, 1, 2]), computeMedian([4, 1, 2, 3]), computeMedian([])]).toEqual([2, 2.5, undefined]);
  });
});

describe("what an alarm would have done with another threshold", () => {
  const settings = fc.integer({ min: 1, max: 6 }).chain((evaluationPeriods) =>
    fc.record({
      enabled: fc.constant(true),
      threshold: fc.integer({ min: 0, max: 30 }),
      periodSeconds: fc.constant(60),
      evaluationPeriods: fc.constant(evaluationPeriods),
      datapointsToAlarm: fc.integer({ min: 1, max: evaluationPeriods }),
    }),
  );
  const values = fc.array(fc.option(fc.integer({ min: 0, max: 40 }), { nil: undefined }), {
    minLength: 1,
    maxLength: 60,
  });
  const pointsOf = (all: readonly (number | undefined)[]) =>
    all.flatMap((value, index) => (value === undefined ? [] : [{ at: RANGE.from + index * MINUTE, value }]));
  const rangeOf = (all: readonly unknown[]) => ({ from: RANGE.from, to: RANGE.from + all.length * MINUTE });

  test("is what looking back at each period tells", () => {
    fc.assert(
      fc.property(values, settings, fc.integer({ min: 0, max: 40 }), (all, alarm, threshold) => {
        const states = all.map((_, index) => {
          const window = all.slice(Math.max(0, index - alarm.evaluationPeriods + 1), index + 1);
          return window.filter((value = -1) => value > threshold).length >= alarm.datapointsToAlarm;
        });
        expect(simulate(threshold, pointsOf(all), alarm, rangeOf(all))).toEqual({
          rings: states.filter((rings, index) => rings && states[index - 1] !== true).length,
          ringingShare: states.filter((rings) => rings).length / all.length,
        });
      }),
    );
  });

  test("the lowered threshold is the highest at which it would have rung, and below the one that never did", () => {
    fc.assert(
      fc.property(values, settings, (all, alarm) => {
        const simulated = (threshold: number) => simulate(threshold, pointsOf(all), alarm, rangeOf(all)).rings;
        fc.pre(simulated(alarm.threshold) === 0);
        // So long that no number of rings is too many.
        const range = { from: RANGE.from, to: RANGE.from + 7 * 24 * 3_600_000 * 60 };
        const found = lowerThreshold("errors", pointsOf(all), alarm, range, TARGET_DEFAULTS);
        if ("why" in found) {
          expect(simulated(0)).toBe(0);
          return;
        }
        expect(found.threshold).toBeLessThan(alarm.threshold);
        expect(found.rings).toBeGreaterThan(0);
        expect(simulated(found.threshold + 1)).toBe(0);
      }),
    );
  });

  test("the raised threshold is the lowest at which it would have been quiet", () => {
    fc.assert(
      fc.property(values, settings, (all, alarm) => {
        const share = (threshold: number) => simulate(threshold, pointsOf(all), alarm, rangeOf(all)).ringingShare;
        const found = raiseThreshold("errors", pointsOf(all), alarm, rangeOf(all));
        if ("why" in found) return;
        expect(found.threshold).toBeGreaterThan(alarm.threshold);
        expect(share(found.threshold)).toBeLessThanOrEqual(0.01);
        expect(share(found.threshold - 1)).toBeGreaterThan(0.01);
      }),
    );
  });

  test("a threshold is not lowered into what the targets allow, nor to what is usual", () => {
    const alarm = { enabled: true, threshold: 5000, periodSeconds: 60, evaluationPeriods: 1, datapointsToAlarm: 1 };
    const fast = [{ at: RANGE.from, value: 400 }];
    const week = { from: RANGE.from, to: RANGE.from + 7 * 24 * 3_600_000 };
    const often = Array.from({ length: 9 }, (_, index) => ({ at: RANGE.from + index * 3_600_000, value: 3 }));

    expect(lowerThreshold("response_time", fast, alarm, week, TARGET_DEFAULTS)).toEqual({
      why: "its worst value was about 399, which is within the target",
    });
    const responseMilliseconds = { p50: 100, p90: 200, p99: 300 };
    expect(lowerThreshold("response_time", fast, alarm, week, { ...TARGET_DEFAULTS, responseMilliseconds })).toEqual(
      expect.objectContaining({ threshold: 399 }),
    );
    expect(lowerThreshold("errors", often, { ...alarm, threshold: 5 }, week, TARGET_DEFAULTS)).toEqual({
      why: "nothing stands out: at 2 it would have rung 9 times",
    });
  });
});
