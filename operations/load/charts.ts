import { type Axis, buildLogAxis, type Chart, type NoChart } from "../document/chart";
import { formatNumber, formatSeconds } from "../document/formats";
import { buildTimeChart, type TimeDrawing } from "../document/time-chart";
import { COLD_START_PARTS } from "./profiles/cold-start";
import { type LoadReport, type Second } from "./report-schema";

const NOT_TOLD = "Not measurable here: a deployed function reports this only to CloudWatch.";
/** A longer run's page would take long to load. */
const MOST_POINTS = 300;

/** The heading of the table of a run's steps. */
export const STEPS_HEADING = "Step by step";

/** Every chart of a report, in the order of reading. */
export function buildLoadCharts(report: LoadReport): (Chart | NoChart)[] {
  const { series, settings, phases } = report;
  const secondsEach = Math.ceil(series.length / MOST_POINTS);
  const points = mergeSeconds(series, secondsEach);
  const merged =
    secondsEach > 1
      ? ` Each point is of ${secondsEach} seconds: the most of latencies, instances and memory, and the average of all else.`
      : "";
  const marks = phases
    .filter(({ part }, index) => index > 0 && part !== phases[index - 1]?.part)
    .map(({ part, startSecond }) => ({ at: startSecond * 1000, text: `${part} from ${formatSeconds(startSecond)}` }));
  const draw = ({ note = "", ...drawing }: TimeDrawing<Second>): Chart | NoChart => {
    const text = `${note}${merged}`.trim();
    return buildTimeChart(
      { ...drawing, marks, ...(text !== "" && { note: text }) },
      {
        axis: {
          scale: "time",
          title: "Time since the start",
          from: 0,
          to: Math.max(1, series.length) * 1000,
          format: "elapsed",
        },
        ...{ points, at: ({ second }) => second * 1000, milliseconds: secondsEach * 1000, heading: "time" },
      },
    );
  };
  const drawTold = (drawing: TimeDrawing<Second>) =>
    settings.target === "url" ? { title: drawing.title, reason: NOT_TOLD } : draw(drawing);
  return [
    ...drawWarmingEffect(report),
    draw({
      ...{ id: "latency", title: "Latency over time", unit: "Latency (ms)", least: 0.1 },
      ...{ isLogarithmic: true, areNamedAtEnd: true, none: "No request was answered." },
      series: [
        { name: "p50", color: "s1", value: ({ p50Milliseconds }) => p50Milliseconds },
        { name: "p90", color: "s2", dash: "dotted", value: ({ p90Milliseconds }) => p90Milliseconds },
        { name: "p99", color: "s3", dash: "dashed", value: ({ p99Milliseconds }) => p99Milliseconds },
      ],
      note: "All requests of each second, including cold starts, measured from when they were due. There is no line where the percentile's request failed. Each step of the grid is ten times the one below.",
    }),
    drawDistribution(report),
    drawTold({
      ...{ id: "cold-starts", title: "Cold starts over time", unit: "Cold starts per second", least: 4 },
      none: "No cold starts in this time.",
      series: [{ name: "cold starts", color: "s4", shape: "bars", value: ({ coldStarts }) => coldStarts }],
    }),
    drawTold({
      ...{ id: "instances", title: "Instances", unit: "Instances, most in each second", least: 4 },
      none: "No instances in this time.",
      series: [
        { name: "there", color: "s1", value: ({ instances }) => instances },
        { name: "busy", color: "s2", dash: "dashed", value: ({ busyInstances }) => busyInstances },
      ],
    }),
    draw({
      ...{ id: "requests", title: "Requests due", unit: "Requests per second", least: 4 },
      none: "No requests in this time.",
      series: [{ name: "requests", color: "s1", shape: "bars", value: ({ requests }) => requests }],
    }),
    draw({
      ...{ id: "errors", title: "Error rate", unit: "Failed requests (%)", least: 1, none: "No request failed." },
      series: [
        {
          ...{ name: "failed", color: "s4", shape: "bars" },
          value: ({ failed, requests }) => (requests === 0 ? 0 : (failed / requests) * 100),
        },
      ],
    }),
    drawTold({
      ...{ id: "memory", title: "Memory", unit: "Memory used (MB)", least: 1, none: "No request reported its memory." },
      series: [{ name: "used", color: "s1", value: ({ memoryMb }) => memoryMb }],
      ...limitMemory(report),
      note: "Peak memory of an instance since it started, averaged over the second's requests.",
    }),
  ];
}

/** So many seconds in one: the most of latencies, instances and memory, and the average of counts. */
function mergeSeconds(series: readonly Second[], secondsEach: number): readonly Second[] {
  if (secondsEach <= 1) return series;
  const groups = Array.from({ length: Math.ceil(series.length / secondsEach) }, (_, index) =>
    series.slice(index * secondsEach, (index + 1) * secondsEach),
  );
  return groups.map((group) => {
    const average = (value: (second: Second) => number | undefined) =>
      group.reduce((sum, second) => sum + (value(second) ?? 0), 0) / group.length;
    const keys = [
      "p50Milliseconds",
      "p90Milliseconds",
      "p99Milliseconds",
      "instances",
      "busyInstances",
      "memoryMb",
    ] as const;
    const most = keys.flatMap((key) => {
      const values = group.flatMap((second) => second[key] ?? []);
      return values.length === 0 ? [] : [[key, Math.max(...values)] as const];
    });
    return {
      second: group[0]?.second ?? 0,
      requests: average(({ requests }) => requests),
      failed: average(({ failed }) => failed),
      coldStarts: average(({ coldStarts }) => coldStarts),
      ...Object.fromEntries(most),
    };
  });
}

function limitMemory({ environment }: LoadReport): Pick<Chart, "limits"> {
  const size = Number(environment.settings["memory_mb"] ?? 0);
  return size > 0 ? { limits: [{ at: size, text: `the function's memory: ${formatNumber(size)} MB` }] } : {};
}

function drawDistribution(report: LoadReport): Chart | NoChart {
  const bins = report.distribution;
  const isTold = report.settings.target === "local";
  const title = isTold ? "Latency, cold versus warm" : "Latency";
  if (bins.every(({ cold, warm }) => cold + warm === 0)) return { title, reason: "No request was answered." };
  const edges = bins.flatMap(({ fromMilliseconds, toMilliseconds }) => [fromMilliseconds, toMilliseconds]);
  const listBars = (kind: "cold" | "warm") =>
    bins.map(({ fromMilliseconds, toMilliseconds, ...bin }) => [fromMilliseconds, toMilliseconds, bin[kind]] as const);
  return {
    ...{ id: "distribution", title },
    x: buildLogAxis("Latency (ms)", "number", edges, 0.1),
    y: buildLinearAxis("Requests", 4),
    series: [
      { kind: "bars", name: isTold ? "warm" : "requests", color: "s1", bars: listBars("warm") },
      ...(isTold
        ? [{ kind: "bars", name: "cold", color: "s4", bars: listBars("cold"), isStacked: true } as const]
        : []),
    ],
    ...(!isTold && { note: "Cold starts cannot be distinguished here." }),
    numbers: {
      headings: ["from (ms)", "to (ms)", ...(isTold ? ["warm", "cold"] : ["requests"])],
      rows: bins.map(({ fromMilliseconds, toMilliseconds, warm, cold }) =>
        [fromMilliseconds, toMilliseconds, warm, ...(isTold ? [cold] : [])].map((value) => formatNumber(value)),
      ),
    },
  };
}

/** The share of cold starts in each burst, without and with warming. */
function drawWarmingEffect({ phases, settings, targetSettings }: LoadReport): Chart[] {
  const { coldStartPercent } = targetSettings;
  if (settings.profile !== "cold-start" || settings.target === "url") return [];
  const bursts = phases.filter(({ part }) => part === COLD_START_PARTS.without);
  const columns = (part: string) =>
    phases
      .filter((phase) => phase.part === part)
      .map(({ coldStarts = 0, requests, failed }) => {
        if (failed > 0 || requests === 0) return { value: 0, label: "?" };
        const percent = (coldStarts / requests) * 100;
        return { value: percent, label: `${formatNumber(percent, 0)} %` };
      });
  return [
    {
      ...{ id: "warming", title: "Cold starts, without and with warming" },
      x: { scale: "names", title: "Requests at once", names: bursts.map(({ requests }) => formatNumber(requests)) },
      y: buildLinearAxis("Cold starts (%)", 100),
      series: [
        { kind: "columns", name: COLD_START_PARTS.without, color: "s4", values: columns(COLD_START_PARTS.without) },
        { kind: "columns", name: COLD_START_PARTS.with, color: "s1", values: columns(COLD_START_PARTS.with) },
      ],
      limits: [{ at: coldStartPercent, text: `target: below ${coldStartPercent} %` }],
      note: "With warming, there is a round of the warmer before each burst.",
      numbers: STEPS_HEADING,
    },
  ];
}

function buildLinearAxis(title: string, least: number): Axis {
  return { scale: "linear", title, least, format: "number" };
}
