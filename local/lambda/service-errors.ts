/**
 * An error that Lambda itself answers, instead of the function:
 * https://docs.aws.amazon.com/lambda/latest/api/API_Invoke.html#API_Invoke_Errors
 */
export class LambdaServiceError extends Error {
  /**
   * @param type the SDK's name for the exception
   * @param status of the HTTP response
   * @param reason what kind of throttle it was
   */
  constructor(
    readonly type: string,
    readonly status: number,
    message: string,
    readonly reason?: string,
  ) {
    super(message);
    this.name = type;
  }
}

/** More concurrent invocations than the function may have. */
export function makeTooManyRequests(): LambdaServiceError {
  const reason = "ReservedFunctionConcurrentInvocationLimitExceeded";
  return new LambdaServiceError("TooManyRequestsException", 429, "Rate Exceeded.", reason);
}

/** No such function, version or alias. */
export function makeFunctionNotFound(arn: string): LambdaServiceError {
  return new LambdaServiceError("ResourceNotFoundException", 404, `Function not found: ${arn}`);
}

/** A parameter with an invalid value. */
export function makeInvalidParameter(message: string): LambdaServiceError {
  return new LambdaServiceError("InvalidParameterValueException", 400, message);
}
