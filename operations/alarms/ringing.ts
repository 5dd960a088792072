import { type AlarmStatus, type StateChange } from "../aws/alarms";

/** One time that an alarm rang. */
export interface Ring {
  /** When it began to ring; missing if that was before the observed time. */
  readonly rangAt?: number;
  /** When it ended; missing while it still rings. */
  readonly endedAt?: number;
  readonly badSince?: number;
}

/** A time range, in milliseconds since 1970. */
export interface TimeRange {
  readonly from: number;
  readonly to: number;
}

/**
 * Each time that one alarm rang.
 *
 * @param changes its changes of state, in chronological order
 * @param state its current state: an alarm that rings all the time has no changes
 */
export function findRings(
  changes: readonly StateChange[],
  state: AlarmStatus | undefined,
  { from, to }: TimeRange,
): Ring[] {
  const rings: Ring[] = [];
  let open: Ring | undefined;
  const inRange = changes.filter(({ at }) => at >= from && at < to);
  for (const { at, fromAlarm, toAlarm, badSince } of inRange) {
    if (toAlarm) open ??= { rangAt: at, ...(badSince !== undefined && { badSince }) };
    // Any other state ends it, even if there is no more data.
    else if (fromAlarm) {
      rings.push({ ...open, endedAt: at });
      open = undefined;
    }
  }
  if (open) return [...rings, open];
  // It rings, although the history does not show it: it began earlier, or at a time that CloudWatch no longer keeps.
  const since = state?.isRinging === true ? (state.since ?? from) : to;
  if (since >= to || (inRange.at(-1)?.at ?? 0) > since) return rings;
  return [...rings, since < from ? {} : { rangAt: since }];
}

/** How long an alarm rang in a time range, in milliseconds. */
export function measureRinging(rings: readonly Ring[], { from, to }: TimeRange): number {
  return rings.reduce((total, { rangAt = from, endedAt = to }) => total + (endedAt - rangAt), 0);
}

/** The median of numbers; for an even count, the mean of the two in the middle. */
export function computeMedian(numbers: readonly number[]): number | undefined {
  const sorted = [...numbers].sort((one, other) => one - other);
  const middle = sorted.length / 2;
  const [low, high] = [sorted[Math.ceil(middle) - 1], sorted[Math.floor(middle)]];
  return low === undefined || high === undefined ? undefined : (low + high) / 2;
}
