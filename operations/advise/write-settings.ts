import { randomBytes } from "node:crypto";
import { chmodSync, renameSync, rmSync, statSync, writeFileSync } from "node:fs";
import { readFile, realpath } from "node:fs/promises";
import { join } from "node:path";
import { isDeepStrictEqual } from "node:util";
import { InvalidInput } from "../../environments/mistakes";
import { parseTfvars } from "../../environments/parse-tfvars";
import { buildEnvironment, type Environment, environmentFile } from "../../environments/schema";
import { explainFileError } from "../../environments/text-file";
import { resolveWarmingSettings, type WarmingSettings } from "../../environments/warming";
import { OperationFailure } from "../cli/operation-failure";
import { type AdvisedSettings } from "./warming-policy";
import { listChangedValues, buildProvisionedValues, buildTfvarsValues } from "./settings-values";
import { compareLines } from "../tfvars/diff";
import { UnsupportedSyntax } from "../tfvars/objects";
import { put, putWhole } from "../tfvars/put";

/** The new settings, by function. */
export type WantedSettings = ReadonlyMap<string, AdvisedSettings>;

/** A changed file. */
export interface TfvarsChange {
  /** The path as the user knows it. */
  readonly file: string;
  /** The diff; empty if the file already had these settings and was not touched. */
  readonly diff: readonly string[];
}

/**
 * Puts settings into an environment's file: under each function or, for warming, once for the environment if every
 * function gets the same and none has its own settings. Every other character stays, and the file is replaced
 * completely or not at all.
 *
 * @throws InvalidInput if the file is written in a way that this cannot change
 * @throws OperationFailure if it cannot be replaced
 */
export async function writeSettings(
  root: string,
  environment: Environment,
  wanted: WantedSettings,
): Promise<TfvarsChange> {
  const file = `environments/${environment.name}.tfvars`;
  const path = await explainUnwritable(file, () => realpath(join(root, file)));
  const before = (await explainUnwritable(file, () => readFile(path))).toString("utf8");
  const after = await changeText(file, before, environment, wanted);
  if (after === before) return { file, diff: [] };
  await check(file, after, environment, wanted);
  await explainUnwritable(file, () => {
    replace(path, after);
  });
  return { file, diff: compareLines(before, after) };
}

async function changeText(
  file: string,
  text: string,
  environment: Environment,
  wanted: WantedSettings,
): Promise<string> {
  try {
    let result = text;
    const [first] = wanted.values();
    if (first && isForAll(environment, wanted)) {
      const changes = listChangedValues(first.warming, resolveWarmingSettings(environment.warming, {}));
      result = await put(result, ["warming"], changes);
    } else {
      for (const [id, { warming }] of wanted) {
        const changes = listChangedValues(warming, resolveSettings(environment, id));
        result = await put(result, ["functions", id, "warming"], changes);
      }
    }
    for (const [id, { provisioned }] of wanted) {
      if (!provisioned || isDeepStrictEqual(provisioned, environment.functions[id]?.provisionedConcurrency)) continue;
      result = await putWhole(
        result,
        ["functions", id, "provisioned_concurrency"],
        buildProvisionedValues(provisioned),
      );
    }
    return result;
  } catch (error) {
    if (error instanceof UnsupportedSyntax) throw makeUnchangeable(file);
    throw error;
  }
}

function isForAll({ functions, existingFunctions }: Environment, wanted: WantedSettings): boolean {
  const all = { ...functions, ...existingFunctions };
  const [first, ...others] = wanted.values();
  return (
    wanted.size === Object.keys(all).length &&
    wanted.size > 1 &&
    others.every(
      ({ warming }) => first && isDeepStrictEqual(buildTfvarsValues(warming), buildTfvarsValues(first.warming)),
    ) &&
    Object.values(all).every(
      ({ warming }) => !("scheduled" in warming || "peak" in warming || "conditional" in warming),
    )
  );
}

/** The new file must load, and differ only in the requested settings. */
async function check(file: string, text: string, before: Environment, wanted: WantedSettings): Promise<void> {
  const { values, mistakes } = await parseTfvars(file, Buffer.from(text));
  const parsed = environmentFile.safeParse(values);
  const after =
    parsed.success && mistakes.length === 0
      ? buildEnvironment(before.name, parsed.data, before.nodeRuntime)
      : undefined;
  const isAsWanted =
    after !== undefined &&
    isDeepStrictEqual(omitSettings(after), omitSettings(before)) &&
    [...Object.keys(before.functions), ...Object.keys(before.existingFunctions)].every((id) => {
      const [now, then] = [resolveSettings(after, id), resolveSettings(before, id)];
      const { warming, provisioned = before.functions[id]?.provisionedConcurrency } = wanted.get(id) ?? {};
      return (
        isDeepStrictEqual([now.gate, now.preDeployment], [then.gate, then.preDeployment]) &&
        isDeepStrictEqual(after.functions[id]?.provisionedConcurrency, provisioned) &&
        (warming ? Object.keys(listChangedValues(warming, now)).length === 0 : isDeepStrictEqual(now, then))
      );
    });
  if (!isAsWanted) throw makeUnchangeable(file);
}

function resolveSettings({ warming, functions, existingFunctions }: Environment, id: string): WarmingSettings {
  return resolveWarmingSettings(warming, (functions[id] ?? existingFunctions[id])?.warming ?? {});
}

function omitSettings({ warming: _, functions, existingFunctions, ...rest }: Environment): object {
  const without = (all: Environment["functions"] | Environment["existingFunctions"]) =>
    Object.entries(all).map(
      ([id, settings]) => [id, { ...settings, warming: undefined, provisionedConcurrency: undefined }] as const,
    );
  return { ...rest, functions: without(functions), existingFunctions: without(existingFunctions) };
}

function makeUnchangeable(file: string): InvalidInput {
  const message = "--write cannot safely change the way it is written: add the block by hand; nothing was written";
  return new InvalidInput([{ file, message }]);
}

/**
 * Replaces the file with a new one, so that no one ever sees half of it. Signals are handled only afterward; otherwise
 * they could leave the new file behind.
 */
function replace(path: string, text: string): void {
  const temporary = `${path}.${randomBytes(6).toString("hex")}.tmp`;
  try {
    const { mode } = statSync(path);
    writeFileSync(temporary, text, { flag: "wx", flush: true });
    chmodSync(temporary, mode);
    renameSync(temporary, path);
  } catch (error) {
    rmSync(temporary, { force: true });
    throw error;
  }
}

async function explainUnwritable<T>(file: string, work: () => T | Promise<T>): Promise<T> {
  try {
    return await work();
  } catch (error) {
    throw new OperationFailure(`${file} cannot be changed: ${explainFileError(error)}`);
  }
}
