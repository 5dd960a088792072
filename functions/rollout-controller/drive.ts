import { sleepUntil } from "../warmer/time-limit";
import { type Driver, pollRollout } from "./poll";
import { writeProblem } from "./rollout-record";
import { LeaseLost, type TakenRollout } from "./rollout-table";
import { isActive, type TrackedRollout } from "./tracked-rollout";

const POLL_MILLISECONDS = 12_000;

/** Only DynamoDB is asked while another invocation drives. */
const WATCH_MILLISECONDS = 3000;

/** How long to drive, in milliseconds since 1970. */
export interface DriveLimits {
  readonly endsAt: number;
  /** Whether to wait while another invocation drives. */
  readonly watches: boolean;
  /** Stops earlier; by default, when the rollout has ended. */
  readonly isDone?: (taken: TakenRollout) => boolean;
}

/**
 * Drives a rollout until it has ended or the time is over, or watches it being driven. At the end, others may drive.
 *
 * @returns the rollout as it is then; undefined if there is none
 */
export async function driveRollout(
  functionName: string,
  driver: Driver,
  { endsAt, watches, isDone = ({ rollout }) => !isActive(rollout.state) }: DriveLimits,
): Promise<TrackedRollout | undefined> {
  const { table, owner } = driver;
  let last: TrackedRollout | undefined;
  let drives = false;
  for (;;) {
    try {
      const taken = await table.take(functionName, owner);
      drives = taken !== undefined;
      const now = taken
        ? { rollout: await pollRollout(taken, driver), command: undefined }
        : await table.read(functionName);
      last = now?.rollout;
      if (!now || !isActive(now.rollout.state)) return last;
      if (isDone(now) || !(drives || watches)) break;
    } catch (error) {
      if (!(error instanceof LeaseLost)) writeProblem(functionName, error);
    }
    const next = Date.now() + (drives ? POLL_MILLISECONDS : WATCH_MILLISECONDS);
    if (next > endsAt) break;
    await sleepUntil(next);
  }
  if (drives) {
    await table.release(functionName, owner).catch((error: unknown) => {
      // It ends by itself.
      writeProblem(functionName, error);
    });
  }
  return last;
}
