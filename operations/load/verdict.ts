import { TARGETS } from "../../performance/targets";
import { numberText } from "../number-text";
import { type FigureKey, figureText } from "./figure-table";
import { type Figures, type Verdict } from "./report-schema";

/** What a verdict needs to know besides the figures. */
export interface Basis {
  readonly figures: Figures;
  /** Whether answers come with the platform's report. */
  readonly tellsReports: boolean;
}

interface Row {
  readonly target: string;
  readonly figure: FigureKey;
  readonly limit: string;
  /** How far it is missed: above 0 when it is. */
  readonly excess: (value: number) => number;
  /** Missed by less than everything: exactly at a limit that has to be kept below. */
  readonly isStrict?: boolean;
  /** Fewer requests than this say nothing. */
  readonly leastRequests?: number;
}

const { responseMilliseconds, memoryPercent } = TARGETS;

const ROWS: readonly Row[] = [
  below("cold starts", "coldStartPercent", TARGETS.coldStartPercent),
  below("init, average", "averageInitMilliseconds", TARGETS.initMilliseconds),
  // A percentile of fewer requests is the slowest one.
  { ...below("response p50", "p50Milliseconds", responseMilliseconds.p50), leastRequests: 2 },
  { ...below("response p90", "p90Milliseconds", responseMilliseconds.p90), leastRequests: 10 },
  { ...below("response p99", "p99Milliseconds", responseMilliseconds.p99), leastRequests: 100 },
  {
    target: "memory, average",
    figure: "averageMemoryPercent",
    limit: `${memoryPercent.from} to ${memoryPercent.to} %`,
    excess: (value) => Math.max(value - memoryPercent.to, memoryPercent.from - value),
  },
  below("errors", "errorPercent", TARGETS.errorPercent),
  {
    target: "availability",
    figure: "availabilityPercent",
    limit: `> ${TARGETS.availabilityPercent} %`,
    excess: (value) => TARGETS.availabilityPercent - value,
    isStrict: true,
  },
];

/** A response's figure where cold starts cannot be told apart. */
const OF_ALL: Partial<Readonly<Record<FigureKey, FigureKey>>> = {
  p50Milliseconds: "allP50Milliseconds",
  p90Milliseconds: "allP90Milliseconds",
  p99Milliseconds: "allP99Milliseconds",
};

/** What came of each target. */
export function verdictsOf(basis: Basis): Verdict[] {
  return ROWS.map((row) => verdictOf(row, basis));
}

/** Whether nothing is missed. */
export function isPassed(verdicts: readonly Verdict[]): boolean {
  return verdicts.every(({ state }) => state !== "missed");
}

function verdictOf(row: Row, { figures, tellsReports }: Basis): Verdict {
  const { target, limit, excess, isStrict = false, leastRequests = 1, figure } = row;
  const ofAll = tellsReports ? undefined : OF_ALL[figure];
  const value = figures[ofAll ?? figure];
  const { requests = 0 } = figures;
  if (value === undefined) {
    return { target, limit, measured: "-", state: "not_measurable", note: whyUnknown(figure, requests, tellsReports) };
  }
  const measured = figureText(figure, value);
  if (requests < leastRequests) {
    const note = `${requests} requests are too few: ${leastRequests} are the least`;
    return { target, limit, measured, state: "not_measurable", note };
  }
  const by = excess(value);
  const included = ofAll ? "cold starts included, which cannot be told apart here" : undefined;
  if (by < 0 || (by === 0 && !isStrict)) {
    return { target, limit, measured, state: "met", ...(included !== undefined && { note: included }) };
  }
  const direction =
    value < (figure === "averageMemoryPercent" ? memoryPercent.from : -Infinity) ? "too low" : undefined;
  const notes = [`by ${missedBy(figure, by)}`, direction, included].filter((note) => note !== undefined);
  return { target, limit, measured, state: "missed", note: notes.join(", ") };
}

function whyUnknown(figure: FigureKey, requests: number, tellsReports: boolean): string {
  if (requests === 0) return "no requests";
  if (!tellsReports) return "a deployed function tells this to CloudWatch only";
  return figure === "averageInitMilliseconds" ? "no cold start" : "no request without a cold start";
}

function missedBy(figure: FigureKey, by: number): string {
  return figure === "availabilityPercent" ? `${numberText(by, 3)} %` : figureText(figure, by);
}

function below(target: string, figure: FigureKey, limit: number): Row {
  return { target, figure, limit: `< ${figureText(figure, limit)}`, excess: (value) => value - limit, isStrict: true };
}
