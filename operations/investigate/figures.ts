import {
  measureFailures,
  buildMeasure,
  type Measure,
  measureMemoryShare,
  buildAliasMetric,
  buildFunctionMetric,
  buildTrafficMetric,
  buildReportedMetric,
  buildWarmingMetric,
  findColdStarts,
} from "../../model/metrics";
import { type WatchedFunction } from "../../model/watched-function";
import { type MetricRequest } from "../aws/metrics";

/** The figures of a comparison. */
export type FigureName =
  | "requests"
  | "failures"
  | "timeouts"
  | "throttles"
  | "coldStarts"
  | "init"
  | "p50"
  | "p99"
  | "memory"
  | "concurrency"
  | "pings"
  | "pingFailures";

/** One figure: how to read it, and when it stands out. */
export interface FigureDefinition {
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

/** Every figure, in display order. */
export const COMPARED_FIGURES: Readonly<Record<FigureName, FigureDefinition>> = {
  requests: {
    label: "requests",
    unit: "",
    read: (of) => buildMeasure("Sum", buildTrafficMetric("Invocations", of)),
    isCount: true,
    factor: FACTOR,
    floor: () => 10,
    alone: NEVER,
  },
  failures: defineCounted("failed requests", measureFailures, "errors"),
  timeouts: defineCounted("timeouts", (of) => buildMeasure("Sum", buildReportedMetric("Timeouts", of)), "timeouts"),
  throttles: defineCounted(
    "refused requests",
    (of) => buildMeasure("Sum", buildTrafficMetric("Throttles", of)),
    "throttles",
  ),
  coldStarts: defineCounted(
    "cold starts",
    (of) => {
      const { metric, statistic } = findColdStarts(of);
      return buildMeasure(statistic, metric);
    },
    "cold_starts",
  ),
  init: {
    label: "initialization, average",
    unit: "ms",
    read: (of) => buildMeasure("Average", buildReportedMetric("InitDuration", of)),
    isCount: false,
    factor: 1.3,
    floor: () => 100,
    alone: (of) => of.alarm("init_duration").threshold,
  },
  p50: defineDuration("p50"),
  p99: defineDuration("p99"),
  memory: {
    label: "memory, peak",
    unit: "%",
    read: (of) => ({ statistic: "Maximum", ...measureMemoryShare(of) }),
    isCount: false,
    factor: 1.2,
    floor: () => 60,
    alone: (of) => of.alarm("memory").threshold,
  },
  // For the function as a whole: its limit includes pings.
  concurrency: {
    label: "concurrent executions, peak",
    unit: "",
    read: (of) => buildMeasure("Maximum", buildFunctionMetric("ConcurrentExecutions", of)),
    isCount: false,
    factor: FACTOR,
    floor: () => 2,
    alone: NEVER,
  },
  pings: {
    label: "pings",
    unit: "",
    // Pings of a function that is deployed elsewhere cannot be distinguished from its traffic.
    read: (of) =>
      of.isWarmed && of.deployedHere ? buildMeasure("Sum", buildAliasMetric("Invocations", of, "warm")) : undefined,
    isCount: true,
    factor: Infinity,
    floor: NEVER,
    alone: NEVER,
  },
  pingFailures: {
    ...defineCounted("failed pings", (of) => buildMeasure("Sum", buildWarmingMetric("WarmingFailures", of)), "warming"),
    read: (of) => (of.isWarmed ? buildMeasure("Sum", buildWarmingMetric("WarmingFailures", of)) : undefined),
  },
};

/** Every figure's name. */
export const FIGURE_NAMES = Object.keys(COMPARED_FIGURES) as FigureName[];

/** A count stands out from the threshold of its alarm. */
function defineCounted(
  label: string,
  read: FigureDefinition["read"],
  alarm: Parameters<WatchedFunction["alarm"]>[0],
): FigureDefinition {
  const threshold = (of: WatchedFunction) => of.alarm(alarm).threshold;
  return { label, unit: "", read, isCount: true, factor: FACTOR, floor: threshold, alone: threshold };
}

function defineDuration(statistic: "p50" | "p99"): FigureDefinition {
  return {
    label: `response time, ${statistic}`,
    unit: "ms",
    read: (of) => ({ metric: buildTrafficMetric("Duration", of), statistic }),
    isCount: false,
    factor: FACTOR,
    floor: () => 50,
    alone: (of) => of.alarm("response_time").threshold,
  };
}
