import { type Environment } from "../../../environments/schema";
import { type WatchedFunction } from "../../../model/watched-function";
import { MAX_ATTEMPTS } from "../../aws/failure";
import { type Surroundings } from "../../surroundings";
import { type Subject } from "../advise-function";
import { withProgress } from "../progress-line";

/**
 * A function with what its own log tells of AWS. Nothing is read where no request came: nothing depends on it.
 *
 * @throws AwsFailure
 */
export async function withOwnLog(
  subject: Subject,
  watched: WatchedFunction,
  { region }: Pick<Environment, "region">,
  surroundings: Surroundings,
  signal: AbortSignal,
): Promise<Subject> {
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
  return { ...subject, ownLog: await withProgress(id, surroundings, work) };
}
