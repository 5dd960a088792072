import { expect, test } from "@jest/globals";
import { spawnSync } from "node:child_process";

function check(subjects: string) {
  const { status, stderr } = spawnSync(".ci/check-subjects", { input: subjects, encoding: "utf8" });
  return { status, stderr };
}

test("commit subjects of at most 72 characters pass", () => {
  expect(check(`Add a test\n${"x".repeat(72)}\n`)).toEqual({ status: 0, stderr: "" });
});

test.each(["\n", ""])("a longer one is named with the rule; the last one may end with %j", (end) => {
  const long = "y".repeat(73);
  expect(check(`Add a test\n${long}${end}`)).toEqual({
    status: 1,
    stderr: `commit subject: 73 characters, at most 72 are allowed: ${long}\n`,
  });
});
