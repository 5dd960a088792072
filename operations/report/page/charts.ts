import { TARGETS } from "../../../performance/targets";
import { numberText } from "../../number-text";
import { type Chart } from "../../page/sections";
import {
  axes,
  bar,
  CHART,
  escapeText,
  horizontal,
  hover,
  limit,
  line,
  type Scale,
  svg,
  vertical,
} from "../../page/svg";
import { utc } from "../../time-text";
import { type AlarmReport, type ChartPoint, type FunctionReport, type Report } from "../report-schema";

const BOTTOM = CHART.height - CHART.bottom;
const DAY = 24 * 3_600_000;
/** Of which as many labels fit below a chart. */
const LABELS = 6;
const MOST_ALARMS = 9;
const NO_DATA = "CloudWatch has no data.";

type Time = Pick<Report, "from" | "to">;

/** One line or row of bars. */
interface Series {
  readonly name: string;
  readonly label: string;
  readonly value: (point: ChartPoint) => number | undefined;
}

/** What one chart shows. */
interface Drawing {
  readonly id: string;
  readonly title: string;
  readonly unit: string;
  readonly shape: "bars" | "lines";
  /** Of bars, each is in front of the one before. */
  readonly series: readonly Series[];
  readonly limits?: readonly { readonly at: number; readonly text: string }[];
  /** The axis goes at least as far. */
  readonly least: number;
  readonly note?: string;
}

/** How one function did over time. */
export function functionCharts({ name, series, warming, deployedHere }: FunctionReport, time: Time): Chart[] {
  const { responseMilliseconds, memoryPercent } = TARGETS;
  const drawings: Drawing[] = [
    {
      id: "requests",
      title: "Requests",
      unit: "",
      shape: "bars",
      least: 4,
      series: [
        { name: "s1", label: "requests", value: ({ requests }) => requests },
        { name: "s4", label: "failed", value: ({ failed }) => failed },
      ],
    },
    {
      id: "response",
      title: "Response time, ms",
      unit: "",
      shape: "lines",
      least: responseMilliseconds.p50,
      series: [
        { name: "s3", label: "p99", value: ({ p99Milliseconds }) => p99Milliseconds },
        { name: "s2", label: "p90", value: ({ p90Milliseconds }) => p90Milliseconds },
        { name: "s1", label: "p50", value: ({ p50Milliseconds }) => p50Milliseconds },
      ],
      limits: [{ at: responseMilliseconds.p99, text: `p99: at most ${responseMilliseconds.p99} ms` }],
      note: "By Lambda's own metric: of all requests, without initialization.",
    },
    {
      id: "cold",
      title: "Requests that met a cold start",
      unit: " %",
      shape: "lines",
      least: TARGETS.coldStartPercent * 1.2,
      series: [{ name: "s4", label: "cold", value: ({ coldPercent }) => coldPercent }],
      limits: [{ at: TARGETS.coldStartPercent, text: `at most ${TARGETS.coldStartPercent} %` }],
    },
    {
      id: "init",
      title: "Initialization on average, ms",
      unit: "",
      shape: "lines",
      least: 100,
      series: [{ name: "s1", label: "init", value: ({ averageInitMilliseconds }) => averageInitMilliseconds }],
      limits: [{ at: TARGETS.initMilliseconds, text: `at most ${TARGETS.initMilliseconds} ms` }],
      note: "Of all cold starts, those of pings too.",
    },
    {
      id: "memory",
      title: "Memory in use",
      unit: " %",
      shape: "lines",
      least: 100,
      series: [
        { name: "s3", label: "peak", value: ({ peakMemoryPercent }) => peakMemoryPercent },
        ...(deployedHere
          ? [{ name: "s1", label: "average", value: (point: ChartPoint) => point.averageMemoryPercent }]
          : []),
      ],
      limits: [{ at: memoryPercent.to, text: `at most ${memoryPercent.to} % on average` }],
    },
    ...(warming
      ? [
          {
            id: "instances",
            title: "Instances kept warm",
            unit: "",
            shape: "lines" as const,
            least: 4,
            series: [
              { name: "s1", label: "answered, on average", value: (point: ChartPoint) => point.averageInstances },
              { name: "s4", label: "started for a ping", value: (point: ChartPoint) => point.startedForPings },
            ],
          },
        ]
      : []),
  ];
  return drawings.map((drawing) => draw({ ...drawing, id: `${name}-${drawing.id}` }, series, time));
}

/** When alarms rang, the ones that rang longest. */
export function alarmChart(alarms: readonly AlarmReport[], time: Time): Chart | undefined {
  const rang = alarms
    .filter(({ rings }) => rings.length > 0)
    .sort((one, other) => other.ringingMinutes - one.ringingMinutes);
  const shown = rang.slice(0, MOST_ALARMS);
  if (shown.length === 0) return undefined;
  const x = timeScale(time);
  const height = (BOTTOM - CHART.top) / shown.length;
  const [left, right] = [CHART.left, CHART.width - CHART.right];
  const rows = shown.map(({ name, rings, urgent }, index) => {
    const top = CHART.top + index * height;
    const series = urgent ? "s4" : "s3";
    const bars = rings.map(({ rangAt = time.from, endedAt = time.to }) => {
      const title = `${name}: ${utc(Date.parse(rangAt))} to ${utc(Date.parse(endedAt))}`;
      return bar(
        x.at(Date.parse(rangAt)),
        x.at(Date.parse(endedAt)),
        top + height - 2,
        top + height / 2,
        series,
        title,
      );
    });
    const label = `<text class="label" x="${left}" y="${(top + height / 2 - 2).toFixed(1)}">${escapeText(name)}</text>`;
    const ground = `<line class="grid" x1="${left}" x2="${right}" y1="${(top + height - 2).toFixed(1)}" y2="${(top + height - 2).toFixed(1)}"/>`;
    return `${ground}${bars.join("")}${label}`;
  });
  const frame = axes(x, { ticks: [], at: () => BOTTOM }, { x: dayText, y: String });
  return {
    title: "When alarms rang",
    legend: [
      { series: "s4", text: "urgent" },
      { series: "s3", text: "others" },
    ],
    svg: svg("alarms", "When each alarm rang", `${frame}${rows.join("")}`),
    ...(rang.length > shown.length && { note: `The ${MOST_ALARMS} that rang longest, of ${rang.length}.` }),
  };
}

/** Requests of all functions, and those that failed. */
export function allRequestsChart(functions: readonly FunctionReport[], time: Time): Chart {
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
    unit: "",
    shape: "bars",
    least: 4,
    series: [
      { name: "s1", label: "requests", value: ({ requests }) => requests },
      { name: "s4", label: "failed", value: ({ failed }) => failed },
    ],
  };
  return draw(drawing, points, time);
}

function draw(
  { id, title, unit, shape, series, limits = [], least, note }: Drawing,
  points: readonly ChartPoint[],
  time: Time,
): Chart {
  const legend = series.map(({ name, label }) => ({ series: name, text: label }));
  const values = points.flatMap((point) => series.flatMap(({ value }) => value(point) ?? []));
  if (values.every((value) => value === 0)) return { title, legend: [], svg: "", note: NO_DATA };
  const x = timeScale(time);
  const highest = values.reduce((most, value) => Math.max(most, value), least);
  const y = vertical(highest);
  const width = (Date.parse(time.to) - Date.parse(time.from)) / points.length;
  const at = ({ at }: ChartPoint) => Date.parse(at);
  const shapes = series.map(({ name, value }) =>
    shape === "bars"
      ? points
          .filter((point) => (value(point) ?? 0) > 0)
          .map((point) => bar(x.at(at(point)), x.at(at(point) + width), BOTTOM, y.at(value(point) ?? 0), name, ""))
          .join("")
      : line(
          points.map((point) => {
            const height = value(point);
            return height === undefined ? undefined : ([x.at(at(point) + width / 2), y.at(height)] as const);
          }),
          name,
        ),
  );
  const texts = points.map((point) => {
    const told = series.flatMap(({ label, value }) => {
      const height = value(point);
      return height === undefined ? [] : [`${label} ${numberText(height)}${unit}`];
    });
    return hover(x.at(at(point)), x.at(at(point) + width), `${utc(at(point))}: ${told.join(", ") || "no data"}`);
  });
  const lines = limits.filter((one) => one.at <= (y.ticks.at(-1) ?? 0)).map((one) => limit(y.at(one.at), one.text));
  const frame = axes(x, y, { x: dayText, y: (tick) => `${shortNumber(tick)}${unit}` });
  return {
    title,
    legend: series.length > 1 ? legend : [],
    svg: svg(id, `${title} over time`, `${frame}${lines.join("")}${shapes.join("")}${texts.join("")}`),
    ...(note !== undefined && { note }),
  };
}

/** With a label at the beginning of some days. */
function timeScale(time: Time): Scale {
  const [from, to] = [Date.parse(time.from), Date.parse(time.to)];
  const every = Math.ceil((to - from) / DAY / LABELS) * DAY;
  const first = Math.ceil(from / DAY) * DAY;
  const ticks = Array.from({ length: Math.ceil((to - first) / every) }, (_, index) => first + index * every);
  return { ticks, at: horizontal(from, to).at };
}

function dayText(at: number): string {
  return new Date(at).toLocaleDateString("en-GB", { day: "numeric", month: "short", timeZone: "UTC" });
}

function shortNumber(value: number): string {
  if (value >= 1_000_000) return `${numberText(value / 1_000_000)}M`;
  return value >= 10_000 ? `${numberText(value / 1000)}k` : String(Number(value.toPrecision(6)));
}
