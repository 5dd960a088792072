import { MEMORY_MB } from "../../environments/platform";
import { type TunedSize, type TuningBench } from "./bench";
import { type Budget } from "./budget";
import { type MeasuredSize } from "./figures";
import {
  addMetTargets,
  type EligibleSize,
  isEligible,
  isSameSize,
  type JudgedSize,
  judgeSize,
  type SizeRequirements,
} from "./judge";

/** What to look for. */
export interface SearchTask {
  readonly now: TunedSize;
  /** Architectures besides the present one. */
  readonly others: readonly TunedSize["architecture"][];
  readonly requirements: SizeRequirements;
  /** Count if the present size meets them. */
  readonly targets: Pick<SizeRequirements, "responseMilliseconds" | "initMilliseconds">;
}

/** What was found. */
export interface SearchResult {
  /** In the order of their first requests; only the present one if the function fails there by itself. */
  readonly sizes: readonly MeasuredSize[];
  readonly requirements: SizeRequirements;
}

/** Called before each request. */
export type OnRequest = (size: TunedSize) => void;

/**
 * Sizes to begin with; what lies between them is looked at where it matters. A function has one vCPU at 1,769 MB:
 * https://docs.aws.amazon.com/lambda/latest/dg/configuration-memory.html
 */
const LADDER_MB = [MEMORY_MB.least, 256, 512, 1024, 1769, 3008, 5120, 7168, MEMORY_MB.most];
/** Larger sizes are for functions that would otherwise be too slow. New accounts are not even allowed more. */
const MOST_FOR_COST_MB = 3008;
const STEP_MB = 64;

const COLD_REQUESTS = 3;
/** Where many of the function's requests are cold, these decide. */
const MANY_COLD_REQUESTS = 8;
const MANY_COLD_SHARE = 0.1;
const WARM_REQUESTS = 20;
const CONFIRMING_REQUESTS = 100;
const FEWEST_WARM_REQUESTS = 3;
const LONGEST_MILLISECONDS = 60_000;
/** Of what is left to spend, for one size: there is always something left for the next. */
const SHARE_OF_BUDGET = 1 / 6;

/** A target that is missed by less may be met, and more requests show which. */
const NEARLY_FAST = 1.05;
/** Costs that differ by less are the same. */
const LEAST_DIFFERENCE = 0.04;
/** Below this, another size is not worth its requests. */
const LEAST_GAIN = 0.005;
const MOST_REFINEMENTS = 6;
const MOST_CONFIRMED = 5;

/**
 * Measures sizes until the cheapest is known, beginning with the present one. The cost of a request falls with smaller
 * sizes until they are too slow or too small, and then rises; so the search walks from size to size as long as that
 * helps, and then narrows down where the best one must be. The other architecture begins where the first has ended.
 */
export async function searchSizes(
  task: SearchTask,
  bench: TuningBench,
  budget: Budget,
  onRequest: OnRequest,
): Promise<SearchResult> {
  const search = new Search(task, bench, budget, onRequest);
  await search.run();
  return { sizes: search.measured, requirements: search.requirements };
}

class Search {
  readonly measured: MeasuredSize[] = [];
  requirements: SizeRequirements;

  constructor(
    private readonly task: SearchTask,
    private readonly bench: TuningBench,
    private readonly budget: Budget,
    private readonly onRequest: OnRequest,
  ) {
    this.requirements = task.requirements;
  }

  async run(): Promise<void> {
    const { now, others, targets } = this.task;
    const first = await this.measure(now);
    if (hasOwnFailure(first.measured)) return;
    this.requirements = addMetTargets(this.requirements, targets, first);
    await this.walk(now);
    await this.refine(now.architecture);
    for (const architecture of others) {
      const { size } = this.findBest() ?? this.listOf(now.architecture).at(-1) ?? first;
      if (!(await this.isWorthwhile({ ...size, architecture }))) continue;
      await this.walk({ ...size, architecture });
      await this.refine(architecture);
    }
    await this.confirm();
    // More requests may have shown that another size is the best.
    const best = this.findBest();
    if (!best) return;
    await this.refine(best.size.architecture);
    await this.confirm();
  }

  /** Walks from a size to smaller ones as long as they are cheaper, and to larger ones if these may be better. */
  private async walk(from: TunedSize): Promise<void> {
    const { architecture } = from;
    const ladder = [...new Set([...LADDER_MB, ...this.measured.map(({ size }) => size.memoryMb)])].sort(
      (one, other) => one - other,
    );
    const start = await this.measure(from);
    if (isEligible(start)) {
      for (const memoryMb of ladder.filter((mb) => mb < from.memoryMb).reverse()) {
        const one = await this.measure({ memoryMb, architecture });
        if (!isEligible(one) || isClearlyMore(one, this.findBest(architecture))) break;
      }
    }
    let previous = start;
    for (const memoryMb of ladder.filter((mb) => mb > from.memoryMb)) {
      const isEnough =
        isEligible(previous) && (isClearlyMore(previous, this.findBest(architecture)) || memoryMb > MOST_FOR_COST_MB);
      if (isEnough || isUnaffordable(previous)) return;
      const one = await this.measure({ memoryMb, architecture });
      const isNoFaster = !previous.hasFailed && previous.slowness >= 1 && one.slowness > 0.97 * previous.slowness;
      // Below one vCPU, noise may hide that more memory helps.
      if (isNoFaster && memoryMb > 1769) return;
      previous = one;
    }
  }

  /** Whether another architecture may have a better size than those already known. */
  private async isWorthwhile(size: TunedSize): Promise<boolean> {
    const best = this.findBest();
    const { measured, figures, ...one } = await this.measure(size);
    if (hasOwnFailure(measured) || measured.requests.length === 0) return false;
    if (one.hasFailed || !best) return true;
    // What is too slow needs a larger size, which costs no less.
    const most = one.slowness < 1 && !one.isTight ? 1.2 : 1;
    return (figures.dollars ?? Infinity) < most * best.figures.dollars;
  }

  /** Measures sizes between those that are known, where the best one may be. */
  private async refine(architecture: TunedSize["architecture"]): Promise<void> {
    for (let round = 0; round < MOST_REFINEMENTS; round++) {
      const memoryMb = this.proposeBetween(architecture);
      if (memoryMb === undefined) return;
      if (isUnaffordable(await this.measure({ memoryMb, architecture }))) return;
    }
  }

  private proposeBetween(architecture: TunedSize["architecture"]): number | undefined {
    const all = this.listOf(architecture);
    const best = this.findBest(architecture);
    if (!best) return undefined;
    const place = all.findIndex(({ size }) => size.memoryMb === best.size.memoryMb);
    const [below, above] = [all[place - 1], all[place + 1]];
    const bestMb = best.size.memoryMb;
    if (below && !isEligible(below)) {
      const memoryMb = this.findBorder(below, best);
      if (memoryMb > below.size.memoryMb && memoryMb < bestMb) {
        const perMb =
          above && isEligible(above)
            ? (above.figures.dollars - best.figures.dollars) / (above.size.memoryMb - bestMb)
            : best.figures.dollars / bestMb;
        if (perMb * (bestMb - memoryMb) > LEAST_GAIN * best.figures.dollars) return memoryMb;
      }
      return undefined;
    }
    if (!below || below.figures.dollars < 1.02 * best.figures.dollars) return undefined;
    // A size that is short of memory is slow: the best one may be on either side of the cheapest known one.
    const [lower, upper] = [findMiddle(below, best), above && findMiddle(best, above)];
    if (lower !== undefined) return lower;
    const perMb = (best.figures.dollars - below.figures.dollars) / (bestMb - below.size.memoryMb);
    const couldBe = upper === undefined ? Infinity : best.figures.dollars + perMb * (upper - bestMb);
    return couldBe < (1 - LEAST_GAIN) * best.figures.dollars ? upper : undefined;
  }

  /** The smallest size that should be fast and large enough, between one that is not and one that is. */
  private findBorder(below: JudgedSize, best: EligibleSize): number {
    const [low, high] = [below.size.memoryMb, best.size.memoryMb];
    if (below.hasFailed) return roundUp(Math.sqrt(low * high) - STEP_MB / 2);
    const usedMb = below.figures.memoryUsedMb ?? 0;
    const largeEnough = below.isTight ? (100 * usedMb) / this.requirements.memoryPercent : low;
    if (below.slowness < 1) return roundUp(largeEnough);
    // Durations are about a + b / memory.
    const share = (below.slowness - 1) / (below.slowness - best.slowness);
    const fastEnough = 1 / (1 / low + share * (1 / high - 1 / low));
    return roundUp(Math.max(fastEnough, largeEnough, low + 1));
  }

  /** Sends more requests to the sizes that may be the best. */
  private async confirm(): Promise<void> {
    const best = this.findBest();
    if (!best) return;
    const close = this.judgeAll()
      .filter((one) => !one.hasFailed && !one.isTight && one.slowness < NEARLY_FAST && !isClearlyMore(one, best))
      .toSorted((one, other) => (one.figures.dollars ?? 0) - (other.figures.dollars ?? 0))
      .slice(0, MOST_CONFIRMED);
    // Nothing is to be told apart.
    if (close.length < 2 && best.slowness < 0.9) return;
    for (const { measured } of close) await this.sendWarm(measured, CONFIRMING_REQUESTS);
  }

  /** Measures a size, unless it already was. */
  private async measure(size: TunedSize): Promise<JudgedSize> {
    const known = this.measured.find((one) => isSameSize(one.size, size));
    if (known) return this.judge(known);
    const one: MeasuredSize = { size, requests: [] };
    this.measured.push(one);
    if (this.budget.countSafe(size) === 0) one.note = "left out: one request could exceed the spending limit";
    else {
      const problem = await this.bench.prepare(size);
      if (problem !== undefined) one.note = problem;
      else await this.sendAll(one);
    }
    return this.judge(one);
  }

  private async sendAll(one: MeasuredSize): Promise<void> {
    // If this one fails, others would, too.
    if (!(await this.send(one, 1))) return;
    const cold = this.requirements.coldShare > MANY_COLD_SHARE ? MANY_COLD_REQUESTS : COLD_REQUESTS;
    const together = Math.min(cold, this.budget.countSafe(one.size));
    if (together > 0 && (await this.send(one, together))) await this.sendWarm(one, WARM_REQUESTS);
  }

  /** Sends requests one after the other, until there are as many, or as many as time and money allow. */
  private async sendWarm(one: MeasuredSize, wanted: number): Promise<void> {
    const warm = one.requests.filter(({ initMilliseconds }) => initMilliseconds === undefined);
    const { milliseconds, billedMilliseconds } = warm.at(-1) ?? one.requests.at(-1) ?? NOTHING;
    const share = this.budget.leftDollars * SHARE_OF_BUDGET;
    const most = Math.max(
      FEWEST_WARM_REQUESTS,
      Math.min(
        Math.floor(share / this.budget.price(one.size, billedMilliseconds)),
        Math.floor(LONGEST_MILLISECONDS / Math.max(1, milliseconds)),
      ),
    );
    for (let sent = 0; sent < Math.min(most, wanted - warm.length); sent++) {
      if (this.budget.countSafe(one.size) === 0 || !(await this.send(one, 1))) return;
    }
  }

  /** @returns whether all succeeded */
  private async send(one: MeasuredSize, together: number): Promise<boolean> {
    const sent = await Promise.all(
      Array.from({ length: together }, async () => {
        this.onRequest(one.size);
        this.budget.begin(one.size);
        const request = await this.bench.send(one.size);
        this.budget.end(one.size, request);
        one.requests.push(request);
        return request;
      }),
    );
    return sent.every(({ failure }) => !failure);
  }

  private judge(one: MeasuredSize): JudgedSize {
    return judgeSize(one, this.requirements);
  }

  private judgeAll(): JudgedSize[] {
    return this.measured.map((one) => this.judge(one));
  }

  /** Smallest first. */
  private listOf(architecture: TunedSize["architecture"]): JudgedSize[] {
    return this.judgeAll()
      .filter(({ size }) => size.architecture === architecture)
      .toSorted((one, other) => one.size.memoryMb - other.size.memoryMb);
  }

  private findBest(architecture?: TunedSize["architecture"]): EligibleSize | undefined {
    return this.judgeAll()
      .filter(isEligible)
      .filter(({ size }) => architecture === undefined || size.architecture === architecture)
      .toSorted((one, other) => one.figures.dollars - other.figures.dollars)[0];
  }
}

const NOTHING = { milliseconds: 0, billedMilliseconds: 0 };

/** Whether the function fails by itself at a size: no other size of this architecture would help. */
export function hasOwnFailure({ requests }: MeasuredSize): boolean {
  return requests.some(({ failure }) => failure?.kind === "error");
}

/** Whether a size costs more, and not only by chance. */
function isClearlyMore({ figures }: JudgedSize, best: EligibleSize | undefined): boolean {
  const { dollars = Infinity, uncertainty = 0 } = figures;
  if (!best) return false;
  const doubt = Math.hypot(uncertainty, best.figures.uncertainty);
  return dollars > (1 + Math.max(LEAST_DIFFERENCE, doubt)) * best.figures.dollars;
}

function isUnaffordable({ measured: { requests } }: JudgedSize): boolean {
  return requests.length === 0;
}

/** In steps; undefined if the sizes are too close. */
function findMiddle(one: JudgedSize, other: JudgedSize): number | undefined {
  if (other.size.memoryMb < 1.4 * one.size.memoryMb) return undefined;
  return roundUp(Math.sqrt(one.size.memoryMb * other.size.memoryMb) - STEP_MB / 2);
}

function roundUp(megabytes: number): number {
  return Math.ceil(megabytes / STEP_MB) * STEP_MB;
}
