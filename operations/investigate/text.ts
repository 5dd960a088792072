import { formatNumber, formatUtc } from "../document/formats";
import { formatDollars } from "../../model/priced-resources";
import { type Ring } from "../alarms/ringing";
import { formatTable } from "../document/text";
import { type AlarmFindings } from "./alarms";
import { LATEST_VERSION } from "../aws/functions";
import { type Diagnosed } from "./diagnoses";
import { FIGURE_NAMES, COMPARED_FIGURES } from "./figures";
import { type Investigation } from "./investigation";
import { LONGEST_TRACED, type TraceFindings } from "./traces";
import { describeFailed, formatDuration, formatFigureValue } from "./wording";

const SHOWN_RINGS = 3;
const SHOWN_PARTS = 4;
const BYTES_PER_MEGABYTE = 1e6;

/** An investigation, for people to read: what was found step by step, and at the end what to adjust first. */
export function formatInvestigation(investigation: Investigation): string[] {
  const { environment, watched, window, note } = investigation;
  return [
    `${watched.id} of ${environment} (${watched.name}), ${formatUtc(window.from)} to ${formatUtc(window.to)} UTC`,
    ...(note === undefined ? [] : [note]),
    ...formatSection("Alarms", formatAlarms(investigation), investigation, ["alarms"]),
    ...formatSection("What changed", formatChanges(investigation), investigation, [
      "aliases",
      "versions",
      "reserved concurrency",
      "figures around the deployment",
    ]),
    ...formatSection("Saved queries", formatQueries(investigation), investigation, ["query"]),
    ...formatSection(formatTracesTitle(investigation), formatTraces(investigation), investigation, ["traces"]),
    ...formatSection("Beside yesterday and last week", formatComparison(investigation), investigation, ["figures of"]),
    "",
    "What to adjust first",
    ...investigation.diagnoses.flatMap(formatDiagnosis),
    "",
    formatReadingCost(investigation),
  ];
}

/** What could not be read is told where it would have stood. */
function formatSection(
  title: string,
  lines: readonly string[],
  { unread }: Investigation,
  parts: readonly string[],
): string[] {
  const missing = unread
    .filter(({ what }) => parts.some((part) => what.startsWith(part)))
    .map(({ what, why }) => `  ${what} not read: ${why}`);
  return ["", title, ...lines, ...missing];
}

function formatAlarms({ alarms, environment, watched }: Investigation): string[] {
  if (!alarms) return [];
  if (alarms.length === 0) return [`  ${watched.name} has no alarms: is ${environment} deployed?`];
  const notable = alarms.filter(({ isRinging, rings }) => isRinging || rings.length > 0);
  if (notable.length === 0) return [`  none of ${alarms.length} rings or rang`];
  return notable.flatMap((alarm) => [
    `  ${alarm.isRinging ? "RINGS" : "rang"}  ${alarm.name}${describeSince(alarm)}: ${alarm.happened}`,
    ...(alarm.isRinging && alarm.reason !== "" ? [`      ${alarm.reason}`] : []),
    ...(alarm.threshold === undefined ? [] : [`      threshold ${formatNumber(alarm.threshold)}`]),
    ...alarm.rings.slice(-SHOWN_RINGS).map((ring) => `      ${describeRing(ring)}`),
  ]);
}

function describeSince({ isRinging, since }: AlarmFindings): string {
  return isRinging && since !== undefined ? ` since ${formatUtc(since)}` : "";
}

function describeRing({ rangAt, endedAt, badSince }: Ring): string {
  const from = rangAt === undefined ? "rang before" : `rang at ${formatUtc(rangAt)}`;
  const bad = badSince === undefined ? "" : ` (above its threshold from ${formatUtc(badSince)})`;
  return `${from}${bad}, ${endedAt === undefined ? "goes on" : `until ${formatUtc(endedAt)}`}`;
}

function formatChanges({ changes, aliases, around, watched, reservedConcurrency }: Investigation): string[] {
  const led = Object.entries(aliases ?? {}).map(([alias, { version, others }]) => {
    const shares = Object.entries(others).map(([other, share]) => `, ${formatNumber(100 * share)} % to ${other}`);
    return `${alias} -> ${version}${shares.join("")}`;
  });
  const { versions = [], current, previous } = changes ?? {};
  const published = versions.map(
    ({ version, publishedAt }) => `${version} (${publishedAt === undefined ? "unknown" : formatUtc(publishedAt)})`,
  );
  const isBehind = current && versions[0] && Number(versions[0].version) > Number(current.version);
  return [
    ...(aliases
      ? [`  aliases: ${led.join(", ") || (watched.deployedHere ? "none" : "none, it is deployed elsewhere")}`]
      : []),
    ...(changes ? [`  versions: ${published.join(", ") || "none published"}`] : []),
    ...(current?.version === LATEST_VERSION && current.publishedAt !== undefined
      ? [`  last changed: ${formatUtc(current.publishedAt)}`]
      : []),
    ...(isBehind
      ? [
          `  version ${versions[0]?.version ?? ""} is newer than live: it was rolled back, has not passed its gate, or is being deployed`,
        ]
      : []),
    ...(current && previous ? [`  from version ${previous.version} to ${current.version}:`] : []),
    ...(changes && previous && changes.differences.length === 0 ? ["      the same configuration and code"] : []),
    ...(changes?.differences ?? []).map((difference) => `      ${difference}`),
    ...(reservedConcurrency === undefined ? [] : [`  reserved concurrency: ${reservedConcurrency}`]),
    ...(around
      ? [
          `  half an hour before version ${around.version}: ${describeFailed(around.before)}, ${formatFigureValue("p50", around.before.averageMilliseconds)} on average`,
          `  half an hour after it: ${describeFailed(around.after)}, ${formatFigureValue("p50", around.after.averageMilliseconds)} on average`,
        ]
      : []),
  ];
}

function formatQueries({ queries, environment, watched }: Investigation): string[] {
  return queries.flatMap(({ query, lines, bytesScanned, dollars: cost }) => {
    const suffix = watched.logFormat === "text" && query !== "warming-runs" ? "-text" : "";
    const read = `${formatNumber(bytesScanned / BYTES_PER_MEGABYTE)} MB read, ${formatDollars(cost)}`;
    return [`  ${environment}/${query}${suffix} (${read})`, ...lines.map((line) => `      ${line}`)];
  });
}

function formatTraces({ traces }: Investigation): string[] {
  if (!traces) return [];
  return traces.length === 0 ? ["  none found"] : traces.map((trace) => `  ${formatTrace(trace)}`);
}

function formatTracesTitle({ window: { from, to } }: Investigation): string {
  return to - from > LONGEST_TRACED
    ? `Slowest traces of the last ${LONGEST_TRACED / 3_600_000} hours`
    : "Slowest traces";
}

function formatTrace(trace: TraceFindings): string {
  const { id, at, failed, parts } = trace;
  const where = parts.slice(0, SHOWN_PARTS).map((part) => `${part.name} ${formatNumber(part.milliseconds)} ms`);
  return [
    `${id}${at === undefined ? "" : ` ${formatUtc(at)}`}: ${formatDuration(trace)}${failed ? ", failed" : ""}`,
    ...where,
  ].join(", ");
}

function formatComparison({ comparison }: Investigation): string[] {
  if (!comparison) return [];
  const rows = FIGURE_NAMES.flatMap((name) => {
    const { now, yesterday, lastWeek, standsOut } = comparison[name];
    const values = [now, yesterday, lastWeek];
    if (values.every((value) => value === undefined)) return [];
    return [
      [
        COMPARED_FIGURES[name].label,
        ...values.map((value) => formatFigureValue(name, value)),
        standsOut ? "<- stands out" : "",
      ],
    ];
  });
  return rows.length === 0 ? ["  no data"] : formatTable(["", "now", "yesterday", "last week", ""], rows);
}

function formatDiagnosis({ title, because, advice, commands = [], runbook }: Diagnosed, index: number): string[] {
  return [
    `  ${index + 1}. ${title}`,
    `     because ${because}`,
    `     -> ${advice}`,
    ...commands.map((command) => `        ${command}`),
    `     ${runbook}`,
  ];
}

function formatReadingCost({ metricsDollars, queries }: Investigation): string {
  const ofQueries = queries.reduce((total, { dollars: cost }) => total + cost, 0);
  return `This cost ${formatDollars(metricsDollars)} for metrics and ${formatDollars(ofQueries)} for logs. Nothing was changed.`;
}
