import { afterEach, expect, jest, test } from "@jest/globals";
import { TokenBucket } from "../../../local/endpoint/token-bucket";

afterEach(() => {
  jest.useRealTimers();
});

test("so many requests may pass at once, and then so many a second", () => {
  jest.useFakeTimers();
  const bucket = new TokenBucket(10, 3);
  const passed = () => Array.from({ length: 20 }, () => bucket.take()).filter(Boolean).length;

  const counts = [0, 0, 100, 1000, 60_000].map((milliseconds) => {
    jest.advanceTimersByTime(milliseconds);
    return passed();
  });

  expect(counts).toEqual([3, 0, 1, 3, 3]);
});
