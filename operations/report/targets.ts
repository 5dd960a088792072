import { type Targets } from "../../environments/targets";
import { formatNumber } from "../document/formats";
import {
  formatDifference,
  findDirection,
  type FigureKey,
  FIGURES,
  formatFigure,
  type KnownFigures,
} from "../targets/figure-table";
import { judgeTargets } from "../targets/verdict";
import { emitsMetrics } from "./figures";
import { type Scalars } from "./function-data";
import { omitUnknown } from "../targets/omit-unknown";
import { REPORT_PARTS } from "./parts";
import { type JudgedTarget } from "./report-schema";
import { type MeasuredFunction } from "../../model/measured-function";
import { type WarmRequests } from "./warm-requests";

/** The figure of each target of {@link judgeTargets}, whose trend it shows. */
const TREND_FIGURES: Readonly<Record<string, FigureKey>> = {
  "cold starts": "coldStartPercent",
  "init, average": "averageInitMilliseconds",
  "response p50": "allP50Milliseconds",
  "response p90": "allP90Milliseconds",
  "response p99": "allP99Milliseconds",
  "memory, average": "averageMemoryPercent",
  errors: "errorPercent",
  availability: "availabilityPercent",
};

const NO_MONITOR = "the handler has no monitor() around it";
const UNREAD = `${REPORT_PARTS.figures} could not be read`;
const COLD_INCLUDED = "including requests with a cold start, without their initialization";

/** The figures of two periods. */
export interface ComparedPeriods {
  readonly now: KnownFigures;
  readonly before: KnownFigures;
}

/** The result of each target for one function, now and in the previous period. */
export function judgeFunctionTargets(
  subject: MeasuredFunction,
  scalars: Scalars | undefined,
  { now, before }: ComparedPeriods,
  warm: WarmRequests | undefined,
): JudgedTarget[] {
  const { watched, warmed } = subject;
  const judged: KnownFigures = {
    ...now,
    ...omitUnknown({
      p50Milliseconds: warm?.p50 ?? now.allP50Milliseconds,
      p90Milliseconds: warm?.p90 ?? now.allP90Milliseconds,
      p99Milliseconds: warm?.p99 ?? now.allP99Milliseconds,
    }),
  };
  const requests = now.requests ?? 0;
  const includesPings = (target: string) =>
    warmed !== undefined && (!watched.deployedHere || (!watched.publishesMetrics && target === "cold starts"));
  const { targets } = watched;
  const memoryMb = watched.memoryMb ?? scalars?.memorySizeMb;
  return judgeTargets({ figures: judged, tellsReports: true, targets, memoryMb }).map((verdict) => {
    const key = TREND_FIGURES[verdict.target];
    const { note, ...rest } = verdict;
    const explainUnmeasured = (): string | undefined => {
      if (!scalars) return UNREAD;
      if (requests === 0 || verdict.measured !== "-") return note;
      if (watched.publishesMetrics && !emitsMetrics(scalars)) return NO_MONITOR;
      return verdict.target === "init, average" ? "no cold start" : "CloudWatch has no data";
    };
    const notes = [
      explainUnmeasured(),
      key?.startsWith("allP") === true && !warm && verdict.measured !== "-" ? COLD_INCLUDED : undefined,
      verdict.measured !== "-" && includesPings(verdict.target)
        ? "including pings, which cannot be distinguished"
        : undefined,
      verdict.target === "errors" && !watched.publishesMetrics && verdict.measured !== "-"
        ? "without answers with 5xx, which Lambda does not see"
        : undefined,
    ].filter((text) => text !== undefined);
    return {
      ...rest,
      ...(notes.length > 0 && { note: notes.join("; ") }),
      ...(key &&
        computeTrend(key, before[key], now[key], targets, warm && key.startsWith("allP") ? " of all requests" : "")),
    };
  });
}

/**
 * The result of each target for the environment: for all requests if figures can be summed, otherwise for the function
 * that is farthest from the target.
 */
export function judgeEnvironmentTargets(
  targets: Targets,
  { now, before }: ComparedPeriods,
  functions: readonly {
    readonly name: string;
    readonly targets: readonly JudgedTarget[];
    readonly figures: KnownFigures;
  }[],
): JudgedTarget[] {
  return judgeTargets({ figures: now, tellsReports: true, targets }).map(({ note, ...verdict }) => {
    const key = TREND_FIGURES[verdict.target];
    if (verdict.measured !== "-") {
      const trend = key && computeTrend(key, before[key], now[key], targets);
      return { ...verdict, ...(note !== undefined && { note }), ...trend };
    }
    const judged = functions.flatMap(({ name, targets }) => {
      const own = targets.find(({ target }) => target === verdict.target);
      return own && own.state !== "not_measurable" ? [{ name, own }] : [];
    });
    if (judged.length === 0) return { ...verdict, note: explainMissing(now.requests) };
    const listWith = (state: JudgedTarget["state"]) =>
      judged.filter(({ own }) => own.state === state).map(({ name }) => name);
    const [missed, advised] = [listWith("missed"), listWith("advice")];
    const notes = [
      ...(missed.length > 0 ? [`not by ${missed.join(", ")}`] : []),
      ...(advised.length > 0 ? [`out of reach of ${advised.join(", ")}`] : []),
    ];
    return {
      ...verdict,
      // Functions may have limits of their own.
      limit: [...new Set(judged.map(({ own }) => own.limit))].join(" or "),
      measured: `${judged.length - missed.length - advised.length} of ${judged.length} functions`,
      state: missed.length > 0 ? "missed" : advised.length > 0 ? "advice" : "met",
      ...(notes.length > 0 && { note: notes.join("; ") }),
    };
  });
}

function explainMissing(requests: number | null | undefined): string {
  if (requests === undefined) return UNREAD;
  return requests === 0 ? "no requests" : "not known for any function";
}

/**
 * A figure in the previous period, and its change.
 *
 * @param of the figure's subject, if the target is judged by another one
 */
function computeTrend(
  key: FigureKey,
  before: number | undefined,
  now: number | undefined,
  targets: Targets,
  of = "",
): Pick<JudgedTarget, "before" | "change" | "direction"> {
  if (before === undefined) return {};
  const texts = { before: `${formatFigure(key, before)}${of}` };
  if (now === undefined || formatFigure(key, now) === formatFigure(key, before)) return texts;
  const difference = now - before;
  const size =
    FIGURES[key].unit === "%" || before === 0
      ? formatDifference(key, difference)
      : `${formatNumber(Math.abs(difference / before) * 100, 0)} %`;
  if (size.startsWith("<")) return texts;
  const direction = findDirection(key, before, now, targets);
  return { ...texts, change: `${difference > 0 ? "+" : "-"}${size}`, ...(direction && { direction }) };
}
