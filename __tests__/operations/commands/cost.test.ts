import { GetMetricDataCommand, ListMetricsCommand } from "@aws-sdk/client-cloudwatch";
import { beforeEach, describe, expect, test } from "@jest/globals";
import { runCommand } from "../../support/command";
import { FakeAws, makeSdkError, mocks } from "../../support/fake-aws";
import { HANDLER_SOURCE, makeProject, synthesizeProject, makeTfvars } from "../../support/project";

const NOW = Date.parse("2026-01-08T00:00:00.000Z");
const HOUR = 3_600_000;

/**
 * AWS's prices of us-east-1, in dollars, written down once more: https://aws.amazon.com/lambda/pricing/ and
 * https://aws.amazon.com/cloudwatch/pricing/
 */
const ARM_SECOND = 0.0000133334;
const X86_SECOND = 0.0000166667;
const REQUEST = 0.2 / 1_000_000;
const PROVISIONED_ARM_SECOND = 0.0000033334;
const PROVISIONED_X86_SECOND = 0.0000041667;
const PROVISIONED_ARM_WORK_SECOND = 0.0000077778;
const METRIC = 0.3;
const GIGABYTE_OF_LOGS = 0.5;

const HOURS = 730;
const WEEKS = HOURS / 168;

let aws = new FakeAws();

beforeEach(() => {
  aws = new FakeAws();
  Object.assign(process.env, { AWS_ACCESS_KEY_ID: "made-up", AWS_SECRET_ACCESS_KEY: "made-up" });
});

/**
 * CloudWatch counted so much in each of the last hours.
 *
 * @param counted by metric
 * @param samples in how many values
 */
function count(counted: Readonly<Record<string, number>>, { hours = 7 * 24, samples = 1 } = {}): void {
  for (const [metric, value] of Object.entries(counted)) {
    const times = Array.from({ length: hours * samples }, (_, index) => NOW - (Math.floor(index / samples) + 1) * HOUR);
    aws.metrics.set(
      metric,
      times.map((at) => ({ at, value: value / samples })),
    );
  }
}

interface Line {
  readonly what: string;
  readonly count: readonly number[];
  readonly dollars: readonly [number, number];
}

interface Costs {
  readonly monitoring: readonly Line[];
  readonly warming: readonly Line[];
  readonly requests: readonly Line[];
  readonly provisioned: readonly Line[];
}

interface Report {
  readonly prices: string;
  readonly leftOut: readonly string[];
  readonly environments: readonly {
    readonly environment: string;
    readonly measured?: { readonly from: string; readonly to: string; readonly readingDollars: number };
    readonly functions: readonly (Costs & { readonly id: string })[];
    readonly shared: Costs;
    readonly totals: Readonly<Record<keyof Costs, readonly [number, number]>>;
    readonly notes: readonly string[];
    readonly unread: readonly unknown[];
  }[];
}

/** Runs `cost` in a project with these environments. */
async function cost(args: readonly string[], environments: Readonly<Record<string, Parameters<typeof makeTfvars>[0]>>) {
  const root = makeProject({
    ...Object.fromEntries(
      Object.entries(environments).map(([name, one]) => [`environments/${name}.tfvars`, makeTfvars(one)]),
    ),
    "functions/web/handler.ts": "",
  });
  return runCommand(["cost", ...args], { root, now: NOW });
}

/** Runs `cost` for one environment and a script. */
async function report(dev: Parameters<typeof makeTfvars>[0], ...args: readonly string[]) {
  const { stdout, exitCode } = await cost(["dev", "--json", ...args], { dev });
  expect(exitCode).toBe(0);
  const parsed = JSON.parse(stdout.join("\n")) as Report;
  const [environment] = parsed.environments;
  if (!environment) throw new Error("no environment");
  const lines = (kind: keyof Costs, id?: string) => {
    const costs = id === undefined ? environment.shared : environment.functions.find((one) => one.id === id);
    return Object.fromEntries((costs?.[kind] ?? []).map(({ what, dollars }) => [what, dollars]));
  };
  return { ...parsed, environment, lines };
}

const about = (dollars: number) => [expect.closeTo(dollars, 6), expect.closeTo(dollars, 6)];

/** A ping is held: the longer, the more there are (50 ms, and 70 ms for each other ping). */
const heldSeconds = (pings: number) => (50 + (pings - 1) * 70) / 1000;

describe("by the environments' files", () => {
  test("each function's metrics, alarms, pings and provisioned concurrency are priced, and what functions share once", async () => {
    const { environment, lines, prices } = await report({
      functions: `
        api = { memory_mb = 1024 }
        web = { memory_mb = 512, architecture = "x86_64", alarms = { memory = { enabled = false } } }`,
      more: 'warming = { peak = { concurrency = 5, days = "MON-FRI" } }',
    });

    const scheduledPings = 3 * 12 * (168 - 45) * WEEKS;
    const peakPings = 5 * 30 * 45 * WEEKS;
    expect(lines("monitoring", "api")).toEqual({
      metrics: about(14 * METRIC),
      "metrics watched by alarms": about(23 * 0.1),
      "composite alarms": about(0.5),
    });
    expect(lines("monitoring", "web")).toMatchObject({ "metrics watched by alarms": about(22 * 0.1) });
    expect(lines("monitoring")).toEqual({
      "metrics watched by alarms": about(2 * 0.1),
      dashboards: about(3),
      "encryption keys": about(1),
    });
    expect(lines("warming", "api")).toMatchObject({
      scheduled: about(scheduledPings * (heldSeconds(3) * ARM_SECOND + REQUEST)),
      peak: about(peakPings * (heldSeconds(5) * ARM_SECOND + REQUEST)),
    });
    expect(lines("warming", "web")).toMatchObject({
      peak: about(peakPings * (heldSeconds(5) * 0.5 * X86_SECOND + REQUEST)),
    });
    expect(lines("provisioned", "api")).toEqual({
      always: about(5 * HOURS * 3600 * PROVISIONED_ARM_SECOND),
      "in the peak only": about(5 * 45 * WEEKS * 3600 * PROVISIONED_ARM_SECOND),
    });
    expect(lines("provisioned", "web")).toMatchObject({
      always: about(5 * HOURS * 3600 * 0.5 * PROVISIONED_X86_SECOND),
    });
    expect(environment.totals.monitoring).toEqual(about(28 * METRIC + 47 * 0.1 + 2 * 0.5 + 3 + 1));
    expect(environment.totals.provisioned).toEqual(
      about(5 * HOURS * 3600 * (PROVISIONED_ARM_SECOND + 0.5 * PROVISIONED_X86_SECOND)),
    );
    expect(prices).toMatch(/^us-east-1 prices of \d{4}-\d\d$/);
  });

  test("functions and what they share add up to what the synthesis says of the whole environment", async () => {
    const functions = 'api = {}\nweb = {}\nold = { existing = true, warming_qualifier = "v", memory_mb = 128 }';
    const root = makeProject({
      "environments/dev.tfvars": makeTfvars({ functions }),
      "functions/web/handler.ts": HANDLER_SOURCE,
    });

    const { environment } = await report({ functions });
    const { summary } = await synthesizeProject(root);

    const [, monitoring] = /\$([\d.]+) a month/.exec(summary) ?? [];
    expect(environment.totals.monitoring[1]).toBeCloseTo(Number(monitoring), 2);
    for (const strategy of ["scheduled", "peak"]) {
      const lines = environment.functions.flatMap(({ warming }) => warming).filter(({ what }) => what === strategy);
      const pings = lines.reduce((sum, { count: [count = 0] }) => sum + count, 0);
      expect(summary).toContain(`${strategy} ${Math.round(pings).toLocaleString("en")} pings`);
    }
    // Functions deployed elsewhere have a dashboard of their own.
    expect(environment.shared.monitoring.find(({ what }) => what === "dashboards")?.count).toEqual([2, 2]);
  });

  test("with conditional warming, from the least to the most", async () => {
    const { lines } = await report({
      functions: "api = { memory_mb = 1024 }",
      more: "warming = { conditional = { enabled = true, minimum = 1, maximum = 4 } }",
    });
    expect(lines("provisioned", "api")["always"]).toEqual([
      expect.closeTo(HOURS * 3600 * PROVISIONED_ARM_SECOND, 6),
      expect.closeTo(4 * HOURS * 3600 * PROVISIONED_ARM_SECOND, 6),
    ]);
    expect(lines("warming", "api")).toHaveProperty("reading usage");
  });

  test("a function whose memory nobody told has no price for pings, and says so", async () => {
    const { environment, lines } = await report({
      functions: 'api = {}\nold = { existing = true, warming_qualifier = "v" }',
    });
    expect(lines("provisioned", "old")).toEqual({});
    expect(environment.notes).toEqual([expect.stringMatching(/^old: its memory is unknown.*set memory_mb$/)]);
  });

  test("all environments as a table, with totals, where the prices come from and what is not in them", async () => {
    const { stdout, exitCode } = await cost([], { dev: {}, prod: {} });
    const text = stdout.join("\n");
    expect(text).toMatch(/^dev \(eu-west-1\), by its file:/m);
    expect(text).toMatch(/^prod \(eu-west-1\), by its file:/m);
    expect(text).toMatch(/api +monitoring +metrics +14 +\$4\.20/);
    expect(text).toMatch(/warming +peak +24,638 pings +\$0\.0\d/);
    expect(text).toMatch(/instead +provisioned, always +3 instances +\$13\.14/);
    expect(text).toMatch(/Total monitoring +\$11\.20/);
    expect(text).toMatch(/us-east-1 prices of .* Not in them: AWS's free tier, /);
    expect(exitCode).toBe(0);
    expect(mocks.cloudWatch.calls()).toEqual([]);
  });

  test("an environment that there is not is wrong input", async () => {
    const { stderr, exitCode } = await cost(["qa"], { dev: {} });
    expect(stderr).toEqual(['environments: there is no "qa"; environments are: dev']);
    expect(exitCode).toBe(2);
  });
});

describe("by how it was used", () => {
  const functions = "api = { memory_mb = 1024 }";
  const use = (hours = 7 * 24) => {
    const counted = {
      "AWS/Lambda Invocations dev-api,dev-api:warm": 66,
      "AWS/Lambda Duration dev-api,dev-api:warm": 66 * 200,
      "AWS/Lambda Invocations dev-api,dev-api:live": 1000,
      "AWS/Lambda Duration dev-api,dev-api:live": 80_000,
      "Lambda/Performance/dev-api InitDuration ": 900,
      "AWS/Logs IncomingBytes /aws/lambda/dev-api": 2_000_000,
      "AWS/Logs IncomingBytes /aws/lambda/dev-warmer": 100_000,
      "AWS/Lambda Invocations dev-warmer": 22,
      "AWS/Lambda Duration dev-warmer": 22 * 600,
    };
    count(counted, { hours });
    count({ "Lambda/Performance WarmedInstances dev-api": 55 }, { hours, samples: 22 });
    const metric = (Namespace: string, MetricName: string, ...values: string[]) => ({
      Namespace,
      MetricName,
      Dimensions: values.map((Value, index) => ({ Name: index === 0 ? "FunctionName" : "Category", Value })),
    });
    aws.listed = [
      metric("Lambda/Performance", "Successes", "dev-api"),
      metric("Lambda/Performance", "Failures", "dev-api"),
      metric("Lambda/Performance", "Failures", "dev-api", "Timeout"),
      metric("Lambda/Performance", "Successes", "prod-api"),
      metric("Lambda/Performance/dev-api", "MaxMemoryUsed"),
    ];
  };

  test("pings, requests, metrics and logs are those that CloudWatch counted, taken for a month", async () => {
    use();

    const { environment, lines } = await report({ functions }, "--measured");

    expect(environment.measured).toEqual({
      from: "2026-01-01T00:00:00.000Z",
      to: "2026-01-08T00:00:00.000Z",
      readingDollars: expect.closeTo(11 * 0.00001, 9),
    });
    expect(lines("monitoring", "api")).toEqual({
      metrics: about(4 * METRIC),
      "metrics watched by alarms": about(2.3),
      "composite alarms": about(0.5),
      logs: about(0.002 * HOURS * GIGABYTE_OF_LOGS),
    });
    expect(lines("warming", "api")).toEqual({
      pings: about(66 * HOURS * (0.2 * ARM_SECOND + REQUEST)),
      "before a deployment": [expect.any(Number), expect.any(Number)],
    });
    expect(lines("warming")).toEqual({
      "the warmer's runs": about(22 * HOURS * (0.6 * 0.5 * ARM_SECOND + REQUEST)),
    });
    expect(lines("requests", "api")).toEqual({
      requests: about(1000 * HOURS * REQUEST),
      "their time": about(80 * HOURS * ARM_SECOND),
      "starting instances": about(0.9 * HOURS * ARM_SECOND),
    });
    // 2.5 instances on average need 3; the least is with all requests on them, where a second is cheaper.
    const always = 3 * HOURS * 3600 * PROVISIONED_ARM_SECOND;
    expect(lines("provisioned", "api")["always"]).toEqual([
      expect.closeTo(always - 80 * HOURS * (ARM_SECOND - PROVISIONED_ARM_WORK_SECOND), 6),
      expect.closeTo(always, 6),
    ]);
    expect(environment.totals.requests).toEqual(about(HOURS * (1000 * REQUEST + 80 * ARM_SECOND + 0.9 * ARM_SECOND)));
  });

  test("the days can be said, and an environment that is younger is not taken for one that slept", async () => {
    use(48);

    const { environment, lines } = await report({ functions }, "--measured", "30");

    expect(environment.measured?.from).toBe("2026-01-06T00:00:00.000Z");
    expect(lines("requests", "api")["requests"]).toEqual(about(1000 * HOURS * REQUEST));
  });

  test("of a function that is deployed elsewhere, pings are taken off its requests", async () => {
    count({
      "AWS/Lambda Invocations old": 100,
      "AWS/Lambda Duration old": 50_000,
      "AWS/Lambda Invocations old,old:v": 60,
      "AWS/Lambda Duration old,old:v": 12_000,
    });
    const { lines } = await report(
      { functions: 'api = {}\nold = { existing = true, warming_qualifier = "v", memory_mb = 1024 }' },
      "--measured",
    );
    expect(lines("requests", "old")).toMatchObject({
      requests: about(40 * HOURS * REQUEST),
      "their time": about(38 * HOURS * X86_SECOND),
    });
    expect(lines("warming", "old")).toMatchObject({ pings: about(HOURS * (12 * X86_SECOND + 60 * REQUEST)) });
  });

  test("where nothing was measured, the file's figures stay, and it says so", async () => {
    const { environment } = await report({ functions }, "--measured", "3");
    expect(environment.measured).toBeUndefined();
    expect(environment.notes).toEqual(["no usage was measured in 3 days: these figures come from its file"]);
    expect(environment.totals.warming[1]).toBeGreaterThan(0);
    const { stdout } = await cost(["dev", "--measured"], { dev: { functions } });
    expect(stdout.join("\n")).toMatch(/Not in them: .*, requests, logs, cold starts of pings/);
  });

  test("people read what was measured, and what asking for it cost", async () => {
    use();
    const { stdout } = await cost(["dev", "--measured"], { dev: { functions } });
    expect(stdout[0]).toBe(
      "dev (eu-west-1), measured from 2026-01-01 00:00 to 2026-01-08 00:00 UTC and extrapolated to a month; reading cost $0.00011:",
    );
    expect(stdout.join("\n")).toMatch(/requests +requests +730,000 requests +\$0\.15/);
    expect(stdout.join("\n")).toMatch(/logs +1\.46 GB +\$0\.73/);
  });

  test.each([
    ["AccessDenied", "use not read, by its file: AWS does not allow cloudwatch:GetMetricData: no", "GetMetricData"],
    [
      "AccessDenied",
      "number of metrics not read, by its file: AWS does not allow cloudwatch:ListMetrics: no",
      "ListMetrics",
    ],
    [
      "SyntaxError",
      "use not read, by its file: what answers for AWS in eu-west-1 is not AWS, but perhaps a proxy: Unexpected token '<'",
      "GetMetricData",
      "Unexpected token '<'\n  Deserialization error: to see the raw response, inspect the hidden field {error}.$response on this object.",
    ],
    ["CredentialsProviderError", "use not read, by its file: there are no AWS credentials: no", "GetMetricData"],
    [
      "ThrottlingException",
      "number of metrics not read, by its file: AWS in eu-west-1 throttles requests, try again later: no",
      "ListMetrics",
    ],
  ])(
    "after %s, what the file says is told instead, with exit code 1: %s",
    async (name, line, command, message = "no") => {
      use();
      aws.errors.set(command, makeSdkError(name, message));
      const { exitCode, stdout, stderr } = await cost(["dev", "--measured"], { dev: { functions } });
      expect(stdout.filter((text) => text.includes("not read"))).toEqual([`  ${line}`]);
      expect(stdout.join("\n")).toMatch(/api +monitoring +metrics +14 +\$4\.20/);
      const what = line.replace(/ not read, .*/, " of dev");
      expect({ exitCode, stderr }).toEqual({ exitCode: 1, stderr: [`Could not be read: ${what}`] });
    },
  );

  test("one environment that cannot be read leaves the others measured", async () => {
    use();
    mocks.cloudWatch.on(ListMetricsCommand).rejectsOnce(makeSdkError("AccessDenied")).resolves({});
    const { exitCode, stdout } = await cost(["--measured", "--json"], { dev: { functions }, prod: { functions } });
    const { environments } = JSON.parse(stdout.join("")) as Report;
    expect(environments.map(({ unread }) => unread.length).toSorted()).toEqual([0, 1]);
    expect(exitCode).toBe(1);
  });

  test("what a function of unknown memory costs is unknown, and in no total", async () => {
    count({ "AWS/Lambda Invocations old": 100, "AWS/Lambda Duration old": 50_000 });
    const { stdout } = await cost(["dev", "--measured"], { dev: { functions: "api = {}\nold = { existing = true }" } });
    const text = stdout.join("\n");
    expect(text).toMatch(/requests +requests +73,000 requests +unknown: set memory_mb/);
    expect(text).toMatch(/requests +their time +- +unknown: set memory_mb/);
  });

  test("what is little is not called 0", async () => {
    use();
    count({ "AWS/Logs IncomingBytes /aws/lambda/dev-warmer": 1 });
    const { stdout } = await cost(["dev", "--measured"], { dev: { functions } });
    expect(stdout.join("\n")).toMatch(/monitoring +logs +< 0\.001 GB +less than \$0\.000001/);
  });

  test.each(["0", "1.5", "week", "91"])("%s days are wrong input", async (days) => {
    const { exitCode, stderr } = await cost(["dev", "--measured", days], { dev: {} });
    expect(stderr.join()).toContain("whole number from 1 to 90");
    expect(exitCode).toBe(2);
  });

  test("Ctrl-C ends it with exit code 130", async () => {
    mocks.cloudWatch.on(GetMetricDataCommand).callsFake(async () => {
      process.emit("SIGINT");
      throw Object.assign(new Error("aborted"), { name: "AbortError", $metadata: {} });
    });
    expect(await cost(["dev", "--measured"], { dev: {} })).toMatchObject({ exitCode: 130, stdout: [] });
  });
});
