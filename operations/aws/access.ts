import { CloudWatchClient } from "@aws-sdk/client-cloudwatch";
import { CloudWatchLogsClient } from "@aws-sdk/client-cloudwatch-logs";
import { LambdaClient } from "@aws-sdk/client-lambda";
import { waitForAws, MAX_ATTEMPTS } from "./failure";

/** Errors by which AWS says that a thing is not there. */
const MISSING = new Set([
  "AWS.SimpleQueueService.NonExistentQueue",
  "NoSuchEntityException",
  "NotFound",
  "NotFoundException",
  "QueueDoesNotExist",
  "ResourceNotFound",
  "ResourceNotFoundException",
  "DashboardNotFoundError",
]);

/** AWS in an environment's region, only ever read. */
export class AwsReader {
  /** Of every client. */
  protected readonly settings: { readonly region: string; readonly maxAttempts: number };
  readonly cloudWatch: CloudWatchClient;
  readonly logs: CloudWatchLogsClient;
  readonly lambda: LambdaClient;

  constructor(
    readonly region: string,
    readonly signal: AbortSignal,
  ) {
    this.settings = { region, maxAttempts: MAX_ATTEMPTS };
    this.cloudWatch = new CloudWatchClient(this.settings);
    this.logs = new CloudWatchLogsClient(this.settings);
    this.lambda = new LambdaClient(this.settings);
  }

  /**
   * Asks for something.
   *
   * @param action what has to be allowed, as IAM names it
   * @param notFound the sentence for a thing that is not there
   * @param call is handed what ends it with Ctrl-C
   * @throws AwsFailure
   */
  ask<T>(
    action: string,
    notFound: string,
    call: (options: { readonly abortSignal: AbortSignal }) => Promise<T>,
  ): Promise<T> {
    return waitForAws(call({ abortSignal: this.signal }), { region: this.region, action, notFound });
  }

  /** As {@link ask}; undefined where AWS says that there is no such thing. */
  find<T>(
    action: string,
    call: (options: { readonly abortSignal: AbortSignal }) => Promise<T>,
  ): Promise<T | undefined> {
    return this.ask(action, "it is not there", (options) =>
      call(options).catch((error: unknown) => {
        if (error instanceof Error && MISSING.has(error.name)) return undefined;
        throw error;
      }),
    );
  }
}
