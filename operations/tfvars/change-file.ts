import { randomBytes } from "node:crypto";
import { chmodSync, renameSync, rmSync, statSync, writeFileSync } from "node:fs";
import { readFile, realpath } from "node:fs/promises";
import { join } from "node:path";
import { InvalidInput } from "../../environments/mistakes";
import { parseTfvars } from "../../environments/parse-tfvars";
import { buildEnvironment, type Environment, environmentFile } from "../../environments/schema";
import { explainFileError } from "../../environments/text-file";
import { OperationFailure } from "../cli/operation-failure";
import { compareLines } from "./diff";
import { UnsupportedSyntax } from "./objects";

/** A changed file. */
export interface TfvarsChange {
  /** The path as the user knows it. */
  readonly file: string;
  /** The diff; empty if the file already had these settings and was not touched. */
  readonly diff: readonly string[];
}

/**
 * Changes an environment's file, which is replaced completely or not at all.
 *
 * @param change returns the new text
 * @param isAsWanted whether the new file says what it should, and nothing else
 * @throws InvalidInput if the file is written in a way that this cannot change
 * @throws OperationFailure if it cannot be replaced
 */
export async function changeTfvars(
  root: string,
  environment: Environment,
  change: (text: string) => Promise<string>,
  isAsWanted: (after: Environment) => boolean,
): Promise<TfvarsChange> {
  const file = `environments/${environment.name}.tfvars`;
  const path = await explainUnwritable(file, () => realpath(join(root, file)));
  const before = (await explainUnwritable(file, () => readFile(path))).toString("utf8");
  const after = await change(before).catch((error: unknown) => {
    throw error instanceof UnsupportedSyntax ? makeUnchangeable(file) : error;
  });
  if (after === before) return { file, diff: [] };
  const { values, mistakes } = await parseTfvars(file, Buffer.from(after));
  const parsed = environmentFile.safeParse(values);
  if (
    !parsed.success ||
    mistakes.length > 0 ||
    !isAsWanted(buildEnvironment(environment.name, parsed.data, environment.nodeRuntime))
  ) {
    throw makeUnchangeable(file);
  }
  await explainUnwritable(file, () => {
    replace(path, after);
  });
  return { file, diff: compareLines(before, after) };
}

/** What was changed, as lines for a terminal. */
export function formatChange({ file, diff }: TfvarsChange): string[] {
  return diff.length === 0 ? [`${file} already has these settings`] : ["", `${file}:`, ...diff];
}

function makeUnchangeable(file: string): InvalidInput {
  const message = "--write cannot safely change the way it is written: add the block by hand; nothing was written";
  return new InvalidInput([{ file, message }]);
}

/**
 * Replaces the file with a new one, so that no one ever sees half of it. Signals are handled only afterward; otherwise
 * they could leave the new file behind.
 */
function replace(path: string, text: string): void {
  const temporary = `${path}.${randomBytes(6).toString("hex")}.tmp`;
  try {
    const { mode } = statSync(path);
    writeFileSync(temporary, text, { flag: "wx", flush: true });
    chmodSync(temporary, mode);
    renameSync(temporary, path);
  } catch (error) {
    rmSync(temporary, { force: true });
    throw error;
  }
}

async function explainUnwritable<T>(file: string, work: () => T | Promise<T>): Promise<T> {
  try {
    return await work();
  } catch (error) {
    throw new OperationFailure(`${file} cannot be changed: ${explainFileError(error)}`);
  }
}
