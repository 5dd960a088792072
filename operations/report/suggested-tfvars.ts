import { formatTimes } from "../document/formats";
import { type AlarmReport, type FunctionReport } from "./report-schema";

/** The suggestions, as a block to add to an environment's file; undefined if there are none. */
export function suggestTfvars(
  functions: readonly FunctionReport[],
  alarms: readonly AlarmReport[],
): string | undefined {
  const blocks = functions.flatMap(({ name, memory, deployedHere }) => {
    const thresholds = alarms.flatMap(({ function: of, key, threshold }) =>
      of === name && key !== undefined && threshold?.suggested !== undefined
        ? [
            `      ${key} = { ${threshold.key} = ${threshold.suggested} } # now ${threshold.current}; would have rung ${formatTimes(threshold.wouldHaveRung ?? 0)} in ${Math.round(threshold.days)} days`,
          ]
        : [],
    );
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
