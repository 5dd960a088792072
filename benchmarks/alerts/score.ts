import { type Incident, type Month } from "./month";
import { type LateMetrics } from "./late-metrics";
import { type FindRinging, type Policy, type Route } from "./policies";

/** An alert belongs to an incident if it begins in it, or within these minutes after it. */
const AFTER_MINUTES = 10;

/** Incidents that spend less of a month's budget need not be found. */
export const LEAST_SPENT_SHARE = 0.02;

const WEEK = 7 * 1440;

/** What the alarms of a policy said about one function in a month. */
export interface Verdict {
  readonly requestsADay: number;
  /** How long it was judged. */
  readonly weeks: number;
  readonly alerts: readonly Alert[];
  readonly incidents: readonly JudgedIncident[];
}

/** An alarm that began to ring. */
export interface Alert {
  readonly alarm: string;
  readonly route: Route;
  readonly minute: number;
  /** Whether there was something to act on. */
  readonly isActionable: boolean;
}

/** An incident that had to be found. */
export interface JudgedIncident {
  readonly incident: Incident;
  /** From its beginning to the first alert; undefined if it was missed. */
  readonly minutesToDetect: number | undefined;
  /** The alarms that began to ring. */
  readonly alarms: readonly string[];
}

/** Judges the alarms of policies on one function's month. */
export function judgeMonth(policies: readonly Policy[], month: Month, metrics: LateMetrics): Verdict[] {
  // Policies share alarms.
  const states = new Map<FindRinging, Uint8Array>();
  const findStates = (findRinging: FindRinging): Uint8Array => {
    const known = states.get(findRinging) ?? findRinging(metrics, findStates);
    states.set(findRinging, known);
    return known;
  };
  return policies.map(({ alarms, learnsMinutes }) => {
    const alerts = alarms.flatMap(({ name, route, findRinging }) =>
      listBeginnings(findStates(findRinging))
        .filter((minute) => minute >= learnsMinutes)
        .map((minute): Alert => {
          const isActionable = month.incidents.some((incident) => belongsTo(incident, minute));
          return { alarm: name, route, minute, isActionable };
        }),
    );
    const incidents = month.incidents
      .filter(({ spentShare, from }) => spentShare >= LEAST_SPENT_SHARE && from >= learnsMinutes)
      .map((incident): JudgedIncident => {
        const own = alerts.filter(({ minute }) => belongsTo(incident, minute));
        return {
          incident,
          minutesToDetect: own.length > 0 ? Math.min(...own.map(({ minute }) => minute)) - incident.from : undefined,
          alarms: own.map(({ alarm }) => alarm),
        };
      });
    const weeks = (month.counts.requests.length - learnsMinutes) / WEEK;
    return { requestsADay: month.requestsADay, weeks, alerts, incidents };
  });
}

function belongsTo({ from, to }: Incident, minute: number): boolean {
  return minute >= from && minute <= to + AFTER_MINUTES;
}

function listBeginnings(states: Uint8Array): number[] {
  const minutes: number[] = [];
  for (let minute = 1; minute < states.length; minute++) {
    if (states[minute] === 1 && states[minute - 1] === 0) minutes.push(minute);
  }
  return minutes;
}

/** Figures of a policy, or of one of its alarms. Shares are in percent, and NaN if there is nothing to share. */
export interface Figures {
  /** Alerts that had something to act on. */
  readonly precision: number;
  /** Incidents that were found. */
  readonly recall: number;
  readonly incidents: number;
  /** Minutes from the beginning of an incident to its first alert. */
  readonly toDetect: Spread;
  readonly toDetectOutage: Spread;
  /** A week, for each function. */
  readonly alerts: number;
  readonly pages: number;
  readonly falsePages: number;
}

/** Half of the values are at most the median, and nine in ten at most p90; NaN without values. */
export interface Spread {
  readonly median: number;
  readonly p90: number;
}

/** What figures are about: one alarm, or some of the incidents; by default, all of them. */
export interface Selection {
  readonly alarm?: string;
  readonly isJudged?: (incident: Incident) => boolean;
}

/** Figures over functions. */
export function summarizeVerdicts(
  verdicts: readonly Verdict[],
  { alarm, isJudged = () => true }: Selection = {},
): Figures {
  const alerts = verdicts.flatMap((one) => one.alerts).filter((alert) => alarm === undefined || alert.alarm === alarm);
  const incidents = verdicts.flatMap((one) => one.incidents).filter(({ incident }) => isJudged(incident));
  const found = incidents.filter(({ alarms }) => (alarm === undefined ? alarms.length > 0 : alarms.includes(alarm)));
  const weeks = verdicts.reduce((sum, one) => sum + one.weeks, 0);
  const pages = alerts.filter(({ route }) => route === "page");
  const minutes = (of: readonly JudgedIncident[]) => spread(of.flatMap(({ minutesToDetect }) => minutesToDetect ?? []));
  return {
    precision: (100 * alerts.filter(({ isActionable }) => isActionable).length) / alerts.length,
    recall: (100 * found.length) / incidents.length,
    incidents: incidents.length,
    toDetect: minutes(found),
    toDetectOutage: minutes(found.filter(({ incident }) => incident.kind === "outage")),
    alerts: alerts.length / weeks,
    pages: pages.length / weeks,
    falsePages: pages.filter(({ isActionable }) => !isActionable).length / weeks,
  };
}

function spread(values: readonly number[]): Spread {
  const sorted = [...values].sort((a, b) => a - b);
  return { median: computeQuantile(sorted, 0.5), p90: computeQuantile(sorted, 0.9) };
}

/** The median of each figure. */
export function takeMedians(all: readonly Figures[]): Figures {
  const median = (figure: (one: Figures) => number) =>
    computeQuantile(
      all
        .map(figure)
        .filter((value) => !Number.isNaN(value))
        .sort((a, b) => a - b),
      0.5,
    );
  return {
    precision: median((one) => one.precision),
    recall: median((one) => one.recall),
    incidents: median((one) => one.incidents),
    toDetect: { median: median((one) => one.toDetect.median), p90: median((one) => one.toDetect.p90) },
    toDetectOutage: {
      median: median((one) => one.toDetectOutage.median),
      p90: median((one) => one.toDetectOutage.p90),
    },
    alerts: median((one) => one.alerts),
    pages: median((one) => one.pages),
    falsePages: median((one) => one.falsePages),
  };
}

function computeQuantile(sorted: readonly number[], share: number): number {
  return sorted[Math.ceil(share * sorted.length) - 1] ?? Number.NaN;
}
