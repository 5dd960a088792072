import { describe, expect, test } from "@jest/globals";
import { type Routing } from "../../advisor/instances";
import { createRandom } from "../../advisor/random";
import { type NamedRequests, inferRouting } from "../../advisor/seen-routing";

/** Requests of two seconds, two or three at once every ten, served by environments that stay forever. */
function log(routing: Routing, rounds: number): NamedRequests {
  const random = createRandom(1);
  const idle = ["a", "b", "c"];
  const atSeconds: number[] = [];
  const instances: string[] = [];
  for (let round = 0; round < rounds; round++) {
    const busy = Array.from({ length: random() < 0.7 ? 2 : 3 }, () => {
      const places = { "newest-first": idle.length - 1, "oldest-first": 0, random: Math.floor(random() * idle.length) };
      return idle.splice(places[routing], 1)[0] ?? "";
    });
    atSeconds.push(...busy.map((_, index) => round * 10 + index / 10));
    instances.push(...busy);
    idle.push(...busy);
  }
  return { atSeconds, workSeconds: atSeconds.map(() => 2), instances };
}

describe("routing", () => {
  test.each(["newest-first", "oldest-first", "random"] as const)(
    "%s is seen in a log that names environments",
    (one) => {
      expect(inferRouting([log(one, 100), log(one, 50)])).toBe(one);
    },
  );

  test("is not seen in few choices, nor where one environment did all", () => {
    const { atSeconds, workSeconds } = log("random", 100);
    expect(inferRouting([])).toBeUndefined();
    expect(inferRouting([log("random", 5)])).toBeUndefined();
    expect(inferRouting([{ atSeconds, workSeconds, instances: Array.from(atSeconds, () => "a") }])).toBeUndefined();
  });
});
