import { describe, expect, test } from "@jest/globals";
import fc from "fast-check";
import { type AliasTarget, checkAliasTarget, chooseVersion } from "../../../local/lambda/alias-target";

test("a second version gets its share of invocations, within what chance explains", () => {
  const weights = fc.double({ min: 0, max: 1, noNaN: true });
  fc.assert(
    fc.property(weights, (weight) => {
      const target = { version: "1", additionalWeights: { 2: weight } };
      const draws = Array.from({ length: 1000 }, (_, index) => index / 1000);

      const second = draws.filter((random) => chooseVersion(target, random) === "2").length;

      expect(Math.abs(second / draws.length - weight)).toBeLessThanOrEqual(0.001);
    }),
  );
});

test("without a second version, every invocation gets the first", () => {
  expect([0, 0.999].map((random) => chooseVersion({ version: "1" }, random))).toEqual(["1", "1"]);
});

test("a share of 0 or 1 is allowed", () => {
  for (const weight of [0, 1]) {
    const check = () => {
      checkAliasTarget({ version: "1", additionalWeights: { 2: weight } });
    };
    expect(check).not.toThrow();
  }
});

describe("Lambda refuses", () => {
  test.each<[string, AliasTarget, RegExp]>([
    ["three versions", { version: "1", additionalWeights: { 2: 0.1, 3: 0.1 } }, /cannot be greater than 1/],
    ["the same version twice", { version: "1", additionalWeights: { 1: 0.1 } }, /version 1/],
    ["unpublished code beside a version", { version: "$LATEST", additionalWeights: { 2: 0.1 } }, /\$LATEST/],
    ["unpublished code as the second", { version: "1", additionalWeights: { $LATEST: 0.1 } }, /\$LATEST/],
    ["a share above 1", { version: "1", additionalWeights: { 2: 10 } }, /between 0.0 and 1.0, got 10/],
    ["a share below 0", { version: "1", additionalWeights: { 2: -0.1 } }, /got -0.1/],
    ["a share that is no number", { version: "1", additionalWeights: { 2: NaN } }, /got NaN/],
  ])("%s", (_, target, message) => {
    const check = () => {
      checkAliasTarget(target);
    };
    expect(check).toThrow(message);
  });
});
