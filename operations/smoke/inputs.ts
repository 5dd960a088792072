import { join, resolve } from "node:path";
import * as z from "zod";
import { InvalidInput, makeInvalidInput } from "../../environments/mistakes";
import { formatDeployedName } from "../../environments/names";
import { type Environment } from "../../environments/schema";
import { readJson, UnusableFile } from "../../environments/text-file";

const OUTPUTS = z.record(z.string(), z.object({ value: z.unknown() }));
const FUNCTION_OUTPUT = z.object({ url: z.url({ protocol: /^https?$/ }), function_name: z.string() });

const ALARMS = z.record(z.string(), z.object({ alarm_name: z.string() })).default({});
const STACK = z.object({
  resource: z.object({ aws_cloudwatch_metric_alarm: ALARMS, aws_cloudwatch_composite_alarm: ALARMS }),
});

/** A function that can be called. */
export interface Callable {
  /** Its name in the environment's file. */
  readonly id: string;
  /** Its name in AWS. */
  readonly name: string;
  readonly url: URL;
}

/**
 * An environment's functions that have an address, from output of `terraform output -json`.
 *
 * @param root the project's folder
 * @param file relative to it, or absolute
 * @throws InvalidInput also for output of another environment, or from before a function had an address
 */
export async function readCallables(
  root: string,
  file: string,
  { name: environment, functions }: Pick<Environment, "name" | "functions">,
): Promise<Callable[]> {
  const advice = "make it with `terraform output -json`";
  const outputs = await readShaped(root, file, OUTPUTS, advice);
  const called = Object.entries(functions).filter(([, { endpoint }]) => endpoint !== "none");
  return called.map(([id]) => {
    const name = formatDeployedName(environment, id);
    const { data } = FUNCTION_OUTPUT.safeParse(outputs[id]?.value);
    if (data?.function_name === name) return { id, name, url: new URL(data.url) };
    const got = data ? `that of ${data.function_name}` : "none";
    throw makeInvalidInput(file, `expected the URL of ${name}, got ${got}: ${advice} after ${environment} is deployed`);
  });
}

/**
 * The names of an environment's expected alarms, from its synthesized stack.
 *
 * @param root the project's folder
 * @throws InvalidInput
 */
export async function readAlarmNames(root: string, environment: string): Promise<string[]> {
  const file = join("cdktf.out", "stacks", environment, "cdk.tf.json");
  const { resource } = await readShaped(root, file, STACK, "make it with `npm run synth`");
  return Object.values(resource).flatMap((alarms) => Object.values(alarms).map((alarm) => alarm.alarm_name));
}

async function readShaped<T>(root: string, file: string, shape: z.ZodType<T>, advice: string): Promise<T> {
  const unexpected = "does not have the expected form";
  try {
    return shape.parse(await readJson(resolve(root, file), unexpected));
  } catch (error) {
    const message = error instanceof UnusableFile ? error.message : unexpected;
    throw new InvalidInput([{ file, message: `${message}: ${advice}` }]);
  }
}
