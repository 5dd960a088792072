import { formatDollars } from "../../../model/priced-resources";
import { formatNumber, formatUtc } from "../../document/formats";
import { DOLLARS_PER_GIGABYTE_QUERIED } from "../../../model/priced-resources";
import { type History } from "../history";
import { EXPECTATION } from "../platform-assumptions";
import { fitRuns } from "./fit-runs";
import { fitToLog, isEnough } from "./fit-log";
import { buildOwnLog, type OwnLog } from "./log-advice";
import { type LogAccess, MOST_RECORDS, type QueryUsage, readRecords, measureLog, selectSpan } from "./platform-log";

/** How progress is reported. */
export interface ProgressReporter {
  readonly say: (line: string) => void;
  /** Called with the current work, and with its finished share, from 0 to 1. */
  readonly onProgress: (what: string, share: number) => void;
}

/** Reading usually takes less time than fitting. */
const FITS = 2;

/**
 * Reads the platform's records in a function's log, if there may be enough, and fits to them. Reports first what will
 * be read, and then its cost.
 *
 * @throws AwsFailure
 */
export async function readOwnLog(
  access: LogAccess,
  history: History,
  now: number,
  { say, onProgress }: ProgressReporter,
): Promise<OwnLog> {
  const { logGroup } = access.watched;
  const span = selectSpan(history, now);
  say(
    `reading at most ${formatNumber(MOST_RECORDS, 0)} of the platform's records since ${formatUtc(span.from)} UTC from ${logGroup}, at $${DOLLARS_PER_GIGABYTE_QUERIED} for each GB that the queries scan`,
  );
  onProgress("counting the records of its log", 0);
  const { reading: counting, ...size } = await measureLog(access, span);
  if (!isEnough(size)) {
    say(describeUsage(counting));
    return buildOwnLog(size, counting);
  }
  const { records, reading } = await readRecords(access, size, (share) => {
    onProgress("reading its log", share);
  });
  const all = {
    queries: counting.queries + reading.queries,
    bytesScanned: counting.bytesScanned + reading.bytesScanned,
    dollars: counting.dollars + reading.dollars,
  };
  say(describeUsage(all));
  const done = new Array<number>(FITS).fill(0);
  let fits = 0;
  const tried = await fitToLog(records, size, (runs) => {
    const place = fits++;
    return fitRuns(
      { runs, expectation: EXPECTATION },
      (share) => {
        done[place] = share;
        onProgress("fitting to its log", done.reduce((sum, one) => sum + one, 0) / FITS);
      },
      access.aws.signal,
    );
  });
  return buildOwnLog(size, all, tried);
}

function describeUsage({ queries, bytesScanned, dollars }: QueryUsage): string {
  return `${queries} ${queries === 1 ? "query" : "queries"} scanned ${formatNumber(bytesScanned / 1e6, 1)} MB of logs for ${formatDollars(dollars)}`;
}
