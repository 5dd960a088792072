import { mkdirSync, readFileSync } from "node:fs";
import { join } from "node:path";
import * as z from "zod";
import { findRuntime } from "../../environments/code";
import { listEvents } from "../../environments/events";
import { findEnvironment, loadEnvironments } from "../../environments/load";
import { type FunctionSettings } from "../../environments/schema";
import { type Bundle, bundleFunctions } from "../../stacks/bundle";
import { type FunctionCode, identifyCode, listFunctionCode, listOwnCode } from "../../stacks/function-code";
import { loadInfrastructure } from "../../stacks/infrastructure";
import { findOwnPlatform } from "../../stacks/packages/platform";
import { synthesize } from "../../stacks/synthesize";
import { LocalEnvironmentError } from "../problem";
import { type ForeignEvent } from "../sample-events";

const block = z.record(z.string(), z.unknown());

const stackJson = z.object({
  provider: z.object({ aws: z.tuple([z.object({ region: z.string() })], z.unknown()) }),
  resource: z.record(z.string(), z.record(z.string(), block)),
  locals: block.default({}),
  variable: z.record(z.string(), block).default({}),
});

/** The relevant parts of a stack as Terraform would read it. */
export type StackJson = Readonly<z.output<typeof stackJson>>;

/** An environment's stack, and the location of the files that it names. */
export interface SynthesizedStack {
  readonly json: StackJson;
  readonly folder: string;
  /** The code of each function that the environment's file names, by that name, and of the project's own functions. */
  readonly code: ReadonlyMap<string, FunctionBundle>;
  /** What is left out, one line each. */
  readonly notes: readonly string[];
  /** Events of sources that do not run on this computer. */
  readonly foreignEvents: readonly ForeignEvent[];
}

/** A function's bundle, and what it is made from. */
export interface FunctionBundle {
  readonly code: FunctionCode;
  readonly bundle: Bundle;
}

const FOREIGN_KINDS = ["kinesis", "dynamodb_stream", "event_pattern", "sns", "s3", "log_filter"] as const;

/**
 * Synthesizes one environment as `npm run synth` does.
 *
 * @param root the project's folder
 * @param folder output folder; need not exist
 * @throws InvalidInput with every mistake in the project's files, and if there is no such environment
 * @throws LocalEnvironmentError if nothing of it can run here
 */
export async function synthesizeEnvironment(root: string, name: string, folder: string): Promise<SynthesizedStack> {
  const whole = findEnvironment(name, await loadEnvironments(root));
  const isRunnable = (settings: FunctionSettings) => findRuntime(settings)?.startsWith("nodejs") === true;
  const all = Object.entries(whole.functions);
  const runnable = all.filter(([, settings]) => isRunnable(settings));
  // Here, nothing publishes to topics.
  const environment = { ...whole, notify: undefined, functions: Object.fromEntries(runnable) };
  const left = all.filter(([, settings]) => !isRunnable(settings));
  const notes = left.map(
    ([id, settings]) => `${id} is left out: here runs Node.js, not ${findRuntime(settings) ?? "an image"}`,
  );
  if (left.length > 0 && left.length === all.length) throw new LocalEnvironmentError(notes.join("\n"));
  mkdirSync(folder, { recursive: true });
  const needed = [...listOwnCode(environment), ...listFunctionCode(environment)];
  const bundles = await bundleFunctions(root, needed, folder, findOwnPlatform);
  const infrastructure = await loadInfrastructure(root, Object.keys(environment.functions));
  synthesize([environment], { bundles, infrastructure, folder });
  const stackFolder = join(folder, "stacks", name);
  const text = readFileSync(join(stackFolder, "cdk.tf.json"), "utf8");
  const code = needed.flatMap((each) => {
    const bundle = bundles.get(identifyCode(each));
    return bundle ? [[each.name, { code: each, bundle }] as const] : [];
  });
  const foreignEvents = Object.entries(environment.functions).flatMap(([functionId, { events }]) =>
    FOREIGN_KINDS.flatMap((kind) =>
      listEvents(events, kind).map(([event, source]) => ({ functionId, event, kind, source })),
    ),
  );
  const json = stackJson.parse(JSON.parse(text));
  return { json, folder: stackFolder, code: new Map(code), notes, foreignEvents };
}
