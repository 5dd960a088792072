import { LocalEnvironmentError } from "../problem";

const INVOKED_FUNCTION = /:function:([\w-]+)(?::([\w-]+))?/;

/**
 * The function in an ARN, which may be part of an address of API Gateway.
 *
 * @throws LocalEnvironmentError for another ARN
 */
export function parseInvocationArn(arn: string): { readonly functionName: string; readonly qualifier?: string } {
  const [, functionName, qualifier] = INVOKED_FUNCTION.exec(arn) ?? [];
  if (functionName === undefined) throw new LocalEnvironmentError(`expected the ARN of a function, got ${arn}`);
  return { functionName, qualifier };
}
