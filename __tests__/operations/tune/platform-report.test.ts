import { describe, expect, test } from "@jest/globals";
import { parseReport } from "../../../operations/tune/platform-report";

const REPORT =
  "REPORT RequestId: 1\tDuration: 12.34 ms\tBilled Duration: 13 ms\tMemory Size: 128 MB\tMax Memory Used: 67 MB\t";

describe("the platform's report of a request", () => {
  test("is found below what the function wrote, and also where the log begins in the middle of a line", () => {
    const log = `ated: 1\nREPORT of mine\tDuration: 1 ms\nEND RequestId: 1\n${REPORT}\nXRAY TraceId: 1-2\tSegmentId: 3\t\n`;

    expect(parseReport(log)).toEqual({ milliseconds: 12.34, billedMilliseconds: 13, memoryUsedMb: 67 });
  });

  test.each(["13", "113"])("counts the start as billed, also where it says %s ms", (billed) => {
    const log = `${REPORT.replace("Billed Duration: 13", `Billed Duration: ${billed}`)}Init Duration: 100.00 ms\t`;

    expect(parseReport(log)).toMatchObject({ initMilliseconds: 100, billedMilliseconds: 113 });
  });

  test.each(["", "REPORT", "REPORT RequestId: 1\tDuration: 1 ms", '{"type":"platform.report"}'])(
    "is none in %j",
    (log) => {
      expect(parseReport(log)).toBeUndefined();
    },
  );
});
