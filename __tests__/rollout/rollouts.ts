import { type MinuteFigures, type RolloutPlan, type RolloutState, type VersionFigures } from "../../rollout/contract";
import { findBucket } from "../../rollout/histogram";
import { type Judgement, type RolloutEvidence } from "../../rollout/judge";

/** Rollouts to judge, from version 41 to 42. */

/** When each rollout begins, in milliseconds since 1970. */
export const BEGIN = Date.UTC(2026, 10, 30, 13);
/** In milliseconds. */
export const MINUTE = 60_000;

/** The default plan, with everything to judge by. */
export const PLAN: RolloutPlan = {
  percents: [10, 100],
  stepSeconds: 300,
  bakeSeconds: 180,
  maximumSeconds: 3600,
  judgedBy: ["errors", "timeouts", "throttles", "duration", "init_duration", "memory", "alarms", "pings"],
  tooFewRequests: "proceed",
};

/** A rollout that has just begun. */
export function buildState(changes: Partial<RolloutState> = {}): RolloutState {
  return {
    functionName: "prod-api",
    rolloutId: "1",
    from: "41",
    to: "42",
    subject: {
      functionName: "prod-api",
      logGroup: "/aws/lambda/prod-api",
      publishesMetrics: true,
      memoryMb: 512,
      timeoutSeconds: 10,
      alarms: ["prod-api-errors"],
    },
    plan: PLAN,
    status: "running",
    step: 0,
    startedAt: BEGIN,
    stepStartedAt: BEGIN,
    shares: [{ percent: 10, since: BEGIN }],
    reason: "",
    findings: [],
    ringingBefore: [],
    ...changes,
  };
}

/** Takes all requests since 5 minutes, after 5 minutes with a tenth of them. */
export function buildBakingState(changes: Partial<RolloutState> = {}): RolloutState {
  const since = BEGIN + 5 * MINUTE;
  const shares = [...buildState().shares, { percent: 100, since }];
  return buildState({ step: 1, stepStartedAt: since, shares, ...changes });
}

/** Nothing has happened, but for the changes. */
export function buildFigures(changes: Partial<VersionFigures> = {}): VersionFigures {
  return { requests: 0, failures: 0, timeouts: 0, durations: {}, inits: {}, memory: {}, ...changes };
}

/** The same figures in every minute since the beginning. */
export function repeatMinutes(
  count: number,
  newer: Partial<VersionFigures>,
  older: Partial<VersionFigures> = {},
): readonly MinuteFigures[] {
  return Array.from({ length: count }, (_, index) => ({
    minute: BEGIN + index * MINUTE,
    versions: { "41": buildFigures(older), "42": buildFigures(newer) },
  }));
}

/** Evidence as of the end of its minutes. */
export function buildEvidence(changes: Partial<RolloutEvidence> = {}): RolloutEvidence {
  const { minutes = [] } = changes;
  return {
    state: buildState(),
    minutes,
    reference: undefined,
    throttles: undefined,
    ringing: [],
    now: BEGIN + minutes.length * MINUTE,
    ...changes,
  };
}

/** Nothing is harmful, and harm is excluded. */
export function buildJudgement(changes: Partial<Judgement> = {}): Judgement {
  return { harmful: [], doubtful: [], cleared: true, canStillClear: true, unseen: "Nothing.", ...changes };
}

/** That many equal values. */
export function fill(value: number, count: number): Readonly<Record<string, number>> {
  return { [findBucket(value)]: count };
}
