import { type StartQueryCommandInput } from "@aws-sdk/client-cloudwatch-logs";
import { afterAll, beforeAll, describe, expect, test } from "@jest/globals";
import { type QueryRow } from "../../support/fake-aws";
import { HANDLER_SOURCE } from "../../support/project";
import { makeRolloutRow } from "../../support/rollout-records";
import { DoctorWorld, findFinding, makeReadyConfiguration, NOW, runDiagnosis, startSts, stopSts } from "./world";

const MINUTE = 60_000;

beforeAll(startSts);
afterAll(stopSts);

class RolloutWorld extends DoctorWorld {
  rows: QueryRow[] = [];
  asked: StartQueryCommandInput[] = [];

  constructor(facts: { live?: string; warm?: string; weights?: Record<string, number> } = {}, rows: QueryRow[] = []) {
    super();
    this.rows = rows;
    this.dev = { functions: 'api = { rollout = { strategy = "canary" } }' };
    this.files = { "functions/rollout-controller/handler.ts": HANDLER_SOURCE };
    this.functions.set("dev-rollout-controller", makeReadyConfiguration({}));
    this.logGroups.set("/aws/lambda/dev-rollout-controller", { retentionInDays: 30, logGroupClass: "STANDARD" });
    this.schedules.set("dev-rollout-controller/tick", { State: "ENABLED" });
    const { live = "41", warm = "41", weights } = facts;
    this.aliases.set("dev-api", { live, warm });
    if (weights) this.weights.set("dev-api:live", weights);
  }

  protected override runQuery(query: StartQueryCommandInput): readonly QueryRow[] {
    this.asked.push(query);
    return this.rows;
  }
}

describe("rollouts that are as they should be", () => {
  test.each([
    ["none is running", () => new RolloutWorld(), "none is running"],
    [
      "one is running",
      () => new RolloutWorld({ weights: { "42": 0.1 } }, [makeRolloutRow(NOW - 3 * MINUTE)]),
      "running since 2026-01-05 09:57: version 42 has 10 % of the requests, version 41 the others",
    ],
    [
      "a version is judged with all traffic, while pings still go to the old one",
      () =>
        new RolloutWorld({ live: "42" }, [
          makeRolloutRow(NOW - 8 * MINUTE),
          makeRolloutRow(NOW - 3 * MINUTE, { event: "step", percent: 100 }),
        ]),
      "running since 2026-01-05 09:52: version 42 has all requests and is being judged",
    ],
    [
      "one of another function is running",
      () => new RolloutWorld({}, [makeRolloutRow(NOW - 3 * MINUTE, { functionName: "dev-orders" })]),
      "none is running",
    ],
  ])("%s", async (_, make, detail) => {
    const world = make();

    expect(await findFinding(world, "api: rollout")).toMatchObject({ outcome: "ok", detail });
    expect(await findFinding(world, "api: aliases")).toMatchObject({ outcome: "ok" });
  });

  test("are looked for as far back as one may last", async () => {
    const world = new RolloutWorld();

    await runDiagnosis(world);

    expect(world.asked).toEqual([
      expect.objectContaining({
        logGroupNames: ["/aws/lambda/dev-rollout-controller"],
        startTime: Math.floor((NOW - 70 * MINUTE) / 1000),
      }),
    ]);
  });
});

describe("a rollout that was left half done", () => {
  test.each([
    [
      "weights without a rollout",
      () =>
        new RolloutWorld({ weights: { "42": 0.1 } }, [
          makeRolloutRow(NOW - 30 * MINUTE),
          makeRolloutRow(NOW - 20 * MINUTE, { event: "end", status: "superseded", percent: 0 }),
        ]),
      "fail",
      "live is on version 41 and sends 10 % of the requests to 42, but no rollout is running",
      "npm run ops -- rollback dev api --to 41, or npm run ops -- rollback dev api --to 42",
    ],
    [
      "live and warm on two versions without a rollout",
      () => new RolloutWorld({ live: "42" }),
      "fail",
      "live is on version 42, warm on 41, and no rollout is running",
      "npm run ops -- rollback dev api --to 42",
    ],
    [
      "one that nothing ended",
      () => new RolloutWorld({ weights: { "42": 0.1 } }, [makeRolloutRow(NOW - 66 * MINUTE)]),
      "fail",
      "running since 2026-01-05 08:54: version 42 has 10 % of the requests, version 41 the others; it should have ended at 2026-01-05 09:54",
      "npm run ops -- rollout abort dev api; why nothing ended it: docs/runbooks/rollouts.md",
    ],
    [
      "one that somebody paused",
      () =>
        new RolloutWorld({ weights: { "42": 0.1 } }, [
          makeRolloutRow(NOW - 10 * MINUTE),
          makeRolloutRow(NOW - 8 * MINUTE, { event: "pause", status: "paused" }),
        ]),
      "warn",
      "paused since 2026-01-05 09:50: version 42 has 10 % of the requests, version 41 the others; it goes back at 2026-01-05 10:50",
      "npm run ops -- rollout resume dev api, or abort",
    ],
  ])("%s: says what to do", async (_, make, outcome, detail, fix) => {
    expect(await findFinding(make(), "api: rollout")).toEqual({ check: "api: rollout", outcome, detail, fix });
  });

  test("cannot be found without the controller", async () => {
    const world = new RolloutWorld();
    world.functions.delete("dev-rollout-controller");

    expect(await findFinding(world, "rollouts: deployed")).toMatchObject({
      outcome: "fail",
      detail: "there is no function dev-rollout-controller",
      fix: "npx cdktf deploy dev",
    });
    expect(await findFinding(world, "api: rollout")).toMatchObject({ outcome: "skipped" });
  });
});

test("a schedule that is switched off is found: long rollouts would stay as they are", async () => {
  const world = new RolloutWorld();
  expect(await findFinding(world, "rollouts: schedule")).toMatchObject({ outcome: "ok" });

  world.schedules.set("dev-rollout-controller/tick", { State: "DISABLED" });

  expect(await findFinding(world, "rollouts: schedule")).toMatchObject({
    outcome: "fail",
    detail: "switched off, or not there: tick of dev-rollout-controller; long rollouts are not continued",
    fix: "npx cdktf deploy dev",
  });
});

test("an environment without rollouts has no checks of them", async () => {
  const { findings } = await runDiagnosis(new DoctorWorld());

  expect(findings.filter(({ check }) => check.includes("rollout"))).toEqual([]);
});
