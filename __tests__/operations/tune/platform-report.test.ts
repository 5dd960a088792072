import { describe, expect, test } from "@jest/globals";
import { parseReport } from "../../../operations/tune/platform-report";

const writeJson = (metrics: object, status = "success") =>
  JSON.stringify({ time: "2026-01-05T10:00:30.000Z", type: "platform.report", record: { status, metrics } });

describe("the platform's report of a request", () => {
  test("is found in text, below what the function wrote", () => {
    const log = [
      "START RequestId: 1 Version: 3",
      "REPORT of mine\tDuration: 1 ms",
      "END RequestId: 1",
      "REPORT RequestId: 1\tDuration: 12.34 ms\tBilled Duration: 13 ms\tMemory Size: 128 MB\tMax Memory Used: 67 MB\t",
      "XRAY TraceId: 1-2\tSegmentId: 3\tSampled: true\t",
    ].join("\n");

    expect(parseReport(log)).toEqual({ milliseconds: 12.34, billedMilliseconds: 13, memoryUsedMb: 67 });
  });

  test("is found in JSON, also where the log begins in the middle of a line", () => {
    const metrics = { durationMs: 12.34, billedDurationMs: 13, memorySizeMB: 128, maxMemoryUsedMB: 67 };

    expect(parseReport(`ated":1}\n{"level":"INFO"}\n${writeJson(metrics)}\n`)).toEqual({
      ...{ milliseconds: 12.34, billedMilliseconds: 13, memoryUsedMb: 67, status: "success" },
    });
  });

  test.each([
    ["Billed Duration: 13 ms", 113],
    ["Billed Duration: 113 ms", 113],
  ])("counts the start as billed, also where it says %s", (billed, expected) => {
    const log = `REPORT RequestId: 1\tDuration: 12.34 ms\t${billed}\tMemory Size: 128 MB\tMax Memory Used: 67 MB\tInit Duration: 100.00 ms\t`;

    expect(parseReport(log)).toMatchObject({ initMilliseconds: 100, billedMilliseconds: expected });
  });

  test("tells a timeout", () => {
    const text =
      "REPORT RequestId: 1\tDuration: 3000.00 ms\tBilled Duration: 3000 ms\tMemory Size: 128 MB\tMax Memory Used: 67 MB\tStatus: timeout";
    const metrics = { durationMs: 3000, billedDurationMs: 3000, memorySizeMB: 128, maxMemoryUsedMB: 67 };

    expect([text, writeJson(metrics, "timeout")].map((log) => parseReport(log)?.status)).toEqual([
      "timeout",
      "timeout",
    ]);
  });

  test.each(["", "REPORT", "REPORT RequestId: 1\tDuration: x", '{"type":"platform.report"}', "null"])(
    "is none in %j",
    (log) => {
      expect(parseReport(log)).toBeUndefined();
    },
  );
});
