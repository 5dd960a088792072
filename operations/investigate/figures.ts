import {
  measureFailures,
  buildMeasure,
  type Measure,
  measureMemoryShare,
  buildAliasMetric,
  buildFunctionMetric,
  buildTrafficMetric,
  buildReportedMetric,
  buildOwnMetric,
  findColdStarts,
} from "../../model/metrics";
import { type WatchedFunction } from "../../model/watched-function";
import { type MetricRequest } from "../aws/metrics";

/** One figure: how to read it, and when it stands out. */
interface FigureDefinition {
  readonly label: string;
  readonly unit: "" | "ms" | "%";
  readonly read: (of: WatchedFunction) => MetricRequest | Measure | undefined;
  /** Whether it is a count: no value means zero, and more traffic means more. */
  readonly isCount: boolean;
  /** It stands out if it is this many times the earlier value. */
  readonly factor: number;
  /** Values up to this never stand out. */
  readonly floor: (of: WatchedFunction) => number;
  /** Values above this stand out even if no earlier value is known. */
  readonly alone: (of: WatchedFunction) => number;
}

const NEVER = () => Infinity;
const FACTOR = 1.5;
const DEFAULTS = { unit: "", isCount: false, factor: FACTOR, alone: NEVER } as const;

const figures = {
  requests: {
    ...DEFAULTS,
    label: "requests",
    read: (of) => buildMeasure("Sum", buildTrafficMetric("Invocations", of)),
    isCount: true,
    floor: () => 10,
  },
  failures: defineCounted("failed requests", measureFailures, "errors"),
  timeouts: defineCounted("timeouts", (of) => buildMeasure("Sum", buildReportedMetric("Timeouts", of)), "timeouts"),
  throttles: defineCounted(
    "refused requests",
    (of) => buildMeasure("Sum", buildTrafficMetric("Throttles", of)),
    "throttles",
  ),
  coldStarts: defineCounted("cold starts", findColdStarts, "cold_starts"),
  init: {
    ...DEFAULTS,
    label: "initialization, average",
    unit: "ms",
    read: (of) => buildMeasure("Average", buildReportedMetric("InitDuration", of)),
    factor: 1.3,
    floor: () => 100,
    alone: (of) => of.alarm("init_duration").threshold,
  },
  p50: defineDuration("p50"),
  p99: defineDuration("p99"),
  memory: {
    ...DEFAULTS,
    label: "memory, peak",
    unit: "%",
    read: (of) => ({ statistic: "Maximum", ...measureMemoryShare(of) }),
    factor: 1.2,
    floor: () => 60,
    alone: (of) => of.alarm("memory").threshold,
  },
  // For the function as a whole: its limit includes pings.
  concurrency: {
    ...DEFAULTS,
    label: "concurrent executions, peak",
    read: (of) => buildMeasure("Maximum", buildFunctionMetric("ConcurrentExecutions", of)),
    floor: () => 2,
  },
  pings: {
    ...DEFAULTS,
    label: "pings",
    // Pings of a function that is deployed elsewhere cannot be distinguished from its traffic.
    read: (of) =>
      of.isWarmed && of.deployedHere ? buildMeasure("Sum", buildAliasMetric("Invocations", of, "warm")) : undefined,
    isCount: true,
    factor: Infinity,
    floor: NEVER,
  },
  pingFailures: defineCounted(
    "failed pings",
    (of) => (of.isWarmed ? buildMeasure("Sum", buildOwnMetric("WarmingFailures", of)) : undefined),
    "warming",
  ),
} as const satisfies Readonly<Record<string, FigureDefinition>>;

/** The figures of a comparison. */
export type FigureName = keyof typeof figures;

/** Every figure, in display order. */
export const COMPARED_FIGURES: Readonly<Record<FigureName, FigureDefinition>> = figures;

/** Every figure's name. */
export const FIGURE_NAMES = Object.keys(figures) as FigureName[];

/** A count stands out from the threshold of its alarm; of a share, from the fewest failures that can ring. */
function defineCounted(
  label: string,
  read: FigureDefinition["read"],
  alarm: Parameters<WatchedFunction["alarm"]>[0],
): FigureDefinition {
  const threshold = (of: WatchedFunction) => {
    const { threshold, isShare = false, minimumRequests = 0 } = of.alarm(alarm);
    return isShare ? (threshold / 100) * minimumRequests : threshold;
  };
  return { ...DEFAULTS, label, read, isCount: true, floor: threshold, alone: threshold };
}

function defineDuration(statistic: "p50" | "p99"): FigureDefinition {
  return {
    ...DEFAULTS,
    label: `response time, ${statistic}`,
    unit: "ms",
    read: (of) => ({ metric: buildTrafficMetric("Duration", of), statistic }),
    floor: () => 50,
    alone: (of) => of.alarm("response_time").threshold,
  };
}
