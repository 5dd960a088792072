import { type Distribution, makeUniform } from "../../advisor/distribution";
import { type Expectation } from "../../advisor/fit";
import { type InstanceModel } from "../../advisor/instances";

/** A platform's undocumented behavior. */
export type PlatformModel = Pick<InstanceModel, "idleLifeSeconds" | "quietLifeSeconds" | "lifeSpanSeconds" | "routing">;

/** A possible behavior of the platform. */
export interface PlatformAssumption {
  readonly name: string;
  /** Where and when it was observed. */
  readonly source: string;
  /** Possible variants with their probabilities, which sum to 1. */
  readonly platforms: readonly { readonly platform: PlatformModel; readonly weight: number }[];
}

/**
 * An assumption in the form that simulations use, for a number of repetitions: each variant occurs about as often as it
 * is likely.
 */
export function buildModels(
  { platforms }: PlatformAssumption,
  rest: Omit<InstanceModel, keyof PlatformModel>,
  repetitions: number,
): [InstanceModel, ...InstanceModel[]] {
  const buildModelAt = (repetition: number): InstanceModel => {
    let left = (repetition + 0.5) / repetitions;
    const { platform = ASSUMED } = platforms.find(({ weight }) => (left -= weight) < 0) ?? platforms.at(-1) ?? {};
    return { ...platform, ...rest };
  };
  return [buildModelAt(0), ...Array.from({ length: repetitions - 1 }, (_, index) => buildModelAt(index + 1))];
}

const makeMinutes = (least: number, most: number): Distribution => makeUniform(least * 60, most * 60);

const RUNS_2020 = "runs of serverless-performance-modeling, 2020";
const FIGURES_2021 = "mikhailio-hugo, 2021";

const ASSUMED: PlatformModel = {
  idleLifeSeconds: makeMinutes(5, 7),
  lifeSpanSeconds: makeMinutes(90, 120),
  routing: "newest-first",
};

/** Assumptions about AWS, which documents none of this. docs/advisor.md describes the sources. */
export const ASSUMPTION: PlatformAssumption = {
  name: "as assumed",
  source: `idle life 5 to 7 minutes (${FIGURES_2021}), life span 90 to 120 minutes and newest instance first (${RUNS_2020})`,
  platforms: [{ platform: ASSUMED, weight: 1 }],
};

/** The midpoints of the assumptions: the prior values where a log shows nothing. */
export const EXPECTATION: Expectation = { idleLifeSeconds: 360, quietLifeSeconds: 360, lifeSpanSeconds: 6300 };

/** Other observed or possible behavior: each differs from the assumptions in one respect. */
export const OTHER_ASSUMPTIONS: readonly PlatformAssumption[] = [
  buildAssumption("idle life 5 minutes", `the shortest of ${FIGURES_2021}`, { idleLifeSeconds: makeMinutes(5, 5) }),
  buildAssumption("idle life 11 to 24 minutes", `${RUNS_2020}: 24 while another one was used, 11 while none was`, {
    idleLifeSeconds: makeMinutes(11, 24),
    quietLifeSeconds: makeMinutes(10.7, 11),
  }),
  buildAssumption("life span 30 to 60 minutes", "half of what was observed", { lifeSpanSeconds: makeMinutes(30, 60) }),
  buildAssumption("no end of life", "the other extreme", { lifeSpanSeconds: makeMinutes(1e6, 1e6) }),
  buildAssumption("any instance", "not observed", { routing: "random" }),
  buildAssumption("oldest instance first", "not observed", { routing: "oldest-first" }),
];

function buildAssumption(name: string, source: string, differs: Partial<PlatformModel>): PlatformAssumption {
  return { name, source, platforms: [{ platform: { ...ASSUMED, ...differs }, weight: 1 }] };
}

/** What the model leaves out, one sentence each. */
export const LEFT_OUT = [
  "Instances that AWS starts ahead of requests, and those that a deployment replaces, are left out.",
  "Limits on how fast a function scales, and other functions that share the account's concurrency, are also left out.",
] as const;
