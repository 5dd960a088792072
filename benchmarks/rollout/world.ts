import { type Random } from "../../advisor/random";
import { drawLogUniform } from "../alerts/draws";

/** Something that changes for a while, in seconds since the rollout begins. */
export interface Interval {
  readonly from: number;
  readonly to: number;
}

/** A function as it is without a fault, and what happens around it. */
export interface World {
  readonly ratePerSecond: number;
  /** Of requests, with any version. */
  readonly failingShare: number;
  readonly medianMilliseconds: number;
  /** Standard deviation of the durations' logarithms. */
  readonly sigma: number;
  /** The first request of an instance takes that many times longer: it connects, and compiles. */
  readonly firstRequestFactor: number;
  readonly initMilliseconds: number;
  readonly memoryPercent: number;
  readonly timeoutSeconds: number;
  /** Changes in an hour, as exponents: as on the way from night to day. */
  readonly trend: { readonly traffic: number; readonly duration: number; readonly failing: number };
  /** Requests fail in shares, with any version, as when a dependency is down or somebody sends nonsense. */
  readonly outages: readonly (Interval & { readonly share: number })[];
  /** Times with many times more requests. */
  readonly bursts: readonly (Interval & { readonly factor: number })[];
}

/** How often something happens around rollouts: much more often than around most rollouts. */
const OUTAGE_PROBABILITY = 0.05;
const NONSENSE_PROBABILITY = 0.1;
const BURST_PROBABILITY = 0.2;

/** What happens begins within this time. */
const BEGIN_WITHIN_SECONDS = 600;

/** Any function, with base error rates of 0 to 1 %. */
export function drawWorld(random: Random, ratePerSecond: number): World {
  const around = (exponent: number) => exponent * (2 * random() - 1);
  const happens = (probability: number) => (random() < probability ? random() * BEGIN_WITHIN_SECONDS : undefined);
  const outage = happens(OUTAGE_PROBABILITY);
  const nonsense = happens(NONSENSE_PROBABILITY);
  const burst = happens(BURST_PROBABILITY);
  return {
    ratePerSecond,
    failingShare: random() < 0.3 ? 0 : drawLogUniform(random, 0.0001, 0.01),
    medianMilliseconds: drawLogUniform(random, 20, 200),
    sigma: 0.3 + 0.6 * random(),
    firstRequestFactor: 1 + 2 * random(),
    initMilliseconds: drawLogUniform(random, 150, 1500),
    memoryPercent: 20 + 50 * random(),
    timeoutSeconds: drawLogUniform(random, 3, 30),
    trend: { traffic: around(0.7), duration: around(0.4), failing: around(0.7) },
    outages: [
      ...(outage === undefined
        ? []
        : [lasting(outage, drawLogUniform(random, 60, 600), { share: 0.05 + 0.85 * random() })]),
      ...(nonsense === undefined
        ? []
        : [lasting(nonsense, drawLogUniform(random, 2, 30), { share: 0.2 + 0.6 * random() })]),
    ],
    bursts: burst === undefined ? [] : [lasting(burst, drawLogUniform(random, 10, 60), { factor: 2 + 3 * random() })],
  };
}

function lasting<More>(from: number, seconds: number, more: More): Interval & More {
  return { from, to: from + seconds, ...more };
}
