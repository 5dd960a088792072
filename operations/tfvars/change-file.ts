import { readFile } from "node:fs/promises";
import { join } from "node:path";
import { isDeepStrictEqual } from "node:util";
import { InvalidInput } from "../../environments/mistakes";
import { parseTfvars } from "../../environments/parse-tfvars";
import { buildEnvironment, type Environment, environmentFile } from "../../environments/schema";
import { explainFileError } from "../../environments/text-file";
import { replaceFiles } from "../cli/files";
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
  const path = join(root, file);
  const before = (await explainUnwritable(file, () => readFile(path))).toString("utf8");
  const after = await change(before).catch((error: unknown) => {
    throw error instanceof UnsupportedSyntax ? makeUnchangeable(file) : error;
  });
  if (after === before) return { file, diff: [] };
  if (!isDeepStrictEqual(await readEnvironment(file, before, environment), environment)) {
    throw new OperationFailure(`${file} was changed in the meantime: run the command again; nothing was written`);
  }
  const changed = await readEnvironment(file, after, environment);
  if (!changed || !isAsWanted(changed)) throw makeUnchangeable(file);
  await explainUnwritable(file, () => {
    replaceFiles({ [path]: after });
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

/** What a text of the environment's file says; undefined if it has mistakes. */
async function readEnvironment(
  file: string,
  text: string,
  { name, nodeRuntime }: Environment,
): Promise<Environment | undefined> {
  const { values, mistakes } = await parseTfvars(file, Buffer.from(text));
  const parsed = environmentFile.safeParse(values);
  return parsed.success && mistakes.length === 0 ? buildEnvironment(name, parsed.data, nodeRuntime) : undefined;
}

async function explainUnwritable<T>(file: string, work: () => T | Promise<T>): Promise<T> {
  try {
    return await work();
  } catch (error) {
    throw new OperationFailure(`${file} cannot be changed: ${explainFileError(error)}`);
  }
}
