import { type GetMetricDataCommandInput, type MetricDataQuery } from "@aws-sdk/client-cloudwatch";
import { parseExpression } from "../../local/cloudwatch/alarm";
import { computeStatistic } from "../../local/cloudwatch/metric-data";

/** A value that was published under a metric. */
export interface MetricValue {
  readonly at: number;
  readonly value: number;
}

/** One value of an answer. */
interface Answer extends MetricValue {
  readonly id: string;
  readonly label: string;
}

/** Few, so that every answer of some length has several pages. */
const VALUES_PER_PAGE = 500;

/**
 * CloudWatch's metrics, as far as its documentation tells them: periods count from the minute that is asked for. By
 * namespace, name and values of dimensions, as in `AWS/Lambda Invocations dev-api,dev-api:live`.
 */
export class FakeMetrics extends Map<string, readonly MetricValue[]> {
  /** How many metrics have been asked for: what is billed. */
  metricsAsked = 0;
  /** What is left for the next page, by its token. */
  private readonly rests = new Map<string, Answer[]>();

  put(
    namespace: string,
    metricName: string,
    dimensions: Readonly<Record<string, string>>,
    at: number,
    value: number,
  ): void {
    const key = keyOf(namespace, metricName, Object.entries(dimensions));
    const values = this.get(key) as MetricValue[] | undefined;
    if (values) values.push({ at, value });
    else this.set(key, [{ at, value }]);
  }

  /** Answers one page of a GetMetricData. */
  answer({ MetricDataQueries = [], StartTime, EndTime, NextToken }: GetMetricDataCommandInput) {
    const [from, to] = [floorMinute(StartTime), floorMinute(EndTime)];
    let rest = this.rests.get(NextToken ?? "");
    if (!rest) {
      if (MetricDataQueries.length > 500) throw new Error("more than 500 queries in one call");
      this.metricsAsked += MetricDataQueries.filter(({ MetricStat }) => MetricStat).length;
      const byId = new Map(MetricDataQueries.map((query) => [query.Id ?? "", query]));
      rest = MetricDataQueries.filter(({ ReturnData = true }) => ReturnData).flatMap((query) =>
        this.listLines(query, byId, from, to).flatMap(({ label, values }) =>
          [...values].map(([at, value]) => ({ id: query.Id ?? "", label, at, value })),
        ),
      );
    }
    const page = rest.splice(0, VALUES_PER_PAGE);
    const token = NextToken ?? `read ${this.rests.size}`;
    this.rests.set(token, rest);
    return {
      MetricDataResults: [...new Set(page.map(({ id, label }) => `${id} ${label}`))].map((line) => {
        const own = page.filter(({ id, label }) => `${id} ${label}` === line);
        const [{ id, label } = { id: "", label: "" }] = own;
        return {
          Id: id,
          Label: label,
          StatusCode: "Complete" as const,
          Timestamps: own.map(({ at }) => new Date(at)),
          Values: own.map(({ value }) => value),
        };
      }),
      ...(rest.length > 0 && { NextToken: token }),
    };
  }

  /** One line for a query, or one for each metric that a search finds. */
  private listLines(
    query: MetricDataQuery,
    byId: ReadonlyMap<string, MetricDataQuery>,
    from: number,
    to: number,
  ): { readonly label: string; readonly values: Map<number, number> }[] {
    const { Expression = "", Label, MetricStat, Period = 60 } = query;
    const search = /^SEARCH\('\{([^,]+),([^}]+)\} MetricName="(\w+)" Resource="([^"]*)"', '(\w+)'\)$/.exec(Expression);
    if (!search) {
      const label = Label ?? MetricStat?.Metric?.MetricName ?? "";
      return [{ label, values: this.valuesOf(query, byId, from, to) }];
    }
    const [, namespace = "", names = "", metricName = "", resource = "", stat = ""] = search;
    return [...this.keys()].flatMap((key) => {
      const [space, name, list = ""] = key.split(" ");
      const values = list.split(",");
      const isMeant = values.length === names.split(",").length && values.includes(resource);
      if (space !== namespace || name !== metricName || !isMeant) return [];
      return [{ label: values[0] ?? "", values: gather(this.get(key) ?? [], stat, Period, from, to) }];
    });
  }

  private valuesOf(
    { MetricStat, Expression }: MetricDataQuery,
    byId: ReadonlyMap<string, MetricDataQuery>,
    from: number,
    to: number,
  ): Map<number, number> {
    if (Expression !== undefined) return this.computed(Expression, byId, from, to);
    const { Metric, Period = 60, Stat = "" } = MetricStat ?? {};
    const dimensions = (Metric?.Dimensions ?? []).map(({ Name = "", Value = "" }) => [Name, Value] as const);
    const values = this.get(keyOf(Metric?.Namespace ?? "", Metric?.MetricName ?? "", dimensions)) ?? [];
    return gather(values, Stat, Period, from, to);
  }

  /** What alarms are computed by. */
  private computed(
    expression: string,
    byId: ReadonlyMap<string, MetricDataQuery>,
    from: number,
    to: number,
  ): Map<number, number> {
    const { ids, evaluate } = parseExpression(expression);
    const periods = [...ids].map((id) => byId.get(id)?.MetricStat?.Period ?? byId.get(id)?.Period);
    const data = new Map(
      [...ids].map((id) => {
        const query = byId.get(id);
        if (!query || query.ReturnData !== false) throw new Error(`${expression} refers to ${id}`);
        return [id, this.valuesOf(query, byId, from, to)];
      }),
    );
    const times = [...new Set([...data.values()].flatMap((values) => [...values.keys()]))].sort((a, b) => a - b);
    return new Map(
      times.flatMap((at) => {
        const value = evaluate((id) => data.get(id)?.get(at), periods[0]);
        return value === undefined ? [] : [[at, value] as const];
      }),
    );
  }
}

/** A statistic of each period that has values, by when the period begins. */
function gather(
  values: readonly MetricValue[],
  stat: string,
  periodSeconds: number,
  from: number,
  to: number,
): Map<number, number> {
  const buckets = new Map<number, number[]>();
  for (const { at, value } of values) {
    if (at < from || at >= to) continue;
    const start = from + Math.floor((at - from) / (periodSeconds * 1000)) * periodSeconds * 1000;
    const bucket = buckets.get(start);
    if (bucket) bucket.push(value);
    else buckets.set(start, [value]);
  }
  return new Map([...buckets].sort(([one], [other]) => one - other).map(([at, all]) => [at, statistic(stat, all)]));
}

/** The value that so many percent of others do not exceed. */
export function findPercentile(values: readonly number[], percent: number): number {
  const sorted = [...values].sort((one, other) => one - other);
  return sorted[Math.max(0, Math.ceil((percent / 100) * sorted.length) - 1)] ?? NaN;
}

function statistic(name: string, values: readonly number[]): number {
  const sum = values.reduce((total, value) => total + value, 0);
  switch (name) {
    case "Sum":
      return sum;
    case "Average":
      return sum / values.length;
    case "SampleCount":
      return values.length;
    case "Maximum":
      return values.reduce((most, value) => Math.max(most, value), -Infinity);
    case "Minimum":
      return values.reduce((least, value) => Math.min(least, value), Infinity);
    default:
      if (name.startsWith("PR(")) return computeStatistic(name, values) ?? 0;
      return findPercentile(values, Number(/^p([\d.]+)$/.exec(name)?.[1]));
  }
}

function keyOf(namespace: string, metricName: string, dimensions: readonly (readonly [string, string])[]): string {
  const values = dimensions.toSorted(([one], [other]) => one.localeCompare(other)).map(([, value]) => value);
  return [namespace, metricName, values.join(",")].join(" ");
}

function floorMinute(time = new Date(0)): number {
  return Math.floor(time.getTime() / 60_000) * 60_000;
}
