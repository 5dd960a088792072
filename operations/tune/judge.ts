import { formatNumber } from "../document/formats";
import { type TunedSize } from "./bench";
import { computeSizeFigures, type MeasuredSize, type SizeFigures } from "./figures";

/** What a size must do, and how its cost counts. */
export interface SizeRequirements {
  /** Share of the function's requests that are cold, from 0 to 1. */
  readonly coldShare: number;
  readonly temporaryStorageMb: number;
  /** A size whose requests take as long, or longer, is too slow. */
  readonly responseMilliseconds: Readonly<Partial<Record<"p50" | "p90" | "p99", number>>>;
  /** On average. */
  readonly initMilliseconds?: number;
  /** The most of its memory that a request may need: more would leave no reserve. */
  readonly memoryPercent: number;
}

/** A size with its figures, and whether it may be chosen. */
export interface JudgedSize {
  readonly size: TunedSize;
  readonly measured: MeasuredSize;
  readonly figures: SizeFigures;
  /** The slowest figure as a share of its target: below 1, every target is met. */
  readonly slowness: number;
  readonly isTight: boolean;
  /** A request failed, or none was sent. */
  readonly hasFailed: boolean;
  /** Why it may not be chosen, one text each. */
  readonly reasons: readonly string[];
}

/** A size that may be chosen. */
export interface EligibleSize extends JudgedSize {
  readonly figures: SizeFigures &
    Required<Pick<SizeFigures, "dollars" | "uncertainty" | "warmMilliseconds" | "memoryUsedMb">>;
}

/** Sizes that cost the same within this share are told apart by their speed. */
const SAME_COST = 1.005;

/** Judges a size by its requests. */
export function judgeSize(measured: MeasuredSize, requirements: SizeRequirements): JudgedSize {
  const { size, note, requests } = measured;
  const figures = computeSizeFigures(measured, requirements);
  const { warmMilliseconds, initMilliseconds, memoryUsedMb = 0 } = figures;
  const { responseMilliseconds, memoryPercent } = requirements;
  const limits = [
    ...(["p50", "p90", "p99"] as const).map(
      (name) => [name, warmMilliseconds?.[name], responseMilliseconds[name]] as const,
    ),
    ["init", initMilliseconds, requirements.initMilliseconds] as const,
  ].flatMap(([name, value, limit]) =>
    value === undefined || limit === undefined ? [] : [{ name, limit, share: value / limit }],
  );
  const usedPercent = (100 * memoryUsedMb) / size.memoryMb;
  const isTight = usedPercent > memoryPercent;
  return {
    ...{ size, measured, figures, isTight },
    slowness: limits.reduce((most, { share }) => Math.max(most, share), 0),
    hasFailed: !warmMilliseconds || figures.failures > 0,
    reasons: [
      ...(note === undefined ? [] : [note]),
      ...new Set(requests.flatMap(({ failure }) => failure?.text ?? [])),
      ...limits.filter(({ share }) => share >= 1).map(({ name, limit }) => `${name} must be below ${limit} ms`),
      ...(isTight ? [`needs ${formatNumber(usedPercent, 0)} % of its memory, more than ${memoryPercent} %`] : []),
    ],
  };
}

/** Adds targets that the present size meets: no other size may miss them. */
export function addMetTargets(
  requirements: SizeRequirements,
  targets: Pick<SizeRequirements, "responseMilliseconds" | "initMilliseconds">,
  { figures, hasFailed }: JudgedSize,
): SizeRequirements {
  if (hasFailed) return requirements;
  const { warmMilliseconds, initMilliseconds = Infinity } = figures;
  const { initMilliseconds: initTarget = 0, responseMilliseconds } = targets;
  const met = (["p50", "p90", "p99"] as const).flatMap((name) => {
    const { [name]: limit = 0 } = responseMilliseconds;
    return (warmMilliseconds?.[name] ?? Infinity) < limit ? [[name, limit] as const] : [];
  });
  return {
    ...(initMilliseconds < initTarget && { initMilliseconds: initTarget }),
    ...requirements,
    responseMilliseconds: { ...Object.fromEntries(met), ...requirements.responseMilliseconds },
  };
}

/** Whether a size may be chosen. */
export function isEligible(judged: JudgedSize): judged is EligibleSize {
  return !judged.hasFailed && !judged.isTight && judged.slowness < 1;
}

/**
 * The cheapest size that may be chosen. Of those that cost the same, within 0.5 %, it is the present one, or else the
 * fastest.
 */
export function chooseSize(all: readonly JudgedSize[], now: TunedSize): EligibleSize | undefined {
  const eligible = all.filter(isEligible);
  const least = Math.min(...eligible.map(({ figures }) => figures.dollars));
  const same = eligible
    .filter(({ figures }) => figures.dollars <= SAME_COST * least)
    .toSorted((one, other) => one.figures.warmMilliseconds.p50 - other.figures.warmMilliseconds.p50);
  return same.find(({ size }) => isSameSize(size, now)) ?? same[0];
}

/** Whether two sizes are one. */
export function isSameSize(one: TunedSize, other: TunedSize): boolean {
  return one.memoryMb === other.memoryMb && one.architecture === other.architecture;
}
