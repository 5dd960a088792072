import { formatTimes } from "../document/formats";
import { type AlarmReport, type FunctionReport } from "./report-schema";

/** What is suggested, as the block of an environment's file to add to what is there; undefined where nothing is. */
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
      // The memory of a function that is deployed elsewhere is not set here.
      ...(memory?.suggestedMb !== undefined && deployedHere
        ? [`    memory_mb = ${memory.suggestedMb} # now ${memory.sizeMb}; CPU changes with it`]
        : []),
      ...(thresholds.length > 0 ? ["    alarms = {", ...thresholds, "    }"] : []),
    ];
    return lines.length > 0 ? [`  ${name} = {`, ...lines, "  }"] : [];
  });
  return blocks.length > 0 ? ["functions = {", ...blocks, "}"].join("\n") : undefined;
}
