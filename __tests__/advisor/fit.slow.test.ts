import { describe, expect, test } from "@jest/globals";
import { makeFixed, makeUniform } from "../../advisor/distribution";
import { Caller, type InstanceModel, InstancePool, Served } from "../../advisor/instances";
import { fitMechanism, type LoggedRun, predictColdStarts } from "../../advisor/fit";
import { createRandom } from "../../advisor/random";

const TRUTH: InstanceModel = {
  idleLifeSeconds: makeUniform(720, 828),
  quietLifeSeconds: makeUniform(360, 378),
  lifeSpanSeconds: makeUniform(5400, 10_800),
  routing: "random",
  initSeconds: makeFixed(0.3),
};

/** Poisson requests and what an unknown platform would log. */
function log(everySeconds: number, seed: number): LoggedRun {
  const random = createRandom(seed);
  const instances = new InstancePool(TRUTH, random);
  const atSeconds: number[] = [];
  const isCold: boolean[] = [];
  for (let at = 0; at < 100_000; at -= Math.log(1 - random()) * everySeconds) {
    instances.advance(at);
    isCold.push(instances.serve(at, 2, Caller.Request) === Served.Cold);
    atSeconds.push(at);
  }
  return { atSeconds, workSeconds: atSeconds.map(() => 2), isCold };
}

describe("a fit", () => {
  const runs = [600, 300, 200, 120].map((everySeconds, index) => log(everySeconds, index + 1));
  const fit = fitMechanism(runs);

  test("finds about how long environments stay without use", () => {
    const likeliest = fit.mechanisms[0]?.mechanism.quietLifeSeconds;
    expect(likeliest?.least).toBeGreaterThan(300);
    expect(likeliest?.least).toBeLessThan(430);
    expect(fit.mechanisms.reduce((sum, { weight }) => sum + weight, 0)).toBeCloseTo(1);
  });

  test("predicts what it has not seen, within its interval", () => {
    for (const everySeconds of [450, 250, 150]) {
      const run = log(everySeconds, 100 + everySeconds);
      const { interval, coldStarts } = predictColdStarts(fit, run);
      const logged = run.isCold.length === 0 ? 0 : Array.from(run.isCold).slice(1).filter(Boolean).length;
      expect(logged).toBeGreaterThanOrEqual(interval.least);
      expect(logged).toBeLessThanOrEqual(interval.most);
      expect(Math.abs(coldStarts - logged) / logged).toBeLessThan(0.2);
    }
  });

  test("gives the same answer for the same seed", () => {
    expect(fitMechanism(runs.slice(0, 1), { seed: 3 })).toEqual(fitMechanism(runs.slice(0, 1), { seed: 3 }));
  });

  test("compares each part of a run on its own, and takes what is before the first as known", () => {
    const { isCold, ...requests } = log(200, 9);
    const middle = Math.floor(isCold.length / 2);
    const coldFrom = (first: number) => Array.from(isCold).slice(first).filter(Boolean).length;

    const inParts = fitMechanism([{ ...requests, isCold, parts: [100, middle] }]);
    const { coldStarts, interval } = predictColdStarts(inParts, { ...requests, parts: [middle] });

    expect(coldFrom(middle)).toBeGreaterThanOrEqual(interval.least);
    expect(coldFrom(middle)).toBeLessThanOrEqual(interval.most);
    expect(coldStarts).toBeLessThan(0.7 * predictColdStarts(inParts, requests).coldStarts);
  });

  test("keeps to what is expected where the log does not tell", () => {
    const always = Array.from({ length: 200 }, (_, index) => index * 60);
    const run = { atSeconds: always, workSeconds: always.map(() => 1), isCold: always.map((at) => at === 0) };
    const meanIdle = (expected: number) => {
      const expectation = { idleLifeSeconds: expected, quietLifeSeconds: expected, lifeSpanSeconds: 80_000 };
      const { mechanisms } = fitMechanism([run], { expectation });
      return mechanisms.reduce((sum, { mechanism, weight }) => sum + weight * mechanism.idleLifeSeconds.least, 0);
    };

    expect(Math.abs(Math.log2(meanIdle(400) / 400))).toBeLessThan(0.4);
    expect(Math.abs(Math.log2(meanIdle(1600) / 1600))).toBeLessThan(0.4);
  });

  test("never takes a life that the log shows to be longer", () => {
    const every = Array.from({ length: 60 }, (_, index) => index * 1200);
    const run = {
      atSeconds: every,
      workSeconds: every.map(() => 1),
      // One start that was not one: its environment answers before and after.
      isCold: every.map((_, index) => index % 2 === 0),
      instances: every.map(() => "a"),
    };

    for (const { mechanism } of fitMechanism([run]).mechanisms) {
      expect(mechanism.quietLifeSeconds.most).toBeGreaterThanOrEqual(1199);
    }
  });

  test("needs a run", () => {
    expect(() => fitMechanism([])).toThrow("A fit needs at least one run");
  });
});
