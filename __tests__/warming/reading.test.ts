import { expect, test } from "@jest/globals";
import { computeReadingInterval } from "../../warming/reading";

const HOUR = 3_600_000;

test("what is new is read soon while little is known, and then as configured", () => {
  const intervals = [1, 4, 9, 12, 400].map((hours) => computeReadingInterval(120, hours * HOUR));
  expect(intervals).toEqual([30, 40, 90, 120, 120]);
});

test("a function without any usage is read as configured, because it may never be used", () => {
  expect(computeReadingInterval(120, 0)).toBe(120);
});

test("a reading of several metrics does not cost more per day than one of a single metric", () => {
  expect(computeReadingInterval(120, 400 * HOUR, 3)).toBe(360);
});
