import { readFileSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import * as z from "zod";
import { WARMER } from "../../environments/names";
import { type Environment } from "../../environments/schema";
import { TemporaryFolder } from "../../stacks/temporary-folder";
import { type Check, fail, pass } from "./check";

const OUTPUT_FOLDER = "cdktf.out";

const alarms = z.record(z.string(), z.object({ alarm_name: z.string() })).default({});
const named = z.record(z.string(), z.object({ name: z.string() })).default({});

const STACK = z.object({
  terraform: z.object({ required_providers: z.object({ aws: z.object({ version: z.string() }) }) }),
  resource: z.object({
    aws_cloudwatch_metric_alarm: alarms,
    aws_cloudwatch_composite_alarm: alarms,
    aws_cloudwatch_event_rule: z
      .record(z.string(), z.object({ name: z.string(), schedule_expression: z.string() }))
      .default({}),
    aws_cloudwatch_log_metric_filter: z
      .record(z.string(), z.object({ name: z.string(), metric_transformation: z.object({ namespace: z.string() }) }))
      .default({}),
    aws_sqs_queue: named,
  }),
});

const RESOURCES = z.object({ resource: z.record(z.string(), z.record(z.string(), z.unknown())) });

/** What an environment should have in AWS, according to the current synthesis. */
export interface ExpectedStack {
  readonly alarms: readonly string[];
  readonly rules: readonly { readonly name: string; readonly expression: string }[];
  /** Each with the namespace of its metric, which identifies the function. */
  readonly metricFilters: readonly { readonly name: string; readonly namespace: string }[];
  /** The queue of runs that could not be started. */
  readonly missed: string | undefined;
  /** How many. */
  readonly resources: number;
  /** As in `>= 5.100.0, < 7.0.0`. */
  readonly providerVersions: string;
  /** The stack's JSON. */
  readonly json: string;
}

/**
 * Synthesizes an environment, and writes nothing into the project.
 *
 * @throws InvalidInput if its code does not compile
 */
export async function synthesizeExpected(root: string, environment: Environment): Promise<ExpectedStack> {
  const [{ bundleFunctions }, { listFunctionCode }, { synthesize }] = await Promise.all([
    import("../../stacks/bundle"),
    import("../../stacks/function-code"),
    import("../../stacks/synthesize"),
  ]);
  const folder = new TemporaryFolder(join(tmpdir(), "warmwatch-doctor-"));
  try {
    const bundles = await bundleFunctions(root, [{ name: WARMER }, ...listFunctionCode(environment)], folder.path);
    synthesize([environment], { bundles, folder: folder.path, outdir: OUTPUT_FOLDER });
    const json = readFileSync(join(folder.path, "stacks", environment.name, "cdk.tf.json"), "utf8");
    const parsed: unknown = JSON.parse(json);
    const { resource, terraform } = STACK.parse(parsed);
    const { resource: all } = RESOURCES.parse(parsed);
    const { aws_cloudwatch_metric_alarm: metric, aws_cloudwatch_composite_alarm: composite } = resource;
    return {
      alarms: [metric, composite].flatMap(Object.values<{ alarm_name: string }>).map(({ alarm_name: name }) => name),
      rules: Object.values(resource.aws_cloudwatch_event_rule).map(({ name, schedule_expression: expression }) => ({
        name,
        expression,
      })),
      metricFilters: Object.values(resource.aws_cloudwatch_log_metric_filter).map(
        ({ name, metric_transformation: { namespace } }) => ({ name, namespace }),
      ),
      missed: Object.values(resource.aws_sqs_queue)[0]?.name,
      resources: Object.values(all).flatMap((ofType) => Object.keys(ofType)).length,
      providerVersions: terraform.required_providers.aws.version,
      json,
    };
  } finally {
    folder.remove();
  }
}

/** Checks that Terraform's input matches the project. */
export function buildSynthesisChecks(
  root: string,
  { name: environment }: Environment,
  expected: () => Promise<ExpectedStack>,
): [synthesis: Check, written: Check] {
  const synthesizes: Check = {
    name: "synthesis",
    look: async () => {
      const { resources } = await expected();
      return pass(`${resources} resources`);
    },
  };
  const written: Check = {
    name: "synthesized output",
    needs: [synthesizes],
    look: async () => {
      const file = join(OUTPUT_FOLDER, "stacks", environment, "cdk.tf.json");
      const { json } = await expected();
      let text: string;
      try {
        text = readFileSync(join(root, file), "utf8");
      } catch {
        return fail(`${file} does not exist`, "npm run synth");
      }
      return text === json
        ? pass(`${file} is up to date`)
        : fail(`${file} does not match the current files`, "npm run synth");
    },
  };
  return [synthesizes, written];
}
