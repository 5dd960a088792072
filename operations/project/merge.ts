import { createTwoFilesPatch, diffArrays } from "diff";
import { parseJson } from "../../environments/parse-json";
import { isDeepStrictEqual } from "node:util";

/** The lines of a patch that name its files. */
const HEAD_LINES = 4;

/** What becomes of one file. */
export interface FileUpdate {
  readonly path: string;
  readonly outcome: "added" | "updated" | "merged" | "kept";
  /** The file's new text; the project's own for a file that is kept. */
  readonly text: string;
  /** What the next update compares with: what is new, but what was where that does not fit; nothing if nothing was. */
  readonly base: string | undefined;
  /** What changes in it; empty for a file that is kept. */
  readonly diff: string;
  /** What should change but does not fit; empty if everything fits. */
  readonly misfit: string;
}

/** A merged text or value, and what the next merge compares with: what is new, but what was where that does not fit. */
interface Merged<T> {
  readonly result: T;
  readonly base: T;
}

/**
 * Takes over a new version of maintained files. What the project has changed stays: where both have changed the same
 * lines, or it is uncertain which lines are the same, the project's stay. A file that the project has deleted does not
 * come back. In package.json, keys are merged, not lines.
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
  return [...next].flatMap(([path, text]): FileUpdate[] => {
    const was = base.get(path);
    const own = current.get(path);
    // Git on Windows gives files its line ends.
    const lineEnd = own?.includes("\r\n") === true ? "\r\n" : "\n";
    const is = own?.replaceAll("\r\n", "\n");
    if (is === text || was === text) return [];
    if (is === undefined) {
      return was === undefined ? [{ path, outcome: "added", text, base: text, diff: "", misfit: "" }] : [];
    }
    if (was === undefined) {
      return [{ path, outcome: "kept", text: is, base: was, diff: "", misfit: compareTexts(is, text) }];
    }
    const merged = (path === "package.json" ? mergeManifests(was, is, text) : undefined) ?? mergeTexts(was, is, text);
    const diff = compareTexts(is, merged.result);
    const misfit = compareTexts(merged.base, text);
    if (diff === "" && misfit === "") return [];
    const outcome = diff === "" ? "kept" : merged.result === text ? "updated" : "merged";
    return [{ path, outcome, text: merged.result.replaceAll("\n", lineEnd), base: merged.base, diff, misfit }];
  });
}

/** A diff with three lines around each change; empty for equal texts. */
export function compareTexts(from: string, to: string): string {
  if (from === to) return "";
  return createTwoFilesPatch("", "", from, to).split("\n").slice(HEAD_LINES).join("\n");
}

/** A three-way merge: between lines that all three have, that side's lines are taken which has changed them. */
function mergeTexts(was: string, is: string, next: string): Merged<string> {
  const [older, own, newer] = [splitLines(was), splitLines(is), splitLines(next)];
  const [inOwn, inNewer] = [align(older, own), align(older, newer)];
  const merged = { result: "", base: "" };
  let from = { older: 0, own: 0, newer: 0 };
  for (let at = 0; at <= older.length; at++) {
    const [ownAt, newerAt] = [inOwn.get(at), inNewer.get(at)];
    if (ownAt === undefined || newerAt === undefined) continue;
    const part = mergeParts(older.slice(from.older, at), own.slice(from.own, ownAt), newer.slice(from.newer, newerAt));
    const stable = older.slice(at, at + 1);
    merged.result += [...part.result, ...stable].join("");
    merged.base += [...part.base, ...stable].join("");
    from = { older: at + 1, own: ownAt + 1, newer: newerAt + 1 };
  }
  return merged;
}

function mergeParts(old: string[], mine: string[], theirs: string[]): Merged<string[]> {
  if (isDeepStrictEqual(mine, old)) return { result: theirs, base: theirs };
  const added = theirs.filter((line) => !old.includes(line));
  const removed = old.filter((line) => !theirs.includes(line));
  const isTaken =
    [mine, old].some((lines) => isDeepStrictEqual(lines, theirs)) ||
    (added.length > 0 && added.every((line) => mine.includes(line)) && !removed.some((line) => mine.includes(line)));
  return { result: mine, base: isTaken ? theirs : old };
}

function splitLines(text: string): string[] {
  return text.split(/(?<=\n)/);
}

/** Where lines are in another text, and its end: only lines that are found at the same place from both ends. */
function align(lines: readonly string[], others: readonly string[]): ReadonlyMap<number, number> {
  const [from, to] = [nameLines(lines), nameLines(others)];
  const backward = matchLines(from.toReversed(), to.toReversed());
  const certain = [...matchLines(from, to)].filter(
    ([at, place]) => backward.get(lines.length - 1 - at) === others.length - 1 - place,
  );
  return new Map([...certain, [lines.length, others.length]]);
}

/** Names each line together with those it is indented under: the same line in two jobs is not the same. */
function nameLines(lines: readonly string[]): string[] {
  const enclosing: { readonly indent: number; readonly line: string }[] = [];
  return lines.map((line) => {
    const indent = line.search(/\S/);
    // An empty line has no indent: it is beside the line above.
    if (indent === -1) return [...enclosing.slice(0, -1).map((outer) => outer.line), line].join("");
    while ((enclosing.at(-1)?.indent ?? -1) >= indent) enclosing.pop();
    enclosing.push({ indent, line });
    return enclosing.map((outer) => outer.line).join("");
  });
}

function matchLines(from: string[], to: string[]): Map<number, number> {
  const places = new Map<number, number>();
  let [at, place] = [0, 0];
  for (const { added, removed, count } of diffArrays(from, to)) {
    if (!added && !removed) for (let line = 0; line < count; line++) places.set(at + line, place + line);
    if (!added) at += count;
    if (!removed) place += count;
  }
  return places;
}

type JsonObject = Readonly<Record<string, unknown>>;

/** Merges by keys; undefined if one of the texts is not a JSON object. */
function mergeManifests(was: string, is: string, next: string): Merged<string> | undefined {
  const [older, own, newer] = [parseObject(was), parseObject(is), parseObject(next)];
  if (older === undefined || own === undefined || newer === undefined) return undefined;
  const { result, base } = mergeObjects(older, raiseOwnVersion(own, newer), newer);
  return {
    result: isDeepStrictEqual(result, own) ? is : formatObject(result),
    base: isDeepStrictEqual(base, newer) ? next : formatObject(base),
  };
}

/** This package's version is never the project's own choice: the other files are those of the new one. */
function raiseOwnVersion(own: JsonObject, { dependencies }: JsonObject): JsonObject {
  const version = isObject(dependencies) ? dependencies.warmwatch : undefined;
  return Object.fromEntries(
    Object.entries(own).map(([key, value]) =>
      ["dependencies", "devDependencies"].includes(key) && isObject(value) && "warmwatch" in value
        ? [key, { ...value, warmwatch: version }]
        : [key, value],
    ),
  );
}

function mergeObjects(older: JsonObject, own: JsonObject, newer: JsonObject): Merged<JsonObject> {
  const merge = (key: string): Merged<unknown> => {
    const [old, mine, theirs] = [older[key], own[key], newer[key]];
    if (isDeepStrictEqual(mine, old)) return { result: theirs, base: theirs };
    const isTaken = isDeepStrictEqual(mine, theirs) || isDeepStrictEqual(theirs, old) || mine === undefined;
    if (isTaken) return { result: mine, base: theirs };
    if (isObject(mine) && isObject(theirs)) return mergeObjects(isObject(old) ? old : {}, mine, theirs);
    return { result: mine, base: old };
  };
  const collect = (part: keyof Merged<unknown>, ...objects: JsonObject[]) => {
    const keys = [...new Set(objects.flatMap((object) => Object.keys(object)))];
    const entries = keys.map((key) => [key, merge(key)[part]] as const);
    return Object.fromEntries(entries.filter(([, value]) => value !== undefined));
  };
  return { result: collect("result", own, newer), base: collect("base", newer, older) };
}

function isObject(value: unknown): value is JsonObject {
  return typeof value === "object" && value !== null && !Array.isArray(value);
}

function parseObject(text: string): JsonObject | undefined {
  const value = parseJson(text);
  return isObject(value) ? value : undefined;
}

function formatObject(value: JsonObject): string {
  return `${JSON.stringify(value, undefined, 2)}\n`;
}
