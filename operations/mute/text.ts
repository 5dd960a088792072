import { type FoundMuteRule } from "../aws/mute-rules";
import { formatQuantity, formatUtc } from "../document/formats";
import { type EndedMutes, type MadeMute } from "./mute-alarms";

/** A mute that was made, for a terminal. */
export function describeMade({ record }: MadeMute, environment: string): string[] {
  const { alarms, from, to, why } = record;
  return [
    `Muted: ${formatQuantity(alarms.length, "alarm")} of ${environment}, ${formatUtc(from)} to ${formatUtc(to)} UTC: ${why}`,
    "An alarm that still rings at the end sends its message then.",
    `To end it early: npm run ops -- mute ${environment} --end ${record.mute}`,
  ];
}

/** What is muted now or later, for a terminal. */
export function describeCurrent(rules: readonly FoundMuteRule[], environment: string): string[] {
  if (rules.length === 0) return [`No alarm of ${environment} is muted, now or later.`];
  return rules.map(
    (rule) =>
      `${rule.isActive ? "muted" : "planned"}  ${formatTimes(rule)}: ${formatQuantity(rule.alarms.length, "alarm")}: ${rule.why} (${rule.name})`,
  );
}

/** What was ended, for a terminal. */
export function describeEnded({ ended, others }: EndedMutes, environment: string): string[] {
  return [
    ended.length === 0 ? `Nothing of ${environment} was muted with this command.` : `Ended: ${ended.join(", ")}`,
    ...others.map(({ name }) => `Still muted by ${name}`),
  ];
}

function formatTimes({ from, to }: FoundMuteRule): string {
  return from === undefined || to === undefined ? "at times of its own" : `${formatUtc(from)} to ${formatUtc(to)} UTC`;
}
