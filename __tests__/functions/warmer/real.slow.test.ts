import { LambdaClient } from "@aws-sdk/client-lambda";
import { afterEach, expect, test } from "@jest/globals";
import { unzipSync } from "fflate";
import { once } from "node:events";
import { mkdirSync, readFileSync, writeFileSync } from "node:fs";
import { createServer, request, type Server } from "node:http";
import { type AddressInfo } from "node:net";
import { dirname, join } from "node:path";
import { type WarmingTarget, type TargetResult, type WarmingRecord } from "../../../warming/contract";
import { sendPing } from "../../../functions/warmer/ping";
import { Warmer } from "../../../functions/warmer/run";
import { type FunctionConfiguration } from "../../../local/lambda/function-configuration";
import { type LocalLambda, startLambda } from "../../../local/lambda/start-lambda";
import { bundleFunctions } from "../../../stacks/bundle";
import { parsePayload, waitUntil } from "../../local/lambda/support";
import { makeProject, makeTemporaryFolder } from "../../support/project";
import { readRejection, takeOnlyResult, makeRequest, runWarmer, makeTarget } from "./support";

const ROOT = join(__dirname, "../../..");

const MONITORED = `import { monitor } from ${JSON.stringify(join(ROOT, "performance"))};
let first = true;
export const handler = monitor(async ({ wait = 0 }: { wait?: number }) => {
  const cold = first;
  first = false;
  await new Promise((resolve) => setTimeout(resolve, wait));
  return { cold, pid: process.pid };
});
`;

const PING = { source: "lambda-warmer", warming: true, timestamp: "2026-01-05T10:00:00.000Z" };

const CREDENTIALS = { AWS_REGION: "us-east-1", AWS_ACCESS_KEY_ID: "x", AWS_SECRET_ACCESS_KEY: "x" };

const started: LocalLambda[] = [];
const networks: Server[] = [];

afterEach(async () => {
  for (const server of networks.splice(0)) {
    server.close();
    server.closeAllConnections();
  }
  await Promise.all(started.splice(0).map((lambda) => lambda.close()));
});

/** A function's bundle as it is deployed, unpacked into a folder of its own. */
async function bundled(root: string, name: string): Promise<string> {
  const bundle = (await bundleFunctions(root, [{ name }], makeTemporaryFolder())).get(name);
  const folder = makeTemporaryFolder();
  for (const [path, content] of Object.entries(unzipSync(readFileSync(bundle?.zipFile ?? "")))) {
    mkdirSync(dirname(join(folder, path)), { recursive: true });
    writeFileSync(join(folder, path), content);
  }
  return folder;
}

/** A function's configuration, with this code. */
async function functionOf(name: string, code: string, more: Partial<FunctionConfiguration> = {}) {
  const codeFolder = await bundled(makeProject({ "functions/api/handler.ts": code }), "api");
  const aliases = ["live", "warm"];
  return { name, codeFolder, version: "1", aliases, memoryMb: 512, timeoutSeconds: 30, ...more };
}

/** Lambda with these functions, where this process's AWS clients find it. */
async function start(...functions: FunctionConfiguration[]): Promise<LocalLambda> {
  const lambda = await startLambda({ functions });
  started.push(lambda);
  Object.assign(process.env, CREDENTIALS, { AWS_ENDPOINT_URL_LAMBDA: lambda.url });
  return lambda;
}

const TEN = makeTarget({ concurrency: 10 });

test("10 pings warm 10 processes in one round, and 10 requests at once then see no cold start", async () => {
  const lambda = await start(await functionOf("dev-api", MONITORED));

  const result = takeOnlyResult(await runWarmer(makeRequest([TEN])));

  // On a busy computer, the pings may not have met, and are repeated once.
  expect(result).toMatchObject({ asked: 10, successful: result.invocations, instances: 10, coldStarts: 10 });
  expect(new Set(lambda.listInstances("dev-api").map(({ pid }) => pid)).size).toBe(10);
  const requests = Array.from({ length: 10 }, () => lambda.invoke("dev-api", "live", { wait: 300 }));
  const answers = (await Promise.all(requests)).map(parsePayload);
  expect(new Set(answers.map(({ pid }) => pid)).size).toBe(10);
  expect(lambda.listInstances("dev-api")).toHaveLength(10);
});

/**
 * A way to Lambda that takes 0 to 135 ms, for this process's AWS clients: by a network, what is sent at once does not
 * arrive at once.
 */
async function useNetwork(url: string): Promise<{ readonly requests: () => number }> {
  let requests = 0;
  const server = createServer((incoming, outgoing) => {
    const { method, headers, url: path = "/" } = incoming;
    const delay = (requests++ % 10) * 15;
    setTimeout(() => {
      const forwarded = request(url + path, { method, headers }, (answer) => {
        outgoing.writeHead(answer.statusCode ?? 502, answer.headers);
        answer.pipe(outgoing);
      });
      incoming.pipe(forwarded);
    }, delay);
  });
  networks.push(server);
  server.listen(0, "127.0.0.1");
  await once(server, "listening");
  process.env["AWS_ENDPOINT_URL_LAMBDA"] = `http://127.0.0.1:${(server.address() as AddressInfo).port}`;
  return { requests: () => requests };
}

test("10 warm instances are all reached in each round by pings that are held, and not by the same pings without", async () => {
  const lambda = await start(await functionOf("dev-api", MONITORED));
  await useNetwork(lambda.url);
  const warmer = new Warmer();
  await runWarmer(makeRequest([TEN]), { warmer });

  const held: TargetResult[] = [];
  for (let round = 0; round < 5; round++) held.push(takeOnlyResult(await runWarmer(makeRequest([TEN]), { warmer })));
  const client = new LambdaClient();
  const unheld: number[] = [];
  for (let round = 0; round < 5; round++) {
    const pings = Array.from({ length: 10 }, () => sendPing(client, TEN, 0, Date.now() + 10_000));
    const ids = (await Promise.all(pings)).flatMap((outcome) => ("reply" in outcome ? outcome.reply.instanceId : []));
    expect(ids).toHaveLength(10);
    unheld.push(new Set(ids).size);
  }
  client.destroy();

  expect(held.map(({ instances, invocations }) => [instances, invocations])).toEqual(held.map(() => [10, 10]));
  // On a busy computer an instance may be slow to answer, too, which holds it.
  expect(Math.min(...unheld)).toBeLessThan(10);
});

test("pings that Lambda throttles are told, and not tried again", async () => {
  const lambda = await start(await functionOf("dev-api", MONITORED, { reservedConcurrency: 3 }));
  const { requests } = await useNetwork(lambda.url);

  const result = takeOnlyResult(await runWarmer(makeRequest([makeTarget({ concurrency: 5 })])));

  expect(result).toMatchObject({ invocations: 5, successful: 3, instances: 3, failures: ["throttled"] });
  expect(requests()).toBe(5);
});

test("the gate says why a version must not go live", async () => {
  const working = await functionOf("dev-api", MONITORED);
  const lambda = await start(working);
  const gate = (version: string) =>
    runWarmer(makeRequest([makeTarget({ qualifier: version, version })], { strategy: "gate" }));
  expect(takeOnlyResult(await gate("1"))).toMatchObject({ instances: 3, failures: [] });

  const broken = await functionOf("dev-api", `throw new RangeError("no such table");\n${MONITORED}`);
  lambda.deploy({ ...broken, version: "2", aliases: [] });

  expect(await readRejection(gate("2"))).toBe("dev-api:2 must not go live: RangeError: no such table");
  expect(takeOnlyResult(await runWarmer(makeRequest()))).toMatchObject({ instances: 3, failures: [] });
  expect(parsePayload(await lambda.invoke("dev-api", "live", {}))).toMatchObject({ cold: true });
});

test("the gate stops a version that throws at load, of a function of which one instance may run", async () => {
  const broken = await functionOf("dev-api", `throw new Error("no such table");\n${MONITORED}`, {
    reservedConcurrency: 1,
  });
  await start(broken);
  const request = makeRequest([makeTarget({ qualifier: "1", version: "1", reservedConcurrency: 1 })], {
    strategy: "gate",
  });
  expect(await readRejection(runWarmer(request))).toBe("dev-api:1 must not go live: Error: no such table");
});

test("the gate passes a function of which a warm-up never ends, in a short timeout", async () => {
  const code = `import { monitor, warmedUp, warmUps } from ${JSON.stringify(join(ROOT, "performance"))};
const database = { run: () => new Promise(() => {}), timeoutMilliseconds: 200 };
const queue = () => new Promise(() => {});
export const handler = monitor(async () => 1, { warmUps: warmUps({ connections: { database, queue } }) });
`;
  const lambda = await start(await functionOf("dev-api", code, { timeoutSeconds: 2 }));

  expect(takeOnlyResult(await runWarmer(makeRequest([makeTarget()], { strategy: "gate" })))).toMatchObject({
    instances: 3,
    failures: [],
  });

  const { warmUps } = parsePayload(await lambda.invoke("dev-api", "warm", PING));
  expect(warmUps).toMatchObject([
    { name: "database", error: "took longer than 200 ms" },
    { name: "queue", error: expect.stringContaining("had not ended when time was up") },
  ]);
});

test("what is shaped as a ping and comes in through the alias of traffic gets to the handler", async () => {
  const lambda = await start(await functionOf("dev-api", MONITORED));
  expect(parsePayload(await lambda.invoke("dev-api", "live", PING))).toMatchObject({
    cold: true,
    pid: expect.any(Number),
  });
  for (const qualifier of ["warm", "1"]) {
    expect(parsePayload(await lambda.invoke("dev-api", qualifier, PING))).toMatchObject({ warm: true });
  }
});

test("a target that hangs does not delay another, and the run ends in time", async () => {
  const hanging = "export const handler = () => new Promise((resolve) => setTimeout(resolve, 60_000));\n";
  const lambda = await start(await functionOf("dev-api", MONITORED), await functionOf("dev-hanging", hanging));
  const startedAt = Date.now();
  let warmAfter = Infinity;
  const warm = waitUntil(() => lambda.listInstances("dev-api").filter(({ isBusy }) => !isBusy).length === 3).then(
    () => {
      warmAfter = Date.now() - startedAt;
    },
  );

  const { targets } = await runWarmer(makeRequest([makeTarget({ functionName: "dev-hanging" }), makeTarget()]), {
    seconds: 6,
  });

  await warm;
  expect(Date.now() - startedAt).toBeLessThan(7000);
  expect(warmAfter).toBeLessThan(5000);
  expect(targets).toMatchObject([
    { functionName: "dev-hanging", invocations: 3, successful: 0, instances: 0, failures: ["no answer in time"] },
    { functionName: "dev-api", invocations: 3, successful: 3, instances: 3, failures: [] },
  ]);
});

const WARMER_ENVIRONMENT = { AWS_ACCESS_KEY_ID: "x", AWS_SECRET_ACCESS_KEY: "x" };

/** Where nothing listens. */
const NOWHERE = "http://127.0.0.1:1";

async function deployedWarmer(): Promise<FunctionConfiguration> {
  const codeFolder = await bundled(ROOT, "warmer");
  return { name: "dev-warmer", codeFolder, version: "1", memoryMb: 512, timeoutSeconds: 30 };
}

test("the warmer as it is deployed warms another function", async () => {
  const lambda = await start(await functionOf("dev-api", MONITORED));
  const environment = { ...WARMER_ENVIRONMENT, AWS_ENDPOINT_URL_LAMBDA: lambda.url };
  lambda.deploy({ ...(await deployedWarmer()), environment });
  const targets: WarmingTarget[] = [TEN];

  const first = await lambda.invoke("dev-warmer", "1", makeRequest(targets));
  const second = await lambda.invoke("dev-warmer", "1", makeRequest(targets));

  const records = [first, second].map((answer) => parsePayload(answer) as unknown as WarmingRecord);
  expect(records.map(takeOnlyResult)).toMatchObject([
    { instances: 10, coldStarts: 10, failures: [] },
    { instances: 10, coldStarts: 0, invocations: 10, failures: [] },
  ]);
  expect(records.map(({ runId }) => runId)).toEqual([first.requestId, second.requestId]);
});

test("the warmer as it is deployed loads CloudWatch's client when use decides, and does without when it is not reached", async () => {
  const lambda = await start(await functionOf("dev-api", MONITORED));
  const environment = {
    ...WARMER_ENVIRONMENT,
    AWS_ENDPOINT_URL_LAMBDA: lambda.url,
    AWS_ENDPOINT_URL_CLOUDWATCH: NOWHERE,
  };
  lambda.deploy({ ...(await deployedWarmer()), environment });
  const target = makeTarget({ conditional: { minimum: 0, maximum: 5, readEveryMinutes: 15 } });

  const record = parsePayload(
    await lambda.invoke("dev-warmer", "1", makeRequest([target])),
  ) as unknown as WarmingRecord;

  const { instances, reason } = takeOnlyResult(record);
  expect(instances).toBe(3);
  expect(reason).toMatch(/^fixed number: usage could not be read: .*ECONNREFUSED/);
});
