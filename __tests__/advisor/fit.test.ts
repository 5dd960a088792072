import { describe, expect, test } from "@jest/globals";
import { fixed, uniform } from "../../advisor/distribution";
import { Caller, type EnvironmentModel, Environments, Served } from "../../advisor/environments";
import { fitMechanism, type LoggedRun, predictColdStarts } from "../../advisor/fit";
import { seededRandom } from "../../advisor/random";

const TRUTH: EnvironmentModel = {
  idleLifeSeconds: uniform(720, 828),
  quietLifeSeconds: uniform(360, 378),
  lifeSpanSeconds: uniform(5400, 10_800),
  routing: "random",
  initSeconds: fixed(0.3),
};

/** Poisson requests and what an unknown platform would log. */
function log(everySeconds: number, seed: number): LoggedRun {
  const random = seededRandom(seed);
  const environments = new Environments(TRUTH, random);
  const atSeconds: number[] = [];
  const isCold: boolean[] = [];
  for (let at = 0; at < 100_000; at -= Math.log(1 - random()) * everySeconds) {
    environments.advance(at);
    isCold.push(environments.serve(at, 2, Caller.Request) === Served.Cold);
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
    expect(fitMechanism(runs.slice(0, 1), 3)).toEqual(fitMechanism(runs.slice(0, 1), 3));
  });

  test("needs a run", () => {
    expect(() => fitMechanism([])).toThrow("A fit needs at least one run");
  });
});
