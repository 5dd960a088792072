import { show } from "../../../environments/mistakes";
import { makeLineMistake } from "./lines";

/** The names of a trace's columns; others are ignored. */
export type Column = "timestamp" | "minute" | "duration_ms" | "count" | "peak_concurrency";

/** A line's fields by column. */
export type Cells = (column: Column) => string;

const KINDS = "timestamp,duration_ms or timestamp,count or minute,count, optionally with peak_concurrency after count";

/** The kind of trace: each line is one request, or one minute. */
export interface Header {
  readonly kind: "requests" | "minutes";
  readonly time: "timestamp" | "minute";
  readonly hasPeaks: boolean;
  /** @throws InvalidInput if the line does not have as many fields as the header */
  readonly cellsOf: (text: string, line: number) => Cells;
}

/**
 * Reads the first line.
 *
 * @throws InvalidInput
 */
export function readHeader(file: string, text: string): Header {
  const names = splitFields(text).map((name) => name.toLowerCase());
  const twice = names.find((name, index) => names.indexOf(name) !== index);
  const has = (column: Column) => names.includes(column);
  const time = has("timestamp") ? "timestamp" : "minute";
  const isRequests = has("timestamp") && has("duration_ms") && !has("count");
  const isMinutes = has(time) && has("count") && !has("duration_ms");
  if (twice !== undefined || !(isRequests || isMinutes) || (has("timestamp") && has("minute"))) {
    throw makeLineMistake(file, 1, `expected a header: ${KINDS}; got ${show(text.trim())}`);
  }
  const places = new Map(names.map((name, index) => [name, index]));
  return {
    kind: isRequests ? "requests" : "minutes",
    time,
    hasPeaks: has("peak_concurrency"),
    cellsOf: (line, number) => {
      const fields = splitFields(line);
      if (fields.length !== names.length) {
        throw makeLineMistake(file, number, `expected ${names.length} fields as in the header, got ${fields.length}`);
      }
      return (column) => fields[places.get(column) ?? -1] ?? "";
    },
  };
}

function splitFields(text: string): string[] {
  return text.split(",").map((field) => field.trim().replace(/^"(.*)"$/, "$1"));
}
