import { setTimeout } from "node:timers/promises";
import { generateConstantRate, isLate, type SentRequest } from "../open-loop";
import { sortAscending, computePercentile } from "../statistics";
import { isFailed } from "../request-outcome";
import { type Run } from "../run";
import { type LoadSettings } from "../settings";

/** Ratio of each step's rate to the previous one's. */
const GROWTH = 1.25;
const MAX_STEPS = 60;

/** Limits that break a step. */
const MAX_ERROR_PERCENT = 1;
const MAX_P99_FACTOR = 5;
/** Five times a few milliseconds is not a problem yet. */
const LEAST_P99_GROWTH_MILLISECONDS = 50;
/** A computer that is busy for a moment still keeps the rate; one that sends most requests late does not. */
const MAX_LATE_PERCENT = 50;

/** A step needs time to start instances, so its first part does not count. */
const SETTLING_SHARE = 0.4;

/** How long to wait for a recovery. */
export const RECOVERY_SECONDS = 30;
/** This many consecutive good seconds count as a recovery. */
const GOOD_SECONDS = 3;
const RECOVERED_P99_FACTOR = 2;

/** The parts of the run. */
export const STRESS_PARTS = { growing: "growing rate", recovery: "recovery" } as const;

/** The result of a growing rate. */
export interface StressResult {
  /** The highest rate that held; missing if the first one did not. */
  readonly heldRatePerSecond?: number;
  /** Missing if none broke it. */
  readonly brokenRatePerSecond?: number;
  readonly reason?: string;
  /** Time from the drop to the first rate until answers were as before; missing if they did not recover. */
  readonly recoverySeconds?: number;
}

/** A rate that grows until the target breaks, and then the first rate again. */
export async function runStress(run: Run, settings: LoadSettings): Promise<StressResult> {
  const { ratePerSecond } = settings;
  const steps = new Steps(run, settings);
  let held: number | undefined;
  let broken: { readonly brokenRatePerSecond: number; readonly reason: string } | undefined;
  for (let step = 0; step < MAX_STEPS && !broken; step++) {
    const rate = roundRate(ratePerSecond * GROWTH ** step);
    const firstPhase = run.phases.length;
    const name = `step ${step + 1}: ${rate}/s`;
    // A moment in which the computer is busy with something else is not the knee: a rate is too high only if it breaks
    // twice.
    const reason = (await steps.whyBroken(name, rate)) && (await steps.whyBroken(`${name}, again`, rate));
    if (reason === undefined) held = rate;
    else {
      broken = { brokenRatePerSecond: rate, reason };
      run.markBroken(firstPhase);
    }
  }
  const { firstP99 } = steps;
  const recoverySeconds = broken && firstP99 !== undefined ? await recover(run, ratePerSecond, firstP99) : undefined;
  await run.loop.settle();
  return {
    ...(held !== undefined && { heldRatePerSecond: held }),
    ...broken,
    ...(recoverySeconds !== undefined && { recoverySeconds }),
  };
}

/** Steps that follow one another without a pause. */
class Steps {
  private first: number | undefined;
  private startAt: number;

  constructor(
    private readonly run: Run,
    private readonly settings: LoadSettings,
  ) {
    this.startAt = run.loop.now;
  }

  /** From the first answered step, with which the others are compared; undefined if none was answered. */
  get firstP99(): number | undefined {
    return this.first;
  }

  /** Runs a step; undefined if the target held it. */
  async whyBroken(name: string, rate: number): Promise<string | undefined> {
    const { run, settings } = this;
    const { seconds } = settings;
    const settledAt = this.startAt + seconds * 1000 * SETTLING_SHARE;
    this.startAt = await run.sendConstantly({ name, part: STRESS_PARTS.growing }, rate, seconds, this.startAt);
    await waitUntil(run, this.startAt);
    if (this.first === undefined) {
      // There is nothing yet to compare with: otherwise, an unanswered step would become the reference for all others.
      await run.loop.settle();
      this.startAt = run.loop.now;
    }
    const settled = run.current.filter(({ dueAt }) => dueAt >= settledAt);
    const judged = computeStepFigures(run, settled.length > 0 ? settled : run.current);
    if (judged.p99 !== Infinity) this.first ??= judged.p99;
    return explainBreak(judged, this.first);
  }
}

interface StepFigures {
  /** Infinity if too many failed; undefined if there were only cold starts. */
  readonly p99: number | undefined;
  readonly errorPercent: number;
  readonly latePercent: number;
}

function computeStepFigures(run: Run, requests: readonly SentRequest[]): StepFigures {
  const { now } = run.loop;
  // A cold start is slow at any rate. An unanswered request takes at least the time that it has been waiting.
  const latencies = requests
    .filter(({ ending }) => ending?.report?.initMilliseconds === undefined)
    .map((request) => (isFailed(request) ? Infinity : (request.ending?.latencyMilliseconds ?? now - request.dueAt)));
  return {
    p99: computePercentile(sortAscending(latencies), 99),
    errorPercent: computePercent(requests.filter(isFailed).length, requests.length),
    latePercent: computePercent(requests.filter(isLate).length, requests.length),
  };
}

function explainBreak(
  { p99, errorPercent, latePercent }: StepFigures,
  firstP99: number | undefined,
): string | undefined {
  if (errorPercent > MAX_ERROR_PERCENT) return `${errorPercent.toFixed(1)} % errors`;
  if (latePercent > MAX_LATE_PERCENT)
    return `this computer could not keep the rate: ${latePercent.toFixed(0)} % sent late`;
  if (p99 === undefined || firstP99 === undefined) return undefined;
  const limit = Math.max(firstP99 * MAX_P99_FACTOR, firstP99 + LEAST_P99_GROWTH_MILLISECONDS);
  if (p99 > limit) return `p99 ${p99.toFixed(0)} ms, in the first step ${firstP99.toFixed(0)} ms`;
  return undefined;
}

/** Sends at the first rate until answers are as in the first step; the recovery includes the backlog. */
async function recover(run: Run, rate: number, firstP99: number): Promise<number | undefined> {
  const limit = Math.max(firstP99 * RECOVERED_P99_FACTOR, firstP99 + LEAST_P99_GROWTH_MILLISECONDS);
  const droppedAt = run.loop.now;
  /** Undefined for a second in which nothing was due. */
  const isGood = (second: number): boolean | undefined => {
    const from = droppedAt + second * 1000;
    const sent = run.current.filter(({ dueAt }) => dueAt >= from && dueAt < from + 1000);
    const { p99 = 0, errorPercent } = computeStepFigures(run, sent);
    return sent.length === 0 ? undefined : p99 <= limit && errorPercent === 0;
  };
  const end = new AbortController();
  let recoveredAfter: number | undefined;
  const watch = async () => {
    let good: number[] = [];
    for (let second = 0; good.length < GOOD_SECONDS && second < RECOVERY_SECONDS; second++) {
      // One second later, so that requests had time to be answered.
      await waitUntil(run, droppedAt + (second + 2) * 1000);
      const verdict = isGood(second);
      if (verdict !== undefined) good = verdict ? [...good, second] : [];
    }
    if (good.length === GOOD_SECONDS) recoveredAfter = good[0];
    end.abort();
  };
  const phase = { name: `recovery: ${rate}/s`, part: STRESS_PARTS.recovery, ratePerSecond: rate };
  const arrivals = takeUntilAborted(generateConstantRate(rate, RECOVERY_SECONDS + 2), end.signal);
  await Promise.all([run.send(phase, arrivals, droppedAt), watch()]);
  return recoveredAfter;
}

async function waitUntil(run: Run, time: number): Promise<void> {
  await setTimeout(Math.max(0, time - run.loop.now), undefined, { signal: run.signal });
}

function* takeUntilAborted(arrivals: Iterable<number>, signal: AbortSignal): Generator<number> {
  for (const arrival of arrivals) {
    if (signal.aborted) return;
    yield arrival;
  }
}

function computePercent(part: number, whole: number): number {
  return whole === 0 ? 0 : (part / whole) * 100;
}

/** A readable rate. */
function roundRate(rate: number): number {
  return Number(rate.toPrecision(3));
}
