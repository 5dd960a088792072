import {
  CloudWatchLogsClient,
  GetQueryResultsCommand,
  type GetQueryResultsCommandOutput,
  StartQueryCommand,
  type StartQueryCommandInput,
  StopQueryCommand,
} from "@aws-sdk/client-cloudwatch-logs";
import { mockClient } from "aws-sdk-client-mock";

/** One report of the platform. */
export interface LoggedInvocation {
  /** In milliseconds since 1970. */
  readonly endedAt: number;
  readonly stream: string;
  readonly durationMs: number;
  readonly initDurationMs?: number;
}

const MOST_ROWS = 10_000;
const ROWS_WITHOUT_LIMIT = 1000;
const BYTES_PER_RECORD = 1000;

const FIELDS = {
  'type = "platform.report"': { duration: "record.metrics.durationMs", init: "record.metrics.initDurationMs" },
  '@type = "REPORT"': { duration: "@duration", init: "@initDuration" },
} as const;

const timeText = (at: number) => new Date(at).toISOString().replace("T", " ").replace("Z", "");

/**
 * CloudWatch Logs Insights on a log, as far as it is asked here: its limits on rows, and ends of whole seconds that
 * belong to what is asked.
 */
export function mockInsights() {
  const logs = mockClient(CloudWatchLogsClient);
  const inputs: StartQueryCommandInput[] = [];
  const answerWith = (log: readonly LoggedInvocation[], format: keyof typeof FIELDS = 'type = "platform.report"') => {
    logs.reset();
    inputs.length = 0;
    logs.on(StopQueryCommand).resolves({});
    logs
      .on(StartQueryCommand)
      .callsFake((input: StartQueryCommandInput) => ({ queryId: String(inputs.push(input) - 1) }));
    const asked = new Set<string>();
    logs.on(GetQueryResultsCommand).callsFake(({ queryId = "" }: { queryId?: string }) => {
      if (!asked.has(queryId)) {
        asked.add(queryId);
        return { status: "Running" };
      }
      return answer(log, format, inputs[Number(queryId)]);
    });
  };
  return { logs, inputs, answerWith };
}

function answer(
  log: readonly LoggedInvocation[],
  format: keyof typeof FIELDS,
  input: StartQueryCommandInput | undefined,
): Partial<GetQueryResultsCommandOutput> {
  const { queryString = "", startTime = 0, endTime = 0 } = input ?? {};
  const { duration, init } = FIELDS[format];
  const [filter = "", ...commands] = queryString.split("\n| ");
  if (filter !== `filter ${format}`) return { status: "Complete", results: [] };
  const found = log.filter(({ endedAt }) => endedAt >= startTime * 1000 && endedAt < (endTime + 1) * 1000);
  const limit = Number(/limit (\d+)/.exec(queryString)?.[1] ?? ROWS_WITHOUT_LIMIT);
  const isCount = commands[0] === `stats count(*) as requests, count(${init}) as coldStarts by bin(5m) as time`;
  const rows = isCount
    ? countsOf(found)
    : found
        .toSorted((a, b) => a.endedAt - b.endedAt)
        .map(({ endedAt, stream, durationMs, initDurationMs }) => ({
          "@timestamp": timeText(endedAt),
          "@logStream": stream,
          [duration]: String(durationMs),
          ...(initDurationMs !== undefined && { [init]: String(initDurationMs) }),
          "@ptr": "x",
        }));
  return {
    status: "Complete",
    results: rows
      .slice(0, Math.min(limit, MOST_ROWS))
      .map((row) => Object.entries(row).map(([field, value]) => ({ field, value }))),
    statistics: { bytesScanned: found.length * BYTES_PER_RECORD },
  };
}

function countsOf(found: readonly LoggedInvocation[]): Record<string, string>[] {
  const bins = new Map<number, LoggedInvocation[]>();
  for (const one of found) {
    const bin = Math.floor(one.endedAt / 300_000) * 300_000;
    bins.set(bin, [...(bins.get(bin) ?? []), one]);
  }
  return [...bins]
    .sort(([a], [b]) => b - a)
    .map(([at, all]) => ({
      time: timeText(at),
      requests: String(all.length),
      coldStarts: String(all.filter(({ initDurationMs }) => initDurationMs !== undefined).length),
    }));
}
