import { CloudWatchClient } from "@aws-sdk/client-cloudwatch";
import { CloudWatchLogsClient } from "@aws-sdk/client-cloudwatch-logs";
import { LambdaClient } from "@aws-sdk/client-lambda";
import { SNSClient } from "@aws-sdk/client-sns";
import { answerOf, MAX_ATTEMPTS } from "../aws/failure";

/** Errors by which AWS says that a thing is not there. */
const MISSING = new Set(["NotFound", "NotFoundException", "ResourceNotFound", "ResourceNotFoundException"]);

/** AWS in an environment's region, only ever read. */
export class Aws {
  readonly cloudWatch: CloudWatchClient;
  readonly logs: CloudWatchLogsClient;
  readonly lambda: LambdaClient;
  readonly sns: SNSClient;

  constructor(
    readonly region: string,
    readonly signal: AbortSignal,
  ) {
    const settings = { region, maxAttempts: MAX_ATTEMPTS };
    this.cloudWatch = new CloudWatchClient(settings);
    this.logs = new CloudWatchLogsClient(settings);
    this.lambda = new LambdaClient(settings);
    this.sns = new SNSClient(settings);
  }

  /**
   * Asks for something.
   *
   * @param action what has to be allowed, as IAM names it
   * @param call is handed what ends it with Ctrl-C
   * @returns undefined where AWS says that there is no such thing
   * @throws AwsFailure
   */
  async find<T>(action: string, call: (options: { abortSignal: AbortSignal }) => Promise<T>): Promise<T | undefined> {
    const asked = call({ abortSignal: this.signal }).catch((error: unknown) => {
      if (error instanceof Error && MISSING.has(error.name)) return undefined;
      throw error;
    });
    return answerOf(asked, { region: this.region, action, notFound: "it is not there" });
  }
}
