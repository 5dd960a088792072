import { describe, expect, test } from "@jest/globals";
import { type QueryRow } from "../../support/fake-aws";
import { makeRolloutRow } from "../../support/rollout-records";
import {
  DAY,
  FROM,
  investigateAsJson,
  INVESTIGATION_NOW,
  InvestigationWorld,
  MINUTE,
  NORMAL,
  runInvestigate,
} from "./world";

const BEGAN = FROM + 20 * MINUTE;
const FINE = {
  old: { requests: 3702, failures: 4, timeouts: 0, coldStarts: 0 },
  new: { requests: 410, failures: 0, timeouts: 0, coldStarts: 3 },
};
const HARM = [{ measure: "errors" as const, text: "10 % of 410 requests failed, 0.11 % of 3,702 of version 41" }];

/** A function with rollouts, of which these records are known. */
function worldWith(rows: readonly QueryRow[], traffic = NORMAL): InvestigationWorld {
  const world = new InvestigationWorld().always(traffic);
  world.dev = { functions: 'api = { memory_mb = 512, rollout = { strategy = "canary" } }' };
  world.rolloutRows = rows;
  return world;
}

const wentBack = makeRolloutRow(BEGAN + 5 * MINUTE, {
  ...{ event: "end", status: "rolled_back", percent: 0, reason: "Version 42 fails more", findings: HARM },
});

describe("a rollout during the trouble", () => {
  test("that does harm is named first, with the command that ends it", async () => {
    const { diagnoses } = await investigateAsJson(worldWith([makeRolloutRow(BEGAN)]));

    expect(diagnoses[0]).toMatchObject({
      id: "rollout-running",
      because:
        "since 2026-01-19 09:27 version 42 has 10 % of the requests, version 41 the others; version 42: 10 % of 410 requests failed, p99 210 ms; version 41: 0.11 % of 3,702 requests failed, p99 180 ms",
      commands: ["npm run ops -- rollout abort dev api"],
      runbook: "docs/runbooks/rollouts.md#how-to-stop-one",
    });
  });

  test("that does no harm is mentioned, and not blamed", async () => {
    const world = worldWith([makeRolloutRow(BEGAN, { figures: FINE })]);

    const { diagnoses } = await investigateAsJson(world);
    const { stdout } = await runInvestigate(world, "api");

    expect(diagnoses.map(({ id }) => id)).toEqual(["nothing"]);
    expect(stdout.map((line) => line.trim())).toEqual(
      expect.arrayContaining([
        "rollout running, 2026-01-19 09:27 until now: version 42 has 10 % of the requests, version 41 the others",
        "version 42: 0 % of 410 requests failed",
      ]),
    );
  });

  test("that went back is the reason, and says what the next deployment does", async () => {
    const { diagnoses } = await investigateAsJson(worldWith([makeRolloutRow(BEGAN), wentBack]));

    expect(diagnoses[0]).toMatchObject({
      id: "rollout-went-back",
      because:
        "version 42 had traffic from 2026-01-19 09:27 to 2026-01-19 09:32, and version 41 has all requests again; Version 42 fails more; 10 % of 410 requests failed, 0.11 % of 3,702 of version 41",
    });
    expect(diagnoses[0]?.advice).toContain("the next deployment of the same code tries it again");
  });

  test("of another function does not matter", async () => {
    const { diagnoses } = await investigateAsJson(worldWith([makeRolloutRow(BEGAN, { functionName: "dev-web" })]));

    expect(diagnoses.map(({ id }) => id)).toEqual(["nothing"]);
  });

  test("makes a rollback an abort", async () => {
    const world = new InvestigationWorld().before(NORMAL).minutes(FROM, BEGAN, NORMAL).deploys(BEGAN);
    world.minutes(BEGAN, INVESTIGATION_NOW, { ...NORMAL, failures: 1 });
    world.dev = { functions: 'api = { memory_mb = 512, rollout = { strategy = "canary" } }' };
    world.rolloutRows = [makeRolloutRow(BEGAN, { percent: 100, figures: FINE })];

    const { diagnoses } = await investigateAsJson(world);

    expect(diagnoses[0]).toMatchObject({
      id: "errors-since-version",
      commands: ["npm run ops -- rollout abort dev api"],
    });
  });

  test("explains two versions behind live and warm", async () => {
    const cold = { ...NORMAL, coldStarts: 5 };
    const worldOf = (rows: readonly QueryRow[]) => {
      const world = worldWith(rows, NORMAL).minutes(FROM, INVESTIGATION_NOW, cold);
      world.aliases.set("dev-api", { live: "42", warm: "41" });
      return world;
    };
    const ids = async (rows: readonly QueryRow[]) =>
      (await investigateAsJson(worldOf(rows))).diagnoses.map(({ id }) => id);

    expect(await ids([])).toContain("cold-starts-other-version");
    expect(await ids([makeRolloutRow(BEGAN, { percent: 100, figures: FINE })])).not.toContain(
      "cold-starts-other-version",
    );
  });
});

test("versions are shown with how their rollouts ended", async () => {
  const world = worldWith([makeRolloutRow(BEGAN), wentBack]);
  world.versions.push({ ...world.versions[1], Version: "42", LastModified: "2026-01-19T09:25:00.000+0000" });

  const { stdout } = await runInvestigate(world, "api");

  const lines = stdout.map((line) => line.trim());
  expect(lines).toContain("versions: 42 (2026-01-19 09:25, rollout went back), 41 (2026-01-05 10:00)");
  expect(lines.filter((line) => line.includes("is newer than live"))).toEqual([]);
});

test("records are read for a day before, and not of functions without rollouts", async () => {
  const before = makeRolloutRow(FROM - DAY / 2, { event: "end", status: "completed", percent: 100, figures: FINE });

  const { stdout } = await runInvestigate(worldWith([before]), "api");
  const { stdout: without } = await runInvestigate(new InvestigationWorld().always(NORMAL), "api");

  expect(stdout.join("\n")).toContain("rollout completed, 2026-01-18 21:07 to 2026-01-18 21:07");
  expect(without.join("\n")).not.toContain("rollout");
});

test("a controller that is not there is said, and the rest is shown", async () => {
  const world = worldWith([]);
  world.deny("StartQuery");

  const { exitCode, stderr, stdout } = await runInvestigate(world, "api");

  expect(exitCode).toBe(1);
  expect(stderr.join()).toContain("rollouts");
  expect(stdout.join("\n")).toMatch(/rollouts not read: AWS does not allow logs:StartQuery/);
});
