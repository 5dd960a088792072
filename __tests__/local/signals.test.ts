import { afterEach, beforeEach, expect, jest, test } from "@jest/globals";
import { EndSignals } from "../../local/signals";

const exit = jest.spyOn(process, "exit").mockImplementation(() => undefined as never);

beforeEach(() => {
  jest.useFakeTimers();
  exit.mockClear();
});

afterEach(() => {
  jest.useRealTimers();
  for (const signal of ["SIGINT", "SIGTERM", "SIGHUP"]) process.removeAllListeners(signal);
});

test("ends at once when there is nothing to do before", () => {
  new EndSignals();

  process.emit("SIGTERM");

  expect(exit.mock.calls).toEqual([[143]]);
});

test("lets the first Ctrl-C, which npm sends twice, end in order, and the second at once", async () => {
  const asked = new EndSignals().asked();

  process.emit("SIGINT");
  process.emit("SIGINT");
  await asked;
  const calls = exit.mock.calls.length;
  jest.advanceTimersByTime(1000);
  process.emit("SIGINT");

  expect([calls, exit.mock.calls]).toEqual([0, [[130]]]);
});
