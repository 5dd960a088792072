import { type Environment } from "../../../environments/schema";
import { type WatchedFunction } from "../../../model/watched-function";
import { AwsAccess } from "../../aws/access";
import { type CommandContext } from "../../cli/command-context";
import { type AdvisedSubject } from "../advise-function";
import { runWithProgress } from "../run-with-progress";
import { adviseWithoutComparison } from "../without-comparison";
import { readOwnLog } from "./read-own-log";

/**
 * Adds to a function what its own log shows about AWS. Reads nothing if no policies are going to be compared.
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
  const say = (line: string) => {
    printAside(`${id}: ${line}`);
  };
  const requests = history.source.kind === "minutes" ? history.source.counts.reduce((sum, count) => sum + count, 0) : 1;
  if (adviseWithoutComparison(subject, requests)) {
    say("--fit has no effect: its log is read only where policies are compared");
    return subject;
  }
  const aws = new AwsAccess(region, signal);
  const work = (onProgress: (what: string, share: number) => void) =>
    readOwnLog({ aws, watched, wait }, history, now(), { say, onProgress });
  return { ...subject, ownLog: await runWithProgress(id, context, work) };
}
