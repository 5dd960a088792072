import { type CloudWatchLogsClient, GetQueryResultsCommand, StartQueryCommand } from "@aws-sdk/client-cloudwatch-logs";
import { type LogRow } from "../../model/failures";
import { sleepUntil } from "../warmer/time-limit";

const POLL_MILLISECONDS = 500;

/** What to ask a log group. */
export interface LogQuestion {
  readonly logGroup: string;
  /** In the language of CloudWatch Logs Insights. */
  readonly query: string;
  /** In milliseconds since 1970; whole seconds count. */
  readonly from: number;
  readonly to: number;
}

/**
 * Runs a query of CloudWatch Logs Insights, and waits for its answer.
 *
 * @throws Error if the query cannot be started, fails, or is not answered before the signal is aborted
 */
export async function askLog(
  logs: CloudWatchLogsClient,
  { logGroup, query, from, to }: LogQuestion,
  abortSignal: AbortSignal,
): Promise<LogRow[]> {
  const start = new StartQueryCommand({
    logGroupName: logGroup,
    queryString: query,
    startTime: Math.floor(from / 1000),
    endTime: Math.ceil(to / 1000),
  });
  const { queryId } = await logs.send(start, { abortSignal });
  for (;;) {
    const { status, results = [] } = await logs.send(new GetQueryResultsCommand({ queryId }), { abortSignal });
    if (status === "Complete") {
      return results.map((fields) => Object.fromEntries(fields.map(({ field = "", value = "" }) => [field, value])));
    }
    if (status !== "Running" && status !== "Scheduled") throw new Error(`a log query ended as ${status ?? "unknown"}`);
    await sleepUntil(Date.now() + POLL_MILLISECONDS);
    abortSignal.throwIfAborted();
  }
}
