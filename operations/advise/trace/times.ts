const ISO = /^\d{4}-\d\d-\d\d([T ]\d\d:\d\d(:\d\d([.,]\d+)?)?(Z|[+-]\d\d:?\d\d)?)?$/;

/** Seconds since 1970 are less until the year 5138. */
const LEAST_MILLISECONDS = 1e11;

/** Reads a time as milliseconds since 1970; undefined for anything that is no time of its kind. */
export type TimeReader = (text: string) => number | undefined;

/** All times of a file are written in the way in which its first one is; undefined if that is no time. */
export function timeReader(first: string): TimeReader | undefined {
  if (readIso(first) !== undefined) return readIso;
  const number = readNumber(first);
  if (number === undefined) return undefined;
  const factor = number < LEAST_MILLISECONDS ? 1000 : 1;
  return (text) => {
    const value = readNumber(text);
    return value === undefined ? undefined : value * factor;
  };
}

/** A number that is 0 or more; undefined for anything else. */
export function readNumber(text: string): number | undefined {
  const value = text === "" ? Number.NaN : Number(text);
  return value >= 0 && value < Number.POSITIVE_INFINITY ? value : undefined;
}

/** A time that names no zone is UTC. */
function readIso(text: string): number | undefined {
  const [, time, , , zone] = ISO.exec(text) ?? [text];
  if (!ISO.test(text)) return undefined;
  const value = Date.parse(
    `${text.replace(" ", "T").replace(",", ".")}${time !== undefined && zone === undefined ? "Z" : ""}`,
  );
  return value >= 0 ? value : undefined;
}
