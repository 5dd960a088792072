import {
  type Finding,
  type MinuteFigures,
  type RolloutRecord,
  type RolloutState,
  type RolloutStatus,
  type VersionFigures,
} from "../../rollout/contract";
import { type AliasSetting } from "./alias";

/** How a rollout ends; what remains to do is to move the aliases. */
export interface RolloutEnding {
  readonly status: Exclude<RolloutStatus, "running" | "paused">;
  readonly reason: string;
  readonly findings: readonly Finding[];
  /** When that was decided, in milliseconds since 1970. */
  readonly at: number;
}

/** A rollout with what its next poll needs, so that any invocation can continue it. */
export interface TrackedRollout {
  readonly state: RolloutState;
  /** Of the request that began it. */
  readonly attempt?: string;
  /** What alias `live` is to be. It is written down before the alias is moved. */
  readonly wanted: AliasSetting;
  /** What it was before, and still is if nobody has moved it yet. */
  readonly known: AliasSetting;
  /** Whether everything is read and warmed that the first step needs. */
  readonly isPrepared: boolean;
  readonly ending?: RolloutEnding;
  /** The minutes that do not change any more, up to `figuresUntil`, in milliseconds since 1970. */
  readonly minutes: readonly MinuteFigures[];
  readonly figuresUntil: number;
  /** The old version's, from before. */
  readonly reference?: VersionFigures;
  /** Of all minutes, those included that may still change. */
  readonly figures: RolloutRecord["figures"];
  /** In milliseconds since 1970. */
  readonly unreadableSince?: number | undefined;
  readonly warmedAt?: number;
  /** When the log was last told that it waits. */
  readonly toldWaitAt?: number;
}

const ACTIVE: readonly RolloutStatus[] = ["running", "paused"];

/** Whether it still goes on. */
export function isActive({ status }: Pick<RolloutState, "status">): boolean {
  return ACTIVE.includes(status);
}

/** The new version's share of requests. */
export function findPercent({ shares }: RolloutState): number {
  return shares.at(-1)?.percent ?? 0;
}

/** Moves times that are in the future, because another instance's clock was wrong, to now. */
export function correctTimes(rollout: TrackedRollout, now: number): TrackedRollout {
  const { state, figuresUntil, unreadableSince, warmedAt, toldWaitAt } = rollout;
  return {
    ...rollout,
    state: {
      ...state,
      startedAt: Math.min(state.startedAt, now),
      stepStartedAt: Math.min(state.stepStartedAt, now),
      shares: state.shares.map((share) => ({ ...share, since: Math.min(share.since, now) })),
    },
    figuresUntil: Math.min(figuresUntil, now),
    ...(unreadableSince !== undefined && { unreadableSince: Math.min(unreadableSince, now) }),
    ...(warmedAt !== undefined && { warmedAt: Math.min(warmedAt, now) }),
    ...(toldWaitAt !== undefined && { toldWaitAt: Math.min(toldWaitAt, now) }),
  };
}
