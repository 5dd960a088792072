import { createRandom, type Random } from "../../advisor/random";
import { type Fault } from "./faults";
import { type ServedRequest, SimulatedService } from "./service";
import { type World } from "./world";

/** How a rollout went. */
export interface Attempt {
  /** Whether the version lost its traffic, or never got any. */
  readonly wentBack: boolean;
  /** Seconds since it began. */
  readonly endedAt: number;
  /** When the first request ended that the fault had done harm to. */
  readonly firstHarmAt?: number;
  /** Of the new version, until the end. */
  readonly newRequests: number;
  readonly harmed: number;
  /** Why it went back. */
  readonly reason: string;
}

/** When each rollout begins, in milliseconds since 1970. */
export const BEGIN = Date.UTC(2026, 10, 30, 13);

/** A world's requests, while something decides which version they go to. */
export interface Simulation {
  readonly service: SimulatedService;
  readonly random: Random;
  /** Ends it, at a time in seconds. */
  readonly end: (endedAt: number, wentBack: boolean, reason: string) => Attempt;
}

/**
 * Begins a rollout of a version with this fault.
 *
 * @param tell is told of each request
 * @param from when the simulation begins, in seconds since the rollout does
 */
export function beginSimulation(
  world: World,
  fault: Fault,
  seed: number,
  tell: (request: ServedRequest) => void,
  from = 0,
): Simulation {
  let newRequests = 0;
  let harmed = 0;
  let firstHarmAt: number | undefined;
  const random = createRandom(seed);
  const service = new SimulatedService(
    createRandom(seed, 1),
    world,
    fault,
    (request) => {
      tell(request);
      if (!request.isNew) return;
      newRequests++;
      if (!request.isHarmed) return;
      harmed++;
      firstHarmAt = Math.min(firstHarmAt ?? Infinity, request.endedAt);
    },
    from,
  );
  const end: Simulation["end"] = (endedAt, wentBack, reason) => ({
    wentBack,
    endedAt,
    ...(firstHarmAt === undefined ? {} : { firstHarmAt }),
    newRequests,
    harmed,
    reason,
  });
  return { service, random, end };
}
