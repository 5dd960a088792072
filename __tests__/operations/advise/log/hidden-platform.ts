import { createRandom } from "../../../../advisor/random";
import { type LoggedInvocation } from "./log-aws";

/** How a platform is that nobody has been told about: none of it is what is assumed. */
export interface Hidden {
  readonly idleSeconds: readonly [number, number];
  readonly lifeSeconds: readonly [number, number];
  readonly routing: "newest-first" | "oldest-first";
}

/** One that lets idle environments stay half as long again as is assumed, and lets them take turns. */
export const HIDDEN: Hidden = { idleSeconds: [540, 600], lifeSeconds: [3600, 7200], routing: "oldest-first" };

interface Instance {
  readonly stream: string;
  readonly goneAt: number;
  freeAt: number;
  idleUntil: number;
}

/**
 * What a function's environments write: requests that come by chance, more by day than by night, and pings. Times are
 * seconds from the beginning on.
 */
export function simulateLog(
  { idleSeconds, lifeSeconds, routing }: Hidden,
  { from, hours, perHour, pings = 0, seed = 3 }: Use,
): LoggedInvocation[] {
  const random = createRandom(seed);
  const between = ([least, most]: readonly [number, number]) => least + (most - least) * random();
  const arrivals: { at: number; work: number }[] = [];
  for (let hour = 0; hour < hours; hour++) {
    const rate = perHour * (1 + 0.7 * Math.sin((hour / 24) * 2 * Math.PI));
    const next = () => (-Math.log(1 - random()) * 3600) / rate;
    for (let at = hour * 3600 + next(); at < (hour + 1) * 3600; at += next()) {
      arrivals.push({ at, work: 0.2 + 2 * random() });
    }
  }
  for (let at = 0; at < hours * 3600; at += 300) {
    for (let ping = 0; ping < pings; ping++) arrivals.push({ at: at + ping / 500, work: 0.1 });
  }
  let environments: Instance[] = [];
  let started = 0;
  return arrivals
    .sort((a, b) => a.at - b.at)
    .map(({ at, work }) => {
      environments = environments.filter((one) => one.freeAt > at || (one.idleUntil > at && one.goneAt > at));
      const idle = environments.filter(({ freeAt }) => freeAt <= at).sort((a, b) => a.freeAt - b.freeAt);
      const met = routing === "newest-first" ? idle.at(-1) : idle[0];
      const init = met ? undefined : 0.3;
      const one = met ?? {
        stream: `2026/01/13/[7]${(started++).toString(16).padStart(32, "0")}`,
        goneAt: at + between(lifeSeconds),
        freeAt: 0,
        idleUntil: 0,
      };
      if (!met) environments.push(one);
      one.freeAt = at + (init ?? 0) + work;
      one.idleUntil = one.freeAt + between(idleSeconds);
      return {
        endedAt: from + Math.round(1000 * one.freeAt),
        stream: one.stream,
        durationMs: 1000 * work,
        ...(init !== undefined && { initDurationMs: 1000 * init }),
      };
    });
}

/** How a function is used. */
interface Use {
  /** In milliseconds since 1970. */
  readonly from: number;
  readonly hours: number;
  readonly perHour: number;
  /** At once, every five minutes. */
  readonly pings?: number;
  readonly seed?: number;
}
