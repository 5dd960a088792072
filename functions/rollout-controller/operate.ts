import {
  type OperatorAnswer,
  type OperatorRequest,
  type RolloutOverview,
  type RolloutStatus,
} from "../../rollout/contract";
import { driveRollout } from "./drive";
import { type Driver } from "./poll";
import { type Command } from "./rollout-table";
import { findPercent, isActive, type TrackedRollout } from "./tracked-rollout";

/** Whoever drives looks for commands more often than this. */
const LONGEST_WAIT_MILLISECONDS = 30_000;

const ASKED: Readonly<
  Record<Exclude<OperatorRequest["action"], "status">, Command & { readonly status: RolloutStatus }>
> = {
  pause: { kind: "pause", reason: "Somebody has paused it.", status: "paused" },
  resume: { kind: "resume", reason: "Somebody has resumed it.", status: "running" },
  abort: { kind: "abort", reason: "Somebody has aborted it.", status: "aborted" },
};

/**
 * Does what a person asks for, and waits until whoever drives the rollout has done it.
 *
 * @param endsAt when to answer at the latest, in milliseconds since 1970
 */
export async function operateRollout(
  { action, functionName }: OperatorRequest,
  driver: Driver,
  endsAt: number,
): Promise<OperatorAnswer> {
  const { table } = driver;
  if (functionName === undefined) return answer(true, "", await table.list());
  const found = (await table.read(functionName))?.rollout;
  if (action === "status") return answer(true, "", found ? [found] : []);
  const { status, ...command } = ASKED[action];
  if (!found || !isActive(found.state))
    return answer(false, `No rollout of ${functionName} goes on.`, found ? [found] : []);
  if (found.state.status === status)
    return answer(false, `The rollout of ${functionName} is ${status} already.`, [found]);
  if (!(await table.leave(functionName, command))) {
    return answer(false, `The rollout of ${functionName} is ending already.`, [found]);
  }
  const rollout = await driveRollout(functionName, driver, {
    endsAt: Math.min(endsAt, Date.now() + LONGEST_WAIT_MILLISECONDS),
    watches: true,
    isDone: ({ rollout: { state }, command: left }) => (action === "abort" ? !isActive(state) : left === undefined),
  });
  return rollout ? describeDone(rollout, status) : answer(false, `No rollout of ${functionName} goes on.`, []);
}

function describeDone(rollout: TrackedRollout, wanted: RolloutStatus): OperatorAnswer {
  const { state } = rollout;
  const { functionName, to, from, status } = state;
  const name = `The rollout of version ${to} of ${functionName}`;
  if (status === wanted) {
    const now =
      status === "aborted"
        ? `version ${from} serves all requests`
        : `version ${to} gets ${findPercent(state)} % of the requests`;
    return answer(true, `${name} is ${status}: ${now}.`, [rollout]);
  }
  if (isActive(state)) return answer(true, `${name} will be ${wanted} within a minute or two.`, [rollout]);
  return answer(false, `${name} has ended before that: ${status}.`, [rollout]);
}

function answer(isDone: boolean, text: string, rollouts: readonly TrackedRollout[]): OperatorAnswer {
  return { isDone, text, rollouts: rollouts.map(({ state, figures }): RolloutOverview => ({ state, figures })) };
}
