import { CloudWatchClient, type MetricDatum, PutMetricDataCommand } from "@aws-sdk/client-cloudwatch";
import { afterEach, beforeEach, describe, expect, jest, test } from "@jest/globals";
import { mockClient } from "aws-sdk-client-mock";
import fc from "fast-check";
import { unzipSync } from "fflate";
import { type ChildProcess, spawn } from "node:child_process";
import { once } from "node:events";
import { readFileSync, rmSync, writeFileSync } from "node:fs";
import { createServer, type Server, type ServerResponse } from "node:http";
import { type AddressInfo } from "node:net";
import { join, resolve } from "node:path";
import { gunzipSync } from "node:zlib";
import type * as publisherModule from "../../performance/cloudwatch-publisher";
import { type Datum, METRICS, type MetricName } from "../../performance/metrics";
import { bundleFunctions } from "../../stacks/bundle";
import { Stdout } from "../support/lambda";
import { makeProject, makeTemporaryFolder } from "../support/project";

const ENVIRONMENT = {
  AWS_LAMBDA_FUNCTION_NAME: "dev-api",
  AWS_REGION: "eu-west-1",
  AWS_ACCESS_KEY_ID: "none",
  AWS_SECRET_ACCESS_KEY: "none",
  AWS_EC2_METADATA_DISABLED: "true",
};
const NOW = Date.parse("2026-01-05T10:00:00.000Z");

Object.assign(process.env, ENVIRONMENT);
// Not imported above: the function's name is read when it is loaded.
const { cloudWatch } = jest.requireActual<typeof publisherModule>("../../performance/cloudwatch-publisher");
let client = mockClient(CloudWatchClient);
let stdout: Stdout;

beforeEach(() => {
  Object.assign(process.env, ENVIRONMENT);
  stdout = new Stdout();
  client = mockClient(CloudWatchClient);
  client.resolves({});
});

/** The data of each call so far, whatever its outcome. */
function calls(): MetricDatum[][] {
  return client.commandCalls(PutMetricDataCommand).map(({ args: [{ input }] }) => input.MetricData ?? []);
}

/** Every value of a metric in these data, as often as it occurred, in order of size. */
function valuesOf(name: MetricName, data: readonly MetricDatum[], dimensions = 1): number[] {
  return data
    .filter(({ MetricName, Dimensions }) => MetricName === name && Dimensions?.length === dimensions)
    .flatMap(({ Values = [], Counts = [] }) =>
      Values.flatMap((value, index) => Array<number>(Counts[index] ?? 0).fill(value)),
    )
    .sort((a, b) => a - b);
}

function time(...values: readonly number[]): Datum {
  return { name: "ExecutionTime", values };
}

/** As many data as there are names. */
function operations(...names: readonly (string | number)[]): Datum[] {
  return names.map((name) => ({ name: "OperationTime", values: [1], dimension: `op.${name}` }));
}

function range(length: number): number[] {
  return [...Array(length).keys()];
}

function setClock(seconds: number): void {
  jest.spyOn(Date, "now").mockReturnValue(NOW + seconds * 1000);
}

/** Until what has been started in the background is done, as far as it does not wait for anything. */
function settle(): Promise<void> {
  return new Promise((done) => setTimeout(done, 5));
}

function failure(name: string, httpStatusCode?: number): Error {
  return Object.assign(new Error(`${name}!`), { name, $metadata: { httpStatusCode } });
}

const THROTTLED = failure("ThrottlingException", 400);
const DENIED = failure("AccessDenied", 403);
const DOWN = failure("TimeoutError");

describe("a call", () => {
  test("tells each metric's values with their counts, with unit and dimensions from the contract", async () => {
    setClock(0);
    const publisher = cloudWatch();
    publisher.publish([time(12.34567), { name: "Successes", values: [1] }], {});
    publisher.publish([time(12.3461), { name: "Successes", values: [1] }], {});
    publisher.publish([time(99)], {});

    await publisher.flush();

    expect(client.commandCalls(PutMetricDataCommand)).toHaveLength(1);
    const common = { Dimensions: [{ Name: "FunctionName", Value: "dev-api" }], Timestamp: new Date(NOW) };
    expect(client.commandCalls(PutMetricDataCommand)[0]?.args[0].input).toEqual({
      Namespace: "Lambda/Performance",
      MetricData: [
        { ...common, MetricName: "ExecutionTime", Unit: "Milliseconds", Values: [12.346, 99], Counts: [2, 1] },
        { ...common, MetricName: "Successes", Unit: "Count", Values: [1], Counts: [2] },
      ],
    });
  });

  test("has a metric under its second dimension, and in total where that is asked for", async () => {
    const publisher = cloudWatch();
    publisher.publish([{ name: "Failures", values: [1], dimension: "Payment" }, ...operations("db")], {});

    await publisher.flush();

    const own = { Name: "FunctionName", Value: "dev-api" };
    expect(
      calls()
        .flat()
        .map(({ MetricName, Dimensions }) => [MetricName, Dimensions]),
    ).toEqual([
      ["Failures", [own]],
      ["Failures", [own, { Name: "Category", Value: "Payment" }]],
      ["OperationTime", [own, { Name: "Operation", Value: "op.db" }]],
    ]);
  });

  test("splits more than 150 different values of a metric, so that every percentile is what it was", async () => {
    const publisher = cloudWatch();
    const values = range(1000).map((index) => Math.sin(index) * 1000);
    for (const value of values) publisher.publish([time(value, 7)], {});

    await publisher.flush();

    expect(calls().flat()).toHaveLength(7);
    for (const { Values } of calls().flat()) expect(Values?.length).toBeLessThanOrEqual(150);
    const rounded = [...values.map((value) => Math.round(value * 1000) / 1000), ...values.map(() => 7)];
    expect(valuesOf("ExecutionTime", calls().flat())).toEqual(rounded.sort((a, b) => a - b));
  });

  test.each([
    [undefined, 50, [20, 20, 10]],
    [7, 20, [7, 7, 6]],
    [1, 4, [3, 1]],
    [5000, 1001, [1000, 1]],
  ])("has no more data than allowed: %p", async (maxDataPerRequest, data, sizes) => {
    const publisher = cloudWatch({ maxDataPerRequest });
    publisher.publish(operations(...range(data)), {});
    await publisher.flush();
    expect(calls().map(({ length }) => length)).toEqual(sizes);
  });

  test("is not split between a value and its total", async () => {
    const publisher = cloudWatch({ maxDataPerRequest: 4 });
    const failures = ["A", "B", "C"].map((dimension): Datum => ({ name: "Failures", values: [1], dimension }));
    publisher.publish([time(1), ...failures], {});
    await publisher.flush();
    expect(calls().map(({ length }) => length)).toEqual([3, 4]);
  });

  test("has each datum at the time of its first value, and no value at a time that is long past", async () => {
    const publisher = cloudWatch();
    for (const second of [0, 59, 61, 62]) {
      setClock(second);
      publisher.publish([time(second)], {});
    }
    await publisher.flush();
    expect(calls().flat()).toMatchObject([
      { Timestamp: new Date(NOW), Values: [0, 59] },
      { Timestamp: new Date(NOW + 61_000), Values: [61, 62] },
    ]);
  });

  test("is not made when there is nothing to tell", async () => {
    const publisher = cloudWatch();
    await publisher.flush();
    publisher.publish([], {});
    await publisher.flush();
    expect(calls()).toEqual([]);
  });
});

describe("values are sent", () => {
  test("when a request begins and they are old enough", async () => {
    const publisher = cloudWatch({ maxAgeSeconds: 30 });
    for (const second of [0, 10, 29.9]) {
      setClock(second);
      publisher.begin?.();
      publisher.publish([time(second)], {});
    }
    await settle();
    expect(calls()).toEqual([]);

    setClock(30);
    publisher.begin?.();
    await settle();
    expect(calls().map((data) => valuesOf("ExecutionTime", data))).toEqual([[0, 10, 29.9]]);

    publisher.publish([time(30)], {});
    setClock(59);
    publisher.begin?.();
    await settle();
    expect(calls()).toHaveLength(1);
  });

  test("when a request ends and enough data have gathered", async () => {
    const publisher = cloudWatch({ maxDataPerRequest: 3 });
    publisher.publish(operations("a", "b"), {});
    publisher.publish(operations("a", "b"), {});
    await settle();
    expect(calls()).toEqual([]);
    publisher.publish(operations("c"), {});
    await settle();
    expect(calls().map((data) => valuesOf("OperationTime", data, 2))).toEqual([[1, 1, 1, 1, 1]]);
  });

  test("beside the request: what arrives during a call returns at once, and goes with the next one", async () => {
    setClock(0);
    let answer: () => void = () => undefined;
    client.callsFake(
      () =>
        new Promise<object>(
          (done) =>
            (answer = () => {
              done({});
            }),
        ),
    );
    const publisher = cloudWatch({ maxAgeSeconds: 0, maxDataPerRequest: 3 });

    publisher.publish([time(1)], {});
    publisher.begin?.();
    expect(calls()).toEqual([]);
    await settle();
    for (const value of [2, 3]) {
      publisher.begin?.();
      publisher.publish([time(value), ...operations("a", "b")], {});
      await settle();
    }
    expect(calls()).toHaveLength(1);

    answer();
    await settle();
    publisher.begin?.();
    await settle();
    answer();
    await settle();
    expect(calls().map((data) => valuesOf("ExecutionTime", data))).toEqual([[1], [2, 3]]);
  });

  test("all of them, when the author says so during a call", async () => {
    client.callsFake(async () => {
      await settle();
      return {};
    });
    const publisher = cloudWatch();
    publisher.publish([time(1)], {});
    const first = publisher.flush();
    publisher.publish([time(2)], {});
    await Promise.all([publisher.flush(), publisher.flush()]);
    expect(calls().map((data) => valuesOf("ExecutionTime", data))).toEqual([[1], [2]]);
    await first;
  });
});

describe("values that cannot be delivered", () => {
  test.each([THROTTLED, DOWN, failure("InternalFailure", 500), failure("TooManyRequests", 429), null])(
    "because of %p, are sent with the next call, at their own time",
    async (error) => {
      client.rejectsOnce(error ?? undefined).resolves({});
      const publisher = cloudWatch();
      setClock(0);
      publisher.publish([time(1)], {});
      await publisher.flush();
      setClock(61);
      publisher.publish([time(1)], {});
      await publisher.flush();
      expect(calls()[1]).toMatchObject([
        { Timestamp: new Date(NOW), Values: [1] },
        { Timestamp: new Date(NOW + 61_000), Values: [1] },
      ]);
      expect(stdout.text).toBe("");
    },
  );

  test("because they are refused, are dropped, logged, and counted in the next call", async () => {
    client.rejectsOnce(DENIED).resolves({});
    const publisher = cloudWatch();
    publisher.publish([time(1, 2, 2), { name: "Failures", values: [1], dimension: "A" }], {});
    await publisher.flush();
    expect(stdout.lines).toEqual([
      { level: "WARN", message: "metrics dropped", values: 4, reason: "AccessDenied: AccessDenied!" },
    ]);
    for (const value of [3, 4]) {
      publisher.publish([time(value)], {});
      await publisher.flush();
    }
    expect(
      calls()
        .slice(1)
        .map((data) => [valuesOf("ExecutionTime", data), valuesOf("DroppedMetrics", data)]),
    ).toEqual([
      [[3], [4]],
      [[4], []],
    ]);
    expect(stdout.lines).toHaveLength(1);
  });

  test("in the second of three calls, leave the others alone", async () => {
    client.resolvesOnce({}).rejectsOnce(THROTTLED).resolves({});
    const publisher = cloudWatch({ maxDataPerRequest: 3 });
    publisher.publish(operations(...range(8)), {});
    await settle();
    publisher.publish([time(1)], {});
    await publisher.flush();
    const names = calls().map((data) => data.map(({ Dimensions = [] }) => Dimensions[1]?.Value ?? "time"));
    expect(names).toEqual([
      ["op.0", "op.1", "op.2"],
      ["op.3", "op.4", "op.5"],
      ["op.6", "op.7", "op.3"],
      ["op.4", "op.5", "time"],
    ]);
  });

  test("in the second of three calls, which is refused, are counted in the third", async () => {
    client.resolvesOnce({}).rejectsOnce(DENIED).resolves({});
    const publisher = cloudWatch({ maxDataPerRequest: 3 });
    publisher.publish(operations(...range(8)), {});
    await settle();
    expect(calls().map((data) => data.length)).toEqual([3, 3, 3]);
    expect(valuesOf("DroppedMetrics", calls()[2] ?? [])).toEqual([3]);
  });

  test("are kept up to a number, and counted beyond it, with the reason", async () => {
    client.rejects(DOWN);
    const publisher = cloudWatch({ maxBufferedValues: 100 });
    publisher.publish([time(...range(60))], {});
    await publisher.flush();
    publisher.publish([time(...range(60))], {});
    publisher.publish([time(0, 0)], {});
    await publisher.flush();
    expect(stdout.lines).toEqual([
      { level: "WARN", message: "metrics dropped", values: 20, reason: "TimeoutError: TimeoutError!" },
    ]);

    client.reset();
    client.resolves({});
    await publisher.flush();
    publisher.publish([time(...range(100))], {});
    await publisher.flush();
    expect(valuesOf("ExecutionTime", calls().flat())).toHaveLength(60 + 40 + 2 + 100);
    expect(valuesOf("DroppedMetrics", calls().flat())).toEqual([20]);
  });

  test("because there are too many at once, although CloudWatch can be reached, are counted", async () => {
    client.rejectsOnce(DOWN).resolves({});
    const publisher = cloudWatch({ maxBufferedValues: 1 });
    publisher.publish([time(1)], {});
    await publisher.flush();
    await publisher.flush();
    publisher.publish([time(2, 3)], {});
    await publisher.flush();
    expect(stdout.lines).toMatchObject([{ values: 1, reason: "more than maxBufferedValues" }]);
  });

  test("because they are no numbers, never get into a call, and are counted", async () => {
    const publisher = cloudWatch();
    publisher.publish([time(Number.NaN, Infinity, -Infinity, 1e300, 5)], {});
    await publisher.flush();
    expect(valuesOf("ExecutionTime", calls().flat())).toEqual([5]);
    expect(valuesOf("DroppedMetrics", calls().flat())).toEqual([4]);
    expect(stdout.lines).toMatchObject([{ values: 4, reason: "not a finite number" }]);
  });

  test("because they are not what a publisher is given, are counted", async () => {
    const publisher = cloudWatch();
    publisher.publish([{ name: "ExecutionTime", values: [Symbol("s") as unknown as number] }], {});
    publisher.publish([time(1)], {});
    await publisher.flush();
    expect(valuesOf("DroppedMetrics", calls().flat())).toEqual([1]);
  });

  test("and were to be counted as lost, are counted for what they would have told", async () => {
    client.rejectsOnce(DENIED).resolves({});
    const publisher = cloudWatch();
    publisher.publish([{ name: "DroppedMetrics", values: [250] }], {});
    await publisher.flush();
    publisher.publish([time(1)], {});
    await publisher.flush();
    expect(valuesOf("DroppedMetrics", calls()[1] ?? [])).toEqual([250]);
  });

  test("are logged later, when standard output is closed", async () => {
    const publisher = cloudWatch();
    stdout.answer(() => {
      throw Object.assign(new Error("closed"), { code: "EPIPE" });
    });
    publisher.publish([time(Number.NaN)], {});
    await publisher.flush();
    stdout.takeAll();
    publisher.publish([time(Number.NaN)], {});
    await publisher.flush();
    expect(stdout.lines).toMatchObject([{ values: 2 }]);
  });
});

describe("whatever happens", () => {
  const name = fc.constantFrom(
    ...(Object.keys(METRICS) as MetricName[]).filter((metric) => metric !== "DroppedMetrics"),
  );
  const number = fc.oneof(fc.nat({ max: 20 }), fc.double(), fc.constantFrom(0.0004, -0.0004, 1e308));
  const datum: fc.Arbitrary<Datum> = fc.record({
    name,
    values: fc.array(number, { size: "large", maxLength: 400 }),
    dimension: fc.constantFrom("A", "B", "C"),
  });
  const step = fc.oneof(
    { weight: 4, arbitrary: fc.array(datum, { maxLength: 6 }) },
    fc.constantFrom("begin" as const, "flush" as const, "wait" as const),
  );
  const limits = fc.record({
    maxDataPerRequest: fc.integer({ min: 1, max: 25 }),
    maxBufferedValues: fc.integer({ min: 1, max: 500 }),
    maxAgeSeconds: fc.nat({ max: 60 }),
  });

  test("every value is sent, or counted as dropped and logged", async () => {
    const outcomes = fc.array(fc.constantFrom(undefined, undefined, THROTTLED, DENIED, DOWN), { maxLength: 20 });
    await fc.assert(
      fc.asyncProperty(fc.array(step, { maxLength: 15 }), limits, outcomes, async (steps, options, toCome) => {
        // Prepare
        const taken: MetricDatum[] = [];
        client.reset();
        client.on(PutMetricDataCommand).callsFake(async ({ MetricData = [] }: { MetricData?: MetricDatum[] }) => {
          expect(MetricData.length).toBeLessThanOrEqual(Math.max(3, options.maxDataPerRequest));
          const error = toCome.shift();
          if (error) throw error;
          taken.push(...MetricData);
          return {};
        });
        stdout.text = "";
        const publisher = cloudWatch(options);

        // Act
        for (const each of steps) {
          if (each === "begin") publisher.begin?.();
          else if (each === "flush") void publisher.flush();
          else if (each === "wait") await settle();
          else publisher.publish(each, {});
        }
        toCome.length = 0;
        await publisher.flush();
        publisher.publish([time(1)], {});
        await publisher.flush();

        // Assess
        const published = steps.flatMap((each) =>
          typeof each === "string" ? [] : each.flatMap(({ values }) => values),
        );
        const sent = (Object.keys(METRICS) as MetricName[])
          .filter((metric) => metric !== "DroppedMetrics")
          .flatMap((metric) => valuesOf(metric, taken, metric === "OperationTime" ? 2 : 1));
        const sum = (numbers: readonly number[]) => numbers.reduce((total, value) => total + value, 0);
        const told = sum(valuesOf("DroppedMetrics", taken));
        expect(sent.length + told).toBe(published.length + 1);
        expect(sum(stdout.lines.map((line) => line["values"] as number))).toBe(told);
        expect(valuesOf("Failures", taken, 2)).toEqual(valuesOf("Failures", taken));
        for (const { Values = [], Counts = [] } of taken) {
          expect(Values.length).toBeLessThanOrEqual(150);
          expect(Counts).toHaveLength(Values.length);
          expect(new Set(Values).size).toBe(Values.length);
          expect(Values.filter((value) => !(Math.abs(value) <= 2 ** 360))).toEqual([]);
        }
      }),
      { numRuns: 150 },
    );
  });

  test("neither begin nor publish throws, whatever they are given and CloudWatch says", async () => {
    const hostile = new Proxy(
      {},
      {
        get: (_target, key) => {
          // Test runners print with symbols.
          if (typeof key === "string") throw new Error("hostile");
          return undefined;
        },
      },
    );
    const anything = fc.oneof(
      fc.anything({ withBigInt: true }),
      fc.constantFrom<unknown>(hostile, [hostile], Symbol("s")),
    );
    const malformed = fc.array(
      fc.record({ name: fc.oneof(name, anything), values: fc.array(anything), dimension: anything }),
    );
    await fc.assert(
      fc.asyncProperty(fc.array(fc.oneof(anything, malformed), { maxLength: 5 }), anything, async (given, error) => {
        client.reset();
        client.on(PutMetricDataCommand).callsFake(() => Promise.reject(error));
        const publisher = cloudWatch({ maxDataPerRequest: 3, maxAgeSeconds: 0 });
        for (const data of given) {
          publisher.begin?.();
          publisher.publish(data as readonly Datum[], {});
        }
        await publisher.flush();
      }),
      { numRuns: 150 },
    );
  });
});

/** A CloudWatch of our own on 127.0.0.1, which answers its nth request as told and remembers what it was sent. */
class Endpoint {
  readonly received: MetricDatum[][] = [];
  readonly times: number[] = [];
  private port = 0;

  private constructor(private readonly answer: (index: number, response: ServerResponse) => void) {}

  private readonly server: Server = createServer((request, response) => {
    const chunks: Buffer[] = [];
    request.on("data", (chunk: Buffer) => chunks.push(chunk));
    request.on("end", () => {
      const body = Buffer.concat(chunks);
      const text = (request.headers["content-encoding"] === "gzip" ? gunzipSync(body) : body).toString();
      this.received.push((JSON.parse(text) as { MetricData: MetricDatum[] }).MetricData);
      this.answer(this.received.length - 1, response);
    });
  });

  static async start(answer: (index: number, response: ServerResponse) => void = succeed): Promise<Endpoint> {
    const endpoint = new Endpoint(answer);
    endpoints.push(endpoint);
    await endpoint.open();
    return endpoint;
  }

  async open(): Promise<void> {
    this.server.listen(this.port, "127.0.0.1");
    await once(this.server, "listening");
    this.port = (this.server.address() as AddressInfo).port;
  }

  close(): void {
    this.server.close();
    this.server.closeAllConnections();
  }

  get url(): string {
    return `http://127.0.0.1:${this.port}`;
  }
}

let endpoints: Endpoint[] = [];

afterEach(() => {
  for (const endpoint of endpoints) endpoint.close();
  endpoints = [];
});

function succeed(_index: number, response: ServerResponse): void {
  response.writeHead(200, { "content-type": "application/x-amz-json-1.0" }).end("{}");
}

function fail(response: ServerResponse, status: number, type: string): void {
  response.writeHead(status, { "content-type": "application/x-amz-json-1.0" });
  response.end(JSON.stringify({ __type: `com.amazonaws.cloudwatch#${type}`, message: "no" }));
}

describe("the SDK", () => {
  beforeEach(() => {
    client.restore();
  });

  test.each([
    [400, "ThrottlingException"],
    [500, "InternalServiceFault"],
    [503, "ServiceUnavailable"],
  ])("tries again after %p %s, and the values arrive once", async (status, type) => {
    const { url: endpoint, received } = await Endpoint.start((index, response) => {
      if (index === 0) fail(response, status, type);
      else succeed(index, response);
    });
    const publisher = cloudWatch({ endpoint });
    publisher.publish([time(1, 2)], {});
    await publisher.flush();
    await publisher.flush();
    expect(received.map((data) => valuesOf("ExecutionTime", data))).toEqual([
      [1, 2],
      [1, 2],
    ]);
    expect(stdout.text).toBe("");
  });

  test("tries as often as told, and the values stay for the next call", async () => {
    let down = true;
    const { url: endpoint, received } = await Endpoint.start((index, response) => {
      if (down) fail(response, 500, "InternalServiceFault");
      else succeed(index, response);
    });
    const publisher = cloudWatch({ endpoint, maxAttempts: 2 });
    publisher.publish([time(1)], {});
    await publisher.flush();
    expect(received).toHaveLength(2);
    down = false;
    await publisher.flush();
    await publisher.flush();
    expect(received).toHaveLength(3);
  });

  test("asks once when access is denied", async () => {
    const { url: endpoint, received } = await Endpoint.start((_index, response) => {
      fail(response, 403, "AccessDeniedException");
    });
    const publisher = cloudWatch({ endpoint });
    publisher.publish([time(1)], {});
    await publisher.flush();
    expect(received).toHaveLength(1);
    expect(stdout.lines).toMatchObject([
      { message: "metrics dropped", values: 1, reason: "AccessDeniedException: no" },
    ]);
  });

  test.each([
    ["at all", () => undefined],
    ["completely", (_index: number, response: ServerResponse) => response.writeHead(200).write("{")],
  ])("gives an endpoint up that does not answer %s, and comes back", async (_how, hang) => {
    let hanging = true;
    const { url: endpoint, received } = await Endpoint.start((index, response) => {
      if (hanging) hang(index, response);
      else succeed(index, response);
    });
    const publisher = cloudWatch({ endpoint, timeoutMilliseconds: 100, maxAttempts: 2 });
    publisher.publish([time(1)], {});
    await publisher.flush();
    hanging = false;
    await publisher.flush();
    expect(received).toHaveLength(3);
    expect(stdout.text).toBe("");
  });

  test("keeps the values when the network is down, until it is up", async () => {
    const endpoint = await Endpoint.start();
    endpoint.close();
    const publisher = cloudWatch({ endpoint: endpoint.url });
    publisher.publish([time(1)], {});
    await publisher.flush();
    expect(endpoint.received).toEqual([]);
    await endpoint.open();
    await publisher.flush();
    expect(endpoint.received.map((data) => valuesOf("ExecutionTime", data))).toEqual([[1]]);
  });
});

/** A bundled handler's folder, and its files. */
async function unpack(handler: string): Promise<{ folder: string; files: Map<string, string> }> {
  const root = makeProject({ "functions/api/handler.ts": handler });
  const api = (await bundleFunctions(root, [{ name: "api" }], makeTemporaryFolder())).get("api");
  if (!api) throw new Error("no bundle api");
  const folder = makeTemporaryFolder();
  const files = new Map<string, string>();
  for (const [name, content] of Object.entries(unzipSync(readFileSync(api.zipFile)))) {
    writeFileSync(join(folder, name), content);
    if (name.endsWith(".mjs")) files.set(name, Buffer.from(content).toString());
  }
  return { folder, files };
}

const MONITORED = `
  import { monitor } from ${JSON.stringify(resolve("performance"))};
  import { cloudWatch } from ${JSON.stringify(resolve("performance/cloudwatch-publisher"))};
  export const publisher = cloudWatch();
  export const handler = monitor(async () => "answer", { publisher });`;

/** A process of its own that imports a bundle as `bundle`, and then does what the program says. */
function run(folder: string, program: string, variables: Readonly<Record<string, string>> = {}): ChildProcess {
  const source = `const bundle = await import(${JSON.stringify(join(folder, "handler.mjs"))});\n${program}`;
  const env = { ...process.env, ...ENVIRONMENT, ...variables };
  return spawn(process.execPath, ["--input-type=module", "--eval", source], {
    env,
    stdio: ["ignore", "pipe", "ignore"],
  });
}

/** How a process ended, and what it wrote; as soon as it writes `ready`, it is sent SIGTERM. */
async function endOf(child: ChildProcess): Promise<{ code: number | null; signal: string | null; output: string }> {
  let output = "";
  child.stdout?.on("data", (chunk: Buffer) => {
    output += chunk.toString();
    if (output.endsWith("ready\n")) child.kill("SIGTERM");
  });
  const [code, signal] = (await once(child, "close")) as [number | null, string | null];
  return { code, signal, output };
}

describe("a bundle", () => {
  test("of a function that does not use this publisher has nothing of it", async () => {
    const { files } = await unpack(`
      import { monitor } from ${JSON.stringify(resolve("performance"))};
      export const handler = monitor(async () => "answer");`);
    expect([...files.keys()]).toEqual(["handler.mjs"]);
  });

  test("of one that does has the SDK in files of its own, which are not loaded before they are needed", async () => {
    const { folder, files } = await unpack(MONITORED);
    expect(files.get("handler.mjs")?.length).toBeLessThan(20_000);
    const large = [...files].filter(([, text]) => text.length > 20_000 || text.includes("GetMetricData"));
    expect(large.length).toBeGreaterThan(0);
    for (const [name] of large) rmSync(join(folder, name));
    const { code, output } = await endOf(run(folder, "console.log(await bundle.handler())"));
    expect({ code, output }).toEqual({ code: 0, output: "answer\n" });
  });
});

describe("a process", () => {
  const HANDLE = "await bundle.handler();";
  const STAY = 'const stay = setInterval(() => {}, 1000); console.log("ready");';
  let folder: string;

  beforeEach(async () => {
    ({ folder } = await unpack(MONITORED));
  });

  test("that gets SIGTERM sends what has gathered, and ends of the signal", async () => {
    const { url, received } = await Endpoint.start();
    const { code, signal } = await endOf(run(folder, HANDLE + HANDLE + STAY, { AWS_ENDPOINT_URL: url }));
    expect({ code, signal }).toEqual({ code: null, signal: "SIGTERM" });
    expect(received).toHaveLength(1);
    expect(valuesOf("Successes", received.flat())).toEqual([1, 1]);
  });

  test("that gets SIGTERM ends as its own listener says", async () => {
    const { url, received } = await Endpoint.start();
    const own = 'process.once("SIGTERM", () => { clearInterval(stay); process.exitCode = 7; });';
    const { code } = await endOf(run(folder, own + HANDLE + STAY, { AWS_ENDPOINT_URL: url }));
    expect(code).toBe(7);
    expect(valuesOf("Successes", received.flat())).toEqual([1]);
  });

  test("that gets SIGTERM while CloudWatch cannot be reached says what is lost", async () => {
    const endpoint = await Endpoint.start();
    endpoint.close();
    const { signal, output } = await endOf(run(folder, HANDLE + STAY, { AWS_ENDPOINT_URL: endpoint.url }));
    expect(signal).toBe("SIGTERM");
    const [, line = ""] = output.split("\n");
    expect(JSON.parse(line)).toMatchObject({
      message: "metrics dropped",
      reason: expect.stringMatching(/ECONNREFUSED/),
    });
  });

  test("that has nothing else to do is not kept alive", async () => {
    const { code } = await endOf(run(folder, HANDLE));
    expect(code).toBe(0);
  });
});
