import { describe, expect, test } from "@jest/globals";
import fc from "fast-check";
import { comparePolicies, type PolicyComparison, type Demand, type PolicyOutcome } from "../../advisor/compare";
import { makeEmpirical, makeFixed, makeUniform } from "../../advisor/distribution";
import { type InstanceModel } from "../../advisor/instances";
import { type Policy } from "../../advisor/policy";
import { computeSeed } from "../../advisor/random";
import { SharedRequests } from "../../advisor/shared-requests";
import { Simulation } from "../../advisor/simulation";
import { makeArrivals, PING_PRICE, PRICES, streamValues } from "./support";

const HOUR = 3600;
const MODEL: InstanceModel = {
  idleLifeSeconds: makeUniform(300, 420),
  lifeSpanSeconds: makeUniform(2 * HOUR, 4 * HOUR),
  routing: "newest-first",
  initSeconds: makeEmpirical([0.2, 0.3, 0.8]),
};

const arrivals = fc
  .array(fc.tuple(fc.double({ min: 0, max: 6 * HOUR, noNaN: true }), fc.double({ min: 0, max: 90, noNaN: true })), {
    maxLength: 200,
  })
  .map((requests) => requests.toSorted(([a], [b]) => a - b));

const wholeSeconds = arrivals.map((requests) =>
  requests.map(([at, work]): [number, number] => [Math.floor(at / 60), Math.ceil(work) + 1]),
);

const routings = fc.constantFrom("newest-first" as const, "oldest-first" as const, "random" as const);

function compare(
  demand: Demand,
  policies: readonly Policy[],
  rest: Partial<PolicyComparison> = {},
): Promise<PolicyOutcome[]> {
  return comparePolicies({
    demand,
    startsAt: 0,
    seconds: 6 * HOUR,
    policies,
    models: [MODEL],
    prices: PRICES,
    memoryMb: 512,
    repetitions: 1,
    seed: 1,
    ...rest,
  });
}

const POLICIES: readonly Policy[] = [
  { kind: "none" },
  { kind: "fixed", everyMinutes: 5, concurrency: 2 },
  { kind: "conditional", everyMinutes: 5, concurrency: 2, minimum: 1, maximum: 5, readEveryMinutes: 15 },
  { kind: "provisioned", concurrency: 2 },
];

describe("every simulation", () => {
  test("has the same result whether it shares the ends of requests with others or finds them itself", () => {
    const policies: readonly Policy[] = [
      { kind: "none" },
      { kind: "fixed", everyMinutes: 5, concurrency: 1 },
      { kind: "conditional", everyMinutes: 5, concurrency: 1, minimum: 1, maximum: 1, readEveryMinutes: 15 },
      { kind: "provisioned", concurrency: 2 },
    ];
    const reserved = fc.constantFrom({}, { reservedConcurrency: 3 });
    fc.assert(
      fc.property(arrivals, routings, reserved, fc.boolean(), (requests, routing, limit, isQuiet) => {
        const model = { ...MODEL, routing, ...limit, ...(isQuiet && { quietLifeSeconds: makeUniform(60, 300) }) };
        const make = () =>
          policies.map((policy) => new Simulation({ model, policy, startsAt: 0, seed: 1, price: PING_PRICE }));
        const [alone, together] = [make(), make()];

        const shared = new SharedRequests(together);
        for (const [at, work] of requests) {
          shared.add(at, work);
          for (const simulation of alone) simulation.request(at, work);
        }
        shared.finish(6 * HOUR);

        const finish = (simulation: Simulation) => simulation.finish(6 * HOUR);
        expect(together.map(finish)).toEqual(alone.map(finish));
      }),
    );
  });

  test("never costs less for more pings", async () => {
    const schedule = fc.record({
      everyMinutes: fc.constantFrom(1, 5, 10),
      concurrency: fc.integer({ min: 1, max: 8 }),
    });
    await fc.assert(
      fc.asyncProperty(
        arrivals,
        schedule,
        fc.integer({ min: 1, max: 5 }),
        routings,
        async (requests, once, more, routing) => {
          const policies = [0, more].map((extra): Policy => ({
            kind: "fixed",
            ...once,
            concurrency: once.concurrency + extra,
          }));
          const [less, most] = await compare(makeArrivals(requests), policies, { models: [{ ...MODEL, routing }] });
          expect(most?.pingsPerDay).toBeGreaterThan(less?.pingsPerDay ?? Number.NaN);
          expect(most?.dollarsPerMonth.warming).toBeGreaterThan(less?.dollarsPerMonth.warming ?? Number.NaN);
        },
      ),
      { numRuns: 50 },
    );
  });

  test("of no traffic costs only pings", async () => {
    const [none, fixedNumber, conditional, provisioned] = await compare(makeArrivals([]), POLICIES);
    expect(none?.dollarsPerMonth).toEqual({ warming: 0, starts: 0, provisioned: 0 });
    for (const outcome of [fixedNumber, conditional]) {
      expect(outcome).toMatchObject({ requests: 0, coldShare: 0, throttledShare: 0 });
      expect(outcome?.dollarsPerMonth.warming).toBeGreaterThan(0);
      expect(outcome?.dollarsPerMonth.provisioned).toBe(0);
    }
    expect(provisioned).toMatchObject({ pingsPerDay: 0, dollarsPerMonth: { warming: 0, starts: 0 } });
  });

  test("has one cold start per instance of the peak when idle ones stay forever", async () => {
    await fc.assert(
      fc.asyncProperty(wholeSeconds, routings, async (requests, routing) => {
        const forever = makeFixed(1e12);
        const models = [
          { idleLifeSeconds: forever, lifeSpanSeconds: forever, routing, initSeconds: makeFixed(0) },
        ] as const;
        const [outcome] = await compare(makeArrivals(requests), [{ kind: "none" }], { models });
        const cold = (outcome?.coldShare ?? 0) * requests.length;
        expect(cold).toBeCloseTo(peakOf(requests), 6);
      }),
    );
  });

  test("gives the same answer for the same seed, and no other one's policy changes it", async () => {
    await fc.assert(
      fc.asyncProperty(arrivals, fc.nat(), async (requests, seed) => {
        const all = await compare(makeArrivals(requests), POLICIES, { seed, repetitions: 2 });
        expect(await compare(makeArrivals(requests), POLICIES, { seed, repetitions: 2 })).toEqual(all);
        expect(await compare(makeArrivals(requests), POLICIES.toReversed(), { seed, repetitions: 2 })).toEqual(
          all.toReversed(),
        );
      }),
      { numRuns: 30 },
    );
  });

  test("of one function does not depend on the other functions or their order", async () => {
    const functions = ["a", "b", "c"].map((name, index) => ({ name, counts: [index * 3, 5, 0, 9 - index] }));
    const simulateAll = async (all: typeof functions) => {
      const outcomes = new Map<string, PolicyOutcome[]>();
      for (const { name, counts } of all) {
        const demand = minutes(counts);
        outcomes.set(name, await compare(demand, POLICIES, { seed: computeSeed(name) }));
      }
      return outcomes;
    };
    const straight = await simulateAll(functions);
    const reversed = await simulateAll(functions.toReversed());
    for (const { name } of functions) expect(reversed.get(name)).toEqual(straight.get(name));
  });
});

describe("requests that cannot be", () => {
  test.each([
    [
      [
        [5, 1],
        [4, 1],
      ],
      "A request at 4 s is before 5 s, where the one before was",
    ],
    [[[-1, 1]], "A request at -1 s is before 0 s, where the one before was"],
    [[[1e9, 1]], `A request at 1000000000 s is not within 0 to ${6 * HOUR} s`],
    [[[1, -2]], "A request at 1 s has a duration of -2 s"],
    [[[1, Number.NaN]], "A request at 1 s has a duration of NaN s"],
  ] as [[number, number][], string][])("are told", async (requests, message) => {
    await expect(compare(makeArrivals(requests), POLICIES)).rejects.toThrow(message);
  });

  test("are told by the minute", async () => {
    await expect(compare(minutes([1, -1]), POLICIES)).rejects.toThrow("Minute 1 has -1 requests");
  });
});

function minutes(counts: readonly number[]): Demand {
  const read = () => streamValues(counts.map((count, minute) => ({ minute, count })));
  return { kind: "minutes", read, workSeconds: makeUniform(0.1, 30) };
}

function peakOf(requests: readonly (readonly [number, number])[]): number {
  let busy: number[] = [];
  let peak = 0;
  for (const [at, work] of requests) {
    busy = [...busy.filter((end) => end > at), at + work];
    peak = Math.max(peak, busy.length);
  }
  return peak;
}
