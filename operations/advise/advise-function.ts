import { availableParallelism } from "node:os";
import { type ComparisonCase, type PolicyOutcome } from "../../advisor/compare";
import { type Prices } from "../../advisor/cost";
import { type Distribution, makeFixed } from "../../advisor/distribution";
import { computeSeed } from "../../advisor/random";
import prices from "../../model/prices.json";
import { priceFunctionTime, RUN_DOLLARS } from "../../model/warmed-functions";
import { type Candidate, listCandidates } from "./candidates";
import { findBusiestDay } from "./busiest-day";
import { type History } from "./history";
import { type AdvisedSettings, buildPolicy, priceMonthlyReading, type WarmingChoice } from "./warming-policy";
import { runTasks, type SimulationTask } from "./pool";
import { buildTrafficProfile, findMedianGapMinutes } from "./profile";
import { type JudgedCandidate, recommend, type Recommendation } from "./recommend";
import { type FunctionAdvice, type PolicyAdvice } from "./report";
import { formatBlock } from "./settings-values";
import { type OwnLog } from "./log/log-advice";
import { adviseWithoutComparison } from "./without-comparison";
import { ASSUMPTION, buildModels, OTHER_ASSUMPTIONS } from "./platform-assumptions";

/** Assumed if no start was reported: it hardly changes how many requests are cold, only their delay. */
const ASSUMED_INIT_SECONDS = 0.5;

/** Each task draws the requests again, so there are no more tasks than processes, and none with few cases. */
const FEWEST_CASES_PER_TASK = 6;

/** With more requests, chance is a small part of the uncertainty. */
const MANY_REQUESTS = 3_000_000;
const REPETITIONS_OF_MANY = 2;
/** With few requests, chance is a large part: so many are simulated in total, if this does not take too long. */
const LEAST_SIMULATED = 240;
const FEWEST_REPETITIONS = 5;
const MOST_REPETITIONS = 20;

/** Shorter work is finished before another process has started. */
const LONG_REQUESTS = 300_000;
const LONG_SECONDS = 3 * 86_400;

/** Approximate share of the sensitivity in all work. */
const SENSITIVITY_SHARE = 0.3;

/** What is known about a function. */
export interface AdvisedSubject {
  /** Its name in its file, or the trace's name. */
  readonly id: string;
  readonly memoryMb: number;
  readonly architecture: "arm64" | "x86_64";
  readonly reservedConcurrency?: number;
  /** Its target for cold starts, as a share of all requests. */
  readonly targetPercent: number;
  /** The current settings; missing if there are none. */
  readonly configured?: WarmingChoice;
  /** Whether somebody may wait for its answers, or its own settings ask for pings; true if missing. */
  readonly isAwaited?: boolean;
  /** Whether the warmer can follow its usage; true if missing. */
  readonly hasKnownUsage?: boolean;
  readonly history: History;
  readonly initSeconds?: Distribution;
  /** What its own log shows about AWS; missing if that was not requested. */
  readonly ownLog?: OwnLog;
  /** Assumptions, one sentence each. */
  readonly notes: readonly string[];
}

/** Options for the work. */
export interface WorkerSettings {
  /** Number of processes that simulate in parallel; by default the number of processors. */
  readonly workers?: number;
  /** Called with the finished share, from 0 to 1. */
  readonly onProgress?: (share: number) => void;
  readonly signal?: AbortSignal;
}

/** The advice, and the settings for a tfvars file; missing if nothing is recommended. */
export interface AdviceResult {
  readonly advice: FunctionAdvice;
  readonly settings?: AdvisedSettings;
}

/**
 * Finds out what to set for a function. The same input gives the same advice, regardless of the number of processes.
 */
export async function adviseFunction(subject: AdvisedSubject, working: WorkerSettings = {}): Promise<AdviceResult> {
  const {
    id,
    history,
    configured,
    reservedConcurrency,
    hasKnownUsage = true,
    initSeconds = makeFixed(ASSUMED_INIT_SECONDS),
    ownLog,
  } = subject;
  const { onProgress, signal } = working;
  const seed = computeSeed(id);
  const profile = await buildTrafficProfile(history, seed, signal);
  const plain = adviseWithoutComparison(subject, profile.requests);
  if (plain) return buildWithoutComparison(subject, profile.requests, plain);
  const candidates = listCandidates(history, profile, configured, reservedConcurrency).filter(
    ({ policy }) => hasKnownUsage || policy.kind !== "conditional",
  );
  const repetitions = countRepetitions(profile.requests);
  const isLong = profile.requests > LONG_REQUESTS || history.seconds > LONG_SECONDS;
  const workers = isLong ? (working.workers ?? availableParallelism()) : 1;
  const fitted = ownLog?.guess;
  const taken = fitted ?? ASSUMPTION;
  const others = fitted ? [ASSUMPTION, ...OTHER_ASSUMPTIONS] : OTHER_ASSUMPTIONS;
  const model = { initSeconds, ...(reservedConcurrency !== undefined && { reservedConcurrency }) };
  const task: Omit<SimulationTask, "cases" | "repetitions"> = {
    prices: selectPrices(subject.architecture),
    memoryMb: subject.memoryMb,
    seed,
  };
  const simulate = async (cases: readonly ComparisonCase[], times: number, report: (share: number) => void) => {
    const groups = splitIntoGroups(cases, workers);
    const outcomes = await runTasks(
      history,
      groups.map((group) => ({ ...task, cases: group, repetitions: times })),
      { workers, onProgress: report, ...(signal && { signal }) },
    );
    return cases.map((_, index) => outcomes[index % groups.length]?.[Math.floor(index / groups.length)]);
  };

  const models = buildModels(taken, model, repetitions);
  const outcomes = await simulate(
    candidates.map(({ policy }) => ({ policy, models })),
    repetitions,
    (share) => onProgress?.(share * (1 - SENSITIVITY_SHARE)),
  );
  const judged = removeEqual(candidates.map((candidate, index) => judge(candidate, outcomes[index])));
  const medianGapMinutes = findMedianGapMinutes(profile);
  const recommendation = recommend(judged, {
    targetPercent: subject.targetPercent,
    seconds: history.seconds,
    ...(medianGapMinutes !== undefined && { medianGapMinutes }),
  });

  const shown = judged.filter((one) => isWorthShowing(one, recommendation, configured));
  const guesses = await simulate(
    others.flatMap((guess) =>
      shown.map(({ candidate: { policy } }) => ({ policy, models: buildModels(guess, model, 1) })),
    ),
    profile.requests > MANY_REQUESTS ? 1 : repetitions,
    (share) => onProgress?.(1 - SENSITIVITY_SHARE * (1 - share)),
  );
  const sensitivity = [taken, ...others].map(({ name, source }, index) => ({
    guess: name,
    source,
    policies: shown.map(({ candidate, outcome }, place) => ({
      name: candidate.name,
      cold: buildColdShare(index === 0 ? outcome : (guesses[(index - 1) * shown.length + place] ?? outcome)),
    })),
  }));
  const { chosen, settings } = recommendation;
  const pingPrice = priceFunctionTime(subject.memoryMb, subject.architecture);
  const shownOnDay = (chosen ?? judged[0])?.candidate;
  return {
    ...(settings && { settings }),
    advice: {
      ...summarizeSubject(subject, recommendation),
      requests: profile.requests,
      repetitions,
      policies: judged.map((one) => buildPolicyAdvice(one, one === chosen, isConfigured(one, configured))),
      ...(ownLog && { log: ownLog.advice }),
      sensitivity,
      day: shownOnDay && findBusiestDay(history, profile, shownOnDay, pingPrice, reservedConcurrency),
      notes: listNotes(subject),
    },
  };
}

/** What can be said without a comparison of policies. */
function buildWithoutComparison(subject: AdvisedSubject, requests: number, plain: Recommendation): AdviceResult {
  return {
    ...(plain.settings && { settings: plain.settings }),
    advice: {
      ...summarizeSubject(subject, plain),
      requests,
      repetitions: 0,
      policies: [],
      sensitivity: [],
      notes: subject.notes.slice(),
    },
  };
}

function countRepetitions(requests: number): number {
  if (requests > MANY_REQUESTS) return REPETITIONS_OF_MANY;
  return Math.min(MOST_REPETITIONS, Math.max(FEWEST_REPETITIONS, Math.ceil(LEAST_SIMULATED / requests)));
}

/** The first one of those with the same effect, such as those that differ in a maximum that was never needed. */
function removeEqual(judged: readonly JudgedCandidate[]): JudgedCandidate[] {
  const byEffect = new Map<string, JudgedCandidate>();
  for (const one of judged) {
    const effect = JSON.stringify([{ ...one.outcome, policy: undefined }, one.dollars]);
    if (!byEffect.has(effect)) byEffect.set(effect, one);
  }
  return [...byEffect.values()];
}

function judge(candidate: Candidate, outcome: PolicyOutcome | undefined): JudgedCandidate {
  if (!outcome) throw new Error(`Nothing is known about the policy ${candidate.name}`);
  const { warming, starts, provisioned } = outcome.dollarsPerMonth;
  const reading = priceMonthlyReading(candidate.policy);
  return {
    candidate,
    outcome,
    dollars: { warming, starts, provisioned, reading, total: warming + starts + provisioned + reading },
  };
}

function summarizeSubject(
  { id, memoryMb, architecture, targetPercent, history }: AdvisedSubject,
  { kind, sentence, settings }: Recommendation,
) {
  return {
    function: id,
    from: new Date(history.startsAt).toISOString(),
    to: new Date(history.startsAt + history.seconds * 1000).toISOString(),
    memoryMb,
    architecture,
    targetPercent,
    recommendation: { kind, sentence, ...(settings && { block: formatBlock(settings) }) },
  };
}

function listNotes({ initSeconds, notes, id }: AdvisedSubject): string[] {
  const assumed = `${id}: no start was reported, so each is assumed to take ${1000 * ASSUMED_INIT_SECONDS} ms`;
  return initSeconds ? [...notes] : [...notes, assumed];
}

/** Distributed in turn, so that slow policies are in different groups. */
function splitIntoGroups<Item>(items: readonly Item[], most: number): Item[][] {
  const groups = Math.max(1, Math.min(most, Math.floor(items.length / FEWEST_CASES_PER_TASK)));
  return Array.from({ length: groups }, (_, group) => items.filter((_, index) => index % groups === group));
}

function isConfigured({ candidate }: JudgedCandidate, configured: WarmingChoice | undefined): boolean {
  return configured !== undefined && JSON.stringify(candidate.policy) === JSON.stringify(buildPolicy(configured));
}

function isWorthShowing(
  one: JudgedCandidate,
  { chosen }: Recommendation,
  configured: WarmingChoice | undefined,
): boolean {
  return one === chosen || one.candidate.policy.kind === "none" || isConfigured(one, configured);
}

function buildColdShare({ coldShare, coldShareInterval: { least, most } }: PolicyOutcome): PolicyAdvice["cold"] {
  return { percent: 100 * coldShare, fromPercent: 100 * least, toPercent: 100 * most };
}

function buildPolicyAdvice(
  { candidate, outcome, dollars }: JudgedCandidate,
  isRecommended: boolean,
  isSet: boolean,
): PolicyAdvice {
  const { p50, p95, p99 } = outcome.addedLatencySeconds;
  return {
    name: candidate.name,
    kind: candidate.policy.kind,
    isConfigured: isSet,
    isRecommended,
    cold: buildColdShare(outcome),
    throttledPercent: 100 * outcome.throttledShare,
    addedMilliseconds: { p50: 1000 * p50, p95: 1000 * p95, p99: 1000 * p99 },
    pingsPerDay: outcome.pingsPerDay,
    dollarsPerMonth: dollars,
  };
}

function selectPrices(architecture: AdvisedSubject["architecture"]): Prices {
  const { perRequest, perGigabyteSecond, provisioned } = prices.lambda;
  return {
    perRequest,
    perGigabyteSecond: perGigabyteSecond[architecture],
    provisionedPerGigabyteSecond: provisioned.perGigabyteSecond[architecture],
    provisionedWorkPerGigabyteSecond: provisioned.workPerGigabyteSecond[architecture],
    perWarmerRun: RUN_DOLLARS,
  };
}
