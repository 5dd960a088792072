import { formatDollars } from "../../model/priced-resources";
import { type Unread } from "../aws/part-reader";
import { formatNumber, formatPercent } from "../document/formats";
import { type TunedSize } from "./bench";
import { type Budget } from "./budget";
import { type MeasuredSize, type SizeFigures } from "./figures";
import {
  chooseSize,
  type EligibleSize,
  isEligible,
  isSameSize,
  type JudgedSize,
  judgeSize,
  type SizeRequirements,
} from "./judge";
import { type FunctionTraffic } from "./traffic";

/** The version of {@link TuningReport}. It increases when a key is removed or changes its meaning. */
const TUNING_REPORT_VERSION = 1;

const MILLION = 1e6;

/** Everything that was measured, and what to set. */
export interface TuningReport {
  readonly version: number;
  readonly environment: string;
  readonly function: string;
  /** As in 2026-11-29T18:00:00.000Z. */
  readonly at: string;
  /** The version that was copied. */
  readonly functionVersion: string;
  /** Share of requests that count as cold. */
  readonly coldPercent: number;
  /** Whether it was measured; otherwise it is assumed. */
  readonly isColdMeasured: boolean;
  /** Undefined if it could not be read. */
  readonly requestsPerMonth?: number;
  readonly targets: Omit<SizeRequirements, "coldShare" | "temporaryStorageMb">;
  readonly sizes: readonly SizeReport[];
  /** Why an architecture was not measured. */
  readonly leftOut?: string;
  readonly recommendation: SizeRecommendation;
  readonly spent: { readonly dollars: number; readonly requests: number; readonly limitDollars: number };
  readonly unread?: readonly Unread[];
}

/** One size. */
export interface SizeReport extends TunedSize {
  readonly isNow: boolean;
  readonly isRecommended: boolean;
  readonly requests: number;
  readonly failures: number;
  readonly coldMilliseconds?: number;
  readonly initMilliseconds?: number;
  readonly warmMilliseconds?: NonNullable<SizeFigures["warmMilliseconds"]>;
  readonly memoryUsedMb?: number;
  /** `mixed` is what decides: with as many cold requests as the function has. */
  readonly dollarsPerMillion?: { readonly warm: number; readonly cold?: number; readonly mixed: number };
  /** Why it is not chosen. */
  readonly reasons: readonly string[];
}

/** What to set. */
export interface SizeRecommendation {
  readonly kind:
    /** The present size is the best. */
    | "keep"
    | "change"
    /** No measured size does what it must. */
    | "none";
  readonly sentence: string;
  /** Of a change. */
  readonly size?: TunedSize;
  readonly dollarsPerMonth?: number;
}

/** What was measured, and where. */
export interface Measured {
  readonly environment: string;
  readonly functionId: string;
  readonly functionVersion: string;
  readonly at: number;
  readonly now: TunedSize;
  readonly sizes: readonly MeasuredSize[];
  readonly requirements: SizeRequirements;
  readonly traffic: FunctionTraffic | undefined;
  readonly leftOut: string | undefined;
  readonly budget: Budget;
  readonly unread: readonly Unread[];
}

/** The report of what was measured. */
export function buildTuningReport({ now, sizes, requirements, traffic, leftOut, ...rest }: Measured): TuningReport {
  const judged = sizes.map((one) => judgeSize(one, requirements));
  const chosen = chooseSize(judged, now);
  const { coldShare, responseMilliseconds, initMilliseconds, memoryPercent } = requirements;
  const { spentDollars, requests, limitDollars } = rest.budget;
  return {
    version: TUNING_REPORT_VERSION,
    environment: rest.environment,
    function: rest.functionId,
    at: new Date(rest.at).toISOString(),
    functionVersion: rest.functionVersion,
    coldPercent: 100 * coldShare,
    isColdMeasured: traffic?.coldShare !== undefined,
    ...(traffic && { requestsPerMonth: traffic.requestsPerMonth }),
    targets: {
      ...{ responseMilliseconds, memoryPercent },
      ...(initMilliseconds !== undefined && { initMilliseconds }),
    },
    sizes: judged
      .map((one) => buildSizeReport(one, now, chosen))
      .toSorted(
        (one, other) =>
          Number(one.architecture !== now.architecture) - Number(other.architecture !== now.architecture) ||
          one.memoryMb - other.memoryMb,
      ),
    ...(leftOut !== undefined && { leftOut }),
    recommendation: recommendSize(judged, now, chosen, traffic),
    spent: { dollars: spentDollars, requests, limitDollars },
    ...(rest.unread.length > 0 && { unread: rest.unread }),
  };
}

function buildSizeReport({ size, figures, reasons }: JudgedSize, now: TunedSize, chosen?: EligibleSize): SizeReport {
  const { requests, failures, warmDollars, coldDollars, dollars } = figures;
  const { coldMilliseconds, initMilliseconds, warmMilliseconds, memoryUsedMb } = figures;
  return {
    ...size,
    isNow: isSameSize(size, now),
    isRecommended: chosen !== undefined && isSameSize(size, chosen.size),
    ...{ requests, failures },
    ...(coldMilliseconds !== undefined && { coldMilliseconds }),
    ...(initMilliseconds !== undefined && { initMilliseconds }),
    ...(warmMilliseconds && { warmMilliseconds }),
    ...(memoryUsedMb !== undefined && { memoryUsedMb }),
    ...(warmDollars !== undefined &&
      dollars !== undefined && {
        dollarsPerMillion: {
          warm: MILLION * warmDollars,
          ...(coldDollars !== undefined && { cold: MILLION * coldDollars }),
          mixed: MILLION * dollars,
        },
      }),
    reasons,
  };
}

function recommendSize(
  judged: readonly JudgedSize[],
  now: TunedSize,
  chosen: EligibleSize | undefined,
  traffic: FunctionTraffic | undefined,
): SizeRecommendation {
  const present = judged.find(({ size }) => isSameSize(size, now));
  if (!chosen) {
    const reasons = present?.reasons.join("; ") ?? "";
    const sentence = `Leave it as it is: no measured size does what it must. At ${describeSize(now)}: ${reasons}.`;
    return { kind: "none", sentence };
  }
  const ofMillion = `${formatDollars(MILLION * chosen.figures.dollars)} for a million requests`;
  if (isSameSize(chosen.size, now)) {
    const sentence = `Keep ${describeSize(now)}: no measured size that does what it must is cheaper than its ${ofMillion}.`;
    return { kind: "keep", sentence };
  }
  const set = `Set ${describeSize(chosen.size)} instead of ${describeSize(now)}`;
  const before = present && present.figures.dollars !== undefined ? present.figures : undefined;
  const size = chosen.size;
  if (!present || !before?.dollars || !before.warmMilliseconds) {
    const reasons = present?.reasons.join("; ") ?? "not measured";
    return { kind: "change", size, sentence: `${set} (${reasons}): ${ofMillion}.` };
  }
  const difference = chosen.figures.dollars - before.dollars;
  const percent = (100 * Math.abs(difference)) / before.dollars;
  const speed = `half of the warm requests take less than ${formatNumber(chosen.figures.warmMilliseconds.p50)} ms instead of ${formatNumber(before.warmMilliseconds.p50)} ms`;
  const cost = `${ofMillion} instead of ${formatDollars(MILLION * before.dollars)}, ${formatPercent(percent)} ${difference < 0 ? "less" : "more"}`;
  const why = isEligible(present) ? "" : ` (${present.reasons.join("; ")})`;
  const perMonth = traffic && traffic.requestsPerMonth * difference;
  const month =
    perMonth === undefined || perMonth === 0
      ? ""
      : ` With its traffic, that ${perMonth < 0 ? "saves" : "costs"} ${formatDollars(Math.abs(perMonth))} a month.`;
  return {
    ...{ kind: "change", size, sentence: `${set}${why}: ${cost}; ${speed}.${month}` },
    ...(perMonth !== undefined && { dollarsPerMonth: perMonth }),
  };
}

function describeSize({ memoryMb, architecture }: TunedSize): string {
  return `${memoryMb} MB on ${architecture}`;
}
