import { describe, expect, test } from "@jest/globals";
import fc from "fast-check";
import { ALARM_DEFAULTS, type AlarmSettings } from "../../../environments/alarms";
import { type MetricAlarm } from "../../../local/cloudwatch/alarm";
import { evaluateStates } from "../../support/alarm-states";
import { type Measure } from "../../../model/metrics";
import { applyValues, findBetterSetting, type PastRing } from "../../../operations/report/replay";

const MINUTE = 60_000;
const FROM = Date.parse("2026-01-12T10:00:00.000Z");

const METRIC = { namespace: "AWS/Lambda", metricName: "Errors", dimensions: {} };
const REQUESTS = { namespace: "AWS/Lambda", metricName: "Invocations", dimensions: {} };

const COUNT: AlarmSettings = ALARM_DEFAULTS.errors;
const SHARE: AlarmSettings = { ...COUNT, isShare: true, threshold: 1, minimumRequests: 100 };

/** As the alarm for errors watches it. */
function measure({ isShare = false, minimumRequests = 0 }: AlarmSettings): Measure {
  if (!isShare) return { statistic: "Sum", metrics: { value: METRIC } };
  const expression = `IF(requests >= ${minimumRequests}, 100 * (FILL(value, 0)) / requests, 0)`;
  return { statistic: "Sum", metrics: { value: METRIC, requests: REQUESTS }, expression };
}

/** A day with values by minute, undefined where CloudWatch has none. */
interface Day {
  readonly errors: readonly (number | undefined)[];
  readonly requests?: readonly number[];
}

function pastOf({ errors, requests = [] }: Day) {
  const toSteps = (values: readonly (number | undefined)[]) => Float64Array.from(values, (value) => value ?? NaN);
  return {
    range: { from: FROM, to: FROM + errors.length * MINUTE },
    stepSeconds: 60,
    values: new Map([
      ["value Sum", toSteps(errors)],
      ["requests Sum", toSteps(errors.map((_, index) => requests[index] ?? 1000))],
    ]),
  };
}

/** The times at which the local CloudWatch has an alarm of these settings ring. */
function ringsOf(settings: AlarmSettings, { errors, requests = [] }: Day): { from: number; to: number }[] {
  const { metrics, expression, statistic } = measure(settings);
  const toQuery = (id: string, metric_name: string) => ({
    id,
    metric: { namespace: "AWS/Lambda", metric_name, period: settings.periodSeconds, stat: statistic },
    return_data: expression === undefined,
  });
  const alarm: MetricAlarm = {
    comparison_operator: "GreaterThanThreshold",
    threshold: settings.threshold,
    evaluation_periods: settings.evaluationPeriods,
    datapoints_to_alarm: settings.datapointsToAlarm,
    treat_missing_data: "notBreaching",
    metric_query: [
      ...Object.entries(metrics).map(([id, { metricName }]) => toQuery(id, metricName)),
      ...(expression === undefined ? [] : [{ id: "result", expression, return_data: true }]),
    ],
  };
  const toSamples = (name: string, values: readonly (number | undefined)[]) =>
    values.flatMap((value, index) =>
      value === undefined
        ? []
        : [{ namespace: "AWS/Lambda", name, dimensions: {}, timestampMilliseconds: FROM + index * MINUTE, value }],
    );
  const samples = [
    ...toSamples("Errors", errors),
    ...toSamples(
      "Invocations",
      errors.map((_, index) => requests[index] ?? 1000),
    ),
  ];
  const to = FROM + errors.length * MINUTE;
  const rings: { from: number; to: number }[] = [];
  let from: number | undefined;
  for (const { at, state } of evaluateStates(alarm, samples, { from: FROM + MINUTE, to })) {
    if (state === "ALARM") from ??= at;
    else if (from !== undefined) {
      rings.push({ from, to: at });
      from = undefined;
    }
  }
  return from === undefined ? rings : [...rings, { from, to: to + MINUTE }];
}

function better(settings: AlarmSettings, day: Day, rings: readonly PastRing[]) {
  return findBetterSetting({ key: "errors", settings, measure }, pastOf(day), rings);
}

function noteAll(settings: AlarmSettings, day: Day, isNoted: (index: number) => boolean): PastRing[] {
  return ringsOf(settings, day).map(({ from, to }, index) => ({ rangAt: from, endedAt: to, isNoted: isNoted(index) }));
}

/** Quiet minutes, with some that are not. */
function day(length: number, bad: Readonly<Record<number, number>>): Day {
  return { errors: Array.from({ length }, (_, index) => bad[index] ?? 0) };
}

describe("a better setting", () => {
  test("is the lowest threshold that spares every ring without a note, and keeps those with one", () => {
    const bad = day(600, { 50: 6, 150: 8, 250: 7, 350: 40, 450: 7 });

    expect(
      better(
        COUNT,
        bad,
        noteAll(COUNT, bad, (index) => index === 3),
      ),
    ).toEqual({
      values: { threshold: 8 },
      current: { threshold: 5 },
      rings: 1,
      ringsNow: 5,
      laterMinutes: 0,
    });
  });

  test("is more data points where a higher threshold would lose a ring with a note", () => {
    const minutes: Record<number, number> = { 50: 40, 150: 40, 250: 40, 350: 40 };
    for (let minute = 450; minute < 480; minute++) minutes[minute] = 2;
    const bad = day(600, minutes);

    expect(
      better(
        COUNT,
        bad,
        noteAll(COUNT, bad, (index) => index === 4),
      ),
    ).toMatchObject({
      values: { evaluation_periods: 2, datapoints_to_alarm: 2 },
      current: { evaluation_periods: 1, datapoints_to_alarm: 1 },
      rings: 1,
      ringsNow: 5,
    });
  });

  test("is a share of requests where only that tells one from the other", () => {
    const minutes: Record<number, number> = {};
    for (const start of [50, 150, 250, 350, 450]) for (let at = start; at < start + 30; at++) minutes[at] = 3;
    const errors = day(600, minutes).errors;
    const bad = { errors, requests: errors.map((_, index) => (index >= 450 ? 30 : 5000)) };

    expect(
      better(
        COUNT,
        bad,
        noteAll(COUNT, bad, (index) => index === 4),
      ),
    ).toMatchObject({
      values: { threshold_percent: 0.1, minimum_requests: 100 },
      current: { threshold: 5 },
      rings: 1,
    });
  });

  test("is more requests where few of them make a large share", () => {
    const bad = {
      errors: day(600, { 50: 10, 150: 10, 250: 10, 350: 10, 450: 60 }).errors,
      requests: Array.from({ length: 600 }, (_, index) =>
        index % 100 >= 40 && index % 100 < 60 && index < 440 ? 25 : 60,
      ),
    };

    expect(
      better(
        SHARE,
        bad,
        noteAll(SHARE, bad, (index) => index === 4),
      ),
    ).toMatchObject({
      values: { minimum_requests: 200 },
      current: { minimum_requests: 100 },
      rings: 1,
    });
  });

  test("is no share where most periods have too few requests for one, which would silence the alarm", () => {
    const minutes: Record<number, number> = {};
    for (const start of [50, 150, 250, 350, 450]) for (let at = start; at < start + 30; at++) minutes[at] = 40;
    const errors = day(600, minutes).errors;
    const bad = { errors, requests: errors.map(() => 10) };

    expect(
      better(
        COUNT,
        bad,
        noteAll(COUNT, bad, () => false),
      ),
    ).toHaveProperty("why");
  });

  test("is none where every ring has a note, or those without are no smaller", () => {
    const bad = day(600, { 50: 40, 150: 41, 250: 42, 350: 40, 450: 42, 550: 40 });
    const why = "no setting near its own would have spared half of them: fix the cause, or switch it off";

    expect(
      better(
        COUNT,
        bad,
        noteAll(COUNT, bad, () => true),
      ),
    ).toEqual({ why });
    expect(
      better(
        COUNT,
        bad,
        noteAll(COUNT, bad, (index) => index === 0),
      ),
    ).toEqual({ why });
  });

  test("is none where the figures do not show its rings again", () => {
    const quiet = day(600, { 50: 6 });
    const rings = [50, 200, 300].map((minute) => ({
      rangAt: FROM + minute * MINUTE,
      endedAt: FROM + (minute + 5) * MINUTE,
      isNoted: false,
    }));

    expect(better(COUNT, quiet, rings)).toEqual({ why: "its figures show only 1 of its 3 rings again" });
  });

  test("of a percentile is found from its values at its own period", () => {
    const settings = {
      ...ALARM_DEFAULTS.response_time,
      statistic: "p99" as const,
      periodSeconds: 300,
      evaluationPeriods: 1,
      datapointsToAlarm: 1,
    };
    const slow = (_: AlarmSettings): Measure => ({ statistic: "p99", metrics: { value: METRIC } });
    const values = Float64Array.from({ length: 100 }, (_, index) =>
      index % 20 === 10 ? 5600 : index === 65 ? 20_000 : 90,
    );
    const past = {
      range: { from: FROM, to: FROM + 500 * MINUTE },
      stepSeconds: 300,
      values: new Map([["value p99", values]]),
    };
    const rings = [10, 30, 50, 65, 70, 90].map((index) => {
      const rangAt = FROM + (index + 1) * 5 * MINUTE;
      return { rangAt, endedAt: rangAt + 5 * MINUTE, isNoted: index === 65 };
    });

    expect(findBetterSetting({ key: "response_time", settings, measure: slow }, past, rings)).toMatchObject({
      values: { threshold_milliseconds: 5600 },
      rings: 1,
      ringsNow: 6,
    });
  });
});

test("never loses a ring with a note, and never rings more often, by the local CloudWatch's rules", () => {
  const values = fc.oneof(
    { weight: 12, arbitrary: fc.constant(0) },
    { weight: 2, arbitrary: fc.integer({ min: 1, max: 9 }) },
    { weight: 1, arbitrary: fc.integer({ min: 10, max: 60 }) },
    { weight: 1, arbitrary: fc.constant(undefined) },
  );
  const settings = fc
    .record({
      threshold: fc.integer({ min: 0, max: 8 }),
      periodSeconds: fc.constantFrom(60, 300),
      evaluationPeriods: fc.integer({ min: 1, max: 5 }),
      bad: fc.integer({ min: 1, max: 5 }),
      isShare: fc.boolean(),
    })
    .map(({ bad, ...rest }): AlarmSettings => {
      const datapointsToAlarm = Math.min(bad, rest.evaluationPeriods);
      return {
        ...COUNT,
        ...rest,
        threshold: rest.isShare ? rest.threshold / 4 + 0.1 : rest.threshold,
        datapointsToAlarm,
      };
    });
  const days = fc.record({
    errors: fc.array(values, { minLength: 100, maxLength: 240, size: "max" }),
    requests: fc.array(fc.integer({ min: 1, max: 900 }), { minLength: 240, maxLength: 240, size: "max" }),
  });
  let found = 0;

  fc.assert(
    fc.property(settings, days, fc.nat(4), (own, bad, every) => {
      const rings = noteAll(own, bad, (index) => every > 0 && index % every === 0);
      const result = better(own, bad, rings);
      if ("why" in result) return;
      found += 1;

      const then = ringsOf(applyValues("errors", own, result.values), bad);
      expect(result.ringsNow).toBe(rings.length);
      expect(then.length).toBe(result.rings);
      expect(then.length).toBeLessThan(rings.length);
      for (const { rangAt, endedAt, isNoted } of rings) {
        if (isNoted) expect(then.some(({ from, to }) => from < endedAt && to > rangAt)).toBe(true);
      }
    }),
    { numRuns: 80 },
  );
  expect(found).toBeGreaterThan(0);
});
