import { execFileSync } from "node:child_process";
import { readFileSync, writeFileSync } from "node:fs";
import { join } from "node:path";
import { type Bundle } from "../../stacks/bundle";
import { makeTemporaryFolder, unpackZip } from "./project";

const PROGRAM = `
  const [file, name, event] = process.argv.slice(2);
  const { [name]: handler } = await import(file);
  console.log(JSON.stringify((await handler(JSON.parse(event))) ?? null));`;

/**
 * Calls the handler of a zip as Lambda does: unpacked, in a process of its own whose working folder is the zip's.
 * Returns its answer.
 */
export function callHandler(
  { zipFile, handler }: Pick<Bundle, "zipFile" | "handler">,
  event: unknown = {},
  variables: Readonly<Record<string, string>> = {},
): unknown {
  const folder = unpackZip(readFileSync(zipFile));
  const program = join(makeTemporaryFolder(), "program.mjs");
  writeFileSync(program, PROGRAM);
  const [module = "", name = ""] = handler.split(".");
  const answer = execFileSync(
    process.execPath,
    ["--no-warnings", program, join(folder, `${module}.mjs`), name, JSON.stringify(event)],
    { encoding: "utf8", cwd: folder, env: { ...process.env, LAMBDA_TASK_ROOT: folder, ...variables } },
  );
  return JSON.parse(answer.trim().split("\n").at(-1) ?? "") as unknown;
}
