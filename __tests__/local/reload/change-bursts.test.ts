import { afterEach, beforeEach, expect, jest, test } from "@jest/globals";
import { writeFileSync } from "node:fs";
import { join } from "node:path";
import { type ChangeBurst, ChangeBursts } from "../../../local/reload/change-bursts";
import { makeTemporaryFolder } from "../../support/project";

beforeEach(() => {
  jest.useFakeTimers();
});
afterEach(() => {
  jest.useRealTimers();
});

function collect(handle: () => Promise<void> = () => Promise.resolve()) {
  const handed: string[][] = [];
  const bursts = new ChangeBursts(({ paths }: ChangeBurst) => {
    handed.push([...paths]);
    return handle();
  });
  return { bursts, handed };
}

test("changes in short succession are one burst, with each path once", async () => {
  const { bursts, handed } = collect();

  for (const path of ["a", "b", "a"]) {
    bursts.add(path);
    await jest.advanceTimersByTimeAsync(15);
  }
  await jest.advanceTimersByTimeAsync(20);
  bursts.add("c");
  await jest.advanceTimersByTimeAsync(20);

  expect(handed).toEqual([["a", "b"], ["c"]]);
});

test("changes while a burst is handled are the next one", async () => {
  const { bursts, handed } = collect(() => new Promise((resolve) => setTimeout(resolve, 500)));

  bursts.add("a");
  await jest.advanceTimersByTimeAsync(100);
  bursts.add("b");
  await jest.advanceTimersByTimeAsync(300);
  const during = [...handed];
  await jest.advanceTimersByTimeAsync(200);

  expect([during, handed]).toEqual([[["a"]], [["a"], ["b"]]]);
});

test("a file that is empty is about to be written, but not for long", async () => {
  const { bursts, handed } = collect();
  const [written, empty] = ["written", "empty"].map((name) => join(makeTemporaryFolder(), name));
  for (const file of [written, empty]) writeFileSync(file ?? "", "");

  bursts.add(written ?? "");
  await jest.advanceTimersByTimeAsync(100);
  const before = [...handed];
  writeFileSync(written ?? "", "text");
  bursts.add(written ?? "");
  await jest.advanceTimersByTimeAsync(40);
  const between = [...handed];
  bursts.add(empty ?? "");
  await jest.advanceTimersByTimeAsync(320);

  expect([before, between, handed]).toEqual([[], [[written]], [[written], [empty]]]);
});

test("what changes all the time does not hold back the rest", async () => {
  const { bursts, handed } = collect();

  bursts.add("saved");
  for (let count = 0; count < 200; count++) {
    bursts.add("log");
    await jest.advanceTimersByTimeAsync(10);
  }

  expect(handed[0]).toEqual(["saved", "log"]);
});

test("after closing nothing is handed over, and what is being handled is waited for", async () => {
  let isDone = false;
  const { bursts, handed } = collect(async () => {
    await new Promise((resolve) => setTimeout(resolve, 500));
    isDone = true;
  });
  bursts.add("a");
  await jest.advanceTimersByTimeAsync(100);

  const closed = bursts.close().then(() => isDone);
  bursts.add("b");
  await jest.advanceTimersByTimeAsync(1000);

  expect([handed, await closed]).toEqual([[["a"]], true]);
});
