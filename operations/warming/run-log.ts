import { type WarmingRecord } from "../../warming/contract";
import { parseJson } from "../../environments/parse-json";
import { type AwsAccess } from "../aws/access";
import { AwsFailure } from "../aws/failure";
import { type LogEvent, readLogEvents } from "../aws/logs";

/**
 * A computer's clock may be this much ahead of AWS's. The run's id identifies its records, so looking back does not
 * include others.
 */
const CLOCK_TOLERANCE_MILLISECONDS = 300_000;

/** A record and when it was written, in milliseconds since 1970. */
export interface TimedRecord {
  readonly writtenAt: number;
  readonly record: WarmingRecord;
}

/** One run's records in the warmer's log. */
export class RunLog {
  /** Whether the last record has been read. */
  isOver = false;
  private readonly seen = new Set<string>();

  /** @param startedAt start of the run, in milliseconds since 1970 */
  constructor(
    private readonly aws: AwsAccess,
    private readonly logGroup: string,
    private readonly runId: string,
    private readonly startedAt: number,
  ) {}

  /**
   * The new records.
   *
   * @throws AwsFailure
   */
  async newRecords(): Promise<TimedRecord[]> {
    const events = await readLogEvents(this.aws, {
      logGroup: this.logGroup,
      pattern: `{ $.runId = "${this.runId}" }`,
      from: this.startedAt - CLOCK_TOLERANCE_MILLISECONDS,
    });
    if (!events) throw new AwsFailure(`there is no log group ${this.logGroup} in ${this.aws.region}`);
    const records = events.flatMap((event) => this.newRecord(event));
    this.isOver ||= records.some(({ record }) => record.last);
    return records.sort((one, other) => one.record.round - other.record.round);
  }

  private newRecord({ id, text, at }: LogEvent): TimedRecord[] {
    if (this.seen.has(id)) return [];
    this.seen.add(id);
    const record = parseJson(text);
    return isRecordOf(this.runId, record) ? [{ writtenAt: at, record }] : [];
  }
}

function isRecordOf(runId: string, value: unknown): value is WarmingRecord {
  if (typeof value !== "object" || value === null) return false;
  const { message, runId: own, targets }: Partial<Record<keyof WarmingRecord, unknown>> = value;
  return message === "warming" && own === runId && Array.isArray(targets);
}
