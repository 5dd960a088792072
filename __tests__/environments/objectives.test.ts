import { describe, expect, test } from "@jest/globals";
import { resolveObjectives } from "../../environments/objectives";
import { resolveTargets, TARGET_DEFAULTS } from "../../environments/targets";
import { findMistakes, makeTfvars } from "../support/project";

const SUBJECT = { targets: TARGET_DEFAULTS, isAwaited: true, publishesMetrics: true };

const DEFAULTS = {
  availability: { targetPercent: 99.95, days: 30 },
  latency: { targetPercent: 99, days: 30, thresholdMilliseconds: 1000 },
  cold_starts: { targetPercent: 95, days: 30 },
};

describe("a function's objectives", () => {
  test("are its targets by default", () => {
    const targets = resolveTargets({
      availability_percent: 99.9,
      cold_start_percent: 2.5,
      response_milliseconds: { p99: 300 },
    });

    expect(resolveObjectives({}, {}, SUBJECT)).toEqual(DEFAULTS);
    expect(resolveObjectives({}, {}, { ...SUBJECT, targets })).toEqual({
      availability: { targetPercent: 99.9, days: 30 },
      latency: { targetPercent: 99, days: 30, thresholdMilliseconds: 300 },
      cold_starts: { targetPercent: 97.5, days: 30 },
    });
  });

  test("are only those that make sense for it", () => {
    const [unawaited, packaged] = [{ isAwaited: false }, { publishesMetrics: false }];

    expect(Object.keys(resolveObjectives({}, {}, { ...SUBJECT, ...unawaited }))).toEqual(["availability"]);
    expect(Object.keys(resolveObjectives(true, {}, { ...SUBJECT, ...unawaited }))).toEqual(["availability"]);
    expect(Object.keys(resolveObjectives({}, {}, { ...SUBJECT, ...packaged }))).toEqual(["availability", "latency"]);
    expect(resolveObjectives({}, { latency: { days: 7 } }, { ...SUBJECT, ...unawaited })).toMatchObject({
      latency: { targetPercent: 99, days: 7 },
    });
  });

  test("are only those that it can miss", () => {
    const targets = resolveTargets({ availability_percent: 40, cold_start_percent: 100 });

    expect(Object.keys(resolveObjectives({}, {}, { ...SUBJECT, targets }))).toEqual(["latency"]);
    expect(resolveObjectives({}, {}, { ...SUBJECT, timeoutSeconds: 1 })).not.toHaveProperty("latency");
    expect(resolveObjectives({}, {}, { ...SUBJECT, timeoutSeconds: 2 })).toHaveProperty("latency");
  });

  test("are its own settings, otherwise those of its environment", () => {
    const environment = { latency: { days: 28, targetPercent: 98 }, availability: { enabled: false } };

    expect(resolveObjectives(environment, { latency: { days: 7 } }, SUBJECT)).toEqual({
      latency: { targetPercent: 98, days: 7, thresholdMilliseconds: 1000 },
      cold_starts: DEFAULTS.cold_starts,
    });
    expect(resolveObjectives(environment, { availability: { days: 14 } }, SUBJECT)).toMatchObject({
      availability: { targetPercent: 99.95, days: 14 },
    });
    expect(resolveObjectives(environment, true, SUBJECT)).toMatchObject({ availability: DEFAULTS.availability });
    expect(resolveObjectives(environment, false, SUBJECT)).toEqual({});
    expect(resolveObjectives(false, {}, SUBJECT)).toEqual({});
    expect(resolveObjectives(false, true, SUBJECT)).toEqual(DEFAULTS);
  });
});

test.each([
  ["objectives = 3", "objectives: expected true, false or a map, as in objectives = { availability = { … } }, got 3"],
  ["objectives = { uptime = {} }", "objectives.uptime: unknown key"],
  [
    "objectives = { availability = { target_percent = 100 } }",
    "objectives.availability.target_percent: expected 50 to 99.999, got 100",
  ],
  ["objectives = { latency = { days = 3 } }", "objectives.latency.days: expected 7 to 90, got 3"],
  [
    "objectives = { latency = { enabled = false, days = 7 } }",
    "objectives.latency.enabled: expected true, without which the other settings have no effect, got false",
  ],
])("%s is refused in one line", async (more, told) => {
  expect((await findMistakes({ "environments/dev.tfvars": makeTfvars({ more }) })).join("\n")).toContain(told);
});

test("settings that apply to no function are refused", async () => {
  const functions = "api = { asynchronous = true }";
  const told = async (more: string) => findMistakes({ "environments/dev.tfvars": makeTfvars({ functions, more }) });

  expect(await told("objectives = { latency = { days = 7 } }")).toEqual([
    expect.stringContaining("objectives.latency: expected a function for whose answers somebody waits"),
  ]);
  expect(await told("objectives = { availability = { days = 7 } }")).toEqual([]);
});

test("a latency for all that no function's requests can reach is refused", async () => {
  const functions = "api = { timeout_seconds = 3 }";
  const more = "objectives = { latency = { threshold_milliseconds = 5000 } }";
  expect(await findMistakes({ "environments/dev.tfvars": makeTfvars({ functions, more }) })).toEqual([
    expect.stringContaining("whose timeout_seconds is longer than threshold_milliseconds"),
  ]);
});

test("a latency that no request can reach is refused", async () => {
  const functions = "api = { timeout_seconds = 3, objectives = { latency = { threshold_milliseconds = 3000 } } }";
  expect(await findMistakes({ "environments/dev.tfvars": makeTfvars({ functions }) })).toEqual([
    expect.stringContaining(
      "functions.api.objectives.latency.threshold_milliseconds: expected less than timeout_seconds, which is 3",
    ),
  ]);
});
