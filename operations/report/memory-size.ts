import { MEMORY_MB } from "../../environments/platform";
import { type Scalars } from "./function-data";
import { type Period } from "./period";
import { type MemorySize } from "./report-schema";
import { type MeasuredFunction } from "../../model/measured-function";
import { HOURS_PER_MONTH } from "../../model/hours-per-month";

/**
 * https://docs.aws.amazon.com/lambda/latest/dg/configuration-memory.html: any size is allowed; multiples are easier to
 * remember.
 */
const STEP_MB = 64;
const DAYS_PER_MONTH = HOURS_PER_MONTH / 24;

/** How a function's memory is used, and a better size; undefined if nothing is known. */
export function suggestMemorySize(
  subject: MeasuredFunction,
  scalars: Scalars | undefined,
  { days }: Period,
): MemorySize | undefined {
  if (!scalars) return undefined;
  const { watched, perGigabyteSecond } = subject;
  const sizeMb = watched.memoryMb ?? scalars.memorySizeMb;
  const { mostMemoryMb: peakMb, averageMemoryPercent, averageMemoryMb } = scalars;
  if (sizeMb === undefined || peakMb === undefined) return undefined;
  const averageMb =
    averageMemoryMb ?? (averageMemoryPercent === undefined ? peakMb : (averageMemoryPercent / 100) * sizeMb);
  const averagePercent = (100 * averageMb) / sizeMb;
  const peakShare = watched.alarm("memory").threshold / 100;

  const seconds = ((scalars.milliseconds ?? 0) + (scalars.pingMilliseconds ?? 0)) / 1000;
  const priceMemory = (mb: number) => (seconds * perGigabyteSecond * mb * DAYS_PER_MONTH) / 1024 / days;
  const facts = {
    sizeMb,
    averagePercent,
    peakMb,
    peakPercent: (100 * peakMb) / sizeMb,
    dollarsPerMonth: priceMemory(sizeMb),
  };

  const { from, to } = watched.targets.memoryPercent;
  if (averagePercent >= from && averagePercent <= to) return facts;
  // In the middle of the target, the average can move in either direction.
  const averageShare = (from + to) / 2 / 100;
  const fitting = Math.ceil(Math.max(averageMb / averageShare, peakMb / peakShare) / STEP_MB) * STEP_MB;
  const suggestedMb = Math.min(MEMORY_MB.most, Math.max(MEMORY_MB.least, fitting));
  const isTooLarge = averagePercent < from;
  if (isTooLarge ? suggestedMb >= sizeMb : suggestedMb <= sizeMb) {
    const why =
      sizeMb <= MEMORY_MB.least
        ? "it is the minimum"
        : sizeMb >= MEMORY_MB.most
          ? "it is the maximum"
          : "its peak needs this size";
    return { ...facts, note: why };
  }
  return { ...facts, suggestedMb, suggestedDollarsPerMonth: priceMemory(suggestedMb) };
}
