import { type CloudWatchClient } from "@aws-sdk/client-cloudwatch";
import { type MetricRange, type MetricRequest, type Point, readMetrics } from "../aws/metric-data";
import {
  type HourName,
  hoursOf,
  type Requests,
  type ScalarName,
  scalarsOf,
  type SeriesName,
  seriesOf,
} from "./function-metrics";
import { type Reader } from "../aws/part-reader";
import { PARTS } from "./parts";
import { type Period, periodBefore } from "./period";
import { type Subject } from "../subject";

/** Values by name; one that CloudWatch has no data for is missing. */
export type Scalars = Readonly<Partial<Record<ScalarName, number>>>;

/** What CloudWatch has told of one function. */
export interface FunctionData {
  readonly subject: Subject;
  /** What could not be read is undefined, here and below. */
  readonly now: Scalars | undefined;
  readonly before: Scalars | undefined;
  readonly series: Readonly<Partial<Record<SeriesName, readonly Point[]>>> | undefined;
  readonly hours: Readonly<Partial<Record<HourName, readonly Point[]>>> | undefined;
}

/** Where metrics are read from. */
export interface MetricSource {
  readonly client: CloudWatchClient;
  readonly region: string;
  readonly signal: AbortSignal;
}

const DAY_SECONDS = 86_400;
const HOUR_SECONDS = 3600;

/** How many metrics {@link readFunctions} reads, at most: each reading of one is billed. */
export function metricsRead(subjects: readonly Subject[]): number {
  const { scalars, series, hours } = countsOf(subjects);
  return 2 * scalars + series + hours;
}

function countsOf(subjects: readonly Subject[]): Record<"scalars" | "series" | "hours", number> {
  const count = (of: (subject: Subject) => object) =>
    subjects.reduce((total, subject) => total + Object.keys(of(subject)).length, 0);
  return { scalars: count(scalarsOf), series: count(seriesOf), hours: count(hoursOf) };
}

/**
 * Reads every function's metrics. What is one value for a period is read as one period of CloudWatch's: percentiles of
 * parts cannot be put together.
 *
 * @param reader remembers what could not be read
 */
export async function readFunctions(
  source: MetricSource,
  subjects: readonly Subject[],
  period: Period,
  reader: Reader,
): Promise<{ readonly functions: FunctionData[]; readonly metricsRead: number }> {
  const scalars = ({ from, to, days }: Period) =>
    readAll(source, subjects, scalarsOf, { from, to, periodSeconds: days * DAY_SECONDS });
  const { from, to, chartSeconds } = period;
  const now = await reader.read(PARTS.figures, () => scalars(period));
  const before = await reader.read(PARTS.before, () => scalars(periodBefore(period)));
  const series = await reader.read(PARTS.series, () =>
    readAll(source, subjects, seriesOf, { from, to, periodSeconds: chartSeconds }),
  );
  const counts = countsOf(subjects);
  const hours =
    counts.hours === 0
      ? []
      : await reader.read(PARTS.hours, () =>
          readAll(source, subjects, hoursOf, { from, to, periodSeconds: HOUR_SECONDS }),
        );
  return {
    functions: subjects.map((subject, index) => ({
      subject,
      now: now && firstValues(now[index] ?? {}),
      before: before && firstValues(before[index] ?? {}),
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
  { client, region, signal }: MetricSource,
  subjects: readonly Subject[],
  requestsOf: (subject: Subject) => Requests<Name>,
  range: MetricRange,
): Promise<Partial<Record<Name, Point[]>>[]> {
  const requests = Object.fromEntries(
    subjects.flatMap((subject, index) =>
      Object.entries<MetricRequest | undefined>(requestsOf(subject)).flatMap(([name, request]) =>
        request ? [[`${index} ${name}`, request] as const] : [],
      ),
    ),
  );
  const points = await readMetrics(client, region, requests, range, signal);
  return subjects.map((subject, index) => {
    const names = Object.keys(requestsOf(subject)) as Name[];
    return Object.fromEntries(names.map((name) => [name, points[`${index} ${name}`] ?? []])) as Partial<
      Record<Name, Point[]>
    >;
  });
}

function firstValues(points: Readonly<Partial<Record<ScalarName, readonly Point[]>>>): Scalars {
  return Object.fromEntries(Object.entries(points).flatMap(([name, [first]]) => (first ? [[name, first.value]] : [])));
}
