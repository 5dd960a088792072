import { type OperatorRequest } from "../../rollout/contract";
import { toOneLine } from "../../performance/foreign-text";
import { type Block, buildSection, type Document, type Section } from "../document/document";
import { formatMinutes, formatUtc } from "../document/formats";
import { buildFiguresTable } from "../rollouts/figures";
import { describeStatus, describeTraffic, isUnderWay } from "../rollouts/words";
import { type ControllerAnswer, describeUnrolled, type ShownRollout } from "./ask-controller";
import { type ChosenRollouts } from "./subject";

const MINUTE = 60_000;

/** Everything about rollouts, for people to read. */
export function buildRolloutsDocument({ rollouts }: ControllerAnswer, chosen: ChosenRollouts, now: number): Document {
  const { environment, id, rolledOut } = chosen;
  const wanted = id === undefined ? rolledOut : rolledOut.filter((one) => one === id);
  const seen = new Set(rollouts.map((one) => nameFunction(one, chosen)));
  const never = wanted.filter((one) => !seen.has(one));
  const none = rollouts.length === 0 && never.length === 0;
  return {
    heading: `Rollouts of ${environment}, ${formatUtc(now)} UTC`,
    blocks: [
      ...rollouts
        .toSorted((one, other) => other.state.startedAt - one.state.startedAt)
        .map((one) => buildRollout(one, nameFunction(one, chosen), now)),
      ...never.map((one) => buildSection(`${one}: no rollout yet: the next new version has the first one`, [])),
      ...(none ? [`${describeUnrolled(environment, id)}.`] : []),
    ],
  };
}

/** What came of pausing, resuming or aborting. */
export function describeAnswer({ isDone, text, rollouts }: ControllerAnswer, chosen: ChosenRollouts): string[] {
  const left = rollouts.map((one) => {
    const { status } = one.state;
    return `${nameFunction(one, chosen)}: ${describeStatus(status)}: ${describeTraffic({ ...one.state, percent: findPercent(one) })}.`;
  });
  return [toOneLine(text, Infinity), ...(isDone ? [] : left)];
}

/** For scripts; times are in UTC. */
export function formatRolloutsJson(
  { isDone, text, rollouts }: ControllerAnswer,
  action: OperatorRequest["action"],
  chosen: ChosenRollouts,
): string {
  const time = (at: number | undefined) => (at === undefined ? undefined : new Date(at).toISOString());
  return JSON.stringify({
    environment: chosen.environment,
    ...(action !== "status" && { action, isDone, text }),
    rollouts: rollouts.map((one) => {
      const { state, figures } = one;
      const { functionName, rolloutId, from, to, status, step, plan, startedAt, stepStartedAt, endedAt } = state;
      return {
        ...{ function: nameFunction(one, chosen), name: functionName, rolloutId, status, from, to },
        ...{ percent: findPercent(one), step: step + 1, steps: plan.percents.length },
        ...{ startedAt: time(startedAt), stepStartedAt: time(stepStartedAt), endedAt: time(endedAt) },
        ...{ endsAtLatest: isUnderWay(status) ? time(findLatestEnd(one)) : undefined },
        ...{ reason: state.reason, findings: state.findings, figures },
      };
    }),
  });
}

/** Its name in the environment's file, if it is there. */
function nameFunction({ state: { functionName } }: ShownRollout, { functions }: ChosenRollouts): string {
  return functions.get(functionName) ?? functionName;
}

/** The new version's share of requests. */
function findPercent({ state: { status, plan, step } }: ShownRollout): number {
  if (isUnderWay(status)) return plan.percents[step] ?? 100;
  return status === "completed" ? 100 : 0;
}

function findLatestEnd({ state: { startedAt, plan } }: ShownRollout): number {
  return startedAt + plan.maximumSeconds * 1000;
}

function buildRollout(rollout: ShownRollout, name: string, now: number): Section {
  const { state, figures } = rollout;
  const { status, reason, findings } = state;
  const traffic = describeTraffic({ ...state, percent: findPercent(rollout) });
  const blocks: Block[] = [
    {
      kind: "list",
      items: [
        { text: isUnderWay(status) ? describeProgress(rollout, now) : describeTime(rollout) },
        ...(reason === "" ? [] : [{ text: toOneLine(reason, Infinity) }]),
        ...findings.map(({ measure, text }) => ({ text: `${measure}: ${toOneLine(text, Infinity)}` })),
      ],
    },
    buildFiguresTable({ ...state, figures }),
  ];
  const tone = status === "completed" ? "good" : status === "rolled_back" ? "bad" : "unknown";
  return buildSection(`${name}: ${describeStatus(status)}: ${traffic}`, blocks, { tone });
}

function describeProgress(rollout: ShownRollout, now: number): string {
  const { step, plan, startedAt, stepStartedAt } = rollout.state;
  const minutes = Math.max(0, Math.round((now - stepStartedAt) / MINUTE));
  const since = `since ${formatUtc(stepStartedAt)} UTC, ${formatMinutes(minutes)} ago`;
  const end = `has ended by ${formatUtc(findLatestEnd(rollout))} UTC, or goes back`;
  return `step ${step + 1} of ${plan.percents.length} ${since}; began ${formatUtc(startedAt)} UTC; ${end}`;
}

function describeTime({ state: { startedAt, endedAt } }: ShownRollout): string {
  const end = endedAt === undefined ? "" : `, ended ${formatUtc(endedAt)} UTC`;
  return `began ${formatUtc(startedAt)} UTC${end}`;
}
