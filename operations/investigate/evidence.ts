import { type AlarmKey } from "../../environments/alarms";
import { findObjective, OBJECTIVES } from "../../model/objectives";
import { type WatchedFunction } from "../../model/watched-function";
import { type Aliases } from "../aws/functions";
import { type AlarmFindings } from "./alarms";
import { type AroundVersion, type Side } from "./around-version";
import { type Changes } from "./changes";
import { type ComparedFigure, type FigureComparison } from "./comparison";
import { type FigureName } from "./figures";
import { type FoundRollout, selectDuring } from "../rollouts/records";
import { isUnderWay } from "../rollouts/words";
import { type QueryFindings } from "./queries";
import { type TracePart } from "./trace-parts";
import { type TraceFindings } from "./traces";
import { type Window } from "./window";

/** The findings of an investigation; parts that could not be read are undefined. */
export interface Evidence {
  readonly environment: string;
  readonly watched: WatchedFunction;
  readonly window: Window;
  /** The investigated ones: a chosen one, or all that ring or rang. */
  readonly rang: readonly AlarmFindings[];
  readonly changes: Changes | undefined;
  readonly aliases: Aliases | undefined;
  /** Maximum number of its instances; also undefined if it shares the account's limit. */
  readonly reservedConcurrency: number | undefined;
  readonly around: AroundVersion | undefined;
  readonly comparison: FigureComparison | undefined;
  /** The function's own, oldest first, also some from before; none if its versions are not rolled out. */
  readonly rollouts: readonly FoundRollout[];
  readonly queries: readonly QueryFindings[];
  readonly traces: readonly TraceFindings[] | undefined;
}

/** Number of failures that may be chance. */
const FEW = 3;
const FAILURE_FACTOR = 3;
const TIME_FACTOR = 1.5;
const LONG_WAIT_SHARE = 0.5;

const NOTHING: ComparedFigure = { now: undefined, yesterday: undefined, lastWeek: undefined, standsOut: false };

/** A figure with those of other times. */
export function findFigure({ comparison }: Evidence, name: FigureName): ComparedFigure {
  return comparison?.[name] ?? NOTHING;
}

/** The current value; 0 if unknown. */
export function readFigureNow(evidence: Evidence, name: FigureName): number {
  return findFigure(evidence, name).now ?? 0;
}

/** Whether one of these alarms rang, or one of an objective that covers it. */
export function hasRung({ rang: all }: Evidence, ...keys: readonly AlarmKey[]): boolean {
  return all.some(({ key: rung }) => {
    const objective = findObjective(rung);
    return keys.some((key) => key === rung || (objective && OBJECTIVES[objective].covers.includes(key)));
  });
}

/** Whether a figure is relevant: it stands out, or its alarm rang and it is not zero. */
export function isWorse(evidence: Evidence, name: FigureName, ...alarms: readonly AlarmKey[]): boolean {
  return findFigure(evidence, name).standsOut || (readFigureNow(evidence, name) > 0 && hasRung(evidence, ...alarms));
}

/** Whether requests began to fail when the current version appeared. */
export function failsSinceVersion({ around }: Evidence): boolean {
  if (!around) return false;
  const { before, after } = around;
  const share = ({ failures, requests }: Side) => failures / requests;
  // Without earlier requests, it is unknown whether they would have failed.
  return (
    after.failures >= FEW && before.requests > 0 && after.requests > 0 && share(after) > FAILURE_FACTOR * share(before)
  );
}

/** Whether requests, or initialization, began to take longer when the current version appeared. */
export function isSlowerSinceVersion(
  { around }: Evidence,
  what: "averageMilliseconds" | "averageInitMilliseconds",
  factor = TIME_FACTOR,
): boolean {
  const [was, is] = [around?.before[what], around?.after[what]];
  return was !== undefined && is !== undefined && is > factor * was;
}

/** The rollout that is under way. */
export function findRunningRollout({ rollouts }: Evidence): FoundRollout | undefined {
  return rollouts.findLast(({ status }) => isUnderWay(status));
}

/** The last rollout during the investigated time that took a version's traffic away again. */
export function findLostVersion({ rollouts, window }: Evidence): FoundRollout | undefined {
  return selectDuring(rollouts, window).findLast(({ status }) => status === "rolled_back");
}

/** Whether a rollout's new version fails more than its old one, or something was found against it. */
export function looksWorse({ findings, figures: { old, new: young } }: FoundRollout): boolean {
  const isFailing =
    young.failures >= FEW && young.failures * old.requests > FAILURE_FACTOR * old.failures * young.requests;
  return findings.length > 0 || isFailing;
}

/** What the slowest requests waited for, if that took most of their time. */
export function findLongestWait({
  traces = [],
}: Evidence): { readonly wait: TracePart; readonly trace: TraceFindings } | undefined {
  for (const trace of traces) {
    const wait = trace.parts.find(({ isDownstream }) => isDownstream);
    if (wait && wait.milliseconds > LONG_WAIT_SHARE * (trace.milliseconds ?? Infinity)) return { wait, trace };
  }
  return undefined;
}
