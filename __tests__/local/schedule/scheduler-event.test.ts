import { describe, expect, test } from "@jest/globals";
import { buildSchedulerEvent } from "../../../local/schedule/scheduler-event";

const DUE = Date.parse("2026-01-01T03:00:00.400Z");
const SCHEDULE = { region: "eu-west-1", group: "dev-jobs", name: "nightly" };
const ARN = "arn:aws:scheduler:eu-west-1:000000000000:schedule/dev-jobs/nightly";
const UUID = /^[\da-f-]{36}$/;

describe("the event of a schedule", () => {
  test("without an input is EventBridge Scheduler's own", () => {
    expect(JSON.parse(buildSchedulerEvent(SCHEDULE, DUE))).toEqual({
      version: "0",
      id: expect.stringMatching(UUID),
      "detail-type": "Scheduled Event",
      source: "aws.scheduler",
      account: "000000000000",
      time: "2026-01-01T03:00:00Z",
      region: "eu-west-1",
      resources: [ARN],
      detail: "{}",
    });
  });

  test("is the input, with the attributes of this time in it", () => {
    const input = JSON.stringify({
      kind: "nightly",
      at: "<aws.scheduler.scheduled-time>",
      by: "<aws.scheduler.schedule-arn>",
      run: "<aws.scheduler.execution-id>",
      attempt: "<aws.scheduler.attempt-number>",
      other: "<aws.scheduler.other>",
    });

    expect(JSON.parse(buildSchedulerEvent({ ...SCHEDULE, input }, DUE))).toEqual({
      kind: "nightly",
      at: "2026-01-01T03:00:00Z",
      by: ARN,
      run: expect.stringMatching(UUID),
      attempt: "1",
      other: "<aws.scheduler.other>",
    });
  });
});
