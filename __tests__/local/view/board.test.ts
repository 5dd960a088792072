import { describe, expect, test } from "@jest/globals";
import { type LocalEvent, type RolloutSnapshot } from "../../../local/local-environment";
import { Board } from "../../../local/view/board";
import { createPaint } from "../../../local/view/paint";
import { cut } from "../../../local/view/screen";
import { makeRollout } from "../rollouts/make-rollout";

const NOW = Date.parse("2026-03-02T09:05:07Z");

function invokeUrlOf(name: string): string {
  return `http://127.0.0.1:3001/2015-03-31/functions/${name}:live/invocations`;
}

const ENVIRONMENT: Parameters<Board["lines"]>[0] = {
  queues: [],
  problem: undefined,
  name: "dev",
  functions: [
    { id: "api", name: "dev-api", url: "http://127.0.0.1:3000/", invokeUrl: invokeUrlOf("dev-api") },
    { id: "jobs", name: "dev-jobs", url: undefined, invokeUrl: invokeUrlOf("dev-jobs") },
    { id: "warmer", name: "dev-warmer", url: undefined, invokeUrl: invokeUrlOf("dev-warmer") },
  ],
  now: () => NOW,
  rollouts: [],
  snapshot: () => ({
    functions: [
      { id: "api", instances: 3, busy: 1, coldStarts: 4, requestColdStarts: 1, requests: 120, errors: 6, throttles: 0 },
      {
        id: "warmer",
        instances: 1,
        busy: 0,
        coldStarts: 1,
        requestColdStarts: 0,
        requests: 0,
        errors: 0,
        throttles: 0,
      },
    ],
    alarms: [
      { name: "dev-api-errors", state: "ALARM" },
      { name: "dev-api-memory", state: "OK" },
    ],
  }),
  recentTraffic: () => [
    {
      ...{ id: "api", requestsPerSecond: 12.04, coldStarts: 4, errors: 2, throttles: 0 },
      milliseconds: { p50: 2.11, p90: 3.9, p99: 150 },
    },
    { id: "warmer", requestsPerSecond: 0, coldStarts: 1, errors: 0, throttles: 0, milliseconds: undefined },
  ],
};

const ROUND: LocalEvent = {
  kind: "warming-round",
  at: NOW,
  id: "api",
  strategy: "peak",
  asked: 3,
  instances: 2,
  coldStarts: 1,
  failures: ["throttled"],
};

interface BoardOptions {
  readonly isColored?: boolean;
  readonly rows?: number | undefined;
  readonly rollouts?: readonly RolloutSnapshot[];
}

function board(
  events: readonly LocalEvent[] = [],
  { isColored = false, rows, ...more }: BoardOptions & Partial<typeof ENVIRONMENT> = {},
): string[] {
  const shown = new Board({ speed: 60, logFolder: "/tmp/logs", paint: createPaint(isColored) });
  events.forEach((event) => {
    shown.add(event);
  });
  return shown.lines({ ...ENVIRONMENT, ...more }, "http://127.0.0.1:2999/", rows);
}

describe("the board", () => {
  test("shows every function, alarms that ring, and what happened lately", () => {
    const lines = board([
      { kind: "cold-start", at: NOW, id: "api", initMilliseconds: 131.7, forRequest: true },
      { kind: "request", method: "GET", path: "/", at: NOW, id: "api", status: 200, milliseconds: 1 },
      ROUND,
      { kind: "alarm", at: NOW, name: "dev-api-memory", from: "INSUFFICIENT_DATA", to: "OK" },
      { kind: "alarm", at: NOW, name: "dev-api-errors", from: "OK", to: "ALARM" },
    ]);

    expect(lines).toEqual([
      "dev on this computer  2026-03-02 09:05:07 UTC, 60 times faster",
      "  page  http://127.0.0.1:2999/",
      "  api   http://127.0.0.1:3000/",
      "  jobs  curl -d '{}' \\",
      "        http://127.0.0.1:3001/2015-03-31/functions/dev-jobs:live/invocations",
      "",
      "          Now         Last minute",
      "Function  Warm  Busy  Cold  Req/s  p50 ms  p90 ms  p99 ms  Errors  Throttled",
      "api          2     1     4   12.0     2.1     3.9   150.0       2          0",
      "warmer       1     0     1      -       -       -       -       0          0",
      "",
      "Alarms  1 of 2 rings",
      "  ALARM dev-api-errors",
      "",
      "09:05:07  cold start of api, for a request: 132 ms",
      "09:05:07  warming (peak): 2 of 3 instances of api are warm, 1 of them started by pings; throttled",
      "09:05:07  ALARM dev-api-errors",
      "",
      "Logs: /tmp/logs   Ctrl-C to end",
    ]);
  });

  test.each([
    [undefined, 100],
    [45, 29],
    [18, 2],
    [5, 0],
  ])("shows the latest events, as many as %p lines have place for", (rows, expected) => {
    const rounds = Array.from({ length: 100 }, (_, minute) => ({ ...ROUND, at: NOW + minute * 60_000 }));

    const events = board(rounds, { rows }).filter((line) => line.includes("warming"));

    expect(events).toHaveLength(expected);
    expect(events.at(-1)?.slice(0, 5)).toBe(expected > 0 ? "10:44" : undefined);
  });

  const FAILURE: LocalEvent = {
    ...{ kind: "function-failed", at: NOW, id: "api", errorType: "RangeError", errorMessage: "far" },
    ...{ where: "functions/api/handler.ts:5:20", logFile: "/tmp/logs/dev-api.log" },
  };

  test("shows a failure: what it was, where in the function's code, and where its log is", () => {
    expect(board([FAILURE]).slice(-5, -2)).toEqual([
      "09:05:07  api failed: RangeError: far",
      "            at functions/api/handler.ts:5:20",
      "            log: /tmp/logs/dev-api.log",
    ]);
  });

  test("shows the same failure once, and how often it came", () => {
    const lines = board([FAILURE, FAILURE, { ...FAILURE, at: NOW + 1000 }]);

    expect(lines.filter((line) => line.includes("failed"))).toEqual([
      "09:05:08  api failed: RangeError: far (3 times)",
    ]);
    expect(lines.filter((line) => line.includes("handler.ts"))).toHaveLength(1);
  });

  test("shows what is wrong with what was saved last, as long as it is", () => {
    const mistakes = [{ file: "functions/api/handler.ts:2:10", message: 'Expected ";" but found "2"' }];
    const events: LocalEvent[] = [
      { kind: "reload-failed", at: NOW, mistakes },
      { kind: "reloaded", at: NOW, scope: "code", ids: ["jobs"], milliseconds: 91, notes: [] },
    ];

    const [during, after] = [board(events, { problem: mistakes }), board(events)];

    expect(during.slice(-6)).toEqual([
      "what was saved cannot run, what ran before goes on:",
      '  functions/api/handler.ts:2:10: Expected ";" but found "2"',
      "",
      "09:05:07  jobs has new code, 91 ms after it was saved",
      "",
      "Logs: /tmp/logs   Ctrl-C to end",
    ]);
    expect(after.join("\n")).not.toContain("cannot run");
  });

  test("shows no control characters of a failure, so that they steer nothing", () => {
    const lines = board([{ ...FAILURE, errorMessage: "\x1b[2Ja\nb\r\u009b1m\u202e" }]);

    expect(lines.join("|")).toContain("RangeError: a b|");
  });

  test("shows rollouts while they go on, and in red that a version went back", () => {
    const ended = makeRollout({ id: "jobs", status: "rolled_back", percent: 0, endedAt: NOW });

    const lines = board([{ kind: "rollout", at: NOW, event: "end", ...ended }], {
      rollouts: [makeRollout(), ended],
      isColored: true,
    });

    expect(lines.filter((line) => line.startsWith("Rollout"))).toEqual([
      "Rollout  version 2 of api has 10 % of its requests",
    ]);
    expect(lines.join("\n")).toContain("\x1b[31mversion 2 of jobs went back to version 1\x1b[0m");
  });

  test("fits into 80 columns with all figures", () => {
    const lines = board().filter((line) => !line.includes("Logs"));

    expect(Math.max(...lines.map(({ length }) => length))).toBeLessThanOrEqual(80);
  });

  test("is cut where the terminal ends, without the colors counting", () => {
    const [heading = ""] = board([], { isColored: true });

    expect(cut(heading, 6)).toBe("\x1b[1mdev\x1b[0m on");
  });
});
