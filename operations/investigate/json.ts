import { type Version } from "./changes";
import { type Investigation } from "./investigation";

/** An investigation for scripts: times are in UTC, and `rang` lists the investigated alarms. */
export function toInvestigationJson(investigation: Investigation): object {
  const { watched, window, rang, alarms, hasRead, around, changes, traces, ...rest } = investigation;
  const { id, name, deployedHere } = watched;
  return {
    function: id,
    name,
    deployedHere,
    window: { from: formatIso(window.from), to: formatIso(window.to) },
    isRead: hasRead,
    alarms: alarms?.map(({ since, rings, ...alarm }) => ({
      ...alarm,
      since: formatIso(since),
      rings: rings.map(({ rangAt, endedAt, badSince }) => ({
        rangAt: formatIso(rangAt),
        endedAt: formatIso(endedAt),
        badSince: formatIso(badSince),
      })),
    })),
    rang: rang.map((alarm) => alarm.name),
    changes: changes && {
      ...changes,
      versions: changes.versions.map(toVersionJson),
      current: changes.current && toVersionJson(changes.current),
      previous: changes.previous && toVersionJson(changes.previous),
    },
    around: around && { ...around, at: formatIso(around.at) },
    traces: traces?.map(({ at, ...trace }) => ({ ...trace, at: formatIso(at) })),
    ...rest,
  };
}

function toVersionJson({ publishedAt, ...version }: Version): object {
  return { ...version, publishedAt: formatIso(publishedAt) };
}

function formatIso(at: number | undefined): string | undefined {
  return at === undefined ? undefined : new Date(at).toISOString();
}
