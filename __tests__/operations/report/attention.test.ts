import { describe, expect, test } from "@jest/globals";
import { readFileSync } from "node:fs";
import { join } from "node:path";
import { type PerformanceReport, performanceReportSchema } from "../../../operations/report/report-schema";
import { makeStateChange } from "../../support/fake-aws";
import { type makeTfvars } from "../../support/project";
import { DAY, HOUR, makeWorld, REPORT_NOW, runReport, TO } from "./world";

const MINUTE = 60_000;
const ERRORS = "dev-api-errors";
const LIVE = { FunctionName: "dev-api", Resource: "dev-api:live" };

const world = makeWorld();

/** An alarm rings for some minutes, two minutes after its figures were bad. */
function rings(name: string, at: number, minutes = 5): void {
  world().history.push(makeStateChange(name, at, "ALARM"), makeStateChange(name, at + minutes * MINUTE, "OK"));
}

/** So many requests fail at a time, and the alarm rings. */
function fails(at: number, count: number): void {
  world().metrics.put("AWS/Lambda", "Errors", LIVE, at - 2 * MINUTE, count);
  rings(ERRORS, at);
}

function note(name: string, at: number): void {
  world().notes.push(JSON.stringify({ alarm: name, rangAt: new Date(at).toISOString(), text: "rolled back" }));
}

/** A week with an incident that led to a change, and five times that some requests failed. */
function noisyWeek(): void {
  for (let day = 1; day <= 5; day++) fails(TO - day * DAY, 6 + (day % 3));
  fails(TO - 6 * DAY, 40);
  note(ERRORS, TO - 6 * DAY);
}

async function report(args: readonly string[] = [], dev: Parameters<typeof makeTfvars>[0] = {}) {
  const run = await runReport(world(), ["report", "dev", "--json", "--no-logs", ...args], dev);
  const found: PerformanceReport = performanceReportSchema.parse(JSON.parse(run.stdout.at(-1) ?? run.stderr.join()));
  return { ...run, found };
}

describe("the alarm that wastes most attention", () => {
  test("is named with its share and the setting that would have spared it, in the report and for the file", async () => {
    noisyWeek();

    const { found } = await report();
    const { stdout } = await runReport(world(), ["report", "dev", "--no-logs"]);

    expect(found.attention).toEqual({
      alarm: ERRORS,
      messages: 6,
      noted: 1,
      setting: {
        ...{ alarm: ERRORS, function: "api", key: "errors" },
        ...{ values: { threshold: 8 }, current: { threshold: 5 } },
        ...{ rings: 1, ringsNow: 6, laterMinutes: 0, days: 7 },
      },
    });
    const text = stdout.join("\n");
    expect(text).toContain("dev-api-errors wastes most attention: 6 messages, 1 with a note");
    expect(text).toContain(
      "With errors = { threshold = 8 } instead of errors = { threshold = 5 }, dev-api-errors would have rung once instead of 6 times in 7 days, at every ring with a note: npm run ops -- report dev --write sets it.",
    );
    expect(text).toMatch(/dev-api-errors +6 times, was 0 .* 1 of 6 \(16.7 %\)/);
    expect(found.suggestedTfvars).toContain("errors = { threshold = 8 } # would have rung once instead of 6");
  });

  test("is counted in what the report costs, before and after", async () => {
    noisyWeek();
    const before = world().metrics.metricsAsked;

    const { found, stderr } = await report();

    const most = Number(/at most (\d+) metrics/.exec(stderr[0] ?? "")?.[1]);
    expect(found.cost.metricsRead).toBe(world().metrics.metricsAsked - before);
    expect(found.cost.metricsRead).toBeLessThanOrEqual(most);
  });

  test("is not named for few messages, for messages that were worth it, or while muted", async () => {
    for (let day = 1; day <= 4; day++) fails(TO - day * DAY, 6);
    for (let hour = 1; hour <= 10; hour++) rings("dev-api-memory", TO - hour * HOUR);
    for (let hour = 1; hour <= 10; hour++) note("dev-api-memory", TO - hour * HOUR);
    for (let hour = 1; hour <= 10; hour++) rings("dev-api-timeouts", TO - 2 * DAY - hour * HOUR);
    const [from, to] = [TO - 3 * DAY, TO - 2 * DAY].map((at) => new Date(at).toISOString());
    world().notes.push(JSON.stringify({ mute: "x", alarms: ["dev-api-timeouts"], from, to, why: "load test" }));

    expect((await report()).found.attention).toBeUndefined();
  });

  test("is not named where nobody writes notes, which is said instead", async () => {
    for (let day = 1; day <= 6; day++) fails(TO - day * DAY, 6);

    const { found } = await report();

    expect(found.attention).toBeUndefined();
    expect(found.notes).toContain(
      "Nobody has noted a change (see the command note): nothing tells which of 6 messages were worth it.",
    );
  });

  test("gets no setting where the figures do not show why it rang", async () => {
    for (let day = 1; day <= 6; day++) rings(ERRORS, TO - day * DAY);
    note("dev-api-memory", TO - DAY);

    expect((await report()).found.attention).toEqual({
      ...{ alarm: ERRORS, messages: 6, noted: 0 },
      note: "its figures show only 0 of its 6 rings again",
    });
  });

  test("gets no setting if it has no threshold of its own", async () => {
    for (let day = 1; day <= 6; day++) rings("dev-warmer-errors", TO - day * DAY);
    note(ERRORS, TO - DAY);

    expect((await report()).found.attention).toMatchObject({
      alarm: "dev-warmer-errors",
      note: "it has no threshold that could be replayed",
    });
  });

  test("may be one of an objective, which gets no setting", async () => {
    const name = "dev-api-availability-fast-burn";
    world().setAlarms(...[...world().alarms.keys()], name);
    for (let day = 1; day <= 6; day++) rings(name, TO - day * DAY);
    note(ERRORS, TO - DAY);

    expect(
      (await report([], { functions: "api = { objectives = { availability = { enabled = true } } }" })).found.attention,
    ).toMatchObject({
      alarm: name,
      ...{ messages: 6, noted: 0 },
      note: "it has no threshold that could be replayed",
    });
  });

  test("that rings for others has the one changed that made it ring most", async () => {
    for (let day = 1; day <= 6; day++) {
      const at = TO - day * DAY;
      const milliseconds = day === 6 ? 60_000 : 5500;
      for (let minute = 6; minute > 0; minute--) {
        world().metrics.put("AWS/Lambda", "Duration", LIVE, at - minute * MINUTE, milliseconds);
      }
      rings("dev-api-response-time", at - 3 * MINUTE, 9);
      rings("dev-api-degraded", at - 3 * MINUTE, 9);
    }
    rings("dev-api-cold-starts", TO - 5 * HOUR);
    note("dev-api-degraded", TO - 6 * DAY - 3 * MINUTE);

    expect((await report()).found.attention).toMatchObject({
      ...{ alarm: "dev-api-degraded", messages: 6, noted: 1 },
      setting: {
        alarm: "dev-api-response-time",
        key: "response_time",
        values: { threshold_milliseconds: 5500 },
        rings: 1,
      },
    });
  });

  test("in a month is replayed at the alarm's own period, further back than CloudWatch has minutes", async () => {
    for (let day = 1; day <= 25; day += 4) fails(TO - day * DAY, 6);
    fails(TO - 27 * DAY, 40);
    note(ERRORS, TO - 27 * DAY);

    expect((await report(["--period", "month"])).found.attention?.setting).toMatchObject({
      values: { threshold: 6 },
      ...{ rings: 1, ringsNow: 8, days: 30 },
    });
  });

  test("gets no setting if CloudWatch has forgotten the figures of a ring with a note", async () => {
    const dev = { functions: "api = { alarms = { errors = { period_seconds = 60 } } }" };
    for (let day = 1; day <= 6; day++) fails(TO - day * DAY, 6);
    fails(TO - 20 * DAY, 40);
    note(ERRORS, TO - 20 * DAY);

    expect((await report(["--period", "month"], dev)).found.attention?.note).toBe(
      "CloudWatch no longer has the figures of 1 of its rings with a note",
    );
  });
});

describe("--write", () => {
  const write = async (dev: Parameters<typeof makeTfvars>[0] = {}) => {
    world().now = REPORT_NOW;
    const run = await runReport(world(), ["report", "dev", "--no-logs", "--write"], dev);
    return { ...run, file: readFileSync(join(run.root, "environments/dev.tfvars"), "utf8") };
  };

  test("puts the setting under its function, keeps everything else, and shows the difference", async () => {
    noisyWeek();
    const functions = `api = {
    # Users wait for it.
    alarms = { memory = { enabled = false } }
  }`;

    const { stdout, file } = await write({ functions });

    expect(file).toContain("# Users wait for it.");
    expect(file).toContain("alarms = { memory = { enabled = false }, errors = { threshold = 8 } }");
    expect(stdout.slice(stdout.indexOf("environments/dev.tfvars:"))).toEqual(
      expect.arrayContaining([
        "-     alarms = { memory = { enabled = false } }",
        "+     alarms = { memory = { enabled = false }, errors = { threshold = 8 } }",
      ]),
    );
  });

  test("replaces a count by a share, without leaving both", async () => {
    for (let day = 1; day <= 6; day++) {
      const isIncident = day === 6;
      for (let minute = 30; minute > 0; minute--) {
        const at = TO - day * DAY - minute * MINUTE;
        world().metrics.put("AWS/Lambda", "Errors", LIVE, at, 3);
        for (let request = 0; request < (isIncident ? 1 : 30); request++)
          world().metrics.put("AWS/Lambda", "Invocations", LIVE, at, isIncident ? 30 : 200);
      }
      rings(ERRORS, TO - day * DAY - 26 * MINUTE, 30);
    }
    note(ERRORS, TO - 6 * DAY - 26 * MINUTE);

    const { file } = await write({
      functions: "api = { alarms = { errors = { threshold = 4, period_seconds = 300 } } }",
    });

    expect(file).toMatch(/errors = \{ period_seconds = 300, threshold_percent = 0\.\d, minimum_requests = 100 \}/);
  });

  test("says that nothing was written where no setting is suggested", async () => {
    const { stdout, file } = await write();

    expect(file).not.toContain("alarms");
    expect(stdout).toContain("--write: nothing was written, because no setting is suggested");
  });

  test("refuses a file that it cannot change safely, and leaves it", async () => {
    noisyWeek();
    const functions = String.raw`api = { "al\u0061rms" = { memory = { enabled = false } } }`;

    const { exitCode, stderr, file } = await write({ functions });

    expect(exitCode).toBe(2);
    expect(stderr.at(-1)).toMatch(/^environments\/dev\.tfvars: --write cannot safely change the way it is written/);
    expect(file).toContain(functions);
    expect(file).not.toContain("errors");
  });
});
