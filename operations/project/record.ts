import { readFileSync } from "node:fs";
import { join } from "node:path";
import * as z from "zod";
import { makeInvalidInput } from "../../environments/mistakes";
import { explainFileError } from "../../environments/text-file";
import { readOwnManifest } from "../../stacks/own-file";
import { type ProjectFacts, type TemplateFile } from "./templates";

/** The file in which a project keeps what its maintained files were when they were written or updated. */
export const RECORD = ".warmwatch.json";

const record = z.object({
  about: z.string(),
  version: z.string(),
  name: z.string(),
  id: z.string(),
  files: z.record(z.string(), z.string()),
});

/** What a project keeps about itself. */
export type ProjectRecord = z.output<typeof record>;

/** The text of a project's record, with the version that runs. */
export function formatProjectRecord({ name, id }: ProjectFacts, files: ReadonlyMap<string, TemplateFile>): string {
  const maintained = [...files].filter(([, { isMaintained }]) => isMaintained).map(([path, { text }]) => [path, text]);
  const content: ProjectRecord = {
    about: "What `warmwatch update` compares with. Commit it, and do not edit it.",
    version: readOwnManifest().version,
    name,
    id,
    files: Object.fromEntries(maintained) as Record<string, string>,
  };
  return `${JSON.stringify(content, undefined, 2)}\n`;
}

/**
 * Reads a project's record.
 *
 * @param root the project's folder
 * @throws InvalidInput if there is none, or it cannot be read
 */
export function readProjectRecord(root: string): ProjectRecord {
  let text: string;
  try {
    text = readFileSync(join(root, RECORD), "utf8");
  } catch (error) {
    const isMissing = (error as NodeJS.ErrnoException).code === "ENOENT";
    const missing = "expected it in the project's folder, where init writes it, found none";
    throw makeInvalidInput(RECORD, isMissing ? missing : `cannot be read: ${explainFileError(error)}`);
  }
  try {
    return record.parse(JSON.parse(text));
  } catch {
    throw makeInvalidInput(RECORD, "expected it as init or update wrote it: restore it from version control");
  }
}
