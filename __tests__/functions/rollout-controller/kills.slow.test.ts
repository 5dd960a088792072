import { afterEach, describe, expect, jest, test } from "@jest/globals";
import fc from "fast-check";
import { type RolloutState } from "../../../rollout/contract";
import { makeAwsError, makeStart, World } from "./support";

const SCENARIOS = {
  "a version that is fine": { start: makeStart(), failing: 0 },
  "a version that fails": { start: makeStart(), failing: 1 },
  "a version that cannot be told to be fine": {
    start: makeStart({ tooFewRequests: "wait", maximumSeconds: 60 }),
    failing: 0,
  },
};

function makeWorld(failing: number): World {
  const world = new World();
  world.requestsPerSecond = 2;
  world.behaviors["42"] = { failing };
  return world;
}

afterEach(() => {
  jest.useRealTimers();
  jest.restoreAllMocks();
});

/** Where requests go must be what the rollout says, as a whole. */
function expectLegalEnd(world: World, state: RolloutState): void {
  const served = state.status === "completed" ? "42" : "41";
  expect(["completed", "rolled_back"]).toContain(state.status);
  expect([world.live, world.alias("warm").version]).toEqual([served, served]);
  expect(state.shares.at(-1)?.percent).toBe(served === "42" ? 100 : 0);
  expect(world.alias("live").description.includes("Rolled back")).toBe(served === "41");
  expect(world.table.get("prod-api")?.["leaseOwner"]).toBeUndefined();
}

describe.each(Object.entries(SCENARIOS))("of %s", (_, { start, failing }) => {
  test.each(["die before", "die after"] as const)(
    "whatever call its run ends at (%s), a tick ends the rollout",
    async (death) => {
      const whole = makeWorld(failing);
      await whole.call(start).catch(() => undefined);
      const calls = whole.calls.length;
      const { status } = whole.state;
      expect(calls).toBeGreaterThan(20);
      for (let at = 1; at <= calls; at++) {
        jest.useRealTimers();
        jest.restoreAllMocks();
        const world = makeWorld(failing);
        let died = false;
        world.interference = (_call, process) => {
          if (died || process.calls !== at) return undefined;
          died = true;
          return death;
        };
        void world.invoke(start).catch(() => undefined);
        await world.pass(10 * 60_000);
        expect(died).toBe(true);
        if (!world.findState()) {
          // Nothing has begun.
          expect(world.live).toBe("41");
          continue;
        }
        world.table.get("prod-api");
        const state = await world.tickUntilEnded();
        expectLegalEnd(world, state);
        if (failing > 0) expect(state.status).toBe(status);
      }
    },
    600_000,
  );
});

test("however often runs end and AWS fails, the rollout ends", async () => {
  const faults = fc.array(fc.tuple(fc.integer({ min: 1, max: 60 }), fc.constantFrom("before", "after", "throttled")), {
    maxLength: 8,
  });
  await fc.assert(
    fc.asyncProperty(faults, fc.constantFrom(0, 1), async (all, failing) => {
      jest.useRealTimers();
      jest.restoreAllMocks();
      const world = makeWorld(failing);
      const left = [...all];
      let countdown = left[0]?.[0] ?? 0;
      world.interference = () => {
        if (left.length === 0 || --countdown > 0) return undefined;
        const [, kind] = left.shift() ?? [];
        countdown = left[0]?.[0] ?? 0;
        if (kind === "throttled") return makeAwsError("ThrottlingException", "Rate exceeded");
        return kind === "before" ? "die before" : "die after";
      };
      void world.invoke(makeStart()).catch(() => undefined);
      await world.pass(60_000);
      if (!world.findState()) return;
      expectLegalEnd(world, await world.tickUntilEnded());
    }),
    { numRuns: 60 },
  );
}, 600_000);
