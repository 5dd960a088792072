import { expect, test } from "@jest/globals";
import { LogStore } from "../../../local/cloudwatch/log-store";
import { makeLine, measureGrowthMb } from "../../support/heap";

const COUNT = "stats count(*) as lines by @message as line | sort line asc";

test("a line is found when it is as old as lines arrive late, in its own group and time", () => {
  const store = new LogStore(5000);
  store.add("/aws/lambda/api", { at: 1000, logStreamName: "[1]", line: "early" });
  store.add("/aws/lambda/api", { at: 9000, logStreamName: "[1]", line: "late" });
  store.add("/aws/lambda/other", { at: 1000, logStreamName: "[1]", line: "elsewhere" });

  const find = (now: number, to = 60_000) =>
    store.query(["/aws/lambda/api"], COUNT, { from: 0, to }, now).map(({ line }) => line);

  expect(find(6000)).toEqual([]);
  expect(find(10_000)).toEqual(["early"]);
  expect(find(15_000)).toEqual(["early", "late"]);
  expect(find(15_000, 9000)).toEqual(["early"]);
});

test("lines that are too old or too many are dropped, in each group on its own", () => {
  const store = new LogStore(0, { keptMilliseconds: 60_000, characters: 5000 });
  const count = (logGroup: string) =>
    store.query([logGroup], "stats count(*) as lines", { from: 0, to: Infinity }, Infinity)[0]?.["lines"];

  for (let at = 0; at < 10_000; at++) store.add("busy", { at, logStreamName: "[1]", line: "x".repeat(150) });
  store.add("quiet", { at: 0, logStreamName: "[1]", line: "early" });
  store.add("quiet", { at: 60_000, logStreamName: "[1]", line: "just in time" });
  const before = count("quiet");
  store.add("quiet", { at: 60_001, logStreamName: "[1]", line: "late" });

  expect([count("busy"), before, count("quiet")]).toEqual(["20", "2", "2"]);
});

test("lines that are dropped take no memory, however long they are", () => {
  const store = new LogStore(0, { keptMilliseconds: 60_000, characters: 5_000_000 });

  const growthMb = measureGrowthMb(() => {
    for (let at = 0; at < 100; at++) store.add("group", { at, logStreamName: "[1]", line: makeLine(1_000_000) });
  });

  const [found] = store.query(["group"], "stats count(*) as lines", { from: 0, to: Infinity }, Infinity);
  expect(found).toEqual({ lines: "4" });
  expect(growthMb).toBeLessThan(20);
});

test("an answer can have another clock's times", () => {
  const store = new LogStore();
  store.add("group", { at: 61_000, logStreamName: "[1]", line: "one" });

  const [found] = store.query(
    ["group"],
    "stats count(*) as lines by bin(1m)",
    { from: 0, to: 70_000 },
    70_000,
    (at) => 10 * at,
  );

  expect(found).toEqual({ "bin(1m)": "1970-01-01 00:10:00.000", lines: "1" });
});
