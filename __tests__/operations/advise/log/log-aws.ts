import { type StartQueryCommandInput } from "@aws-sdk/client-cloudwatch-logs";
import { FakeAws, type QueryRow } from "../../../support/fake-aws";

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
 * An account with the log of one function, as far as it is queried here: with the limits on rows, and ends of whole
 * seconds that belong to what is asked.
 */
export class LogAws extends FakeAws {
  constructor(
    public log: readonly LoggedInvocation[] = [],
    private readonly format: keyof typeof FIELDS = 'type = "platform.report"',
  ) {
    super();
  }

  protected override runQuery({ queryString = "", startTime = 0, endTime = 0 }: StartQueryCommandInput): QueryRow[] {
    const { duration, init } = FIELDS[this.format];
    const [filter = "", ...commands] = queryString.split("\n| ");
    if (filter !== `filter ${this.format}`) return [];
    const found = this.log.filter(({ endedAt }) => endedAt >= startTime * 1000 && endedAt < (endTime + 1) * 1000);
    this.bytesScanned = found.length * BYTES_PER_RECORD;
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
    return rows.slice(0, Math.min(limit, MOST_ROWS));
  }
}

function countsOf(found: readonly LoggedInvocation[]): QueryRow[] {
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
