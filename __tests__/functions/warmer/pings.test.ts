import { expect, test } from "@jest/globals";
import fc from "fast-check";
import { computeHold, lengthenHold, Spreads } from "../../../warming/hold";
import { Warmer } from "../../../functions/warmer/run";
import { isPing, isPingReply, MAX_HOLD_MILLISECONDS } from "../../../performance/warming";
import {
  answerDistinctly,
  MockedLambda,
  takeOnlyResult,
  makeInvokeOutput,
  makeReply,
  makeRequest,
  runWarmer,
  makeServiceError,
  makeTarget,
} from "./support";

test("as many pings as asked go to the target's alias at once, and different instances are counted", async () => {
  const lambda = new MockedLambda(({ index }) =>
    makeInvokeOutput(makeReply({ instanceId: `i-${index}`, cold: index === 0 })),
  );

  const result = takeOnlyResult(await runWarmer(makeRequest()));

  expect(result).toEqual({
    functionName: "dev-api",
    asked: 3,
    invocations: 3,
    successful: 3,
    instances: 3,
    coldStarts: 1,
    holdMilliseconds: computeHold(3),
    failures: [],
  });
  expect(lambda.invocations.map(({ qualifier }) => qualifier)).toEqual(["warm", "warm", "warm"]);
  for (const { ping } of lambda.invocations) {
    expect(isPing(ping)).toBe(true);
    expect(ping.holdMilliseconds).toBe(result.holdMilliseconds);
  }
});

test("instances that answer twice are asked once more, and are held longer", async () => {
  const lambda = new MockedLambda(({ index }) => makeInvokeOutput(makeReply({ instanceId: `i-${index % 4}` })));

  const result = takeOnlyResult(await runWarmer(makeRequest([makeTarget({ concurrency: 5 })])));

  expect(result).toMatchObject({ asked: 5, invocations: 10, successful: 10, instances: 4 });
  const hold = computeHold(5);
  expect(lambda.invocations.map(({ ping }) => ping.holdMilliseconds)).toEqual([
    ...Array<number>(5).fill(hold),
    ...Array<number>(5).fill(lengthenHold(hold)),
  ]);
  expect(result.holdMilliseconds).toBe(lengthenHold(hold));
});

test("the instances of both attempts count together", async () => {
  new MockedLambda(({ index }) => makeInvokeOutput(makeReply({ instanceId: `i-${index < 3 ? 0 : index}` })));
  expect(takeOnlyResult(await runWarmer(makeRequest()))).toMatchObject({ invocations: 6, instances: 4 });
});

test("what could not be reached is asked once more, too", async () => {
  new MockedLambda((invocation) => {
    if (invocation.index === 0) throw Object.assign(new Error("read ECONNRESET"), { code: "ECONNRESET" });
    return answerDistinctly(invocation);
  });
  expect(takeOnlyResult(await runWarmer(makeRequest()))).toMatchObject({
    invocations: 6,
    successful: 5,
    failures: ["Error: read ECONNRESET"],
  });
});

const FAILURES: [string, () => unknown, string][] = [
  ["throttling", () => fail(makeServiceError("TooManyRequestsException", 429)), "throttled"],
  [
    "a permission that is missing",
    () => fail(makeServiceError("AccessDeniedException", 403, "not\nauthorized")),
    "AccessDeniedException: not authorized",
  ],
  [
    "an error of the function",
    () => makeInvokeOutput({ errorType: "TypeError", errorMessage: "x is\n not" }, { FunctionError: "Unhandled" }),
    "TypeError: x is not",
  ],
  [
    "a timeout of the function, whose identifier differs each time",
    () =>
      makeInvokeOutput(
        { errorType: "Sandbox.Timedout", errorMessage: `RequestId: ${Math.random()} Error: Task timed out` },
        { FunctionError: "Unhandled" },
      ),
    "Sandbox.Timedout: Task timed out",
  ],
  [
    "an error without a reason",
    () => ({ FunctionError: "Unhandled", Payload: Buffer.from("<") }),
    "failed without a reason",
  ],
  [
    "another function's answer",
    () => makeInvokeOutput({ statusCode: 200 }),
    "does not answer as a monitored function does",
  ],
  ["no answer", () => ({ StatusCode: 200 }), "does not answer as a monitored function does"],
  [
    "an answer that is not JSON",
    () => ({ Payload: Buffer.from("warm!") }),
    "does not answer as a monitored function does",
  ],
  [
    "a version that is not the one invoked",
    () => makeInvokeOutput(makeReply({ version: "6" })),
    "answers as version 6, but version 7 was invoked",
  ],
  [
    "a version that is not the one expected",
    () => makeInvokeOutput(makeReply({ version: "6" }), { ExecutedVersion: "6" }),
    "version 6 answered instead of version 7",
  ],
];

function fail(error: Error): never {
  throw error;
}

test.each(FAILURES)("%s is a failure, told once, and not repeated", async (_, answer, text) => {
  const lambda = new MockedLambda(answer);
  expect(takeOnlyResult(await runWarmer(makeRequest([makeTarget({ version: "7" })])))).toMatchObject({
    invocations: 3,
    successful: 0,
    instances: 0,
    failures: [text],
  });
  expect(lambda.invocations).toHaveLength(3);
});

test("an error's text is cut", async () => {
  new MockedLambda(() => makeInvokeOutput({ errorMessage: "x".repeat(10_000) }, { FunctionError: "Unhandled" }));
  expect(takeOnlyResult(await runWarmer(makeRequest())).failures).toEqual(["x".repeat(300)]);
});

test("what works counts beside what fails", async () => {
  new MockedLambda((invocation) =>
    invocation.index === 1 ? fail(makeServiceError("TooManyRequestsException", 429)) : answerDistinctly(invocation),
  );
  expect(takeOnlyResult(await runWarmer(makeRequest()))).toMatchObject({
    invocations: 3,
    successful: 2,
    instances: 2,
    failures: ["throttled"],
  });
});

test.each([
  ["all that is asked for", 5, 4, 4, undefined],
  ["all but one of those reserved", 3, 3, 2, "2 of 3: of 3 reserved, 1 stay free for requests"],
  ["none of one reserved", 1, 3, 0, "0 of 3: of 1 reserved, 1 stay free for requests"],
  ["none of none reserved", 0, 3, 0, "0 of 3: of 0 reserved, 1 stay free for requests"],
  ["none when none is asked for", 5, 0, 0, undefined],
])("pings are %s", async (_, reservedConcurrency, concurrency, asked, reason) => {
  const lambda = new MockedLambda(answerDistinctly);
  const result = takeOnlyResult(await runWarmer(makeRequest([makeTarget({ concurrency, reservedConcurrency })])));
  expect(result).toMatchObject({ asked, invocations: asked, failures: [] });
  expect(result.reason).toBe(reason);
  expect(lambda.invocations).toHaveLength(asked);
});

test("there are never more pings at once than leave one reserved instance free", async () => {
  await fc.assert(
    fc.asyncProperty(fc.nat(30), fc.nat(30), fc.integer({ min: 1, max: 6 }), async (concurrency, reserved, known) => {
      let underWay = 0;
      let most = 0;
      new MockedLambda(async ({ index }) => {
        most = Math.max(most, ++underWay);
        await Promise.resolve();
        underWay--;
        return makeInvokeOutput(makeReply({ instanceId: `i-${index % known}` }));
      });
      const target = makeTarget({ concurrency, reservedConcurrency: reserved });
      const { asked } = takeOnlyResult(await runWarmer(makeRequest([target])));
      expect(asked).toBe(Math.min(concurrency, Math.max(0, reserved - 1)));
      expect(most).toBe(asked);
    }),
    { numRuns: 30 },
  );
});

test("a hold grows with the pings and with the spread of their arrivals, within its bound", () => {
  const pings = fc.integer({ min: 2, max: 2000 });
  const spread = fc.integer({ min: 0, max: 20_000 });
  fc.assert(
    fc.property(pings, spread, fc.integer({ min: 1, max: 1000 }), (count, seen, more) => {
      const hold = computeHold(count, seen);
      expect(hold).toBeLessThanOrEqual(MAX_HOLD_MILLISECONDS);
      expect(hold).toBeGreaterThan(Math.min(seen, MAX_HOLD_MILLISECONDS - 1));
      expect(computeHold(count + more, seen)).toBeGreaterThanOrEqual(hold);
      expect(computeHold(count, seen + more)).toBeGreaterThanOrEqual(hold);
      expect(lengthenHold(hold)).toBe(Math.min(hold * 2, MAX_HOLD_MILLISECONDS));
    }),
  );
  expect([computeHold(0), computeHold(1), computeHold(1, 500)]).toEqual([0, 0, 0]);
});

test("a wider spread counts at once, a narrower one by half, and more pings spread more", () => {
  const spreads = new Spreads();
  spreads.learn("a", [1000]);
  expect(spreads.of("a", 3)).toBeUndefined();
  spreads.learn("a", [1000, 1100, 1040]);
  expect([1, 2, 3, 5].map((pings) => spreads.of("a", pings))).toEqual([100, 100, 100, 200]);
  spreads.learn("a", [0, 10, 20]);
  expect(spreads.of("a", 3)).toBe(60);
  spreads.learn("a", [0, 300]);
  expect(spreads.of("a", 2)).toBe(300);
  expect(spreads.of("b", 2)).toBeUndefined();
});

test("the next run's hold follows from the arrivals of warm answers, and not from starts", async () => {
  let cold = true;
  new MockedLambda(async (invocation) => {
    // The later ones arrive 200 ms after the first, as they say themselves.
    const { index } = invocation;
    const heldMilliseconds = index % 3 === 0 ? 200 : 0;
    return makeInvokeOutput(makeReply({ instanceId: `i-${index}`, cold, heldMilliseconds }));
  });
  const warmer = new Warmer();
  const first = takeOnlyResult(await runWarmer(makeRequest(), { warmer }));
  cold = false;
  const second = takeOnlyResult(await runWarmer(makeRequest(), { warmer }));
  const third = takeOnlyResult(await runWarmer(makeRequest(), { warmer }));

  expect(first.holdMilliseconds).toBe(computeHold(3));
  expect(second.holdMilliseconds).toBe(computeHold(3));
  expect(third.holdMilliseconds).toBeGreaterThanOrEqual(computeHold(3, 199));
});

test("what is not exactly a reply is none", () => {
  const reply = makeReply({
    warmUps: [
      { name: "db", milliseconds: 3, error: "no" },
      { name: "x", milliseconds: 1 },
    ],
  });
  expect(isPingReply(reply)).toBe(true);
  for (const key of Object.keys(reply)) {
    for (const wrong of [undefined, null, {}, [1]]) expect(isPingReply({ ...reply, [key]: wrong })).toBe(false);
  }
  fc.assert(fc.property(fc.anything(), (answer) => !isPingReply(answer)));
});
