import { InvalidArgumentError } from "@commander-js/extra-typings";
import { isInCalendar } from "../../environments/days";
import { findEnvironment, loadEnvironments } from "../../environments/load";
import { makeInvalidInput } from "../../environments/mistakes";
import { type Environment } from "../../environments/schema";
import { toOneLine } from "../../performance/foreign-text";

/** The help text of an argument that names an environment. */
export const ENVIRONMENT_HELP = "a file in environments/, without .tfvars";

/**
 * The environment of this name, of a project.
 *
 * @param root the project's folder
 * @throws InvalidInput if there is none, with the existing names, or if a file is wrong
 */
export async function readEnvironment(root: string, name: string): Promise<Environment> {
  return findEnvironment(name, await loadEnvironments(root));
}

/** Makes a parser of whole numbers within limits, for an option. */
export function makeIntegerParser(least: number, most: number): (text: string) => number {
  return (text) => {
    const value = Number(text);
    if (/^\d+$/.test(text) && value >= least && value <= most) return value;
    throw new InvalidArgumentError(`It is not a whole number from ${least} to ${most}.`);
  };
}

/** Makes a parser of lists of numbers from 0 on, for an option. */
export function makeListParser(most: number): (text: string) => number[] {
  return (text) => {
    const values = text.split(",").map((part) => (part.trim() === "" ? Number.NaN : Number(part)));
    if (values.every((value) => value >= 0 && value <= most)) return values;
    throw new InvalidArgumentError(`It is not a list of numbers from 0 to ${most}, as in 20,35,120.`);
  };
}

/** Makes a parser of names, for an option. */
export function makeChoiceParser<Name extends string>(names: readonly Name[]): (text: string) => Name {
  return (text) => {
    const found = names.find((name) => name === text);
    if (found !== undefined) return found;
    throw new InvalidArgumentError(`It is not one of ${names.join(", ")}.`);
  };
}

const DURATION_UNITS: Readonly<Record<string, number>> = { m: 60_000, h: 3_600_000, d: 86_400_000 };

/**
 * Makes a parser of durations such as `30m`, `1h` or `2d` within limits, for an option.
 *
 * @returns milliseconds
 */
export function makeDurationParser(least: string, most: string): (text: string) => number {
  const parse = (text: string) => {
    const [, amount, unit = ""] = /^(\d{1,5})([mhd])$/.exec(text) ?? [];
    return Number(amount) * (DURATION_UNITS[unit] ?? Number.NaN);
  };
  return (text) => {
    const duration = parse(text);
    if (duration >= parse(least) && duration <= parse(most)) return duration;
    throw new InvalidArgumentError(`It is not a time from ${least} to ${most}, such as 30m, 1h or 2d.`);
  };
}

/**
 * Parses a time for an option: one before now such as `30m`, `3h` or `2d`, or a time with its zone.
 *
 * @returns the time in milliseconds since 1970, once the current one is known
 */
export function parseMoment(text: string): (now: number) => number {
  const at = parseZonedTime(text);
  if (at !== undefined) return () => at;
  try {
    const before = makeDurationParser("1m", "455d")(text);
    return (now) => now - before;
  } catch {
    throw new InvalidArgumentError(
      "It is neither a time such as 2026-12-01T22:00Z nor one before now such as 3h or 2d.",
    );
  }
}

/** Parses a time with its zone, as in `2026-12-01T22:00Z`, to milliseconds since 1970; undefined for other texts. */
export function parseZonedTime(text: string): number | undefined {
  const [, time] = /^(\d{4}-\d\d-\d\dT\d\d:\d\d)(Z|[+-]\d\d:\d\d)$/.exec(text) ?? [];
  const at = Date.parse(text);
  return time === undefined || !isInCalendar(time) || Number.isNaN(at) ? undefined : at;
}

const LONGEST_SENTENCE = 1000;

/**
 * A text that people read, in one line.
 *
 * @param command for the message
 * @param ask the message if it is empty
 * @throws InvalidInput
 */
export function parseSentence(command: string, text: string, ask: string): string {
  const line = toOneLine(text, Infinity);
  if (line === "") throw makeInvalidInput(command, ask);
  if (line.length > LONGEST_SENTENCE)
    throw makeInvalidInput(command, `expected at most ${LONGEST_SENTENCE} characters, got ${line.length}`);
  return line;
}

/** Collects the values of an option that can be repeated. */
export function collectValues(value: string, earlier: readonly string[]): readonly string[] {
  return [...earlier, value];
}
