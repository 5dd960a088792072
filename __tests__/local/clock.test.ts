import { afterEach, beforeEach, expect, jest, test } from "@jest/globals";
import { Clock } from "../../local/clock";

const START = Date.parse("2026-01-01T00:00:30Z");
const MINUTE = 60_000;

beforeEach(() => {
  jest.useFakeTimers({ now: START });
});

afterEach(() => {
  jest.useRealTimers();
});

const nextMinute = (after: number) => (Math.floor(after / MINUTE) + 1) * MINUTE;

test("begins now, and goes as many times faster", () => {
  const clock = new Clock(60);

  jest.advanceTimersByTime(1000);

  expect(clock.now()).toBe(START + MINUTE);
});

test("knows its time at a real time, and the other way around", () => {
  const clock = new Clock(60);

  expect(clock.fromRealTime(START + 1000)).toBe(START + MINUTE);
  expect(clock.toRealTime(START + MINUTE)).toBe(START + 1000);
});

test("does something every time that is due", () => {
  const clock = new Clock(60);
  const dues: string[] = [];
  clock.repeat(nextMinute, (due) => dues.push(new Date(due).toISOString().slice(11, 19)));

  jest.advanceTimersByTime(2600);

  expect(dues).toEqual(["00:01:00", "00:02:00", "00:03:00"]);
});

test("begins with what was due at the given time already", () => {
  const clock = new Clock(1);
  const dues: number[] = [];

  clock.repeat(nextMinute, (due) => dues.push(due), START - MINUTE);
  jest.advanceTimersByTime(0);

  expect(dues).toEqual([START - MINUTE / 2]);
});

test("does something once after a time, unless it is canceled", () => {
  const clock = new Clock(60);
  const done: string[] = [];
  clock.after(MINUTE, () => done.push("one"));
  const cancel = clock.after(MINUTE, () => done.push("other"));

  cancel();
  jest.advanceTimersByTime(999);
  const early = [...done];
  jest.advanceTimersByTime(5000);

  expect([early, done]).toEqual([[], ["one"]]);
});

test("waits longer than a timer can", () => {
  const clock = new Clock(1);
  const days = 40;
  const dues: number[] = [];
  clock.repeat(
    (after) => (after < START + days * 1440 * MINUTE ? START + days * 1440 * MINUTE : undefined),
    (due) => dues.push(due),
  );

  jest.advanceTimersByTime((days * 1440 - 1) * MINUTE);
  const early = dues.length;
  jest.advanceTimersByTime(2 * MINUTE);

  expect([early, dues]).toEqual([0, [START + days * 1440 * MINUTE]]);
});

test("after closing, nothing is due", () => {
  const clock = new Clock(60);
  const action = jest.fn();
  clock.repeat(nextMinute, action);

  clock.close();
  jest.advanceTimersByTime(10_000);

  expect(action).not.toHaveBeenCalled();
  expect(jest.getTimerCount()).toBe(0);
});

test("does nothing anymore that is canceled, also while it happens", () => {
  const clock = new Clock(60);
  let times = 0;
  const cancelBefore = clock.repeat(nextMinute, () => times++);
  const cancelWithin = clock.repeat(nextMinute, () => {
    times++;
    cancelWithin();
  });

  cancelBefore();
  jest.advanceTimersByTime(10_000);

  expect(times).toBe(1);
});
