import { formatNumber, formatUtc } from "../document/formats";
import { type AroundVersion, type Side } from "./around-version";
import { type ComparedFigure } from "./comparison";
import { type Evidence, findFigure, findRunningRollout } from "./evidence";
import { type FigureName, COMPARED_FIGURES } from "./figures";
import { type DiagnosisFinding } from "./diagnosis";
import { type TraceFindings } from "./traces";

/** A figure with its unit. */
export function formatFigureValue(name: FigureName, value: number | undefined): string {
  const { unit } = COMPARED_FIGURES[name];
  return value === undefined ? "-" : `${formatNumber(value)}${unit === "" ? "" : ` ${unit}`}`;
}

/** The duration of a traced request. */
export function formatDuration({ milliseconds }: Pick<TraceFindings, "milliseconds">): string {
  return milliseconds === undefined ? "unknown time" : `${formatNumber(milliseconds)} ms`;
}

/** As in "failed requests: 40, yesterday 0, last week 1". */
export function formatCompared(evidence: Evidence, name: FigureName): string {
  const { now, yesterday, lastWeek }: ComparedFigure = findFigure(evidence, name);
  const before = [
    ...(yesterday === undefined ? [] : [`yesterday ${formatFigureValue(name, yesterday)}`]),
    ...(lastWeek === undefined ? [] : [`last week ${formatFigureValue(name, lastWeek)}`]),
  ];
  return `${COMPARED_FIGURES[name].label}: ${[formatFigureValue(name, now), ...before].join(", ")}`;
}

/** As in "version 42 of 2026-01-05 10:00". */
export function describeVersion({ version, at }: AroundVersion): string {
  return `version ${version} of ${formatUtc(at)}`;
}

/** As in "12 of 300 requests failed". */
export function describeFailed({ failures, requests }: Side): string {
  if (requests === 0) return "no requests";
  return `${formatNumber(failures)} of ${formatNumber(requests)} requests failed`;
}

/** How to end a rollout before it ends by itself. */
export function adviseAbort({ environment, watched }: Evidence): Pick<DiagnosisFinding, "advice" | "commands"> {
  return {
    advice: "it goes back by itself once the harm is certain; move all traffic back now, and investigate afterward",
    commands: [`npm run ops -- rollout abort ${environment} ${watched.id}`],
  };
}

/** How to roll back to the previous version, if that is possible from here. */
export function adviseRollback(evidence: Evidence): Pick<DiagnosisFinding, "advice" | "commands"> {
  const { environment, watched, changes } = evidence;
  if (!watched.deployedHere) return { advice: "roll back where it is deployed from, and investigate afterward" };
  if (findRunningRollout(evidence)) return adviseAbort(evidence);
  const { previous } = changes ?? {};
  if (!previous) return { advice: "there is no earlier version to roll back to: fix the code and deploy" };
  return {
    advice: `roll back to version ${previous.version}, and investigate afterward; fix the code before the next deployment`,
    commands: [`npm run ops -- rollback ${environment} ${watched.id} --to ${previous.version}`],
  };
}

/** A setting in the environment's file, as in "functions.api.memory_mb in environments/dev.tfvars". */
export function describeSetting({ environment, watched }: Evidence, key: string): string {
  return watched.deployedHere
    ? `functions.${watched.id}.${key} in environments/${environment}.tfvars`
    : `its ${key} where it is deployed from`;
}
