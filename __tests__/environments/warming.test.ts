import { describe, expect, test } from "@jest/globals";
import { isAwaited } from "../../environments/awaited";
import { resolveWarmingSettings, WARMING_DEFAULTS, type WarmingOverrides } from "../../environments/warming";

/** The strategies that ping between deployments. */
function listPinging(environment: WarmingOverrides, own: WarmingOverrides, awaited = true): string[] {
  const { scheduled, peak, conditional } = resolveWarmingSettings(environment, own, awaited);
  return Object.entries({ scheduled, peak, conditional }).flatMap(([key, { enabled }]) => (enabled ? [key] : []));
}

const ON = ["scheduled", "peak"];
const NOT_PEAK: WarmingOverrides = { peak: { enabled: false } };
const BY_USE: WarmingOverrides = { conditional: { enabled: true } };

describe("pings between deployments", () => {
  test.each<[environment: WarmingOverrides, own: WarmingOverrides, pinging: string[]]>([
    [{}, {}, ON],
    [true, {}, ON],
    [{}, true, ON],
    [false, {}, []],
    [{}, false, []],
    [BY_USE, {}, [...ON, "conditional"]],
    [BY_USE, false, []],
    // A function switches on what its environment switched off: one strategy, or all.
    [false, { scheduled: { enabled: true } }, ["scheduled"]],
    [false, true, ON],
    [{ scheduled: { enabled: false }, peak: { enabled: false } }, true, ON],
    // True alone changes nothing of what the environment chose.
    [NOT_PEAK, true, ["scheduled"]],
    [false, { gate: { concurrency: 1 } }, []],
  ])("of an environment with %j and a function with %j are %j", (environment, own, pinging) => {
    expect(listPinging(environment, own)).toEqual(pinging);
  });

  test.each<[environment: WarmingOverrides, own: WarmingOverrides, pinging: string[]]>([
    [{}, {}, []],
    [true, {}, []],
    [BY_USE, { gate: { concurrency: 1 }, pre_deployment: { concurrency: 1 } }, []],
    [{}, true, ON],
    [NOT_PEAK, true, ["scheduled"]],
    [{}, NOT_PEAK, ["scheduled"]],
    [{}, BY_USE, [...ON, "conditional"]],
  ])("must be asked for where nobody waits: %j and %j are %j", (environment, own, pinging) => {
    expect(listPinging(environment, own, false)).toEqual(pinging);
  });

  test("are not the gate and the rounds before a deployment, which stay", () => {
    const { gate, preDeployment } = resolveWarmingSettings(false, {}, false);
    expect([gate, preDeployment]).toEqual([WARMING_DEFAULTS.gate, WARMING_DEFAULTS.preDeployment]);
  });
});

describe("somebody waits for a function's answers", () => {
  const unknown = { endpoint: "none", asynchronous: false, events: {}, allowedTriggers: {} } as const;
  const events = { topic: { sns: { create: true } } };
  const calledBy = (principal: string) => ({ allowedTriggers: { caller: { principal } } });

  test.each<[why: string, settings: Partial<Parameters<typeof isAwaited>[0]>, awaited: boolean]>([
    ["nothing is known: it is called by name", {}, true],
    ["it has an endpoint, whatever else", { endpoint: "iam", asynchronous: true, events }, true],
    ["it has events", { events }, false],
    ["it is invoked asynchronously", { asynchronous: true }, false],
    ["a skill calls it", { ...calledBy("alexa-appkit.amazon.com"), events }, true],
    ["another account calls it", { ...calledBy("123456789012"), asynchronous: true }, true],
    ["a load balancer calls it", calledBy("elasticloadbalancing.amazonaws.com"), true],
    ["S3 alone calls it", calledBy("s3.amazonaws.com"), false],
  ])("%s", (_, settings, awaited) => {
    expect(isAwaited({ ...unknown, ...settings })).toBe(awaited);
  });
});
