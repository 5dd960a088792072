import { isDeepStrictEqual } from "node:util";
import { type Environment } from "../../environments/schema";
import { isAwaited } from "../../environments/awaited";
import { asksForPings, resolveWarmingSettings } from "../../environments/warming";
import { resolveFunctionWarming } from "../../model/warmed-functions";
import { changeTfvars, type TfvarsChange } from "../tfvars/change-file";
import { put, putWhole, type TfvarsValues } from "../tfvars/put";
import { listChangedValues, buildProvisionedValues, buildTfvarsValues } from "./settings-values";
import { type AdvisedSettings, type WarmingChoice } from "./warming-policy";

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
    const { warming } = environment;
    const changes = listChangedValues(first.warming, resolveWarmingSettings(warming, {}));
    const isWhole = typeof warming === "boolean" && Object.keys(changes).length > 0;
    result = await put(result, ["warming"], isWhole ? buildTfvarsValues(first.warming) : changes);
  } else {
    for (const [id, { warming }] of wanted) {
      result = await put(result, ["functions", id, "warming"], listFunctionChanges(environment, id, warming));
    }
  }
  for (const [id, { provisioned }] of wanted) {
    if (!provisioned || isDeepStrictEqual(provisioned, environment.functions[id]?.provisionedConcurrency)) continue;
    result = await putWhole(result, ["functions", id, "provisioned_concurrency"], buildProvisionedValues(provisioned));
  }
  return result;
}

/** Everything where the function's own map would be its first: it would bring the environment's settings with it. */
function listFunctionChanges(environment: Environment, id: string, wanted: WarmingChoice): TfvarsValues {
  const { warming = {} } = environment.functions[id] ?? environment.existingFunctions[id] ?? {};
  const now = resolveFunctionWarming(environment, id);
  const changes = listChangedValues(wanted, now);
  const isPart =
    typeof warming !== "boolean" && isDeepStrictEqual(now, resolveWarmingSettings(environment.warming, warming));
  return isPart || Object.keys(changes).length === 0 ? changes : buildTfvarsValues(wanted);
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
    Object.values(functions).every(isAwaited) &&
    Object.values(all).every(({ warming }) => !asksForPings(warming) && warming !== false)
  );
}

/** The new file must differ only in the requested settings. */
function isAsWanted(after: Environment, before: Environment, wanted: WantedSettings): boolean {
  return (
    isDeepStrictEqual(omitSettings(after), omitSettings(before)) &&
    [...Object.keys(before.functions), ...Object.keys(before.existingFunctions)].every((id) => {
      const [now, then] = [resolveFunctionWarming(after, id), resolveFunctionWarming(before, id)];
      const { warming, provisioned = before.functions[id]?.provisionedConcurrency } = wanted.get(id) ?? {};
      return (
        isDeepStrictEqual([now.gate, now.preDeployment], [then.gate, then.preDeployment]) &&
        isDeepStrictEqual(after.functions[id]?.provisionedConcurrency, provisioned) &&
        (warming ? Object.keys(listChangedValues(warming, now)).length === 0 : isDeepStrictEqual(now, then))
      );
    })
  );
}

function omitSettings({ warming: _, functions, existingFunctions, ...rest }: Environment): object {
  const without = (all: Environment["functions"] | Environment["existingFunctions"]) =>
    Object.entries(all).map(
      ([id, settings]) => [id, { ...settings, warming: undefined, provisionedConcurrency: undefined }] as const,
    );
  return { ...rest, functions: without(functions), existingFunctions: without(existingFunctions) };
}
