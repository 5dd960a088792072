import { afterEach, describe, expect, test } from "@jest/globals";
import { createServer } from "node:http";
import { once } from "node:events";
import { readdirSync, readFileSync } from "node:fs";
import { type AddressInfo } from "node:net";
import { tmpdir } from "node:os";
import { join, resolve } from "node:path";
import {
  type FunctionSnapshot,
  type LocalEnvironment,
  type LocalEnvironmentOptions,
  type LocalEvent,
  startLocalEnvironment,
} from "../../local/local-environment";
import { makeProject, makeTemporaryFolder, makeTfvars } from "../support/project";
import { waitUntil } from "./lambda/support";

const ROOT = resolve(".");

const API = `import { monitor } from ${JSON.stringify(join(ROOT, "performance"))};
export const handler = monitor(async (event) => {
  const { wait, fail, status = 200 } = event.queryStringParameters ?? {};
  if (wait) await new Promise((resolve) => setTimeout(resolve, Number(wait)));
  if (fail) throw new RangeError("as asked");
  console.log("handled");
  return { statusCode: Number(status), headers: { "X-Pid": process.pid }, body: JSON.stringify(event) };
});
`;

const WARMER = `export { handler } from ${JSON.stringify(join(ROOT, "functions/warmer/handler"))};\n`;

const started: LocalEnvironment[] = [];

afterEach(async () => {
  await Promise.all(started.splice(0).map((environment) => environment.close()));
});

class Started {
  constructor(
    readonly environment: LocalEnvironment,
    readonly events: readonly LocalEvent[],
  ) {}

  /** Sends a request to the function `api`. */
  get(path = "/", init: RequestInit = {}): Promise<Response> {
    const { url = "" } = this.environment.functions.find(({ id }) => id === "api") ?? {};
    return fetch(new URL(path, url), init);
  }

  /** The figures of the function `api`. */
  get api(): FunctionSnapshot {
    const found = this.environment.snapshot().functions.find(({ id }) => id === "api");
    if (!found) throw new Error("no function api");
    return found;
  }

  /** What was told of one kind. */
  told<Kind extends LocalEvent["kind"]>(kind: Kind): Extract<LocalEvent, { kind: Kind }>[] {
    return this.events.filter((event): event is Extract<LocalEvent, { kind: Kind }> => event.kind === kind);
  }
}

interface Project {
  readonly environment?: string;
  readonly settings?: string;
  readonly more?: string;
  readonly handler?: string;
}

function projectWith({ environment = "dev", settings = 'endpoint = "iam"', more, handler = API }: Project): string {
  return makeProject({
    [`environments/${environment}.tfvars`]: makeTfvars({ functions: `api = {\n${settings}\n}`, more }),
    "functions/api/handler.ts": handler,
    "functions/warmer/handler.ts": WARMER,
  });
}

async function start(project: Project = {}, options: Partial<LocalEnvironmentOptions> = {}): Promise<Started> {
  const events: LocalEvent[] = [];
  const environment = await startLocalEnvironment({
    environment: project.environment ?? "dev",
    root: projectWith(project),
    port: 0,
    warming: false,
    onEvent: (event) => events.push(event),
    ...options,
  });
  started.push(environment);
  return new Started(environment, events);
}

describe("an environment that is watched", () => {
  test("shows what each execution environment does, and what it has answered", async () => {
    const local = await start();
    const listOfApi = () => local.environment.listInstances().filter(({ functionId }) => functionId === "api");
    const slow = local.get("/?wait=2000");
    await waitUntil(() => listOfApi().some(({ isStarting }) => !isStarting));
    const [during] = listOfApi();

    await slow;
    await local.get();

    const [after] = listOfApi();
    expect(during).toMatchObject({ isBusy: true, version: "1", qualifier: "live", answered: {} });
    expect(after).toMatchObject({ id: during?.id, isBusy: false, isStarting: false, answered: { live: 2 } });
    expect(local.told("invocation")).toMatchObject([
      { id: "api", outcome: "success", instanceId: after?.id, version: "1" },
      { id: "api", outcome: "success", instanceId: after?.id, version: "1" },
    ]);
    expect(local.told("request").map(({ requestId }) => requestId)).toEqual(
      local.told("invocation").map(({ requestId }) => requestId),
    );
  });

  test.each([
    ["throw", 502, "error"],
    ["crash", 502, "error"],
    ["time-out", 502, "error"],
    ["throttle", 429, "throttled"],
  ] as const)("fails on purpose, until it is repaired: %s", async (fault, status, outcome) => {
    const local = await start({ settings: 'endpoint = "iam"\ntimeout_seconds = 3' });
    local.environment.setFault("api", fault);

    const broken = await local.get();
    local.environment.setFault("api", undefined);
    const repaired = await local.get();

    expect([broken.status, repaired.status]).toEqual([status, 200]);
    expect(local.told("invocation")).toMatchObject([{ outcome }, { outcome: "success" }]);
  });

  test("is slow on purpose, and answers as before", async () => {
    const local = await start();
    local.environment.setFault("api", "slow");

    const response = await local.get("/?status=201");

    expect(response.status).toBe(201);
    expect(local.told("invocation")[0]?.milliseconds).toBeGreaterThanOrEqual(3000);
  });

  test("answers pings while it fails on purpose", async () => {
    const local = await start();
    local.environment.setFault("api", "throw");

    await local.environment.runWarmer();

    expect(local.told("warming-round")).toMatchObject([{ id: "api", asked: 3, instances: 3, failures: [] }]);
  });

  test("offers requests, messages and events of every source, and sends them", async () => {
    const settings = `events = {
      orders = { sqs = { create = true } }
      nightly = { schedule = { schedule_expression = "cron(0 3 * * ? *)" } }
      uploads = { s3 = { bucket = "uploads" } }
      clicks = { kinesis = { stream_arn = "arn:aws:kinesis:eu-west-1:123456789012:stream/clicks" } }
    }`;
    const handler = "export const handler = async (event) => { console.log(Object.keys(event).join()); };";
    const local = await start({ settings, handler });
    const { offers } = local.environment;

    for (const offer of offers) await local.environment.send(offer, offer.sample);

    await waitUntil(() => local.told("invocation").length === 5);
    expect(offers.map(({ functionId, kind, name }) => [functionId, kind, name])).toEqual([
      ["api", "event", ""],
      ["api", "sqs", "dev-api-orders"],
      ["api", "schedule", "nightly"],
      ["api", "kinesis", "clicks"],
      ["api", "s3", "uploads"],
    ]);
    expect(local.told("invocation").map(({ outcome }) => outcome)).toEqual(Array(5).fill("success"));
  });

  test("says in one line why it cannot send something", async () => {
    const local = await start({ settings: "" });
    const [event] = local.environment.offers;
    if (!event) throw new Error("nothing is offered");

    const sending = local.environment.send(event, "{");

    await expect(sending).rejects.toThrow(/JSON/);
    expect(local.told("invocation")).toEqual([]);
  });

  test("tells what alarms say, without links to AWS, and has its dashboards", async () => {
    const { environment } = await start();

    const { alarms, dashboards } = environment;

    expect(alarms.map(({ name }) => name)).toContain("dev-api-errors");
    expect(alarms.every(({ text }) => text.startsWith("api (dev)") || text.includes("warmer"))).toBe(true);
    expect(alarms.some(({ text }) => text.includes("console."))).toBe(false);
    expect(dashboards.map(({ body }) => Object.keys(JSON.parse(body) as object))).toContainEqual(
      expect.arrayContaining(["widgets"]),
    );
  });
});

describe("an environment on this computer", () => {
  test("answers over HTTP with what the function answers, through the alias of traffic", async () => {
    const local = await start();

    const response = await local.get("/notes?status=201&a=1", {
      method: "POST",
      body: "hi",
      headers: { "X-One": "1" },
    });

    expect([response.status, response.headers.get("content-type")]).toEqual([201, "application/json"]);
    expect(await response.json()).toMatchObject({
      rawPath: "/notes",
      rawQueryString: "status=201&a=1",
      headers: { "x-one": "1" },
      requestContext: { http: { method: "POST", path: "/notes", sourceIp: "127.0.0.1" } },
      body: "hi",
    });
    expect(local.told("cold-start")).toMatchObject([{ id: "api", forRequest: true }]);
    expect(local.told("request")).toMatchObject([{ id: "api", status: 201 }]);
    expect(local.api).toEqual({
      id: "api",
      instances: 1,
      busy: 0,
      coldStarts: 1,
      requestColdStarts: 1,
      requests: 1,
      errors: 0,
      throttles: 0,
    });
  });

  test.each([
    ["response_stream", "first"],
    ["buffered", "firstsecond"],
  ])("sends a streamed response as its invoke_mode says: %s", async (mode, first) => {
    const handler = `export const handler = awslambda.streamifyResponse(async (event, stream) => {
      const response = awslambda.HttpResponseStream.from(stream, { statusCode: 201 });
      response.write("first");
      await new Promise((resolve) => setTimeout(resolve, 500));
      response.end("second");
    });`;
    const local = await start({ settings: `endpoint = "iam"\nhttp = { invoke_mode = "${mode}" }`, handler });

    const response = await local.get();
    const parts: string[] = [];
    for await (const part of response.body as unknown as AsyncIterable<Uint8Array>) {
      parts.push(Buffer.from(part).toString());
    }

    expect([response.status, parts[0], parts.join("")]).toEqual([201, first, "firstsecond"]);
  });

  test("answers as its HTTP API would: routes, tokens and pages of other origins, and says what is different", async () => {
    const jwt = 'jwt = { issuer = "https://login.example.com", audience = ["shop"] }';
    const cors = 'cors = { allow_origins = ["*"], allow_headers = ["authorization"] }';
    const http = `http = {\nroutes = ["ANY /orders/{id}"]\nauthorizer = { ${jwt} }\n${cors}\nthrottling = { rate = 1, burst = 4 }\n}`;
    const local = await start({ settings: `endpoint = "public"\n${http}` });
    const preflight = {
      method: "OPTIONS",
      headers: { origin: "https://a.example", "access-control-request-method": "PUT" },
    };
    const token = `e30.${Buffer.from('{"sub":"u1"}').toString("base64url")}.e30`;

    const answers = [
      await local.get("/other"),
      await local.get("/orders/7", preflight),
      await local.get("/orders/7"),
      await local.get("/orders/7", { headers: { authorization: `Bearer ${token}` } }),
      await local.get("/orders/7"),
    ];

    expect(answers.map(({ status }) => status)).toEqual([404, 204, 401, 200, 429]);
    expect(await answers[3]?.json()).toMatchObject({
      routeKey: "ANY /orders/{id}",
      pathParameters: { id: "7" },
      requestContext: { authorizer: { jwt: { claims: { sub: "u1" }, scopes: null } } },
    });
    expect(local.environment.notes).toEqual([
      "api: tokens are read here but not verified: neither signature, issuer, audience, scopes nor age",
    ]);
  });

  test("says 502 for a failure and 429 for a throttle, and counts them and what is answered with 5xx", async () => {
    const local = await start({ settings: 'endpoint = "iam"\nreserved_concurrency = 1' });

    const failed = await local.get("/?fail=1");
    const unavailable = await local.get("/?status=503");
    const both = await Promise.all([local.get("/?wait=300"), local.get("/?wait=300")]);

    expect([failed.status, await failed.json()]).toEqual([502, { message: "Internal Server Error" }]);
    expect(unavailable.status).toBe(503);
    expect(both.map(({ status }) => status).sort()).toEqual([200, 429]);
    expect(local.api).toMatchObject({ requests: 3, errors: 2, throttles: 1 });
  });

  test("tells why a function failed, where in its code, and where its log is", async () => {
    const logFolder = join(makeTemporaryFolder(), "logs");
    const local = await start({}, { logFolder });

    await local.get("/?fail=1");

    expect(local.told("function-failed")).toMatchObject([
      {
        ...{ id: "api", errorType: "RangeError", errorMessage: "as asked" },
        where: expect.stringMatching(/(^|\/)functions\/api\/handler\.ts:5:\d+$/),
        logFile: join(logFolder, "dev-api.log"),
      },
    ]);
    expect(local.environment.recentTraffic()).toMatchObject([{ id: "api", errors: 1 }, { id: "warmer" }]);
  });

  test("answers for a function that returns what is no response, and tells why", async () => {
    const handler = 'export const handler = async () => ({ statusCode: 200, headers: { "X-A": "✓" } });\n';
    const local = await start({ handler, settings: 'endpoint = "public"' });

    const response = await local.get();

    expect([response.status, await response.json()]).toEqual([500, { message: "Internal Server Error" }]);
    expect(local.told("function-failed")).toMatchObject([
      { id: "api", errorType: "malformed response", errorMessage: expect.stringContaining("headers.X-A") },
    ]);
  });

  test("takes events for functions without an endpoint as AWS's Invoke API does", async () => {
    const local = await start({ settings: "", handler: "export const handler = async ({ x }) => x + 1;\n" });
    const { invokeUrl = "" } = local.environment.functions.find(({ id }) => id === "api") ?? {};

    // As curl sends it.
    const headers = { "content-type": "application/x-www-form-urlencoded" };
    const response = await fetch(invokeUrl, { method: "POST", body: '{"x":1}', headers });

    expect([new URL(invokeUrl).pathname, await response.text()]).toEqual([
      "/2015-03-31/functions/dev-api:live/invocations",
      "2",
    ]);
    expect(local.api).toMatchObject({ requests: 1 });
  });

  test("has no URL for a function without an endpoint, which can still be invoked", async () => {
    const local = await start({ settings: "", handler: "export const handler = async ({ x }) => x + 1;\n" });

    const result = await local.environment.invoke("dev-api", "live", { x: 1 });

    expect(local.environment.functions.map(({ id, url }) => [id, url])).toEqual([
      ["api", undefined],
      ["warmer", undefined],
    ]);
    expect(result.payload).toBe("2");
  });

  test("answers queries of its functions' logs, with times on its own clock", async () => {
    const local = await start({}, { speed: 1000 });
    const query = 'filter message = "handled" | fields @timestamp as at, @logStream as stream';
    const ask = (logGroup: string, to: number) => local.environment.queryLogs([logGroup], query, { from: begin, to });
    const begin = local.environment.now();
    await local.get();
    await local.get();

    await waitUntil(() => ask("/aws/lambda/dev-api", local.environment.now()).length === 2);
    const found = ask("/aws/lambda/dev-api", local.environment.now());
    const [first = 0, second = 0] = found.map(({ at = "" }) => Date.parse(`${at.replace(" ", "T")}Z`));
    const before = ask("/aws/lambda/dev-api", first);
    const elsewhere = ask("/aws/lambda/dev-other", local.environment.now());

    expect([begin <= first, first <= second, second <= local.environment.now()]).toEqual([true, true, true]);
    expect(found.map(({ stream = "" }) => stream.includes("[1]"))).toEqual([true, true]);
    expect([before, elsewhere]).toEqual([[], []]);
  });

  test("writes logs where it is asked to, and nothing else that stays", async () => {
    const logFolder = join(makeTemporaryFolder(), "logs");
    // Of this name there is no other, whatever else runs on this computer.
    const local = await start({ environment: "tidy" }, { logFolder });
    const folders = () => readdirSync(tmpdir()).filter((name) => name.startsWith("warmwatch-tidy-"));
    const before = folders();
    await local.get();

    await local.environment.close();

    const lines = readFileSync(join(logFolder, "tidy-api.log"), "utf8").trimEnd().split("\n");
    expect(lines.map((line) => (JSON.parse(line) as { type?: string }).type ?? "")).toEqual([
      "platform.initStart",
      "platform.start",
      "",
      "",
      "platform.report",
    ]);
    expect([before.length, folders()]).toEqual([1, []]);
    await expect(local.get()).rejects.toThrow("fetch failed");
  });
});

describe("warming", () => {
  test("by schedule keeps three instances warm, and a burst of three meets no cold start", async () => {
    const local = await start({}, { warming: true, speed: 60 });
    // One round starts what another finds.
    await waitUntil(() =>
      local.told("warming-round").some(({ instances, coldStarts }) => instances === 3 && coldStarts === 0),
    );

    const responses = await Promise.all([1, 2, 3].map(() => local.get("/?wait=300")));

    expect(local.told("warming-round")[0]).toMatchObject({ id: "api", asked: 3, failures: [] });
    expect(new Set(responses.map(({ headers }) => headers.get("x-pid"))).size).toBe(3);
    expect(local.api).toMatchObject({ requests: 3, requestColdStarts: 0 });
    expect(local.told("warmer-failed")).toEqual([]);
  });

  test("on demand does what rules and deployments do", async () => {
    const local = await start();

    await local.environment.runWarmer();
    await local.environment.runWarmer("gate");

    expect(local.told("warming-round").map(({ strategy, instances }) => [strategy, instances])).toEqual([
      ["scheduled", 3],
      ["gate", 3],
    ]);
    await expect(local.environment.runWarmer("never")).rejects.toThrow("dev has nothing to warm by strategy never");
  });

  test("by use falls back to its fixed number, because there is no CloudWatch to be asked", async () => {
    const local = await start({ more: "warming = { conditional = { enabled = true } }" });

    await local.environment.runWarmer();

    expect(local.told("warming-round")).toMatchObject([{ asked: 3, instances: 3 }]);
  });

  test("that is not there leaves instances to go idle and end, by the environment's clock", async () => {
    const local = await start({}, { speed: 60, idleMilliseconds: 30_000 });
    await local.get();
    const before = local.api.instances;

    await waitUntil(() => local.api.instances === 0);

    expect(before).toBe(1);
  });
});

describe("alarms", () => {
  test("ring after six failures, and end when no more come", async () => {
    const local = await start({}, { speed: 50 });
    const states = () =>
      local
        .told("alarm")
        .filter(({ name }) => name === "dev-api-errors")
        .map(({ to }) => to);
    const stateNow = () => local.environment.snapshot().alarms.find(({ name }) => name === "dev-api-errors")?.state;
    await local.get();
    await waitUntil(() => states().length === 1);

    await Promise.all(Array.from({ length: 6 }, () => local.get("/?fail=1")));

    await waitUntil(() => states().length === 2);
    const ringing = stateNow();
    await waitUntil(() => states().length === 3);
    expect(states()).toEqual(["OK", "ALARM", "OK"]);
    expect([ringing, stateNow()]).toEqual(["ALARM", "OK"]);
    const [, rang, ended] = local.told("alarm").filter(({ name }) => name === "dev-api-errors");
    expect((ended?.at ?? 0) - (rang?.at ?? 0)).toBeGreaterThanOrEqual(2 * 60_000);
  });
});

describe("what cannot run is told", () => {
  const nothingLeft = () => readdirSync(tmpdir()).filter((name) => name.startsWith("warmwatch-qa-"));

  test("an environment that there is not", async () => {
    await expect(start({}, { environment: "qa" })).rejects.toThrow(
      'environments: there is no "qa"; environments are: dev',
    );
    expect(nothingLeft()).toEqual([]);
  });

  test("a port in use", async () => {
    const other = createServer().listen(0, "127.0.0.1");
    await once(other, "listening");
    const { port } = other.address() as AddressInfo;

    const starting = start({}, { port });

    await expect(starting).rejects.toThrow(`port ${port} is in use: choose another with --port`);
    other.close();
  });

  test("a variable without a value", async () => {
    const settings = 'secrets = { TOKEN = { terraform_variable = "token" } }';

    await expect(start({ settings })).rejects.toThrow("the variable token has no value: set TF_VAR_token");
  });

  test("a mistake in a file", async () => {
    await expect(start({ settings: "memory_mb = 1" })).rejects.toThrow(
      "environments/dev.tfvars: functions.api.memory_mb",
    );
  });
});
