import {
  type CloudWatchLogsClient,
  type FilteredLogEvent,
  paginateFilterLogEvents,
} from "@aws-sdk/client-cloudwatch-logs";
import { type WarmingRecord } from "../../warming/contract";

/**
 * A computer's clock may be so much ahead of AWS's. A run's records are told by its id, so that looking back takes in
 * no others.
 */
const CLOCK_TOLERANCE_MILLISECONDS = 300_000;

/** A record and when it was written, in milliseconds since 1970. */
export interface TimedRecord {
  readonly writtenAt: number;
  readonly record: WarmingRecord;
}

/** What one run writes to the warmer's log. */
export class RunLog {
  /** Whether the record has been read that no other follows. */
  isOver = false;
  private readonly seen = new Set<string>();

  /** @param startedAt when the run was started, in milliseconds since 1970 */
  constructor(
    private readonly client: CloudWatchLogsClient,
    private readonly logGroup: string,
    private readonly runId: string,
    private readonly startedAt: number,
  ) {}

  /** The records that were not there before. */
  async newRecords(abortSignal: AbortSignal): Promise<TimedRecord[]> {
    const query = {
      logGroupName: this.logGroup,
      filterPattern: `{ $.runId = "${this.runId}" }`,
      startTime: this.startedAt - CLOCK_TOLERANCE_MILLISECONDS,
    };
    const records: TimedRecord[] = [];
    for await (const { events = [] } of paginateFilterLogEvents({ client: this.client }, query, { abortSignal })) {
      records.push(...events.flatMap((event) => this.newRecord(event)));
    }
    this.isOver ||= records.some(({ record }) => record.last);
    return records.sort((one, other) => one.record.round - other.record.round);
  }

  private newRecord({ eventId, message, timestamp }: FilteredLogEvent): TimedRecord[] {
    if (eventId === undefined || message === undefined || timestamp === undefined || this.seen.has(eventId)) return [];
    this.seen.add(eventId);
    const record = parse(message);
    return isRecordOf(this.runId, record) ? [{ writtenAt: timestamp, record }] : [];
  }
}

function parse(line: string): unknown {
  try {
    return JSON.parse(line);
  } catch {
    return undefined;
  }
}

function isRecordOf(runId: string, value: unknown): value is WarmingRecord {
  if (typeof value !== "object" || value === null) return false;
  const { message, runId: own, targets }: Partial<Record<keyof WarmingRecord, unknown>> = value;
  return message === "warming" && own === runId && Array.isArray(targets);
}
