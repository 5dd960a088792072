import { afterEach, beforeEach, expect, jest, test } from "@jest/globals";
import { type OperatorAnswer } from "../../../rollout/contract";
import { makeStart, World } from "./support";

const MINUTE = 60_000;
const SLOW = makeStart({ stepSeconds: 120, maximumSeconds: 1200 });

let world: World;

beforeEach(() => {
  world = new World();
});

afterEach(() => {
  jest.useRealTimers();
  jest.restoreAllMocks();
});

async function operate(
  action: "status" | "pause" | "resume" | "abort",
  functionName?: string,
): Promise<OperatorAnswer> {
  return (await world.call({ action, functionName })) as OperatorAnswer;
}

test("a paused rollout keeps its share of requests until it is resumed", async () => {
  const start = world.invoke(SLOW);
  await world.pass(MINUTE);

  const paused = await operate("pause", "prod-api");
  await world.pass(5 * MINUTE);
  const during = world.live;
  const resumed = await operate("resume", "prod-api");

  expect(paused).toMatchObject({
    isDone: true,
    text: "The rollout of version 42 of prod-api is paused: version 42 gets 50 % of the requests.",
    rollouts: [{ state: { status: "paused" } }],
  });
  expect(during).toBe("41 and 42: 0.5");
  expect(resumed.isDone).toBe(true);
  expect(await world.finish(start)).toMatchObject({ status: "completed" });
  expect(world.events).toEqual(expect.arrayContaining(["pause", "resume"]));
});

test("a paused rollout still goes back", async () => {
  const start = world.invoke(SLOW);
  await world.pass(MINUTE);
  await operate("pause", "prod-api");

  world.behaviors["42"] = { failing: 1 };

  await expect(world.finish(start)).rejects.toThrow(/errors/);
});

test("an aborted rollout goes back, and the next deployment tries again", async () => {
  const start = world.invoke(SLOW);
  const failure = start.then(String, String);
  await world.pass(MINUTE);

  const answer = await operate("abort", "prod-api");

  expect(answer).toMatchObject({
    isDone: true,
    text: "The rollout of version 42 of prod-api is aborted: version 41 serves all requests.",
    rollouts: [{ state: { status: "aborted" } }],
  });
  expect(world.live).toBe("41");
  expect(world.alias("live").description).toContain("Rolled back from version 42");
  expect(await world.finish(failure)).toContain("Somebody has aborted it");
});

test("a command works although no run drives the rollout", async () => {
  void world.invoke(SLOW, 30).catch(() => undefined);
  await world.pass(2 * MINUTE);

  expect(await operate("abort", "prod-api")).toMatchObject({ isDone: true });
  expect([world.state.status, world.live]).toEqual(["aborted", "41"]);
});

test("nothing is done where nothing goes on", async () => {
  expect(await operate("pause", "prod-api")).toEqual({
    isDone: false,
    text: "No rollout of prod-api goes on.",
    rollouts: [],
  });
  await world.call(makeStart());
  expect(await operate("abort", "prod-api")).toMatchObject({
    isDone: false,
    rollouts: [{ state: { status: "completed" } }],
  });
});

test("a rollout that is paused already is not paused again", async () => {
  void world.invoke(SLOW).catch(() => undefined);
  await world.pass(MINUTE);
  await operate("pause", "prod-api");

  expect(await operate("pause", "prod-api")).toMatchObject({
    isDone: false,
    text: "The rollout of prod-api is paused already.",
  });
});

test("the status has both versions' figures, of one function or of all", async () => {
  await world.call(makeStart());

  const [one, all, none] = [await operate("status", "prod-api"), await operate("status"), await operate("status", "x")];

  expect(one).toEqual(all);
  expect(none.rollouts).toEqual([]);
  const [{ figures } = { figures: undefined }] = one.rollouts;
  expect(figures?.old.requests).toBeGreaterThan(100);
  expect(figures?.new.requests).toBeGreaterThan(100);
});
