import { describe, expect, test } from "@jest/globals";
import { fitMechanism, type LoggedRun } from "../../../../advisor/fit";
import { fitRuns } from "../../../../operations/advise/log/fit-runs";
import { EXPECTATION } from "../../../../operations/advise/platform-assumptions";

/** A request every seven minutes; each third one cold. */
const atSeconds = Array.from({ length: 100 }, (_, index) => index * 420);
const RUN: LoggedRun = {
  atSeconds,
  workSeconds: atSeconds.map(() => 1),
  isCold: atSeconds.map((_, index) => index % 3 === 0),
};

describe("fitting in another process", () => {
  test("gives the same answer as in this one, and says how far it is", async () => {
    const shares: number[] = [];

    const fit = await fitRuns(
      { runs: [RUN], expectation: EXPECTATION },
      (share) => shares.push(share),
      new AbortController().signal,
    );

    expect(fit).toEqual(fitMechanism([RUN], { expectation: EXPECTATION }));
    expect(shares).toEqual(shares.toSorted((a, b) => a - b));
    expect(shares.every((share) => share > 0 && share <= 1)).toBe(true);
  });

  test("ends when it is interrupted", async () => {
    const interruption = new AbortController();
    const runs = Array.from({ length: 200 }, () => RUN);

    const work = fitRuns(
      { runs, expectation: EXPECTATION },
      () => {
        interruption.abort();
      },
      interruption.signal,
    );

    await expect(work).rejects.toThrow("ended before its work was done");
  });
});
