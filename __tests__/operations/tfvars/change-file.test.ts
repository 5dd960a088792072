import { expect, test } from "@jest/globals";
import { chmodSync, lstatSync, readFileSync, renameSync, statSync, symlinkSync, writeFileSync } from "node:fs";
import { join } from "node:path";
import { readEnvironment } from "../../../operations/cli/input";
import { writeSize } from "../../../operations/tune/write-size";
import { HANDLER_SOURCE, makeProject, makeTfvars } from "../../support/project";

const FILE = "environments/dev.tfvars";

/** Writes a new size of the function api, after something has happened to the file. */
async function write(happen: (file: string) => void) {
  const root = makeProject({ [FILE]: makeTfvars(), "functions/api/handler.ts": HANDLER_SOURCE });
  const file = join(root, FILE);
  const environment = await readEnvironment(root, "dev");
  happen(file);
  const before = readFileSync(file, "utf8");
  const change = writeSize(root, environment, "api", { memoryMb: 1024, architecture: "arm64" });
  const failure = await change.then(
    () => undefined,
    (error: unknown) => (error as Error).message,
  );
  return { file, before, failure };
}

test("a read-only file stays as it is", async () => {
  const { file, before, failure } = await write((path) => {
    chmodSync(path, 0o444);
  });

  expect(failure).toBe(`${FILE} cannot be changed: it is read-only`);
  expect(readFileSync(file, "utf8")).toBe(before);
});

test("a file that was changed since it was read stays as it is, and this is said", async () => {
  const { file, before, failure } = await write((path) => {
    writeFileSync(path, makeTfvars({ functions: "api = { timeout_seconds = 7 }" }));
  });

  expect(failure).toBe(`${FILE} was changed in the meantime: run the command again; nothing was written`);
  expect(readFileSync(file, "utf8")).toBe(before);
});

test("a file is written through its link, and keeps its mode", async () => {
  const { file, failure } = await write((path) => {
    renameSync(path, `${path}.shared`);
    chmodSync(`${path}.shared`, 0o640);
    symlinkSync(`${path}.shared`, path);
  });

  expect(failure).toBeUndefined();
  expect(lstatSync(file).isSymbolicLink()).toBe(true);
  expect(statSync(file).mode & 0o777).toBe(0o640);
  expect(readFileSync(`${file}.shared`, "utf8")).toContain("memory_mb = 1024");
});
