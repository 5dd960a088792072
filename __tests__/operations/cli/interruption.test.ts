import { afterEach, expect, jest, test } from "@jest/globals";
import { getMaxListeners } from "node:events";
import { Interruption } from "../../../operations/cli/interruption";

test("any number of requests may listen at once, without a warning of a leak", () => {
  const interruption = new Interruption();

  expect(getMaxListeners(interruption.signal)).toBe(Infinity);
  interruption.stop();
});

afterEach(() => {
  jest.restoreAllMocks();
});

test.each(["SIGINT", "SIGTERM"] as const)("%s is left to others until somebody asks for it, and afterwards", (name) => {
  const others = process.listenerCount(name);
  const interruption = new Interruption();
  expect(process.listenerCount(name)).toBe(others);

  const { signal } = interruption;
  process.emit(name);
  interruption.stop();

  expect({ aborted: signal.aborted, hasHappened: interruption.hasHappened }).toEqual({
    aborted: true,
    hasHappened: true,
  });
  expect(process.listenerCount(name)).toBe(others);
});

test("what npm sends a second time does not end what must be finished first, but another Ctrl-C does", () => {
  const exit = jest.spyOn(process, "exit").mockReturnValue(undefined as never);
  const clock = jest.spyOn(Date, "now").mockReturnValue(1_000_000);
  const interruption = new Interruption();
  expect(interruption.signal.aborted).toBe(false);

  process.emit("SIGINT");
  process.emit("SIGINT");
  const atOnce = exit.mock.calls.length;
  clock.mockReturnValue(1_000_600);
  process.emit("SIGINT");
  interruption.stop();

  expect({ atOnce, later: exit.mock.calls }).toEqual({ atOnce: 0, later: [[130]] });
});
