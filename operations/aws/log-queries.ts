import {
  CloudWatchLogsClient,
  GetQueryResultsCommand,
  type GetQueryResultsCommandOutput,
  StartQueryCommand,
  StopQueryCommand,
} from "@aws-sdk/client-cloudwatch-logs";
import { DOLLARS_PER_GIGABYTE_QUERIED } from "../../model/priced-resources";
import { type AwsAccess } from "./access";
import { AwsFailure } from "./failure";

const EVERY_MILLISECONDS = 500;
const LONGEST_MILLISECONDS = 5 * 60_000;
const BYTES_PER_GIGABYTE = 1e9;

/** A query in CloudWatch Logs Insights' language, over some log groups. */
export interface LogQuery {
  readonly logGroups: readonly string[];
  readonly query: string;
  /** In milliseconds since 1970; a query's own limits are whole seconds. */
  readonly from: number;
  readonly to: number;
}

/** The result of a query. */
export interface LogQueryResult {
  /** Each field that a record has, by its name. */
  readonly records: readonly Readonly<Record<string, string>>[];
  readonly bytesScanned: number;
  /** The cost of reading this much. */
  readonly dollars: number;
}

/** Waits between two checks of a query; tests pass their own. */
export type Wait = (milliseconds: number, signal: AbortSignal) => Promise<unknown>;

/**
 * Runs a query until it has finished. If the signal is aborted, the query is stopped, too.
 *
 * @throws AwsFailure also if it takes longer than five minutes
 */
export async function runLogQuery(
  aws: AwsAccess,
  { logGroups, query, from, to }: LogQuery,
  wait: Wait,
): Promise<LogQueryResult> {
  const { region, signal } = aws;
  const notFound = `there is no log group ${logGroups.join(" or ")} in ${region}`;
  const start = new StartQueryCommand({
    logGroupNames: [...logGroups],
    queryString: query,
    startTime: Math.floor(from / 1000),
    endTime: Math.ceil(to / 1000),
  });
  const { queryId } = await aws.ask(notFound, "logs:StartQuery", CloudWatchLogsClient, start);
  try {
    for (let waited = 0; waited < LONGEST_MILLISECONDS; waited += EVERY_MILLISECONDS) {
      const results = new GetQueryResultsCommand({ queryId });
      const answer = await aws.ask(notFound, "logs:GetQueryResults", CloudWatchLogsClient, results);
      if (answer.status === "Complete") return parseResult(answer);
      if (answer.status !== "Running" && answer.status !== "Scheduled") {
        throw new AwsFailure(`a log query in ${region} ended as ${answer.status ?? "unknown"}`);
      }
      await wait(EVERY_MILLISECONDS, signal);
    }
    throw new AwsFailure(`a log query in ${region} did not finish within ${LONGEST_MILLISECONDS / 60_000} minutes`);
  } catch (error) {
    // Otherwise it would continue and cost money, although nobody waits for it.
    await aws
      .client(CloudWatchLogsClient)
      .send(new StopQueryCommand({ queryId }))
      .catch(() => undefined);
    throw error;
  }
}

function parseResult({ results = [], statistics }: GetQueryResultsCommandOutput): LogQueryResult {
  const bytesScanned = statistics?.bytesScanned ?? 0;
  return {
    records: results.map((fields) => Object.fromEntries(fields.map(({ field = "", value = "" }) => [field, value]))),
    bytesScanned,
    dollars: (bytesScanned / BYTES_PER_GIGABYTE) * DOLLARS_PER_GIGABYTE_QUERIED,
  };
}
