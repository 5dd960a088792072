import { jest } from "@jest/globals";
import type fc from "fast-check";

/** Of a property test's runs. All of them run in `npm run test:all`. */
const SHARE = 1 / 5;
const DEFAULT_RUNS = 100;

/** Of `npm test`: property tests have fewer runs. */
jest.mock("fast-check", () => {
  const { default: actual } = jest.requireActual<{ default: typeof fc }>("fast-check");
  const assert = (property: fc.IRawProperty<unknown>, parameters: fc.Parameters<unknown> = {}) =>
    actual.assert(property, { ...parameters, numRuns: Math.ceil(SHARE * (parameters.numRuns ?? DEFAULT_RUNS)) });
  return { __esModule: true, default: { ...actual, assert } };
});
