import { type Environment } from "../../../environments/schema";
import { type WatchedFunction } from "../../../model/watched-function";
import { AwsAccess } from "../../aws/access";
import { type CommandContext } from "../../cli/command-context";
import { type AdvisedSubject } from "../advise-function";
import { runWithProgress } from "../run-with-progress";
import { readOwnLog } from "./read-own-log";

/**
 * Adds to a function what its own log shows about AWS. Reads nothing if there were no requests, because nothing depends
 * on it.
 *
 * @throws AwsFailure
 */
export async function addOwnLog(
  subject: AdvisedSubject,
  watched: WatchedFunction,
  { region }: Pick<Environment, "region">,
  context: CommandContext,
): Promise<AdvisedSubject> {
  const { printAside, wait, now, signal } = context;
  const { id, history } = subject;
  if (history.source.kind === "minutes" && history.source.counts.every((count) => count === 0)) return subject;
  const aws = new AwsAccess(region, signal);
  const say = (line: string) => {
    printAside(`${id}: ${line}`);
  };
  const work = (onProgress: (what: string, share: number) => void) =>
    readOwnLog({ aws, watched, wait }, history, now(), { say, onProgress });
  return { ...subject, ownLog: await runWithProgress(id, context, work) };
}
