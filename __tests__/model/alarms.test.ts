import { expect, test } from "@jest/globals";
import { type AlarmKey } from "../../environments/alarms";
import { loadEnvironments } from "../../environments/load";
import { findAlarmMeasure } from "../../model/alarms";
import { type Measure } from "../../model/metrics";
import { listWatchedFunctions } from "../../model/watched-function";
import { makeProject, makeTfvars } from "../support/project";

/** What an alarm of a function with these settings watches. */
async function watch(key: AlarmKey, settings: string): Promise<Measure | undefined> {
  const [dev] = await loadEnvironments(
    makeProject({ "environments/dev.tfvars": makeTfvars({ functions: `api = { ${settings} }` }) }),
  );
  const [api] = dev ? listWatchedFunctions(dev) : [];
  return api && findAlarmMeasure(api, key);
}

test.each([
  ["the default bus", "", { RuleName: "dev-api-work" }],
  ["another bus", ', bus = "shop"', { EventBusName: "shop", RuleName: "dev-api-work" }],
])("failed deliveries of a rule are watched where EventBridge counts them: %s", async (_, bus, dimensions) => {
  const pattern = `events = { work = { event_pattern = { pattern = { source = ["a"] }${bus} } } }`;
  const measure = await watch("failed_deliveries", pattern);
  expect(measure?.metrics).toEqual({ value: expect.objectContaining({ dimensions }) });
});
