import { describe, expect, test } from "@jest/globals";
import { ROLLING } from "../../../operations/investigate/rollouts";
import {
  DAY,
  FROM,
  HOUR,
  investigateAsJson,
  MINUTE,
  NORMAL,
  INVESTIGATION_NOW,
  makeSegment,
  type TrafficRates,
  InvestigationWorld,
} from "./world";

interface Case {
  /** What is the case, and found at first. */
  readonly id: string;
  readonly world: () => InvestigationWorld;
  readonly because: RegExp;
  readonly advice: RegExp;
  readonly command?: RegExp;
  readonly runbook: string;
}

/** A function that was fine before, and is not now. */
function worldNow(
  traffic: TrafficRates,
  change: (world: InvestigationWorld) => unknown = () => undefined,
): InvestigationWorld {
  const world = new InvestigationWorld().before(NORMAL).minutes(FROM, INVESTIGATION_NOW, { ...NORMAL, ...traffic });
  change(world);
  return world;
}

/** A function to which a version brought something. */
function worldSinceVersion(
  traffic: TrafficRates,
  change: (world: InvestigationWorld) => unknown = () => undefined,
): InvestigationWorld {
  const deployedAt = FROM + 10 * MINUTE;
  const world = new InvestigationWorld().before(NORMAL).minutes(FROM, deployedAt, NORMAL).deploys(deployedAt);
  world.minutes(deployedAt, INVESTIGATION_NOW, { ...NORMAL, ...traffic });
  change(world);
  return world;
}

const waits = (name: string, seconds: number) => ({
  Id: "1-slow",
  ResponseTime: 2,
  documents: [
    makeSegment([
      {
        name: "Invocation",
        start_time: 0,
        end_time: 2,
        subsegments: [{ name, namespace: "aws", start_time: 0, end_time: seconds }],
      },
    ]),
  ],
});

/** Each is the only trouble there is, and told as the first. */
const CASES: readonly Case[] = [
  {
    id: "errors-since-version",
    world: () => worldSinceVersion({ failures: 1 }),
    because: /before version 42 of 2026-01-19 09:17 0 of 300 requests failed, .* 30 of 300 requests failed/,
    advice: /roll back to version 41/,
    command: /ops -- rollback dev api --to 41/,
    runbook: "errors.md#how-to-roll-back",
  },
  {
    id: "throttles",
    world: () => worldNow({ throttles: 2, concurrency: 10 }, (world) => (world.reserved = 10)),
    because: /refused requests: 120, yesterday 0, last week 0; up to 10 instances were used, of 10 reserved/,
    advice: /raise functions\.api\.reserved_concurrency in environments\/dev\.tfvars/,
    runbook: "throttles.md#what-to-change",
  },
  {
    id: "throttles",
    world: () => worldNow({ throttles: 2, concurrency: 10 }),
    because: /none are reserved/,
    advice: /the account's limit/,
    command: /get-account-settings/,
    runbook: "throttles.md#what-to-change",
  },
  {
    id: "throttles",
    world: () => worldNow({ throttles: 2 }, (world) => (world.reserved = 0)),
    because: /reserved concurrency is 0/,
    advice: /the function is stopped/,
    runbook: "throttles.md#what-to-change",
  },
  {
    id: "timeouts",
    world: () => worldNow({ timeouts: 1 }),
    because: /timeouts: 60, yesterday 0, last week 0; response time, p50: 100 ms, .*, the timeout is 10,000 ms/,
    advice: /some requests hang/,
    runbook: "timeouts.md#what-to-change",
  },
  {
    id: "timeouts",
    world: () => worldNow({ timeouts: 1, milliseconds: 9500 }),
    because: /response time, p50: 9,500 ms, yesterday 100 ms/,
    advice: /raise functions\.api\.timeout_seconds/,
    runbook: "timeouts.md#what-to-change",
  },
  {
    id: "errors",
    world: () =>
      worldNow({ failures: 1 }, (world) => (world.rows = { failures: [{ what: "Http503", failures: "60" }] })),
    because: /failed requests: 60, yesterday 0, last week 0; most often Http503/,
    advice: /dependency that is down/,
    runbook: "errors.md#likely-causes",
  },
  {
    // The version is from hours ago, and the failures began without it.
    id: "errors",
    world: () =>
      worldNow({ failures: 1 }, (world) =>
        world.minutes(FROM - 5 * HOUR, FROM - HOUR, NORMAL).deploys(FROM - 3 * HOUR),
      ),
    because: /failed requests: 60/,
    advice: /dependency that is down/,
    runbook: "errors.md#likely-causes",
  },
  {
    id: "dropped-events",
    world: () =>
      worldNow({}, (world) => {
        world.dev = { functions: "api = { memory_mb = 512, asynchronous = true }" };
        world.rings("dev-api-dropped-events", INVESTIGATION_NOW - 10 * MINUTE);
      }),
    because: /dev-api-dropped-events rang: Lambda dropped more than 0 asynchronous events in 5 minutes/,
    advice: /destination/,
    runbook: "dropped-events.md#what-to-change",
  },
  {
    id: "no-traffic",
    world: () =>
      new InvestigationWorld().before(NORMAL).minutes(INVESTIGATION_NOW - 2 * MINUTE, INVESTIGATION_NOW, NORMAL),
    because: /requests: 20, yesterday 600, last week 600/,
    advice: /what calls the function/,
    runbook: "README.md",
  },
  {
    id: "slower-since-version",
    world: () => worldSinceVersion({ milliseconds: 400 }),
    because: /before version 42 of .* a request took 100 ms on average, after it 400 ms/,
    advice: /roll back to version 41/,
    command: /ops -- rollback dev api --to 41/,
    runbook: "response-time.md#how-to-roll-back",
  },
  {
    id: "slow-dependency",
    world: () => worldNow({ milliseconds: 900 }, (world) => (world.traces = [waits("DynamoDB", 1.8)])),
    because: /p99: 900 ms, yesterday 100 ms.*; trace 1-slow waited 1,800 of 2,000 ms for DynamoDB/,
    advice: /fix DynamoDB/,
    runbook: "response-time.md#likely-causes",
  },
  {
    id: "slow-function",
    world: () => worldNow({ milliseconds: 900 }, (world) => (world.traces = [waits("DynamoDB", 0.2)])),
    because: /p50: 900 ms, yesterday 100 ms.*; memory, peak: 58\.6 %.*; it has 512 MB/,
    advice: /try more memory.*functions\.api\.memory_mb/,
    runbook: "response-time.md#what-to-change",
  },
  {
    id: "memory",
    world: () => worldNow({ memoryMb: 500 }),
    because: /memory, peak: 97\.7 %, yesterday 58\.6 %, last week 58\.6 %/,
    advice: /look for a leak/,
    runbook: "memory.md#what-to-change",
  },
  {
    id: "memory",
    world: () => new InvestigationWorld().always({ ...NORMAL, memoryMb: 500 }),
    because: /memory, peak: 97\.7 %, yesterday 97\.7 %/,
    advice: /^more memory removes the risk: functions\.api\.memory_mb/,
    runbook: "memory.md#what-to-change",
  },
  {
    id: "cold-starts-warming-fails",
    world: () => worldNow({ coldStarts: 1, pingFailures: 1 }),
    because: /cold starts: 60, yesterday 0, last week 0; failed pings: 60, yesterday 0/,
    advice: /the warmer's log/,
    command: /logs tail \/aws\/lambda\/dev-warmer/,
    runbook: "warming.md#likely-causes",
  },
  {
    id: "cold-starts-warming-fails",
    world: () => worldNow({ coldStarts: 1, pings: 0 }),
    because: /pings: 0, yesterday 60/,
    advice: /the warmer's log/,
    runbook: "warming.md#likely-causes",
  },
  {
    id: "cold-starts-other-version",
    world: () => worldNow({ coldStarts: 1 }, (world) => world.aliases.set("dev-api", { live: "41", warm: "40" })),
    because: /traffic goes to version 41, pings go to version 40/,
    advice: /the same version/,
    command: /ops -- rollback dev api --to 41/,
    runbook: "cold-starts.md#what-to-change",
  },
  {
    id: "cold-starts-deployment",
    world: () => worldSinceVersion({ coldStarts: 1 }),
    because: /cold starts: 50.*; version 42 of 2026-01-19 09:17 began without instances/,
    advice: /ends by itself/,
    runbook: "cold-starts.md#what-to-change",
  },
  {
    id: "cold-starts-concurrency",
    world: () => worldNow({ coldStarts: 1, concurrency: 12 }),
    because: /concurrent executions, peak: 12, yesterday 2, last week 2/,
    advice: /warming\.peak\.concurrency.*npm run ops -- warm dev api/,
    runbook: "cold-starts.md#what-to-change",
  },
  {
    id: "cold-starts-idle",
    world: () => {
      const world = new InvestigationWorld()
        .always({ pings: 1 })
        .rings("dev-api-cold-starts", INVESTIGATION_NOW - 5 * MINUTE);
      for (const days of [0, 1, 7])
        world.minutes(FROM - days * DAY, FROM - days * DAY + 4 * MINUTE, { ...NORMAL, requests: 1, coldStarts: 1 });
      return world;
    },
    because: /100 % of 4 requests in 60 minutes had a cold start/,
    advice: /ping more often: functions\.api\.warming\.scheduled\.every_minutes/,
    runbook: "cold-starts.md#what-to-change",
  },
  {
    id: "cold-starts",
    world: () => worldNow({ coldStarts: 1 }),
    because: /cold starts: 60, yesterday 0, last week 0$/,
    advice: /instances that crash/,
    runbook: "cold-starts.md#likely-causes",
  },
  {
    id: "warming-fails",
    world: () => worldNow({ pingFailures: 1 }),
    because: /failed pings: 60, yesterday 0, last week 0/,
    advice: /users do not have more cold starts yet/,
    runbook: "warming.md#likely-causes",
  },
  {
    id: "init-since-version",
    world: () => worldSinceVersion({ initMilliseconds: 1600 }),
    because: /before version 42 of .* it took 400 ms on average, after it 1,600 ms/,
    advice: /check what it loads .*roll back to version 41/,
    runbook: "init-duration.md#what-to-change",
  },
  {
    id: "init",
    world: () => worldNow({ initMilliseconds: 1600 }),
    because: /initialization, average: 1,600 ms, yesterday 400 ms, last week 400 ms/,
    advice: /slow warm-ups/,
    runbook: "init-duration.md#likely-causes",
  },
  {
    id: "alarm-without-cause",
    world: () => worldNow({}, (world) => world.rings("dev-api-memory", INVESTIGATION_NOW - 5 * MINUTE)),
    because: /dev-api-memory rang, but no figure is much worse than before/,
    advice: /threshold/,
    runbook: "README.md",
  },
  {
    id: "no-data",
    world: () => new InvestigationWorld(),
    because: /no figures of dev-api/,
    advice: /check the setup/,
    command: /^npm run ops -- doctor dev$/,
    runbook: "README.md",
  },
  {
    id: "unknown",
    world: () =>
      worldNow({}, (world) => {
        world.deny("GetMetricData");
      }),
    because: /could not be read/,
    advice: /allow the actions named above/,
    runbook: "README.md",
  },
];

describe("from evidence to advice", () => {
  test.each(CASES)("$id: $advice", async ({ id, world, because, advice, command, runbook }) => {
    const { diagnoses } = await investigateAsJson(world());

    const [first] = diagnoses;
    expect(first).toMatchObject({
      id,
      because: expect.stringMatching(because),
      advice: expect.stringMatching(advice),
      runbook: `docs/runbooks/${runbook}`,
    });
    if (command) expect(first?.commands?.join("\n")).toMatch(command);
  });

  test("every runbook and heading that is named is there", async () => {
    const { existsSync, readFileSync } = await import("node:fs");

    for (const { runbook } of [...CASES, ...ROLLING]) {
      const [page = "", heading = ""] = runbook.split("#");
      expect([runbook, existsSync(`docs/runbooks/${page}`)]).toEqual([runbook, true]);
      const headings = [...readFileSync(`docs/runbooks/${page}`, "utf8").matchAll(/^## (.*)$/gm)];
      const anchors = headings.map(([, title = ""]) => title.toLowerCase().replaceAll(" ", "-"));
      expect([runbook, heading === "" || anchors.includes(heading)]).toEqual([runbook, true]);
    }
  });

  test("what users suffer from most comes first", async () => {
    const trouble = {
      failures: 1,
      throttles: 2,
      milliseconds: 900,
      memoryMb: 500,
      coldStarts: 1,
      initMilliseconds: 1600,
    };

    const { diagnoses } = await investigateAsJson(worldSinceVersion(trouble));

    expect(diagnoses.map(({ id }) => id)).toEqual([
      "errors-since-version",
      "throttles",
      "slower-since-version",
      "memory",
      "cold-starts-deployment",
      "init-since-version",
    ]);
  });

  test("more failures because of more requests are no news", async () => {
    const world = new InvestigationWorld().before({ ...NORMAL, failures: 1 });
    world.minutes(FROM, INVESTIGATION_NOW, { ...NORMAL, requests: 30, failures: 3 });

    const { comparison, diagnoses } = await investigateAsJson(world);

    expect(comparison?.["requests"]).toEqual({ now: 1800, yesterday: 600, lastWeek: 600, standsOut: true });
    expect(comparison?.["failures"]).toEqual({ now: 180, yesterday: 60, lastWeek: 60, standsOut: false });
    expect(diagnoses.map(({ id }) => id)).toEqual(["nothing"]);
  });

  test("failures of a version before which nobody called the function are not blamed on it", async () => {
    const world = new InvestigationWorld().deploys(FROM + 10 * MINUTE);
    world.minutes(FROM + 10 * MINUTE, INVESTIGATION_NOW, { ...NORMAL, failures: 1 });

    const { diagnoses } = await investigateAsJson(world);

    expect(diagnoses.map(({ id }) => id)).toEqual(["errors"]);
  });

  test("failures after a deployment that are over are no reason to roll back", async () => {
    const world = new InvestigationWorld().before(NORMAL).deploys(FROM - 40 * MINUTE);
    world.minutes(FROM - 40 * MINUTE, FROM, { failures: 2 }).minutes(FROM, INVESTIGATION_NOW, NORMAL);

    const { around, diagnoses } = await investigateAsJson(world);

    expect(around?.after.failures).toBe(60);
    expect(diagnoses.map(({ id }) => id)).toEqual(["nothing"]);
  });

  test("what a version has as the one before had it is no difference", async () => {
    const same = { CodeSha256: "same", Environment: { Variables: { TABLE: "orders", STAGE: "dev", QUEUE: "mail" } } };
    const world = new InvestigationWorld().deploys(FROM, {
      ...same,
      Timeout: 20,
      Environment: { Variables: { TABLE: "other", QUEUE: "mail" } },
    });
    world.versions = world.versions.map((one) => (one.Version === "41" ? { ...one, ...same } : one));

    const { changes } = await investigateAsJson(world);

    expect(changes?.differences).toEqual([
      "timeout: 10 s -> 20 s",
      "variable STAGE: removed",
      "variable TABLE: changed",
    ]);
  });

  test("a version that was rolled back does not look like the one that users meet", async () => {
    const world = worldSinceVersion({});
    world.aliases.set("dev-api", { live: "41", warm: "41" });

    const { changes, diagnoses } = await investigateAsJson(world);

    expect(changes).toMatchObject({ current: { version: "41" }, versions: [{ version: "42" }, { version: "41" }] });
    expect(diagnoses.map(({ id }) => id)).toEqual(["nothing"]);
  });
});

test("failures do not stand out below the fewest with which a share of requests rings", async () => {
  const standsOut = async (failures: number) => {
    const world = new InvestigationWorld().minutes(FROM, INVESTIGATION_NOW, { ...NORMAL, failures });
    world.dev = { more: "alarms = { errors = { threshold_percent = 20, minimum_requests = 300 } }" };
    return (await investigateAsJson(world)).comparison?.["failures"]?.standsOut;
  };
  expect(await standsOut(1)).toBe(false);
  expect(await standsOut(2)).toBe(true);
});
