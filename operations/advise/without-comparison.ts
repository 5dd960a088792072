import { formatNumber, formatUtc } from "../document/formats";
import { OFF } from "./candidates";
import { type AdvisedSubject } from "./advise-function";
import { type Recommendation } from "./recommend";

/** Most of a day: fewer hours say too little of the others. The requests of a whole day may be hours apart. */
const LEAST_HOURS = 20;

/** What can be said without a comparison of policies; undefined if they have to be compared. */
export function adviseWithoutComparison(
  { history: { startsAt, seconds }, isAwaited = true }: AdvisedSubject,
  requests: number,
): Recommendation | undefined {
  if (!isAwaited) {
    const sentence =
      "Do not warm this function: nobody waits for its answers. If somebody does, set `warming = true` under it and ask again.";
    return { kind: "do-not-warm", settings: { warming: OFF }, sentence };
  }
  const hours = seconds / 3600;
  const span = `from ${formatUtc(startsAt)} to ${formatUtc(startsAt + seconds * 1000)} UTC`;
  if (hours < LEAST_HOURS) {
    const sentence = `Too little data: ${formatNumber(hours)} hours, ${span}, and at least ${LEAST_HOURS} are needed.`;
    return { kind: "too-little-data", sentence };
  }
  if (requests > 0) return undefined;
  const sentence = `Do not warm this function: there were no requests ${span}.`;
  return { kind: "do-not-warm", settings: { warming: OFF }, sentence };
}
