import { expect, test } from "@jest/globals";
import fc from "fast-check";
import { parseControllerRequest } from "../../../functions/rollout-controller/request";
import { makeStart, PLAN, SUBJECT } from "./support";

function readMistake(event: unknown): string {
  try {
    parseControllerRequest(event);
    return "";
  } catch (error) {
    return (error as Error).message;
  }
}

test.each<[string, unknown]>([
  ["a start", makeStart()],
  ["a start without warming", makeStart({}, { subject: { ...SUBJECT, warming: undefined } })],
  ["a start that may be repeated", makeStart({}, { attempt: "2cf24dba" })],
  ["a tick", { action: "tick" }],
  ["a status of all", { action: "status" }],
  ["an abort", { action: "abort", functionName: "prod-api" }],
])("%s is taken", (_, event) => {
  expect(readMistake(event)).toBe("");
});

test.each<[string, unknown, string]>([
  ["nothing", undefined, "event: expected an object, got nothing"],
  ["another action", { action: "begin" }, "action: expected one of start, tick, status, pause, resume, abort"],
  ["a pause of nothing", { action: "pause" }, "functionName: expected a text, got nothing"],
  ["a version without a number", makeStart({}, { version: "$LATEST" }), "version: expected a version's number"],
  ["steps that do not end with all", makeStart({ percents: [10, 20] }), "plan.percents: expected rising percentages"],
  ["steps that fall", makeStart({ percents: [20, 10, 100] }), "plan.percents: expected rising percentages"],
  ["an unknown measure", makeStart({ judgedBy: ["luck" as never] }), "plan.judgedBy: expected some of errors"],
  ["a rollout of weeks", makeStart({ maximumSeconds: 1e6 }), "plan.maximumSeconds: expected a number from 1"],
  ["no log group", makeStart({}, { subject: { ...SUBJECT, logGroup: "" } }), "subject.logGroup: expected a text"],
  [
    "a malformed warming request",
    makeStart({}, { subject: { ...SUBJECT, warming: { warmer: "w", request: {} as never } } }),
    "subject.warming.request: expected a warming request",
  ],
])("%s is refused in one line", (_, event, mistake) => {
  const message = readMistake(event);

  expect(message).toContain(`malformed rollout request: `);
  expect(message).toContain(mistake);
  expect(message).not.toContain("\n");
});

test("whatever the event is, it is taken or refused", () => {
  fc.assert(
    fc.property(
      fc.oneof(
        fc.anything(),
        fc.record({
          action: fc.constant("start"),
          subject: fc.anything(),
          plan: fc.anything(),
          version: fc.anything(),
        }),
        fc.record({
          action: fc.constant("start"),
          subject: fc.constant(SUBJECT),
          plan: fc.constant(PLAN),
          version: fc.anything(),
        }),
      ),
      (event) => {
        expect(readMistake(event)).toMatch(/^$|^malformed rollout request: /);
      },
    ),
  );
});
