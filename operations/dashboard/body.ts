import * as z from "zod";
import { makeInvalidInput } from "../../environments/mistakes";
import { parseJson } from "../../environments/parse-json";
import { type StackResources } from "../synthesis/stack-resources";

/** How many columns a dashboard has. */
export const DASHBOARD_COLUMNS = 24;

const place = z.number().int().nonnegative();

/** https://docs.aws.amazon.com/AmazonCloudWatch/latest/APIReference/CloudWatch-Dashboard-Body-Structure.html */
const bodySchema = z.looseObject({
  start: z.string().optional(),
  end: z.string().optional(),
  variables: z
    .array(
      z.looseObject({
        type: z.string(),
        pattern: z.string().min(1).optional(),
        label: z.string().optional(),
        defaultValue: z.union([z.string(), z.number(), z.boolean()]).optional(),
        values: z
          .array(z.object({ value: z.union([z.string(), z.number(), z.boolean()]), label: z.string().optional() }))
          .optional(),
      }),
    )
    .default([]),
  widgets: z.array(
    z.object({
      type: z.string(),
      x: place.optional(),
      y: place.optional(),
      width: place.max(DASHBOARD_COLUMNS).default(6),
      height: place.max(1000).default(6),
      properties: z.record(z.string(), z.unknown()),
    }),
  ),
});

/** The body of a dashboard, as CloudWatch has it. */
export type DashboardBody = z.output<typeof bodySchema>;

/** A widget of a dashboard's body. */
export type BodyWidget = DashboardBody["widgets"][number];

/** A dashboard of an environment, as it is synthesized. */
export interface SynthesizedDashboard {
  readonly name: string;
  readonly body: DashboardBody;
}

/** One of the values that a viewer can choose for a dashboard's variable. */
export interface Choice {
  readonly value: string;
  readonly label: string;
}

/** What a viewer of a dashboard chooses: what the choice replaces, and between what. */
export interface ChoiceVariable {
  readonly label: string;
  readonly pattern: string;
  /** The one that is shown first comes first. */
  readonly choices: readonly [Choice, ...Choice[]];
}

/** Where a widget is on a dashboard, in columns and rows. */
export interface WidgetPlace {
  readonly x: number;
  readonly y: number;
  readonly width: number;
  readonly height: number;
}

/** The dashboards of a synthesized stack, in its order. */
export function listSynthesizedDashboards(stack: StackResources): SynthesizedDashboard[] {
  return stack.all.flatMap(({ type, address, attributes }) => {
    if (type !== "aws_cloudwatch_dashboard") return [];
    const { dashboard_name: name, dashboard_body: body } = attributes;
    return [{ name: String(name), body: parseBody(String(body), address) }];
  });
}

/**
 * Reads a dashboard's body.
 *
 * @param source where it is, for the message
 * @throws InvalidInput if it is no such body
 */
export function parseBody(text: string, source: string): DashboardBody {
  const { data, error } = bodySchema.safeParse(parseJson(text));
  if (data) return data;
  const [issue] = error.issues;
  const why = [issue?.path.join("."), issue?.message].filter(Boolean).join(" ");
  throw makeInvalidInput(source, `is no dashboard: ${why}`);
}

/** What the viewer of a dashboard chooses; undefined if there is nothing to choose. */
export function findChoiceVariable({ variables }: DashboardBody): ChoiceVariable | undefined {
  for (const { pattern, label = "", defaultValue, values = [] } of variables) {
    const choices = values.map(({ value, label: text }) => ({ value: String(value), label: text ?? String(value) }));
    const isFirst = ({ value }: Choice) => value === String(defaultValue);
    const [first, ...others] = [...choices.filter(isFirst), ...choices.filter((choice) => !isFirst(choice))];
    if (pattern !== undefined && first) return { label, pattern, choices: [first, ...others] };
  }
  return undefined;
}

/** A widget as CloudWatch draws it once a viewer has chosen a value: it replaces the pattern in all texts. */
export function applyChoice(widget: BodyWidget, pattern: string, value: string): BodyWidget {
  const properties = changeTexts(widget.properties, (text) => text.replaceAll(pattern, () => value));
  return { ...widget, properties };
}

/** A copy of JSON data with all its texts changed; keys stay. */
export function changeTexts<Data>(data: Data, change: (text: string) => string): Data {
  const changeAll = (one: unknown): unknown => {
    if (typeof one === "string") return change(one);
    if (Array.isArray(one)) return one.map(changeAll);
    if (typeof one !== "object" || one === null) return one;
    return Object.fromEntries(Object.entries(one).map(([key, item]) => [key, changeAll(item)]));
  };
  return changeAll(data) as Data;
}

/** Where each widget is. Without a place, CloudWatch puts it to the right of the one before, or below all. */
export function placeWidgets(widgets: readonly BodyWidget[]): WidgetPlace[] {
  let flow = { x: 0, y: 0, height: 0 };
  let bottom = 0;
  return widgets.map(({ x, y, width, height }) => {
    if (flow.x + width > DASHBOARD_COLUMNS) flow = { x: 0, y: flow.y + flow.height, height: 0 };
    const isPlaced = x !== undefined && y !== undefined;
    const found = isPlaced ? { x, y, width, height } : { x: flow.x, y: Math.max(flow.y, 0), width, height };
    bottom = Math.max(bottom, found.y + height);
    flow = isPlaced
      ? { x: 0, y: bottom, height: 0 }
      : { x: flow.x + width, y: flow.y, height: Math.max(flow.height, height) };
    return found;
  });
}
