import { expect, test } from "@jest/globals";
import { App } from "cdktf";
import fc from "fast-check";
import { join } from "node:path";
import { loadEnvironments } from "../../environments/load";
import { NOTIFIER, WARMER } from "../../environments/names";
import { type Environment } from "../../environments/schema";
import { METRICS_PER_FUNCTION, priceMonitoring } from "../../model/monitoring-cost";
import { EnvironmentStack } from "../../stacks/environment-stack";
import { HANDLER_SOURCE, makeProject, type StackUnderTest, makeTemporaryFolder, makeTfvars } from "../support/project";

const WARMING_METRICS = 3;

const enabled = fc.boolean().map((isOn) => `{ enabled = ${isOn} }`);

/** Alarms and strategies that are switched on or off, of one function or of all. */
const switches = fc
  .record({
    errors: fc.oneof(enabled, fc.constant("{ threshold_percent = 1 }")),
    cold: enabled,
    response: enabled,
    scheduled: enabled,
    peak: enabled,
    gate: enabled,
  })
  .map(
    ({ errors, cold, response, scheduled, peak, gate }) => `
    alarms = { errors = ${errors}, cold_starts = ${cold}, response_time = ${response} }
    warming = { scheduled = ${scheduled}, peak = ${peak}, gate = ${gate} }`,
  );

const STREAMING = 'endpoint = "iam", http = { invoke_mode = "response_stream" }';

const deployed = fc.oneof(
  fc.tuple(switches, fc.constantFrom("", "asynchronous = true", STREAMING)).map((lines) => lines.join("\n")),
  // One that is stopped cannot be warmed.
  fc.constant("reserved_concurrency = 0"),
);

const existing = fc
  .tuple(
    switches.map((text) => text.replace(/,? gate = \{[^}]*\}/, "")),
    fc.constantFrom("", "memory_mb = 512"),
  )
  .map((lines) => ["existing = true", 'warming_qualifier = "warm"', ...lines].join("\n"));

const environmentFile = fc
  .record({
    functions: fc.array(deployed, { minLength: 1, maxLength: 3 }),
    old: fc.option(existing),
    more: fc.constantFrom("", 'notify = { teams_variable = "teams" }'),
  })
  .map(({ functions, old, more }) =>
    makeTfvars({
      more,
      functions: [
        ...functions.map((text, index) => `f${index} = {\n${text}\n}`),
        ...(old === null ? [] : [`old = {\n${old}\n}`]),
      ].join("\n"),
    }),
  );

async function load(text: string): Promise<Environment> {
  const handlers = [0, 1, 2].map((index): [string, string] => [`functions/f${index}/handler.ts`, HANDLER_SOURCE]);
  const root = makeProject({ "environments/dev.tfvars": text, ...Object.fromEntries(handlers) });
  const [environment] = await loadEnvironments(root);
  if (!environment) throw new Error("no environment");
  return environment;
}

/** What Terraform would make of an environment, with code that does not matter. */
function synthesized(environment: Environment): StackUnderTest["resource"] {
  const folder = makeTemporaryFolder();
  const bundle = {
    zipFile: join(__dirname, "monitoring-cost.test.ts"),
    zipBytes: 0,
    sourceCodeHash: "",
    handler: "handler.handler",
    notes: [],
    sources: [],
  };
  const bundles = new Map([WARMER, NOTIFIER, ...Object.keys(environment.functions)].map((name) => [name, bundle]));
  const app = new App({ outdir: folder, skipValidation: true });
  const stack = new EnvironmentStack(app, environment, { bundles, infrastructure: new Map(), stackFolder: folder });
  const { resource } = stack.toTerraform() as StackUnderTest;
  return resource;
}

test("what is priced from an environment's file is what Terraform makes of it", async () => {
  await fc.assert(
    fc.asyncProperty(environmentFile, async (text) => {
      const environment = await load(text);
      const resource = synthesized(environment);
      const all = (type: string) => Object.values(resource[type] ?? {});
      const watched = all("aws_cloudwatch_metric_alarm").map(({ metric_query: queries }) =>
        Array.isArray(queries) ? queries.filter((query: { metric?: unknown }) => query.metric).length : 1,
      );
      const warmed = new Set(
        JSON.stringify([all("aws_scheduler_schedule"), all("aws_lambda_invocation")])
          .match(/functionName\\+":\\+"[\w-]+/g)
          ?.map((name) => name.split('"').at(-1)),
      );

      const counts = priceMonitoring(environment).map(({ what, count }) => [what, count]);

      const live = all("aws_lambda_alias").filter(({ name }) => name === "live").length;
      const [[, metrics] = []] = counts;
      const streaming = all("aws_lambda_function_url").filter(
        ({ invoke_mode: mode }) => mode === "RESPONSE_STREAM",
      ).length;
      const others = live * METRICS_PER_FUNCTION + streaming + all("aws_cloudwatch_log_metric_filter").length;
      // What is never pinged by the clock or at a deployment can still be warmed by hand, and is counted as well.
      expect(metrics).toBeGreaterThanOrEqual(others + warmed.size * WARMING_METRICS);
      expect((Number(metrics) - others) % WARMING_METRICS).toBe(0);
      expect(counts.slice(1)).toEqual([
        ["metrics watched by alarms", watched.reduce((total, count) => total + count, 0)],
        ["composite alarms", all("aws_cloudwatch_composite_alarm").length],
        ["dashboards", all("aws_cloudwatch_dashboard").length],
        ["encryption keys", all("aws_kms_key").length],
      ]);
    }),
    { numRuns: 25 },
  );
});
