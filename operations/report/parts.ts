/** What a report reads of AWS part by part, as people are told of it. */
export const PARTS = {
  alarms: "alarms",
  history: "the history of alarms",
  notes: "notes",
  figures: "figures of functions",
  before: "figures of the period before",
  series: "figures over time",
  hours: "figures by the hour",
  warmer: "figures of the warmer",
  thresholds: "what alarms watch",
  logs: "logs",
} as const;

/** One of {@link PARTS}. */
export type Part = keyof typeof PARTS;

/** Whether one of these parts could not be read. */
export function isUnread(
  { unread = [] }: { readonly unread?: readonly { readonly what: string }[] | undefined },
  ...parts: readonly Part[]
): boolean {
  return parts.some((part) => unread.some(({ what }) => what === PARTS[part]));
}
