import { toOneLine } from "../../performance/foreign-text";
import { OperationFailure } from "../cli/operation-failure";

/** A request that AWS did not fulfill. */
export class AwsFailure extends OperationFailure {}

/** A request that AWS does not allow with these credentials. */
export class AccessDenied extends AwsFailure {
  /** @param action the required IAM action */
  constructor(
    readonly action: string,
    message: string,
  ) {
    super(`AWS does not allow ${action}: ${message}`);
  }
}

/**
 * Enough for throttling, with growing pauses, and for short network problems:
 * https://docs.aws.amazon.com/sdkref/latest/guide/feature-retry-behavior.html
 */
export const MAX_ATTEMPTS = 8;

const NO_CREDENTIALS = "there are no AWS credentials";
const REFUSED_CREDENTIALS = "AWS does not accept the credentials";

const EXPLANATIONS: Readonly<Record<string, string>> = {
  CredentialsProviderError: NO_CREDENTIALS,
  ExpiredToken: REFUSED_CREDENTIALS,
  ExpiredTokenException: REFUSED_CREDENTIALS,
  InvalidClientTokenId: REFUSED_CREDENTIALS,
  InvalidSignatureException: REFUSED_CREDENTIALS,
  SignatureDoesNotMatch: REFUSED_CREDENTIALS,
  TokenProviderError: NO_CREDENTIALS,
  UnrecognizedClientException: REFUSED_CREDENTIALS,
};

const DENIALS = new Set(["AccessDenied", "AccessDeniedException", "AuthorizationError", "UnauthorizedOperation"]);

const THROTTLINGS = new Set([
  "LimitExceededException",
  "RequestLimitExceeded",
  "Throttling",
  "ThrottlingException",
  "TooManyRequestsException",
]);

/** The clients correct a wrong clock by themselves if AWS's answer allows it. This covers the remaining cases. */
const CLOCK = /Signature (expired|not yet current)|RequestTimeTooSkewed/;

/** What the clients add for developers to the error of an answer that they cannot parse. */
const UNPARSED = / ?Deserialization error: .*/;

/** What is needed to explain a call's errors. */
export interface CallContext {
  readonly region: string;
  /** The required IAM action. */
  readonly action: string;
}

/** Converts an AWS client's error to an {@link AwsFailure} if the cause is outside this program. */
export function explainCall(error: unknown, { region, action }: CallContext): Error {
  if (!(error instanceof Error)) return new Error(String(error));
  if (error instanceof AwsFailure) return error;
  const { name } = error;
  const message = toOneLine(error.message);
  const { $metadata: { httpStatusCode: status } = {} } = error as { $metadata?: { httpStatusCode?: number } };
  // S3 answers a HEAD request without a body, so only the status is known.
  if (status === 403 && message === "UnknownError") return new AccessDenied(action, "status 403");
  if (status === 301) return new AwsFailure("the bucket is not in the region of state.region");
  if (DENIALS.has(name)) return new AccessDenied(action, message);
  if (CLOCK.test(`${name} ${message}`)) return new AwsFailure(`this computer's clock is off: ${message}`);
  const explanation = EXPLANATIONS[name];
  if (explanation !== undefined) return new AwsFailure(`${explanation}: ${message}`);
  if (THROTTLINGS.has(name)) {
    return new AwsFailure(`AWS in ${region} throttles requests, try again later: ${message}`);
  }
  if ("code" in error && /^E(?!RR_)/.test(String(error.code))) {
    return new AwsFailure(`AWS cannot be reached in ${region}: ${message || String(error.code)}`);
  }
  if (UNPARSED.test(message)) {
    return new AwsFailure(
      `what answers for AWS in ${region} is not AWS, but perhaps a proxy: ${message.replace(UNPARSED, "")}`,
    );
  }
  // The clients mark every error of a request; an error without the mark is a bug of this program.
  if (!("$metadata" in error)) return error;
  return new AwsFailure(`a request to AWS in ${region} failed: ${toOneLine(`${name}: ${message}`)}`);
}
