import { type MeasuredFunction } from "../../model/measured-function";
import { type FoundRollout, selectDuring } from "../rollouts/records";
import { describeStatus } from "../rollouts/words";
import { type Period } from "./period";
import { type RolloutReport } from "./report-schema";

/** In a chart's legend. */
const MOST_NAMED = 5;

/** The rollouts of a period, by the functions' names in the environment's file. */
export function buildRolloutReports(
  rollouts: readonly FoundRollout[],
  subjects: readonly MeasuredFunction[],
  period: Period,
): RolloutReport[] {
  return selectDuring(rollouts, period).flatMap(({ functionName, at, endedAt, findings, ...rollout }) => {
    const { watched } = subjects.find((subject) => subject.watched.name === functionName) ?? {};
    if (!watched) return [];
    const { from, to, status, reason } = rollout;
    return {
      ...{ function: watched.id, from, to, status, beganAt: new Date(at).toISOString() },
      ...(endedAt !== undefined && { endedAt: new Date(endedAt).toISOString() }),
      ...{ reason, findings: findings.map(({ text }) => text) },
    };
  });
}

/** Where rollouts of a function begin in its charts; all have the same text. */
export function buildRolloutMarks(
  rollouts: readonly RolloutReport[],
  name: string,
  from: string,
): { at: number; text: string }[] {
  const own = rollouts.filter(({ function: of, beganAt }) => of === name && beganAt >= from);
  const named = own
    .slice(-MOST_NAMED)
    .map(({ to, status }) => (status === "completed" ? to : `${to} (${describeStatus(status)})`));
  const more = own.length > named.length ? `, and ${own.length - named.length} before` : "";
  return own.map(({ beganAt }) => ({
    at: Date.parse(beganAt),
    text: `a rollout begins: version ${named.join(", ")}${more}`,
  }));
}
