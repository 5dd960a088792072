import { type AlarmNote } from "../alarms/notes";
import { formatUtc } from "../document/formats";

/** A note that was kept, for a terminal. */
export function describeNote({ alarm, rangAt, text }: AlarmNote): string {
  const when =
    rangAt === undefined ? "the last time that it rang before now" : `rang at ${formatUtc(Date.parse(rangAt))} UTC`;
  return `Noted: ${alarm}${rangAt === undefined ? "," : ""} ${when}: ${text}`;
}
