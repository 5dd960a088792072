import {
  applyChoice,
  type BodyWidget,
  type DashboardBody,
  findChoiceVariable,
  placeWidgets,
  type WidgetPlace,
} from "../dashboard/body";
import {
  getAlarmName,
  listWidgetLines,
  type MetricProperties,
  WIDGET_PROPERTIES,
  type WidgetLine,
} from "../dashboard/properties";
import { pairItems, toComparable } from "./pair-items";

/** A part of a dashboard or of a widget that is not as before. */
export type PartChange = {
  /** As in `line`, or in `statistic of`. */
  readonly what: string;
  /** Which of several. */
  readonly name?: string;
} & (
  | { readonly kind: "added" | "removed" }
  | { readonly kind: "changed"; readonly before: unknown; readonly after: unknown }
);

/** What happens to a widget; `moved`: only its place or its size is another one. */
export interface WidgetChange {
  readonly kind: "added" | "removed" | "changed" | "moved";
  /** Its title, or what it is. */
  readonly name: string;
  /** Its index in the dashboard before; missing if it is new. */
  readonly before?: number;
  /** Its index in the dashboard after; missing if it is gone. */
  readonly after?: number;
  /** What of it is different, apart from its place. */
  readonly parts: readonly PartChange[];
}

/** The differences between two dashboards. */
export interface DashboardDifference {
  /** Of the dashboard as a whole. */
  readonly parts: readonly PartChange[];
  readonly widgets: readonly WidgetChange[];
  /** The widgets that are on both, by their indexes. */
  readonly kept: readonly { readonly before: number; readonly after: number }[];
}

/** A widget where it is. */
interface PlacedWidget {
  readonly index: number;
  readonly widget: BodyWidget;
  readonly place: WidgetPlace;
}

/** A widget that is on both dashboards. */
interface KeptWidget {
  readonly before: PlacedWidget;
  readonly after: PlacedWidget;
}

/** What CloudWatch's widgets have instead of an id: what says most comes first. */
const WIDGET_IDENTITIES = [
  ({ widget: { type, properties }, place }: PlacedWidget) => toComparable([type, properties, place]),
  ({ widget: { type, properties } }: PlacedWidget) => toComparable([type, properties]),
  ({ widget, place }: PlacedWidget) => readTitle(widget) && toComparable([widget.type, readTitle(widget), place]),
  ({ widget }: PlacedWidget) => readTitle(widget) && toComparable([widget.type, readTitle(widget)]),
  ({ widget: { type, properties } }: PlacedWidget) => toComparable([type, { ...properties, title: "" }]),
  ({ widget, place }: PlacedWidget) => toComparable([widget.type, place, describeFirstLine(widget)]),
];

/**
 * Compares two dashboards. A widget that is only pushed up or down, because rows above it come or go, is not changed.
 */
export function compareDashboards(before: DashboardBody, after: DashboardBody): DashboardDifference {
  const { pairs, removed, added } = pairItems(placeAll(before), placeAll(after), WIDGET_IDENTITIES);
  const difference = {
    parts: compareSettings(before, after),
    kept: pairs.map((kept) => ({ before: kept.before.index, after: kept.after.index })),
  };
  const comesOrGoes = [
    ...added.map((one) => ({ kind: "added" as const, name: nameWidget(one), after: one.index, parts: [] })),
    ...removed.map((one) => ({ kind: "removed" as const, name: nameWidget(one), before: one.index, parts: [] })),
  ];
  const kept = compareKept(pairs, findMoved(pairs));
  const isSame = difference.parts.length + comesOrGoes.length + kept.length === 0;
  // Nothing has pushed what is higher or lower then.
  const pushed = () => pairs.filter((one) => one.before.place.y !== one.after.place.y);
  return { ...difference, widgets: isSame ? compareKept(pairs, new Set(pushed())) : [...comesOrGoes, ...kept] };
}

function compareKept(pairs: readonly KeptWidget[], moved: ReadonlySet<KeptWidget>): WidgetChange[] {
  return pairs.flatMap((kept) => {
    const { before, after } = kept;
    const parts = compareWidgets(before.widget, after.widget);
    if (parts.length === 0 && !moved.has(kept)) return [];
    const kind = parts.length > 0 ? "changed" : "moved";
    return [{ kind, name: nameWidget(after), before: before.index, after: after.index, parts }];
  });
}

/** What depends on the viewer's choice names the variable instead of its placeholder. */
function placeAll(body: DashboardBody): PlacedWidget[] {
  const { pattern, label = "" } = findChoiceVariable(body) ?? {};
  const places = placeWidgets(body.widgets);
  return body.widgets.flatMap((own, index) => {
    const widget = pattern === undefined ? own : applyChoice(own, pattern, `{${label}}`);
    const place = places[index];
    return place ? [{ index, widget, place }] : [];
  });
}

function nameWidget({ widget, place }: PlacedWidget): string {
  const { markdown } = widget.properties;
  const text = typeof markdown === "string" ? markdown.replace(/^[#\s]+/, "").split("\n")[0] : undefined;
  return readTitle(widget) ?? (text || `${widget.type} in column ${place.x}, row ${place.y}`);
}

function readTitle({ properties: { title } }: BodyWidget): string | undefined {
  return typeof title === "string" && title !== "" ? title : undefined;
}

function describeFirstLine(widget: BodyWidget): string | undefined {
  const properties = readMetricProperties(widget);
  const [line] = properties ? listWidgetLines(properties) : [];
  return line && (describeMetric(line) ?? line.expression);
}

function readMetricProperties({ type, properties }: BodyWidget): MetricProperties | undefined {
  return type === "metric" ? WIDGET_PROPERTIES.metric.safeParse(properties).data : undefined;
}

/** The widgets that are elsewhere, or of another size, and not only pushed up or down. */
function findMoved(pairs: readonly KeptWidget[]): ReadonlySet<KeptWidget> {
  const pushed = pairs.filter(({ before: { place: one }, after: { place: other } }) =>
    [one.x - other.x, one.width - other.width, one.height - other.height].every((distance) => distance === 0),
  );
  const ordered = pushed.toSorted((one, other) => compareReadingOrder(one.before.place, other.before.place));
  const inOrder = new Set(findLongestInOrder(ordered));
  return new Set(pairs.filter((kept) => !inOrder.has(kept)));
}

/** As many as possible that are still in the same reading order. */
function findLongestInOrder(ordered: readonly KeptWidget[]): readonly KeptWidget[] {
  /** The longest row that ends with each. */
  const rows: (readonly KeptWidget[])[] = [];
  for (const kept of ordered) {
    const follows = (row: readonly KeptWidget[]) => {
      const last = row.at(-1);
      return !last || compareReadingOrder(last.after.place, kept.after.place) <= 0;
    };
    rows.push([...findLongest(rows.filter(follows)), kept]);
  }
  return findLongest(rows);
}

function findLongest<Item>(rows: readonly (readonly Item[])[]): readonly Item[] {
  return rows.reduce<readonly Item[]>((longest, row) => (row.length > longest.length ? row : longest), []);
}

function compareReadingOrder(one: WidgetPlace, other: WidgetPlace): number {
  return one.y - other.y || one.x - other.x;
}

/** What readers call the settings that they know from elsewhere. */
const SETTINGS: Readonly<Record<string, string>> = {
  start: "beginning of the time range",
  end: "end of the time range",
  variables: "list of variables",
  title: "title",
  markdown: "text",
  query: "query",
  view: "view",
  stat: "statistic",
  period: "period",
  region: "region",
  yAxis: "axis",
  metrics: "list of lines",
  annotations: "list of annotations",
  alarms: "list of alarms",
};

type Settings = Readonly<Record<string, unknown>>;

/** Compares what a setting consists of; nothing if it cannot be told apart. */
type ComparePart = () => readonly PartChange[];

function compareSettings(before: DashboardBody, after: DashboardBody): PartChange[] {
  const listLabels = (body: DashboardBody) => findChoiceVariable(body)?.choices.map(({ label }) => label) ?? [];
  return compareEach(
    { ...before, widgets: [] },
    { ...after, widgets: [] },
    { variables: () => compareNames("choice", listLabels(before), listLabels(after)) },
  );
}

function compareWidgets(before: BodyWidget, after: BodyWidget): PartChange[] {
  const [old, current] = [readMetricProperties(before), readMetricProperties(after)];
  const [oldAlarms, alarms] = [before, after].map(({ type, properties }) =>
    type === "alarm" ? WIDGET_PROPERTIES.alarm.safeParse(properties).data?.alarms : undefined,
  );
  return compareEach(before.properties, after.properties, {
    ...(old &&
      current && {
        metrics: () => compareLines(old, current),
        annotations: () => compareAnnotations(old.annotations, current.annotations),
      }),
    ...(oldAlarms &&
      alarms && { alarms: () => compareNames("alarm", oldAlarms.map(getAlarmName), alarms.map(getAlarmName)) }),
  });
}

function compareEach(before: Settings, after: Settings, details: Readonly<Record<string, ComparePart>>): PartChange[] {
  const keys = [...new Set([...Object.keys(before), ...Object.keys(after)])];
  return keys.flatMap((key): readonly PartChange[] => {
    const [old, current] = [before, after].map((settings) =>
      Object.hasOwn(settings, key) ? settings[key] : undefined,
    );
    if (toComparable(old) === toComparable(current)) return [];
    const parts = Object.hasOwn(details, key) ? details[key]?.() : undefined;
    if (parts && parts.length > 0) return parts;
    const word = Object.hasOwn(SETTINGS, key) ? SETTINGS[key] : undefined;
    const named = word === undefined ? { what: "setting", name: key } : { what: word };
    return [{ ...named, kind: "changed", before: old, after: current }];
  });
}

function compareNames(what: string, before: readonly string[], after: readonly string[]): PartChange[] {
  const { removed, added } = pairItems(before, after, [(name) => name]);
  return listComingAndGoing(what, removed, added);
}

function listComingAndGoing(what: string, removed: readonly string[], added: readonly string[]): PartChange[] {
  return [
    ...added.map((name) => ({ what, name, kind: "added" as const })),
    ...removed.map((name) => ({ what, name, kind: "removed" as const })),
  ];
}

/** What can differ between two lines that are the same one. */
const LINE_PARTS: Readonly<Record<string, (line: WidgetLine) => string | number | undefined>> = {
  label: ({ label }) => label,
  metric: (line) => describeMetric(line),
  expression: ({ expression }) => expression,
  statistic: ({ metric, statistic }) => (metric ? statistic : undefined),
  period: ({ periodSeconds }) => periodSeconds,
  visibility: ({ isVisible }) => (isVisible ? "shown" : "hidden"),
  axis: ({ isRight }) => (isRight ? "right" : "left"),
};

const LINE_IDENTITIES = [
  (line: WidgetLine) => toComparable(Object.values(LINE_PARTS).map((read) => read(line))),
  ({ metric, statistic }: WidgetLine) => metric && toComparable([metric, statistic]),
  ({ label, metric }: WidgetLine) => (label === "" ? undefined : toComparable([label, metric !== undefined])),
  ({ metric }: WidgetLine) => metric && toComparable(metric),
  ({ expression }: WidgetLine) => expression,
];

function compareLines(before: MetricProperties, after: MetricProperties): PartChange[] {
  const { pairs, removed, added } = pairItems(listWidgetLines(before), listWidgetLines(after), LINE_IDENTITIES);
  // What the widget says of all its lines is told once.
  const ofAll: Readonly<Record<string, readonly unknown[]>> = {
    statistic: [before.stat, after.stat],
    period: [before.period, after.period],
  };
  const changed = pairs.flatMap((line) =>
    Object.entries(LINE_PARTS).flatMap(([what, read]): PartChange[] => {
      const [old, current] = [read(line.before), read(line.after)];
      if (old === current || toComparable([old, current]) === toComparable(ofAll[what])) return [];
      const which = what === "label" ? { what } : { what: `${what} of`, name: nameLine(line.after) };
      return [{ ...which, kind: "changed", before: old, after: current }];
    }),
  );
  return [...changed, ...listComingAndGoing("line", removed.map(nameLine), added.map(nameLine))];
}

function nameLine({ label, metric, expression = "" }: WidgetLine): string {
  return label || (metric?.metricName ?? expression);
}

function describeMetric({ metric }: WidgetLine): string | undefined {
  if (!metric) return undefined;
  const dimensions = Object.entries(metric.dimensions).map(([name, value]) => `${name}=${value}`);
  return [metric.namespace, metric.metricName, ...dimensions].join(" ");
}

type Threshold = MetricProperties["annotations"]["horizontal"][number];

const THRESHOLD_IDENTITIES = [
  ({ label, value }: Threshold) => toComparable([label, value]),
  ({ label }: Threshold) => label || undefined,
  ({ value }: Threshold) => String(value),
  () => "the next one",
];

function compareAnnotations(
  before: MetricProperties["annotations"],
  after: MetricProperties["annotations"],
): PartChange[] {
  const { pairs, removed, added } = pairItems(before.horizontal, after.horizontal, THRESHOLD_IDENTITIES);
  const nameThreshold = ({ label, value }: Threshold) => [label, value].filter((part) => part !== "").join(" ");
  const changed = pairs.flatMap((one): PartChange[] => {
    const [old, current] = [nameThreshold(one.before), nameThreshold(one.after)];
    return old === current ? [] : [{ what: "threshold", kind: "changed", before: old, after: current }];
  });
  return [
    ...changed,
    ...listComingAndGoing("threshold", removed.map(nameThreshold), added.map(nameThreshold)),
    ...compareNames("alarm", before.alarms.map(getAlarmName), after.alarms.map(getAlarmName)),
  ];
}
