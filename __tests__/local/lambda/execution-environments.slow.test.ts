import { expect, test } from "@jest/globals";
import { writeFileSync } from "node:fs";
import { join } from "node:path";
import { type InvocationReport } from "../../../local/lambda/local-function";
import { makeTemporaryFolder } from "../../support/project";
import { makeConfiguration, isProcessAlive, parsePayload, startFunction, waitUntil } from "./support";

const TELLS_PID = "export const handler = async () => ({ pid: process.pid });";

/** Holds every request until there are as many as it is told. */
const HOLDS = `
  import { readdirSync, writeFileSync } from "node:fs";
  export const handler = async ({ folder, together }) => {
    writeFileSync(folder + "/" + process.pid, "");
    while (readdirSync(folder).length < together) await new Promise((resolve) => setTimeout(resolve, 5));
    return { pid: process.pid };
  };`;

test("ten requests at one time get ten environments, and the next ten get the same", async () => {
  const started = await startFunction(HOLDS);
  const ten = async () => {
    const { codeFolder } = makeConfiguration("");
    const requests = Array.from({ length: 10 }, () => started.ask({ folder: codeFolder, together: 11 }));
    return (await Promise.all(requests)).map(({ pid }) => pid as number).sort();
  };

  const first = await ten();
  const second = await ten();

  expect(new Set(first).size).toBe(10);
  expect(second).toEqual(first);
  expect([...started.pids].sort()).toEqual(first);
});

test("requests one after another get one environment", async () => {
  const started = await startFunction(TELLS_PID);

  const pids = [await started.ask(), await started.ask(), await started.ask()];

  expect(new Set(pids.map(({ pid }) => pid)).size).toBe(1);
});

test("the environment used last is used first", async () => {
  const started = await startFunction(HOLDS);
  const { codeFolder } = makeConfiguration("");
  await Promise.all([1, 2, 3].map(() => started.ask({ folder: codeFolder, together: 4 })));

  const { pid } = await started.ask({ folder: codeFolder, together: 4 });
  const { pid: next } = await started.ask({ folder: codeFolder, together: 4 });

  expect(next).toBe(pid);
});

test("two aliases of one version share environments, and the function sees by which it was invoked", async () => {
  const started = await startFunction(
    "export const handler = async (_, { invokedFunctionArn }) => ({ pid: process.pid, arn: invokedFunctionArn });",
  );

  const live = await started.ask({}, "live");
  const warm = await started.ask({}, "warm");

  expect(warm["pid"]).toBe(live["pid"]);
  expect(live["arn"]).toMatch(/^arn:aws:lambda:[\w-]+:\d{12}:function:api:live$/);
  expect(warm["arn"]).toMatch(/:warm$/);
});

test("a new version has environments of its own; an alias that has not moved keeps the old ones", async () => {
  const started = await startFunction(TELLS_PID);
  const before = await started.ask({}, "live");

  started.lambda.deploy(makeConfiguration(TELLS_PID, { version: "2", aliases: ["warm"] }));
  const [live, warm] = [await started.ask({}, "live"), await started.invoke({}, "warm")];
  started.lambda.pointAlias("api", "live", { version: "2" });
  const moved = await started.invoke({}, "live");

  expect(live["pid"]).toBe(before["pid"]);
  expect(warm.executedVersion).toBe("2");
  expect(moved.payload).toBe(warm.payload);
});

test("what no alias points to anymore ends: idle environments at once, busy ones after their invocation", async () => {
  const old = makeConfiguration(HOLDS);
  const started = await startFunction(HOLDS, old);
  const folders = [makeTemporaryFolder(), makeTemporaryFolder()];
  const [kept = "", left = ""] = folders;
  const busy = started.invoke({ folder: kept, together: 2 });
  const idle = await started.ask({ folder: left, together: 1 });

  started.lambda.deploy(makeConfiguration(HOLDS, { version: "2" }));
  const retired = started.lambda.retire("api");
  await waitUntil(() => !isProcessAlive(idle["pid"] as number));
  const next = await started.invoke({ folder: left, together: 1 });
  writeFileSync(join(kept, "another"), "");
  const last = await busy;

  expect([last, next].map(({ executedVersion, functionError }) => [executedVersion, functionError])).toEqual([
    ["1", undefined],
    ["2", undefined],
  ]);
  expect(await retired).toEqual([old.codeFolder]);
  expect(started.pids).toEqual([parsePayload(next)["pid"]]);
  await expect(started.invoke({}, "1")).rejects.toThrow(/Function not found: .*:1$/);
});

test("a version stays while an alias sends it a share, and so does the newest one until it is lost", async () => {
  const started = await startFunction(TELLS_PID);
  for (const version of ["2", "3", "4"]) {
    started.lambda.deploy(makeConfiguration(TELLS_PID, { version, aliases: [] }));
  }
  started.lambda.pointAlias("api", "live", { version: "1", additionalWeights: { 2: 0.5 } });

  const tell = async () => {
    const answers = await Promise.allSettled(["1", "2", "3", "4"].map((version) => started.invoke({}, version)));
    return answers.map(({ status }) => status === "fulfilled");
  };
  await started.lambda.retire("api");
  const before = await tell();
  await started.lambda.retire("api", "4");

  expect([before, await tell()]).toEqual([
    [true, true, false, true],
    [true, true, false, false],
  ]);
});

test("a removed function cannot be invoked anymore, but what it does it finishes, and its name can be used again", async () => {
  const started = await startFunction(HOLDS);
  const { codeFolder: folder } = makeConfiguration("");
  const busy = started.invoke({ folder, together: 2 });

  const removed = started.lambda.remove("api");
  await expect(started.invoke()).rejects.toThrow(/Function not found/);
  started.lambda.deploy(makeConfiguration(TELLS_PID));
  const next = await started.ask();
  writeFileSync(join(folder, "another"), "");

  const { pid } = parsePayload(await busy);
  await removed;
  expect([isProcessAlive(pid as number), isProcessAlive(next["pid"] as number)]).toEqual([false, true]);
});

test("an alias with two versions sends each its share, and logs and reports say which one ran", async () => {
  const reports: InvocationReport[] = [];
  const streams = new Map<string, string>();
  const started = await startFunction(
    TELLS_PID,
    {},
    {
      onInvocation: (report) => reports.push(report),
      onLog: (line, _, logStreamName) => {
        const [, version] = /"platform.start".*"version":"(.*?)"/.exec(line) ?? [];
        if (version !== undefined) streams.set(logStreamName, version);
      },
    },
  );
  started.lambda.deploy(makeConfiguration(TELLS_PID, { version: "2", aliases: [] }));
  started.lambda.pointAlias("api", "live", { version: "1", additionalWeights: { 2: 0.5 } });

  // So many are of one version only once in 2 ** 99 runs.
  for (let requests = 0; requests < 100; requests++) await started.invoke();
  await started.invoke({}, "2");

  const executed = reports.map(({ executedVersion }) => executedVersion);
  expect(new Set(executed)).toEqual(new Set(["1", "2", undefined]));
  expect(executed.at(-1)).toBeUndefined();
  expect([...streams].map(([stream, version]) => stream.includes(`/[${version}]`))).toEqual([true, true]);
});

test("an alias cannot point to a version that does not exist", async () => {
  const { lambda } = await startFunction(TELLS_PID);

  const toUnknown = () => {
    lambda.pointAlias("api", "live", { version: "1", additionalWeights: { 9: 0.1 } });
  };

  expect(toUnknown).toThrow(/Function not found: .*:9$/);
});

test("the state of a module lives as long as its environment", async () => {
  const started = await startFunction(
    "let requests = 0; export const handler = async ({ exit }) => (exit ? process.exit(1) : { requests: ++requests });",
  );

  const counts = [await started.ask(), await started.ask()];
  await started.ask({ exit: true });
  counts.push(await started.ask());

  expect(counts.map(({ requests }) => requests)).toEqual([1, 2, 1]);
});

test("between requests an environment stands still", async () => {
  const started = await startFunction(
    "let ticks = 0; setInterval(() => ticks++, 10); export const handler = async () => ({ ticks });",
  );
  const before = await started.ask();

  await new Promise((resolve) => setTimeout(resolve, 1500));
  const after = await started.ask();

  // 150 if it ran; what there are happened while the requests were handled.
  expect(Number(after["ticks"]) - Number(before["ticks"])).toBeLessThan(75);
});

test("an idle environment is ended after a while, and its process with it", async () => {
  const started = await startFunction(TELLS_PID, {}, { idleMilliseconds: 50 });
  const { pid } = await started.ask();

  await waitUntil(() => started.pids.length === 0 && !isProcessAlive(pid as number));

  expect((await started.ask())["pid"]).not.toBe(pid);
});

test("an environment that was ended from outside is not used again", async () => {
  const started = await startFunction(TELLS_PID);
  const { pid } = await started.ask();
  process.kill(pid as number, "SIGKILL");
  await waitUntil(() => started.pids.length === 0);

  const next = await started.invoke();

  expect(next.functionError).toBeUndefined();
});

test("more requests at one time than are reserved are refused, over all versions", async () => {
  const started = await startFunction(HOLDS, { reservedConcurrency: 2 });
  const { codeFolder } = makeConfiguration("");
  const running = [1, 2].map(() => started.ask({ folder: codeFolder, together: 3 }));

  const refused = started.invoke({}, "1");

  await expect(refused).rejects.toMatchObject({ type: "TooManyRequestsException", status: 429 });
  await Promise.all(running);
  expect((await started.invoke({ folder: codeFolder, together: 3 })).functionError).toBeUndefined();
});

test("a function that Lambda would not take is refused, with all that is wrong", async () => {
  const mistakes = { memoryMb: 64, timeoutSeconds: 0, aliases: ["7"], environment: { AWS_REGION: "here" } };

  await expect(startFunction(TELLS_PID, mistakes)).rejects.toThrow(
    'function api: aliases: not an alias: "7"; memoryMb: expected 128 to 10240, got 64; ' +
      "timeoutSeconds: expected 1 to 900, got 0; environment: AWS_REGION is reserved by Lambda",
  );
});
