import { formatNumber, formatUtc } from "../../document/formats";
import { TARGETS } from "../../../performance/targets";
import { type Axis, type Chart, type Color, type NoChart, type Limit } from "../../page/chart";
import { type AlarmReport, type ChartPoint, type FunctionReport, type PerformanceReport } from "../report-schema";

const DAY = 24 * 3_600_000;
const MOST_ALARMS = 9;
const NO_DATA = "CloudWatch has no data.";

type Time = Pick<PerformanceReport, "from" | "to">;

/** One line or row of bars. */
interface Drawn {
  readonly name: string;
  readonly color: Color;
  readonly dash?: "dashed" | "dotted";
  readonly value: (point: ChartPoint) => number | undefined;
}

/** What one chart shows. */
interface Drawing extends Pick<Chart, "id" | "title" | "note"> {
  /** The title of the vertical axis. */
  readonly unit: string;
  readonly shape: "bars" | "lines";
  /** Each is in front of the one before. */
  readonly series: readonly Drawn[];
  readonly areNamedAtEnd?: boolean;
  readonly limits?: readonly Limit[];
  /** The axis goes at least as far. */
  readonly least: number;
  /** What is said where every value is 0. */
  readonly none: string;
}

/** How one function did over time. */
export function buildFunctionCharts(
  { name, series, warming, deployedHere }: FunctionReport,
  time: Time,
): (Chart | NoChart)[] {
  const { responseMilliseconds, memoryPercent } = TARGETS;
  const drawings: Drawing[] = [
    {
      id: "requests",
      title: "Requests",
      unit: "Requests",
      none: "No requests in this time.",
      shape: "bars",
      least: 4,
      series: [
        { name: "requests", color: "s1", value: ({ requests }) => requests },
        { name: "failed", color: "s4", value: ({ failed }) => failed },
      ],
    },
    {
      id: "response",
      title: "Response time",
      unit: "Response time (ms)",
      none: NO_DATA,
      shape: "lines",
      least: responseMilliseconds.p50,
      areNamedAtEnd: true,
      series: [
        { name: "p50", color: "s1", value: ({ p50Milliseconds }) => p50Milliseconds },
        { name: "p90", color: "s2", dash: "dotted", value: ({ p90Milliseconds }) => p90Milliseconds },
        { name: "p99", color: "s3", dash: "dashed", value: ({ p99Milliseconds }) => p99Milliseconds },
      ],
      limits: [
        { at: responseMilliseconds.p99, text: `target: p99 at most ${formatNumber(responseMilliseconds.p99)} ms` },
      ],
      note: "By Lambda's own metric: of all requests, without initialization.",
    },
    {
      id: "cold",
      title: "Requests that met a cold start",
      unit: "Cold requests (%)",
      none: "No request met a cold start in this time.",
      shape: "lines",
      least: TARGETS.coldStartPercent * 1.2,
      series: [{ name: "cold", color: "s4", value: ({ coldPercent }) => coldPercent }],
      limits: [{ at: TARGETS.coldStartPercent, text: `target: at most ${TARGETS.coldStartPercent} %` }],
    },
    {
      id: "init",
      title: "Initialization on average",
      unit: "Initialization (ms)",
      none: "No cold starts in this time.",
      shape: "lines",
      least: 100,
      series: [{ name: "init", color: "s1", value: ({ averageInitMilliseconds }) => averageInitMilliseconds }],
      limits: [{ at: TARGETS.initMilliseconds, text: `target: at most ${formatNumber(TARGETS.initMilliseconds)} ms` }],
      note: "Of all cold starts, those of pings too.",
    },
    {
      id: "memory",
      title: "Memory in use",
      unit: "Memory (%)",
      none: NO_DATA,
      shape: "lines",
      least: 100,
      series: [
        { name: "peak", color: "s3", value: ({ peakMemoryPercent }) => peakMemoryPercent },
        ...(deployedHere
          ? [{ name: "average", color: "s1" as const, value: (point: ChartPoint) => point.averageMemoryPercent }]
          : []),
      ],
      limits: [{ at: memoryPercent.to, text: `target: at most ${memoryPercent.to} % on average` }],
    },
    ...(warming
      ? [
          {
            id: "instances",
            title: "Instances kept warm",
            unit: "Instances",
            none: "No instance was kept warm in this time.",
            shape: "lines" as const,
            least: 4,
            series: [
              {
                name: "answered, on average",
                color: "s1" as const,
                value: (point: ChartPoint) => point.averageInstances,
              },
              { name: "started for a ping", color: "s4" as const, value: (point: ChartPoint) => point.startedForPings },
            ],
          },
        ]
      : []),
  ];
  return drawings.map((drawing) => draw({ ...drawing, id: `${name}-${drawing.id}` }, series, time));
}

/** When alarms rang, the ones that rang longest. */
export function buildAlarmChart(alarms: readonly AlarmReport[], time: Time): Chart | undefined {
  const rang = alarms
    .filter(({ rings }) => rings.length > 0)
    .sort((one, other) => other.ringingMinutes - one.ringingMinutes);
  const shown = rang.slice(0, MOST_ALARMS);
  if (shown.length === 0) return undefined;
  const listSpans = (isUrgent: boolean) =>
    shown.flatMap(({ rings, urgent }, row) =>
      urgent === isUrgent
        ? rings.map(({ rangAt = time.from, endedAt = time.to }) => ({
            ...{ row, from: Date.parse(rangAt), to: Date.parse(endedAt) },
          }))
        : [],
    );
  const series = [
    { kind: "spans", name: "urgent", color: "s4", spans: listSpans(true) },
    { kind: "spans", name: "others", color: "s3", spans: listSpans(false) },
  ] as const;
  return {
    ...{ id: "alarms", title: "When alarms rang", description: "When each alarm rang" },
    ...{ x: buildTimeAxis(time), y: { scale: "names", title: "Alarm", names: shown.map(({ name }) => name) } },
    series,
    ...(rang.length > shown.length && { note: `The ${MOST_ALARMS} that rang longest, of ${rang.length}.` }),
    numbers: {
      headings: ["alarm", "rang (UTC)", "ended (UTC)"],
      rows: shown.flatMap(({ name, rings }) =>
        rings.map(({ rangAt, endedAt }) => [
          name,
          rangAt === undefined ? "before" : formatUtc(Date.parse(rangAt)),
          endedAt === undefined ? "rings now" : formatUtc(Date.parse(endedAt)),
        ]),
      ),
    },
  };
}

/** Requests of all functions, and those that failed. */
export function buildRequestsChart(functions: readonly FunctionReport[], time: Time): Chart | NoChart {
  const total = (index: number, key: "requests" | "failed") =>
    functions.reduce((sum, { series }) => sum + (series[index]?.[key] ?? 0), 0);
  const points = (functions[0]?.series ?? []).map(({ at }, index) => ({
    at,
    requests: total(index, "requests"),
    failed: total(index, "failed"),
  }));
  const drawing: Drawing = {
    id: "all-requests",
    title: "Requests of all functions",
    unit: "Requests",
    none: "No requests in this time.",
    shape: "bars",
    least: 4,
    series: [
      { name: "requests", color: "s1", value: ({ requests }) => requests },
      { name: "failed", color: "s4", value: ({ failed }) => failed },
    ],
  };
  return draw(drawing, points, time);
}

function draw(
  { id, title, unit, shape, series, areNamedAtEnd = false, limits = [], least, none, note }: Drawing,
  points: readonly ChartPoint[],
  time: Time,
): Chart | NoChart {
  const values = points.flatMap((point) => series.flatMap(({ value }) => value(point) ?? []));
  if (values.length === 0) return { title, reason: NO_DATA };
  if (values.every((value) => value === 0)) return { title, reason: none };
  const width = (Date.parse(time.to) - Date.parse(time.from)) / points.length;
  const seen = points.filter((point) => series.some(({ value }) => value(point) !== undefined));
  return {
    ...{ id, title, description: `${title} over time` },
    ...{ x: buildTimeAxis(time), y: { scale: "linear", title: unit, least, text: formatNumber } },
    series: series.map(({ value, ...drawn }) =>
      shape === "bars"
        ? {
            ...{ kind: "bars", ...drawn },
            bars: points.flatMap((point) => {
              const [from, high = 0] = [Date.parse(point.at), value(point)];
              return high > 0 ? [{ from, to: from + width, high }] : [];
            }),
          }
        : {
            ...{ kind: "line", ...drawn, isNamedAtEnd: areNamedAtEnd },
            points: points.map((point) => [Date.parse(point.at) + width / 2, value(point)]),
          },
    ),
    limits: limits.filter(({ at }) => at <= Math.max(least, ...values)),
    ...(note !== undefined && { note }),
    numbers: {
      headings: ["from (UTC)", ...series.map(({ name }) => name)],
      rows: seen.map((point) => [
        formatUtc(Date.parse(point.at)),
        ...series.map(({ value }) => formatOrDash(value(point))),
      ]),
    },
  };
}

function formatOrDash(value: number | undefined): string {
  return value === undefined ? "-" : formatNumber(value);
}

function buildTimeAxis(time: Time): Axis {
  return { scale: "time", title: "Time (UTC)", from: Date.parse(time.from), to: Date.parse(time.to), text: formatTime };
}

/** A day, or a time within one. */
function formatTime(at: number): string {
  const [locale, zone] = ["en-GB", { timeZone: "UTC" }] as const;
  return at % DAY === 0
    ? new Date(at).toLocaleDateString(locale, { day: "numeric", month: "short", ...zone })
    : new Date(at).toLocaleTimeString(locale, { hour: "2-digit", minute: "2-digit", ...zone });
}
