import { type Fit, type LoggedRun, predictColdStarts } from "../../../advisor/fit";
import { findSeenLives } from "../../../advisor/seen-lives";
import { type LogSize, type PlatformRecord } from "./platform-log";
import { splitIntoRuns } from "./runs";

/** Fewer are nearly useless: their counts vary by a third. */
export const LEAST_COLD_STARTS = 30;
/** Several times the observed life of instances. */
export const LEAST_HOURS = 12;

const HOUR = 3_600_000;

/**
 * A log is divided into parts with about this many cold starts each, and the fit is tested on the last quarter of them.
 */
const COLD_STARTS_PER_PART = 10;
const FEWEST_PARTS = 4;
const MOST_PARTS = 12;
const HELD_OUT = 0.25;

/** A fit, and how well a fit without the newest part of the log predicts that part. */
export type TriedFit = Awaited<ReturnType<typeof fitToLog>>;

/** The prediction for the part that was left out. */
export type HeldOut = TriedFit["heldOut"];

/** Whether a log contains enough for a fit. */
export function isEnough(size: Pick<LogSize, "from" | "to" | "coldStarts">): boolean {
  return size.coldStarts >= LEAST_COLD_STARTS && measureHours(size) >= LEAST_HOURS;
}

/** The duration of a log. */
export function measureHours({ from, to }: Pick<LogSize, "from" | "to">): number {
  return (to - from) / HOUR;
}

/** Whether the prediction of the left-out part was correct. */
export function predicts({ coldStarts, interval: { least, most } }: HeldOut): boolean {
  return coldStarts >= least && coldStarts <= most;
}

/**
 * Fits to a log, and once more without its newest part, to test how well that part is predicted.
 *
 * @param fitRuns fits to runs; both fits may run in parallel
 */
export async function fitToLog(
  records: readonly PlatformRecord[],
  size: Pick<LogSize, "from" | "to" | "coldStarts">,
  fitRuns: (runs: readonly LoggedRun[]) => Promise<Fit>,
) {
  const wanted = Math.floor(size.coldStarts / COLD_STARTS_PER_PART);
  const parts = Math.min(MOST_PARTS, Math.max(FEWEST_PARTS, wanted));
  const held = Math.ceil(HELD_OUT * parts);
  const runs = (first: number, last: number) => splitIntoRuns(records, size, parts, { first, last });
  const all = runs(0, parts - 1);
  const [fit, ofPast] = await Promise.all([fitRuns(all), fitRuns(runs(0, parts - 1 - held))]);
  const heldOut = runs(parts - held, parts - 1);
  const predictions = heldOut.map((run) => predictColdStarts(ofPast, run));
  const total = (figures: readonly number[]) => figures.reduce((sum, figure) => sum + figure, 0);
  return {
    fit,
    /** Known minimum life of instances: beyond it, the log may show nothing. */
    seen: findSeenLives(all.map(({ instances = [], ...run }) => ({ ...run, instances }))),
    heldOut: {
      hours: ((measureHours(size) - 1) * held) / parts,
      /** The logged number. */
      coldStarts: total(heldOut.map(countColdStarts)),
      predicted: total(predictions.map(({ coldStarts }) => coldStarts)),
      // With 95 % confidence. Versions share the same error, so their intervals add up.
      interval: {
        least: total(predictions.map(({ interval }) => interval.least)),
        most: total(predictions.map(({ interval }) => interval.most)),
      },
    },
  };
}

function countColdStarts({ isCold, parts = [] }: LoggedRun): number {
  const [first = isCold.length] = parts;
  return Array.from(isCold).slice(first).filter(Boolean).length;
}
