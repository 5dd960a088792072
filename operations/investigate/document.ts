import { formatDollars } from "../../model/priced-resources";
import { describeMutes } from "../alarms/describe-mutes";
import { listObjectives } from "../../model/objectives";
import { type Ring } from "../alarms/ringing";
import { buildBudgetBlocks } from "../budgets/document";
import { LATEST_VERSION } from "../aws/functions";
import { type Block, buildSection, buildTable, type Document, type ListItem } from "../document/document";
import { formatNumber, formatUtc } from "../document/formats";
import { describeFigures } from "../rollouts/figures";
import { type FoundRollout } from "../rollouts/records";
import { describeStatus, describeTraffic } from "../rollouts/words";
import { type AlarmFindings } from "./alarms";
import { type Side } from "./around-version";
import { type Diagnosed } from "./diagnoses";
import { COMPARED_FIGURES, FIGURE_NAMES } from "./figures";
import { type Investigation } from "./investigation";
import { LONGEST_TRACED, type TraceFindings } from "./traces";
import { describeFailed, formatDuration, formatFigureValue } from "./wording";

const SHOWN_RINGS = 3;
const SHOWN_PARTS = 4;
const BYTES_PER_MEGABYTE = 1e6;

/** The readable report of an investigation: the findings step by step, and at the end what to adjust first. */
export function buildInvestigationDocument(investigation: Investigation): Document {
  const { environment, watched, window, note, diagnoses, metricsDollars, queries, budgets, unread } = investigation;
  const { from, to } = window;
  // Parts that could not be read are reported in their place.
  const sectionOf = (heading: string, blocks: readonly Block[], ...parts: readonly string[]) => {
    const missing = unread.filter(({ what }) => parts.some((part) => what.startsWith(part)));
    return buildSection(heading, [...blocks, buildList(missing.map(({ what, why }) => `${what} not read: ${why}`))]);
  };
  const section = (heading: string, block: Block, ...parts: readonly string[]) => sectionOf(heading, [block], ...parts);
  const traced = to - from > LONGEST_TRACED ? ` of the last ${LONGEST_TRACED / 3_600_000} hours` : "";
  const queryDollars = queries.reduce((total, { dollars }) => total + dollars, investigation.rolloutsDollars);
  return {
    heading: `${watched.id} of ${environment} (${watched.name}), ${formatUtc(from)} to ${formatUtc(to)} UTC`,
    ...(note !== undefined && { subtitle: note }),
    blocks: [
      section(
        "Alarms",
        buildList([
          ...describeMutes(investigation.mutes ?? []).map((text) => `MUTED  ${text}`),
          ...listAlarms(investigation),
        ]),
        ...["alarms", "mutes"],
      ),
      ...(listObjectives(watched).length > 0
        ? [sectionOf("Error budgets", budgets ? buildBudgetBlocks(budgets) : [], "error budgets")]
        : []),
      section(
        "What changed",
        buildList(listChanges(investigation)),
        ...["aliases", "versions", "rollouts", "reserved concurrency", "figures around the deployment"],
      ),
      section("Saved queries", buildList(listQueries(investigation)), "query"),
      section(`Slowest traces${traced}`, buildList(listTraces(investigation)), "traces"),
      section("Compared with yesterday and last week", buildComparison(investigation), "figures of"),
      buildSection("What to adjust first", [buildList(diagnoses.map(buildDiagnosis))]),
    ],
    footnotes: [
      `This cost ${formatDollars(metricsDollars)} for metrics and ${formatDollars(queryDollars)} for logs. Nothing was changed.`,
    ],
  };
}

function buildList(items: readonly (string | ListItem)[]): Block {
  return { kind: "list", items: items.map((item) => (typeof item === "string" ? { text: item } : item)) };
}

function listAlarms({ alarms, environment, watched }: Investigation): (string | ListItem)[] {
  if (!alarms) return [];
  if (alarms.length === 0) return [`${watched.name} has no alarms: is ${environment} deployed?`];
  const notable = alarms.filter(({ isRinging, rings }) => isRinging || rings.length > 0);
  if (notable.length === 0) return [`none of ${alarms.length} rings or rang`];
  return notable.map((alarm) => ({
    text: `${alarm.isRinging ? "RINGS" : "rang"}  ${alarm.name}${describeSince(alarm)}: ${alarm.happened}`,
    details: [
      ...(alarm.isRinging && alarm.reason !== "" ? [alarm.reason] : []),
      ...(alarm.threshold === undefined ? [] : [`threshold ${formatNumber(alarm.threshold)}`]),
      ...alarm.rings.slice(-SHOWN_RINGS).map(describeRing),
    ],
  }));
}

function describeSince({ isRinging, since }: AlarmFindings): string {
  return isRinging && since !== undefined ? ` since ${formatUtc(since)}` : "";
}

function describeRing({ rangAt, endedAt, badSince }: Ring): string {
  const from = rangAt === undefined ? "rang before" : `rang at ${formatUtc(rangAt)}`;
  const bad = badSince === undefined ? "" : ` (above its threshold from ${formatUtc(badSince)})`;
  return `${from}${bad}, ${endedAt === undefined ? "still rings" : `until ${formatUtc(endedAt)}`}`;
}

function listChanges(investigation: Investigation): (string | ListItem)[] {
  const { changes, aliases, around, watched, reservedConcurrency, rollouts } = investigation;
  const led = Object.entries(aliases ?? {}).map(([alias, { version, others }]) => {
    const shares = Object.entries(others).map(([other, share]) => `, ${formatNumber(100 * share)} % to ${other}`);
    return `${alias} -> ${version}${shares.join("")}`;
  });
  const { versions = [], current, previous, differences = [] } = changes ?? {};
  const published = versions.map(({ version, publishedAt }) => {
    const rollout = rollouts.findLast(({ to }) => to === version);
    const how = rollout ? `, rollout ${describeStatus(rollout.status)}` : "";
    return `${version} (${publishedAt === undefined ? "unknown" : formatUtc(publishedAt)}${how})`;
  });
  const [newest] = versions;
  const isBehind =
    current &&
    newest &&
    Number(newest.version) > Number(current.version) &&
    rollouts.every(({ to }) => to !== newest.version);
  const changedAt = current?.version === LATEST_VERSION ? current.publishedAt : undefined;
  const describeSide = (side: Side) =>
    side.requests === 0
      ? describeFailed(side)
      : `${describeFailed(side)}, ${formatFigureValue("p50", side.averageMilliseconds)} on average`;
  return [
    ...(aliases
      ? [`aliases: ${led.join(", ") || (watched.deployedHere ? "none" : "none, it is deployed elsewhere")}`]
      : []),
    ...(changes ? [`versions: ${published.join(", ") || "none published"}`] : []),
    ...(changedAt === undefined ? [] : [`last changed: ${formatUtc(changedAt)}`]),
    ...(isBehind
      ? [
          `version ${newest.version} is newer than live: it was rolled back, has not passed its gate, or is being deployed`,
        ]
      : []),
    ...(current && previous
      ? [
          {
            text: `from version ${previous.version} to ${current.version}:`,
            details: differences.length === 0 ? ["the same configuration and code"] : differences,
          },
        ]
      : []),
    ...rollouts.map(describeRollout),
    ...(reservedConcurrency === undefined ? [] : [`reserved concurrency: ${reservedConcurrency}`]),
    ...(around
      ? [
          `half an hour before version ${around.version}: ${describeSide(around.before)}`,
          `half an hour after it: ${describeSide(around.after)}`,
        ]
      : []),
  ];
}

function describeRollout(rollout: FoundRollout): ListItem {
  const { at, endedAt, status, from, to, reason, findings, figures } = rollout;
  const time = `${formatUtc(at)} ${endedAt === undefined ? "until now" : `to ${formatUtc(endedAt)}`}`;
  return {
    text: `rollout ${describeStatus(status)}, ${time}: ${describeTraffic(rollout)}`,
    details: [
      ...[reason, ...findings.map(({ text }) => text)].filter((text) => text !== ""),
      describeFigures(to, figures.new),
      describeFigures(from, figures.old),
    ],
  };
}

function listQueries({ queries, environment, watched }: Investigation): ListItem[] {
  return queries.map(({ query, lines, bytesScanned, dollars }) => {
    const suffix = watched.logFormat === "text" && query !== "warming-runs" ? "-text" : "";
    const read = `${formatNumber(bytesScanned / BYTES_PER_MEGABYTE)} MB read, ${formatDollars(dollars)}`;
    return { text: `${environment}/${query}${suffix} (${read})`, details: lines };
  });
}

function listTraces({ traces }: Investigation): string[] {
  return traces?.length === 0 ? ["none found"] : (traces ?? []).map(describeTrace);
}

function describeTrace(trace: TraceFindings): string {
  const { id, at, failed, parts } = trace;
  const where = parts.slice(0, SHOWN_PARTS).map((part) => `${part.name} ${formatNumber(part.milliseconds)} ms`);
  return [
    `${id}${at === undefined ? "" : ` ${formatUtc(at)}`}: ${formatDuration(trace)}${failed ? ", failed" : ""}`,
    ...where,
  ].join(", ");
}

function buildComparison({ comparison }: Investigation): Block {
  if (!comparison) return buildList([]);
  const rows = FIGURE_NAMES.flatMap((name) => {
    const { now, yesterday, lastWeek, standsOut } = comparison[name];
    const values = [now, yesterday, lastWeek];
    if (values.every((value) => value === undefined)) return [];
    const texts = values.map((value) => formatFigureValue(name, value));
    return [[COMPARED_FIGURES[name].label, ...texts, standsOut ? "<- stands out" : ""]];
  });
  return rows.length === 0 ? buildList(["no data"]) : buildTable(["", "now", "yesterday", "last week", ""], rows);
}

function buildDiagnosis({ title, because, advice, commands = [], runbook }: Diagnosed, index: number): ListItem {
  return {
    text: `${index + 1}. ${title}`,
    details: [`because ${because}`, `-> ${advice}`, ...commands.map((command) => `   ${command}`), runbook],
  };
}
