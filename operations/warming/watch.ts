import { AwsAccess } from "../aws/access";
import { AwsFailure } from "../aws/failure";
import { type CommandContext } from "../cli/command-context";
import { type WarmingPlan } from "./plan";
import { RunLog, type TimedRecord } from "./run-log";

const EVERY_MILLISECONDS = 2000;

/** A run waits up to a minute to begin, and its last round and the delivery of its records take some time. */
const GRACE_MINUTES = 2;

/** Why watching ended: every run is over, or the time is, the log could not be read, or Ctrl-C was pressed. */
export type WatchEnd = "over" | "time_limit" | "unread" | "interrupted";

/** How long a plan's runs are watched, from their start. */
export function countWatchMinutes({ runs }: WarmingPlan): number {
  return Math.max(...runs.map(({ rounds }) => rounds.forMinutes)) + GRACE_MINUTES;
}

/**
 * Passes on every record of a plan's runs when it appears in the log.
 *
 * @param startedAt start of the runs, in milliseconds since 1970
 * @param context its signal ends the watching, never the runs
 * @throws AwsFailure if the log cannot be read
 */
export async function watchRuns(
  plan: WarmingPlan,
  startedAt: number,
  { now, wait, signal }: Pick<CommandContext, "now" | "wait" | "signal">,
  onRecord: (timed: TimedRecord) => void,
): Promise<Exclude<WatchEnd, "unread">> {
  const endsAt = startedAt + countWatchMinutes(plan) * 60_000;
  const aws = new AwsAccess(plan.region, signal);
  const logs = plan.runs.map(({ runId }) => new RunLog(aws, plan.logGroup, runId, startedAt));
  try {
    for (;;) {
      await wait(EVERY_MILLISECONDS, signal);
      for (const log of logs.filter(({ isOver }) => !isOver)) {
        (await ignoreUnreadable(log.newRecords(), plan)).forEach(onRecord);
      }
      if (logs.every(({ isOver }) => isOver)) return "over";
      if (now() >= endsAt) return "time_limit";
    }
  } catch (error) {
    if (signal.aborted) return "interrupted";
    throw error;
  }
}

/** A log that cannot be read does not end the run. */
async function ignoreUnreadable<T>(records: Promise<T>, { warmer }: WarmingPlan): Promise<T> {
  try {
    return await records;
  } catch (error) {
    if (!(error instanceof AwsFailure)) throw error;
    throw new AwsFailure(`${error.message}; ${warmer} continues, unwatched`);
  }
}
