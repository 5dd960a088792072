import { type Fit, type LoggedRun, predictColdStarts } from "../../../advisor/fit";
import { type Interval } from "../../../advisor/interval";
import { type SeenLives, findSeenLives } from "../../../advisor/seen-lives";
import { type LogSize, type PlatformRecord } from "./platform-log";
import { splitIntoRuns } from "./runs";

/** Fewer tell next to nothing: counts of them vary by a third. */
export const LEAST_COLD_STARTS = 30;
/** Several times as long as environments were seen to live. */
export const LEAST_HOURS = 12;

const HOUR = 3_600_000;

/**
 * A log is divided into parts with about so many cold starts each; and what is fitted is tried on the last quarter of
 * them.
 */
const COLD_STARTS_PER_PART = 10;
const FEWEST_PARTS = 4;
const MOST_PARTS = 12;
const HELD_OUT = 0.25;

/** A fit, and how well the same fit without the newest part of the log predicts that. */
export interface TriedFit {
  readonly fit: Fit;
  /** How long environments are known to have stayed: beyond it, a log may tell nothing. */
  readonly seen: SeenLives;
  readonly heldOut: HeldOut;
}

/** What was predicted of what had not been seen. */
export interface HeldOut {
  readonly hours: number;
  /** As they were logged. */
  readonly coldStarts: number;
  readonly predicted: number;
  /** With 95 % confidence. */
  readonly interval: Interval;
}

/** Whether a log tells enough to fit to it. */
export function isEnough(size: Pick<LogSize, "from" | "to" | "coldStarts">): boolean {
  return size.coldStarts >= LEAST_COLD_STARTS && measureHours(size) >= LEAST_HOURS;
}

/** How long a log is. */
export function measureHours({ from, to }: Pick<LogSize, "from" | "to">): number {
  return (to - from) / HOUR;
}

/** Whether what was not seen was predicted. */
export function predicts({ coldStarts, interval: { least, most } }: HeldOut): boolean {
  return coldStarts >= least && coldStarts <= most;
}

/**
 * Fits to a log, and once more without its newest part, to see how well that is predicted.
 *
 * @param fitRuns fits to runs; both fits may go on at once
 */
export async function fitToLog(
  records: readonly PlatformRecord[],
  size: Pick<LogSize, "from" | "to" | "coldStarts">,
  fitRuns: (runs: readonly LoggedRun[]) => Promise<Fit>,
): Promise<TriedFit> {
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
    seen: findSeenLives(all.map(({ instances = [], ...run }) => ({ ...run, instances }))),
    heldOut: {
      hours: ((measureHours(size) - 1) * held) / parts,
      coldStarts: total(heldOut.map(countColdStarts)),
      predicted: total(predictions.map(({ coldStarts }) => coldStarts)),
      // Versions are hit by the same error, so that their intervals add up.
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
