import { describe, expect, test } from "@jest/globals";
import fc from "fast-check";
import { listPercents, resolveRollout, ROLLOUT_DEFAULTS } from "../../environments/rollout";
import { findMistakes, makeTfvars } from "../support/project";

const FILE = "environments/dev.tfvars";

function findInFile(functions: string, more = ""): Promise<string[]> {
  return findMistakes({ [FILE]: makeTfvars({ functions, more }) });
}

describe("rollout settings", () => {
  test("are the function's own, otherwise the environment's, otherwise the defaults", () => {
    expect(resolveRollout({}, {})).toEqual(ROLLOUT_DEFAULTS);
    const environment = { strategy: "canary", percent: 20, bakeSeconds: 60 } as const;
    expect(resolveRollout(environment, { percent: 5 })).toEqual({
      ...ROLLOUT_DEFAULTS,
      strategy: "canary",
      percent: 5,
      bakeSeconds: 60,
    });
  });

  test("give each step a share, rising to all requests", () => {
    expect(listPercents(resolveRollout({ strategy: "canary", percent: 5 }, {}))).toEqual([5, 100]);
    expect(listPercents(resolveRollout({ strategy: "linear", percent: 30 }, {}))).toEqual([30, 60, 90, 100]);
    expect(listPercents(resolveRollout({}, {}))).toEqual([100]);
    fc.assert(
      fc.property(fc.integer({ min: 1, max: 99 }), fc.constantFrom("canary", "linear"), (percent, strategy) => {
        const percents = listPercents(resolveRollout({ strategy, percent }, {}));
        expect(percents[0]).toBe(percent);
        expect(percents.at(-1)).toBe(100);
        expect(percents).toEqual([...new Set(percents)].sort((one, other) => one - other));
      }),
    );
  });

  test("may be in a file, for all functions and for one", async () => {
    expect(
      await findInFile(
        'api = { rollout = { strategy = "linear", percent = 25, judged_by = ["errors", "alarms"] } }',
        'rollout = { strategy = "canary", every_seconds = 120, too_few_requests = "wait" }',
      ),
    ).toEqual([]);
  });

  test("without steps have no effect, which is a mistake", async () => {
    const [ofFunction] = await findInFile("api = { rollout = { percent = 5 } }");
    expect(ofFunction).toContain(`${FILE}: functions.api.rollout.strategy: expected canary or linear, without which`);
    const [ofAll] = await findInFile("api = {}", "rollout = { bake_seconds = 60 }");
    expect(ofAll).toContain(`${FILE}: rollout.strategy: expected canary or linear, without which`);
    const [ofNone] = await findInFile(
      'api = { rollout = { strategy = "all_at_once" } }',
      'rollout = { strategy = "canary", percent = 20 }',
    );
    expect(ofNone).toContain(
      `${FILE}: rollout.strategy: expected no rollouts, of which no function of this file has any`,
    );
    expect(await findInFile("legacy = { existing = true }", 'rollout = { strategy = "canary" }')).toHaveLength(1);
    expect(await findInFile('api = { rollout = { strategy = "canary" } }', "rollout = { bake_seconds = 60 }")).toEqual(
      [],
    );
  });

  test("that take longer than the maximum are refused", async () => {
    const [mistake] = await findInFile('api = { rollout = { strategy = "linear", percent = 1 } }');
    expect(mistake).toContain(
      "functions.api.rollout.maximum_seconds: expected at least 29940: 99 steps of 300, 180 afterwards, and 60 to spare, got 3600",
    );
  });

  test("are refused beside provisioned concurrency, with which AWS allows no second version", async () => {
    const provisioned = "api = { provisioned_concurrency = { instances = 2 } }";
    const [mistake] = await findInFile(provisioned, 'rollout = { strategy = "canary" }');
    expect(mistake).toContain("functions.api.rollout.strategy: expected all_at_once with provisioned_concurrency");
    expect(
      await findInFile(
        'api = { provisioned_concurrency = { instances = 2 }, rollout = { strategy = "all_at_once" } }\nother = { entry = "functions/api/handler.ts" }',
        'rollout = { strategy = "canary" }',
      ),
    ).toEqual([]);
  });

  test("cannot judge by pings that the function does not get", async () => {
    const rollout = 'rollout = { strategy = "canary", judged_by = ["pings"] }';
    const ungated = "warming = { gate = { enabled = false } }";
    const [mistake] = await findInFile(`api = { ${ungated}, ${rollout.replace("[", '["errors", ')} }`);
    expect(mistake).toContain("functions.api.rollout.judged_by: expected no pings");
    expect(await findInFile(`api = { ${rollout} }`)).toEqual([]);
    const [byNothing] = await findInFile(`api = { ${ungated} }`, rollout);
    expect(byNothing).toContain("functions.api.rollout.judged_by: expected more than pings");
  });

  test("of a function called like the controller are not possible", async () => {
    const [mistake] = await findInFile("rollout-controller = {}");
    expect(mistake).toContain("a name that Warmwatch does not use itself");
  });
});
