import { expect, test } from "@jest/globals";
import fc from "fast-check";
import { mergeFiles } from "../../../operations/project/merge";

const FILE = "plan.yml";
const merge = (was: string | undefined, is: string | undefined, next: string) => {
  const toMap = (text: string | undefined) => new Map(text === undefined ? [] : [[FILE, text]]);
  return mergeFiles(toMap(was), toMap(is), toMap(next)).map(({ outcome, text }) => [outcome, text]);
};
const lines = (...all: string[]) => all.map((line) => `${line}\n`).join("");

test.each([
  ["a file that is as it was becomes the new one", "a\n", "a\n", "b\n", [["updated", "b\n"]]],
  ["a file that the new version does not change stays", "a\n", "mine\n", "a\n", []],
  ["a new file is added", undefined, undefined, "b\n", [["added", "b\n"]]],
  ["a new file does not replace one that is there", undefined, "mine\n", "b\n", [["kept", "mine\n"]]],
  ["a file that was deleted stays away", "a\n", undefined, "b\n", []],
  ["a file that is already as the new one is not mentioned", "a\n", "b\n", "b\n", []],
  ["changes of the same line keep the project's", "a\n", "mine\n", "b\n", [["kept", "mine\n"]]],
])("%s", (_, was, is, next, expected) => {
  expect(merge(was, is, next)).toEqual(expected);
});

test("changes of both sides in different lines are both in the result", () => {
  const was = lines("one", "two", "three", "four", "five", "six");
  const is = lines("one", "mine", "three", "four", "five", "six");
  const next = lines("one", "two", "three", "four", "theirs", "six", "seven");

  expect(merge(was, is, next)).toEqual([["merged", lines("one", "mine", "three", "four", "theirs", "six", "seven")]]);
});

test("no line that the project has added is lost, whatever the new version is", () => {
  const shared = fc.array(fc.constantFrom("a", "b", "c", "d", "e", "f"), { maxLength: 12 });
  const own = fc.array(fc.tuple(fc.nat(12), fc.stringMatching(/^own \w{1,5}$/)), { minLength: 1, maxLength: 4 });
  fc.assert(
    fc.property(shared, shared, own, (was, next, added) => {
      const is: string[] = [...was];
      for (const [place, line] of added) is.splice(place, 0, line);

      const [[, result] = ["", lines(...is)]] = merge(lines(...was), lines(...is), lines(...next));

      const rest = result?.split("\n") ?? [];
      for (const [, line] of added) expect(rest).toContain(line);
    }),
  );
});
