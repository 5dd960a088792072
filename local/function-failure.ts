import { readFileSync } from "node:fs";
import { SourceMap, type SourceMapPayload } from "node:module";
import { fileURLToPath } from "node:url";
import * as z from "zod";
import { parseJson } from "../environments/parse-json";

/** Why a function has failed. */
export interface FunctionFailure {
  readonly errorType: string;
  readonly errorMessage: string;
  /** Place in the function's own sources, as `file:line:column`; missing if the error's stack does not contain it. */
  readonly where?: string;
}

const payloadSchema = z.object({
  errorType: z.string().catch("Error"),
  errorMessage: z.string().catch(""),
  trace: z.array(z.string()).catch([]),
});

/** Prefix of Lambda's own messages about a failure. */
const REQUEST_ID = /^RequestId: \S+ Error: /;

/** A line of a stack: a file's path or address, a line and a column. */
const PLACE = /(?:\(|at )((?:file:\/\/)?\/[^():]+):(\d+):(\d+)\)?$/;

/**
 * Reads a failed invocation's payload.
 *
 * @param payload JSON
 * @param codeFolder where the function's bundle is, with its source map
 */
export function parseFunctionFailure(payload: string, codeFolder: string): FunctionFailure {
  const { errorType, errorMessage, trace } = payloadSchema.catch(NOTHING).parse(parseJson(payload));
  const where = trace.map((line) => findPlace(line, codeFolder)).find((place) => place !== undefined);
  return { errorType, errorMessage: errorMessage.replace(REQUEST_ID, ""), ...(where !== undefined && { where }) };
}

const NOTHING = { errorType: "Error", errorMessage: "", trace: [] };

/** A place is at the end of its line. The time to find it grows with the square of what it may be in. */
const LONGEST_PLACE = 2000;

/** Undefined for a line of a package or of Node.js. */
function findPlace(stackLine: string, codeFolder: string): string | undefined {
  const [, target = "", line = "", column = ""] = PLACE.exec(stackLine.slice(-LONGEST_PLACE)) ?? [];
  const file = target.startsWith("file:") ? findPath(target) : target;
  if (file?.startsWith(`${codeFolder}/`) !== true) return undefined;
  const { source, ...place } = findSource(file, Number(line), Number(column)) ?? {
    source: file.slice(codeFolder.length + 1),
    line,
    column,
  };
  if (source.includes("node_modules/")) return undefined;
  return `${source.replace(/^(\.\.?\/)+/, "")}:${place.line}:${place.column}`;
}

/** Any text may look like an address: a function can write its own stack. */
function findPath(address: string): string | undefined {
  try {
    return fileURLToPath(address);
  } catch {
    return undefined;
  }
}

function findSource(file: string, line: number, column: number) {
  try {
    const map = new SourceMap(JSON.parse(readFileSync(`${file}.map`, "utf8")) as SourceMapPayload);
    const entry = map.findEntry(line - 1, column - 1);
    if (!("originalSource" in entry)) return undefined;
    return { source: entry.originalSource, line: entry.originalLine + 1, column: entry.originalColumn + 1 };
  } catch {
    return undefined;
  }
}
