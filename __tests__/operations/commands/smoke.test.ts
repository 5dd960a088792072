import { GetMetricDataCommand } from "@aws-sdk/client-cloudwatch";
import { afterEach, beforeEach, describe, expect, test } from "@jest/globals";
import { once } from "node:events";
import { mkdirSync, writeFileSync } from "node:fs";
import { createServer, type IncomingMessage, type Server } from "node:http";
import { type AddressInfo } from "node:net";
import { dirname, join } from "node:path";
import { runCommand } from "../../support/command";
import { FakeAws, mocks } from "../../support/fake-aws";
import { makeProject, makeTfvars } from "../../support/project";

const STARTED_AT = Date.parse("2026-01-05T10:00:30.000Z");
const ALARMS = ["dev-api-errors", "dev-api-timeouts", "dev-api-degraded"];

let aws = new FakeAws();
let server: Server;
let url: string;
let requests: IncomingMessage[] = [];
let statuses: number[] = [];
let waited = 0;
let firstMetricSecond = 0;
const environmentBefore = { ...process.env };

beforeEach(async () => {
  waited = 0;
  firstMetricSecond = 0;
  requests = [];
  statuses = [];
  Object.assign(process.env, { AWS_ACCESS_KEY_ID: "made-up", AWS_SECRET_ACCESS_KEY: "made-up" });
  server = createServer((request, response) => {
    requests.push(request);
    response.writeHead(statuses.shift() ?? 200).end();
  }).listen(0, "127.0.0.1");
  await once(server, "listening");
  url = `http://127.0.0.1:${(server.address() as AddressInfo).port}/`;
  aws = new FakeAws();
  for (const name of ALARMS) aws.alarms.set(name, {});
});

/** The first values of metrics arrive. */
function addMetrics(): void {
  for (const metric of ["AWS/Lambda Invocations dev-api,dev-api:live", "Lambda/Performance Successes dev-api"])
    aws.metrics.set(metric, [{ at: STARTED_AT, value: 1 }]);
}

afterEach(() => {
  server.close();
  process.env = { ...environmentBefore };
});

const outputs = () =>
  JSON.stringify({
    api: { sensitive: false, type: "object", value: { url, function_name: "dev-api" } },
    worker: { sensitive: false, type: "object", value: { function_name: "dev-worker" } },
    anything: { sensitive: true, type: "string", value: "else" },
  });

const stack = (alarms: readonly string[]) => {
  const [composite = "", ...metric] = [...alarms].reverse();
  const named = (names: readonly string[]) => Object.fromEntries(names.map((name) => [name, { alarm_name: name }]));
  return JSON.stringify({
    resource: { aws_cloudwatch_metric_alarm: named(metric), aws_cloudwatch_composite_alarm: named([composite]) },
  });
};

interface Project {
  /** Of the function `api`. */
  readonly settings?: string;
  readonly files?: Readonly<Record<string, string>>;
}

async function smoke(
  args: readonly string[] = ["dev", "outputs.json"],
  { settings = 'endpoint = "iam"', files = {} }: Project = {},
) {
  const root = makeProject({
    "environments/dev.tfvars": makeTfvars({ functions: `api = { ${settings} }` }),
  });
  const all = { "outputs.json": outputs(), "cdktf.out/stacks/dev/cdk.tf.json": stack(ALARMS), ...files };
  for (const [path, content] of Object.entries(all)) {
    mkdirSync(dirname(join(root, path)), { recursive: true });
    if (content !== "") writeFileSync(join(root, path), content);
  }
  if (firstMetricSecond === 0) addMetrics();
  const { exitCode, stdout, stderr } = await runCommand(["smoke", ...args], {
    root,
    now: STARTED_AT,
    onWait: (milliseconds) => {
      waited += milliseconds;
      if (waited >= firstMetricSecond * 1000) addMetrics();
    },
  });
  return { exitCode, stdout, stderr: stderr.join("\n") };
}

describe("a deployment that works", () => {
  test("is told check by check, and exits 0", async () => {
    expect(await smoke()).toEqual({
      exitCode: 0,
      stdout: [
        "dev:",
        `  ok  api answers             ${url}health`,
        "  ok  alarms                  all 3 exist",
        "  ok  api metric Invocations  CloudWatch has values",
        "  ok  api metric Successes    CloudWatch has values",
      ],
      stderr: "waiting up to 5 minutes for the first metrics in CloudWatch",
    });
  });

  test("with --json is one object", async () => {
    const { stdout } = await smoke(["dev", "outputs.json", "--json"]);
    expect(stdout).toHaveLength(1);
    expect(JSON.parse(stdout[0] ?? "")).toEqual({
      environment: "dev",
      passed: true,
      checks: [
        { check: "api answers", outcome: "ok", detail: `${url}health` },
        { check: "alarms", outcome: "ok", detail: "all 3 exist" },
        { check: "api metric Invocations", outcome: "ok", detail: "CloudWatch has values" },
        { check: "api metric Successes", outcome: "ok", detail: "CloudWatch has values" },
      ],
    });
  });

  test.each([
    ["iam", /^AWS4-HMAC-SHA256 Credential=made-up\/\d+\/eu-west-1\/lambda\/aws4_request/],
    ["public", /^undefined$/],
  ])("is asked with a signature only where AWS wants one: %s", async (endpoint, authorization) => {
    await smoke(["dev", "outputs.json", "--path", "/status"], {
      settings: `endpoint = "${endpoint}"`,
    });
    expect(requests.map(({ url: path }) => path)).toEqual(["/status"]);
    expect(String(requests[0]?.headers.authorization)).toMatch(authorization);
  });

  test("may need some seconds until its address is known", async () => {
    statuses = [403, 503];
    const { exitCode } = await smoke();
    expect({ exitCode, asked: requests.length }).toEqual({ exitCode: 0, asked: 3 });
  });
});

describe("an HTTP API with an authorizer", () => {
  const ofTokens =
    'endpoint = "public", http = { authorizer = { jwt = { issuer = "https://a.example", audience = ["a"] } } }';

  test.each([
    [ofTokens, 401],
    ['endpoint = "public", http = { authorizer = "iam" }', 403],
  ])("refuses this check, which is right: %s", async (settings, status) => {
    statuses = [status];

    const { exitCode, stdout } = await smoke(undefined, { settings });

    expect(exitCode).toBe(0);
    expect(stdout.join("\n")).toContain(`status ${status}, as it must`);
    expect(stdout.join("\n")).not.toContain("CloudWatch has values");
  });

  test("fails where it lets everyone in", async () => {
    statuses = Array.from({ length: 10 }, () => 200);

    const { exitCode, stdout } = await smoke(undefined, { settings: ofTokens });

    expect(exitCode).toBe(1);
    expect(stdout.join("\n")).toContain("status 200");
  });
});

describe("first metrics", () => {
  test("are waited for, of alias live and of the function, from the minute of the call", async () => {
    firstMetricSecond = 100;
    expect((await smoke()).exitCode).toBe(0);
    const calls = mocks.cloudWatch.commandCalls(GetMetricDataCommand);
    expect(calls.length).toBeGreaterThan(2);
    const { StartTime, MetricDataQueries } = calls[0]?.args[0].input ?? {};
    expect(StartTime).toEqual(new Date("2026-01-05T10:00:00.000Z"));
    expect(MetricDataQueries?.map(({ MetricStat }) => MetricStat?.Metric)).toEqual([
      {
        Namespace: "AWS/Lambda",
        MetricName: "Invocations",
        Dimensions: [
          { Name: "FunctionName", Value: "dev-api" },
          { Name: "Resource", Value: "dev-api:live" },
        ],
      },
      {
        Namespace: "Lambda/Performance",
        MetricName: "Successes",
        Dimensions: [{ Name: "FunctionName", Value: "dev-api" }],
      },
    ]);
  });

  test("that are late are told, and are no failure", async () => {
    firstMetricSecond = 10_000;
    const { exitCode, stdout } = await smoke(["dev", "outputs.json", "--wait-minutes", "2"]);
    expect(exitCode).toBe(0);
    expect(stdout).toContain(
      "  late  api metric Invocations  no value in CloudWatch after 2 minutes: look at the dashboard later",
    );
    expect(waited).toBe(120_000);
  });

  test("are not waited for with --wait-minutes 0, nor of a function that does not answer", async () => {
    firstMetricSecond = 10_000;
    await smoke(["dev", "outputs.json", "--wait-minutes", "0"]);
    expect(mocks.cloudWatch.commandCalls(GetMetricDataCommand)).toHaveLength(1);
    statuses = Array.from({ length: 6 }, () => 500);
    const { stdout } = await smoke();
    expect(mocks.cloudWatch.commandCalls(GetMetricDataCommand)).toHaveLength(1);
    expect(stdout.join()).not.toContain("metric");
  });
});

describe("a deployment that does not work", () => {
  test("a URL that keeps answering otherwise fails, with what it answers", async () => {
    statuses = Array.from({ length: 6 }, () => 404);
    const { exitCode, stdout } = await smoke();
    expect(exitCode).toBe(1);
    expect(stdout).toContain(`  failed  api answers  ${url}health: status 404`);
    expect(requests).toHaveLength(6);
  });

  test("a URL where nobody listens fails", async () => {
    server.close();
    const { exitCode, stdout } = await smoke();
    expect(exitCode).toBe(1);
    expect(stdout).toContain(`  failed  api answers  ${url}health: ECONNREFUSED`);
  });

  test("missing alarms are named", async () => {
    aws.alarms.delete("dev-api-timeouts");
    aws.alarms.delete("dev-api-degraded");
    const { exitCode, stdout } = await smoke();
    expect(exitCode).toBe(1);
    expect(stdout[2]).toMatch(/^ {2}failed {2}alarms .*2 of 3 are missing: dev-api-timeouts, dev-api-degraded$/);
  });

  test("alarms on later pages count", async () => {
    const others = Array.from({ length: 9 }, (_, index) => [`dev-a-${index}`, {}] as const);
    const own = [...aws.alarms];
    aws.alarms.clear();
    for (const [name, alarm] of [...others, ...own]) aws.alarms.set(name, alarm);
    expect((await smoke()).exitCode).toBe(0);
  });

  test("alarms that AWS does not tell of are unknown, and the rest is checked", async () => {
    aws.deny("DescribeAlarms");
    const { exitCode, stdout } = await smoke();
    expect(stdout.slice(1)).toEqual([
      `  ok       api answers             ${url}health`,
      "  unknown  alarms                  AWS does not allow cloudwatch:DescribeAlarms: not authorized",
      "  ok       api metric Invocations  CloudWatch has values",
      "  ok       api metric Successes    CloudWatch has values",
    ]);
    expect(exitCode).toBe(1);
  });

  test("metrics that AWS does not tell are unknown, and the rest is checked", async () => {
    aws.deny("GetMetricData");
    const { exitCode, stdout } = await smoke();
    expect(stdout.filter((line) => line.startsWith("  unknown"))).toEqual(
      ["Invocations", "Successes  "].map(
        (metric) => `  unknown  api metric ${metric}  AWS does not allow cloudwatch:GetMetricData: not authorized`,
      ),
    );
    expect(stdout.join("\n")).toContain("all 3 exist");
    expect(exitCode).toBe(1);
  });

  test("a request that cannot be signed leaves the rest to be checked", async () => {
    delete process.env["AWS_ACCESS_KEY_ID"];
    Object.assign(process.env, { AWS_EC2_METADATA_DISABLED: "true", HOME: "/nowhere" });
    const { exitCode, stdout } = await smoke();
    expect(stdout[1]).toMatch(/^ {2}unknown {2}api answers {2}there are no AWS credentials: /);
    expect(stdout[2]).toMatch(/^ {2}ok +alarms/);
    expect(exitCode).toBe(1);
  });
});

describe("wrong input", () => {
  test.each<[string, readonly string[], Readonly<Record<string, string>>, RegExp]>([
    ["an environment", ["qa", "outputs.json"], {}, /^environments: there is no "qa"; environments are: dev$/],
    [
      "no outputs",
      ["dev", "gone.json"],
      {},
      /^gone\.json: cannot be read: no such file: make it with `terraform output -json`$/,
    ],
    [
      "outputs of another form",
      ["dev", "outputs.json"],
      { "outputs.json": "[1]" },
      /^outputs\.json: does not have the/,
    ],
    [
      "outputs of another environment",
      ["dev", "outputs.json"],
      { "outputs.json": '{"api":{"value":{"url":"https://prod.example/","function_name":"prod-api"}}}' },
      /^outputs\.json: expected the URL of dev-api, got that of prod-api: /,
    ],
    [
      "outputs from before the function had an address",
      ["dev", "outputs.json"],
      { "outputs.json": '{"api":{"value":{"function_name":"dev-api"}}}' },
      /^outputs\.json: expected the URL of dev-api, got none: /,
    ],
    ["outputs cut off", ["dev", "outputs.json"], { "outputs.json": '{"api":' }, /^outputs\.json: does not have the/],
    [
      "no stack",
      ["dev", "outputs.json"],
      { "cdktf.out/stacks/dev/cdk.tf.json": "" },
      /^cdktf\.out\/stacks\/dev\/cdk\.tf\.json: cannot be read: no such file: make it with `npm run synth`$/,
    ],
    ["a long wait", ["dev", "outputs.json", "--wait-minutes", "61"], {}, /whole number from 0 to 60/],
  ])("%s is told in one line, and nothing is asked", async (_, args, files, message) => {
    const { exitCode, stdout, stderr } = await smoke(args, { files });
    expect({ exitCode, stdout }).toEqual({ exitCode: 2, stdout: [] });
    expect(stderr).toMatch(message);
    expect(stderr.split("\n")).toHaveLength(1);
    expect({ requests, calls: mocks.cloudWatch.calls() }).toEqual({ requests: [], calls: [] });
  });
});
