import { looksSecret } from "../../performance/secrets";
import { formatQuantity } from "../document/formats";
import { type Leaf } from "./attributes";
import { type DashboardDifference, type PartChange, type WidgetChange } from "./compare-dashboards";
import { type DashboardChange, listDashboardChanges } from "./dashboards";
import { formatCode, formatTransition } from "./markdown";
import { type Plan } from "./plan";

/** Of a dashboard. Widgets that change alike share a line. */
const MOST_LINES = 6;

/** Of a line. */
const MOST_PARTS = 5;
const MOST_NAMES = 4;

const LONGEST_NAME = 60;

/** Of longer values, such as queries, only that they change. */
const LONGEST_VALUE = 80;

/** What a plan changes on dashboards, a few lines for each. */
export function formatDashboardChanges(plan: Pick<Plan, "changes">): string[] {
  return listDashboardChanges(plan).flatMap(formatDashboardChange);
}

function formatDashboardChange({ name, before, after, difference }: DashboardChange): string[] {
  const dashboard = `dashboard ${formatCode(name, LONGEST_NAME)}`;
  if (!after) return [`- ${dashboard}: gone`];
  if (difference) return formatDifference(dashboard, difference);
  const [hidden] = [after, before].flatMap((side) => (side && "hidden" in side ? [side.hidden] : []));
  const size = "body" in after ? formatQuantity(after.body.widgets.length, "widget") : "";
  return [`- ${dashboard}: ${before ? "" : "new, "}${hidden ?? size}`];
}

function formatDifference(dashboard: string, { parts, widgets }: DashboardDifference): string[] {
  const selectNames = (kind: WidgetChange["kind"]) =>
    widgets.filter((widget) => widget.kind === kind).map(({ name }) => name);
  const whole = [
    ...formatParts(parts),
    ...formatWidgets(selectNames("added"), "added"),
    ...formatWidgets(selectNames("removed"), "removed"),
    ...formatWidgets(selectNames("moved"), "moved or resized"),
  ];
  const alike = new Map<string, string[]>();
  for (const { name, parts: own } of widgets.filter(({ kind }) => kind === "changed")) {
    const text = formatParts(own).join("; ");
    alike.set(text, [...(alike.get(text) ?? []), name]);
  }
  const lines = [...alike].map(([text, names]) => `- ${dashboard}, ${formatWidgetNames(names)}: ${text}`);
  const more = [...alike.values()].slice(MOST_LINES).flat().length;
  return [
    ...(whole.length > 0 ? [`- ${dashboard}: ${whole.join("; ")}`] : []),
    ...lines.slice(0, MOST_LINES),
    ...(more > 0
      ? [`- ${dashboard}: ${formatQuantity(more, "more widget")} ${more === 1 ? "changes" : "change"}`]
      : []),
  ];
}

function formatWidgets(names: readonly string[], what: string): string[] {
  return names.length === 0 ? [] : [`${formatWidgetNames(names)} ${what}`];
}

/** As in "widgets `a`, `b` and 2 more". */
function formatWidgetNames(names: readonly string[]): string {
  const more = names.length - MOST_NAMES;
  const shown = names.slice(0, MOST_NAMES).map((name) => formatCode(name, LONGEST_NAME));
  return `widget${names.length === 1 ? "" : "s"} ${shown.join(", ")}${more > 0 ? ` and ${more} more` : ""}`;
}

function formatParts(parts: readonly PartChange[]): string[] {
  const more = parts.length - MOST_PARTS;
  return [...parts.slice(0, MOST_PARTS).map(formatPart), ...(more > 0 ? [`and ${more} more`] : [])];
}

function formatPart(part: PartChange): string {
  const subject = part.name === undefined ? part.what : `${part.what} ${formatCode(part.name, LONGEST_NAME)}`;
  if (part.kind !== "changed") return `${subject} ${part.kind}`;
  const values = [part.before, part.after].map(toLeaf);
  const isLong = values.some((leaf) => leaf && !leaf.isSecret && toText(leaf.value).length > LONGEST_VALUE);
  return `${subject} ${isLong ? "changes" : formatTransition(values[0], values[1])}`;
}

function toLeaf(value: unknown): Leaf | undefined {
  return value === undefined ? undefined : { value, isSecret: looksSecret(toText(value)), isUnknown: false };
}

function toText(value: unknown): string {
  return typeof value === "string" ? value : JSON.stringify(value);
}
