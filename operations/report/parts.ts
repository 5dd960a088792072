/** Display names of the parts that a report reads from AWS. */
export const REPORT_PARTS = {
  alarms: "alarms",
  history: "the history of alarms",
  notes: "notes",
  figures: "figures of functions",
  before: "figures of the period before",
  series: "figures over time",
  hours: "figures by the hour",
  rollouts: "rollouts",
  events: "figures of events",
  warmer: "figures of the warmer",
  thresholds: "what alarms watch",
  budgets: "error budgets",
  past: "the past of the alarm that wastes most attention",
  logs: "logs",
} as const;

/** One of {@link REPORT_PARTS}. */
export type ReportPart = keyof typeof REPORT_PARTS;

/** Whether one of these parts could not be read. */
export function isUnread(
  { unread = [] }: { readonly unread?: readonly { readonly what: string }[] | undefined },
  ...parts: readonly ReportPart[]
): boolean {
  return parts.some((part) => unread.some(({ what }) => what === REPORT_PARTS[part]));
}
