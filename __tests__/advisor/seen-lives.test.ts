import { describe, expect, test } from "@jest/globals";
import { findSeenLives } from "../../advisor/seen-lives";

/** Environment `a` every so often, `b` in between where it is there. */
function log(everySeconds: number, times: number, withAnother: boolean) {
  const uses = Array.from({ length: times }, (_, index) => [
    { at: index * everySeconds, name: "a" },
    ...(withAnother ? [{ at: (index + 0.5) * everySeconds, name: `other ${index}` }] : []),
  ]).flat();
  return {
    atSeconds: uses.map(({ at }) => at),
    workSeconds: uses.map(() => 10),
    instances: uses.map(({ name }) => name),
  };
}

describe("how long environments stay at least", () => {
  test("is seen where one answers again: without use, while none was used, and from its first use on", () => {
    expect(findSeenLives([log(600, 20, false)])).toMatchObject({ idleSeconds: 590, quietSeconds: 590 });
    expect(findSeenLives([log(600, 20, true)])).toMatchObject({ idleSeconds: 590, quietSeconds: 290 });
    expect(findSeenLives(Array.from({ length: 5 }, () => log(600, 20, false))).lifeSeconds).toBe(19 * 600 + 10);
  });

  test("is not believed of a few that stayed longer than all others", () => {
    const [common, rare] = [log(60, 100, false), log(3000, 4, false)];

    expect(findSeenLives([common, rare]).idleSeconds).toBe(50);
  });

  test("is not known where nothing answered again", () => {
    expect(findSeenLives([])).toEqual({ idleSeconds: 0, quietSeconds: 0, lifeSeconds: 0 });
  });
});
