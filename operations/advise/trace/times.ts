const ISO =
  /^(\d{4})([-/])(0[1-9]|1[0-2])\2(0[1-9]|[12]\d|3[01])(?:[T ]([01]\d|2[0-3]):([0-5]\d)(?::([0-5]\d(?:[.,]\d+)?))?(Z|[+-](?:0\d|1[0-4]):?[0-5]\d)?)?$/;

/** Until the year 5138, seconds since 1970 are smaller. */
const LEAST_MILLISECONDS = 1e11;

/** Reads a time as milliseconds since 1970; undefined if it does not have this format. */
export type TimeReader = (text: string) => number | undefined;

/** All times of a file have the format of the first one; undefined if that is not a time. */
export function selectTimeReader(first: string): TimeReader | undefined {
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
  const value = text.trim() === "" ? Number.NaN : Number(text);
  return value >= 0 && value < Number.POSITIVE_INFINITY ? value : undefined;
}

/** A time without a zone is UTC. Impossible times, such as 30 February or 24:00, are invalid. */
function readIso(text: string): number | undefined {
  const [found, year, , month, day, hours = "0", minutes = "0", seconds = "0", zone = "Z"] = ISO.exec(text) ?? [];
  if (found === undefined) return undefined;
  const midnight = Date.UTC(Number(year), Number(month) - 1, Number(day));
  const date = new Date(midnight);
  if (date.getUTCDate() !== Number(day) || date.getUTCFullYear() !== Number(year)) return undefined;
  // By digits: 32.257 * 1000 is a little less than 32257.
  const [whole, fraction = ""] = seconds.split(/[.,]/);
  const milliseconds = Number(whole) * 1000 + Number(fraction.slice(0, 3).padEnd(3, "0"));
  const value = midnight + (Number(hours) * 60 + Number(minutes) - parseZoneMinutes(zone)) * 60_000 + milliseconds;
  return value >= 0 ? value : undefined;
}

function parseZoneMinutes(zone: string): number {
  if (zone === "Z") return 0;
  const minutes = Number(zone.slice(1, 3)) * 60 + Number(zone.slice(-2));
  return zone.startsWith("-") ? -minutes : minutes;
}
