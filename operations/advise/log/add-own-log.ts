import { type Environment } from "../../../environments/schema";
import { type WatchedFunction } from "../../../model/watched-function";
import { MAX_ATTEMPTS } from "../../aws/failure";
import { type CommandContext } from "../../cli/command-context";
import { type AdvisedSubject } from "../advise-function";
import { runWithProgress } from "../run-with-progress";

/**
 * A function with what its own log tells of AWS. Nothing is read where no request came: nothing depends on it.
 *
 * @throws AwsFailure
 */
export async function addOwnLog(
  subject: AdvisedSubject,
  watched: WatchedFunction,
  { region }: Pick<Environment, "region">,
  surroundings: CommandContext,
  signal: AbortSignal,
): Promise<AdvisedSubject> {
  const { printAside, wait, now } = surroundings;
  const { id, history } = subject;
  if (history.source.kind === "minutes" && history.source.counts.every((count) => count === 0)) return subject;
  // The client takes time to load, and is seldom wanted.
  const { readOwnLog } = await import("./read-own-log");
  const { CloudWatchLogsClient } = await import("@aws-sdk/client-cloudwatch-logs");
  const client = new CloudWatchLogsClient({ region, maxAttempts: MAX_ATTEMPTS });
  const say = (line: string) => {
    printAside(`${id}: ${line}`);
  };
  const work = (onProgress: (what: string, share: number) => void) =>
    readOwnLog({ client, region, watched, wait, signal }, history, now(), { say, onProgress });
  return { ...subject, ownLog: await runWithProgress(id, surroundings, work) };
}
