import { describe, expect, test } from "@jest/globals";
import fc from "fast-check";
import {
  AlarmError,
  type AlarmState,
  type DataPoint,
  evaluateAlarm,
  type EvaluationSettings,
  type MetricAlarm,
  parseExpression,
  evaluateState,
} from "../../../local/cloudwatch/alarm";
import { evaluateStates } from "../../support/alarm-states";
import { createMetricStore, type Sample } from "../../../local/cloudwatch/metric-data";

const MINUTE = 60_000;
const TREATMENTS = ["missing", "ignore", "breaching", "notBreaching"] as const;
const STATES = ["OK", "ALARM", "INSUFFICIENT_DATA"] as const;
const NAMESPACE = "AWS/Lambda";
const DIMENSIONS = { FunctionName: "api" };

const ALARM: MetricAlarm = {
  comparison_operator: "GreaterThanThreshold",
  threshold: 10,
  evaluation_periods: 1,
  period: 60,
  statistic: "Sum",
  namespace: NAMESPACE,
  metric_name: "Errors",
  dimensions: DIMENSIONS,
};

/** "0 - X": a data point within the threshold, a missing one, and one that breaches. */
function dataPoints(written: string): DataPoint[] {
  return written.split(" ").map((point) => (point === "-" ? undefined : point === "X"));
}

function settings(datapointsToAlarm: number, treatMissingData: EvaluationSettings["treatMissingData"]) {
  return { evaluationPeriods: 3, datapointsToAlarm, treatMissingData };
}

/** Values of a metric in minutes 0, 1, …; undefined where there is none. */
function minutely(name: string, values: readonly (number | undefined)[]): Sample[] {
  return values.flatMap((value, minute) =>
    value === undefined
      ? []
      : [
          {
            namespace: NAMESPACE,
            name,
            dimensions: DIMENSIONS,
            timestampMilliseconds: minute * MINUTE + 30_000,
            value,
          },
        ],
  );
}

function statesAfter(minutes: number, alarm: MetricAlarm, samples: readonly Sample[]): AlarmState[] {
  return evaluateStates(alarm, samples, { from: MINUTE, to: minutes * MINUTE }).map(({ state }) => state);
}

describe("The tables of AWS", () => {
  // https://docs.aws.amazon.com/AmazonCloudWatch/latest/monitoring/alarms-and-missing-data.html
  const kept = "retained";
  const lacking = "INSUFFICIENT_DATA";
  const rows: [number, string, ...(AlarmState | typeof kept)[]][] = [
    [3, "0 - X - X", "OK", "OK", "OK", "OK"],
    [3, "0 - - - -", "OK", "OK", "OK", "OK"],
    [3, "- - - - -", lacking, kept, "ALARM", "OK"],
    [3, "0 X X - X", "ALARM", "ALARM", "ALARM", "ALARM"],
    [3, "- - X - -", "ALARM", kept, "ALARM", "OK"],
    [2, "0 - X - X", "ALARM", "ALARM", "ALARM", "ALARM"],
    [2, "0 0 X 0 X", "ALARM", "ALARM", "ALARM", "ALARM"],
    [2, "0 - X - -", "OK", "OK", "ALARM", "OK"],
    [2, "- - - - 0", "OK", "OK", "ALARM", "OK"],
    [2, "- - - X -", "ALARM", kept, "ALARM", "OK"],
    // Of the text on premature alarms, and of the tables in an earlier edition.
    [3, "- - - - X", lacking, kept, "ALARM", "OK"],
    [3, "- - - X -", lacking, kept, "ALARM", "OK"],
    [3, "X - - - -", "ALARM", kept, "ALARM", "OK"],
    [2, "- - - - X", lacking, kept, "ALARM", "OK"],
    [3, "- - - X 0", "OK", "OK", "OK", "OK"],
    [3, "- - X - 0", "OK", "OK", "OK", "OK"],
  ];
  const vectors = rows.flatMap(([datapointsToAlarm, written, ...expected]) =>
    TREATMENTS.flatMap((treatment, column) =>
      STATES.map((current) => {
        const state = expected[column];
        return { datapointsToAlarm, written, treatment, current, expected: state === kept ? current : state };
      }),
    ),
  );

  test.each(vectors)(
    "$datapointsToAlarm of 3, $written, $treatment, in $current: $expected",
    ({ datapointsToAlarm, written, treatment, current, expected }) => {
      const state = evaluateState(dataPoints(written), settings(datapointsToAlarm, treatment), current);

      expect(state).toBe(expected);
    },
  );
});

describe("A state", () => {
  const points = fc.array(fc.constantFrom<DataPoint[]>(true, false, undefined), { minLength: 5, maxLength: 5 });
  const enough = points.filter((drawn) => drawn.filter((point) => point !== undefined).length >= 3);
  const toAlarm = fc.integer({ min: 1, max: 3 });
  const states = fc.constantFrom(...STATES);

  test("does not depend on how missing data are treated when there are enough", () => {
    fc.assert(
      fc.property(enough, toAlarm, states, (drawn, datapointsToAlarm, current) => {
        const results = TREATMENTS.map((treatment) =>
          evaluateState(drawn, settings(datapointsToAlarm, treatment), current),
        );

        expect(new Set(results).size).toBe(1);
        expect(results).not.toContain("INSUFFICIENT_DATA");
      }),
    );
  });

  test("is known when missing data count as breaching or not, and breaching never alarms less", () => {
    fc.assert(
      fc.property(points, toAlarm, states, (drawn, datapointsToAlarm, current) => {
        const breaching = evaluateState(drawn, settings(datapointsToAlarm, "breaching"), current);
        const notBreaching = evaluateState(drawn, settings(datapointsToAlarm, "notBreaching"), current);

        expect([breaching, notBreaching]).not.toContain("INSUFFICIENT_DATA");
        if (notBreaching === "ALARM") expect(breaching).toBe("ALARM");
      }),
    );
  });
});

describe("An alarm over time", () => {
  test("begins without enough data, alarms when the threshold is passed, and recovers", () => {
    const samples = minutely("Errors", [undefined, 10, 11, 0, 0, 0]);

    const states = statesAfter(6, ALARM, samples);

    expect(states).toEqual(["INSUFFICIENT_DATA", "OK", "ALARM", "OK", "OK", "OK"]);
  });

  test("evaluates the last data points again after the metric has ended, and then has not enough", () => {
    const samples = minutely("Errors", [11]);

    const states = statesAfter(5, ALARM, samples);

    expect(states).toEqual(["ALARM", "ALARM", "ALARM", "INSUFFICIENT_DATA", "INSUFFICIENT_DATA"]);
  });

  test("keeps its state over missing data when it ignores them", () => {
    const samples = minutely("Errors", [11]);

    const states = statesAfter(20, { ...ALARM, treat_missing_data: "ignore" }, samples);

    expect(new Set(states)).toEqual(new Set(["ALARM"]));
  });

  test("alarms with M breaching data points out of N, wherever they are", () => {
    const samples = minutely("Errors", [11, 0, 11, 0, 0]);

    const states = statesAfter(5, { ...ALARM, evaluation_periods: 3, datapoints_to_alarm: 2 }, samples);

    expect(states.slice(2)).toEqual(["ALARM", "OK", "OK"]);
  });

  test("is evaluated every minute over the five that have passed", () => {
    const samples = minutely("Errors", [0, 4, 4, 4, 0, 0, 0, 0]);

    const states = statesAfter(8, { ...ALARM, period: 300, treat_missing_data: "notBreaching" }, samples);

    expect(states).toEqual(["OK", "OK", "OK", "ALARM", "ALARM", "ALARM", "OK", "OK"]);
  });

  test("sees data from before it was there", () => {
    const samples = minutely("Errors", [0, 0, 0]);

    const states = evaluateStates(ALARM, samples, { from: 2.5 * MINUTE, to: 3.9 * MINUTE });

    expect(states).toEqual([{ at: 3 * MINUTE, state: "OK" }]);
  });

  test("that looks back over more than a day is evaluated at whole hours", () => {
    const samples = minutely("Errors", [20]);

    const states = statesAfter(61, { ...ALARM, period: 3600, evaluation_periods: 25, datapoints_to_alarm: 1 }, samples);

    expect(states.slice(57)).toEqual(["INSUFFICIENT_DATA", "INSUFFICIENT_DATA", "ALARM", "ALARM"]);
  });

  test.each([
    ["GreaterThanThreshold", ["OK", "OK", "ALARM"]],
    ["GreaterThanOrEqualToThreshold", ["OK", "ALARM", "ALARM"]],
    ["LessThanThreshold", ["ALARM", "OK", "OK"]],
    ["LessThanOrEqualToThreshold", ["ALARM", "ALARM", "OK"]],
  ])("compares with the threshold: %s", (comparison_operator, expected) => {
    const samples = minutely("Errors", [9, 10, 11]);

    const states = statesAfter(3, { ...ALARM, comparison_operator }, samples);

    expect(states).toEqual(expected);
  });

  test("can watch a percentile", () => {
    const alarm = { ...ALARM, statistic: undefined, extended_statistic: "p90" };
    const values = Array.from({ length: 11 }, (_, index) => index + 1.5);
    const samples = values.flatMap((value) => minutely("Errors", [value]));

    const state = evaluateAlarm(alarm, createMetricStore(samples), MINUTE);

    expect(state).toBe("ALARM");
  });

  test.each<[string, Partial<MetricAlarm>]>([
    ["an unknown comparison", { comparison_operator: "GreaterThanUpperThreshold" }],
    ["no threshold", { threshold: undefined }],
    ["more data points than periods", { datapoints_to_alarm: 2 }],
    ["no periods", { evaluation_periods: 0 }],
    ["an unknown treatment of missing data", { treat_missing_data: "notbreaching" }],
    ["a period of less than a minute", { period: 10 }],
    ["a period between minutes", { period: 90 }],
    ["no metric", { metric_name: undefined }],
    ["no statistic", { statistic: undefined }],
    ["queries none of which returns data", { metric_query: [{ id: "a", expression: "1" }] }],
    ["an expression about itself", { metric_query: [{ id: "a", expression: "a + 1", return_data: true }] }],
    ["an expression about nothing", { metric_query: [{ id: "a", expression: "b", return_data: true }] }],
    ["a query without a metric", { metric_query: [{ id: "a", return_data: true }] }],
  ])("with %s is refused", (_, wrong) => {
    expect(() => evaluateAlarm({ ...ALARM, ...wrong }, createMetricStore(), 0)).toThrow(AlarmError);
  });
});

describe("An alarm on an expression", () => {
  function query(id: string, metric_name: string, period = 60) {
    return { id, metric: { namespace: NAMESPACE, metric_name, period, stat: "Sum", dimensions: DIMENSIONS } };
  }

  const RATE: MetricAlarm = {
    comparison_operator: "GreaterThanThreshold",
    threshold: 5,
    evaluation_periods: 1,
    treat_missing_data: "notBreaching",
    metric_query: [
      { id: "rate", expression: "100 * FILL(errors, 0) / MAX([total, 1])", return_data: true },
      { id: "total", expression: "FILL(invocations, 0)" },
      query("errors", "Errors"),
      query("invocations", "Invocations"),
    ],
  };

  test("is evaluated with the metrics of each period, through other expressions", () => {
    const samples = [
      ...minutely("Errors", [undefined, 1, 1]),
      ...minutely("Invocations", [100, 100, 10, undefined, undefined, undefined]),
    ];

    const states = statesAfter(4, RATE, samples);

    expect(states).toEqual(["OK", "OK", "ALARM", "OK"]);
  });

  test("is refused when its metrics have different periods", () => {
    const alarm = {
      ...RATE,
      metric_query: [{ id: "a", expression: "b + c", return_data: true }, query("b", "B"), query("c", "C", 300)],
    };

    expect(() => evaluateAlarm(alarm, createMetricStore(), 0)).toThrow("same period");
  });
});

describe("An expression", () => {
  const VALUES: ReadonlyMap<string, number> = new Map([
    ["a", 6],
    ["b", 3],
    ["zero", 0],
  ]);

  function valueOf(text: string): number | undefined {
    return parseExpression(text).evaluate((id) => VALUES.get(id), 300);
  }

  test.each<[string, number | undefined]>([
    ["1 + 2 * 3", 7],
    ["(1 + 2) * 3", 9],
    ["10 - 4 - 3", 3],
    ["12 / 3 / 2", 2],
    ["-a + 2", -4],
    ["1 - -1", 2],
    ["1.5e2", 150],
    ["a / b", 2],
    ["a / zero", undefined],
    ["absent", undefined],
    ["a + absent", undefined],
    ["FILL(absent, 4) + 1", 5],
    ["FILL(a, 4)", 6],
    ["MAX([a, b, 9])", 9],
    ["MIN([a, b])", 3],
    ["SUM([a, b])", 9],
    ["a * 100 / PERIOD(a)", 2],
    ["IF(PERIOD(b) > 60, FILL(absent, PERIOD(b)), 0)", 300],
    ["MAX([a, absent])", undefined],
    ["IF(a > b, 1, 2)", 1],
    ["IF(a <= b, 1, 2)", 2],
    ["IF(a == 6, a, absent)", 6],
    ["IF(a != 6, a)", undefined],
    ["IF(absent, 1, 2)", undefined],
    ["IF(a / 2 >= b, 1, 0)", 1],
  ])("%s is %p", (text, expected) => {
    expect(valueOf(text)).toBe(expected);
  });

  test.each([
    "",
    "1 +",
    "(1",
    "1 2",
    "FILL(a)",
    "MAX(a)",
    "MAX([])",
    "RATE(a)",
    "PERIOD(1)",
    "PERIOD(a",
    "A",
    "a &",
    "IF(a)",
    "1..2",
    "[a]",
  ])("%p is refused", (text) => {
    expect(() => parseExpression(text)).toThrow(AlarmError);
  });

  test("is refused when it is too long or too deep", () => {
    expect(() => parseExpression("1+".repeat(2000))).toThrow("2048");
    expect(() => parseExpression("(".repeat(2048))).toThrow("nested");
  });

  test("of any text is either understood or refused", () => {
    const parts = fc.constantFrom(
      "a",
      "1",
      "+",
      "-",
      "(",
      ")",
      "[",
      "]",
      ",",
      "IF",
      "FILL",
      "MAX",
      ">",
      "==",
      " ",
      "é",
    );
    const texts = fc.oneof(
      fc.string(),
      fc.array(parts).map((drawn) => drawn.join("")),
    );
    fc.assert(
      fc.property(texts, (text) => {
        let error: unknown;
        try {
          valueOf(text);
        } catch (caught) {
          error = caught;
        }

        expect(error ?? new AlarmError()).toBeInstanceOf(AlarmError);
      }),
    );
  });
});
