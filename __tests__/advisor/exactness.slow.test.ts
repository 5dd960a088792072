import { describe, expect, test } from "@jest/globals";
import { makeFixed } from "../../advisor/distribution";
import { Caller, type InstanceModel, InstancePool } from "../../advisor/instances";
import { countInterval } from "../../advisor/interval";
import { type Policy } from "../../advisor/policy";
import { type Random, createRandom } from "../../advisor/random";
import { Simulation, type SimulationResult } from "../../advisor/simulation";
import { PING_PRICE } from "./support";

const FOREVER = makeFixed(1e12);
const PLATFORM: InstanceModel = {
  idleLifeSeconds: makeFixed(300),
  lifeSpanSeconds: FOREVER,
  routing: "newest-first",
  initSeconds: makeFixed(0),
};

/** Poisson requests, each with so much work. */
function simulate(
  rate: number,
  workSeconds: (random: Random) => number,
  count: number,
  seed: number,
  model = PLATFORM,
  policy: Policy = { kind: "none" },
): SimulationResult {
  const random = createRandom(seed, 77);
  const simulation = new Simulation({ model, policy, startsAt: 0, seed, price: PING_PRICE });
  let at = 0;
  for (let index = 0; index < count; index++) {
    at += -Math.log(1 - random()) / rate;
    simulation.request(at, workSeconds(random));
  }
  return simulation.finish(at + 1);
}

const SEEDS = [1, 2, 3, 4, 5, 6, 7, 8];

describe("what mathematics knows is within the simulation's own interval", () => {
  test.each([1 / 600, 1 / 300, 1 / 120])("cold starts of Poisson requests, %d a second, without work", (rate) => {
    const count = 20_000;
    const counts = SEEDS.map((seed) => simulate(rate, () => 0, count, seed).coldStarts);
    const { least, most } = countInterval(counts);
    const closedForm = Math.exp(-rate * 300) * count;
    expect(closedForm).toBeGreaterThan(least);
    expect(closedForm).toBeLessThan(most);
  });

  test("cold starts of Poisson requests where idle environments go only with the last use of all", () => {
    const model = { ...PLATFORM, idleLifeSeconds: FOREVER, quietLifeSeconds: makeFixed(300) };
    const counts = SEEDS.map((seed) => simulate(1 / 200, () => 0, 20_000, seed, model).coldStarts);
    const { least, most } = countInterval(counts);
    const closedForm = Math.exp(-300 / 200) * 20_000;
    expect(closedForm).toBeGreaterThan(least);
    expect(closedForm).toBeLessThan(most);
  });

  test("cold starts with pings: of rare requests, those after the idle life and before the next ping", () => {
    const count = 2000;
    const rate = 1 / 36_000;
    const policy: Policy = { kind: "fixed", everyMinutes: 10, concurrency: 1 };
    const counts = SEEDS.map((seed) => simulate(rate, () => 0, count, seed, PLATFORM, policy).coldStarts);
    const { least, most } = countInterval(counts);
    // Of ten minutes after a ping, five are covered; a request in the other five covers those after it.
    const coldPerInterval = 1 - Math.exp(-rate * 300);
    const closedForm = (coldPerInterval * count) / rate / 600;
    expect(closedForm).toBeGreaterThan(least);
    expect(closedForm).toBeLessThan(most);
  });

  test("requests that find all provisioned environments busy: M/G/c/c", () => {
    const meanWork = 2;
    const rate = 1.5;
    const seconds = 200_000;
    const draw = (random: Random) => -Math.log(1 - random()) * meanWork;
    // Of provisioned environments, all are busy as often as Erlang's loss formula says; others start anew at each time.
    const model = { ...PLATFORM, idleLifeSeconds: makeFixed(0) };
    const policy: Policy = { kind: "provisioned", concurrency: 4 };
    const spilled = SEEDS.map((seed) => simulate(rate, draw, rate * seconds, seed, model, policy).coldStarts);
    const load = rate * meanWork;
    const terms = [1, load, load ** 2 / 2, load ** 3 / 6, load ** 4 / 24];
    const erlang = (terms[4] ?? 0) / terms.reduce((sum, term) => sum + term, 0);
    const { least, most } = countInterval(spilled);
    expect(erlang * rate * seconds).toBeGreaterThan(least);
    expect(erlang * rate * seconds).toBeLessThan(most);
  });

  test("requests that find all environments busy, whatever the distribution of work: M/G/c/c", () => {
    const rate = 2;
    const draws = [() => 1.5, (random: Random) => 3 * random(), (random: Random) => -Math.log(1 - random()) * 1.5];
    for (const draw of draws) {
      const model = { ...PLATFORM, idleLifeSeconds: FOREVER, reservedConcurrency: 5 };
      const throttled = SEEDS.map((seed) => simulate(rate, draw, 100_000, seed, model).throttled);
      const load = 3;
      const terms = [1, 3, 4.5, 4.5, 3.375, 2.025];
      const expected = (100_000 * (terms[load + 2] ?? 0)) / terms.reduce((sum, term) => sum + term, 0);
      const { least, most } = countInterval(throttled);
      expect(expected).toBeGreaterThan(least);
      expect(expected).toBeLessThan(most);
    }
  });

  test("requests at work of M/G/infinity: Poisson, whatever the distribution of work", () => {
    const rate = 2;
    const load = 3;
    const samples = 5000;
    const draws = [() => 1.5, (random: Random) => 3 * random(), (random: Random) => -Math.log(1 - random()) * 1.5];
    for (const draw of draws) {
      const counts = SEEDS.map((seed) => {
        const random = createRandom(seed);
        const instances = new InstancePool(PLATFORM, random);
        let at = 0;
        let threeBusy = 0;
        // Looked at so rarely that one time does not depend on the one before.
        for (let sample = 1; sample <= samples; sample++) {
          for (; at < sample * 20; at += -Math.log(1 - random()) / rate) {
            instances.advance(at);
            instances.serve(at, draw(random), Caller.Request);
          }
          instances.advance(sample * 20);
          if (instances.busyRequests === 3) threeBusy++;
        }
        return threeBusy;
      });
      const { least, most } = countInterval(counts);
      const expected = (samples * Math.exp(-load) * load ** 3) / 6;
      expect(expected).toBeGreaterThan(least);
      expect(expected).toBeLessThan(most);
    }
  });

  test("life span: a function that is always busy starts once per life", () => {
    const model = { ...PLATFORM, lifeSpanSeconds: makeFixed(3600) };
    const simulation = new Simulation({ model, policy: { kind: "none" }, startsAt: 0, seed: 1, price: PING_PRICE });
    for (let at = 0; at < 86_400; at += 10) simulation.request(at, 1);
    expect(simulation.finish(86_400).coldStarts).toBe(24);
  });
});
