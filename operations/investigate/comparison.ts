import { type Measure } from "../../model/metrics";
import { type WatchedFunction } from "../../model/watched-function";
import { type MetricRequest, priceReading, readMetrics } from "../aws/metrics";
import { type AwsAccess } from "../aws/access";
import { FIGURE_NAMES, type FigureName, COMPARED_FIGURES } from "./figures";
import { type Window } from "./window";

/** The figures of one time range; figures without data are missing. */
export type FigureValues = Readonly<Partial<Record<FigureName, number>>>;

/** A figure with those of other times. */
export interface ComparedFigure {
  readonly now: number | undefined;
  readonly yesterday: number | undefined;
  readonly lastWeek: number | undefined;
  /** Whether it is much higher than at both other times; for counts, relative to requests. */
  readonly standsOut: boolean;
}

/** Every figure of a time range, compared with the same hours yesterday and last week. */
export type FigureComparison = Readonly<Record<FigureName, ComparedFigure>>;

/** Cost of reading a function's figures once, in dollars. */
export function priceFigures(watched: WatchedFunction): number {
  return priceRequests(Object.values(listRequests(watched)));
}

/** Cost of reading some metrics once, in dollars: a computed figure is billed as all of its metrics. */
export function priceRequests(requests: readonly (MetricRequest | Measure)[]): number {
  const metrics = requests.map((request) => ("metric" in request ? 1 : Object.keys(request.metrics).length));
  return priceReading(metrics.reduce((total, count) => total + count, 0));
}

/**
 * Reads the figures of a function in a time range.
 *
 * @throws AwsFailure
 */
export async function readFigureValues(
  aws: AwsAccess,
  watched: WatchedFunction,
  { from, to }: Window,
): Promise<FigureValues> {
  const requests = listRequests(watched);
  const range = { from, to, periodSeconds: (to - from) / 1000 };
  const points = await readMetrics(aws, requests, range);
  return Object.fromEntries(
    Object.entries(points).flatMap(([name, values]) => {
      const known = values.map(({ value }) => value).filter(Number.isFinite);
      return known.length === 0 ? [] : [[name, combineValues(requests[name]?.statistic, known)]];
    }),
  );
}

/** Merges values if CloudWatch has split the time range: if they cannot be combined, the larger one counts. */
function combineValues(statistic: string | undefined, values: readonly number[]): number {
  const isSum = statistic === "Sum" || statistic === "SampleCount";
  return isSum ? values.reduce((total, value) => total + value, 0) : Math.max(...values);
}

/** @param yesterday undefined if it could not be read, or would overlap; as `lastWeek` */
export function compare(
  watched: WatchedFunction,
  now: FigureValues,
  yesterday: FigureValues | undefined,
  lastWeek: FigureValues | undefined,
): FigureComparison {
  const requested = listRequests(watched);
  const compared = FIGURE_NAMES.map((name): [FigureName, ComparedFigure] => {
    const { factor, floor, alone, isCount } = COMPARED_FIGURES[name];
    const of = (values: FigureValues | undefined) => {
      const isKnown = values !== undefined && name in requested;
      // CloudWatch has no zeros: for a function with requests, a missing count means zero.
      return isKnown && isCount && values.requests !== undefined ? (values[name] ?? 0) : values?.[name];
    };
    const rate = (values: FigureValues | undefined) => {
      const [value, { requests = 0 }] = [of(values), values ?? {}];
      return value !== undefined && isCount && name !== "requests" ? value / Math.max(requests, 1) : value;
    };
    const known = [rate(yesterday), rate(lastWeek)].filter((value) => value !== undefined);
    const [value = -Infinity, current = -Infinity] = [of(now), rate(now)];
    const standsOut =
      known.length === 0 ? value > alone(watched) : value > floor(watched) && current > factor * Math.max(...known);
    return [name, { now: of(now), yesterday: of(yesterday), lastWeek: of(lastWeek), standsOut }];
  });
  return Object.fromEntries(compared) as FigureComparison;
}

function listRequests(watched: WatchedFunction): Record<string, MetricRequest | Measure> {
  return Object.fromEntries(
    FIGURE_NAMES.flatMap((name) => {
      const request = COMPARED_FIGURES[name].read(watched);
      return request ? [[name, request]] : [];
    }),
  );
}
