import { describe, expect, test } from "@jest/globals";
import fc from "fast-check";
import { LateMetrics } from "../../benchmarks/alerts/late-metrics";
import { BUDGET_PERCENT, type Counts, createCounts, generateMonth, type Month } from "../../benchmarks/alerts/month";
import { OBJECTIVES } from "../../benchmarks/alerts/policies";
import { findRinging } from "../../benchmarks/alerts/ringing";
import { judgeMonth, summarizeVerdicts } from "../../benchmarks/alerts/score";
import { generateShapes, MONTH_MINUTES } from "../../benchmarks/alerts/shapes";
import { type MetricAlarm } from "../../local/cloudwatch/alarm";
import { evaluateStates } from "../support/alarm-states";
import { type Sample } from "../../local/cloudwatch/metric-data";

const MINUTE = 60_000;
const METRIC = { namespace: "AWS/Lambda", dimensions: {} };
const SHAPES = generateShapes(1, 1);

/** A month of which only some counts are given, and whose data are never late. */
function makeMonth(counts: Partial<Counts>, incidents: Month["incidents"] = []): Month {
  return {
    name: "made",
    requestsADay: 1440,
    counts: { ...createCounts(), ...counts },
    incidents,
    usualMilliseconds: 100,
    usualConcurrency: 5,
    lag: new Uint8Array(MONTH_MINUTES + 1),
  };
}

const fill = (value: number, from = 0, to = MONTH_MINUTES) => new Float64Array(MONTH_MINUTES).fill(value, from, to);

describe("a generated month", () => {
  const months = SHAPES.map((shape) => generateMonth(shape, 1));

  test("has no more bad requests than requests", () => {
    const isWithin = (part: Float64Array, whole: Float64Array) =>
      part.every((count, minute) => count <= (whole[minute] ?? 0));

    for (const { counts } of months) {
      for (const key of ["failed", "slow", "overP90", "overP99", "cold"] as const) {
        expect({ key, isWithin: isWithin(counts[key], counts.requests) }).toEqual({ key, isWithin: true });
      }
      expect(isWithin(counts.timeouts, counts.failed)).toBe(true);
    }
  });

  test("has the requests that its incidents are said to have spent", () => {
    const bad = { availability: "failed", latency: "slow", cold_starts: "cold" } as const;
    const incidents = months.flatMap((month) => month.incidents.map((incident) => ({ month, incident })));

    expect(incidents.length).toBeGreaterThan(0);
    for (const { month, incident } of incidents) {
      const total = month.counts.requests.reduce((sum, count) => sum + count, 0);
      const sumDuring = (counts: Float64Array) =>
        counts.slice(incident.from, incident.to).reduce((sum, count) => sum + count, 0);
      const spent = incident.spentShare * total * (BUDGET_PERCENT[incident.hurts] / 100);
      expect(sumDuring(month.counts[bad[incident.hurts]]) + sumDuring(month.counts.throttles)).toBeGreaterThanOrEqual(
        spent - 0.5,
      );
    }
  });

  test("is the same for the same seed, and another for another", () => {
    const [shape] = SHAPES;
    if (!shape) throw new Error("expected a shape");

    const describeMonth = ({ incidents, counts }: Month) => ({
      incidents,
      requests: counts.requests.reduce((sum, count) => sum + count, 0),
      failed: counts.failed.reduce((sum, count, minute) => sum + count * minute, 0),
    });

    const [first, again, other] = [1, 1, 2].map((seed) => describeMonth(generateMonth(shape, seed)));

    expect(again).toEqual(first);
    expect(other).not.toEqual(first);
  });
});

describe("the states of an alarm over a month", () => {
  const MINUTES = 240;

  test("are those of the local CloudWatch, if data are never late", () => {
    const minutes = fc.array(fc.record({ requests: fc.nat(4), failed: fc.nat(3) }), {
      minLength: MINUTES,
      maxLength: MINUTES,
    });
    const timing = fc.record({
      period: fc.constantFrom(60, 300, 3600),
      of: fc.integer({ min: 1, max: 4 }),
      most: fc.nat(3),
    });
    fc.assert(
      fc.property(minutes, timing, fc.boolean(), (counts, { period, of, most }, isShare) => {
        const alarm = buildAlarm(period, of, most, isShare);
        const requests = fill(0);
        const failed = fill(0);
        const samples = counts.flatMap((count, minute): Sample[] => {
          requests[minute] = count.requests;
          if (count.requests === 0) return [];
          failed[minute] = count.failed;
          const timestampMilliseconds = minute * MINUTE;
          return [
            { ...METRIC, name: "Invocations", timestampMilliseconds, value: count.requests },
            { ...METRIC, name: "Errors", timestampMilliseconds, value: count.failed },
          ];
        });

        const expected = evaluateStates(alarm, samples, { from: MINUTE, to: MINUTES * MINUTE });
        const states = findRinging(alarm, new LateMetrics(makeMonth({ requests, failed })));

        expect(Array.from(states.slice(1, MINUTES + 1))).toEqual(
          expected.map(({ state }) => Number(state === "ALARM")),
        );
      }),
      { numRuns: 30 },
    );
  });

  test("change later where data are late", () => {
    const outage = { requests: fill(10), failed: fill(10, 1000, 1030) };
    const alarm = buildAlarm(300, 1, 5, false);
    const first = (month: Month) => findRinging(alarm, new LateMetrics(month)).indexOf(1);

    const late = { ...makeMonth(outage), lag: new Uint8Array(MONTH_MINUTES + 1).fill(3) };

    expect(first(makeMonth(outage))).toBe(1001);
    expect(first(late)).toBe(1004);
  });

  function buildAlarm(period: number, of: number, most: number, isShare: boolean): MetricAlarm {
    const query = (id: string, name: string) => ({ id, metric: { ...METRIC, metric_name: name, period, stat: "Sum" } });
    return {
      comparison_operator: "GreaterThanThreshold",
      threshold: isShare ? 20 * most : most,
      evaluation_periods: of,
      datapoints_to_alarm: Math.min(of, 1 + most),
      treat_missing_data: "notBreaching",
      metric_query: [
        query("errors", "Errors"),
        query("requests", "Invocations"),
        {
          id: "result",
          expression: isShare ? "IF(FILL(errors, 0) >= 2, 100 * errors / requests, 0)" : "errors",
          return_data: true,
        },
      ],
    };
  }
});

describe("alarms on objectives", () => {
  const judge = (month: Month) => judgeMonth([OBJECTIVES], month, new LateMetrics(month));

  test("page for an outage within five minutes", () => {
    const outage = {
      kind: "outage",
      hurts: "availability",
      from: 20_000,
      to: 20_060,
      badRequests: 600,
      spentShare: 2.8,
    } as const;
    const month = makeMonth({ requests: fill(10), failed: fill(10, outage.from, outage.to) }, [outage]);

    const { recall, precision, toDetectOutage, pages } = summarizeVerdicts(
      judge({ ...month, lag: month.lag.map(() => 2) }),
    );
    expect({ recall, precision }).toEqual({ recall: 100, precision: 100 });
    expect(toDetectOutage.median).toBeLessThanOrEqual(5);
    expect(pages).toBeGreaterThan(0);
  });

  test("do not page for a single failure that Lambda tries three times", () => {
    const month = makeMonth({ requests: fill(1, 700, 760), failed: fill(1, 720, 723) });

    expect(judge(month)).toEqual([expect.objectContaining({ alerts: [] })]);
  });

  test("page nobody in months that have noise and no incident", () => {
    const calm = SHAPES.flatMap((shape) => [1, 2, 3].map((seed) => generateMonth(shape, seed))).filter(
      ({ incidents }) => incidents.length === 0,
    );

    const pages = calm.flatMap(judge).flatMap(({ alerts }) => alerts.filter(({ route }) => route === "page"));

    expect(calm.length).toBeGreaterThan(0);
    expect(pages).toEqual([]);
  });
});
