import { structuredPatch } from "diff";

const CONTEXT = 2;

/** The lines that differ between two texts, with a few around them, as `diff -u` writes them. */
export function compareLines(before: string, after: string): string[] {
  const { hunks } = structuredPatch("", "", before, after, undefined, undefined, { context: CONTEXT });
  return hunks
    .flatMap(({ lines }) => lines)
    .filter((line) => !line.startsWith("\\"))
    .map((line) => `${line.slice(0, 1)} ${line.slice(1)}`.trimEnd());
}
