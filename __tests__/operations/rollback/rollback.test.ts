import { InvokeCommand, type InvokeCommandInput, UpdateAliasCommand } from "@aws-sdk/client-lambda";
import { beforeEach, describe, expect, test } from "@jest/globals";
import { type PingReply } from "../../../performance/warming";
import { type TargetResult } from "../../../warming/contract";
import { FakeAws, makeSdkError, mocks } from "../../support/fake-aws";
import { runCommand } from "../../support/command";
import { makeTfvars } from "../../support/project";

const NOW = Date.parse("2026-01-19T10:05:00.000Z");
const WAY_OUT = "to move without it: docs/runbooks/errors.md#how-to-roll-back";
const FORWARD =
  'The next "npx cdktf deploy dev" moves both aliases forward again: revert or fix the code before anybody deploys.';

const { lambda } = mocks;

let aws = new FakeAws();
/** Of the environment's file. */
let functions: string | undefined;

beforeEach(() => {
  functions = undefined;
  aws = new FakeAws();
  aws.aliases.set("dev-api", { live: "42", warm: "42" });
  aws.versions = [
    { Version: "$LATEST", LastModified: "2026-01-19T09:40:00.000+0000" },
    { Version: "9", LastModified: "2025-06-01T08:00:00.000+0000" },
    { Version: "40", LastModified: "2026-01-10T08:00:00.000+0000" },
    { Version: "41", LastModified: "2026-01-16T08:00:00.000+0000" },
    { Version: "42", LastModified: "2026-01-19T09:40:00.000+0000" },
  ];
  answer({ targets: [makeResult({})] });
});

function rollback(...args: readonly string[]) {
  const dev = makeTfvars(functions === undefined ? {} : { functions });
  return runCommand(["rollback", "dev", ...args], { files: { "environments/dev.tfvars": dev }, now: NOW });
}

/** Whatever is invoked answers this, after something happened. */
function answer(content: unknown, { error = false, after = () => {} }: { error?: boolean; after?: () => void } = {}) {
  const payload = JSON.stringify(content);
  lambda.on(InvokeCommand).callsFake(() => {
    after();
    const Payload = Object.assign(Buffer.from(payload), { transformToString: () => payload });
    return { Payload, ...(error && { FunctionError: "Unhandled" }) };
  });
}

function makeResult(facts: Partial<TargetResult>): TargetResult {
  return {
    functionName: "dev-api",
    asked: 3,
    invocations: 3,
    successful: 3,
    instances: 3,
    coldStarts: 3,
    holdMilliseconds: 200,
    failures: [],
    ...facts,
  };
}

/** What was invoked, with which event. */
function listInvocations() {
  return lambda.commandCalls(InvokeCommand).map(({ args: [{ input }] }) => {
    const { FunctionName, Qualifier, Payload }: InvokeCommandInput = input;
    return { FunctionName, Qualifier, event: JSON.parse(Payload as string) as unknown };
  });
}

function listMoves() {
  return lambda.commandCalls(UpdateAliasCommand).map(({ args: [{ input }] }) => input);
}

const aliasesNow = () => aws.aliases.get("dev-api");

describe("rollback", () => {
  test("warms the version before, then moves traffic, then pings, and says what comes next", async () => {
    const { exitCode, stdout, stderr } = await rollback("api");

    expect({ exitCode, stderr }).toEqual({ exitCode: 0, stderr: [] });
    expect(stdout).toEqual([
      "dev-api serves version 42 (published 2026-01-19 09:40 UTC, 25 min ago); going to version 41 (published 2026-01-16 08:00 UTC, 3 days ago).",
      "3 of 3 instances of version 41 answered.",
      "Moved live from version 42 to version 41.",
      "Moved warm from version 42 to version 41.",
      FORWARD,
    ]);
    expect(listMoves()).toEqual(
      ["live", "warm"].map((Name) => ({
        ...{ FunctionName: "dev-api", Name },
        ...{ FunctionVersion: "41", RevisionId: "revision-42", RoutingConfig: { AdditionalVersionWeights: {} } },
      })),
    );
    expect(aliasesNow()).toEqual({ live: "41", warm: "41" });
  });

  test("asks the warmer what a deployment's gate asks it", async () => {
    functions = `api = { reserved_concurrency = 50, warming = { gate = { concurrency = 5 } } }`;
    const price = { perSecond: expect.any(Number), perRequest: expect.any(Number) };
    const target = { functionName: "dev-api", qualifier: "9", version: "9", concurrency: 5, reservedConcurrency: 50 };

    await rollback("api", "--to", "9");

    expect(listInvocations()).toEqual([
      { FunctionName: "dev-warmer", event: { strategy: "gate", targets: [{ ...target, price }], price } },
    ]);
    expect(aliasesNow()).toEqual({ live: "9", warm: "9" });
  });

  test("has it all for scripts, and the rest aside", async () => {
    const { stdout, stderr } = await rollback("api", "--json");

    expect(stdout.map((line) => JSON.parse(line) as unknown)).toEqual([
      {
        ...{ environment: "dev", function: "api", name: "dev-api" },
        ...{ from: { live: "42", warm: "42" }, to: "41", publishedAt: "2026-01-16T08:00:00.000Z" },
        ...{ check: { asked: 3, instances: 3 }, moved: ["live", "warm"] },
      },
    ]);
    expect(stderr).toContain(FORWARD);
  });

  test("goes forward again, and does not warn about deployments of the newest version", async () => {
    aws.aliases.set("dev-api", { live: "41", warm: "41" });

    const { exitCode, stdout } = await rollback("api", "--to", "42");

    expect({ exitCode, aliases: aliasesNow() }).toEqual({ exitCode: 0, aliases: { live: "42", warm: "42" } });
    expect(stdout).not.toContain(FORWARD);
  });

  test("says that requests wait for provisioned concurrency", async () => {
    functions = `api = { provisioned_concurrency = { instances = 2 } }`;

    const { stdout } = await rollback("api");

    expect(stdout).toContain("Requests follow within minutes, when its provisioned concurrency has moved.");
  });
});

function makeReply(): PingReply {
  return { warm: true, instanceId: "i-1", cold: true, version: "41", heldMilliseconds: 0, warmUps: [] };
}

describe("the check", () => {
  test.each([
    [
      "a version that does not start",
      { errorType: "Error", errorMessage: "dev-api:41 must not go live: Runtime.ImportModuleError: no such\nfile" },
      true,
      "Error: dev-api:41 must not go live: Runtime.ImportModuleError: no such file",
    ],
    ["a warmer that fails without a reason", null, true, "it failed without a reason"],
    [
      "fewer instances than the gate asks for",
      { targets: [makeResult({ instances: 2, successful: 2, failures: ["throttled"] })] },
      false,
      "2 of 3 instances answered: throttled",
    ],
    ["a warmer that answers something else", {}, false, "the warmer's answer has no result"],
  ])("%s: nothing is moved", async (_, content, error, reason) => {
    answer(content, { error });

    const { exitCode, stderr } = await rollback("api");

    expect({ exitCode, stderr, moves: listMoves() }).toEqual({
      exitCode: 1,
      stderr: [`Nothing was moved, because version 41 did not pass the check: ${reason}; ${WAY_OUT}`],
      moves: [],
    });
  });

  test("AWS does not let the caller invoke the warmer: nothing is moved", async () => {
    lambda.on(InvokeCommand).rejects(makeSdkError("AccessDeniedException", "not authorized"));

    const { exitCode, stderr } = await rollback("api");

    expect({ exitCode, moves: listMoves() }).toEqual({ exitCode: 1, moves: [] });
    expect(stderr.join()).toMatch(/^Nothing was moved.*AWS does not allow lambda:InvokeFunction/);
  });

  test("passes a function that the gate passes although it does not know pings", async () => {
    const failures = ["does not answer as a monitored function does"];
    answer({ targets: [makeResult({ instances: 0, successful: 0, failures })] });

    const { exitCode, stdout } = await rollback("api");

    expect(exitCode).toBe(0);
    expect(stdout).toContain("Version 41 starts, but does not answer as a monitored function does.");
  });

  describe("of a function without a gate", () => {
    beforeEach(() => {
      functions = `api = { warming = { gate = { enabled = false } } }`;
    });

    test("is one ping of the version", async () => {
      answer(makeReply());

      const { stdout } = await rollback("api");

      expect(listInvocations()).toEqual([
        {
          ...{ FunctionName: "dev-api", Qualifier: "41" },
          event: { source: "lambda-warmer", warming: true, timestamp: "2026-01-19T10:05:00.000Z" },
        },
      ]);
      expect(stdout).toContain("1 of 1 instances of version 41 answered.");
      expect(aliasesNow()).toEqual({ live: "41", warm: "41" });
    });

    test("passes an answer that is none to a ping", async () => {
      answer("ok");

      expect((await rollback("api")).stdout).toContain(
        "Version 41 starts, but does not answer as a monitored function does.",
      );
    });

    test("stops at an error", async () => {
      answer({ errorType: "TypeError", errorMessage: "x is undefined" }, { error: true });

      const { exitCode, stderr } = await rollback("api");

      expect({ exitCode, moves: listMoves() }).toEqual({ exitCode: 1, moves: [] });
      expect(stderr.join()).toContain("TypeError: x is undefined");
    });
  });

  test.each([
    [
      "durable",
      `api = { durable = { execution_timeout_seconds = 60 } }`,
      "it is durable, so each ping would be an execution",
    ],
    ["stopped", `api = { reserved_concurrency = 0 }`, "its reserved_concurrency is 0, so nothing can invoke it"],
    [
      "an image without a gate",
      `api = { image = "123456789012.dkr.ecr.eu-west-1.amazonaws.com/api@sha256:${"a1".repeat(32)}", warming = { gate = { enabled = false } } }`,
      "it has no gate, and may not know pings, because it is not bundled here",
    ],
  ])("is left out for a function that is %s, and the output says so", async (_, settings, reason) => {
    functions = settings;

    const { exitCode, stdout } = await rollback("api");

    expect({ exitCode, invocations: listInvocations() }).toEqual({ exitCode: 0, invocations: [] });
    expect(stdout).toContain(`Version 41 was not checked: ${reason}.`);
    expect(aliasesNow()).toEqual({ live: "41", warm: "41" });
  });
});

describe("nothing to do, or nothing that can be done", () => {
  test("the version serves already", async () => {
    aws.aliases.set("dev-api", { live: "41", warm: "41" });

    const { exitCode, stdout } = await rollback("api", "--to", "41");

    expect({ exitCode, stdout, invocations: listInvocations(), moves: listMoves() }).toEqual({
      exitCode: 0,
      stdout: [
        "dev-api serves version 41 (published 2026-01-16 08:00 UTC, 3 days ago) already.",
        "live and warm are on version 41.",
      ],
      invocations: [],
      moves: [],
    });
  });

  test.each([
    ["no function of this name", ["web"], 'environments/dev.tfvars: there is no function "web"; functions are: api'],
    ["deployed elsewhere", ["legacy"], "environments/dev.tfvars: legacy is deployed elsewhere: roll it back where"],
    ["no such version", ["api", "--to", "39"], "--to: dev-api has no version 39; the newest are: 42, 41, 40, 9"],
    ["no number", ["api", "--to", "live"], "It is not the number of a published version"],
  ])("%s: exit code 2", async (_, args, message) => {
    functions = `
      api    = {}
      legacy = { existing = true }`;

    const { exitCode, stderr } = await rollback(...args);

    expect({ exitCode, moves: listMoves() }).toEqual({ exitCode: 2, moves: [] });
    expect(stderr.join()).toContain(message);
  });

  test("there is no older version", async () => {
    aws.aliases.set("dev-api", { live: "9", warm: "9" });

    const { exitCode, stderr } = await rollback("api");

    expect({ exitCode, stderr }).toEqual({
      exitCode: 1,
      stderr: ["Nothing was moved: dev-api has no version older than 9: fix the code and deploy"],
    });
  });

  test("the function is not deployed", async () => {
    aws.aliases.clear();

    expect(await rollback("api")).toMatchObject({
      exitCode: 1,
      stderr: ["there is no alias live of a function dev-api in eu-west-1"],
    });
  });

  test("an alias has weights: two versions could be meant", async () => {
    aws.weights.set("dev-api:live", { "41": 0.1 });

    const { exitCode, stderr } = await rollback("api");

    expect({ exitCode, stderr, moves: listMoves() }).toEqual({
      exitCode: 1,
      stderr: [
        "Nothing was moved: alias live is on version 42, and also sends requests to version 41 (10 %); name the version that gets all requests: --to 42 or --to 41",
      ],
      moves: [],
    });
  });

  test("weights may come from provisioned concurrency", async () => {
    functions = `api = { provisioned_concurrency = { instances = 2 } }`;
    aws.weights.set("dev-api:live", { "41": 1 });

    for (const args of [[], ["--to", "41"]]) {
      const { exitCode, stderr } = await rollback("api", ...args);

      expect({ exitCode, moves: listMoves() }).toEqual({ exitCode: 1, moves: [] });
      expect(stderr.join()).toContain("its provisioned concurrency is probably moving");
    }
  });
});

describe("a function whose versions are rolled out", () => {
  beforeEach(() => {
    functions = `api = { rollout = { strategy = "canary" } }`;
  });

  test("stays where it is put, which the output says", async () => {
    const { exitCode, stdout } = await rollback("api");

    expect(exitCode).toBe(0);
    expect(stdout.at(-1)).toBe(
      "api stays on version 41 until there is a new version: deploying the same code again does not move it.",
    );
    expect(stdout).not.toContain(FORWARD);
  });

  describe("during a rollout", () => {
    beforeEach(() => {
      aws.aliases.set("dev-api", { live: "41", warm: "41" });
      aws.weights.set("dev-api:live", { "42": 0.1 });
    });

    test("goes back with another command, which the output names", async () => {
      const { exitCode, stderr } = await rollback("api");

      expect({ exitCode, stderr, moves: listMoves() }).toEqual({
        exitCode: 1,
        stderr: [
          "Nothing was moved: alias live is on version 41, and also sends requests to version 42 (10 %), as during a rollout; to go back: npm run ops -- rollout abort dev api; if none is running, name the version that gets all requests: --to 41 or --to 42",
        ],
        moves: [],
      });
    });

    test("goes to the old version at once if it is named, without a check: it serves already", async () => {
      const { exitCode, stdout } = await rollback("api", "--to", "41");

      expect({ exitCode, stdout, invocations: listInvocations() }).toEqual({
        exitCode: 0,
        stdout: [
          "dev-api serves version 41 (published 2026-01-16 08:00 UTC, 3 days ago) and version 42; going to version 41 (published 2026-01-16 08:00 UTC, 3 days ago).",
          "Version 41 gets everything that comes through live again.",
          "api stays on version 41 until there is a new version: deploying the same code again does not move it.",
        ],
        invocations: [],
      });
      expect([aliasesNow(), aws.weights.size]).toEqual([{ live: "41", warm: "41" }, 0]);
    });

    test("goes to the new version if it is named, checked first", async () => {
      const { exitCode, stdout } = await rollback("api", "--to", "42");

      expect({ exitCode, aliases: aliasesNow(), weights: aws.weights.size }).toEqual({
        ...{ exitCode: 0, aliases: { live: "42", warm: "42" }, weights: 0 },
      });
      expect(stdout).toContain("3 of 3 instances of version 42 answered.");
    });
  });
});

describe("in between", () => {
  test("a deployment during the check moves live: it stays where it is", async () => {
    const after = () => aws.aliases.set("dev-api", { live: "43", warm: "42" });
    answer({ targets: [makeResult({})] }, { after });

    const { exitCode, stdout, stderr } = await rollback("api");

    expect({ exitCode, stderr }).toEqual({
      exitCode: 1,
      stderr: [
        "Alias live could not be moved, and warm was left alone: alias live was changed in the meantime, as by a deployment; it is on version 43",
      ],
    });
    expect(stdout.join()).not.toContain("Moved");
    expect(aliasesNow()).toEqual({ live: "43", warm: "42" });
  });

  test("a move of which the answer got lost is done", async () => {
    lambda.on(UpdateAliasCommand, { Name: "live" }).callsFake(() => {
      aws.aliases.set("dev-api", { live: "41", warm: "42" });
      throw makeSdkError("PreconditionFailedException");
    });

    expect((await rollback("api")).exitCode).toBe(0);
    expect(aliasesNow()).toEqual({ live: "41", warm: "41" });
  });

  test("warm cannot be moved: says how things are, and how to finish", async () => {
    lambda.on(UpdateAliasCommand, { Name: "warm" }).rejects(makeSdkError("TooManyRequestsException", "slow down"));

    const { exitCode, stdout, stderr } = await rollback("api", "--json");

    expect(exitCode).toBe(1);
    expect(JSON.parse(stdout.join())).toMatchObject({ moved: ["live"], failure: expect.any(String) as unknown });
    expect(stderr).toContain("Moved live from version 42 to version 41.");
    expect(stderr.at(-1)).toMatch(
      /^Alias live is on version 41, but warm could not be moved from 42: .*slow down; to finish: npm run ops -- rollback dev api --to 41$/,
    );
  });

  test("a rollback that did not finish is finished by its version, and not repeated by mistake", async () => {
    aws.aliases.set("dev-api", { live: "41", warm: "42" });

    const unsaid = await rollback("api");

    expect(unsaid.exitCode).toBe(1);
    expect(unsaid.stderr.join()).toContain("--to 41 finishes it");
    expect(listMoves()).toEqual([]);

    const said = await rollback("api", "--to", "41");

    expect({ exitCode: said.exitCode, aliases: aliasesNow() }).toEqual({
      exitCode: 0,
      aliases: { live: "41", warm: "41" },
    });
    expect(listInvocations()).toEqual([]);
  });

  test("Ctrl-C during the check moves nothing", async () => {
    answer({ targets: [makeResult({})] }, { after: () => process.emit("SIGINT") });

    const { exitCode, stderr } = await rollback("api");

    expect({ exitCode, stderr, moves: listMoves() }).toEqual({
      exitCode: 130,
      stderr: ["Interrupted: nothing was moved."],
      moves: [],
    });
  });

  test("Ctrl-C between the moves does not leave them half done", async () => {
    lambda.on(UpdateAliasCommand, { Name: "live" }).callsFake(() => {
      process.emit("SIGINT");
      aws.aliases.set("dev-api", { live: "41", warm: "42" });
      return {};
    });

    const { exitCode, stdout } = await rollback("api");

    expect({ exitCode, aliases: aliasesNow() }).toEqual({ exitCode: 0, aliases: { live: "41", warm: "41" } });
    expect(stdout).toContain("Moved warm from version 42 to version 41.");
  });
});
