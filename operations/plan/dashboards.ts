import { InvalidInput } from "../../environments/mistakes";
import { type DashboardBody, parseBody } from "../dashboard/body";
import { compareDashboards, type DashboardDifference, type PartChange } from "./compare-dashboards";
import { type Plan, type ResourceChange } from "./plan";
import { mergeSecrets, readChild } from "./sensitivity";

/** What a dashboard shows, or why that cannot be told. */
export type ReadDashboard = { readonly body: DashboardBody } | { readonly hidden: string };

/** A dashboard that a plan makes, removes, or lets show something else. */
export interface DashboardChange {
  /** In AWS; in the configuration, if that is not known. */
  readonly name: string;
  /** Missing if it is new. */
  readonly before?: ReadDashboard;
  /** Missing if it is gone. */
  readonly after?: ReadDashboard;
  /** Missing if it is new or gone, or cannot be told. */
  readonly difference?: DashboardDifference;
}

/**
 * What CloudWatch takes on one dashboard:
 * https://docs.aws.amazon.com/AmazonCloudWatch/latest/monitoring/cloudwatch_limits.html
 */
const MOST = { widgets: 500, metrics: 2500 } as const;

/** The dashboards that a plan makes, removes, or lets show something else. */
export function listDashboardChanges({ changes }: Pick<Plan, "changes">): DashboardChange[] {
  const dashboards = changes.filter(({ type }) => type === "aws_cloudwatch_dashboard");
  return dashboards.flatMap((change): DashboardChange[] => {
    const { kind, label } = change;
    const [oldName, newName] = [
      readText(change, "before", "dashboard_name"),
      readText(change, "after", "dashboard_name"),
    ];
    const name = newName.text ?? oldName.text ?? label;
    switch (kind) {
      case "add":
        return [{ name, after: readDashboard(change, "after") }];
      case "destroy":
        return [{ name, before: readDashboard(change, "before") }];
      case "change":
      case "replace": {
        const [before, after] = [readDashboard(change, "before"), readDashboard(change, "after")];
        if ("hidden" in before || "hidden" in after) return [{ name, before, after }];
        const { parts, widgets, kept } = compareDashboards(before.body, after.body);
        const renamed: PartChange[] =
          oldName.text === newName.text
            ? []
            : [{ what: "name", kind: "changed", before: oldName.text, after: newName.text }];
        if (renamed.length + parts.length + widgets.length === 0) return [];
        return [{ name, before, after, difference: { parts: [...renamed, ...parts], widgets, kept } }];
      }
      default:
        return [];
    }
  });
}

function readDashboard(change: ResourceChange, side: "before" | "after"): ReadDashboard {
  const found = readText(change, side, "dashboard_body");
  if (found.text === undefined) return { hidden: found.hidden };
  try {
    const body = parseBody(found.text, "body");
    return isWithinLimits(body)
      ? { body }
      : { hidden: `it has more than CloudWatch takes, ${MOST.widgets} widgets or ${MOST.metrics} metrics` };
  } catch (error) {
    if (error instanceof InvalidInput)
      return { hidden: `its body ${error.mistakes.map(({ message }) => message).join()}` };
    throw error;
  }
}

function isWithinLimits({ widgets }: DashboardBody): boolean {
  const metrics = widgets.map(({ properties }) =>
    Array.isArray(properties["metrics"]) ? properties["metrics"].length : 0,
  );
  return widgets.length <= MOST.widgets && metrics.reduce((total, count) => total + count, 0) <= MOST.metrics;
}

/** An attribute that is a text; if it cannot be told, why. */
function readText(
  { sensitiveBefore, sensitiveAfter, unknown, ...sides }: ResourceChange,
  side: "before" | "after",
  name: string,
): { readonly text: string } | { readonly text?: undefined; readonly hidden: string } {
  const isTrue = (tree: unknown) => tree === true || readChild(tree, name) === true;
  const value = readChild(sides[side], name);
  if (isTrue(mergeSecrets(sensitiveBefore, sensitiveAfter))) return { hidden: "what it shows is sensitive" };
  if (side === "after" && isTrue(unknown)) return { hidden: "what it shows is known after apply" };
  return typeof value === "string" ? { text: value } : { hidden: "what it shows is not in the plan" };
}
