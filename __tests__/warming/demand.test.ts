import { describe, expect, test } from "@jest/globals";
import { Peaks } from "../../warming/peaks";
import { RecentRounds } from "../../warming/recent-rounds";
import { computeDemand } from "../../warming/demand";
import { makeTarget } from "../functions/warmer/support";

const MINUTE = 60_000;
/** A Monday, 12:00 UTC. */
const NOON = Date.UTC(2026, 0, 5, 12);

/** What rounds every so many minutes ask for, of a function that needs at least so many instances. */
function asksOf(everyMinutes: number, rounds: number, minimumAt: (round: number) => number): number[] {
  const asked = new RecentRounds();
  return Array.from({ length: rounds }, (_, round) => {
    const minimum = minimumAt(round);
    const now = NOON + round * everyMinutes * MINUTE;
    const target = makeTarget({ conditional: { minimum, maximum: 30, readEveryMinutes: 5 } });
    return computeDemand(target, { peaks: new Peaks([], NOON - 600 * MINUTE, now), now, asked }).concurrency;
  });
}

describe("a round", () => {
  test("asks again for many instances after six minutes, and for few after five", () => {
    expect(asksOf(1, 13, () => 9)).toEqual([9, 0, 0, 0, 0, 0, 9, 0, 0, 0, 0, 0, 9]);
    expect(asksOf(1, 11, () => 2)).toEqual([2, 0, 0, 0, 0, 2, 0, 0, 0, 0, 2]);
  });

  test("asks as long as they are warm when there is no other in time", () => {
    expect(asksOf(2, 7, () => 9)).toEqual([9, 0, 0, 9, 0, 0, 9]);
    expect(asksOf(2, 5, () => 2)).toEqual([2, 0, 2, 0, 2]);
    expect(asksOf(5, 4, () => 9)).toEqual([9, 9, 9, 9]);
  });

  test("asks at once for more than were asked for lately, and not for fewer", () => {
    expect(asksOf(1, 8, (round) => (round < 2 ? 3 : 9))).toEqual([3, 0, 9, 0, 0, 0, 0, 0]);
    expect(asksOf(1, 8, (round) => (round < 2 ? 9 : 3))).toEqual([9, 0, 0, 0, 0, 0, 3, 0]);
  });

  test("asks for none of a function that needs none", () => {
    expect(asksOf(1, 3, () => 0)).toEqual([0, 0, 0]);
  });

  test("asks at once after the clock was set back", () => {
    expect(asksOf(-60, 3, () => 9)).toEqual([9, 9, 9]);
  });

  test("says when it pinged last", () => {
    const asked = new RecentRounds();
    const target = makeTarget({ conditional: { minimum: 2, maximum: 30, readEveryMinutes: 5 } });
    const peaks = new Peaks([], NOON - 600 * MINUTE, NOON);
    const demandAt = (now: number) => computeDemand(target, { peaks, now, asked });

    const demands = [NOON, NOON + 2 * MINUTE].map(demandAt);

    expect(demands.map(({ concurrency }) => concurrency)).toEqual([2, 0]);
    expect(demands.map(({ reason = "" }) => reason.split("; ").slice(1))).toEqual([
      ["0 needed", "bounded to 2"],
      ["0 needed", "bounded to 2", "pinged 2 min ago"],
    ]);
  });
});
