import { afterEach, expect, jest, test } from "@jest/globals";
import fs, { mkdirSync, renameSync, rmSync, writeFileSync } from "node:fs";
import { join } from "node:path";
import { FolderWatcher, listFolders } from "../../../local/reload/folder-watcher";
import { makeTemporaryFolder } from "../../support/project";
import { waitUntil } from "../lambda/support";

const opened: FolderWatcher[] = [];

afterEach(() => {
  opened.splice(0).forEach((watcher) => {
    watcher.close();
  });
  jest.restoreAllMocks();
});

function open() {
  const changes = new Set<string>();
  const reasons: string[] = [];
  const watcher = new FolderWatcher(
    (path) => changes.add(path),
    (reason) => reasons.push(reason),
  );
  opened.push(watcher);
  return { watcher, changes, reasons };
}

test("tells of files that are written, renamed and removed, in the folders alone that it was told last", async () => {
  const [before, folder] = [makeTemporaryFolder(), makeTemporaryFolder()];
  const files = ["written", "old", "new", "removed"].map((name) => join(folder, name));
  const [written = "", old = "", renamed = "", removed = ""] = files;
  for (const file of [old, removed]) writeFileSync(file, "");
  const { watcher, changes } = open();
  watcher.watch(new Set([before]));
  watcher.watch(new Set([folder]));

  writeFileSync(join(before, "file"), "");
  mkdirSync(join(folder, "more"));
  writeFileSync(written, "text");
  renameSync(old, renamed);
  rmSync(removed);

  await waitUntil(() => files.every((file) => changes.has(file)));
  expect([...changes].sort()).toEqual([...files, join(folder, "more")].sort());
});

test("says which folders are new to it, also one that takes another one's place", () => {
  const folder = join(makeTemporaryFolder(), "folder");
  const absent = join(folder, "absent");
  mkdirSync(folder);
  const { watcher } = open();

  const first = watcher.watch(new Set([folder, absent]));
  const second = watcher.watch(new Set([folder, absent]));
  renameSync(folder, `${folder}-before`);
  mkdirSync(folder);
  const third = watcher.watch(new Set([folder, absent]));

  expect([first, second, third]).toEqual([[folder], [], [folder]]);
});

test("says once why folders cannot be watched", () => {
  const { watcher, reasons } = open();
  jest.spyOn(fs, "watch").mockImplementation(() => {
    throw Object.assign(new Error("too many"), { code: "ENOSPC" });
  });

  watcher.watch(new Set([makeTemporaryFolder(), makeTemporaryFolder()]));

  expect(reasons).toEqual(["too many"]);
});

test("lists folders in folders, but not those of packages and hidden ones", () => {
  const root = makeTemporaryFolder();
  for (const path of ["a/b/c", "node_modules/dep", ".git/refs"]) mkdirSync(join(root, path), { recursive: true });

  const folders = [...listFolders([root, join(root, "absent")])];

  expect(folders.map((folder) => folder.slice(root.length))).toEqual(["", "/absent", "/a", "/a/b", "/a/b/c"]);
});
