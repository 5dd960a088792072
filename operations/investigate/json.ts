import { type Investigation } from "./investigation";

/** Keys of times: milliseconds since 1970 that scripts get in UTC. */
const TIMES = new Set(["from", "to", "at", "since", "rangAt", "endedAt", "badSince", "publishedAt"]);

/** An investigation for scripts: times are in UTC, and `rang` lists the investigated alarms. */
export function formatInvestigationJson(investigation: Investigation): string {
  const { watched, window, rang, alarms, hasRead, around, changes, traces, ...rest } = investigation;
  const { id, name, deployedHere } = watched;
  const content = {
    ...{ function: id, name, deployedHere, window, isRead: hasRead, alarms, rang: rang.map((alarm) => alarm.name) },
    ...{ changes, around, traces },
    ...rest,
  };
  return JSON.stringify(content, (key, value: unknown) =>
    TIMES.has(key) && typeof value === "number" ? new Date(value).toISOString() : value,
  );
}
