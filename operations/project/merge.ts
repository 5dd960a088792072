import { applyPatch, createTwoFilesPatch, structuredPatch } from "diff";

/** What becomes of one file. */
export interface FileUpdate {
  readonly path: string;
  readonly outcome: "added" | "updated" | "merged" | "kept";
  /** The file's new text; the project's own for a file that is kept. */
  readonly text: string;
  /** What changes in it; for a file that is kept, the change that does not fit. */
  readonly diff: string;
}

/**
 * Takes over a new version of maintained files. What the project has changed stays: where both have changed the same
 * lines, the file is kept as it is, and a file that the project has deleted does not come back.
 *
 * @param base what the files were when they were last written
 * @param current what they are, if they are there
 * @param next what they are in the new version
 * @returns only files with something to say about
 */
export function mergeFiles(
  base: ReadonlyMap<string, string>,
  current: ReadonlyMap<string, string>,
  next: ReadonlyMap<string, string>,
): FileUpdate[] {
  return [...next].flatMap(([path, text]) => {
    const was = base.get(path);
    const is = current.get(path);
    if (is === text || was === text) return [];
    const describe = (outcome: FileUpdate["outcome"], from: string, to: string, result: string): FileUpdate[] => [
      { path, outcome, text: result, diff: createTwoFilesPatch(path, path, from, to) },
    ];
    if (is === undefined) return was === undefined ? describe("added", "", text, text) : [];
    if (was === undefined) return describe("kept", is, text, is);
    if (is === was) return describe("updated", is, text, text);
    const merged = applyPatch(is, structuredPatch(path, path, was, text, "", "", { context: 1 }));
    return merged === false ? describe("kept", was, text, is) : describe("merged", is, merged, merged);
  });
}
