import { type AwsAccess } from "../aws/access";
import { type MetricRange, type MetricRequest, type Point, readMetrics } from "../aws/metrics";
import {
  type HourName,
  requestHours,
  type Requests,
  type ScalarName,
  requestScalars,
  type SeriesName,
  requestSeries,
} from "./function-metrics";
import { type Reader } from "../aws/part-reader";
import { REPORT_PARTS } from "./parts";
import { type Period, findPeriodBefore } from "./period";
import { type MeasuredFunction } from "../../model/measured-function";

/** Values by name; values without data are missing. */
export type Scalars = Readonly<Partial<Record<ScalarName, number>>>;

/** One function's data from CloudWatch. */
export interface FunctionData {
  readonly subject: MeasuredFunction;
  /** Undefined if it could not be read; the same applies below. */
  readonly now: Scalars | undefined;
  readonly before: Scalars | undefined;
  readonly series: Readonly<Partial<Record<SeriesName, readonly Point[]>>> | undefined;
  readonly hours: Readonly<Partial<Record<HourName, readonly Point[]>>> | undefined;
}

const DAY_SECONDS = 86_400;
const HOUR_SECONDS = 3600;

/** Maximum number of metrics that {@link readFunctions} reads: each one is billed. */
export function countMetricsRead(subjects: readonly MeasuredFunction[]): number {
  const { scalars, series, hours } = countRequests(subjects);
  return 2 * scalars + series + hours;
}

function countRequests(subjects: readonly MeasuredFunction[]): Record<"scalars" | "series" | "hours", number> {
  const count = (of: (subject: MeasuredFunction) => object) =>
    subjects.reduce((total, subject) => total + Object.keys(of(subject)).length, 0);
  return { scalars: count(requestScalars), series: count(requestSeries), hours: count(requestHours) };
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
  const scalars = ({ from, to, days }: Period) =>
    readAll(aws, subjects, requestScalars, { from, to, periodSeconds: days * DAY_SECONDS });
  const { from, to, chartSeconds } = period;
  const now = await reader.read(REPORT_PARTS.figures, () => scalars(period));
  const before = await reader.read(REPORT_PARTS.before, () => scalars(findPeriodBefore(period)));
  const series = await reader.read(REPORT_PARTS.series, () =>
    readAll(aws, subjects, requestSeries, { from, to, periodSeconds: chartSeconds }),
  );
  const counts = countRequests(subjects);
  const hours =
    counts.hours === 0
      ? []
      : await reader.read(REPORT_PARTS.hours, () =>
          readAll(aws, subjects, requestHours, { from, to, periodSeconds: HOUR_SECONDS }),
        );
  return {
    functions: subjects.map((subject, index) => ({
      subject,
      now: now && selectFirstValues(now[index] ?? {}),
      before: before && selectFirstValues(before[index] ?? {}),
      series: series && (series[index] ?? {}),
      hours: hours && (hours[index] ?? {}),
    })),
    metricsRead:
      (now ? counts.scalars : 0) +
      (before ? counts.scalars : 0) +
      (series ? counts.series : 0) +
      (hours ? counts.hours : 0),
  };
}

async function readAll<Name extends string>(
  aws: AwsAccess,
  subjects: readonly MeasuredFunction[],
  requestsOf: (subject: MeasuredFunction) => Requests<Name>,
  range: MetricRange,
): Promise<Partial<Record<Name, Point[]>>[]> {
  const requests = Object.fromEntries(
    subjects.flatMap((subject, index) =>
      Object.entries<MetricRequest | undefined>(requestsOf(subject)).flatMap(([name, request]) =>
        request ? [[`${index} ${name}`, request] as const] : [],
      ),
    ),
  );
  const points = await readMetrics(aws, requests, range);
  return subjects.map((subject, index) => {
    const names = Object.keys(requestsOf(subject)) as Name[];
    return Object.fromEntries(names.map((name) => [name, points[`${index} ${name}`] ?? []])) as Partial<
      Record<Name, Point[]>
    >;
  });
}

function selectFirstValues(points: Readonly<Partial<Record<ScalarName, readonly Point[]>>>): Scalars {
  return Object.fromEntries(Object.entries(points).flatMap(([name, [first]]) => (first ? [[name, first.value]] : [])));
}
