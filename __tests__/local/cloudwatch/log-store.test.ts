import { expect, test } from "@jest/globals";
import { LogStore } from "../../../local/cloudwatch/log-store";

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
