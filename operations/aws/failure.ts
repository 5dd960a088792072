import { toOneLine } from "../one-line";
import { OperationFailure } from "../cli/operation-failure";

/** What AWS did not do for us. */
export class AwsFailure extends OperationFailure {}

/** What AWS does not allow to these credentials. */
export class AccessDenied extends AwsFailure {
  /** @param action what has to be allowed, as IAM names it */
  constructor(
    readonly action: string,
    message: string,
  ) {
    super(`AWS does not allow ${action}: ${message}`);
  }
}

/**
 * Enough to wait out throttling, with pauses that grow, and short breaks of the network:
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

/** The clients mend a clock that is off by themselves, where AWS's answer lets them; this is what is left. */
const CLOCK = /Signature (expired|not yet current)|RequestTimeTooSkewed/;

/** What a call needs for its errors to be told. */
export interface CallContext {
  readonly region: string;
  /** What has to be allowed, as IAM names it. */
  readonly action: string;
}

/** What an AWS client has thrown, as an {@link AwsFailure} where it went wrong outside of this program. */
export function explainCall(error: unknown, { region, action }: CallContext): Error {
  if (!(error instanceof Error)) return new Error(String(error));
  if (error instanceof AwsFailure) return error;
  const { name } = error;
  const message = toOneLine(error.message);
  if (DENIALS.has(name)) return new AccessDenied(action, message);
  if (CLOCK.test(`${name} ${message}`)) return new AwsFailure(`this computer's clock is off: ${message}`);
  const explanation = EXPLANATIONS[name];
  if (explanation !== undefined) return new AwsFailure(`${explanation}: ${message}`);
  if (THROTTLINGS.has(name)) {
    return new AwsFailure(`AWS in ${region} refuses so many requests at once, try again later: ${message}`);
  }
  if ("code" in error && /^E(?!RR_)/.test(String(error.code))) {
    return new AwsFailure(`AWS cannot be reached in ${region}: ${message || String(error.code)}`);
  }
  // The clients mark every error that a request has met; one without the mark is this program's own.
  if (!("$metadata" in error)) return error;
  return new AwsFailure(`asking AWS in ${region} failed: ${toOneLine(`${name}: ${message}`)}`);
}
