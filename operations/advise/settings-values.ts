import { type ProvisionedConcurrency } from "../../environments/provisioned-concurrency";
import { type WarmingSettings } from "../../environments/warming";
import { type AdvisedSettings, type WarmingChoice } from "./warming-policy";
import { formatValue, type TfvarsValues } from "../tfvars/put";

/** Warming settings for a tfvars file, complete and without defaults, so that nothing else in the file affects them. */
export function buildTfvarsValues({ scheduled, peak, conditional }: WarmingChoice): TfvarsValues {
  return { scheduled: buildStrategy(scheduled), peak: buildStrategy(peak), conditional: buildStrategy(conditional) };
}

/** A function's provisioned concurrency for a tfvars file. */
export function buildProvisionedValues({ instances, hours }: ProvisionedConcurrency): TfvarsValues {
  const inHours = Object.entries(hours).map(([name, one]) => [name, convertSettings(one)] as const);
  return { instances, ...(inHours.length > 0 && { hours: Object.fromEntries(inHours) }) };
}

/** The blocks for a tfvars file. */
export function formatBlock({ warming, provisioned }: AdvisedSettings): string {
  return [
    formatValue("warming", buildTfvarsValues(warming)),
    ...(provisioned ? [formatValue("provisioned_concurrency", buildProvisionedValues(provisioned))] : []),
  ].join("\n");
}

/** The part of {@link buildTfvarsValues} that differs from the current settings; empty if nothing has to change. */
export function listChangedValues(
  wanted: WarmingChoice,
  { scheduled, peak, conditional }: WarmingSettings,
): TfvarsValues {
  const now = {
    scheduled: convertSettings(scheduled),
    peak: convertSettings(peak),
    conditional: convertSettings(conditional),
  };
  const changes = Object.entries(buildTfvarsValues(wanted)).flatMap(([strategy, values]) => {
    const before = now[strategy as keyof typeof now];
    const differing = Object.entries(values).filter(([key, value]) => before[key] !== value);
    return differing.length === 0 ? [] : [[strategy, Object.fromEntries(differing)] as const];
  });
  return Object.fromEntries(changes);
}

/** Other settings of a strategy that is off do not matter. */
function buildStrategy(settings: { readonly enabled: boolean }): TfvarsValues {
  return settings.enabled ? convertSettings(settings) : { enabled: false };
}

function convertSettings(settings: object): TfvarsValues {
  const toSnakeCase = (key: string) => key.replaceAll(/[A-Z]/g, (letter) => `_${letter.toLowerCase()}`);
  return Object.fromEntries(
    Object.entries(settings).map(([key, value]) => [toSnakeCase(key), value as string | number | boolean]),
  );
}
