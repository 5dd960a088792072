import { expect, test } from "@jest/globals";
import { chmodSync, lstatSync, readdirSync, readFileSync, statSync, symlinkSync, writeFileSync } from "node:fs";
import { join } from "node:path";
import { writeFiles, writeWholeFile } from "../../../operations/cli/files";
import { makeTemporaryFolder } from "../../support/project";

test.each([
  ["one file", (folder: string) => writeWholeFile(join(folder, "comment.md"), "new")],
  ["several files", (folder: string) => writeFiles(folder, { "comment.md": "new" })],
])("%s, written through a link, with the mode that was there", async (_, write) => {
  const [folder, elsewhere] = [makeTemporaryFolder(), join(makeTemporaryFolder(), "mine.md")];
  writeFileSync(elsewhere, "old");
  chmodSync(elsewhere, 0o600);
  symlinkSync(elsewhere, join(folder, "comment.md"));

  await write(folder);

  expect(lstatSync(join(folder, "comment.md")).isSymbolicLink()).toBe(true);
  expect([readFileSync(elsewhere, "utf8"), statSync(elsewhere).mode & 0o777]).toEqual(["new", 0o600]);
});

test.each([
  ["one file", (folder: string) => writeWholeFile(join(folder, "comment.md"), "new")],
  ["several files", (folder: string) => writeFiles(folder, { "a.md": "new", "comment.md": "new" })],
])("%s, not over one that is read-only", async (_, write) => {
  const folder = makeTemporaryFolder();
  writeFileSync(join(folder, "comment.md"), "old", { mode: 0o444 });

  await expect(write(folder)).rejects.toThrow("it is read-only");

  expect(readdirSync(folder)).toEqual(["comment.md"]);
  expect(readFileSync(join(folder, "comment.md"), "utf8")).toBe("old");
});
