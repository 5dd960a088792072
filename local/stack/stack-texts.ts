import { type StackJson } from "./synthesize";

/** A dashboard with its body, JSON, in which references to what only AWS knows are left as they are. */
export interface StackDashboard {
  readonly name: string;
  readonly body: string;
}

/** What alarms tell people, by their names, without links to AWS's console. */
export function readAlarmTexts({ resource }: StackJson): ReadonlyMap<string, string> {
  const types = ["aws_cloudwatch_metric_alarm", "aws_cloudwatch_composite_alarm"] as const;
  return new Map(
    types
      .flatMap((type) => Object.values(resource[type] ?? {}))
      .map(({ alarm_name: name, alarm_description: text = "" }) => [String(name), leaveOutLinks(String(text))]),
  );
}

function leaveOutLinks(text: string): string {
  return text
    .split("\n")
    .filter((line) => !line.includes("https://console."))
    .join("\n");
}

/** The stack's dashboards, in its order. */
export function readDashboards({ resource }: StackJson): StackDashboard[] {
  return Object.values(resource["aws_cloudwatch_dashboard"] ?? {}).map(
    ({ dashboard_name: name, dashboard_body: body }) => ({ name: String(name), body: String(body) }),
  );
}
