import { type Routing } from "./instances";

/** Minimum number of choices among several idle instances to draw a conclusion. */
const LEAST_CHOICES = 20;

/** Share of choices that may not follow the order, because times in the log are not exact. */
const DISORDER = 0.05;

/** Which instance answered which request. */
export interface NamedRequests {
  readonly atSeconds: ArrayLike<number>;
  readonly workSeconds: ArrayLike<number>;
  readonly instances: ArrayLike<string>;
}

/** How instances were chosen, from a log that names them; undefined if there was hardly ever a choice. */
export function inferRouting(logs: readonly NamedRequests[]): Routing | undefined {
  const likelihoods: Record<Routing, number> = { "newest-first": 0, "oldest-first": 0, random: 0 };
  let choices = 0;
  for (const log of logs) {
    for (const { place, idle } of listChoices(log)) {
      const chance = (chosen: boolean) => (chosen ? 1 - DISORDER : DISORDER / (idle - 1));
      likelihoods["newest-first"] += Math.log(chance(place === idle - 1));
      likelihoods["oldest-first"] += Math.log(chance(place === 0));
      likelihoods.random -= Math.log(idle);
      choices++;
    }
  }
  if (choices < LEAST_CHOICES) return undefined;
  const [best] = (Object.keys(likelihoods) as Routing[]).toSorted((a, b) => likelihoods[b] - likelihoods[a]);
  return best;
}

/**
 * Position of the chosen instance among the idle ones; 0 is the one idle longest. Only instances that answer again
 * later count: they were alive.
 */
function* listChoices({
  atSeconds,
  workSeconds,
  instances,
}: NamedRequests): Generator<{ place: number; idle: number }> {
  const lastUse = new Map<string, number>();
  for (let index = 0; index < instances.length; index++) lastUse.set(instances[index] ?? "", index);
  const endOf = new Map<string, number>();
  for (let index = 0; index < atSeconds.length; index++) {
    const at = atSeconds[index] ?? 0;
    const chosen = instances[index] ?? "";
    const idle = [...endOf].filter(([, end]) => end <= at).toSorted(([, a], [, b]) => a - b);
    const place = idle.findIndex(([name]) => name === chosen);
    if (place >= 0 && idle.length > 1) yield { place, idle: idle.length };
    if (lastUse.get(chosen) === index) endOf.delete(chosen);
    else endOf.set(chosen, at + (workSeconds[index] ?? 0));
  }
}
