import { oneLine } from "./one-line";

/** What AWS did not do for us. Its message is one line, meant to be printed as it is. */
export class AwsFailure extends Error {
  constructor(message: string) {
    super(message);
    this.name = "AwsFailure";
  }
}

const EXPLANATIONS: Readonly<Record<string, string>> = {
  AccessDenied: "AWS does not allow it",
  AccessDeniedException: "AWS does not allow it",
  CredentialsProviderError: "there are no AWS credentials",
  ExpiredToken: "AWS does not accept the credentials",
  ExpiredTokenException: "AWS does not accept the credentials",
  InvalidSignatureException: "AWS does not accept the credentials",
  TokenProviderError: "there are no AWS credentials",
  UnrecognizedClientException: "AWS does not accept the credentials",
};

/** What a call needs for its errors to be told. */
export interface CallContext {
  readonly region: string;
  /** The sentence for a thing that is not there. */
  readonly notFound: string;
}

/** Waits for an AWS client's answer; what can go wrong outside of this program is thrown as an {@link AwsFailure}. */
export async function answerOf<T>(call: Promise<T>, { region, notFound }: CallContext): Promise<T> {
  try {
    return await call;
  } catch (error) {
    if (!(error instanceof Error)) throw error;
    const { name, message } = error;
    if (name === "ResourceNotFoundException") throw new AwsFailure(notFound);
    const explanation = EXPLANATIONS[name];
    if (explanation !== undefined) throw new AwsFailure(`${explanation}: ${oneLine(message)}`);
    if ("code" in error && /^E(?!RR_)/.test(String(error.code))) {
      throw new AwsFailure(`AWS cannot be reached in ${region}: ${oneLine(message) || String(error.code)}`);
    }
    // The clients mark every error that a request has met; one without the mark is this program's own.
    if (!("$metadata" in error)) throw error;
    throw new AwsFailure(`asking AWS in ${region} failed: ${oneLine(`${name}: ${message}`)}`);
  }
}
