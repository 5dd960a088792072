import { expect, jest, test } from "@jest/globals";
import { rmSync } from "node:fs";
import { join } from "node:path";
import { LogFiles } from "../../local/log-files";
import { readFiles, makeTemporaryFolder } from "../support/project";

test("each function has a file, which begins anew when it is full", () => {
  const folder = join(makeTemporaryFolder(), "logs");
  const logs = new LogFiles(folder, () => undefined, 10);

  for (const line of ["one", "two", "three", "ü"]) {
    logs.add("dev-api", line);
    logs.flush();
  }
  logs.add("dev-other", "a line that is longer than a file");
  logs.add("dev-other", "and one more");
  logs.flush();

  expect(readFiles(folder)).toEqual({
    "dev-api.log": "three\nü\n",
    "dev-api.log.1": "one\ntwo\n",
    "dev-other.log": "a line that is longer than a file\nand one more\n",
  });
});

test("a log that cannot be written is told, once, and not kept in memory", () => {
  const folder = join(makeTemporaryFolder(), "logs");
  const onLost = jest.fn();
  const logs = new LogFiles(folder, onLost);
  rmSync(folder, { recursive: true });

  for (const line of ["one", "two"]) {
    logs.add("dev-api", line);
    logs.flush();
  }

  expect(onLost.mock.calls).toEqual([[expect.stringMatching(/^ENOENT/)]]);
});
