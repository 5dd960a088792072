import { formatNumber } from "../../document/formats";
import { TARGETS } from "../../../performance/targets";
import { type Axis, type Chart, type NoChart } from "../../page/chart";
import { COLD_START_PARTS } from "../profiles/cold-start";
import { type LoadReport, type Second } from "../report-schema";

const NOT_TOLD = "Not measurable here: a deployed function tells this to CloudWatch only.";

/** Every chart of a report, in the order of reading. */
export function buildLoadCharts(report: LoadReport): (Chart | NoChart)[] {
  const effect = drawWarmingEffect(report);
  return [
    ...(effect ? [effect] : []),
    drawLatency(report),
    drawDistribution(report),
    drawColdStarts(report),
    drawInstances(report),
    drawRequests(report),
    drawErrorRate(report),
    drawMemory(report),
  ];
}

type Value = (second: Second) => number | undefined;

function drawLatency(report: LoadReport): Chart | NoChart {
  const { series } = report;
  const title = "Latency over time";
  const percentiles = [
    { name: "p50", color: "s1", value: ({ p50Milliseconds }: Second) => p50Milliseconds },
    { name: "p90", color: "s2", dash: "dotted", value: ({ p90Milliseconds }: Second) => p90Milliseconds },
    { name: "p99", color: "s3", dash: "dashed", value: ({ p99Milliseconds }: Second) => p99Milliseconds },
  ] as const;
  const values = percentiles.flatMap(({ value }) => series.flatMap((second) => value(second) ?? []));
  if (values.length === 0) return { title, reason: "No request was answered." };
  return {
    id: "latency",
    title,
    description: "Latency over time: p50, p90 and p99 of each second",
    x: buildTimeAxis(report),
    y: { scale: "log", title: "Latency (ms)", ...findPowers(values, 0.1), text: formatNumber },
    series: percentiles.map(({ value, ...percentile }) => ({
      ...{ kind: "line", ...percentile, isNamedAtEnd: true },
      points: listLinePoints(series, value),
    })),
    marks: listMarks(report),
    note: "All requests of each second, cold starts included, from when they were due. There is no line where the request that it would be of failed. Each step of the grid is ten times the one below.",
    numbers: listNumbers(
      report,
      percentiles.map(({ name, value }) => [`${name} (ms)`, (second) => formatLatency(value(second))]),
    ),
  };
}

function drawColdStarts(report: LoadReport): Chart | NoChart {
  const title = "Cold starts over time";
  if (report.settings.target === "url") return { title, reason: NOT_TOLD };
  return drawBars(report, {
    ...{ id: "cold-starts", title, unit: "Cold starts per second", color: "s4", least: 4 },
    description: "Cold starts in each second",
    none: "No cold starts in this time.",
    value: ({ coldStarts = 0 }) => coldStarts,
  });
}

function drawRequests(report: LoadReport): Chart | NoChart {
  return drawBars(report, {
    ...{ id: "requests", title: "Requests due", unit: "Requests per second", color: "s1", least: 4 },
    description: "Requests in each second",
    none: "No requests in this time.",
    value: ({ requests }) => requests,
  });
}

function drawErrorRate(report: LoadReport): Chart | NoChart {
  return drawBars(report, {
    ...{ id: "errors", title: "Error rate", unit: "Failed requests (%)", color: "s4", least: 1 },
    description: "Share of failed requests in each second",
    none: "No request failed.",
    value: ({ failed, requests }) => (requests === 0 ? 0 : (failed / requests) * 100),
  });
}

interface BarsOverTime extends Pick<Chart, "id" | "title" | "description"> {
  /** The title of the vertical axis. */
  readonly unit: string;
  readonly color: "s1" | "s4";
  readonly least: number;
  readonly value: (second: Second) => number;
  /** What is said where every value is 0. */
  readonly none: string;
}

function drawBars(
  report: LoadReport,
  { id, title, description, unit, color, least, value, none }: BarsOverTime,
): Chart | NoChart {
  const seconds = report.series.filter((second) => value(second) > 0);
  if (seconds.length === 0) return { title, reason: none };
  return {
    ...{ id, title, description, x: buildTimeAxis(report), y: buildLinearAxis(unit, least) },
    series: [
      {
        ...{ kind: "bars", name: unit, color },
        bars: seconds.map((second) => ({
          from: second.second * 1000,
          to: (second.second + 1) * 1000,
          high: value(second),
        })),
      },
    ],
    marks: listMarks(report),
    numbers: listNumbers(report, [[unit, (second) => formatNumber(value(second))]]),
  };
}

function drawInstances(report: LoadReport): Chart | NoChart {
  const title = "Instances";
  if (report.settings.target === "url") return { title, reason: NOT_TOLD };
  const { series } = report;
  if (series.every(({ instances = 0 }) => instances === 0)) return { title, reason: "No instances in this time." };
  return {
    ...{ id: "instances", title, description: "Instances over time" },
    ...{ x: buildTimeAxis(report), y: buildLinearAxis("Instances, most in each second", 4) },
    series: [
      { kind: "line", name: "there", color: "s1", points: listLinePoints(series, ({ instances }) => instances) },
      {
        ...{ kind: "line", name: "busy", color: "s2", dash: "dashed" },
        points: listLinePoints(series, ({ busyInstances }) => busyInstances),
      },
    ],
    marks: listMarks(report),
    numbers: listNumbers(report, [
      ["there", ({ instances = 0 }) => formatNumber(instances)],
      ["busy", ({ busyInstances = 0 }) => formatNumber(busyInstances)],
    ]),
  };
}

function drawMemory(report: LoadReport): Chart | NoChart {
  const title = "Memory";
  if (report.settings.target === "url") return { title, reason: NOT_TOLD };
  const { series, environment } = report;
  if (series.every((second) => second.memoryMb === undefined)) return { title, reason: "No request told its memory." };
  const size = Number(environment.settings["memory_mb"] ?? 0);
  return {
    ...{ id: "memory", title, description: "Memory over time" },
    ...{ x: buildTimeAxis(report), y: buildLinearAxis("Memory used (MB)", 1) },
    series: [{ kind: "line", name: "used", color: "s1", points: listLinePoints(series, (second) => second.memoryMb) }],
    ...(size > 0 && { limits: [{ at: size, text: `the function's memory: ${formatNumber(size)} MB` }] }),
    marks: listMarks(report),
    note: "The most that an instance has used since it started, averaged over the second's requests.",
    numbers: listNumbers(report, [
      ["used (MB)", (second) => (second.memoryMb === undefined ? "none" : formatNumber(second.memoryMb))],
    ]),
  };
}

function drawDistribution(report: LoadReport): Chart | NoChart {
  const bins = report.distribution;
  const isTold = report.settings.target === "local";
  const title = isTold ? "Latency, cold versus warm" : "Latency";
  if (bins.every(({ cold, warm }) => cold + warm === 0)) return { title, reason: "No request was answered." };
  const edges = bins.flatMap(({ fromMilliseconds, toMilliseconds }) => [fromMilliseconds, toMilliseconds]);
  return {
    ...{ id: "distribution", title, description: "How many requests took how long, cold and warm" },
    x: { scale: "log", title: "Latency (ms)", ...findPowers(edges, 0.1), text: formatNumber },
    y: buildLinearAxis("Requests", 4),
    series: [
      {
        ...{ kind: "bars", name: isTold ? "warm" : "requests", color: "s1" },
        bars: bins.map(({ fromMilliseconds: from, toMilliseconds: to, warm }) => ({ from, to, high: warm })),
      },
      ...(isTold
        ? [
            {
              ...({ kind: "bars", name: "cold", color: "s4" } as const),
              bars: bins
                .filter(({ cold }) => cold > 0)
                .map(({ fromMilliseconds: from, toMilliseconds: to, cold, warm }) => {
                  return { from, to, low: warm, high: warm + cold };
                }),
            },
          ]
        : []),
    ],
    ...(!isTold && { note: "Cold starts cannot be told apart here." }),
    numbers: {
      headings: ["from (ms)", "to (ms)", ...(isTold ? ["warm", "cold"] : ["requests"])],
      rows: bins.map(({ fromMilliseconds, toMilliseconds, warm, cold }) =>
        [fromMilliseconds, toMilliseconds, warm, ...(isTold ? [cold] : [])].map((value) => formatNumber(value)),
      ),
    },
  };
}

/** The share of cold starts in each burst, without and with warming. */
function drawWarmingEffect({ phases, settings }: LoadReport): Chart | undefined {
  if (settings.profile !== "cold-start" || settings.target === "url") return undefined;
  const bursts = phases.filter(({ part }) => part === COLD_START_PARTS.without);
  const columns = (part: string) =>
    phases
      .filter((phase) => phase.part === part)
      .map(({ coldStarts = 0, requests, failed }) => {
        if (failed > 0 || requests === 0) return { value: 0, label: "?" };
        const percent = (coldStarts / requests) * 100;
        return { value: percent, label: `${formatNumber(percent, 0)} %` };
      });
  return {
    ...{ id: "warming", title: "Cold starts, without and with warming" },
    description: "Share of cold starts in each burst",
    x: { scale: "names", title: "Requests at once", names: bursts.map(({ requests }) => formatNumber(requests)) },
    y: buildLinearAxis("Cold starts (%)", 100),
    series: [
      { kind: "columns", name: COLD_START_PARTS.without, color: "s4", values: columns(COLD_START_PARTS.without) },
      { kind: "columns", name: COLD_START_PARTS.with, color: "s1", values: columns(COLD_START_PARTS.with) },
    ],
    limits: [{ at: TARGETS.coldStartPercent, text: `target: below ${TARGETS.coldStartPercent} %` }],
    note: "With warming, a round of the warmer came before each burst.",
    numbers: { in: STEPS_HEADING },
  };
}

/** The heading of the table of a run's steps. */
export const STEPS_HEADING = "Step by step";

function buildTimeAxis({ series }: LoadReport): Axis {
  const text = (milliseconds: number) => formatSeconds(milliseconds / 1000);
  return { scale: "time", title: "Time since the start", from: 0, to: Math.max(1, series.length) * 1000, text };
}

function buildLinearAxis(title: string, least: number): Axis {
  return { scale: "linear", title, least, text: formatNumber };
}

function listLinePoints(series: readonly Second[], value: Value): (readonly [number, number | undefined])[] {
  return series.map((second) => [(second.second + 0.5) * 1000, value(second)]);
}

function listMarks({ phases }: LoadReport): { at: number; text: string }[] {
  return phases
    .filter(({ part }, index) => index > 0 && part !== phases[index - 1]?.part)
    .map(({ part, startSecond }) => ({ at: startSecond * 1000, text: `${part} from ${formatSeconds(startSecond)}` }));
}

/** Of the seconds in which something happened. */
function listNumbers(
  { series }: LoadReport,
  columns: readonly (readonly [heading: string, text: (second: Second) => string])[],
): Chart["numbers"] {
  return {
    headings: ["time", ...columns.map(([heading]) => heading)],
    rows: series
      .filter(({ requests, instances }) => requests > 0 || instances !== undefined)
      .map((second) => [formatSeconds(second.second), ...columns.map(([, text]) => text(second))]),
  };
}

/** Of a second whose percentile fell on a request that failed, there is none. */
function formatLatency(milliseconds: number | undefined): string {
  return milliseconds === undefined ? "none" : formatNumber(milliseconds);
}

/** The powers of ten around values, of which none is below the least. */
function findPowers(values: readonly number[], least: number): { from: number; to: number } {
  const smallest = values.reduce((all, value) => Math.min(all, value), Infinity);
  const largest = values.reduce((all, value) => Math.max(all, value), least);
  const from = Math.floor(Math.log10(Math.max(least, smallest)));
  const to = Math.max(from + 1, Math.ceil(Math.log10(largest)));
  return { from: 10 ** from, to: 10 ** to };
}

function formatSeconds(seconds: number): string {
  if (seconds < 120) return `${formatNumber(seconds)} s`;
  const minutes = Math.floor(seconds / 60);
  const rest = String(Math.round(seconds % 60)).padStart(2, "0");
  return `${minutes}:${rest}`;
}
