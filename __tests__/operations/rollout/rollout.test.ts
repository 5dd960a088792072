import { InvokeCommand, type InvokeCommandInput } from "@aws-sdk/client-lambda";
import { beforeEach, describe, expect, test } from "@jest/globals";
import { type OperatorAnswer, type RolloutOverview, type RolloutState } from "../../../rollout/contract";
import { FakeAws, makeSdkError, mocks } from "../../support/fake-aws";
import { runCommand } from "../../support/command";
import { makeTfvars } from "../../support/project";

const NOW = Date.parse("2026-11-30T13:05:00.000Z");
const MINUTE = 60_000;

const { lambda } = mocks;

let aws = new FakeAws();
/** Of the environment's file. */
let functions = "";

beforeEach(() => {
  aws = new FakeAws();
  functions = `
    api    = { rollout = { strategy = "canary" } }
    orders = { rollout = { strategy = "linear", percent = 25 } }
    batch  = {}
    legacy = { existing = true }`;
  answer({});
});

function rollout(...args: readonly string[]) {
  const dev = makeTfvars({ functions });
  const code = "export const handler = () => undefined;";
  const files = {
    "environments/dev.tfvars": dev,
    "functions/orders/handler.ts": code,
    "functions/batch/handler.ts": code,
  };
  return runCommand(["rollout", ...args], { files, now: NOW });
}

/** The controller answers this. */
function answer(content: Partial<OperatorAnswer>, failure?: { errorType: string; errorMessage: string }) {
  const payload = JSON.stringify(failure ?? { isDone: true, text: "", rollouts: [], ...content });
  lambda.on(InvokeCommand).callsFake(() => {
    const Payload = Object.assign(Buffer.from(payload), { transformToString: () => payload });
    return { Payload, ...(failure && { FunctionError: "Unhandled" }) };
  });
}

function makeRollout(facts: Partial<RolloutState> = {}): RolloutOverview {
  return {
    state: {
      ...{ functionName: "dev-api", rolloutId: "r-1", from: "41", to: "42" },
      subject: {
        ...{ functionName: "dev-api", logGroup: "/aws/lambda/dev-api", publishesMetrics: true },
        ...{ memoryMb: 512, timeoutSeconds: 10, alarms: [] },
      },
      plan: {
        ...{ percents: [10, 100], stepSeconds: 300, bakeSeconds: 180, maximumSeconds: 3600 },
        ...{ judgedBy: ["errors"], tooFewRequests: "proceed" },
      },
      ...{ status: "running", step: 0, startedAt: NOW - 3 * MINUTE, stepStartedAt: NOW - 3 * MINUTE },
      ...{ reason: "the step lasts until 13:07", findings: [], ringingBefore: [], shares: [] },
      ...facts,
    },
    figures: {
      old: { requests: 3702, failures: 4, timeouts: 0, p50Milliseconds: 20, p99Milliseconds: 180, coldStarts: 0 },
      new: {
        ...{ requests: 410, failures: 41, timeouts: 2, p50Milliseconds: 24, p99Milliseconds: 210, coldStarts: 3 },
        ...{ initP50Milliseconds: 310, memoryMaximumPercent: 46 },
      },
    },
  };
}

/** What was invoked, with which event. */
function listInvocations() {
  return lambda.commandCalls(InvokeCommand).map(({ args: [{ input }] }) => {
    const { FunctionName, Payload }: InvokeCommandInput = input;
    return { FunctionName, event: JSON.parse(Payload as string) as unknown };
  });
}

describe("rollout status", () => {
  test("shows who has traffic, until when, and both versions' figures side by side", async () => {
    answer({ rollouts: [makeRollout()] });

    const { exitCode, stdout, stderr } = await rollout("status", "dev", "api");

    expect({ exitCode, stderr }).toEqual({ exitCode: 0, stderr: [] });
    expect(listInvocations()).toEqual([
      { FunctionName: "dev-rollout-controller", event: { action: "status", functionName: "dev-api" } },
    ]);
    const text = stdout.join("\n");
    expect(text).toContain("api: running: version 42 has 10 % of the requests, version 41 the others");
    expect(text).toContain(
      "step 1 of 2 since 2026-11-30 13:02 UTC, 3 min ago; began 2026-11-30 13:02 UTC; has ended by 2026-11-30 14:02 UTC, or goes back",
    );
    expect(text).toContain("the step lasts until 13:07");
    const [old = "", young = ""] = stdout.filter((line) => /\((old|new)\)/.test(line));
    expect(old.trim().split(/ {2,}/)).toEqual([
      "41 (old)",
      "3,702",
      "4 (0.11 %)",
      "0",
      "20 ms",
      "180 ms",
      "0",
      "-",
      "-",
    ]);
    expect(young.trim().split(/ {2,}/)).toEqual([
      ...["42 (new)", "410", "41 (10 %)", "2 (0.49 %)", "24 ms", "210 ms", "3", "310 ms", "46 %"],
    ]);
  });

  test.each([
    ["paused", { status: "paused" }, "api: paused: version 42 has 10 % of the requests, version 41 the others"],
    ["judged with all traffic", { step: 1 }, "api: running: version 42 has all requests and is being judged"],
    ["completed", { status: "completed", step: 1, endedAt: NOW }, "api: completed: version 42 has all requests"],
    [
      "gone back",
      { status: "rolled_back", endedAt: NOW },
      "api: went back: version 41 has all requests again, not version 42",
    ],
    ["aborted", { status: "aborted", endedAt: NOW }, "api: aborted: version 41 has all requests again, not version 42"],
    [
      "superseded",
      { status: "superseded", endedAt: NOW },
      "api: superseded: version 42 has not replaced version 41: something else came in between",
    ],
  ] as const)("says how it is: %s", async (_, facts, heading) => {
    answer({ rollouts: [makeRollout(facts)] });

    const { stdout } = await rollout("status", "dev", "api");

    expect(stdout).toContain(heading);
    expect(stdout.join("\n").includes("or goes back")).toBe(!("endedAt" in facts));
  });

  test("names each finding, without what a terminal would obey", async () => {
    const findings = [{ measure: "errors" as const, text: "10 % of 410\u001b[2J requests failed" }];
    answer({ rollouts: [makeRollout({ status: "rolled_back", endedAt: NOW, reason: "harm\nfound", findings })] });

    const { stdout } = await rollout("status", "dev");

    expect(stdout.map((line) => line.trim())).toEqual(
      expect.arrayContaining([
        "harm found",
        "errors: 10 % of 410 requests failed",
        "began 2026-11-30 13:02 UTC, ended 2026-11-30 13:05 UTC",
      ]),
    );
  });

  test("of an environment has every function, also one without a rollout yet", async () => {
    answer({ rollouts: [makeRollout()] });

    const { stdout } = await rollout("status", "dev");

    expect(listInvocations()).toEqual([{ FunctionName: "dev-rollout-controller", event: { action: "status" } }]);
    expect(stdout).toContain("orders: no rollout yet: the next new version has the first one");
    expect(stdout.join()).not.toContain("batch");
  });

  test("has it all for scripts, with times in UTC", async () => {
    answer({ rollouts: [makeRollout()] });

    const { stdout } = await rollout("status", "dev", "api", "--json");

    const { figures } = makeRollout();
    expect(stdout.map((line) => JSON.parse(line) as unknown)).toEqual([
      {
        environment: "dev",
        rollouts: [
          {
            ...{ function: "api", name: "dev-api", rolloutId: "r-1", status: "running", from: "41", to: "42" },
            ...{ percent: 10, step: 1, steps: 2, reason: "the step lasts until 13:07", findings: [], figures },
            ...{ startedAt: "2026-11-30T13:02:00.000Z", stepStartedAt: "2026-11-30T13:02:00.000Z" },
            endsAtLatest: "2026-11-30T14:02:00.000Z",
          },
        ],
      },
    ]);
  });

  test("of a function whose traffic moves at once says so", async () => {
    const { exitCode, stdout } = await rollout("status", "dev", "batch");

    expect({ exitCode, last: stdout.at(-1) }).toEqual({
      exitCode: 0,
      last: "batch of dev is not rolled out step by step: a deployment moves all its traffic at once (key rollout.strategy).",
    });
  });
});

describe("rollout pause, resume and abort", () => {
  test.each(["pause", "resume", "abort"])("%s says what happened", async (action) => {
    answer({ text: "It was done.", rollouts: [makeRollout()] });

    const { exitCode, stdout } = await rollout(action, "dev", "api");

    expect({ exitCode, stdout }).toEqual({ exitCode: 0, stdout: ["It was done."] });
    expect(listInvocations()).toEqual([
      { FunctionName: "dev-rollout-controller", event: { action, functionName: "dev-api" } },
    ]);
  });

  test("nothing is running: exit code 1, and how the last one ended", async () => {
    const rollouts = [makeRollout({ status: "completed", step: 1, endedAt: NOW })];
    answer({ isDone: false, text: "No rollout of dev-api is running.", rollouts });

    const { exitCode, stdout, stderr } = await rollout("abort", "dev", "api");

    expect({ exitCode, stdout, stderr }).toEqual({
      exitCode: 1,
      stdout: [],
      stderr: ["No rollout of dev-api is running.", "api: completed: version 42 has all requests."],
    });
  });

  test("a script learns the same", async () => {
    answer({ isDone: false, text: "No rollout of dev-api is running." });

    const { exitCode, stdout } = await rollout("abort", "dev", "api", "--json");

    expect({ exitCode, json: JSON.parse(stdout.join()) as unknown }).toEqual({
      exitCode: 1,
      json: {
        ...{ environment: "dev", action: "abort", isDone: false },
        ...{ text: "No rollout of dev-api is running.", rollouts: [] },
      },
    });
  });
});

describe("what cannot be done", () => {
  test.each([
    ["no such function", ["abort", "dev", "web"], 'there is no function "web"; functions are: api, batch, orders'],
    ["deployed elsewhere", ["status", "dev", "legacy"], "legacy is deployed elsewhere: its versions are rolled out"],
    ["no function", ["abort", "dev"], "name the function to abort: api, orders"],
    ["no such action", ["stop", "dev"], "It is not one of status, pause, resume, abort."],
    ["no such environment", ["status", "prod"], 'there is no "prod"'],
  ])("%s: exit code 2", async (_, args, message) => {
    const { exitCode, stderr } = await rollout(...args);

    expect({ exitCode, invocations: listInvocations() }).toEqual({ exitCode: 2, invocations: [] });
    expect(stderr.join()).toContain(message);
  });

  test.each([
    [
      "rollouts are not deployed yet",
      "api",
      "there is no function dev-rollout-controller in eu-west-1, which moves traffic: deploy first, with npx cdktf deploy dev",
    ],
    [
      "the function has none, and the environment neither",
      "batch",
      "batch of dev is not rolled out step by step: a deployment moves all its traffic at once (key rollout.strategy), and there is no dev-rollout-controller in eu-west-1",
    ],
  ])("%s: exit code 1", async (_, id, message) => {
    aws.errors.set("Invoke", makeSdkError("ResourceNotFoundException"));
    lambda.on(InvokeCommand).rejects(makeSdkError("ResourceNotFoundException"));

    expect(await rollout("status", "dev", id)).toMatchObject({ exitCode: 1, stdout: [], stderr: [message] });
  });

  test("the controller fails: its error, in one line", async () => {
    answer({}, { errorType: "Error", errorMessage: "the table\ncannot be read" });

    expect(await rollout("abort", "dev", "api")).toMatchObject({
      exitCode: 1,
      stderr: ["Error: the table cannot be read"],
    });
  });

  test("AWS does not let the caller invoke it", async () => {
    lambda.on(InvokeCommand).rejects(makeSdkError("AccessDeniedException", "not authorized"));

    const { exitCode, stderr } = await rollout("abort", "dev", "api");

    expect(exitCode).toBe(1);
    expect(stderr.join()).toBe("AWS does not allow lambda:InvokeFunction: not authorized");
  });

  test("the controller answers something else", async () => {
    answer({ rollouts: "none" as never });

    const { exitCode, stderr } = await rollout("status", "dev", "api");

    expect(exitCode).toBe(1);
    expect(stderr.join()).toMatch(/^dev-rollout-controller answered something else than expected: deploy this version/);
  });
});
