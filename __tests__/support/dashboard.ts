import Ajv, { type ErrorObject } from "ajv";
import schema from "./dashboard-schema.json";

/** https://docs.aws.amazon.com/AmazonCloudWatch/latest/monitoring/cloudwatch_limits.html */
const MOST_METRICS_IN_ALL = 2500;

const COLUMNS = 24;

/** What CloudWatch gives a widget that does not say. */
const SIDE = 6;

const hasStructure = new Ajv({ allErrors: true, strictTypes: false }).compile<Body>(schema);

interface Body {
  readonly start?: string;
  readonly end?: string;
  readonly widgets: readonly Widget[];
  readonly variables?: readonly Variable[];
}

interface Widget {
  readonly type: string;
  readonly x?: number;
  readonly y?: number;
  readonly width?: number;
  readonly height?: number;
  readonly properties: MetricProperties;
}

/** Of a metric widget: others have none of these, or others by the same names. */
interface MetricProperties {
  readonly metrics?: readonly Metric[];
  readonly view?: string;
  readonly yAxis?: { readonly left?: { readonly min?: number; readonly max?: number } };
  readonly annotations?: {
    readonly alarms?: readonly string[];
    readonly horizontal?: readonly unknown[];
    readonly vertical?: readonly unknown[];
  };
}

interface Rendering {
  readonly id?: string;
  readonly expression?: string;
}

interface Variable {
  readonly id: string;
  readonly defaultValue?: unknown;
  readonly values?: readonly { readonly value: unknown }[];
  readonly search?: string;
}

/** A metric as a dashboard writes it: texts, and at the end how to draw it. */
type Metric = readonly (string | Rendering)[];

/** A metric that a widget draws, without the shorthand "." and "...". */
export interface DrawnMetric {
  readonly namespace: string;
  readonly metricName: string;
  readonly dimensions: Readonly<Record<string, string>>;
}

/**
 * What is wrong with a dashboard's body; nothing where the list is empty.
 *
 * Source: https://docs.aws.amazon.com/AmazonCloudWatch/latest/APIReference/CloudWatch-Dashboard-Body-Structure.html
 */
export function checkDashboard(body: unknown): string[] {
  if (!hasStructure(body)) return (hasStructure.errors ?? []).filter(({ keyword }) => keyword !== "if").map(told);
  const metrics = body.widgets.reduce((sum, { type, properties }) => sum + countMetrics(type, properties), 0);
  return [
    ...checkTimes(body),
    ...checkVariables(body.variables ?? []),
    ...checkLayout(body.widgets),
    ...body.widgets.flatMap(({ type, properties }, index) =>
      type === "metric" ? checkMetricWidget(properties).map((problem) => `/widgets/${index} ${problem}`) : [],
    ),
    ...(metrics > MOST_METRICS_IN_ALL ? [`the widgets have ${metrics} metrics, more than ${MOST_METRICS_IN_ALL}`] : []),
  ];
}

/**
 * The metrics that a body's metric widgets draw, with the shorthand written out; expressions are left out. The body is
 * one in which checkDashboard finds no problem.
 *
 * Source:
 * https://docs.aws.amazon.com/AmazonCloudWatch/latest/APIReference/CloudWatch-Dashboard-Body-Structure.html#CloudWatch-Dashboard-Properties-Metrics-Array-Format
 */
export function listDrawnMetrics(body: unknown): DrawnMetric[] {
  if (!hasStructure(body)) throw new Error("This is not a dashboard: see checkDashboard");
  return body.widgets.flatMap(({ type, properties }) =>
    type === "metric" ? writtenOut(properties.metrics ?? []).texts.map(asMetric) : [],
  );
}

function told({ instancePath, message, params }: ErrorObject): string {
  return `${instancePath} ${message ?? ""} ${JSON.stringify(params)}`.trim();
}

function countMetrics(type: string, { metrics = [] }: MetricProperties): number {
  return type === "metric" ? metrics.length : 0;
}

function checkTimes({ start, end }: Body): string[] {
  const relative = start?.startsWith("-") === true;
  if (relative && end !== undefined) return ["/end cannot come with a relative start"];
  return start !== undefined && !relative && end === undefined ? ["/start is absolute, and there is no end"] : [];
}

function checkVariables(variables: readonly Variable[]): string[] {
  return variables.flatMap(({ id, defaultValue, values, search }, index) => {
    const problems: string[] = [];
    if (variables.findIndex((variable) => variable.id === id) !== index) problems.push(`id ${id} is taken`);
    if (values !== undefined && defaultValue !== undefined && !values.some(({ value }) => value === defaultValue)) {
      problems.push("defaultValue is not one of the values");
    }
    if (defaultValue === "__FIRST" && search === undefined) problems.push("__FIRST is for a search");
    return problems.map((problem) => `/variables/${index} ${problem}`);
  });
}

function checkLayout(widgets: readonly Widget[]): string[] {
  const places = widgets.flatMap(({ x, y, width = SIDE, height = SIDE }, index) =>
    x === undefined || y === undefined ? [] : [{ index, x, y, right: x + width, bottom: y + height }],
  );
  const outside = places.filter(({ right }) => right > COLUMNS);
  const overlaps = places.flatMap((one, position) =>
    places
      .slice(position + 1)
      .filter(({ x, y, right, bottom }) => x < one.right && one.x < right && y < one.bottom && one.y < bottom)
      .map((other) => `/widgets/${other.index} overlaps /widgets/${one.index}`),
  );
  return [...outside.map(({ index, right }) => `/widgets/${index} reaches column ${right} of ${COLUMNS}`), ...overlaps];
}

function checkMetricWidget({ metrics, view, yAxis, annotations = {} }: MetricProperties): string[] {
  const { alarms = [], horizontal = [], vertical = [] } = annotations;
  const problems: string[] = [];
  if (metrics === undefined && alarms.length === 0) problems.push("has neither metrics nor an alarm");
  if (metrics !== undefined && alarms.length > 0) problems.push("has both metrics and an alarm");
  if (alarms.length > 0 && horizontal.length + vertical.length > 0) problems.push("has both an alarm and annotations");
  if (view === "gauge" && (yAxis?.left?.min === undefined || yAxis.left.max === undefined)) {
    problems.push("is a gauge, and has not both min and max on the left of yAxis");
  }
  const ids = (metrics ?? []).flatMap((metric) => renderingOf(metric)?.id ?? []);
  for (const id of new Set(ids.filter((id, index) => ids.indexOf(id) !== index))) problems.push(`id ${id} is taken`);
  return [...problems, ...writtenOut(metrics ?? []).problems];
}

function renderingOf(metric: Metric): Rendering | undefined {
  const last = metric.at(-1);
  return typeof last === "object" ? last : undefined;
}

/** Writes out what is short for the same part of the metric before; expressions are passed over. */
function writtenOut(metrics: readonly Metric[]): { readonly texts: readonly string[][]; readonly problems: string[] } {
  const texts: string[][] = [];
  const problems: string[] = [];
  for (const [index, metric] of metrics.entries()) {
    const problem = (text: string): void => void problems.push(`/metrics/${index} ${text}`);
    const own = metric.filter((part) => typeof part === "string");
    const rendering = renderingOf(metric);
    if (metric.length - own.length > (rendering === undefined ? 0 : 1)) problem("has an object that is not the last");
    if (rendering?.expression !== undefined) {
      if (own.length > 0) problem("is both a metric and an expression");
      continue;
    }
    const full = repeated(own, texts.at(-1) ?? []);
    if (full.some((part) => /^\.(\.\.)?$/.test(part))) problem("repeats what the metric before it does not have");
    else if (full.length < 2) problem("has no namespace or no name");
    else if (full.length % 2 === 1) problem("has a dimension without a value");
    texts.push(full);
  }
  return { texts, problems };
}

function repeated(own: readonly string[], before: readonly string[]): string[] {
  const [first, ...rest] = own;
  const long = first === "..." && before.length >= rest.length ? before.slice(0, before.length - rest.length) : [];
  const parts = first === "..." && long.length > 0 ? [...long, ...rest] : own;
  return parts.map((part, index) => (part === "." ? (before[index] ?? part) : part));
}

function asMetric([namespace = "", metricName = "", ...pairs]: readonly string[]): DrawnMetric {
  const names = pairs.filter((_part, index) => index % 2 === 0);
  return {
    namespace,
    metricName,
    dimensions: Object.fromEntries(names.map((name, index) => [name, pairs[index * 2 + 1] ?? ""])),
  };
}
