import { type WarmingSettings } from "../../environments/warming";
import { type WarmingChoice } from "./warming-policy";
import { formatValue, type TfvarsValues } from "./tfvars/put";

/** Warming as a tfvars file says it, whatever else the file says: nothing is left to defaults. */
export function buildTfvarsValues({ scheduled, peak, conditional }: WarmingChoice): TfvarsValues {
  return { scheduled: buildStrategy(scheduled), peak: buildStrategy(peak), conditional: buildStrategy(conditional) };
}

/** The block for a tfvars file. */
export function formatBlock(warming: WarmingChoice): string {
  return formatValue("warming", buildTfvarsValues(warming));
}

/** What of {@link buildTfvarsValues} is not so yet; empty where nothing has to change. */
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

/** Of a strategy that is off, nothing else counts. */
function buildStrategy(settings: { readonly enabled: boolean }): TfvarsValues {
  return settings.enabled ? convertSettings(settings) : { enabled: false };
}

function convertSettings(settings: object): TfvarsValues {
  const toSnakeCase = (key: string) => key.replaceAll(/[A-Z]/g, (letter) => `_${letter.toLowerCase()}`);
  return Object.fromEntries(
    Object.entries(settings).map(([key, value]) => [toSnakeCase(key), value as string | number | boolean]),
  );
}
