import { type Environment } from "../../../environments/schema";
import { type AdviceResult } from "../advise-function";
import { type AdviceReport } from "../report";
import { listUnread } from "../document";
import { type TfvarsChange, writeWarming } from "./write";

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
  const wanted = all.flatMap(({ advice: { function: id, recommendation }, warming }) => {
    const [unread] = listUnread(id, report);
    if (warming && canBeWarmed(id) && unread === undefined) return [[id, warming] as const];
    const reason =
      unread !== undefined
        ? unread
        : warming
          ? "it has no warming_qualifier, so it cannot be kept warm"
          : recommendation.kind === "provision"
            ? "set provisioned_concurrency yourself: it costs as long as it is there"
            : "nothing is recommended";
    say(`${id}: nothing was written: ${reason}`);
    return [];
  });
  return wanted.length === 0 ? undefined : writeWarming(root, environment, new Map(wanted));
}
