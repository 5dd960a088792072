import { describe, expect, test } from "@jest/globals";
import { type LocalEvent } from "../../../local/events";
import { RecentHistory } from "../../../operations/live/history";
import { makeLine, measureGrowthMb } from "../../support/heap";

type Invocation = Extract<LocalEvent, { kind: "invocation" }>;
type Request = Extract<LocalEvent, { kind: "request" }>;

const AT = Date.parse("2026-03-02T09:05:07Z");

function makeInvocation(more: Partial<Invocation> = {}): Invocation {
  return {
    ...{ kind: "invocation", at: AT, id: "api", requestId: "r1", qualifier: "live", outcome: "success" },
    ...{ concurrent: 1, waitedMilliseconds: 12, milliseconds: 10, version: "1", instanceId: "a1", logLines: ["hi"] },
    ...more,
  };
}

function makeRequest(more: Partial<Request> = {}): Request {
  return {
    ...{ kind: "request", at: AT, id: "api", method: "GET", path: "/health", status: 200, milliseconds: 13 },
    ...more,
  };
}

function record(events: readonly LocalEvent[]): RecentHistory {
  const history = new RecentHistory();
  events.forEach((event) => {
    history.add(event);
  });
  return history;
}

describe("what has happened lately", () => {
  test("takes little memory, however long the lines are that were logged", () => {
    const history = new RecentHistory();

    const growthMb = measureGrowthMb(() => {
      for (let index = 0; index < 100; index++) {
        history.add(makeInvocation({ requestId: `r${index}`, logLines: [makeLine(1_000_000)] }));
      }
    });

    expect(history.findDetails("r99")?.logLines[0]).toMatch(/^x{1000,}$/);
    expect(growthMb).toBeLessThan(20);
  });

  test("has one row for a request and its invocation, with what it logged", () => {
    const history = record([makeInvocation({ initMilliseconds: 150 }), makeRequest({ requestId: "r1" })]);

    const rows = history.listRequests(10);

    expect(rows).toEqual([
      {
        ...{ key: "r1", at: AT, functionId: "api", request: "GET /health", status: 200, outcome: "success" },
        ...{ attempts: 1, milliseconds: 12, initMilliseconds: 150, instanceId: "a1", version: "1" },
      },
    ]);
    expect(history.findDetails("r1")).toEqual({ logLines: ["hi"] });
  });

  test("has one row for an event that was tried again, among the latest", () => {
    const history = record([
      makeInvocation({ outcome: "error" }),
      makeInvocation({ requestId: "r2" }),
      makeInvocation({ outcome: "error" }),
    ]);

    expect(history.listRequests(10).map(({ key, attempts }) => [key, attempts])).toEqual([
      ["r1", 2],
      ["r2", 1],
    ]);
  });

  test("has rows for events, the latest first", () => {
    const history = record([makeInvocation(), makeInvocation({ requestId: "r2", id: "jobs" })]);

    expect(history.listRequests(10).map(({ key, request }) => [key, request])).toEqual([
      ["r2", undefined],
      ["r1", undefined],
    ]);
    expect(history.listRequests(1).map(({ key }) => key)).toEqual(["r2"]);
  });

  test.each([
    ["a ping", { qualifier: "warm" }],
    ["a ping of a version", { qualifier: "2" }],
    ["the warmer", { id: "warmer", qualifier: undefined }],
  ])("has no row for %s, which is counted", (_, more) => {
    const history = record([makeInvocation(more)]);

    expect(history.listRequests(10)).toEqual([]);
    expect(history.invocations).toBe(1);
  });

  test("says why a request failed, and where", () => {
    const failure = { errorType: "RangeError", errorMessage: "too\nlarge", where: "functions/api/handler.ts:3:5" };
    const history = record([
      makeInvocation({ outcome: "error" }),
      { kind: "function-failed", at: AT, id: "api", requestId: "r1", ...failure },
      makeRequest({ requestId: "r1", status: 502 }),
    ]);

    expect(history.listRequests(10)).toMatchObject([
      { outcome: "error", status: 502, problem: "RangeError: too large" },
    ]);
    expect(history.findDetails("r1")).toMatchObject({ where: "functions/api/handler.ts:3:5" });
    expect(history.events).toEqual([]);
  });

  test("takes an answer of 500 for a failure", () => {
    const history = record([makeInvocation(), makeRequest({ requestId: "r1", status: 500 })]);

    expect(history.listRequests(10)).toMatchObject([{ outcome: "error", status: 500 }]);
  });

  test("has one row for a refused request", () => {
    const refused = { outcome: "throttled", version: undefined, instanceId: undefined, logLines: undefined } as const;
    const history = record([makeInvocation(refused), makeRequest({ status: 429 })]);

    expect(history.listRequests(10)).toMatchObject([{ request: "GET /health", status: 429, outcome: "throttled" }]);
  });

  test("has a row for a request that no function got", () => {
    const history = record([makeRequest({ path: "/none", status: 404 })]);

    expect(history.listRequests(10)).toMatchObject([{ request: "GET /none", status: 404, outcome: "error" }]);
  });

  test("has the changes of each alarm, the latest first", () => {
    const history = record([
      { kind: "alarm", at: AT, name: "errors", from: "INSUFFICIENT_DATA", to: "OK" },
      { kind: "alarm", at: AT + 1, name: "errors", from: "OK", to: "ALARM" },
    ]);

    expect(history.listChanges("errors")).toEqual([
      { at: AT + 1, to: "ALARM" },
      { at: AT, to: "OK" },
    ]);
    expect(history.listChanges("other")).toEqual([]);
  });

  test("has rounds of the warmer, and lines about what else went wrong", () => {
    const round = { strategy: "peak", asked: 3, instances: 2, coldStarts: 1, failures: ["throttled"] };
    const history = record([
      { kind: "warming-round", at: AT, id: "api", ...round },
      { kind: "warmer-failed", at: AT, message: "no answer" },
    ]);

    expect(history.rounds).toEqual([{ at: AT, functionId: "api", ...round }]);
    expect(history.events).toEqual([{ at: AT, text: "the warmer failed: no answer", isBad: true }]);
  });

  test("marks only what has gone wrong", () => {
    const history = record([
      { kind: "restart-needed", at: AT, files: ["package.json"] },
      { kind: "logs-lost", at: AT, message: "no space" },
    ]);

    expect(history.events.map(({ isBad }) => isBad)).toEqual([true, false]);
  });

  test("does not grow with the number of requests, nor with what they log", () => {
    const logLines = Array.from({ length: 1000 }, () => "x".repeat(10_000));
    const history = record(
      Array.from({ length: 1000 }, (_, index) => makeInvocation({ requestId: `r${index}`, logLines })),
    );

    expect(history.listRequests(1000)).toHaveLength(300);
    expect(history.findDetails("r1")).toBeUndefined();
    expect(JSON.stringify(history.findDetails("r999")).length).toBeLessThan(250_000);
  });
});
