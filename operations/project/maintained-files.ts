import { accessSync, constants, existsSync } from "node:fs";
import { dirname, join } from "node:path";
import { InvalidInput, makeInvalidInput, type Mistake } from "../../environments/mistakes";
import { explainFileError, readText, UnusableFile } from "../../environments/text-file";
import { followLinks, readWritableMode } from "../cli/files";

/**
 * Reads the maintained files that a project has.
 *
 * @throws InvalidInput for a file that cannot be read
 */
export async function readCurrent(root: string, paths: readonly string[]): Promise<ReadonlyMap<string, string>> {
  const existing = paths.filter((path) => existsSync(join(root, path)));
  return new Map(
    await Promise.all(
      existing.map(async (path) => {
        try {
          return [path, await readText(join(root, path))] as const;
        } catch (error) {
          throw error instanceof UnusableFile ? makeInvalidInput(path, error.message) : error;
        }
      }),
    ),
  );
}

/**
 * Checks that files can be replaced, before anything is written.
 *
 * @throws InvalidInput with each file that cannot
 */
export function checkWritable(root: string, paths: readonly string[]): void {
  const mistakes = paths.flatMap((path): Mistake[] => {
    try {
      const file = followLinks(join(root, path));
      readWritableMode(file);
      let folder = dirname(file);
      while (!existsSync(folder)) folder = dirname(folder);
      accessSync(`${folder}/.`, constants.W_OK | constants.X_OK);
      return [];
    } catch (error) {
      return [{ file: path, message: `cannot be written: ${explainFileError(error)}` }];
    }
  });
  if (mistakes.length > 0) throw new InvalidInput(mistakes);
}
