import { type Finding, type MinuteFigures, type RolloutState, type VersionFigures } from "./contract";
import { addFigures } from "./figures";
import { leaveOutFirstRequests } from "./first-requests";
import {
  COMPARED_MEASURES,
  type ComparedMeasure,
  countSlow,
  findLimits,
  type Limits,
  MISSED_SHARE,
  THROTTLES_ALPHA,
} from "./measures";
import {
  addShares,
  type ExpectedShare,
  expectGrowth,
  findUpperShare,
  type Share,
  type SplitCounts,
  weighAgainst,
  weighHarmless,
  weighSplit,
} from "./sequential-test";

/** What is known of a rollout. */
export interface RolloutEvidence {
  readonly state: RolloutState;
  /** Since it began, of both versions. The latest ones may still lack requests. */
  readonly minutes: readonly MinuteFigures[];
  /** The old version's, of up to a day before it began. */
  readonly reference: VersionFigures | undefined;
  /** Requests to alias `live` that were refused: in the same length of time before it began, and since then. */
  readonly throttles: { readonly before: Share; readonly during: Share } | undefined;
  /** The function's alarms that ring now. */
  readonly ringing: readonly string[];
  /** Why instances of the new version could not be warmed. */
  readonly failedPings?: string;
  /** Milliseconds since 1970. */
  readonly now: number;
}

/** What the evidence says. */
export interface Judgement {
  /** What is worse than with the old version, almost certainly and by a share that matters. */
  readonly harmful: readonly Finding[];
  /**
   * What is worse than it was with the old version, at another time: the new one may not be the cause. Compared at the
   * same time, it becomes harmful, or it does not.
   */
  readonly doubtful: readonly Finding[];
  /** Why it may not go on at present, although nothing is harmful. */
  readonly holding?: string;
  /** Whether harm to 2 % of requests, and slowness of 10 %, are excluded. */
  readonly cleared: boolean;
  /** Whether enough requests may still come for that, or whether what has come is suspicious. */
  readonly canStillClear: boolean;
  /** One sentence: what could not be seen with so few requests. */
  readonly unseen: string;
}

const MINUTE = 60_000;

const NUMBERS = new Intl.NumberFormat("en-US", { maximumFractionDigits: 1 });

/** So long after a change of the alias, requests may still be distributed as before. */
export const PROPAGATION_MILLISECONDS = 10_000;

/** A common cause needs that many bad requests of the old version in the last minutes. */
const LEAST_COMMON_BAD = 5;
const COMMON_MINUTES = 5;
/** Of the old version's requests: usually, hardly 5 % are slow, by the limit of what is. */
const COMMON_SLOW_SHARE = 0.1;
const MOST_TIMES_WORSE = 2;

/** The evidence for harm that makes a rollout wait for more. */
const SUSPICIOUS_LOG = Math.log(10);

const THROTTLES_LEAST_EXCESS = 0.02;
/** Requests are refused by the dozen, while there are too many at once. */
const THROTTLES_DISPERSION = 20;

/** The end of a rollout that is kept free of waiting for requests, beside the steps that remain. */
const RESERVED_MILLISECONDS = 60_000;

/** The weight of all minutes' share of bad requests in the share that is expected in one minute, in requests. */
const POOLED_REQUESTS = 50;

/** A minute in which the new version had a certain share of requests. */
interface SplitMinute {
  /** From 0 to 1. */
  readonly newShare: number;
  /** Whether all requests have been the new version's since. */
  readonly isAlone: boolean;
  readonly newer: VersionFigures;
  readonly older: VersionFigures;
}

interface Comparison {
  readonly measure: ComparedMeasure;
  readonly limits: Limits;
  readonly together: readonly SplitCounts[];
  readonly alone: Share;
  /** Of the old version, at any time. */
  readonly usual: Share;
}

/**
 * Compares a new version with the old one. With equal versions, something is harmful in at most 1 % of rollouts, no
 * matter how often this is called; `cleared` is true in at most 1 % of rollouts of versions that make 2 % more requests
 * fail. Alarms and failed pings come in addition.
 */
export function judge(evidence: RolloutEvidence): Judgement {
  const { state, minutes, reference, failedPings } = evidence;
  const { judgedBy } = state.plan;
  const old = addFigures([
    ...minutes.flatMap(({ versions }) => versions[state.from] ?? []),
    ...(reference ? [reference] : []),
  ]);
  const limits = findLimits(old);
  const split = leaveOutFirstRequests(minutes, limits.duration).flatMap((minute) => splitMinute(state, minute));
  const totals = {
    old,
    newer: addFigures(split.map(({ newer }) => newer)),
    alone: addFigures(split.filter(({ isAlone }) => isAlone).map(({ newer }) => newer)),
  };
  const comparisons = COMPARED_MEASURES.filter(({ key }) => judgedBy.includes(key)).map((measure) =>
    compare(measure, limits, split, totals),
  );
  const alarms = judgedBy.includes("alarms") ? judgeAlarms(evidence, split, limits) : NO_ALARMS;
  const clearances = comparisons.flatMap((comparison) => judgeClearance(evidence, comparison) ?? []);
  const uncleared = clearances.filter(({ cleared }) => !cleared);
  const harms = comparisons.flatMap(findHarm);
  const list = (wanted: Harm["kind"]) => harms.flatMap(({ kind, finding }) => (kind === wanted ? [finding] : []));
  const [suspicious] = list("suspicious");
  const holding = alarms.holding ?? (suspicious && `Waiting for more requests: ${suspicious.text}.`);
  return {
    harmful: [
      ...list("harmful"),
      ...(judgedBy.includes("throttles") ? findThrottles(evidence) : []),
      ...alarms.harmful,
      ...(failedPings !== undefined && judgedBy.includes("pings")
        ? [{ measure: "pings" as const, text: failedPings }]
        : []),
    ],
    doubtful: [...list("doubtful"), ...alarms.doubtful],
    ...(holding === undefined ? {} : { holding }),
    cleared: uncleared.length === 0,
    canStillClear: uncleared.some(({ canStillClear }) => canStillClear),
    unseen: tellUnseen(comparisons),
  };
}

/** The minute with the greatest share that the new version had in it: with a greater one, bad requests weigh less. */
function splitMinute({ from, to, shares }: RolloutState, { minute, versions }: MinuteFigures): readonly SplitMinute[] {
  const inEffect = shares.filter(
    ({ since }, index) =>
      since < minute + MINUTE && (shares[index + 1]?.since ?? Infinity) + PROPAGATION_MILLISECONDS > minute,
  );
  if (inEffect.length === 0) return [];
  const newShare = Math.max(...inEffect.map(({ percent }) => percent)) / 100;
  const newer = versions[to] ?? addFigures([]);
  const latest = shares.at(-1);
  const isAlone = latest?.percent === 100 && minute + MINUTE > latest.since;
  return [{ newShare, isAlone, newer, older: versions[from] ?? addFigures([]) }];
}

function compare(
  measure: ComparedMeasure,
  limits: Limits,
  split: readonly SplitMinute[],
  totals: Readonly<Record<"old" | "newer" | "alone", VersionFigures>>,
): Comparison {
  const count = (figures: VersionFigures) => measure.count(figures, limits);
  const usual = count(totals.old);
  // What has no counterpart in the same minutes is compared with what was usual, whatever share the version had.
  if (measure.alpha.split === 0) return { measure, limits, together: [], alone: count(totals.newer), usual };
  const together = split
    .filter(({ newShare }) => newShare < 1)
    .map(({ newShare, newer, older }) => ({ newShare, newer: count(newer), older: count(older) }));
  return { measure, limits, together, alone: count(totals.alone), usual };
}

/**
 * Something worse: doubtful if it could have been compared with the same time, but was not, and suspicious if it may
 * also be chance.
 */
interface Harm {
  readonly finding: Finding;
  readonly kind: "harmful" | "doubtful" | "suspicious";
}

function findHarm(comparison: Comparison): readonly Harm[] {
  const { measure, together, alone, usual } = comparison;
  const { alpha, dispersion, leastExcess } = measure;
  const newer = addShares(together.map((one) => one.newer));
  const older = addShares(together.map((one) => one.older));
  const isWorse =
    weighTogether(comparison) >= -Math.log(alpha.split) && findExcess(together, newer) >= leastExcess.split;
  if (isWorse) return [buildHarm(comparison, newer, older, "harmful")];
  const most = Math.min(1, findUpperShare(usual) * 1.5 + 0.005);
  const evidence = weighAgainst(most, alone, dispersion.alone);
  if (evidence < SUSPICIOUS_LOG || divide(alone) - divide(usual) < leastExcess.alone) return [];
  const isCertain = evidence >= -Math.log(alpha.alone);
  if (alpha.split > 0) return [buildHarm(comparison, alone, usual, isCertain ? "doubtful" : "suspicious")];
  return isCertain ? [buildHarm(comparison, alone, usual, "harmful")] : [];
}

function buildHarm({ measure, limits }: Comparison, newer: Share, older: Share, kind: Harm["kind"]): Harm {
  const what = measure.describe(formatCount(newer.all), limits);
  const text = `${formatShare(newer)} ${what}, ${formatShare(older)} of ${formatCount(older.all)} with the old version`;
  return { finding: { measure: measure.key, text }, kind };
}

function weighTogether({ measure, together }: Comparison): number {
  if (together.length === 0) return 0;
  const groups = groupByShare(together).map((group) => ({ ...group, newShare: findShare(group) }));
  return weighSplit(groups, measure.dispersion.split);
}

/** The share that was set, or what requests were distributed by if that is clearly more. */
function findShare({ newShare, newer, older }: SplitCounts): number {
  const all = newer.all + older.all;
  if (all === 0) return newShare;
  const actual = newer.all / all;
  return Math.max(newShare, actual - 3 * Math.sqrt(Math.max(actual * (1 - actual), newShare * (1 - newShare)) / all));
}

function groupByShare(counts: readonly SplitCounts[]): readonly SplitCounts[] {
  return [...new Set(counts.map(({ newShare }) => newShare))].map((newShare) => {
    const group = counts.filter((one) => one.newShare === newShare);
    return {
      newShare,
      newer: addShares(group.map(({ newer }) => newer)),
      older: addShares(group.map(({ older }) => older)),
    };
  });
}

/** The share of the new version's requests that is bad beyond what would be if it were as the old one. */
function findExcess(together: readonly SplitCounts[], newer: Share): number {
  const expected = groupByShare(together).reduce((sum, group) => sum + group.newer.all * divide(group.older), 0);
  return divide({ bad: newer.bad - expected, all: newer.all });
}

interface Clearance {
  readonly cleared: boolean;
  readonly canStillClear: boolean;
}

function judgeClearance({ state, now }: RolloutEvidence, comparison: Comparison): Clearance | undefined {
  const { measure, limits, together } = comparison;
  if (measure.harm === undefined || (measure.key === "duration" && limits.duration === undefined)) return undefined;
  if (weighHarmless(expectShares(comparison), measure.harm, measure.dispersion.split) >= -Math.log(MISSED_SHARE))
    return { cleared: true, canStillClear: true };
  const newer = addShares(together.map((one) => one.newer));
  const older = addShares(together.map((one) => one.older));
  const isSuspicious =
    weighTogether(comparison) >= SUSPICIOUS_LOG && findExcess(together, newer) >= measure.leastExcess.split;
  const { plan, startedAt, step } = state;
  const stepsLeft = Math.max(0, plan.percents.length - 2 - step);
  const reserved = RESERVED_MILLISECONDS + 1000 * (plan.bakeSeconds + stepsLeft * plan.stepSeconds);
  const left = startedAt + 1000 * plan.maximumSeconds - reserved - now;
  const elapsed = Math.max(1, now - startedAt);
  const all = newer.all * (1 + Math.max(0, left) / elapsed);
  const growth = expectGrowth(divide(older), measure.harm, measure.dispersion.split);
  const enoughWillCome = left > 0 && all * growth >= -Math.log(MISSED_SHARE);
  return { cleared: false, canStillClear: isSuspicious || enoughWillCome };
}

/** The new version's requests by minute, and the share of them that would be bad if it were as the old one. */
function expectShares({ together }: Comparison): readonly ExpectedShare[] {
  const usual = divide(addShares(together.map(({ older }) => older)));
  return together.map(({ newer, older }) => ({
    ...newer,
    expected: (older.bad + POOLED_REQUESTS * usual) / (older.all + POOLED_REQUESTS),
  }));
}

function findThrottles({ throttles }: RolloutEvidence): readonly Finding[] {
  if (!throttles) return [];
  const { before, during } = throttles;
  const isHarmful =
    weighAgainst(findUpperShare(before), during, THROTTLES_DISPERSION) >= -Math.log(THROTTLES_ALPHA) &&
    divide(during) - divide(before) >= THROTTLES_LEAST_EXCESS;
  if (!isHarmful) return [];
  const text = `${formatShare(during)} of ${formatCount(during.all)} requests were refused, ${formatShare(before)} before`;
  return [{ measure: "throttles", text }];
}

type AlarmJudgement = Pick<Judgement, "harmful" | "doubtful" | "holding">;

const NO_ALARMS: AlarmJudgement = { harmful: [], doubtful: [] };

function judgeAlarms(
  { state, ringing, now }: RolloutEvidence,
  split: readonly SplitMinute[],
  limits: Limits,
): AlarmJudgement {
  const fresh = ringing.filter((name) => !state.ringingBefore.includes(name));
  if (fresh.length === 0) return NO_ALARMS;
  const theyRing = `${fresh.join(", ")} ${fresh.length === 1 ? "rings" : "ring"}`;
  const finding: Finding = { measure: "alarms", text: theyRing };
  const [before, latest] = state.shares.slice(-2);
  if (state.shares.at(-1)?.percent === 100) return { ...NO_ALARMS, doubtful: [finding] };
  // It may still ring because of what was before.
  if (before?.percent === 100 && latest && now - latest.since < 1000 * state.plan.stepSeconds) {
    return { ...NO_ALARMS, holding: `${theyRing}: comparing both versions.` };
  }
  const common = findCommonCause(split, limits);
  return common === undefined
    ? { ...NO_ALARMS, harmful: [finding] }
    : { ...NO_ALARMS, holding: `${theyRing}, but the old version ${common}: waiting until it is over.` };
}

/** What has been as bad with the old version in the last minutes, as in "fails as often". */
function findCommonCause(split: readonly SplitMinute[], limits: Limits): string | undefined {
  const minutes = split.slice(-COMMON_MINUTES).filter(({ newShare }) => newShare < 1);
  const isCommon = (count: (figures: VersionFigures) => Share, leastShare: number) => {
    const newer = addShares(minutes.map((minute) => count(minute.newer)));
    const older = addShares(minutes.map((minute) => count(minute.older)));
    return (
      older.bad >= LEAST_COMMON_BAD && divide(older) >= leastShare && divide(newer) <= MOST_TIMES_WORSE * divide(older)
    );
  };
  if (isCommon(({ failures, requests }) => ({ bad: failures, all: requests }), 0)) return "fails as often";
  return isCommon(({ durations }) => countSlow(durations, limits), COMMON_SLOW_SHARE) ? "is as slow" : undefined;
}

function tellUnseen(comparisons: readonly Comparison[]): string {
  const errors = comparisons.find(({ measure }) => measure.key === "errors");
  if (!errors) return "Whether requests fail was not asked.";
  const requests = formatCount(addShares(errors.together.map(({ newer }) => newer)).all);
  const counts = expectShares(errors);
  const { split } = errors.measure.dispersion;
  const excludes = (harm: number) => weighHarmless(counts, harm, split) >= -Math.log(MISSED_SHARE);
  if (!excludes(0.999)) return `With ${requests} requests of the new version, no share of failures can be excluded.`;
  let excluded = 0.999;
  let possible = 0;
  while (excluded - possible > 0.001) {
    const middle = (excluded + possible) / 2;
    if (excludes(middle)) excluded = middle;
    else possible = middle;
  }
  return (
    `With ${requests} requests of the new version, up to ${formatPercent(excluded)} more failures than before ` +
    "would not be seen."
  );
}

function divide({ bad, all }: Share): number {
  return all === 0 ? 0 : bad / all;
}

function formatShare(share: Share): string {
  return formatPercent(divide(share));
}

function formatPercent(share: number): string {
  return `${formatCount(100 * share)} %`;
}

function formatCount(count: number): string {
  return NUMBERS.format(count);
}
