import { type IncomingMessage } from "node:http";
import * as z from "zod";
import { readJsonBody } from "./http-body";
import { type AliasTarget } from "./alias-target";
import { type JsonAnswer } from "./invoke-endpoint";
import { makeInvalidParameter } from "./service-errors";

/** An alias of a function. */
export interface LocalAlias extends AliasTarget {
  readonly description: string;
  /** Another one after each change. */
  readonly revisionId: string;
}

/** A function with aliases. Both methods throw a LambdaServiceError if there is no such alias. */
export interface AliasedFunction {
  readonly readAlias: (name: string) => LocalAlias;
  /** @throws LambdaServiceError if Lambda does not allow the target, or the alias has another revision */
  readonly changeAlias: (name: string, change: Partial<LocalAlias>) => LocalAlias;
}

const ALIAS_PATH = /^\/2015-03-31\/functions\/([^/]+)\/aliases\/([\w-]+)\/?$/;
const MOST_BYTES = 100_000;

/** https://docs.aws.amazon.com/lambda/latest/api/API_UpdateAlias.html */
const aliasUpdate = z.object({
  FunctionVersion: z.string().optional(),
  Description: z.string().max(256).optional(),
  RevisionId: z.string().optional(),
  RoutingConfig: z.object({ AdditionalVersionWeights: z.record(z.string(), z.number()).default({}) }).optional(),
});

/**
 * Lambda's operations GetAlias and UpdateAlias over HTTP.
 *
 * @param findFunction finds a function by what the address has for it
 * @returns undefined for another operation
 * @throws LambdaServiceError if it is not possible
 */
export async function answerAlias(
  request: IncomingMessage,
  { pathname }: URL,
  findFunction: (text: string) => AliasedFunction,
): Promise<JsonAnswer | undefined> {
  const [, encodedName, name] = ALIAS_PATH.exec(pathname) ?? [];
  const isUpdate = request.method === "PUT";
  if (encodedName === undefined || name === undefined || !(isUpdate || request.method === "GET")) return undefined;
  const found = findFunction(decodeURIComponent(encodedName));
  if (!isUpdate) return formatAnswer(name, found.readAlias(name));
  const update = aliasUpdate.safeParse(await readJsonBody(request, MOST_BYTES));
  if (!update.success) throw makeInvalidParameter(z.prettifyError(update.error));
  const { FunctionVersion: version, Description: description, RevisionId: revisionId, RoutingConfig } = update.data;
  const change = {
    ...(version !== undefined && { version }),
    ...(description !== undefined && { description }),
    ...(revisionId !== undefined && { revisionId }),
    ...(RoutingConfig && { additionalWeights: RoutingConfig.AdditionalVersionWeights }),
  };
  return formatAnswer(name, found.changeAlias(name, change));
}

/** https://docs.aws.amazon.com/lambda/latest/api/API_AliasConfiguration.html */
function formatAnswer(
  name: string,
  { version, additionalWeights = {}, description, revisionId }: LocalAlias,
): JsonAnswer {
  const hasWeights = Object.keys(additionalWeights).length > 0;
  const body = {
    ...{ Name: name, FunctionVersion: version, Description: description, RevisionId: revisionId },
    ...(hasWeights && { RoutingConfig: { AdditionalVersionWeights: additionalWeights } }),
  };
  return { status: 200, body };
}
