import {
  emitted,
  failures,
  measure,
  type Measure,
  memoryPercent,
  ofAlias,
  ofFunction,
  ofTraffic,
  reported,
  warmed,
} from "../../model/metrics";
import { type WatchedFunction } from "../../model/watched-function";
import { type MetricRequest } from "../aws/metric-data";

/** What hours are compared by. */
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

/** One figure: how it is read, and when it stands out. */
export interface Figure {
  readonly label: string;
  readonly unit: "" | "ms" | "%";
  readonly read: (of: WatchedFunction) => MetricRequest | Measure | undefined;
  /** Whether it is counted: no value means none, and more traffic means more. */
  readonly isCount: boolean;
  /** So many times as much as before stands out. */
  readonly factor: number;
  /** What is not above this never stands out. */
  readonly floor: (of: WatchedFunction) => number;
  /** What is above this stands out also where nothing is known of before. */
  readonly alone: (of: WatchedFunction) => number;
}

const NEVER = () => Infinity;
const FACTOR = 1.5;

/** Every figure, in the order in which people read of them. */
export const FIGURES: Readonly<Record<FigureName, Figure>> = {
  requests: {
    label: "requests",
    unit: "",
    read: (of) => measure("Sum", ofTraffic("Invocations", of)),
    isCount: true,
    factor: FACTOR,
    floor: () => 10,
    alone: NEVER,
  },
  failures: counted("failed requests", failures, "errors"),
  timeouts: counted("timeouts", (of) => measure("Sum", reported("Timeouts", of)), "timeouts"),
  throttles: counted("refused requests", (of) => measure("Sum", ofTraffic("Throttles", of)), "throttles"),
  coldStarts: counted(
    "cold starts",
    (of) =>
      of.deployedHere
        ? measure("Sum", emitted("ColdStarts", of))
        : measure("SampleCount", reported("InitDuration", of)),
    "cold_starts",
  ),
  init: {
    label: "initialization, average",
    unit: "ms",
    read: (of) => measure("Average", reported("InitDuration", of)),
    isCount: false,
    factor: 1.3,
    floor: () => 100,
    alone: (of) => of.alarm("init_duration").threshold,
  },
  p50: duration("p50"),
  p99: duration("p99"),
  memory: {
    label: "memory, peak",
    unit: "%",
    read: (of) => ({ statistic: "Maximum", ...memoryPercent(of) }),
    isCount: false,
    factor: 1.2,
    floor: () => 60,
    alone: (of) => of.alarm("memory").threshold,
  },
  // Of the function as a whole: its limit is for pings, too.
  concurrency: {
    label: "concurrent executions, peak",
    unit: "",
    read: (of) => measure("Maximum", ofFunction("ConcurrentExecutions", of)),
    isCount: false,
    factor: FACTOR,
    floor: () => 2,
    alone: NEVER,
  },
  pings: {
    label: "pings",
    unit: "",
    // Those of a function that is deployed elsewhere cannot be told from its traffic.
    read: (of) => (of.isWarmed && of.deployedHere ? measure("Sum", ofAlias("Invocations", of, "warm")) : undefined),
    isCount: true,
    factor: Infinity,
    floor: NEVER,
    alone: NEVER,
  },
  pingFailures: {
    ...counted("failed pings", (of) => measure("Sum", warmed("WarmingFailures", of)), "warming"),
    read: (of) => (of.isWarmed ? measure("Sum", warmed("WarmingFailures", of)) : undefined),
  },
};

/** Every figure's name. */
export const FIGURE_NAMES = Object.keys(FIGURES) as FigureName[];

/** What is counted stands out from where its alarm rings. */
function counted(label: string, read: Figure["read"], alarm: Parameters<WatchedFunction["alarm"]>[0]): Figure {
  const threshold = (of: WatchedFunction) => of.alarm(alarm).threshold;
  return { label, unit: "", read, isCount: true, factor: FACTOR, floor: threshold, alone: threshold };
}

function duration(statistic: "p50" | "p99"): Figure {
  return {
    label: `response time, ${statistic}`,
    unit: "ms",
    read: (of) => ({ metric: ofTraffic("Duration", of), statistic }),
    isCount: false,
    factor: FACTOR,
    floor: () => 50,
    alone: (of) => of.alarm("response_time").threshold,
  };
}
