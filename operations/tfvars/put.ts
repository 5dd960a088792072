import { type Item, parseItems, type MapPlace } from "./objects";

/** A value to put into a tfvars file. */
export type TfvarsValue = boolean | number | string | TfvarsValues;

/** A map's values by their keys. */
export interface TfvarsValues {
  readonly [key: string]: TfvarsValue;
}

/**
 * Puts values into the text of a tfvars file at a path: existing values are replaced, and missing ones are added at the
 * end of their map. Every other character stays.
 *
 * @param path the keys that lead to the map, which need not exist
 * @throws UnsupportedSyntax
 */
export async function put(text: string, path: readonly string[], values: TfvarsValues): Promise<string> {
  return Object.keys(values).length === 0 ? text : putOne(text, path, values);
}

/**
 * Like {@link put}, but an existing map is replaced as a whole.
 *
 * @throws UnsupportedSyntax
 */
export async function putWhole(text: string, path: readonly string[], values: TfvarsValues): Promise<string> {
  return putOne(text, path, values, true);
}

async function putOne(text: string, path: readonly string[], value: TfvarsValue, isWhole = false): Promise<string> {
  let parent: MapPlace | undefined;
  let items = await parseItems(text);
  for (const [depth, key] of path.entries()) {
    const item: Item | undefined = items.find((one) => one.key === key);
    const rest = path.slice(depth + 1);
    if (!item) return insert(text, parent, key, nestValue(rest, value));
    if (rest.length === 0) {
      const isReplaced =
        isWhole || (typeof value === "object" && isSwitchedOff(value) && (item.map?.items.length ?? 0) > 1);
      if (typeof value === "object" && item.map && !isReplaced) {
        let result = text;
        for (const [name, one] of Object.entries(value)) result = await putOne(result, [...path, name], one);
        return result;
      }
      return splice(text, item.valueStart, item.valueEnd, formatOnOneLine(value));
    }
    if (!item.map) return splice(text, item.valueStart, item.valueEnd, formatOnOneLine(nestValue(rest, value)));
    parent = item.map;
    items = parent.items;
  }
  return text;
}

/** A strategy that is off has no other settings: they would have no effect, and the file would be refused. */
function isSwitchedOff(value: TfvarsValues): boolean {
  return value["enabled"] === false;
}

function nestValue(path: readonly string[], value: TfvarsValue): TfvarsValue {
  return path.reduceRight<TfvarsValue>((inner, key) => ({ [key]: inner }), value);
}

function insert(text: string, parent: MapPlace | undefined, key: string, value: TfvarsValue): string {
  const newline = text.includes("\r\n") ? "\r\n" : "\n";
  if (!parent) {
    const separator = text === "" || text.endsWith("\n") ? "" : newline;
    return `${text}${separator}${newline}${formatValue(key, value, "", newline)}${newline}`;
  }
  const lineStart = text.lastIndexOf("\n", parent.close) + 1;
  const beforeClose = text.slice(lineStart, parent.close);
  const last = parent.items.at(-1);
  if (lineStart > parent.open && beforeClose.trim() === "") {
    const added = formatValue(key, value, findIndentation(text, parent) ?? `${beforeClose}  `, newline);
    return splice(text, lineStart, lineStart, `${added}${newline}`);
  }
  if (last) return splice(text, last.valueEnd, last.valueEnd, `, ${key} = ${formatOnOneLine(value)}`);
  const space = /\s/.test(text[parent.open + 1] ?? "") ? "" : " ";
  return splice(text, parent.open + 1, parent.open + 1, ` ${key} = ${formatOnOneLine(value)}${space}`);
}

/** For a map's last item, if it has its own line. */
function findIndentation(text: string, { items, open }: MapPlace): string | undefined {
  const last = items.at(-1);
  if (!last) return undefined;
  const lineStart = text.lastIndexOf("\n", last.start) + 1;
  return lineStart > open ? /^[^\S\n]*/.exec(text.slice(lineStart))?.[0] : undefined;
}

/**
 * A value with its key, in the format of `terraform fmt`: a map of maps has one line per map.
 *
 * @param indent before each line
 */
export function formatValue(key: string, value: TfvarsValue, indent = "", newline = "\n"): string {
  if (typeof value !== "object" || !Object.values(value).some((one) => typeof one === "object")) {
    return `${indent}${key} = ${formatOnOneLine(value)}`;
  }
  const all = Object.entries(value);
  const isNested = (one: TfvarsValue) =>
    typeof one === "object" && Object.values(one).some((each) => typeof each === "object");
  const width = Math.max(...all.map(([name, one]) => (isNested(one) ? 0 : name.length)));
  const inner = all.map(([name, one]) =>
    isNested(one)
      ? formatValue(name, one, `${indent}  `, newline)
      : `${indent}  ${name.padEnd(width)} = ${formatOnOneLine(one)}`,
  );
  return [`${indent}${key} = {`, ...inner, `${indent}}`].join(newline);
}

function formatOnOneLine(value: TfvarsValue): string {
  if (typeof value !== "object") return JSON.stringify(value);
  const items = Object.entries(value).map(([key, one]) => `${key} = ${formatOnOneLine(one)}`);
  return items.length === 0 ? "{}" : `{ ${items.join(", ")} }`;
}

function splice(text: string, from: number, to: number, inserted: string): string {
  return text.slice(0, from) + inserted + text.slice(to);
}
