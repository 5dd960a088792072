import { describe, expect, test } from "@jest/globals";
import { mocks } from "../../support/fake-aws";
import {
  investigateAsJson,
  MINUTE,
  FROM,
  INVESTIGATION_NOW,
  DAY,
  runInvestigate,
  makeVersion,
  InvestigationWorld,
} from "./world";
import { GetMetricDataCommand } from "@aws-sdk/client-cloudwatch";

/** A function that something else deploys, with text logs and without aliases. */
function existing(facts = ""): InvestigationWorld {
  const world = new InvestigationWorld();
  world.dev = { functions: `old = { existing = true, function_name = "Old_Service", log_format = "text" ${facts} }` };
  world.aliases.set("dev-api", {});
  world.versions = [makeVersion("$LATEST", { LastModified: new Date(FROM + 20 * MINUTE).toISOString() })];
  return world;
}

function traffic(world: InvestigationWorld, failures: number): InvestigationWorld {
  const whole = { requests: 10, milliseconds: 100, memoryMb: 300 };
  for (const days of [1, 7]) world.minutes(FROM - days * DAY, INVESTIGATION_NOW - days * DAY, whole, "Old_Service", "");
  world.minutes(FROM - 30 * MINUTE, FROM + 20 * MINUTE, whole, "Old_Service", "");
  return world.minutes(FROM + 20 * MINUTE, INVESTIGATION_NOW, { ...whole, failures }, "Old_Service", "");
}

describe("a function that is deployed elsewhere", () => {
  test("is found by both of its names, and its alarms carry the environment's", async () => {
    const [byKey, byName] = [
      await investigateAsJson(existing(), "old"),
      await investigateAsJson(existing(), "Old_Service"),
    ];

    expect(byKey).toEqual(byName);
    expect(byKey.alarms?.map(({ name }) => name)).toContain("dev-Old_Service-errors");
  });

  test("is asked by the queries for text logs, without those that they cannot answer", async () => {
    const world = existing();
    world.rows = {
      failures: [
        { "@log": "1:/aws/lambda/Old_Service", failures: "3", last: "2026-01-19 10:00:00.000", example: "abc" },
      ],
      "slow-requests": [
        { "@requestId": "abc", "@duration": "2500.5", "@initDuration": "800", usedMb: "90", sizeMb: "128" },
      ],
    };

    const { stdout } = await runInvestigate(world, "old");

    expect(world.asked).toEqual(["/aws/lambda/Old_Service failures", "/aws/lambda/Old_Service slow-requests"]);
    expect(stdout.join("\n")).toMatch(
      /dev\/failures-text .*\n +3 x failed, last 2026-01-19 10:00:00\.000, example abc\n/,
    );
    expect(stdout.join("\n")).toMatch(
      /1 slow requests; the slowest:\n +2,501 ms, after 800 ms of initialization, memory 90 of 128 MB, request abc\n/,
    );
  });

  test("has no aliases, and what changed is when it was changed last", async () => {
    const { stdout } = await runInvestigate(traffic(existing(), 0), "old");

    expect(stdout.join("\n")).toMatch(
      /aliases: none, it is deployed elsewhere\n +versions: none published\n +last changed: 2026-01-19 09:27/,
    );
  });

  test("that fails since it was changed is rolled back where it is deployed from", async () => {
    const { diagnoses } = await investigateAsJson(traffic(existing(), 4), "old");

    expect(diagnoses[0]).toMatchObject({
      id: "errors-since-version",
      advice: "roll back where it is deployed from, and investigate afterward",
    });
    expect(diagnoses[0]).not.toHaveProperty("commands");
  });

  test("with versions is compared with the last one that has other code", async () => {
    const world = existing();
    world.versions = [
      makeVersion("$LATEST", { CodeSha256: "new", MemorySize: 1024 }),
      makeVersion("8", { CodeSha256: "old", MemorySize: 256 }),
      makeVersion("9", { CodeSha256: "new" }),
    ];

    const { changes } = await investigateAsJson(world, "old");

    expect(changes?.previous?.version).toBe("8");
    expect(changes?.differences).toEqual(["code: old -> new", "memory: 256 MB -> 1024 MB"]);
  });

  test("is read as a whole: no alias, no metrics of its own", async () => {
    await investigateAsJson(existing(), "old");

    const asked = mocks.cloudWatch
      .commandCalls(GetMetricDataCommand)
      .flatMap(({ args: [{ input }] }) =>
        (input.MetricDataQueries ?? []).flatMap(({ MetricStat }) => MetricStat?.Metric ?? []),
      );
    expect(asked.length).toBeGreaterThan(0);
    for (const { Namespace, Dimensions = [] } of asked) {
      expect(Dimensions.map(({ Name }) => Name)).not.toContain("Resource");
      expect(["AWS/Lambda", "Lambda/Performance/Old_Service"]).toContain(Namespace);
    }
  });
});
