import { existsSync, readdirSync } from "node:fs";
import { join } from "node:path";
import { parseTfvars } from "../../environments/parse-tfvars";
import { UnsupportedSyntax } from "../tfvars/objects";
import { renameKeys } from "../tfvars/rename";
import { readCurrent } from "./maintained-files";
import { compareTexts, type FileUpdate } from "./merge";

const FOLDER = "environments";

/**
 * Finds what new names of keys change in a project's environments. A file that is no HCL is left as it is: loading it
 * says why.
 *
 * @returns only files with something to say about
 * @throws InvalidInput for a file that cannot be read
 */
export async function updateKeys(root: string): Promise<FileUpdate[]> {
  const folder = join(root, FOLDER);
  const names = existsSync(folder) ? readdirSync(folder).filter((name) => name.endsWith(".tfvars")) : [];
  const files = await readCurrent(
    root,
    names.map((name) => `${FOLDER}/${name}`),
  );
  const updates = await Promise.all([...files].map(([path, text]) => updateFile(path, text)));
  return updates.filter(({ diff, misfit }) => diff !== "" || misfit !== "");
}

async function updateFile(path: string, before: string): Promise<FileUpdate> {
  const kept = { path, outcome: "kept", text: before, base: undefined, diff: "", misfit: "" } as const;
  try {
    const { text, misfits } = await renameKeys(before);
    const misfit = misfits.join("\n");
    if (text === before) return { ...kept, misfit };
    const { mistakes } = await parseTfvars(path, Buffer.from(text));
    if (mistakes.length > 0) return { ...kept, misfit: compareTexts(before, text) };
    return { ...kept, outcome: "updated", text, diff: compareTexts(before, text), misfit };
  } catch (error) {
    if (error instanceof UnsupportedSyntax) return kept;
    throw error;
  }
}
