import { PutAlarmMuteRuleCommand } from "@aws-sdk/client-cloudwatch";
import {
  CreateLogGroupCommand,
  CreateLogStreamCommand,
  PutLogEventsCommand,
  PutRetentionPolicyCommand,
} from "@aws-sdk/client-cloudwatch-logs";
import { beforeEach, describe, expect, test } from "@jest/globals";
import fc from "fast-check";
import { type KeptMuteRule, makeSdkError, mocks } from "../../support/fake-aws";
import { makeWorld, REPORT_NOW, runReport } from "../report/world";

const ERRORS = "dev-api-errors";
const MUTE = "dev-mute-20260119100700000";
/** Of `api` and the warmer, without the two that ring through another. */
const SENDING = [
  ...["init-duration", "memory", "errors", "throttles", "timeouts", "warming", "degraded"].map(
    (key) => `dev-api-${key}`,
  ),
  ...["dev-warmer-errors", "dev-warmer-missed"],
];

const world = makeWorld();

beforeEach(() => {
  mocks.logs.on(CreateLogGroupCommand).resolves({});
  mocks.logs.on(PutRetentionPolicyCommand).resolves({});
  mocks.logs.on(CreateLogStreamCommand).resolves({});
  mocks.logs.on(PutLogEventsCommand).callsFake(({ logEvents }: { logEvents: { message: string }[] }) => {
    world().notes.push(...logEvents.map(({ message }) => message));
    return {};
  });
});

const mute = (...args: readonly string[]) => runReport(world(), ["mute", "dev", ...args]);

/** In an environment with 120 alarms that send messages. */
function runWithManyAlarms() {
  const ids = Array.from({ length: 20 }, (_, index) => `f${index}`);
  const keys = ["init-duration", "memory", "errors", "throttles", "timeouts", "degraded"];
  world().setAlarms(...ids.flatMap((id) => keys.map((key) => `dev-${id}-${key}`)));
  const functions = ids.map((id) => `${id} = { existing = true, function_name = "${id}" }`).join("\n");
  return (...args: readonly string[]) => runReport(world(), ["mute", "dev", ...args], { functions });
}

describe("mute", () => {
  test("mutes every alarm that sends messages, for the time asked for, with the reason", async () => {
    const { exitCode, stdout, stderr } = await mute("--for", "1h", "--why", "rollout\nof 42");

    expect({ exitCode, stderr }).toEqual({ exitCode: 0, stderr: [] });
    expect(stdout).toEqual([
      "Muted: 9 alarms of dev, 2026-01-19 10:08 to 2026-01-19 11:08 UTC: rollout of 42",
      "An alarm that still rings at the end sends its message then.",
      `To end it early: npm run ops -- mute dev --end ${MUTE}`,
    ]);
    expect([...world().muteRules.values()]).toEqual([
      {
        Name: MUTE,
        Description: "rollout of 42",
        Rule: { Schedule: { Expression: "at(2026-01-19T10:08)", Duration: "PT1H", Timezone: "UTC" } },
        MuteTargets: { AlarmNames: SENDING },
        Tags: expect.arrayContaining([{ Key: "Environment", Value: "dev" }]) as unknown,
        Status: "ACTIVE",
      },
    ]);
    expect(world().notes.map((line) => JSON.parse(line) as unknown)).toEqual([
      {
        mute: MUTE,
        alarms: SENDING,
        from: "2026-01-19T10:08:00.000Z",
        to: "2026-01-19T11:08:00.000Z",
        why: "rollout of 42",
      },
    ]);
  });

  test("mutes a function's alarms, or some by name, at a planned time", async () => {
    await mute(
      "--for",
      "90m",
      "--why",
      "x",
      "--function",
      "api",
      "dev-warmer-errors",
      "--at",
      "2026-01-20T01:00+01:00",
    );

    const [rule] = world().muteRules.values();
    expect(rule?.Rule?.Schedule).toMatchObject({ Expression: "at(2026-01-20T00:00)", Duration: "PT1H30M" });
    expect(rule?.MuteTargets?.AlarmNames?.toSorted()).toEqual(
      SENDING.filter((name) => name !== "dev-warmer-missed").sort(),
    );
  });

  test("makes several rules of more alarms than one rule takes, and ends them together", async () => {
    const run = runWithManyAlarms();

    await run("--for", "1h", "--why", "x");

    const rules = [...world().muteRules.values()].map(({ MuteTargets }) => MuteTargets?.AlarmNames ?? []);
    expect(rules.map(({ length }) => length)).toEqual([100, 20]);
    expect(new Set(rules.flat()).size).toBe(120);
    expect([...world().muteRules.keys()]).toEqual([MUTE, `${MUTE}-2`]);
    expect((await run("--end")).stdout).toEqual([`Ended: ${MUTE}`]);
    expect(world().muteRules.size).toBe(0);
  });

  test.each([
    [["--for", "1h"], /^mute: say why, with --why$/],
    [["--why", "x"], /^mute: say how long, with --for$/],
    [["--for", "16d", "--why", "x"], /It is not a time from 1m to 15d/],
    [["--for", "1h", "--why", "x", "--at", "2026-01-20T00:00"], /It is not a time such as/],
    [["--for", "1h", "--why", "x", "--at", "2026-02-30T00:00Z"], /It is not a time such as/],
    [["--for", "1h", "--why", "x", "--at", "2026-01-20T24:00Z"], /It is not a time such as/],
    [
      ["--for", "1h", "--why", "x", "--at", "2026-01-19T10:00Z"],
      /^--at: expected a time within 30 days from now, got 2026-01-19T10:00:00.000Z$/,
    ],
    [["--for", "1h", "--why", "x", "--at", "2026-03-19T10:00Z"], /^--at: expected a time within 30 days/],
    [
      ["--for", "1h", "--why", "x", "--function", "apo"],
      /^mute: dev has no function "apo" with alarms; those with alarms are: api$/,
    ],
    [
      ["--for", "1h", "--why", "x", "dev-api-eror"],
      /^mute: dev has no alarm "dev-api-eror"; those that send messages are: /,
    ],
    [["--for", "1h", "--why", "x", "dev-api-cold-starts"], /: name dev-api-degraded, which rings for it$/],
    [["--end", "--for", "1h"], /^mute: --end ends a mute as a whole$/],
  ])("refuses %j in one line, and mutes nothing", async (args, message) => {
    const { exitCode, stderr } = await mute(...args);

    expect(exitCode).toBe(2);
    expect(stderr.join("\n")).toMatch(message);
    expect(mocks.cloudWatch.calls()).toEqual([]);
  });

  test("an environment that is not deployed has nothing to mute", async () => {
    world().setAlarms();

    const { exitCode, stderr } = await mute("--for", "1h", "--why", "x");

    expect({ exitCode, stderr }).toEqual({
      exitCode: 1,
      stderr: ["none of the alarms is in eu-west-1: is dev deployed?"],
    });
  });

  test("names alarms that are not in AWS, and mutes the others", async () => {
    world().setAlarms("dev-api-errors");

    const { stdout, stderr } = await mute("--for", "1h", "--why", "x", "dev-api-errors", "dev-api-memory");

    expect(stdout[0]).toMatch(/^Muted: 1 alarm of dev/);
    expect(stderr).toEqual(["Not in AWS, so not muted: dev-api-memory"]);
  });

  test("mutes none if AWS refuses one of several rules", async () => {
    const run = runWithManyAlarms();
    let rules = 0;
    mocks.cloudWatch.on(PutAlarmMuteRuleCommand).callsFake((input: KeptMuteRule) => {
      if (++rules > 1) throw makeSdkError("LimitExceeded", "too many");
      world().muteRules.set(input.Name ?? "", input);
      return {};
    });

    const { exitCode, stderr } = await run("--for", "1h", "--why", "x");

    expect({ exitCode, stderr, left: world().muteRules.size, kept: world().notes }).toEqual({
      exitCode: 1,
      stderr: ["a request to AWS in eu-west-1 failed: LimitExceeded: too many"],
      left: 0,
      kept: [],
    });
  });

  test("says that the report will not know of a mute that could not be noted", async () => {
    mocks.logs.on(PutLogEventsCommand).rejects(makeSdkError("AccessDeniedException", "not authorized"));

    const { exitCode, stdout, stderr } = await mute("--for", "1h", "--why", "x");

    expect({ exitCode, stderr }).toEqual({
      exitCode: 1,
      stderr: ["Muted without a record for the report: AWS does not allow logs:PutLogEvents: not authorized"],
    });
    expect(stdout[0]).toMatch(/^Muted: 9 alarms/);
    expect(world().muteRules.size).toBe(1);
  });

  test("removes this environment's expired rules, and no others", async () => {
    world().mute("dev-mute-20260101100700000", SENDING, { Status: "EXPIRED" });
    world().mute("dev-mute-20260101100700000-2", SENDING, { Status: "EXPIRED" });
    for (const other of ["dev-mute-2", "dev-mute-mute-20260101100700000", "weekly"])
      world().mute(other, SENDING, { Status: "EXPIRED" });

    await mute("--for", "1h", "--why", "x");

    expect([...world().muteRules.keys()]).toEqual(["dev-mute-2", "dev-mute-mute-20260101100700000", "weekly", MUTE]);
  });

  test("without --for, shows what is muted now and later, whoever did it", async () => {
    world().mute(MUTE, SENDING);
    world().mute("dev-mute-20260119100000000", [ERRORS], { Status: "SCHEDULED", at: "2026-01-25T00:00" });
    const Rule = { Schedule: { Expression: "cron(0 2 * * SUN)", Duration: "PT2H" } };
    world().mute("weekly", [ERRORS, "prod-api-errors"], { Rule, Description: "backup" });
    world().mute("others", ["prod-api-errors"]);
    world().mute("past", SENDING, { Status: "EXPIRED" });

    const { exitCode, stdout } = await mute();

    expect(exitCode).toBe(0);
    expect(stdout).toEqual([
      `muted  2026-01-19 10:08 to 2026-01-19 11:08 UTC: 9 alarms: rollout (${MUTE})`,
      "planned  2026-01-25 00:00 to 2026-01-25 01:00 UTC: 1 alarm: rollout (dev-mute-20260119100000000)",
      "muted  at times of its own: 1 alarm: backup (weekly)",
    ]);
  });

  test("shows that nothing is muted", async () => {
    expect((await mute()).stdout).toEqual(["No alarm of dev is muted, now or later."]);
  });

  test("--end ends what is muted now, notes when, and leaves what is planned or made elsewhere", async () => {
    world().mute(MUTE, SENDING);
    world().mute("dev-mute-20260119100000000", SENDING, { Status: "SCHEDULED" });
    world().mute("weekly", SENDING);
    world().now = REPORT_NOW + 600_000;

    const { exitCode, stdout } = await mute("--end");

    expect({ exitCode, stdout }).toEqual({ exitCode: 0, stdout: [`Ended: ${MUTE}`, "Still muted by weekly"] });
    expect([...world().muteRules.keys()]).toEqual(["dev-mute-20260119100000000", "weekly"]);
    expect(world().notes).toEqual([JSON.stringify({ mute: MUTE, endedAt: "2026-01-19T10:17:00.000Z" })]);
  });

  test("--end with a name ends a planned mute; a name that is not there is refused with those that are", async () => {
    world().mute(MUTE, SENDING, { Status: "SCHEDULED" });

    const wrong = await mute("--end", "dev-mute-1");
    const right = await mute("--end", MUTE);

    expect(wrong).toMatchObject({
      exitCode: 1,
      stderr: [`there is no mute "dev-mute-1" now or later; there are: ${MUTE}`],
    });
    expect(right).toMatchObject({ exitCode: 0, stdout: [`Ended: ${MUTE}`] });
  });

  test("every time that may be asked for is the time that is muted", async () => {
    const units = { m: 1, h: 60, d: 1440 };
    const times = fc.oneof(
      fc.tuple(fc.integer({ min: 1, max: 21_600 }), fc.constant("m" as const)),
      fc.tuple(fc.integer({ min: 1, max: 360 }), fc.constant("h" as const)),
      fc.tuple(fc.integer({ min: 1, max: 15 }), fc.constant("d" as const)),
    );
    await fc.assert(
      fc.asyncProperty(times, async ([amount, unit]) => {
        world().muteRules.clear();
        await mute("--for", `${amount}${unit}`, "--why", "x", "dev-api-errors");
        const { stdout } = await mute("--json");

        const [{ from = "", to = "" } = {}] = JSON.parse(stdout[0] ?? "") as { from?: string; to?: string }[];
        expect((Date.parse(to) - Date.parse(from)) / 60_000).toBe(amount * units[unit]);
      }),
      { numRuns: 15 },
    );
  });
});
