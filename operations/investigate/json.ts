import { type Version } from "./changes";
import { type Investigation } from "./investigation";

/** An investigation, for scripts: times are in UTC, and `rang` names the alarms that were looked into. */
export function jsonOf(investigation: Investigation): object {
  const { watched, window, rang, alarms, hasRead, around, changes, traces, ...rest } = investigation;
  const { id, name, deployedHere } = watched;
  return {
    function: id,
    name,
    deployedHere,
    window: { from: iso(window.from), to: iso(window.to) },
    isRead: hasRead,
    alarms: alarms?.map(({ since, rings, ...alarm }) => ({
      ...alarm,
      since: iso(since),
      rings: rings.map(({ rangAt, endedAt, badSince }) => ({
        rangAt: iso(rangAt),
        endedAt: iso(endedAt),
        badSince: iso(badSince),
      })),
    })),
    rang: rang.map((alarm) => alarm.name),
    changes: changes && {
      ...changes,
      versions: changes.versions.map(versionOf),
      current: changes.current && versionOf(changes.current),
      previous: changes.previous && versionOf(changes.previous),
    },
    around: around && { ...around, at: iso(around.at) },
    traces: traces?.map(({ at, ...trace }) => ({ ...trace, at: iso(at) })),
    ...rest,
  };
}

function versionOf({ publishedAt, ...version }: Version): object {
  return { ...version, publishedAt: iso(publishedAt) };
}

function iso(at: number | undefined): string | undefined {
  return at === undefined ? undefined : new Date(at).toISOString();
}
