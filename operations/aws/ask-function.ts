import { toOneLine } from "../../performance/foreign-text";
import { OperationFailure } from "../cli/operation-failure";
import { parseJson } from "../../environments/parse-json";
import { type AwsAccess } from "./access";
import { invokeOnce } from "./function-copy";
import { type QualifiedName } from "./functions";

/**
 * Sends one request to a function, as {@link invokeOnce} does, and reads its answer.
 *
 * @param notFound the message if there is no such function
 * @returns the answer's content; undefined if it is not JSON
 * @throws OperationFailure if the function fails, or AWS refuses
 */
export async function askFunction(
  aws: AwsAccess,
  { request, ...of }: QualifiedName & { readonly request: unknown },
  wait: (milliseconds: number, signal: AbortSignal) => Promise<unknown>,
  notFound?: string,
): Promise<unknown> {
  const { answer, hasFailed } = await invokeOnce(aws, { ...of, payload: JSON.stringify(request) }, wait, notFound);
  const content = parseJson(answer);
  if (!hasFailed) return content;
  const { errorType, errorMessage } = Object(content) as Readonly<Record<string, unknown>>;
  const parts = [errorType, errorMessage].filter((part) => typeof part === "string" && part !== "");
  throw new OperationFailure(toOneLine(parts.join(": ") || "it failed without a reason"));
}
