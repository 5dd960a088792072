import { TARGET_DEFAULTS, type Targets } from "../../environments/targets";
import { MEMORY_MB } from "../../environments/platform";
import { formatDifference, type FigureKey, formatFigure } from "./figure-table";
import { type Figures, type TargetVerdict } from "./schema";

/** Input of a verdict besides the figures. */
export interface Basis {
  readonly figures: Figures;
  /** Whether answers come with the platform's report. */
  readonly tellsReports: boolean;
  readonly targets: Targets;
  /** The function's memory; missing if it is unknown, or there are several functions. */
  readonly memoryMb?: number | undefined;
}

interface Row {
  readonly target: string;
  readonly figure: FigureKey;
  readonly limit: string;
  /** How far it is missed: above 0 if it is missed. */
  readonly excess: (value: number) => number;
  /** Missed by a minimal amount: exactly at a limit that is exclusive. */
  readonly isStrict?: boolean;
  /** Which percentile it is. */
  readonly percent?: number;
}

function buildRows({ responseMilliseconds, memoryPercent, ...targets }: Targets): Row[] {
  return [
    defineLimit("cold starts", "coldStartPercent", targets.coldStartPercent),
    defineLimit("init, average", "averageInitMilliseconds", targets.initMilliseconds),
    { ...defineLimit("response p50", "p50Milliseconds", responseMilliseconds.p50), percent: 50 },
    { ...defineLimit("response p90", "p90Milliseconds", responseMilliseconds.p90), percent: 90 },
    { ...defineLimit("response p99", "p99Milliseconds", responseMilliseconds.p99), percent: 99 },
    {
      target: "memory, average",
      figure: "averageMemoryPercent",
      limit: `${memoryPercent.from} to ${memoryPercent.to} %`,
      excess: (value) => Math.max(value - memoryPercent.to, memoryPercent.from - value),
    },
    defineLimit("errors", "errorPercent", targets.errorPercent),
    {
      target: "availability",
      figure: "availabilityPercent",
      limit: `> ${targets.availabilityPercent} %`,
      excess: (value) => targets.availabilityPercent - value,
      isStrict: true,
    },
  ];
}

/** A response's figure if cold starts cannot be distinguished. */
const OF_ALL: Partial<Readonly<Record<FigureKey, FigureKey>>> = {
  p50Milliseconds: "allP50Milliseconds",
  p90Milliseconds: "allP90Milliseconds",
  p99Milliseconds: "allP99Milliseconds",
};

/** The result of each target. */
export function judgeTargets(basis: Basis): TargetVerdict[] {
  return buildRows(basis.targets).map((row) => judgeTarget(row, basis));
}

/** Whether at least one target is met and none is missed: if nothing could be measured, nothing is proven. */
export function isVerdictPassed(verdicts: readonly TargetVerdict[]): boolean {
  return verdicts.some(({ state }) => state === "met") && verdicts.every(({ state }) => state !== "missed");
}

/** The figures that have targets. */
export function listTargetFigures(tellsReports: boolean): FigureKey[] {
  return buildRows(TARGET_DEFAULTS).map(({ figure }) => selectFigure(figure, tellsReports));
}

function selectFigure(figure: FigureKey, tellsReports: boolean): FigureKey {
  return tellsReports ? figure : (OF_ALL[figure] ?? figure);
}

function judgeTarget(row: Row, basis: Basis): TargetVerdict {
  const { figures, tellsReports, targets } = basis;
  const { target, limit, excess, isStrict = false, percent, figure } = row;
  const actual = selectFigure(figure, tellsReports);
  const value = figures[actual];
  if (value === undefined) {
    return {
      target,
      limit,
      measured: "-",
      state: "not_measurable",
      note: explainUnknown(figure, basis),
    };
  }
  if (value === null || (percent !== undefined && computeFailedPercent(figures) > 100 - percent)) {
    const note = `${formatFigure("errorPercent", computeFailedPercent(figures))} of the requests were not answered`;
    return { target, limit, measured: formatFigure(figure, null), state: "missed", note };
  }
  const measured = formatFigure(figure, value);
  const { requests = 0 } = figures;
  const leastRequests = percent === undefined ? 0 : countLeastRequests(percent);
  if (requests !== null && requests < leastRequests) {
    const note = `${requests} requests are too few: at least ${leastRequests} are needed`;
    return { target, limit, measured, state: "not_measurable", note };
  }
  const by = excess(value);
  const included = actual !== figure ? "including cold starts, which cannot be distinguished here" : undefined;
  if (by < 0 || (by === 0 && !isStrict)) {
    return { target, limit, measured, state: "met", ...(included !== undefined && { note: included }) };
  }
  const isTooLittle = figure === "averageMemoryPercent" && value < targets.memoryPercent.from;
  const advice = isTooLittle ? adviseOnMemory(value, basis) : undefined;
  if (advice !== undefined) return { target, limit, measured, state: "advice", note: advice };
  const direction = isTooLittle ? "too low" : undefined;
  const notes = [`by ${formatDifference(figure, by)}`, direction, included].filter((note) => note !== undefined);
  return { target, limit, measured, state: "missed", note: notes.join(", ") };
}

/** With fewer requests, a percentile is just the slowest one. */
function countLeastRequests(percent: number): number {
  return 100 / (100 - percent);
}

/** Failed and refused requests, as a share of all. */
function computeFailedPercent({ errorPercent, availabilityPercent }: Figures): number {
  return Math.max(errorPercent ?? 0, 100 - (availabilityPercent ?? 100));
}

/** Why no size meets the target of a function that needs little memory; undefined if one does, or it is unknown. */
function adviseOnMemory(usedPercent: number, { targets, memoryMb }: Basis): string | undefined {
  if (memoryMb === undefined) return undefined;
  const atLeastPercent = (usedPercent * memoryMb) / MEMORY_MB.least;
  if (atLeastPercent >= targets.memoryPercent.from) return undefined;
  const outOfReach = `no size reaches it: with ${MEMORY_MB.least} MB, Lambda's minimum,`;
  return memoryMb > MEMORY_MB.least
    ? `${outOfReach} it would be ${formatFigure("averageMemoryPercent", atLeastPercent)}; less memory costs less, and gives less CPU`
    : `${outOfReach} it is ${formatFigure("averageMemoryPercent", atLeastPercent)}`;
}

function explainUnknown(figure: FigureKey, { figures, tellsReports, targets }: Basis): string {
  if ((figures.requests ?? 0) === 0) return "no requests";
  if (!tellsReports) return "a deployed function reports this only to CloudWatch";
  if (computeFailedPercent(figures) > targets.errorPercent) {
    return `${formatFigure("errorPercent", computeFailedPercent(figures))} of the requests failed, so the others are not representative`;
  }
  return figure === "averageInitMilliseconds" ? "no cold start" : "no request without a cold start";
}

function defineLimit(target: string, figure: FigureKey, limit: number): Row {
  return {
    target,
    figure,
    limit: `< ${formatFigure(figure, limit)}`,
    excess: (value) => value - limit,
    isStrict: true,
  };
}
