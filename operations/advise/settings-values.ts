import { type WarmingSettings } from "../../environments/warming";
import { type Warming } from "./policies";
import { lines, type Values } from "./tfvars/put";

/** Warming as a tfvars file says it, whatever else the file says: nothing is left to defaults. */
export function valuesOf({ scheduled, peak, conditional }: Warming): Values {
  return { scheduled: strategyOf(scheduled), peak: strategyOf(peak), conditional: strategyOf(conditional) };
}

/** The block for a tfvars file. */
export function blockOf(warming: Warming): string {
  return lines("warming", valuesOf(warming));
}

/** What of {@link valuesOf} is not so yet; empty where nothing has to change. */
export function changesTo(wanted: Warming, { scheduled, peak, conditional }: WarmingSettings): Values {
  const now = { scheduled: allOf(scheduled), peak: allOf(peak), conditional: allOf(conditional) };
  const changes = Object.entries(valuesOf(wanted)).flatMap(([strategy, values]) => {
    const before = now[strategy as keyof typeof now];
    const differing = Object.entries(values).filter(([key, value]) => before[key] !== value);
    return differing.length === 0 ? [] : [[strategy, Object.fromEntries(differing)] as const];
  });
  return Object.fromEntries(changes);
}

/** Of a strategy that is off, nothing else counts. */
function strategyOf(settings: { readonly enabled: boolean }): Values {
  return settings.enabled ? allOf(settings) : { enabled: false };
}

function allOf(settings: object): Values {
  const snakeCase = (key: string) => key.replaceAll(/[A-Z]/g, (letter) => `_${letter.toLowerCase()}`);
  return Object.fromEntries(
    Object.entries(settings).map(([key, value]) => [snakeCase(key), value as string | number | boolean]),
  );
}
