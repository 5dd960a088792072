import { type Environment } from "../../environments/schema";
import { type TfvarsChange } from "../tfvars/change-file";
import { type AdviceResult } from "./advise-function";
import { type AdviceReport } from "./report";
import { listUnread } from "./document";
import { writeSettings } from "./write-settings";

/**
 * Puts what is recommended into the environment's file.
 *
 * @param say is told of functions for which nothing is written, and why
 * @returns undefined if there is nothing to write
 * @throws InvalidInput, OperationFailure
 */
export async function writeAdvice(
  root: string,
  environment: Environment,
  all: readonly AdviceResult[],
  report: AdviceReport,
  say: (line: string) => void,
): Promise<TfvarsChange | undefined> {
  const canBeWarmed = (id: string) =>
    environment.functions[id] !== undefined || environment.existingFunctions[id]?.warmingQualifier !== undefined;
  const wanted = all.flatMap(({ advice: { function: id }, settings }) => {
    const [unread] = listUnread(id, report);
    const isElsewhere = settings?.provisioned !== undefined && environment.functions[id] === undefined;
    if (settings && canBeWarmed(id) && !isElsewhere && unread === undefined) return [[id, settings] as const];
    const reason =
      unread !== undefined
        ? unread
        : !settings
          ? "nothing is recommended"
          : isElsewhere
            ? "buy provisioned concurrency where it is deployed from"
            : "it has no warming_qualifier, so it cannot be kept warm";
    say(`${id}: nothing was written: ${reason}`);
    return [];
  });
  return wanted.length === 0 ? undefined : writeSettings(root, environment, new Map(wanted));
}
