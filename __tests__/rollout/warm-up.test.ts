import { describe, expect, test } from "@jest/globals";
import { buildWarmUp } from "../../rollout/warm-up";

describe("a warm-up", () => {
  test.each([
    [100, 10],
    [50, 5],
    [25, 3],
    [1, 1],
  ])("for %i % of the requests asks for %i of 10 instances of the version", (percent, concurrency) => {
    const price = { perSecond: 0, perRequest: 0 };
    const target = { functionName: "dev-api", qualifier: "", concurrency: 10, price };
    const request = { strategy: "gate", targets: [target], price } as const;
    expect(buildWarmUp(request, "7", percent)).toEqual({
      ...request,
      targets: [{ ...target, qualifier: "7", version: "7", concurrency }],
    });
  });
});
