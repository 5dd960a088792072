import { accessSync, chmodSync, constants, existsSync, realpathSync, statSync } from "node:fs";
import { dirname, join, relative } from "node:path";
import { InvalidInput, makeInvalidInput, type Mistake } from "../../environments/mistakes";
import { explainFileError, readText, UnusableFile } from "../../environments/text-file";
import { writeFiles } from "../cli/files";

const READ_ONLY = "cannot be written: it is read-only";

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
      // A new file replaces the old one, whatever the old one's permissions are.
      if (existsSync(file)) {
        accessSync(file, constants.W_OK);
        if ((statSync(file).mode & 0o222) === 0) return [{ file: path, message: READ_ONLY }];
      }
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

/** Writes files through links, and keeps their modes. */
export async function replaceFiles(root: string, contents: Readonly<Record<string, string>>): Promise<void> {
  const files = Object.entries(contents).map(([path, text]) => {
    const file = followLinks(join(root, path));
    return { path: relative(root, file), text, mode: existsSync(file) ? statSync(file).mode : undefined };
  });
  await writeFiles(root, Object.fromEntries(files.map(({ path, text }) => [path, text])));
  for (const { path, mode } of files) if (mode !== undefined) chmodSync(join(root, path), mode);
}

function followLinks(file: string): string {
  return existsSync(file) ? realpathSync(file) : file;
}
