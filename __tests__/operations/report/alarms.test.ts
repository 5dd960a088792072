import { DescribeAlarmHistoryCommand } from "@aws-sdk/client-cloudwatch";
import {
  CreateLogGroupCommand,
  CreateLogStreamCommand,
  PutLogEventsCommand,
  PutRetentionPolicyCommand,
} from "@aws-sdk/client-cloudwatch-logs";
import { beforeEach, describe, expect, test } from "@jest/globals";
import { writeFileSync } from "node:fs";
import { join } from "node:path";
import { parseTfvars } from "../../../environments/parse-tfvars";
import { environmentFile } from "../../../environments/schema";
import {
  type AlarmReport,
  type PerformanceReport,
  performanceReportSchema,
} from "../../../operations/report/report-schema";
import { makeTemporaryFolder } from "../../support/project";
import { makeSdkError, makeStateChange, mocks } from "../../support/fake-aws";
import { ALARM_NAMES, DAY, HOUR, makeWorld, REPORT_NOW, runReport, TO, WEEK } from "./world";

const MINUTE = 60_000;
const ERRORS = "dev-api-errors";

const world = makeWorld();

async function report(
  args: readonly string[] = [],
  alarms = "",
  objectives = "objectives = false",
): Promise<PerformanceReport> {
  const more = alarms === "" ? "" : `alarms = { ${alarms} }`;
  const { stdout, stderr } = await runReport(world(), ["report", "dev", "--json", "--no-logs", ...args], {
    more: `${objectives}\n${more}`,
  });
  const line = stdout.at(-1);
  if (line === undefined) throw new Error(stderr.join("\n"));
  return performanceReportSchema.parse(JSON.parse(line));
}

function alarm({ alarms }: PerformanceReport, name: string): AlarmReport {
  const found = alarms.find((one) => one.name === name);
  if (!found) throw new Error(`no alarm ${name}`);
  return found;
}

function rings(name: string, at: number, minutes: number, badMinutes = 4): void {
  world().history.push(
    makeStateChange(name, at, "ALARM", { badAt: [at - MINUTE, at - badMinutes * MINUTE] }),
    makeStateChange(name, at + minutes * MINUTE, "OK"),
  );
}

function noteOf(name: string, at: number, text: string): string {
  return JSON.stringify({ alarm: name, rangAt: new Date(at).toISOString(), text });
}

/** One value of failed requests in every 5 minutes of the week. */
function errorsEvery5Minutes(count: (index: number) => number): void {
  const own = { FunctionName: "dev-api", Resource: "dev-api:live" };
  for (let index = 0; index < WEEK / (5 * MINUTE); index += 1) {
    const at = TO - WEEK + index * 5 * MINUTE;
    world().metrics.put("AWS/Lambda", "Invocations", own, at, 100);
    world().metrics.put("AWS/Lambda", "Errors", own, at, count(index));
  }
}

describe("how alarms rang", () => {
  test("is told with how often, how long, how soon, and how it was the week before", async () => {
    rings(ERRORS, TO - 9 * DAY, 20);
    rings(ERRORS, TO - 5 * DAY, 10);
    rings(ERRORS, TO - 3 * DAY, 30, 2);
    rings(ERRORS, TO - DAY, 50, 6);
    rings("dev-api-memory", TO - 4 * DAY, 600);

    const found = await report();

    expect(alarm(found, ERRORS)).toMatchObject({
      behaviour: "sometimes",
      ringsBefore: 1,
      ringingMinutes: 90,
      medianMinutesToOk: 30,
      worstMinutesToOk: 50,
    });
    expect(alarm(found, ERRORS).rings.map(({ minutesToDetect }) => minutesToDetect)).toEqual([4, 2, 6]);
    expect(alarm(found, "dev-api-throttles")).toMatchObject({ behaviour: "never", rings: [], ringingMinutes: 0 });
    expect(found.alarms.map(({ name }) => name)).toEqual([...ALARM_NAMES, "dev-warmer-errors", "dev-warmer-missed"]);
  });

  test("takes the time to detection from alarms that see trouble begin, not from those that look back for hours", async () => {
    const FAST = "dev-api-availability-fast-burn";
    world().setAlarms(FAST, ERRORS);
    rings(FAST, TO - 2 * DAY, 60, 60);
    rings(ERRORS, TO - 2 * DAY, 10, 4);

    const { alarms, kpis } = await report([], "", "objectives = true");

    expect(alarms.find(({ name }) => name === FAST)).toMatchObject({ urgent: true });
    expect(alarms.find(({ name }) => name === FAST)?.rings[0]).not.toHaveProperty("minutesToDetect");
    expect(kpis[1]).toMatchObject({ kpi: "time to detection", measured: "4 min", state: "met" });
  });

  test("counts for the goals of the monitoring itself only what each is about", async () => {
    rings(ERRORS, TO - 5 * DAY, 10);
    rings(ERRORS, TO - 3 * DAY, 40, 8);
    // Sends nothing itself: no message, but a trouble that took its time.
    rings("dev-api-response-time", TO - 2 * DAY, 25, 90);
    // Sends the message for it, and is quiet again as soon as an urgent one rings.
    rings("dev-api-degraded", TO - 2 * DAY, 1);
    world().notes = [
      noteOf(ERRORS, TO - 5 * DAY, "rolled back"),
      noteOf(ERRORS, TO - 4 * DAY, "of no ring"),
      "no JSON",
    ];

    const { kpis } = await report();

    expect(kpis).toEqual([
      {
        kpi: "actionable alarms",
        goal: "> 95 %",
        measured: "33.3 %",
        state: "missed",
        note: "1 of 3 have a note about a change",
      },
      {
        kpi: "time to detection",
        goal: "< 5 min",
        measured: "6 min",
        state: "missed",
        note: "the median; 1 of 2 in time, worst 8 min",
      },
      {
        kpi: "time to resolution",
        goal: "< 30 min",
        measured: "25 min",
        state: "met",
        note: "the median; 2 of 3 in time, worst 40 min",
      },
    ]);
  });

  test("an alarm that never rang gets the highest threshold that would have, to paste", async () => {
    errorsEvery5Minutes((index) => (index === 700 ? 4 : index % 3 === 0 ? 1 : 0));

    const found = await report();

    expect(alarm(found, ERRORS).threshold).toEqual({
      key: "threshold",
      current: 5,
      suggested: 3,
      wouldHaveRung: 1,
      days: 7,
    });
    expect(found.suggestedTfvars).toBe(`functions = {
  api = {
    alarms = {
      errors = { threshold = 3 } # now 5; would have rung once in 7 days
    }
  }
}`);
  });

  test("what is suggested is settings that there are, within their limits", async () => {
    errorsEvery5Minutes((index) => (index === 700 ? 4 : 0));
    for (let at = TO - WEEK; at < TO; at += HOUR) {
      world().metrics.put("Lambda/Performance/dev-api", "MaxMemoryUsed", {}, at, 100);
      world().metrics.put("Lambda/Performance", "MemoryUtilization", { FunctionName: "dev-api" }, at, 20);
    }
    const names = ["memory", "init-duration", "response-time", "throttles", "timeouts", "cold-starts"];
    for (const name of names) world().ring(`dev-api-${name}`, TO - 9 * DAY);
    const own = { FunctionName: "dev-api", Resource: "dev-api:live" };
    for (let at = TO - WEEK; at < TO; at += MINUTE) {
      world().metrics.put("AWS/Lambda", "Duration", own, at, 7000);
      world().metrics.put("AWS/Lambda", "Throttles", own, at, 3);
    }

    const { suggestedTfvars = "" } = await report();

    const { values, mistakes } = await parseTfvars("dev.tfvars", Buffer.from(suggestedTfvars));
    const file = environmentFile.safeParse({ region: "eu-west-1", state: { backend: "local" }, ...values });
    expect(mistakes).toEqual([]);
    expect(file.error?.issues).toBeUndefined();
    expect(file.data?.functions["api"]).toMatchObject({
      memoryMb: 192,
      alarms: { errors: { threshold: 3 }, response_time: { threshold: 7000 }, throttles: { threshold: 3 } },
    });
  });

  test("a share of requests gets a threshold in tenths of a percent", async () => {
    errorsEvery5Minutes((index) => (index === 700 ? 1.25 : 0));

    const { suggestedTfvars } = await report([], "errors = { threshold_percent = 5 }");

    expect(suggestedTfvars).toContain("errors = { threshold_percent = 1.2 } # now 5; would have rung once in 7 days");
  });

  test("an alarm that always rings gets the lowest threshold that would have been quiet", async () => {
    errorsEvery5Minutes((index) => (index === 700 ? 30 : 8));
    world().ring(ERRORS, TO - 9 * DAY);

    const found = await report();

    expect(alarm(found, ERRORS)).toMatchObject({
      behaviour: "always",
      isRinging: true,
      ringingMinutes: WEEK / MINUTE,
      threshold: { current: 5, suggested: 8, wouldHaveRung: 1 },
    });
  });

  test("nothing is suggested for the alarms of a function that nobody calls", async () => {
    const { alarms, suggestedTfvars } = await report();

    expect(alarms.filter(({ threshold }) => threshold)).toEqual([]);
    expect(suggestedTfvars).toBeUndefined();
  });

  test("a month has no alarms of the month before, which CloudWatch has forgotten", async () => {
    rings(ERRORS, TO - 20 * DAY, 20);

    const found = await report(["--period", "month"]);

    expect(alarm(found, ERRORS).rings).toHaveLength(1);
    expect(alarm(found, ERRORS).ringsBefore).toBeUndefined();
    expect(found.notes.join(" ")).toContain("CloudWatch keeps the history of alarms only for some weeks");
  });

  test("what CloudWatch has forgotten is counted from the reports in the same folder", async () => {
    const out = makeTemporaryFolder();
    writeFileSync(join(out, "dev-week-broken.json"), "{");
    const began = TO - WEEK - 30 * MINUTE;
    rings(ERRORS, TO - 9 * DAY, 20);
    rings(ERRORS, began, 60);
    world().notes = [noteOf(ERRORS, began, "retry mended")];
    world().now = REPORT_NOW - WEEK;
    await report(["--out", out]);
    world().now = REPORT_NOW;
    await report(["--out", out]);
    world().history = [];
    rings(ERRORS, TO - DAY, 10);

    const found = await report(["--period", "month", "--out", out]);

    const { rings: all, ringingMinutes } = alarm(found, ERRORS);
    expect(ringingMinutes).toBe(90);
    expect(all.map(({ rangAt, endedAt, minutesToDetect, notes }) => [rangAt, endedAt, minutesToDetect, notes])).toEqual(
      [
        ["2026-01-10T10:00:00.000Z", "2026-01-10T10:20:00.000Z", 4, []],
        ["2026-01-12T09:30:00.000Z", "2026-01-12T10:30:00.000Z", 4, ["retry mended"]],
        ["2026-01-18T10:00:00.000Z", "2026-01-18T10:10:00.000Z", 4, []],
      ],
    );
  });

  test("an alarm that rings since a time that CloudWatch has forgotten is not called quiet", async () => {
    world().ring(ERRORS, TO - 20 * DAY);

    const found = await report(["--period", "month"]);

    expect(alarm(found, ERRORS)).toMatchObject({
      behaviour: "always",
      rings: [{ rangAt: "2025-12-30T10:00:00.000Z" }],
    });
  });

  test("passes over lines of the history that it cannot read", async () => {
    const odd = { ...makeStateChange(ERRORS, TO - DAY, "ALARM"), HistoryData: "{" };
    world().history = [odd, { ...odd, HistoryData: '{"type":"Create"}' }];

    expect(alarm(await report(), ERRORS).rings).toEqual([]);
  });
});

/** Log groups take notes. */
function takeNotes(): void {
  mocks.logs.on(CreateLogGroupCommand).resolves({});
  mocks.logs.on(PutRetentionPolicyCommand).resolves({});
  mocks.logs.on(CreateLogStreamCommand).resolves({});
  mocks.logs.on(PutLogEventsCommand).callsFake(({ logEvents }: { logEvents: { message: string }[] }) => {
    world().notes.push(...logEvents.map(({ message }) => message));
    return {};
  });
}

describe("mutes", () => {
  beforeEach(takeNotes);

  /** Milliseconds from the end of the period to the beginning of the mute, which lasts an hour. */
  async function mute(before: number, ...args: readonly string[]): Promise<void> {
    world().now = TO - before - 30_000;
    await runReport(world(), ["mute", "dev", "--for", "1h", "--why", "rollout of 42", ...args]);
    world().now = REPORT_NOW;
  }

  test("hold messages back: such a ring is no message, unless it lasts longer than the mute", async () => {
    await mute(3 * DAY);
    rings(ERRORS, TO - 3 * DAY + 5 * MINUTE, 10);
    rings("dev-api-memory", TO - 3 * DAY + 50 * MINUTE, 20);
    rings(ERRORS, TO - DAY, 10);
    world().notes.push(noteOf(ERRORS, TO - DAY, "rolled back"));

    const found = await report();

    expect(alarm(found, ERRORS)).toMatchObject({ messages: 1, noted: 1 });
    expect(alarm(found, ERRORS).rings.map(({ muted }) => muted)).toEqual([true, undefined]);
    expect(alarm(found, "dev-api-memory")).toMatchObject({ messages: 1, noted: 0 });
    expect(found.kpis[0]).toMatchObject({ measured: "50 %", note: "1 of 2 have a note about a change" });
  });

  test("are listed with their reason when CloudWatch no longer has them", async () => {
    await mute(3 * DAY, ERRORS, "dev-api-memory");
    world().muteRules.clear();

    const { stdout } = await runReport(world(), ["report", "dev", "--no-logs"]);
    const { mutes } = await report();

    expect(stdout.join("\n")).toMatch(
      /2026-01-16 10:00 +2026-01-16 11:00 +dev-api-errors, dev-api-memory +rollout of 42/,
    );
    expect(mutes?.map(({ from, to }) => [from, to])).toEqual([
      ["2026-01-16T10:00:00.000Z", "2026-01-16T11:00:00.000Z"],
    ]);
  });

  test("that were ended early held messages back until then", async () => {
    await mute(3 * DAY);
    world().now = TO - 3 * DAY + 10 * MINUTE;
    await runReport(world(), ["mute", "dev", "--end"]);
    world().now = REPORT_NOW;
    rings(ERRORS, TO - 3 * DAY + 5 * MINUTE, 2);
    rings(ERRORS, TO - 3 * DAY + 20 * MINUTE, 2);

    expect(alarm(await report(), ERRORS).rings.map(({ muted }) => muted)).toEqual([true, undefined]);
  });

  test("that were planned weeks ago are known, and those that were ended before they began are none", async () => {
    await mute(20 * DAY, "--at", "2026-01-17T00:00Z");
    await mute(19 * DAY, "--at", "2026-01-18T00:00Z");
    const [, second = ""] = world().muteRules.keys();
    world().now = TO - 18 * DAY;
    await runReport(world(), ["mute", "dev", "--end", second]);
    world().now = REPORT_NOW;

    const { mutes } = await report();

    expect(mutes?.map(({ from }) => from)).toEqual(["2026-01-17T00:00:00.000Z"]);
  });

  test("that overlap hold a message back until the last of them ends", async () => {
    await mute(3 * DAY);
    await mute(3 * DAY - 50 * MINUTE);
    rings(ERRORS, TO - 3 * DAY + 55 * MINUTE, 30);

    expect(alarm(await report(), ERRORS)).toMatchObject({ messages: 0, noted: 0 });
  });
});

describe("the note of what was changed", () => {
  beforeEach(takeNotes);

  const note = (...args: readonly string[]) => runReport(world(), ["note", "dev", ...args]);

  test("is found again by the report, at the last time that the alarm rang", async () => {
    rings(ERRORS, TO - 3 * DAY, 10);
    rings(ERRORS, TO - DAY, 10);

    const { exitCode, stdout } = await note(ERRORS, "rolled\nback \u001b[31mto 41");

    expect({ exitCode, stdout }).toEqual({
      exitCode: 0,
      stdout: [`Noted: ${ERRORS} rang at 2026-01-18 10:00 UTC: rolled back to 41`],
    });
    const { rings: found } = alarm(await report(), ERRORS);
    expect(found.map(({ notes }) => notes)).toEqual([[], ["rolled back to 41"]]);
  });

  test("makes the log group with the environment's tags, and lets it forget", async () => {
    rings(ERRORS, TO - DAY, 10);

    await note(ERRORS, "more memory");

    const [group] = mocks.logs.commandCalls(CreateLogGroupCommand).map(({ args: [{ input }] }) => input);
    const [retention] = mocks.logs.commandCalls(PutRetentionPolicyCommand).map(({ args: [{ input }] }) => input);
    expect(group).toEqual({
      logGroupName: "/warmwatch/dev/notes",
      tags: { Service: "LambdaMonitoring", CostCenter: "Performance", Environment: "dev" },
    });
    expect(retention?.retentionInDays).toBe(400);
  });

  test("is kept in the log group that is there", async () => {
    rings(ERRORS, TO - DAY, 10);
    const there = makeSdkError("ResourceAlreadyExistsException", "The specified log group already exists");
    mocks.logs.on(CreateLogGroupCommand).rejects(there);
    mocks.logs.on(CreateLogStreamCommand).rejects(there);

    const { exitCode } = await note(ERRORS, "more memory");

    expect({ exitCode, notes: world().notes.length }).toEqual({ exitCode: 0, notes: 1 });
    expect(mocks.logs.commandCalls(PutRetentionPolicyCommand)).toHaveLength(0);
  });

  test("is JSON for a script", async () => {
    rings(ERRORS, TO - DAY, 10);

    const { stdout } = await note(ERRORS, "more memory", "--json");

    expect(stdout.map((line) => JSON.parse(line) as unknown)).toEqual([
      { alarm: ERRORS, text: "more memory", rangAt: "2026-01-18T10:00:00.000Z" },
    ]);
  });

  test.each([
    ["of an alarm that is not there", "dev-api-eror", "x", 2, /^note: dev has no alarm "dev-api-eror"; those that/],
    ["of one that sends no messages", "dev-api-cold-starts", "x", 2, /: name dev-api-degraded, which rings for it$/],
    ["without a text", ERRORS, " \n", 2, /^note: describe what was changed$/],
    ["of too much", ERRORS, "x".repeat(1001), 2, /^note: expected at most 1000 characters, got 1001$/],
    [
      "of an alarm that has not rung",
      ERRORS,
      "x",
      1,
      /^dev-api-errors has not rung in the last 30 days, .*nothing to note$/,
    ],
  ])("%s is refused in one line, and nothing is kept", async (_, name, text, code, message) => {
    const { exitCode, stderr } = await note(name, text);

    expect(exitCode).toBe(code);
    expect(stderr).toEqual([expect.stringMatching(message)]);
    expect(world().notes).toEqual([]);
  });

  const refused = makeSdkError("AccessDeniedException", "User is not authorized");

  test("is kept without what AWS does not allow on the way, which is named", async () => {
    rings(ERRORS, TO - DAY, 10);
    mocks.logs.on(CreateLogGroupCommand).rejects(refused);

    const { exitCode, stderr } = await note(ERRORS, "more memory");

    expect({ exitCode, stderr, notes: world().notes.length }).toEqual({
      exitCode: 0,
      stderr: ["Stored without creating the log group: AWS does not allow logs:CreateLogGroup: User is not authorized"],
      notes: 1,
    });
  });

  test("counts for the last time that the alarm rang before it, where CloudWatch does not tell when that was", async () => {
    world().now = TO - 2 * DAY;
    mocks.cloudWatch.on(DescribeAlarmHistoryCommand).rejects(refused);

    const { exitCode, stdout, stderr } = await note(ERRORS, "more memory");
    world().now = REPORT_NOW;
    rings(ERRORS, TO - 4 * DAY, 10);
    rings(ERRORS, TO - 3 * DAY, 10);
    rings(ERRORS, TO - DAY, 10);
    mocks.cloudWatch.on(DescribeAlarmHistoryCommand).callsFake(() => ({ AlarmHistoryItems: world().history }));

    expect({ exitCode, stdout }).toEqual({
      exitCode: 0,
      stdout: [`Noted: ${ERRORS}, the last time that it rang before now: more memory`],
    });
    expect(stderr).toEqual([
      "Stored without the alarm's history: AWS does not allow cloudwatch:DescribeAlarmHistory: User is not authorized",
    ]);
    expect(alarm(await report(), ERRORS).rings.map(({ notes }) => notes)).toEqual([[], ["more memory"], []]);
  });

  test("that AWS does not take names what has to be allowed", async () => {
    rings(ERRORS, REPORT_NOW - HOUR, 10);
    mocks.logs.on(PutLogEventsCommand).rejects(refused);

    const { exitCode, stdout, stderr } = await note(ERRORS, "more memory");

    expect({ exitCode, stdout, stderr }).toEqual({
      exitCode: 1,
      stdout: [],
      stderr: ["AWS does not allow logs:PutLogEvents: User is not authorized"],
    });
  });
});
