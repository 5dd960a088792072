import { beforeAll, describe, expect, test } from "@jest/globals";
import { type AlarmState, type MetricAlarm } from "../../../local/cloudwatch/alarm";
import { evaluateStates } from "../../support/alarm-states";
import { evaluateComposite } from "../../../local/cloudwatch/composite-alarm";
import { type Sample } from "../../../local/cloudwatch/metric-data";
import { METRICS } from "../../../performance/metrics";
import { type Attributes, findResource, type StackUnderTest, synthesizeDev, makeTfvars } from "../../support/project";

const MINUTE = 60_000;
/** Any whole minute. */
const START = Date.UTC(2026, 0, 5, 9);

const LIVE = { FunctionName: "dev-api", Resource: "dev-api:live" };
const EMITTED = { FunctionName: "dev-api" };

const SERIES = {
  Invocations: { namespace: "AWS/Lambda", dimensions: LIVE },
  ColdStarts: { namespace: "Lambda/Performance", dimensions: EMITTED },
  ServerErrors: { namespace: "Lambda/Performance", dimensions: EMITTED },
  InitDuration: { namespace: "Lambda/Performance/dev-api", dimensions: {} },
  MaxMemoryUsed: { namespace: "Lambda/Performance/dev-api", dimensions: {} },
  Timeouts: { namespace: "Lambda/Performance/dev-api", dimensions: {} },
  WarmingFailures: { namespace: "Lambda/Performance", dimensions: EMITTED },
  Duration: { namespace: "AWS/Lambda", dimensions: LIVE },
  Errors: { namespace: "AWS/Lambda", dimensions: LIVE },
  Throttles: { namespace: "AWS/Lambda", dimensions: LIVE },
  AsyncEventsDropped: { namespace: "AWS/Lambda", dimensions: { FunctionName: "dev-api" } },
};

/** What one metric tells, minute by minute from {@link START}: a list of values for each minute. */
function samples(metric: keyof typeof SERIES, minutes: readonly (readonly number[])[]): Sample[] {
  return minutes.flatMap((values, minute) =>
    values.map((value) => ({
      ...SERIES[metric],
      name: metric,
      timestampMilliseconds: START + minute * MINUTE,
      value,
    })),
  );
}

/** As many minutes as given, each with the same values. */
function minutes(count: number, ...values: number[]): number[][] {
  return Array.from({ length: count }, () => values);
}

let stack: StackUnderTest;

beforeAll(async () => {
  stack = await synthesizeDev(makeTfvars({ functions: "api = { asynchronous = true }" }));
});

function alarm(key: string, of = stack): MetricAlarm & Attributes {
  return findResource(of, "aws_cloudwatch_metric_alarm", `api_${key.replaceAll("_", "-")}`) as unknown as MetricAlarm &
    Attributes;
}

/** After how many minutes an alarm rings first; undefined when it does not within an hour. */
function ringsAfter(key: string, data: readonly Sample[], of = stack): number | undefined {
  const states = evaluateStates(alarm(key, of), data, { from: START, to: START + 60 * MINUTE });
  const first = states.find(({ state }) => state === "ALARM");
  return first && (first.at - START) / MINUTE;
}

describe("what rings, and what does not", () => {
  test.each<[key: string, what: string, data: Sample[], expected: number | undefined]>([
    ["cold_starts", "10 cold starts in 5 minutes", samples("ColdStarts", minutes(5, 1, 1)), undefined],
    ["cold_starts", "11 cold starts in 5 minutes", samples("ColdStarts", [...minutes(4, 1, 1), [1, 1, 1]]), 5],
    ["cold_starts", "11 cold starts in 11 minutes", samples("ColdStarts", minutes(11, 1)), undefined],
    ["init_duration", "one slow start in half an hour", samples("InitDuration", [[9000]]), undefined],
    [
      "init_duration",
      "two slow starts, 10 minutes apart",
      samples("InitDuration", [[2500], ...minutes(9), [2500]]),
      11,
    ],
    ["init_duration", "starts of 2 seconds sharp", samples("InitDuration", minutes(30, 2000)), undefined],
    [
      "init_duration",
      "a slow start among fast ones, again and again",
      samples("InitDuration", minutes(30, 500, 500, 4000)),
      undefined,
    ],
    // 512 MB: 85 % are 435.2 MB.
    ["memory", "435 of 512 MB", samples("MaxMemoryUsed", minutes(30, 435)), undefined],
    ["memory", "436 of 512 MB in two periods", samples("MaxMemoryUsed", minutes(6, 100, 436)), 6],
    ["memory", "436 of 512 MB once", samples("MaxMemoryUsed", [[436], ...minutes(30, 100)]), undefined],
    ["response_time", "5 seconds sharp", samples("Duration", minutes(30, 5000)), undefined],
    ["response_time", "more than 5 seconds in 3 of 5 minutes", samples("Duration", minutes(3, 5001)), 3],
    ["response_time", "two slow minutes", samples("Duration", [...minutes(2, 9000), ...minutes(20, 50)]), undefined],
    ["response_time", "one slow request among fast ones", samples("Duration", minutes(30, 9000, 50, 50)), undefined],
    ["errors", "5 errors in 5 minutes", samples("Errors", minutes(5, 1)), undefined],
    ["errors", "6 errors in one minute", samples("Errors", [[1, 1, 1, 1, 1, 1]]), 1],
    ["errors", "6 errors in 5 minutes", samples("Errors", [[1, 1], [1], [1], [1], [1]]), 5],
    ["errors", "6 answers with HTTP 5xx", samples("ServerErrors", [[1, 1, 1, 1, 1, 1]]), 1],
    [
      "errors",
      "3 errors and 3 answers with HTTP 5xx",
      [...samples("Errors", [[1, 1, 1]]), ...samples("ServerErrors", [[], [1, 1, 1]])],
      2,
    ],
    ["throttles", "one refused request", samples("Throttles", [[1]]), undefined],
    ["throttles", "refused requests in two of five minutes", samples("Throttles", [[1], [], [], [1]]), 4],
    ["timeouts", "one timeout", samples("Timeouts", [[1]]), 1],
    ["dropped_events", "one dropped event", samples("AsyncEventsDropped", [[1]]), 1],
    ["warming", "one failed ping", samples("WarmingFailures", [[1], ...minutes(20, 0)]), undefined],
    ["warming", "failed pings in two periods", samples("WarmingFailures", minutes(6, 1)), 6],
  ])("%s: %s", (key, _, data, expected) => {
    expect(ringsAfter(key, data)).toBe(expected);
  });

  test("6 errors within 5 minutes are found in under 5 minutes, wherever the minutes of the clock begin", () => {
    for (let offset = 0; offset < 5; offset++) {
      const data = samples("Errors", [...minutes(offset), ...minutes(5, 1), [1, 1]]);
      const begun = offset;
      expect((ringsAfter("errors", data) ?? Infinity) - begun).toBeLessThanOrEqual(6);
      expect((ringsAfter("errors", samples("Errors", [...minutes(offset), [6]])) ?? Infinity) - begun).toBe(1);
    }
  });

  test.each(
    Object.keys({
      cold_starts: 0,
      init_duration: 0,
      memory: 0,
      response_time: 0,
      errors: 0,
      throttles: 0,
      timeouts: 0,
      dropped_events: 0,
    }),
  )("%s: a quiet night does not ring, and pages nobody for missing data", (key) => {
    const states = evaluateStates(alarm(key), [], { from: START, to: START + 12 * 60 * MINUTE });
    // An alarm that is new has not enough data for its first evaluation; from then on, nothing is fine.
    expect(new Set(states.slice(1).map(({ state }) => state))).toEqual(new Set(["OK"]));
  });

  test.each(["errors", "cold_starts", "response_time", "throttles", "timeouts"])(
    "%s: is over when what it watches is, also when nothing follows",
    (key) => {
      const metric = {
        errors: "Errors",
        cold_starts: "ColdStarts",
        response_time: "Duration",
        throttles: "Throttles",
        timeouts: "Timeouts",
      }[key];
      const data = samples(metric as keyof typeof SERIES, minutes(10, ...Array.from({ length: 20 }, () => 9000)));
      const states = evaluateStates(alarm(key), data, { from: START, to: START + 60 * MINUTE });
      expect(states.map(({ state }) => state)).toContain("ALARM");
      expect(states.at(-1)?.state).toBe("OK");
    },
  );

  test("pings move none of them but what is true of every environment: its start, its memory, its timeouts", () => {
    const watched = Object.entries(stack.resource["aws_cloudwatch_metric_alarm"] ?? {})
      .filter(([id]) => !id.includes("warm"))
      .map(([, alarm]) => metricsOf(alarm));
    for (const metric of watched.flat()) {
      if (metric.namespace === "Lambda/Performance/dev-api") continue;
      if (metric.namespace === "Lambda/Performance") expect(Object.keys(METRICS)).toContain(metric.metric_name);
      else if (metric.metric_name !== "AsyncEventsDropped") expect(metric.dimensions).toEqual(LIVE);
    }
  });
});

interface WatchedMetric {
  readonly namespace: string;
  readonly metric_name: string;
  readonly dimensions: unknown;
}

function metricsOf(attributes: Attributes): WatchedMetric[] {
  const queries = attributes["metric_query"] as { metric?: WatchedMetric }[] | undefined;
  return queries ? queries.flatMap(({ metric }) => metric ?? []) : [attributes as unknown as WatchedMetric];
}

describe("alarms of objectives", () => {
  const HOURS = 8;

  /** In which of the first minutes of some hours an alarm rings. */
  function minutesRinging(key: string, data: readonly Sample[], of: StackUnderTest): number[] {
    return evaluateStates(alarm(key, of), data, { from: START, to: START + HOURS * 60 * MINUTE })
      .filter(({ state }) => state === "ALARM")
      .map(({ at }) => (at - START) / MINUTE);
  }

  const repeat = (count: number, value: number) => Array.from({ length: count }, () => value);

  let objectives: StackUnderTest;

  beforeAll(async () => {
    objectives = await synthesizeDev(makeTfvars());
  });

  test("page within minutes if all requests fail, until an hour after", () => {
    const data = [
      ...samples("Invocations", minutes(HOURS * 60, ...repeat(10, 1))),
      ...samples("Errors", [...minutes(90), ...minutes(5, ...repeat(10, 1))]),
    ];
    const [first = NaN, ...more] = minutesRinging("availability_fast_burn", data, objectives);
    expect(first - 90).toBeLessThanOrEqual(2);
    expect(more.at(-1)).toBeLessThanOrEqual(155);
  });

  test("are notices if few of many requests fail for hours, and never for four failures in a night", () => {
    const traffic = samples("Invocations", minutes(HOURS * 60, ...repeat(20, 1)));
    const few = samples(
      "Errors",
      Array.from({ length: HOURS * 60 }, (_, minute) => (minute % 20 === 0 ? [1] : [])),
    );
    expect(minutesRinging("availability_fast_burn", [...traffic, ...few], objectives)).toEqual([]);
    expect(minutesRinging("availability_slow_burn", [...traffic, ...few], objectives)).not.toEqual([]);

    const night = samples("Invocations", minutes(HOURS * 60, 1));
    const single = samples("Errors", [[1], [1], [], [1], [1]]);
    for (const burn of ["fast", "slow"]) {
      expect(minutesRinging(`availability_${burn}_burn`, [...night, ...single], objectives)).toEqual([]);
    }
  });

  test("ring for requests that are slower than the objective allows, and not for those at its limit", () => {
    const answers = (slow: number) => samples("Duration", minutes(60, ...repeat(3, slow), ...repeat(7, 50)));
    expect(minutesRinging("latency_fast_burn", answers(1001), objectives)).not.toEqual([]);
    expect(minutesRinging("latency_fast_burn", answers(1000), objectives)).toEqual([]);
  });

  test("say what happened, what to do first and where to look", () => {
    const { alarm_description: text, alarm_name: name } = alarm("latency_slow_burn", objectives);
    expect(name).toBe("dev-api-latency-slow-burn");
    expect(text).toContain("more than 3.6 % of requests were too slow in 3 hours, at least 7");
    expect(text).toContain("First: open the slowest requests' traces");
    expect(text).toContain("Runbook: docs/runbooks/error-budget.md");
    expect(String(text).length).toBeLessThanOrEqual(1024);
  });
});

describe("the composite alarm", () => {
  const CHILDREN = ["cold_starts", "response_time", "errors", "timeouts", "throttles"];

  /** Its state while these alarms ring and the others do not. */
  function stateWhile(...ringing: string[]): AlarmState {
    const rule = findResource(stack, "aws_cloudwatch_composite_alarm")["alarm_rule"] as string;
    const named = rule.replaceAll(/\$\{aws_cloudwatch_metric_alarm\.api_([\w-]+)\.alarm_name\}/g, (_, id: string) =>
      id.replaceAll("-", "_"),
    );
    return evaluateComposite(
      named,
      Object.fromEntries(CHILDREN.map((key) => [key, ringing.includes(key) ? "ALARM" : "OK"])),
    );
  }

  test("rings for slow responses and for cold starts", () => {
    expect(stateWhile()).toBe("OK");
    expect(stateWhile("response_time")).toBe("ALARM");
    expect(stateWhile("cold_starts")).toBe("ALARM");
  });

  test.each(["errors", "timeouts", "throttles"])("is quiet while %s rings, which tells why", (cause) => {
    expect(stateWhile(cause)).toBe("OK");
    expect(stateWhile("response_time", "cold_starts", cause)).toBe("OK");
  });

  test("is the only one to tell people of what it rings for", () => {
    for (const key of ["cold_starts", "response_time"]) expect(alarm(key)["alarm_actions"]).toBeUndefined();
    expect(findResource(stack, "aws_cloudwatch_composite_alarm")).toMatchObject({
      alarm_name: "dev-api-degraded",
      alarm_actions: ["${aws_sns_topic.notice.arn}"],
      ok_actions: ["${aws_sns_topic.notice.arn}"],
    });
  });

  test("names only alarms that are deleted after it has been changed", () => {
    const { alarm_rule: rule } = findResource(stack, "aws_cloudwatch_composite_alarm");
    const named = [...String(rule).matchAll(/\$\{aws_cloudwatch_metric_alarm\.([^}]+)\.alarm_name\}/g)];
    expect(named).toHaveLength(5);
    for (const [, name] of named) {
      expect(findResource(stack, "aws_cloudwatch_metric_alarm", name)).toMatchObject({
        lifecycle: { create_before_destroy: true },
      });
    }
  });

  test("has no causes to wait for where those are switched off", async () => {
    const off =
      "alarms = { errors = { enabled = false }, timeouts = { enabled = false }, throttles = { enabled = false } }";
    const { alarm_rule } = findResource(
      await synthesizeDev(makeTfvars({ more: off })),
      "aws_cloudwatch_composite_alarm",
    );
    expect(alarm_rule).not.toContain("NOT");
  });
});

describe("who is told", () => {
  test.each([
    ["errors", "urgent"],
    ["throttles", "urgent"],
    ["timeouts", "urgent"],
    ["init_duration", "notice"],
    ["memory", "notice"],
    ["dropped_events", "notice"],
    ["warming", "notice"],
  ])("of %s: topic %s, also when it is over", async (key, topic) => {
    const functions = "api = { asynchronous = true }";
    const dev = await synthesizeDev(makeTfvars({ functions, more: "objectives = false" }));
    const expected = [`\${aws_sns_topic.${topic}.arn}`];
    expect(alarm(key, dev)).toMatchObject({ alarm_actions: expected, ok_actions: expected });
  });

  test.each([
    ["availability_fast_burn", "urgent"],
    ["availability_slow_burn", "notice"],
    ["errors", "notice"],
    ["throttles", "notice"],
    ["timeouts", "notice"],
    ["memory", "notice"],
  ])("of %s with an objective: topic %s", (key, topic) => {
    const expected = [`\${aws_sns_topic.${topic}.arn}`];
    expect(alarm(key)).toMatchObject({ alarm_actions: expected, ok_actions: expected });
  });
});

describe("settings", () => {
  test("of a function outrank those of its environment", async () => {
    const dev = await synthesizeDev(
      makeTfvars({
        functions: "api = { alarms = { errors = { threshold = 0 }, memory = { enabled = false } } }",
        more: "alarms = { errors = { threshold = 50, period_seconds = 60, evaluation_periods = 3, datapoints_to_alarm = 2 } }",
      }),
    );
    const errors = findResource(dev, "aws_cloudwatch_metric_alarm", "api_errors");
    expect(errors).toMatchObject({ threshold: 0, evaluation_periods: 3, datapoints_to_alarm: 2 });
    expect(errors["alarm_description"]).toContain("more than 0 failed requests in 2 of 3 minutes.");
    expect(Object.keys(dev.resource["aws_cloudwatch_metric_alarm"] ?? {})).not.toContain("api_memory");
  });

  test("choose the statistic of durations", async () => {
    const settings = `
      response_time = { statistic = "p90", threshold_milliseconds = 1000 }
      init_duration = { statistic = "Maximum" }`;
    const dev = await synthesizeDev(makeTfvars({ more: `alarms = { ${settings} }` }));
    const slow = (share: number) =>
      samples("Duration", minutes(3, ...Array.from({ length: 20 }, (_, index) => (index < share * 20 ? 1100 : 50))));

    expect(ringsAfter("response_time", slow(0.05), dev)).toBeUndefined();
    expect(ringsAfter("response_time", slow(0.15), dev)).toBe(3);
    expect(alarm("response_time", dev)["alarm_description"]).toContain(
      "requests took longer than 1000 ms at p90 in 3 of 5 minutes.",
    );
    expect(ringsAfter("init_duration", samples("InitDuration", minutes(30, 500, 500, 4000)), dev)).toBe(6);
    expect(alarm("init_duration", dev)["alarm_description"]).toContain("longer than 2000 ms at worst");
  });

  test("make errors a share of requests, of which there must be enough", async () => {
    const dev = await synthesizeDev(
      makeTfvars({
        functions: "api = { alarms = { errors = { threshold_percent = 1.5 } } }",
        more: "alarms = { errors = { threshold_percent = 20, minimum_requests = 200 } }",
      }),
    );
    const requests = (count: number) => samples("Invocations", [Array.from({ length: count }, () => 1)]);
    const failed = (errors: number, answered = 0) => [
      ...samples("Errors", [Array.from({ length: errors }, () => 1)]),
      ...samples("ServerErrors", [Array.from({ length: answered }, () => 1)]),
    ];

    expect(ringsAfter("errors", [...requests(200), ...failed(1, 2)], dev)).toBeUndefined();
    expect(ringsAfter("errors", [...requests(200), ...failed(2, 2)], dev)).toBe(1);
    expect(ringsAfter("errors", [...requests(200), ...failed(0, 4)], dev)).toBe(1);
    expect(ringsAfter("errors", [...requests(199), ...failed(199)], dev)).toBeUndefined();
    expect(ringsAfter("errors", failed(5), dev)).toBeUndefined();
    expect(alarm("errors", dev)["alarm_description"]).toContain(
      "api (dev): more than 1.5 % of at least 200 requests failed in 5 minutes.",
    );
  });

  test("dropped events ring where there can be any", async () => {
    const dev = await synthesizeDev(makeTfvars());
    expect(Object.keys(dev.resource["aws_cloudwatch_metric_alarm"] ?? {})).not.toContain("api_dropped_events");
  });
});

describe("an alarm's text", () => {
  test("says what happened, why that may be, what to do first, and where to look", () => {
    expect((alarm("errors")["alarm_description"] as string).split("\n")).toEqual([
      "api (dev): more than 5 failed requests in 5 minutes.",
      expect.stringMatching(/^Likely: .+/),
      expect.stringMatching(/^First: .+/),
      "Dashboard: https://console.aws.amazon.com/cloudwatch/home?region=eu-west-1#dashboards/dashboard/dev?start=PT3H",
      "Query dev/failures: https://console.aws.amazon.com/cloudwatch/home?region=eu-west-1#logsV2:logs-insights$3FqueryDetail$3D~(queryId~'${aws_cloudwatch_query_definition.failures.query_definition_id})",
      "Logs: https://console.aws.amazon.com/cloudwatch/home?region=eu-west-1#logsV2:log-groups/log-group/$252Faws$252Flambda$252Fdev-api",
      "Runbook: docs/runbooks/errors.md",
    ]);
  });

  test("fits into an alarm, with the longest names and figures there can be", async () => {
    // Prepare: 32 characters of environment and 64 of a function deployed elsewhere, whose log group is as long
    const key = "f".repeat(64);
    const name = "F".repeat(64);
    const functions = `
      api = { asynchronous = true }
      ${key} = { existing = true, function_name = "${name}", log_format = "json", log_group = "/${"g".repeat(511)}", asynchronous = true }`;
    const timing = "period_seconds = 780, evaluation_periods = 110, datapoints_to_alarm = 109";
    const alarms = ["cold_starts", "errors", "throttles", "timeouts", "dropped_events"].map((alarm) =>
      alarm === "errors"
        ? `errors = { threshold_percent = 12.345678, minimum_requests = 999999, ${timing} }`
        : `${alarm} = { threshold = 999999, ${timing} }`,
    );
    const more = `
      runbooks_url = "https://${"r".repeat(92)}"
      alarms = {
        ${alarms.join("\n")}
        init_duration = { ${timing} }
        memory = { ${timing} }
        response_time = { threshold_milliseconds = 899999, statistic = "p99.99", ${timing} }
      }`;

    // Act
    const dev = await synthesizeDev(makeTfvars({ functions, more }));

    // Assess
    for (const type of ["aws_cloudwatch_metric_alarm", "aws_cloudwatch_composite_alarm"]) {
      for (const [address, attributes] of Object.entries(dev.resource[type] ?? {})) {
        const written = (attributes["alarm_description"] as string)
          .replaceAll(/\$\{[^}]+\}/g, "12345678-1234-1234-1234-123456789012")
          .replaceAll("(dev)", `(${"e".repeat(32)})`)
          .replaceAll(/(dashboard|Query) ?\/?dev/g, `$1${"e".repeat(32)}`)
          .replaceAll("eu-west-1", "ap-southeast-1");
        expect([address, Math.max(1024, written.length)]).toEqual([address, 1024]);
      }
    }
  });

  test("has no link to a log where there is no room for it", async () => {
    const objective = "target_percent = 99.999, days = 90";
    const functions = `
      ${"f".repeat(64)} = {
        existing   = true
        log_group  = "/aws/lambda/${"g".repeat(64)}"
        objectives = { availability = { ${objective} }, latency = { ${objective}, threshold_milliseconds = 900000 } }
      }`;
    const more = `runbooks_url = "https://${"r".repeat(92)}"`;

    const dev = await synthesizeDev(makeTfvars({ functions, more }));

    const texts = Object.values(dev.resource["aws_cloudwatch_metric_alarm"] ?? {}).map((attributes) =>
      String(attributes["alarm_description"]).replaceAll(/\$\{[^}]+\}/g, "12345678-1234-1234-1234-123456789012"),
    );
    expect(Math.max(...texts.map(({ length }) => length))).toBeLessThanOrEqual(1024);
    expect(texts.filter((text) => text.includes("Logs: "))).not.toEqual([]);
    expect(texts.filter((text) => !text.includes("Logs: "))).not.toEqual([]);
  });

  test("names the runbook where yours can be read", async () => {
    const dev = await synthesizeDev(makeTfvars({ more: 'runbooks_url = "https://wiki.example.com/runbooks/"' }));
    const { alarm_description } = findResource(dev, "aws_cloudwatch_metric_alarm", "api_response-time");
    expect(alarm_description).toContain("Runbook: https://wiki.example.com/runbooks/response-time.md");
  });

  test.each(["us-gov-west-1", "cn-north-1"])("leads to the console of its partition: %s", async (region) => {
    const dev = await synthesizeDev(makeTfvars().replace("eu-west-1", region));
    const { alarm_description } = findResource(dev, "aws_cloudwatch_metric_alarm", "api_errors");
    expect(alarm_description).toMatch(/https:\/\/console\.amazonaws(-us-gov\.com|\.cn)\//);
  });
});
