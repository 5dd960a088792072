import { randomBytes } from "node:crypto";
import { mkdir, open, rename, rm } from "node:fs/promises";
import { join } from "node:path";
import { explainFileError } from "../../environments/text-file";
import { OperationFailure } from "./operation-failure";

/**
 * Makes sure that reports can be written, before minutes are spent on one.
 *
 * @throws OperationFailure
 */
export async function prepareFolder(folder: string): Promise<void> {
  await explainFailure(folder, async () => {
    await mkdir(folder, { recursive: true });
    const probe = makeTemporaryName(join(folder, "probe"));
    await writeWhole(probe, "");
    await rm(probe);
  });
}

/**
 * Writes files, all of them whole or none.
 *
 * @param contents by file name
 * @returns their paths
 * @throws OperationFailure
 */
export async function writeFiles(folder: string, contents: Readonly<Record<string, string>>): Promise<string[]> {
  const files = Object.entries(contents).map(([name, content]) => {
    const path = join(folder, name);
    return { path, temporary: makeTemporaryName(path), content };
  });
  await explainFailure(folder, async () => {
    const written: string[] = [];
    try {
      for (const { temporary, content } of files) await writeWhole(temporary, content);
      for (const { temporary, path } of files) {
        await rename(temporary, path);
        written.push(path);
      }
    } catch (error) {
      const remains = [...files.map(({ temporary }) => temporary), ...written];
      await Promise.all(remains.map((file) => rm(file, { force: true })));
      throw error;
    }
  });
  return files.map(({ path }) => path);
}

/** On the disk when it resolves: some file systems tell only then that it is full. */
async function writeWhole(path: string, content: string): Promise<void> {
  const file = await open(path, "wx");
  try {
    await file.writeFile(content);
    await file.sync();
  } catch (error) {
    await file.close();
    await rm(path, { force: true });
    throw error;
  }
  await file.close();
}

function makeTemporaryName(path: string): string {
  return `${path}.${randomBytes(6).toString("hex")}.tmp`;
}

async function explainFailure(folder: string, work: () => Promise<void>): Promise<void> {
  try {
    await work();
  } catch (error) {
    throw new OperationFailure(`reports cannot be written to ${folder}: ${explainFileError(error)}`);
  }
}
