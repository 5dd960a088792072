import { isDeepStrictEqual } from "node:util";
import { type Environment } from "../../environments/schema";
import { resolveWarmingSettings, type WarmingSettings } from "../../environments/warming";
import { changeTfvars, type TfvarsChange } from "../tfvars/change-file";
import { put, putWhole } from "../tfvars/put";
import { listChangedValues, buildProvisionedValues, buildTfvarsValues } from "./settings-values";
import { type AdvisedSettings } from "./warming-policy";

/** The new settings, by function. */
export type WantedSettings = ReadonlyMap<string, AdvisedSettings>;

/**
 * Puts settings into an environment's file: under each function or, for warming, once for the environment if every
 * function gets the same and none has its own settings. Every other character stays.
 *
 * @throws InvalidInput, OperationFailure
 */
export function writeSettings(root: string, environment: Environment, wanted: WantedSettings): Promise<TfvarsChange> {
  return changeTfvars(
    root,
    environment,
    (text) => changeText(text, environment, wanted),
    (after) => isAsWanted(after, environment, wanted),
  );
}

async function changeText(text: string, environment: Environment, wanted: WantedSettings): Promise<string> {
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
    result = await putWhole(result, ["functions", id, "provisioned_concurrency"], buildProvisionedValues(provisioned));
  }
  return result;
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

/** The new file must differ only in the requested settings. */
function isAsWanted(after: Environment, before: Environment, wanted: WantedSettings): boolean {
  return (
    isDeepStrictEqual(omitSettings(after), omitSettings(before)) &&
    [...Object.keys(before.functions), ...Object.keys(before.existingFunctions)].every((id) => {
      const [now, then] = [resolveSettings(after, id), resolveSettings(before, id)];
      const { warming, provisioned = before.functions[id]?.provisionedConcurrency } = wanted.get(id) ?? {};
      return (
        isDeepStrictEqual([now.gate, now.preDeployment], [then.gate, then.preDeployment]) &&
        isDeepStrictEqual(after.functions[id]?.provisionedConcurrency, provisioned) &&
        (warming ? Object.keys(listChangedValues(warming, now)).length === 0 : isDeepStrictEqual(now, then))
      );
    })
  );
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
