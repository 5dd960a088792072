import { describe, expect, test } from "@jest/globals";
import { ScheduleError } from "../../../environments/schedule-expression";
import { type NextTime, parseSchedule } from "../../../local/schedule/schedule-expression";

const THURSDAY = Date.parse("2026-01-01T17:55:30Z");

function timesOf(next: NextTime, count = 4, start = THURSDAY): string[] {
  const times: string[] = [];
  for (let after: number | undefined = start; times.length < count;) {
    after = next(after);
    if (after === undefined) break;
    times.push(new Date(after).toISOString().slice(5, 16));
  }
  return times;
}

describe("the times of a schedule in UTC", () => {
  test.each([
    // first/step goes on to the end of the field, and not around it
    ["cron(0/2 9-17 * * ? *)", ["01-01T17:56", "01-01T17:58", "01-02T09:00", "01-02T09:02"]],
    ["cron(0/5 0-8,18-23 * * ? *)", ["01-01T18:00", "01-01T18:05", "01-01T18:10", "01-01T18:15"]],
    ["cron(50/5 20/3 * * ? *)", ["01-01T20:50", "01-01T20:55", "01-01T23:50", "01-01T23:55"]],
    // 1 is Sunday
    ["cron(0 10 ? * 2-6 *)", ["01-02T10:00", "01-05T10:00", "01-06T10:00", "01-07T10:00"]],
    ["cron(0 10 ? * SUN,SAT *)", ["01-03T10:00", "01-04T10:00", "01-10T10:00", "01-11T10:00"]],
    ["cron(0 12 L * ? *)", ["01-31T12:00", "02-28T12:00", "03-31T12:00", "04-30T12:00"]],
    ["cron(0 9 ? * 6#2 *)", ["01-09T09:00", "02-13T09:00", "03-13T09:00", "04-10T09:00"]],
    ["cron(0 9 1 FEB ? 2026)", ["02-01T09:00"]],
    ["rate(5 minutes)", ["01-01T18:00", "01-01T18:05", "01-01T18:10", "01-01T18:15"]],
    ["rate(1 day)", ["01-02T17:55", "01-03T17:55", "01-04T17:55", "01-05T17:55"]],
  ])("%s", (expression, expected) => {
    expect(timesOf(parseSchedule(expression, "UTC", THURSDAY))).toEqual(expected);
  });

  test.each([
    "0/5 * * * ? *",
    "every(5 minutes)",
    "cron(0/5 * * * ?)",
    "cron(0 0 * * * *)",
    "cron(0 0 ? * ? *)",
    "cron(61 0 * * ? *)",
    "cron(x 0 * * ? *)",
    "rate(0 minutes)",
    "rate(5 seconds)",
  ])("%s is no schedule", (expression) => {
    expect(() => parseSchedule(expression, "UTC", THURSDAY)).toThrow(ScheduleError);
  });
});

describe("the times of a schedule in Berlin", () => {
  test.each([
    ["cron(30 9 * * ? *)", "2026-01-01T09:00:00Z", ["01-02T08:30", "01-03T08:30"]],
    // 2:30 does not exist on 29 March, and exists twice on 25 October.
    ["cron(30 2 * * ? *)", "2026-03-28T12:00:00Z", ["03-30T00:30", "03-31T00:30"]],
    ["cron(30 2 * * ? *)", "2026-10-24T12:00:00Z", ["10-25T00:30", "10-26T01:30"]],
    ["at(2026-07-01T12:00:00)", "2026-01-01T00:00:00Z", ["07-01T10:00"]],
    ["at(2026-03-29T02:30:00)", "2026-01-01T00:00:00Z", []],
    ["at(2025-12-31T12:00:00)", "2026-01-01T00:00:00Z", []],
    ["rate(12 hours)", "2026-01-01T00:00:00Z", ["01-01T12:00", "01-02T00:00"]],
  ])("%s after %s", (expression, after, expected) => {
    const start = Date.parse(after);

    expect(timesOf(parseSchedule(expression, "Europe/Berlin", start), 2, start)).toEqual(expected);
  });

  test("a rate begins when the schedule is made", () => {
    expect(timesOf(parseSchedule("rate(1 hour)", "UTC", THURSDAY), 2, THURSDAY - 1000)).toEqual([
      "01-01T17:55",
      "01-01T18:55",
    ]);
  });
});
