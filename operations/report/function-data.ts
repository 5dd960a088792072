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
import { type Period, periodBefore } from "./period";
import { type Subject } from "../subject";

/** Values by name; one that CloudWatch has no data for is missing. */
export type Scalars = Readonly<Partial<Record<ScalarName, number>>>;

/** What CloudWatch has told of one function. */
export interface FunctionData {
  readonly subject: Subject;
  readonly now: Scalars;
  readonly before: Scalars;
  readonly series: Readonly<Partial<Record<SeriesName, readonly Point[]>>>;
  readonly hours: Readonly<Partial<Record<HourName, readonly Point[]>>>;
}

/** Where metrics are read from. */
export interface MetricSource {
  readonly client: CloudWatchClient;
  readonly region: string;
  readonly signal: AbortSignal;
}

const DAY_SECONDS = 86_400;
const HOUR_SECONDS = 3600;

/** How many metrics {@link readFunctions} reads: each reading of one is billed. */
export function metricsRead(subjects: readonly Subject[]): number {
  const count = (of: (subject: Subject) => object) =>
    subjects.reduce((total, subject) => total + Object.keys(of(subject)).length, 0);
  return 2 * count(scalarsOf) + count(seriesOf) + count(hoursOf);
}

/**
 * Reads every function's metrics. What is one value for a period is read as one period of CloudWatch's: percentiles of parts cannot be
 * put together.
 *
 * @throws AwsFailure
 */
export async function readFunctions(
  source: MetricSource,
  subjects: readonly Subject[],
  period: Period,
): Promise<FunctionData[]> {
  const scalars = async ({ from, to, days }: Period) =>
    readAll(source, subjects, scalarsOf, { from, to, periodSeconds: days * DAY_SECONDS });
  const { from, to, chartSeconds } = period;
  const now = await scalars(period);
  const before = await scalars(periodBefore(period));
  const series = await readAll(source, subjects, seriesOf, { from, to, periodSeconds: chartSeconds });
  const hours = await readAll(source, subjects, hoursOf, { from, to, periodSeconds: HOUR_SECONDS });
  return subjects.map((subject, index) => ({
    subject,
    now: firstValues(now[index] ?? {}),
    before: firstValues(before[index] ?? {}),
    series: series[index] ?? {},
    hours: hours[index] ?? {},
  }));
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
