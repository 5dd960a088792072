import { describe, expect, test } from "@jest/globals";
import fc from "fast-check";
import { selectTimeReader } from "../../../operations/advise/trace/times";

const read = (text: string) => selectTimeReader(text)?.(text);

describe("a time in a trace", () => {
  test.each([
    ["2026-02-28", "2026-02-28T00:00:00.000Z"],
    ["2028-02-29T12:00", "2028-02-29T12:00:00.000Z"],
    ["2026-02-28 12:00:01.25", "2026-02-28T12:00:01.250Z"],
    ["2026-02-28 12:00:01,5+0130", "2026-02-28T10:30:01.500Z"],
    ["2026-02-28T12:00:01-05:00", "2026-02-28T17:00:01.000Z"],
  ])("%s is %s", (text, expected) => {
    expect(new Date(read(text) ?? NaN).toISOString()).toBe(expected);
  });

  test.each([
    "2026-02-30",
    "2026-02-29",
    "2026-04-31T10:00:00Z",
    "2026-13-01",
    "2026-00-10",
    "2026-01-00",
    "2026-01-32",
    "26-01-01",
    "0085-01-01",
    " ",
    "2026-01-01T24:00:00Z",
    "2026-01-01T10:60",
    "2026-12-31T23:59:60Z",
    "2026-01-01T10:00:00+15:00",
    "2026-01-01T10:00:00+01:60",
    "2026-01-01T10:00:00X",
    "1969-12-31",
  ])("%s is none: no calendar and no clock has it", (text) => {
    expect(selectTimeReader(text)).toBeUndefined();
    expect(selectTimeReader("2026-01-01")?.(text)).toBeUndefined();
  });

  test("keeps its milliseconds, whose product with 1000 may be a little less than whole", () => {
    expect(read("2026-02-17T14:33:32.257Z")).toBe(Date.UTC(2026, 1, 17, 14, 33, 32, 257));
    expect(read("2026-02-17T14:33:32,2579Z")).toBe(Date.UTC(2026, 1, 17, 14, 33, 32, 257));
  });

  test("comes back as it was written", () => {
    const date = fc.date({ min: new Date(0), max: new Date("9999-12-31T23:59:59.999Z"), noInvalidDate: true });
    fc.assert(
      fc.property(date, (value) => {
        expect(read(value.toISOString())).toBe(value.getTime());
      }),
    );
  });
});
