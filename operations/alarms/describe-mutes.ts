import { type FoundMuteRule } from "../aws/mute-rules";
import { formatQuantity, formatUtc } from "../document/formats";

/** What is muted, as in "2 alarms until 2026-01-19 11:08 UTC: rollout of 42". */
export function describeMutes(rules: readonly FoundMuteRule[]): string[] {
  return rules.map(({ alarms, to, why }) => {
    const until = to === undefined ? "" : ` until ${formatUtc(to)} UTC`;
    return `${formatQuantity(alarms.length, "alarm")}${until}: ${why}`;
  });
}
