import { CloudWatchClient } from "@aws-sdk/client-cloudwatch";
import { CloudWatchLogsClient } from "@aws-sdk/client-cloudwatch-logs";
import { LambdaClient } from "@aws-sdk/client-lambda";
import { runBefore } from "../warmer/time-limit";

/** What one invocation calls AWS with. Connections of an earlier one are dead: Lambda froze the process in between. */
export interface AwsClients {
  readonly lambda: LambdaClient;
  readonly logs: CloudWatchLogsClient;
  readonly cloudWatch: CloudWatchClient;
}

/** Longer than any call takes that is not stuck. */
const LONGEST_CALL_MILLISECONDS = 10_000;

/** Makes the clients, which connect with their first call. */
export function connectAws(): AwsClients {
  return { lambda: new LambdaClient(), logs: new CloudWatchLogsClient(), cloudWatch: new CloudWatchClient() };
}

/** Ends the clients' connections. */
export function disconnectAws({ lambda, logs, cloudWatch }: AwsClients): void {
  for (const client of [lambda, logs, cloudWatch]) client.destroy();
}

/**
 * Calls AWS, and waits for the answer until a time limit at most.
 *
 * @throws Error as the call does, and when it takes longer
 */
export function callAws<Result>(
  call: (abortSignal: AbortSignal) => Promise<Result>,
  longestMilliseconds = LONGEST_CALL_MILLISECONDS,
): Promise<Result> {
  return runBefore(Date.now() + longestMilliseconds, call);
}
