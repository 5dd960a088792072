import * as z from "zod";
import { parseJson } from "../../environments/parse-json";

/** What a function answered about a batch. */
export interface BatchVerdict {
  /** The messages that return to the queue, by id. */
  readonly failedIds: readonly string[];
  /** Why the whole batch returns, although the function did not fail. */
  readonly problem?: string;
}

const response = z
  .object({
    batchItemFailures: z.array(z.object({ itemIdentifier: z.string().min(1) })).nullish(),
  })
  .nullable();

/**
 * Reads which messages of a batch failed:
 * https://docs.aws.amazon.com/lambda/latest/dg/services-sqs-errorhandling.html#services-sqs-batchfailurereporting
 *
 * @param answer the function's, as JSON text
 * @param messageIds of the batch
 */
export function judgeBatch(answer: string, messageIds: readonly string[]): BatchVerdict {
  const parsed = response.safeParse(parseJson(answer));
  if (!parsed.success) {
    const problem = "expected { batchItemFailures: [{ itemIdentifier: <messageId> }] }";
    return { failedIds: messageIds, problem };
  }
  const failedIds = (parsed.data?.batchItemFailures ?? []).map(({ itemIdentifier }) => itemIdentifier);
  const unknown = failedIds.find((id) => !messageIds.includes(id));
  if (unknown === undefined) return { failedIds };
  return { failedIds: messageIds, problem: `itemIdentifier ${unknown} is not a message of the batch` };
}
