import { afterEach, beforeEach, describe, expect, jest, test } from "@jest/globals";
import { type StartAnswer } from "../../../rollout/contract";
import { makeAwsError, makeStart, SUBJECT, World } from "./support";

const MINUTE = 60_000;

let world: World;

beforeEach(() => {
  world = new World();
});

afterEach(() => {
  jest.useRealTimers();
  jest.restoreAllMocks();
});

describe("a new version", () => {
  test("that is as good as the old one gets all requests step by step", async () => {
    const answer = await world.call(makeStart());

    expect(answer).toMatchObject({ status: "completed", from: "41", to: "42", percent: 100 });
    expect((answer as StartAnswer).summary).toMatch(
      /^Version 42 of prod-api serves all requests\. .*nothing is worse\.$/,
    );
    expect(world.live).toBe("42");
    expect(world.alias("warm").version).toBe("42");
    expect(world.alias("live").description).toBe("Traffic enters here, and only here");
    expect(world.events).toEqual(["begin", "step", "wait", "step", "end"]);
    expect(world.stdout.valuesOf("RolloutShare")).toEqual(expect.arrayContaining([0, 50, 100]));
  });

  test("is warmed before each step, for its share of requests, and every five minutes", async () => {
    await world.call(makeStart({ stepSeconds: 8 * 60, maximumSeconds: 3600 }));

    const targets = world.warmed.flatMap((request) => request.targets);
    expect(targets.map(({ concurrency }) => concurrency)).toEqual([3, 3, 5]);
    expect(targets.every(({ qualifier, version }) => qualifier === "42" && version === "42")).toBe(true);
  });

  test("that fails goes back, and the deployment is told why", async () => {
    world.behaviors["42"] = { failing: 0.5 };

    const failure = await world.fail(makeStart());

    expect(failure).toMatch(
      /^Version 42 of prod-api has lost its traffic again: .*errors: 50 % of \d+ requests failed/,
    );
    expect(failure).toContain("New failures: TypeError (");
    expect(failure).toContain("For example: TypeError: no answer from https://(masked)@db.example.com.");
    expect(failure).toMatch(
      /query log group \/aws\/lambda\/prod-api from 2026-11-30T13:00:30Z to .*Z: filter @logStream/,
    );
    expect(world.state).toMatchObject({ status: "rolled_back", findings: [{ measure: "errors" }] });
    expect(world.alias("live").description).toMatch(
      /^Traffic enters here, and only here\. Rolled back from version 42 at 2026-11-30T13:0\d:\d\dZ: .*errors/,
    );
    expect(world.events).toEqual(["begin", "step", "end"]);
    const wentBack = world.stdout.lines.filter(({ RollBacks: times }) => times === 1);
    // Under the function's own name, and under that of the controller, which one alarm watches for all functions.
    expect(wentBack.map(({ FunctionName: name }) => name)).toEqual(["prod-api", "unknown"]);
    expect(world.live).toBe("41");
    expect(world.alias("warm").version).toBe("41");
  });

  test("that fails only where the old one fails too stays", async () => {
    world.behaviors["41"] = { failing: 0.3, category: "DependencyError" };
    world.behaviors["42"] = { failing: 0.3, category: "DependencyError" };

    await world.call(makeStart());

    expect(world.live).toBe("42");
  });

  test("whose failures the old one has too is not blamed for new failures", async () => {
    world.behaviors["41"] = { failing: 0.05, category: "DependencyError" };
    world.behaviors["42"] = { failing: 0.6, category: "DependencyError" };

    expect(await world.fail(makeStart())).not.toContain("New failures");
  });

  test("does not get a request if its instances cannot be warmed", async () => {
    const errorMessage = "prod-api:42, version 42 must not go live: Error: no table";
    world.warmerAnswer = { FunctionError: "Unhandled", answer: { errorType: "Error", errorMessage } };

    const failure = await world.fail(makeStart());

    expect(failure).toContain("pings");
    expect(failure).toContain("no table");
    expect(world.lines.some(({ logStreamName }) => logStreamName.includes("[42]"))).toBe(false);
    expect(world.alias("live")).toMatchObject({
      version: "41",
      description: expect.stringContaining("Rolled back from"),
    });
  });

  test.each([
    [
      "is throttled",
      { FunctionError: "Unhandled", answer: { errorMessage: "x must not go live: throttled repeatedly" } },
    ],
    [
      "is too slow",
      { FunctionError: "Unhandled", answer: { errorType: "Sandbox.Timedout", errorMessage: "Task timed out" } },
    ],
  ])("goes on if the warmer %s", async (_, answer) => {
    world.warmerAnswer = answer;

    await world.call(makeStart());

    expect(world.live).toBe("42");
  });

  test("goes back when an alarm begins to ring, but not for one that rang before", async () => {
    const subject = { ...SUBJECT, alarms: Array.from({ length: 250 }, (_, index) => `prod-api-alarm-${index}`) };
    world.ringing.add("prod-api-alarm-3");
    const start = world.invoke(makeStart({ stepSeconds: 600, maximumSeconds: 3600 }, { subject }));
    await world.pass(2 * MINUTE);
    expect(world.live).toContain("42");

    world.behaviors["42"] = { failing: 0.01 };
    world.ringing.add("prod-api-alarm-249");

    await expect(world.finish(start)).rejects.toThrow(/alarms: .*prod-api-alarm-249/);
    expect(world.live).toBe("41");
  });

  test("goes back when its figures cannot be read for three minutes", async () => {
    world.interference = (call) =>
      call === "StartQuery" && world.live !== "41" ? makeAwsError("LimitExceededException") : undefined;

    expect(await world.fail(makeStart())).toContain("could not be judged");
    expect(world.live).toBe("41");
  });

  test("gets its requests although AWS throttles now and then", async () => {
    let count = 0;
    world.interference = () => (++count % 29 === 0 ? makeAwsError("ThrottlingException", "Rate exceeded") : undefined);

    await world.finish(world.invoke(makeStart({ maximumSeconds: 3600 })).catch(() => undefined));
    const state = await world.tickUntilEnded();

    expect([state.status, world.live]).toEqual(["completed", "42"]);
  });

  test("goes back if Lambda does not let both versions share the alias", async () => {
    world.interference = (call) =>
      call === "UpdateAlias" &&
      world.alias("live").revision === 1 &&
      world.state.findings.length === 0 &&
      !world.state.reason.includes("Lambda")
        ? makeAwsError("InvalidParameterValueException", "The dead-letter queues differ")
        : undefined;

    expect(await world.fail(makeStart())).toContain("The dead-letter queues differ");
    expect(world.live).toBe("41");
  });

  test("that serves already needs nothing", async () => {
    const answer = await world.call(makeStart({}, { version: "41" }));

    expect(answer).toMatchObject({ status: "completed", from: "41", to: "41", percent: 100 });
    expect(world.calls).toEqual(["GetItem", "GetAlias"]);
  });

  test("that serves beside another one gets all requests at once", async () => {
    world.moveByHand("live", "42", { "43": 0.2 });

    expect(await world.call(makeStart())).toMatchObject({ status: "completed" });
    expect(world.live).toBe("42");
  });

  test("replaces what an earlier one has left in the description", async () => {
    world.behaviors["42"] = { failing: 1 };
    await world.fail(makeStart());
    const { description } = world.alias("live");

    await world.fail(makeStart());

    const again = world.alias("live").description;
    expect(again).not.toBe(description);
    expect(again.match(/Rolled back/g)).toHaveLength(1);
    expect(again.length).toBeLessThanOrEqual(256);
  });
});

describe("a request that is repeated", () => {
  const start = makeStart({}, { attempt: "1" });

  test("soon after its version went back is answered as before, without another attempt", async () => {
    world.behaviors["42"] = { failing: 1 };
    const failure = await world.fail(start);

    expect(await world.fail(start)).toBe(failure);
    expect(world.events.filter((event) => event === "begin")).toHaveLength(1);
  });

  test.each([
    ["with another attempt", makeStart({}, { attempt: "2" }), 0],
    ["long after", start, 60 * MINUTE],
  ])("%s tries again", async (_, again, later) => {
    world.behaviors["42"] = { failing: 1 };
    await world.fail(start);
    delete world.behaviors["42"];
    await world.pass(later);

    expect(await world.call(again)).toMatchObject({ status: "completed" });
  });

  test("because of changed settings does not undo what a person has done", async () => {
    await world.call(start);
    await world.pass(60 * MINUTE);
    world.moveByHand("live", "41");

    const answer = await world.call({ ...start, subject: { ...SUBJECT, alarms: [] } });

    expect(answer).toMatchObject({
      status: "superseded",
      percent: 0,
      summary:
        "Version 42 of prod-api does not serve all requests. " +
        "Alias live was moved to version 41 by hand, and stays there until there is a new version.",
    });
    expect(world.live).toBe("41");
  });
});

describe("a run that has no time left", () => {
  test("says that the rollout goes on, and ticks continue it", async () => {
    const answer = await world.call(makeStart({ stepSeconds: 1200, maximumSeconds: 3600 }));

    expect(answer).toMatchObject({ status: "running", percent: 50 });
    expect((answer as StartAnswer).summary).toContain("goes on by itself until 2026-11-30 14:00 UTC at the latest");
    const state = await world.tickUntilEnded();
    expect([state.status, world.live]).toEqual(["completed", "42"]);
  });

  test("lets ticks take back what turns out to be bad", async () => {
    await world.call(makeStart({ stepSeconds: 1200, maximumSeconds: 3600 }));
    world.behaviors["42"] = { failing: 0.5 };

    const state = await world.tickUntilEnded();

    expect([state.status, world.live]).toEqual(["rolled_back", "41"]);
  });
});

describe("a rollout that is interfered with", () => {
  const slow = makeStart({ stepSeconds: 600, maximumSeconds: 3600 });

  test("leaves an alias alone that somebody else has moved", async () => {
    const start = world.invoke(slow);
    await world.pass(MINUTE);

    world.moveByHand("live", "41");

    await expect(world.finish(start)).rejects.toThrow(/Alias live was changed by somebody else, and stays as it is/);
    expect(world.live).toBe("41");
    expect(world.alias("live").description).not.toContain("Rolled back");
    expect(world.state.status).toBe("superseded");
  });

  test("is no failure if somebody else gives the new version all requests", async () => {
    const start = world.invoke(slow);
    await world.pass(MINUTE);

    world.moveByHand("live", "42");

    expect(await world.finish(start)).toMatchObject({ status: "superseded", percent: 100 });
    expect(world.alias("warm").version).toBe("42");
  });

  test("is joined by another deployment of the same version", async () => {
    const first = world.invoke(makeStart());
    await world.pass(5000);
    const second = world.invoke(makeStart());

    const answers = await world.finish(Promise.all([first, second]));

    expect(answers).toMatchObject([{ status: "completed" }, { status: "completed" }]);
    expect(world.events.filter((event) => event === "begin")).toHaveLength(1);
  });

  test("goes back first when another version is deployed", async () => {
    const first = world.invoke(slow);
    const failure = first.then(String, String);
    await world.pass(MINUTE);

    const second = world.invoke(makeStart({}, { version: "43" }));

    expect(await world.finish(failure)).toContain("A rollout of version 43 was started");
    expect(await world.finish(second)).toMatchObject({ status: "completed", from: "41", to: "43" });
    expect(world.live).toBe("43");
  });

  test("never has two runs that move the alias against each other", async () => {
    const start = world.invoke(makeStart());
    for (let minute = 0; minute < 4; minute++) {
      void world.invoke({ action: "tick" });
      void world.invoke({ action: "tick" });
      await world.pass(20_000);
    }

    await world.finish(start);

    expect(world.live).toBe("42");
    // To the first share, and to all.
    expect(world.alias("live").revision).toBe(3);
  });

  test("ends if the function is deleted", async () => {
    const start = world.invoke(slow);
    await world.pass(MINUTE);

    world.aliases.clear();

    await expect(world.finish(start)).rejects.toThrow(/no longer exists/);
    expect(world.state.status).toBe("superseded");
    expect(await world.call({ action: "tick" })).toEqual({ active: 0 });
  });

  test("keeps the new version if the old one is deleted", async () => {
    const start = world.invoke(makeStart({ bakeSeconds: 600, maximumSeconds: 3600 }));
    while (world.live !== "42") await world.pass(1000);

    world.versions.delete("41");
    await world.call({ action: "abort", functionName: "prod-api" });

    expect(await world.finish(start)).toMatchObject({ status: "superseded", percent: 100 });
    expect(world.state.reason).toContain("Version 41 no longer exists");
  });

  test("goes back if the new version is deleted before its step", async () => {
    world.versions.delete("42");

    await world.fail(makeStart());

    expect([world.state.status, world.live]).toEqual(["rolled_back", "41"]);
  });

  test("is not held up by a lease that an instance with a wrong clock has left", async () => {
    void world.invoke(slow, 40).catch(() => undefined);
    await world.pass(MINUTE);
    const item = world.table.get("prod-api");
    if (item) item["leaseUntil"] = { N: String(Date.now() + 24 * 3_600_000) };

    const state = await world.tickUntilEnded();

    expect(state.status).toBe("completed");
  });

  test.each([
    ["forward", 3_600_000],
    ["back", -24 * 3_600_000],
  ])("ends although a clock jumps %s", async (_, milliseconds) => {
    void world.invoke(makeStart(), 40).catch(() => undefined);
    await world.pass(MINUTE);

    jest.setSystemTime(Date.now() + milliseconds);
    const state = await world.tickUntilEnded();

    expect([
      ["completed", "42"],
      ["rolled_back", "41"],
    ]).toContainEqual([state.status, world.live]);
  });
});

test("an item that is no rollout fails a deployment in one line", async () => {
  world.table.items.set("prod-api", { id: { S: "prod-api" }, status: { S: "running" }, document: { S: "{" } });

  expect(await world.fail(makeStart())).toMatch(/^the item of prod-api in the table of rollouts is none: delete it/);
});

test("an alias that somebody else has moved a little is reported by whole percentages", async () => {
  const start = world.invoke(makeStart({ stepSeconds: 600, maximumSeconds: 3600 })).catch(() => undefined);
  await world.pass(MINUTE);

  world.moveByHand("live", "41", { "42": 0.29 });
  await world.finish(start);

  expect(world.state.shares.at(-1)?.percent).toBe(29);
});

test("an item that is no rollout does not keep a tick from the others", async () => {
  void world.invoke(makeStart(), 40).catch(() => undefined);
  await world.pass(MINUTE);
  world.table.items.set("a", { id: { S: "a" }, status: { S: "running" }, document: { S: "{" } });
  world.table.items.set("b", { id: { S: "b" } });

  expect((await world.tickUntilEnded()).status).toBe("completed");
});
