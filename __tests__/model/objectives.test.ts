import { describe, expect, test } from "@jest/globals";
import fc from "fast-check";
import { type Objectives, OBJECTIVE_KEYS, URGENT_OBJECTIVES } from "../../environments/objectives";
import { parseExpression } from "../../local/cloudwatch/alarm";
import { chooseAlarmRoute } from "../../model/alarms";
import { countRequests, findObjective, listObjectiveAlarms, OBJECTIVE_ALARM_KEYS } from "../../model/objectives";
import { type WatchedFunction } from "../../model/watched-function";

const OBJECTIVES: Required<Objectives> = {
  availability: { targetPercent: 99.95, days: 30 },
  latency: { targetPercent: 99, days: 30, thresholdMilliseconds: 1000 },
  cold_starts: { targetPercent: 95, days: 30 },
};

function watch(objectives: Objectives): WatchedFunction {
  return {
    ...{ name: "dev-api", deployedHere: true, publishesMetrics: true, objectives },
  } as WatchedFunction;
}

/** The value of an alarm's figure in one window. */
function evaluate(key: string, metrics: Readonly<Record<string, number>>, objectives: Objectives = OBJECTIVES): number {
  const alarm = listObjectiveAlarms(watch(objectives)).find((one) => one.key === key);
  return parseExpression(alarm?.watched.expression ?? "").evaluate((id) => metrics[id]) ?? NaN;
}

describe("an alarm of an objective", () => {
  test("watches the share of bad requests, from so many on that it tells something", () => {
    const values = { requests: 990, refused: 10, errors: 1, answered: 1 };

    expect(evaluate("availability_fast_burn", values)).toBeCloseTo(1.2, 6);
    expect(evaluate("availability_fast_burn", { requests: 10, errors: 4 })).toBe(0);
    expect(evaluate("availability_fast_burn", { requests: 10, errors: 5 })).toBe(50);
    expect(evaluate("availability_slow_burn", { requests: 10, errors: 6 })).toBe(0);
    expect(evaluate("latency_fast_burn", { slow1000: 2.5, measured: 1000 })).toBeCloseTo(2.5, 6);
    expect(evaluate("latency_fast_burn", { slow1000: 100, measured: 4 })).toBe(0);
    expect(evaluate("cold_starts_slow_burn", { cold: 30, requests: 100 })).toBe(30);
  });

  test("is quiet without data", () => {
    for (const key of OBJECTIVE_ALARM_KEYS) expect(evaluate(key, {})).toBe(0);
  });

  test("rings when the window's share of the budget is spent at average traffic", () => {
    const thresholds = Object.fromEntries(
      listObjectiveAlarms(watch(OBJECTIVES)).map(({ key, thresholdPercent }) => [key, thresholdPercent]),
    );
    // 2 % of a month's budget in an hour is 14.4 times its pace; 1.5 % in three hours 3.6 times.
    expect(thresholds).toEqual({
      availability_fast_burn: 0.72,
      availability_slow_burn: 0.18,
      latency_fast_burn: 14.4,
      latency_slow_burn: 3.6,
      cold_starts_slow_burn: 18,
    });
  });

  test("can ring for every objective that a file may set", () => {
    fc.assert(
      fc.property(fc.double({ min: 50, max: 99.999, noNaN: true }), fc.integer({ min: 7, max: 90 }), (target, days) => {
        const objective = { targetPercent: target, days };
        const alarms = listObjectiveAlarms(
          watch({
            ...{ availability: objective, latency: { ...objective, thresholdMilliseconds: 1 }, cold_starts: objective },
          }),
        );
        for (const { thresholdPercent } of alarms) {
          expect(thresholdPercent).toBeGreaterThan(0);
          expect(thresholdPercent).toBeLessThanOrEqual(60);
        }
      }),
    );
  });

  test("never rings while the budget lasts", () => {
    fc.assert(
      fc.property(fc.double({ min: 1, max: 99.999, noNaN: true }), fc.integer({ min: 7, max: 90 }), (target, days) => {
        const objective = { targetPercent: target, days };
        for (const { thresholdPercent } of listObjectiveAlarms(
          watch({ availability: objective, cold_starts: objective }),
        )) {
          // Thresholds have three digits.
          expect(thresholdPercent).toBeGreaterThanOrEqual((100 - target) * 0.99);
        }
      }),
    );
  });

  test.each([
    [{ targetPercent: 90, days: 30 }, "slow", "3.6 times as fast as it lasts"],
    [{ targetPercent: 90, days: 30 }, "fast", "6 times as fast as it lasts"],
    [{ targetPercent: 99, days: 7 }, "slow", "faster than it lasts"],
  ])("says how fast the budget of %j is spent at its threshold (%s)", (availability, burn, told) => {
    const alarms = listObjectiveAlarms(watch({ availability }));
    expect(alarms.find(({ key }) => key === `availability_${burn}_burn`)?.happened).toContain(`is spent ${told}`);
  });

  test("costs at most 3 alarms for each objective", () => {
    for (const key of OBJECTIVE_KEYS) {
      expect(OBJECTIVE_ALARM_KEYS.filter((alarm) => findObjective(alarm) === key).length).toBeLessThanOrEqual(3);
    }
  });

  test("says what happened in words", () => {
    const [fast] = listObjectiveAlarms(watch(OBJECTIVES));
    expect(fast?.happened).toBe(
      "more than 0.72 % of requests failed or were refused in an hour, at least 5: the error budget of 30 days (99.95 % good) is spent 14.4 times as fast as it lasts",
    );
  });
});

test("an objective is urgent where files are told so", () => {
  const urgent = listObjectiveAlarms(watch(OBJECTIVES)).filter(({ route }) => route === "urgent");
  expect([...new Set(urgent.map(({ objective }) => objective))]).toEqual(URGENT_OBJECTIVES);
});

test("bad requests and all requests never use one name for two metrics", () => {
  const seen = new Map<string, string>();
  for (const key of OBJECTIVE_KEYS) {
    for (const [id, metric] of Object.entries(countRequests(key, watch(OBJECTIVES)).metrics)) {
      const address = JSON.stringify(metric);
      expect(seen.get(id) ?? address).toBe(address);
      seen.set(id, address);
    }
  }
});

test("an urgent alarm is a notice while an objective covers it", () => {
  const { availability, latency } = OBJECTIVES;

  expect(chooseAlarmRoute("errors", watch({ availability }))).toBe("notice");
  expect(chooseAlarmRoute("errors", watch({ latency }))).toBe("urgent");
  expect(chooseAlarmRoute("response_time", watch({ latency }))).toBe("composite");
  expect(chooseAlarmRoute("memory", watch(OBJECTIVES))).toBe("notice");
});
