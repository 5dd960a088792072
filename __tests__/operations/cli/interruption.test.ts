import { expect, test } from "@jest/globals";
import { getMaxListeners } from "node:events";
import { Interruption } from "../../../operations/cli/interruption";

test("any number of requests may listen at once, without a warning of a leak", () => {
  const interruption = new Interruption();

  expect(getMaxListeners(interruption.signal)).toBe(Infinity);
  interruption.stop();
});

test("Ctrl-C is left to others until somebody asks for the signal, and afterwards", () => {
  const others = process.listenerCount("SIGINT");
  const interruption = new Interruption();
  expect(process.listenerCount("SIGINT")).toBe(others);

  const { signal } = interruption;
  process.emit("SIGINT");

  expect({ aborted: signal.aborted, hasHappened: interruption.hasHappened }).toEqual({
    aborted: true,
    hasHappened: true,
  });
  expect(process.listenerCount("SIGINT")).toBe(others);
});
