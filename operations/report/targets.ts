import { numberText } from "../number-text";
import {
  differenceText,
  directionOf,
  type FigureKey,
  FIGURES,
  figureText,
  type KnownFigures,
} from "../load/figure-table";
import { verdictsOf } from "../load/verdict";
import { emitsMetrics } from "./figures";
import { type Scalars } from "./function-data";
import { known } from "./known";
import { PARTS } from "./parts";
import { type Target } from "./report-schema";
import { type Subject } from "../subject";
import { type WarmRequests } from "./warm-requests";

/** Which figure each target of {@link verdictsOf} is about: its trend is that figure's. */
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
const UNREAD = `${PARTS.figures} could not be read`;
const COLD_INCLUDED = "requests that met a cold start included, without their initialization";

/** The figures of two periods. */
export interface Compared {
  readonly now: KnownFigures;
  readonly before: KnownFigures;
}

/** What came of each target for one function, and how it was in the period before. */
export function targetsOf(
  subject: Subject,
  scalars: Scalars | undefined,
  { now, before }: Compared,
  warm: WarmRequests | undefined,
): Target[] {
  const { watched, warmed } = subject;
  const judged: KnownFigures = {
    ...now,
    ...known({
      p50Milliseconds: warm?.p50 ?? now.allP50Milliseconds,
      p90Milliseconds: warm?.p90 ?? now.allP90Milliseconds,
      p99Milliseconds: warm?.p99 ?? now.allP99Milliseconds,
    }),
  };
  const requests = now.requests ?? 0;
  const pingsIncluded = !watched.deployedHere && warmed ? "pings included, which cannot be told apart" : undefined;
  return verdictsOf({ figures: judged, tellsReports: true }).map((verdict) => {
    const key = TREND_FIGURES[verdict.target];
    const { note, ...rest } = verdict;
    const why = (): string | undefined => {
      if (!scalars) return UNREAD;
      if (requests === 0 || verdict.measured !== "-") return note;
      if (watched.deployedHere && !emitsMetrics(scalars)) return NO_MONITOR;
      return verdict.target === "init, average" ? "no cold start" : "CloudWatch has no data";
    };
    const notes = [
      why(),
      key?.startsWith("allP") === true && !warm && verdict.measured !== "-" ? COLD_INCLUDED : undefined,
      verdict.measured === "-" ? undefined : pingsIncluded,
      verdict.target === "errors" && !watched.deployedHere && verdict.measured !== "-"
        ? "without answers of 5xx, which Lambda does not see"
        : undefined,
    ].filter((text) => text !== undefined);
    return {
      ...rest,
      ...(notes.length > 0 && { note: notes.join("; ") }),
      ...(key && trendOf(key, before[key], now[key], warm && key.startsWith("allP") ? " of all requests" : "")),
    };
  });
}

/**
 * What came of each target for the environment: of all requests where sums tell it, else of the function that is
 * farthest from it.
 */
export function targetsOfAll(
  { now, before }: Compared,
  functions: readonly { readonly name: string; readonly targets: readonly Target[]; readonly figures: KnownFigures }[],
): Target[] {
  return verdictsOf({ figures: now, tellsReports: true }).map(({ note, ...verdict }) => {
    const key = TREND_FIGURES[verdict.target];
    if (verdict.measured !== "-") {
      return { ...verdict, ...(note !== undefined && { note }), ...(key && trendOf(key, before[key], now[key])) };
    }
    const judged = functions.flatMap(({ name, targets }) => {
      const own = targets.find(({ target }) => target === verdict.target);
      return own && own.state !== "not_measurable" ? [{ name, own }] : [];
    });
    const missed = judged.filter(({ own }) => own.state === "missed").map(({ name }) => name);
    if (judged.length === 0) return { ...verdict, note: whyOfNone(now.requests) };
    return {
      ...verdict,
      measured: `${judged.length - missed.length} of ${judged.length} functions`,
      state: missed.length > 0 ? "missed" : "met",
      ...(missed.length > 0 && { note: `not by ${missed.join(", ")}` }),
    };
  });
}

function whyOfNone(requests: number | null | undefined): string {
  if (requests === undefined) return UNREAD;
  return requests === 0 ? "no requests" : "of no function known";
}

/**
 * How a figure was in the period before, and how it has changed.
 *
 * @param of what it is of, where the target is judged by another
 */
function trendOf(
  key: FigureKey,
  before: number | undefined,
  now: number | undefined,
  of = "",
): Pick<Target, "before" | "change" | "direction"> {
  if (before === undefined) return {};
  const texts = { before: `${figureText(key, before)}${of}` };
  if (now === undefined || figureText(key, now) === figureText(key, before)) return texts;
  const difference = now - before;
  const size =
    FIGURES[key].unit === "%" || before === 0
      ? differenceText(key, difference)
      : `${numberText(Math.abs(difference / before) * 100, 0)} %`;
  if (Number.parseFloat(size) === 0) return texts;
  const direction = directionOf(key, before, now);
  return { ...texts, change: `${difference > 0 ? "+" : "-"}${size}`, ...(direction && { direction }) };
}
