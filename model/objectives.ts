import { type AlarmKey } from "../environments/alarms";
import { type Objective, OBJECTIVE_KEYS, type ObjectiveKey, type Objectives } from "../environments/objectives";
import {
  buildTrafficMetric,
  findColdStarts,
  type Measure,
  type MeasuredMetric,
  measureFailures,
  type MetricSubject,
} from "./metrics";
import { type QueryKey } from "./queries";
import { type WatchedFunction } from "./watched-function";

/** How fast an error budget is spent while an alarm rings. */
export type Burn = "fast" | "slow";

/** An alarm's key, as in `availability_fast_burn`. */
export type ObjectiveAlarmKey = `${ObjectiveKey}_${Burn}_burn`;

/** When an error budget is spent too fast. */
interface BurnWindow {
  readonly burn: Burn;
  readonly route: "urgent" | "notice";
  /** The window slides: the alarm is evaluated every minute. */
  readonly periodSeconds: number;
  /** The share of the whole budget that may be spent in the window, at average traffic. */
  readonly budgetShare: number;
  /** With fewer bad requests in the window, nothing can be told. */
  readonly minimumBad: number;
}

const FAST: BurnWindow = {
  burn: "fast",
  route: "urgent",
  periodSeconds: 3600,
  budgetShare: 0.02,
  minimumBad: 7,
};

const SLOW: BurnWindow = { burn: "slow", route: "notice", periodSeconds: 10_800, budgetShare: 0.015, minimumBad: 7 };

/** The windows of each objective, chosen by simulation: docs/objectives.md has the figures. */
const WINDOWS: Readonly<Record<ObjectiveKey, readonly BurnWindow[]>> = {
  // An asynchronous event that fails for good is three failed requests: Lambda tries twice more.
  availability: [{ ...FAST, minimumBad: 5 }, SLOW],
  latency: [FAST, SLOW],
  // Nobody has to get up for cold starts.
  cold_starts: [{ burn: "slow", route: "notice", periodSeconds: 5400, budgetShare: 0.0075, minimumBad: 12 }],
};

/** An alarm rings above at most this share of bad requests, or above the budget: some cannot be spent faster. */
const MOST_THRESHOLD_PERCENT = 60;

const DAY_SECONDS = 86_400;

/** What is said about an objective, and which alarms watch the same. */
interface ObjectiveDescription {
  /** Alarms with fixed thresholds on the same requests. While the objective is on, they are notices. */
  readonly covers: readonly AlarmKey[];
  readonly title: string;
  /** What bad requests are, after their number. */
  readonly bad: string;
  readonly causes: string;
  readonly firstStep: string;
  readonly query: QueryKey;
}

/** Every objective. */
export const OBJECTIVES: Readonly<Record<ObjectiveKey, ObjectiveDescription>> = {
  availability: {
    covers: ["errors", "throttles", "timeouts"],
    title: "Availability",
    bad: "failed or were refused",
    causes: "the last deployment; a dependency that is down; an expired secret; concurrency used up",
    firstStep:
      "check which category fails; if it began with a deployment, point alias live back to the previous version",
    query: "failures",
  },
  latency: {
    covers: ["response_time"],
    title: "Latency",
    bad: "were too slow",
    causes: "a slow dependency; more work per request; too little CPU; contention",
    firstStep: "open the slowest requests' traces and see which operation takes the time",
    query: "slow-requests",
  },
  cold_starts: {
    covers: ["cold_starts"],
    title: "Cold starts",
    bad: "had a cold start",
    causes: "traffic above the instances kept warm; a deployment; warming that fails; crashes",
    firstStep: "compare them with deployments and warming on the dashboard",
    query: "cold-starts",
  },
};

/** An alarm on an error budget. */
export interface ObjectiveAlarm {
  readonly key: ObjectiveAlarmKey;
  readonly objective: ObjectiveKey;
  readonly route: "urgent" | "notice";
  /** The share of bad requests in the window, in percent; 0 with too few of them. */
  readonly watched: Measure;
  readonly thresholdPercent: number;
  readonly periodSeconds: number;
  /** What happened, after the function's name. */
  readonly happened: string;
}

/** Bad requests and all requests, as expressions over metrics. */
export interface RequestCounts {
  readonly metrics: Readonly<Record<string, MeasuredMetric>>;
  readonly bad: string;
  readonly all: string;
}

/** Every alarm of every objective, in the order in which they are listed for readers. */
export const OBJECTIVE_ALARM_KEYS = OBJECTIVE_KEYS.flatMap((key) => WINDOWS[key].map(({ burn }) => nameKey(key, burn)));

/** The objective of an alarm; undefined for other alarms. */
export function findObjective(alarm: string): ObjectiveKey | undefined {
  return OBJECTIVE_KEYS.find((key) => WINDOWS[key].some(({ burn }) => nameKey(key, burn) === alarm));
}

/** As in "Availability 99.95 %", or "Latency 99 % in 1,000 ms". */
export function describeObjective(key: ObjectiveKey, { [key]: objective, latency }: Objectives): string {
  const within = key === "latency" && latency ? ` in ${latency.thresholdMilliseconds.toLocaleString("en-US")} ms` : "";
  return `${OBJECTIVES[key].title} ${objective?.targetPercent} %${within}`;
}

/** As in "Availability, fast burn". */
export function nameObjectiveAlarm(alarm: ObjectiveAlarmKey): string {
  const [objective, burn] = [findObjective(alarm), alarm.endsWith("fast_burn") ? "fast" : "slow"];
  return `${objective ? OBJECTIVES[objective].title : ""}, ${burn} burn`;
}

/** Requests of some time. */
export interface RequestTotals {
  readonly requests: number;
  readonly bad: number;
}

/**
 * How many bad requests an objective allows for so many requests, and what is left of that: below 0 if more were bad,
 * missing without requests.
 */
export function measureBudget(
  { targetPercent }: Pick<Objective, "targetPercent">,
  { requests, bad }: RequestTotals,
): { readonly allowed: number; readonly leftPercent?: number } {
  const allowed = (requests * (100 - targetPercent)) / 100;
  return allowed === 0 ? { allowed } : { allowed, leftPercent: 100 - (100 * bad) / allowed };
}

/** The alarms of a function's objectives. */
export function listObjectiveAlarms(watched: WatchedFunction): ObjectiveAlarm[] {
  return listObjectives(watched).flatMap(({ key, objective }) =>
    WINDOWS[key].map((window) => buildObjectiveAlarm(key, objective, window, watched)),
  );
}

/** A function's objectives that are switched on. */
export function listObjectives({
  objectives,
}: Pick<WatchedFunction, "objectives">): { readonly key: ObjectiveKey; readonly objective: Objective }[] {
  return OBJECTIVE_KEYS.flatMap((key) => {
    const objective = objectives[key];
    return objective ? [{ key, objective }] : [];
  });
}

/** Bad requests and all requests of an objective, with ids of their own. A metric without data counts as 0. */
export function countRequests(
  key: ObjectiveKey,
  watched: MetricSubject & Pick<WatchedFunction, "objectives">,
): RequestCounts {
  switch (key) {
    case "availability": {
      const { metrics, expression = "FILL(value, 0)" } = measureFailures(watched);
      return {
        metrics: {
          ...metrics,
          refused: buildTrafficMetric("Throttles", watched),
          requests: buildTrafficMetric("Invocations", watched),
        },
        bad: `${expression} + FILL(refused, 0)`,
        // Lambda does not count refused requests as invocations:
        // https://docs.aws.amazon.com/lambda/latest/dg/monitoring-metrics-types.html
        all: "FILL(requests, 0) + FILL(refused, 0)",
      };
    }
    case "latency": {
      const duration = buildTrafficMetric("Duration", watched);
      const { thresholdMilliseconds } = watched.objectives.latency ?? { thresholdMilliseconds: 0 };
      return {
        // The percentile rank does not include its lower bound:
        // https://docs.aws.amazon.com/AmazonCloudWatch/latest/monitoring/Statistics-definitions.html
        metrics: {
          [`slow${thresholdMilliseconds}`]: { ...duration, statistic: `PR(${thresholdMilliseconds}:)` },
          measured: { ...duration, statistic: "SampleCount" },
        },
        bad: `FILL(slow${thresholdMilliseconds}, 0) * FILL(measured, 0) / 100`,
        all: "FILL(measured, 0)",
      };
    }
    case "cold_starts": {
      const { metric, statistic } = findColdStarts(watched);
      return {
        metrics: { cold: { ...metric, statistic }, requests: buildTrafficMetric("Invocations", watched) },
        bad: "FILL(cold, 0)",
        all: "FILL(requests, 0)",
      };
    }
  }
}

function buildObjectiveAlarm(
  key: ObjectiveKey,
  objective: Objective,
  { burn, route, periodSeconds, budgetShare, minimumBad }: BurnWindow,
  watched: WatchedFunction,
): ObjectiveAlarm {
  const { metrics, bad, all } = countRequests(key, watched);
  const budgetPercent = 100 - objective.targetPercent;
  const windowPercent = ((budgetShare * objective.days * DAY_SECONDS) / periodSeconds) * budgetPercent;
  // Of few days, a window's share may be less than what lasts: nothing has to be done about that.
  const fastPercent = Math.max(budgetPercent, Math.min(MOST_THRESHOLD_PERCENT, windowPercent));
  const thresholdPercent = Number(fastPercent.toPrecision(3));
  const rate = Number((fastPercent / budgetPercent).toPrecision(3));
  const hours = periodSeconds / 3600;
  return {
    key: nameKey(key, burn),
    objective: key,
    route,
    watched: { statistic: "Sum", metrics, expression: `IF(${bad} >= ${minimumBad}, 100 * (${bad}) / (${all}), 0)` },
    thresholdPercent,
    periodSeconds,
    happened: `more than ${thresholdPercent} % of requests ${OBJECTIVES[key].bad} in ${hours === 1 ? "an hour" : `${hours} hours`}, at least ${minimumBad}: the error budget of ${objective.days} days (${objective.targetPercent} % good) is spent ${rate === 1 ? "faster than" : `${rate} times as fast as`} it lasts`,
  };
}

function nameKey(key: ObjectiveKey, burn: Burn): ObjectiveAlarmKey {
  return `${key}_${burn}_burn`;
}
