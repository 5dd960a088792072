import { type AwsAccess } from "../aws/access";
import { type MetricRange, type Point, readMetrics } from "../aws/metrics";
import { HOURS, listReadings, type ReadingSet, SCALARS, SERIES, type ValueName } from "./function-metrics";
import { type Reader } from "../aws/part-reader";
import { type ReportPart, REPORT_PARTS } from "./parts";
import { type Period, findPeriodBefore } from "./period";
import { type MeasuredFunction } from "../../model/measured-function";

/** Values by name; values without data are missing. */
export type Scalars = Readonly<Partial<Record<ValueName, number>>>;

/** Values over time by name. */
export type ValueSeries = Readonly<Partial<Record<ValueName, readonly Point[]>>>;

/** One function's data from CloudWatch. */
export interface FunctionData {
  readonly subject: MeasuredFunction;
  /** Undefined if it could not be read; the same applies below. */
  readonly now: Scalars | undefined;
  readonly before: Scalars | undefined;
  readonly series: ValueSeries | undefined;
  readonly hours: ValueSeries | undefined;
}

const DAY_SECONDS = 86_400;
const HOUR_SECONDS = 3600;

/** Maximum number of metrics that {@link readFunctions} reads: each one is billed. */
export function countMetricsRead(subjects: readonly MeasuredFunction[]): number {
  return subjects
    .flatMap((subject) => [SCALARS, SCALARS, SERIES, HOURS].map((set) => listReadings(subject, set).length))
    .reduce((total, count) => total + count, 0);
}

/**
 * Reads every function's metrics. A single value for a period is read as one period in CloudWatch, because percentiles
 * of parts cannot be combined.
 *
 * @param reader remembers what could not be read
 */
export async function readFunctions(
  aws: AwsAccess,
  subjects: readonly MeasuredFunction[],
  period: Period,
  reader: Reader,
): Promise<{ readonly functions: FunctionData[]; readonly metricsRead: number }> {
  let metricsRead = 0;
  const read = async (part: ReportPart, set: ReadingSet, range: MetricRange): Promise<ValueSeries[] | undefined> => {
    const readings = subjects.map((subject) => listReadings(subject, set));
    const requests = readings.flatMap((all, index) =>
      all.map(([name, request]) => [`${index} ${name}`, request] as const),
    );
    if (requests.length === 0) return subjects.map(() => ({}));
    const points = await reader.read(REPORT_PARTS[part], () => readMetrics(aws, Object.fromEntries(requests), range));
    if (!points) return undefined;
    metricsRead += requests.length;
    return readings.map((all, index) =>
      Object.fromEntries(all.map(([name]) => [name, points[`${index} ${name}`] ?? []])),
    );
  };
  const { from, to, days, chartSeconds } = period;
  const before = findPeriodBefore(period);
  const now = await read("figures", SCALARS, { from, to, periodSeconds: days * DAY_SECONDS });
  const then = await read("before", SCALARS, { from: before.from, to: before.to, periodSeconds: days * DAY_SECONDS });
  const series = await read("series", SERIES, { from, to, periodSeconds: chartSeconds });
  const hours = await read("hours", HOURS, { from, to, periodSeconds: HOUR_SECONDS });
  const functions = subjects.map((subject, index) => ({
    subject,
    now: now && selectFirstValues(now[index]),
    before: then && selectFirstValues(then[index]),
    series: series?.[index],
    hours: hours?.[index],
  }));
  return { functions, metricsRead };
}

function selectFirstValues(points: ValueSeries = {}): Scalars {
  return Object.fromEntries(Object.entries(points).flatMap(([name, [first]]) => (first ? [[name, first.value]] : [])));
}
