import { formatDollars, PRICE_SOURCE } from "../../model/priced-resources";
import { buildLogAxis, type Chart, type Color, type NoChart, type Series } from "../document/chart";
import { type Block, buildSection, buildTable, type Cell, type Document } from "../document/document";
import { formatNumber, formatPercent, formatUtc } from "../document/formats";
import { formatValue } from "../tfvars/put";
import { type SizeReport, type TuningReport } from "./report";
import { TRAFFIC_DAYS } from "./traffic";
import { listSizeValues } from "./write-size";

const SIZES_HEADING = "Sizes";

/** The readable report of what was measured. */
export function buildTuningDocument(report: TuningReport): Document {
  const { environment, at, functionVersion, coldPercent, isColdMeasured, recommendation, sizes, spent } = report;
  const { kind, sentence, size } = recommendation;
  const now = sizes.find(({ isNow }) => isNow);
  const block = size && now && Object.entries(listSizeValues(size, now)).map(([key, value]) => formatValue(key, value));
  return {
    heading: `Memory of ${report.function} of ${environment}`,
    subtitle: `version ${functionVersion}, ${formatUtc(at)} UTC`,
    figures: [
      ["requests", formatNumber(spent.requests)],
      ["spent", `${formatDollars(spent.dollars)} of at most $${spent.limitDollars}`],
      [
        "cold requests",
        `${formatPercent(coldPercent)}, ${isColdMeasured ? `of the last ${TRAFFIC_DAYS} days` : "assumed"}`,
      ],
    ],
    conclusion: buildSection(
      sentence,
      block ? [{ kind: "code", label: "Settings to write", text: block.join("\n") }] : [],
      { id: "recommendation", tone: kind === "none" ? "bad" : "good" },
    ),
    blocks: [
      { kind: "charts", charts: [buildSizeChart(sizes)] },
      buildSection(SIZES_HEADING, [buildSizeTable(sizes), ...(report.leftOut === undefined ? [] : [report.leftOut])], {
        id: "sizes",
      }),
      ...describeUnread(report),
    ],
    footnotes: [
      "Cold: the median time of a request with the start of its instance. Warm: without one. A failed request is in no figure, and its size is not chosen.",
      "Dollars for a million requests, as the middle half of them costs: time, starts and requests, without the free tier and without what other services charge.",
      `Costs: ${PRICE_SOURCE}.`,
    ],
  };
}

function buildSizeTable(sizes: readonly SizeReport[]): Block {
  return buildTable(
    [
      "mark",
      "size",
      "cold",
      "warm p50/p95",
      "memory used",
      "per million, warm",
      "per million, cold",
      "requests",
      "note",
    ],
    sizes.map((size): Cell[] => {
      const { isNow, isRecommended, coldMilliseconds, warmMilliseconds, memoryUsedMb, dollarsPerMillion } = size;
      const mark = [...(isNow ? ["now"] : []), ...(isRecommended ? ["best"] : [])].join(", ");
      const warm = warmMilliseconds && [warmMilliseconds.p50, warmMilliseconds.p95].map((value) => formatNumber(value));
      return [
        isRecommended ? { text: mark, tone: "good" } : mark,
        `${size.architecture} ${formatNumber(size.memoryMb)} MB`,
        coldMilliseconds === undefined ? "-" : `${formatNumber(coldMilliseconds, 0)} ms`,
        warm ? `${warm.join("/")} ms` : "-",
        memoryUsedMb === undefined ? "-" : `${formatNumber(memoryUsedMb, 0)} MB`,
        dollarsPerMillion ? formatDollars(dollarsPerMillion.warm) : "-",
        dollarsPerMillion?.cold === undefined ? "-" : formatDollars(dollarsPerMillion.cold),
        formatNumber(size.requests),
        size.reasons.join("; "),
      ];
    }),
  );
}

/** Both figures in one chart, as percentages of what they are now. */
function buildSizeChart(sizes: readonly SizeReport[]): Chart | NoChart {
  const title = "Time and cost of a request, by memory";
  const shown = sizes.filter(({ warmMilliseconds, dollarsPerMillion }) => warmMilliseconds && dollarsPerMillion);
  const base = shown.find(({ isNow }) => isNow) ?? shown[0];
  if (!base) return { title, reason: "No size answered its requests." };
  const timeOf = ({ warmMilliseconds }: SizeReport) => warmMilliseconds?.p50 ?? 0;
  const costOf = ({ dollarsPerMillion }: SizeReport) => dollarsPerMillion?.mixed ?? 0;
  const draw = (name: string, color: Color, architecture: string, of: (size: SizeReport) => number): Series[] => {
    const those = shown.filter((size) => size.architecture === architecture);
    const points = those.map((size) => [size.memoryMb, (100 * of(size)) / of(base)] as const);
    const dash = architecture === base.architecture ? {} : ({ dash: "dashed" } as const);
    return those.length === 0 ? [] : [{ kind: "line", name: `${name}, ${architecture}`, color, points, ...dash }];
  };
  const other = base.architecture === "arm64" ? "x86_64" : "arm64";
  const best = shown.filter(({ isRecommended }) => isRecommended);
  return {
    ...{ id: "sizes-chart", title },
    x: buildLogAxis(
      "Memory (MB)",
      "number",
      shown.map(({ memoryMb }) => memoryMb),
      100,
    ),
    y: {
      scale: "linear",
      title: base.isNow ? "Percent of now" : "Percent of the first size",
      least: 120,
      format: "percent",
    },
    series: [
      ...draw("time", "s1", base.architecture, timeOf),
      ...draw("cost", "s2", base.architecture, costOf),
      ...draw("time", "s3", other, timeOf),
      ...draw("cost", "s4", other, costOf),
    ],
    marks: best.map(({ memoryMb }) => ({ at: memoryMb, text: `recommended: ${memoryMb} MB` })),
    note: "Time is the median of warm requests. Cost counts as many cold requests as the function has.",
    numbers: SIZES_HEADING,
  };
}

function describeUnread({ unread = [] }: TuningReport): string[] {
  return unread.map(({ what, why }) => `${what} not read: ${why}`);
}
