import { expect, test } from "@jest/globals";
import { deflateRawSync } from "node:zlib";
import { thinMinutes } from "../../../functions/rollout-controller/thin-minutes";
import { type MinuteFigures, type VersionFigures } from "../../../rollout/contract";
import { addFigures } from "../../../rollout/figures";

const MINUTE = 60_000;
const MINUTES = 2 * 24 * 60;

/** Values in so many buckets, different in each minute. */
function makeHistogram(buckets: number, minute: number): Record<string, number> {
  return Object.fromEntries(
    Array.from({ length: buckets }, (_, bucket) => [30 + bucket, 1 + ((minute * 7919 + bucket * 104_729) % 997)]),
  );
}

function makeMinute(index: number): MinuteFigures {
  const figures = {
    requests: 3000,
    failures: 1,
    timeouts: 0,
    durations: makeHistogram(50, index),
    inits: makeHistogram(15, index),
    memory: makeHistogram(20, index),
  };
  return { minute: index * MINUTE, versions: { "41": figures, "42": figures } };
}

function addUp(minutes: readonly MinuteFigures[]): VersionFigures {
  return addFigures(minutes.flatMap(({ versions }) => versions["42"] ?? []));
}

test("the minutes of the longest rollout fit into an item, and none is lost or mixed with another share's", () => {
  const shares = [0, 700, 1500].map((minute, step) => ({ percent: 10 * (step + 1), since: minute * MINUTE + 30_000 }));
  const all = Array.from({ length: MINUTES }, (_, index) => makeMinute(index));

  let kept: readonly MinuteFigures[] = [];
  for (const minute of all) kept = thinMinutes([...kept, minute], shares);

  expect(deflateRawSync(JSON.stringify(kept)).length).toBeLessThan(350_000);
  expect(addUp(kept)).toEqual(addUp(all));
  for (const { since } of shares) {
    const inStep = (minutes: readonly MinuteFigures[]) => addUp(minutes.filter(({ minute }) => minute >= since));
    expect(inStep(kept)).toEqual(inStep(all));
  }
});
