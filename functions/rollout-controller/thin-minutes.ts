import { type MinuteFigures, type TrafficShare } from "../../rollout/contract";
import { addFigures } from "../../rollout/figures";
import { PROPAGATION_MILLISECONDS } from "../../rollout/judge";

/** Compressed, so many take less than 300 KB, of the 400 KB that an item of DynamoDB may have. */
const MOST_MINUTES = 600;

/**
 * Joins old minutes in pairs while there are too many to keep, unless the versions' shares changed in between: such
 * minutes cannot be judged as one.
 */
export function thinMinutes(
  minutes: readonly MinuteFigures[],
  shares: readonly TrafficShare[],
): readonly MinuteFigures[] {
  if (minutes.length <= MOST_MINUTES) return minutes;
  const thinned: MinuteFigures[] = [];
  const recent = minutes.length - MOST_MINUTES / 2;
  for (let index = 0; index < minutes.length; index++) {
    const [first, second] = minutes.slice(index, index + 2);
    if (!first) break;
    const end = minutes[index + 2]?.minute ?? Infinity;
    const isSteady = shares.every(({ since }) => since < first.minute - PROPAGATION_MILLISECONDS || since >= end);
    if (second && index + 1 < recent && isSteady) {
      thinned.push(joinMinutes(first, second));
      index++;
    } else thinned.push(first);
  }
  return thinned;
}

function joinMinutes(first: MinuteFigures, second: MinuteFigures): MinuteFigures {
  const versions = Object.keys({ ...first.versions, ...second.versions });
  return {
    minute: first.minute,
    versions: Object.fromEntries(
      versions.map((version) => [
        version,
        addFigures([first, second].flatMap((minute) => minute.versions[version] ?? [])),
      ]),
    ),
  };
}
