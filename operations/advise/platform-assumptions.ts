import { type Distribution, makeUniform } from "../../advisor/distribution";
import { type Expectation } from "../../advisor/fit";
import { type InstanceModel } from "../../advisor/instances";

/** What a platform keeps to itself. */
export type PlatformModel = Pick<InstanceModel, "idleLifeSeconds" | "quietLifeSeconds" | "lifeSpanSeconds" | "routing">;

/** How the platform may be. */
export interface PlatformAssumption {
  readonly name: string;
  /** Where it was seen, and when. */
  readonly source: string;
  /** Ways in which it may be, with how likely each is; together 1. */
  readonly platforms: readonly { readonly platform: PlatformModel; readonly weight: number }[];
}

/** A guess as simulations take it, for so many repetitions: each way is among them about as often as it is likely. */
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

/** What is assumed of AWS, which documents none of it. docs/advisor.md says more about the sources. */
export const ASSUMPTION: PlatformAssumption = {
  name: "as assumed",
  source: `idle life 5 to 7 minutes (${FIGURES_2021}), life span 90 to 120 minutes and newest environment first (${RUNS_2020})`,
  platforms: [{ platform: ASSUMED, weight: 1 }],
};

/** The middles of what is assumed: where a log does not tell, nothing else is to be expected. */
export const EXPECTATION: Expectation = { idleLifeSeconds: 360, quietLifeSeconds: 360, lifeSpanSeconds: 6300 };

/** What else was seen, or could be: each differs in one thing from what is assumed. */
export const OTHER_ASSUMPTIONS: readonly PlatformAssumption[] = [
  buildAssumption("idle life 5 minutes", `the shortest of ${FIGURES_2021}`, { idleLifeSeconds: makeMinutes(5, 5) }),
  buildAssumption("idle life 11 to 24 minutes", `${RUNS_2020}: 24 while another one was used, 11 while none was`, {
    idleLifeSeconds: makeMinutes(11, 24),
    quietLifeSeconds: makeMinutes(10.7, 11),
  }),
  buildAssumption("life span 30 to 60 minutes", "half of what was seen", { lifeSpanSeconds: makeMinutes(30, 60) }),
  buildAssumption("no end of life", "the other extreme", { lifeSpanSeconds: makeMinutes(1e6, 1e6) }),
  buildAssumption("any environment", "not seen", { routing: "random" }),
  buildAssumption("oldest environment first", "not seen", { routing: "oldest-first" }),
];

function buildAssumption(name: string, source: string, differs: Partial<PlatformModel>): PlatformAssumption {
  return { name, source, platforms: [{ platform: { ...ASSUMED, ...differs }, weight: 1 }] };
}

/** What the model leaves out, a sentence each. */
export const LEFT_OUT = [
  "Environments that AWS starts ahead of requests, and those that a deployment replaces, are left out.",
  "So are limits on how fast a function scales, and other functions that share the account's concurrency.",
] as const;
