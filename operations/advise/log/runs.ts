import { type LoggedRun } from "../../../advisor/fit";
import { type PlatformRecord, type LogSpan } from "./platform-log";

/** After this time, instances from before the log hardly matter. */
const LEAD_IN = 3_600_000;

/**
 * Converts a log to runs for a fit, one per version of the function, because instances belong to a version. The log's
 * first hour only shows which instances existed.
 *
 * @param records in chronological order
 * @param parts the number of parts of equal length into which the log is divided; each is compared separately
 * @param counted the parts that count, starting from 0; the log ends with the last of them
 */
export function splitIntoRuns(
  records: readonly PlatformRecord[],
  { from, to }: LogSpan,
  parts: number,
  counted: { readonly first: number; readonly last: number },
): LoggedRun[] {
  const begins = from + LEAD_IN;
  const computeStart = (part: number) => begins + ((to - begins) / parts) * part;
  const versions = new Map<string, PlatformRecord[]>();
  for (const record of records) {
    if (record.at >= computeStart(counted.last + 1)) continue;
    const same = versions.get(record.version);
    if (same) same.push(record);
    else versions.set(record.version, [record]);
  }
  const starts = Array.from({ length: counted.last - counted.first + 1 }, (_, index) =>
    computeStart(counted.first + index),
  );
  return [...versions.values()].map((run) => buildRun(run, starts));
}

function buildRun(records: readonly PlatformRecord[], starts: readonly number[]): LoggedRun {
  // It is unknown which instances existed before a version's first request.
  const places = starts.map((start) => Math.max(1, findFirstFrom(records, start)));
  return {
    atSeconds: records.map(({ at }) => (at - (records[0]?.at ?? 0)) / 1000),
    workSeconds: records.map(({ workSeconds }) => workSeconds),
    isCold: records.map(({ isCold }) => isCold),
    instances: records.map(({ instance }) => instance),
    // A part without requests shows nothing.
    parts: places.filter((place, index) => place < (places[index + 1] ?? records.length)),
  };
}

function findFirstFrom(records: readonly PlatformRecord[], start: number): number {
  const index = records.findIndex(({ at }) => at >= start);
  return index < 0 ? records.length : index;
}
