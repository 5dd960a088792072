import { formatTimes } from "../document/formats";
import { formatValue } from "../tfvars/put";
import { type AlarmReport, type FunctionReport, type WastedAttention } from "./report-schema";

/** The suggestions, as a block to add to an environment's file; undefined if there are none. */
export function suggestTfvars(
  functions: readonly FunctionReport[],
  alarms: readonly AlarmReport[],
  attention: WastedAttention | undefined,
): string | undefined {
  const blocks = functions.flatMap(({ name, memory, deployedHere }) => {
    const setting = attention?.setting?.function === name ? attention.setting : undefined;
    const ofThresholds = alarms.flatMap(({ function: of, key, threshold }) =>
      of === name && key !== undefined && key !== setting?.key && threshold?.suggested !== undefined
        ? [
            `      ${key} = { ${threshold.key} = ${threshold.suggested} } # now ${threshold.current}; would have rung ${formatTimes(threshold.wouldHaveRung ?? 0)} in ${Math.round(threshold.days)} days`,
          ]
        : [],
    );
    const thresholds = [
      ...ofThresholds,
      ...(setting
        ? [
            `      ${formatValue(setting.key, setting.values)} # would have rung ${formatTimes(setting.rings)} instead of ${setting.ringsNow}`,
          ]
        : []),
    ];
    const lines = [
      // The memory of a function that is deployed elsewhere cannot be set here.
      ...(memory?.suggestedMb !== undefined && deployedHere
        ? [`    memory_mb = ${memory.suggestedMb} # now ${memory.sizeMb}; CPU changes with it`]
        : []),
      ...(thresholds.length > 0 ? ["    alarms = {", ...thresholds, "    }"] : []),
    ];
    return lines.length > 0 ? [`  ${name} = {`, ...lines, "  }"] : [];
  });
  return blocks.length > 0 ? ["functions = {", ...blocks, "}"].join("\n") : undefined;
}
