import { type Axis, type Chart, type NoChart } from "../document/chart";
import { formatNumber, formatUtc } from "../document/formats";
import { buildTimeChart, type TimeDrawing } from "../document/time-chart";
import { buildRolloutMarks } from "./rollouts";
import { type AlarmReport, type ChartPoint, type FunctionReport, type PerformanceReport } from "./report-schema";

const MOST_ALARMS = 9;
const NO_DATA = "CloudWatch has no data.";

type Time = Pick<PerformanceReport, "from" | "to">;

const REQUESTS: TimeDrawing<Pick<ChartPoint, "at" | "requests" | "failed">> = {
  ...{ id: "requests", title: "Requests", unit: "Requests", least: 4, none: "No requests in this time." },
  series: [
    { name: "requests", color: "s1", shape: "bars", value: ({ requests }) => requests },
    { name: "failed", color: "s4", shape: "bars", value: ({ failed }) => failed },
  ],
};

/** One function's charts over time. */
export function buildFunctionCharts(
  { name, series, warming, publishesMetrics, targetSettings }: FunctionReport,
  report: Time & Pick<PerformanceReport, "rollouts">,
): (Chart | NoChart)[] {
  const marks = buildRolloutMarks(report.rollouts ?? [], name, report.from);
  const { responseMilliseconds, coldStartPercent, initMilliseconds, memoryPercent } = targetSettings;
  const drawings: TimeDrawing<ChartPoint>[] = [
    REQUESTS,
    {
      ...{ id: "response", title: "Response time", unit: "Response time (ms)", least: responseMilliseconds.p50 },
      ...{ none: NO_DATA, areNamedAtEnd: true },
      series: [
        { name: "p50", color: "s1", value: ({ p50Milliseconds }) => p50Milliseconds },
        { name: "p90", color: "s2", dash: "dotted", value: ({ p90Milliseconds }) => p90Milliseconds },
        { name: "p99", color: "s3", dash: "dashed", value: ({ p99Milliseconds }) => p99Milliseconds },
        ...(series.some(({ firstByteP90Milliseconds: first }) => first !== undefined)
          ? [
              {
                name: "first byte, p90",
                color: "s4",
                value: (point: ChartPoint) => point.firstByteP90Milliseconds,
              } as const,
            ]
          : []),
      ],
      limits: [
        { at: responseMilliseconds.p99, text: `target: p99 at most ${formatNumber(responseMilliseconds.p99)} ms` },
      ],
      note: "From Lambda's own metric: all requests, without initialization.",
    },
    {
      ...{ id: "cold", title: "Requests that met a cold start", unit: "Cold requests (%)" },
      ...{ least: coldStartPercent * 1.2, none: "No request had a cold start in this time." },
      series: [{ name: "cold", color: "s4", value: ({ coldPercent }) => coldPercent }],
      limits: [{ at: coldStartPercent, text: `target: at most ${coldStartPercent} %` }],
    },
    {
      ...{ id: "init", title: "Initialization on average", unit: "Initialization (ms)", least: 100 },
      none: "No cold starts in this time.",
      series: [{ name: "init", color: "s1", value: ({ averageInitMilliseconds }) => averageInitMilliseconds }],
      limits: [{ at: initMilliseconds, text: `target: at most ${formatNumber(initMilliseconds)} ms` }],
      note: "For all cold starts, including those of pings.",
    },
    {
      ...{ id: "memory", title: "Memory in use", unit: "Memory (%)", least: 100, none: NO_DATA },
      series: [
        { name: "peak", color: "s3", value: ({ peakMemoryPercent }) => peakMemoryPercent },
        ...(publishesMetrics
          ? [{ name: "average", color: "s1", value: (point: ChartPoint) => point.averageMemoryPercent } as const]
          : []),
      ],
      limits: [{ at: memoryPercent.to, text: `target: at most ${memoryPercent.to} % on average` }],
    },
    {
      ...{ id: "instances", title: "Instances kept warm", unit: "Instances", least: 4 },
      none: "No instance was kept warm in this time.",
      series: [
        { name: "answered, on average", color: "s1", value: ({ averageInstances }) => averageInstances },
        { name: "started for a ping", color: "s4", value: ({ startedForPings }) => startedForPings },
      ],
    },
  ];
  return drawings
    .filter(({ id }) => id !== "instances" || warming)
    .map((drawing) => draw({ ...drawing, marks, id: `${name}-${drawing.id}` }, series, report));
}

/** Requests of all functions, and failed ones. */
export function buildRequestsChart(functions: readonly FunctionReport[], time: Time): Chart | NoChart {
  const total = (index: number, key: "requests" | "failed") =>
    functions.reduce((sum, { series }) => sum + (series[index]?.[key] ?? 0), 0);
  const points = (functions[0]?.series ?? []).map(({ at }, index) => ({
    at,
    requests: total(index, "requests"),
    failed: total(index, "failed"),
  }));
  return draw({ ...REQUESTS, id: "all-requests", title: "Requests of all functions" }, points, time);
}

/** When alarms rang, the ones that rang longest. */
export function buildAlarmChart(alarms: readonly AlarmReport[], time: Time): Chart[] {
  const rang = alarms
    .filter(({ rings }) => rings.length > 0)
    .sort((one, other) => other.ringingMinutes - one.ringingMinutes);
  const shown = rang.slice(0, MOST_ALARMS);
  if (shown.length === 0) return [];
  const listSpans = (isUrgent: boolean) =>
    shown.flatMap(({ rings, urgent }, row) =>
      rings.flatMap(({ rangAt = time.from, endedAt = time.to }) =>
        urgent === isUrgent ? [[row, Date.parse(rangAt), Date.parse(endedAt)] as const] : [],
      ),
    );
  return [
    {
      ...{ id: "alarms", title: "When alarms rang", x: buildTimeAxis(time) },
      y: { scale: "names", title: "Alarm", names: shown.map(({ name }) => name) },
      series: [
        { kind: "spans", name: "urgent", color: "s4", spans: listSpans(true) },
        { kind: "spans", name: "others", color: "s3", spans: listSpans(false) },
      ],
      ...(rang.length > shown.length && { note: `The ${MOST_ALARMS} that rang longest, of ${rang.length}.` }),
      numbers: {
        headings: ["alarm", "rang (UTC)", "ended (UTC)"],
        rows: shown.flatMap(({ name, rings }) =>
          rings.map(({ rangAt, endedAt }) => [
            name,
            rangAt === undefined ? "before" : formatUtc(rangAt),
            endedAt === undefined ? "rings now" : formatUtc(endedAt),
          ]),
        ),
      },
    },
  ];
}

function draw<Point extends Pick<ChartPoint, "at">>(
  drawing: TimeDrawing<Point>,
  points: readonly Point[],
  time: Time,
): Chart | NoChart {
  return buildTimeChart(
    { ...drawing, noData: NO_DATA },
    {
      ...{ axis: buildTimeAxis(time), points, at: ({ at }) => Date.parse(at) },
      milliseconds: (Date.parse(time.to) - Date.parse(time.from)) / points.length,
      ...{ heading: "from (UTC)", writeTime: formatUtc },
    },
  );
}

function buildTimeAxis(time: Time): Extract<Axis, { scale: "log" | "time" }> {
  return { scale: "time", title: "Time (UTC)", from: Date.parse(time.from), to: Date.parse(time.to), format: "time" };
}
