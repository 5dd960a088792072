import { expect, test } from "@jest/globals";
import { getMaxListeners } from "node:events";
import { runUntilInterrupted } from "../../../operations/cli/interruption";

test("any number of requests may listen at once, without a warning of a leak", async () => {
  const mostListeners = await runUntilInterrupted((signal) => Promise.resolve(getMaxListeners(signal)));

  expect(mostListeners).toBe(Infinity);
});
