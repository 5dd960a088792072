import * as z from "zod";
import { makeInvalidInput, show } from "../../../environments/mistakes";
import { parseJson } from "../../../environments/parse-json";
import { type ExportedMetric } from "./metric-export";
import { selectTimeReader } from "./times";

/** What an export of AWS has: metrics, or a table. */
export type JsonExport =
  | { readonly kind: "metrics"; readonly metrics: readonly ExportedMetric[] }
  | { readonly kind: "table"; readonly names: readonly string[]; readonly rows: readonly (readonly string[])[] };

const text = z.union([z.string(), z.number()]).transform(String);

/** https://docs.aws.amazon.com/AmazonCloudWatch/latest/APIReference/API_GetMetricData.html */
const metricData = z.object({
  MetricDataResults: z.array(
    z.object({
      Id: z.string(),
      Label: z.string().optional(),
      Timestamps: z.array(text),
      Values: z.array(z.number().nonnegative()),
    }),
  ),
  NextToken: z.string().optional(),
});

/** https://docs.aws.amazon.com/AmazonCloudWatchLogs/latest/APIReference/API_GetQueryResults.html */
const queryResults = z.object({
  results: z.array(z.array(z.object({ field: z.string(), value: text }))),
  status: z.string().optional(),
});

/** The console's export of a query's results. */
const table = z.array(z.record(z.string(), z.union([text, z.null(), z.object({}).transform(() => "")])));

/**
 * Recognizes an export by its contents.
 *
 * @throws InvalidInput if it is none, or incomplete
 */
export function readJsonExport(file: string, content: string): JsonExport {
  const value = parseJson(content);
  const metrics = metricData.safeParse(value);
  if (metrics.success) return { kind: "metrics", metrics: readMetricData(file, metrics.data) };
  const query = queryResults.safeParse(value);
  if (query.success) {
    const { results, status = "Complete" } = query.data;
    if (status !== "Complete") {
      throw makeInvalidInput(file, `expected the results of a finished query, got status ${status}: read them again`);
    }
    return buildTable(results.map((fields) => new Map(fields.map((one) => [one.field, one.value]))));
  }
  const rows = table.safeParse(value);
  if (rows.success)
    return buildTable(rows.data.map((row) => new Map(Object.entries(row).map(([k, v]) => [k, v ?? ""]))));
  throw makeInvalidInput(
    file,
    "expected CSV, or the JSON of `aws cloudwatch get-metric-data` or `aws logs get-query-results`, got something else",
  );
}

function buildTable(rows: readonly ReadonlyMap<string, string>[]): JsonExport {
  const names = [...new Set(rows.flatMap((row) => [...row.keys()]))];
  return { kind: "table", names, rows: rows.map((row) => names.map((name) => row.get(name) ?? "")) };
}

/** The command line joins the pages of an answer, so that a metric may occur several times. */
function readMetricData(
  file: string,
  { MetricDataResults, NextToken }: z.infer<typeof metricData>,
): readonly ExportedMetric[] {
  if (NextToken !== undefined)
    throw makeInvalidInput(file, "expected all pages, got NextToken: read without --no-paginate");
  return [...new Set(MetricDataResults.map(({ Id }) => Id))].map((id) => {
    const pages = MetricDataResults.filter(({ Id }) => Id === id);
    return {
      name: [id, ...pages.map(({ Label = "" }) => Label)].join(" "),
      points: pages.flatMap(({ Timestamps, Values }) =>
        Timestamps.map((time, index) => {
          const at = selectTimeReader(time)?.(time);
          const value = Values[index];
          if (at !== undefined && value !== undefined) return { at, value };
          throw makeInvalidInput(file, `${id}: expected times, each with a value, got ${show(time)}`);
        }),
      ),
    };
  });
}
