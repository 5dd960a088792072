import { numberText } from "../number-text";
import { utc } from "../time-text";
import { type AroundVersion, type Side } from "./around-version";
import { type Compared } from "./comparison";
import { type Evidence, figure } from "./evidence";
import { type FigureName, FIGURES } from "./figures";
import { type Finding } from "./diagnosis";

/** A figure with its unit. */
export function valueText(name: FigureName, value: number | undefined): string {
  const { unit } = FIGURES[name];
  return value === undefined ? "-" : `${numberText(value)}${unit === "" ? "" : ` ${unit}`}`;
}

/** As in "failed requests: 40, yesterday 0, last week 1". */
export function comparedText(evidence: Evidence, name: FigureName): string {
  const { now, yesterday, lastWeek }: Compared = figure(evidence, name);
  const before = [
    ...(yesterday === undefined ? [] : [`yesterday ${valueText(name, yesterday)}`]),
    ...(lastWeek === undefined ? [] : [`last week ${valueText(name, lastWeek)}`]),
  ];
  return `${FIGURES[name].label}: ${[valueText(name, now), ...before].join(", ")}`;
}

/** As in "version 42 of 2026-01-05 10:00". */
export function versionText({ version, at }: AroundVersion): string {
  return `version ${version} of ${utc(at)}`;
}

/** As in "12 of 300 requests failed". */
export function failedText({ failures, requests }: Side): string {
  return `${numberText(failures)} of ${numberText(requests)} requests failed`;
}

/** To go back to the version before, where that can be done from here. */
export function rollback({ watched, changes }: Evidence): Pick<Finding, "advice" | "commands"> {
  if (!watched.deployedHere) return { advice: "roll back where it is deployed from, and search afterwards" };
  const { previous } = changes ?? {};
  if (!previous) return { advice: "there is no version before it to roll back to: mend the code and deploy" };
  return {
    advice: `roll back to version ${previous.version}, and search afterwards; mend the code before the next deployment`,
    commands: ["live", "warm"].map(
      (alias) =>
        `aws lambda update-alias --function-name ${watched.name} --name ${alias} --function-version ${previous.version}`,
    ),
  };
}

/** A setting in the environment's file, as in "functions.api.memory_mb in environments/dev.tfvars". */
export function setting({ environment, watched }: Evidence, key: string): string {
  return watched.deployedHere
    ? `functions.${watched.id}.${key} in environments/${environment}.tfvars`
    : `its ${key}, where it is deployed from`;
}
