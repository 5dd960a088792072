import { TARGETS } from "../../../performance/targets";
import { numberText } from "../../number-text";
import { PARTS } from "../profiles/cold-start";
import { type Report, type Second } from "../report-schema";
import {
  axes,
  bar,
  barLabel,
  CHART,
  horizontal,
  hover,
  limit,
  line,
  marker,
  type Scale,
  svg,
  vertical,
  verticalByPowers,
} from "../../page/svg";
import { type Chart } from "../../page/sections";

const BOTTOM = CHART.height - CHART.bottom;
const SERIES = {
  p50: "s1",
  p90: "s2",
  p99: "s3",
  warm: "s1",
  cold: "s4",
  failed: "s4",
  instances: "s1",
  busy: "s2",
} as const;
const NOT_TOLD = "Not measurable here: a deployed function tells this to CloudWatch only.";

/** Every chart of a report, in the order of reading. */
export function chartsOf(report: Report): Chart[] {
  const effect = warmingEffect(report);
  return [
    ...(effect ? [effect] : []),
    latencyOverTime(report),
    distribution(report),
    coldStartsOverTime(report),
    instancesOverTime(report),
    requestsOverTime(report),
    errorRate(report),
    memoryOverTime(report),
  ];
}

/** A second's beginning and end, and what is written on both axes. */
interface TimeChart {
  readonly x: Scale;
  readonly y: Scale;
  readonly unit: string;
  readonly title: (second: Second) => string;
}

function timeScale({ series }: Report): Scale {
  return horizontal(0, series.length);
}

function overTime(report: Report, { x, y, unit, title }: TimeChart, content: string): string {
  const frame = axes(x, y, { x: timeText, y: (tick) => `${shortNumber(tick)}${unit}` });
  const texts = report.series
    .filter(({ requests, instances }) => requests > 0 || instances !== undefined)
    .map((second) =>
      hover(x.at(second.second), x.at(second.second + 1), `${timeText(second.second)}: ${title(second)}`),
    );
  return `${frame}${content}${partMarkers(report, x)}${texts.join("")}`;
}

function partMarkers({ phases }: Report, x: Scale): string {
  return phases
    .filter(({ part }, index) => index > 0 && part !== phases[index - 1]?.part)
    .map(({ part, startSecond }) => marker(x.at(startSecond), part))
    .join("");
}

function lineOf(
  series: readonly Second[],
  { x, y }: TimeChart,
  name: string,
  value: (second: Second) => number | undefined,
): string {
  const points = series.map((second) => {
    const height = value(second);
    return height === undefined ? undefined : ([x.at(second.second + 0.5), y.at(height)] as const);
  });
  return line(points, name);
}

function latencyOverTime(report: Report): Chart {
  const { series } = report;
  const values = series.flatMap(({ p50Milliseconds, p99Milliseconds }) =>
    [p50Milliseconds ?? [], p99Milliseconds ?? []].flat(),
  );
  const chart: TimeChart = {
    x: timeScale(report),
    y: verticalByPowers(least(values), most(values)),
    unit: "",
    title: ({ p50Milliseconds, p90Milliseconds, p99Milliseconds, requests }) =>
      requests === 0
        ? "no requests"
        : `p50 ${latencyText(p50Milliseconds)}, p90 ${latencyText(p90Milliseconds)}, p99 ${latencyText(p99Milliseconds)}`,
  };
  const lines = [
    lineOf(series, chart, SERIES.p99, ({ p99Milliseconds }) => p99Milliseconds),
    lineOf(series, chart, SERIES.p90, ({ p90Milliseconds }) => p90Milliseconds),
    lineOf(series, chart, SERIES.p50, ({ p50Milliseconds }) => p50Milliseconds),
  ];
  return {
    title: "Latency over time, ms",
    legend: [
      { series: SERIES.p50, text: "p50" },
      { series: SERIES.p90, text: "p90" },
      { series: SERIES.p99, text: "p99" },
    ],
    svg: svg("latency", "Latency over time: p50, p90 and p99 of each second", overTime(report, chart, lines.join(""))),
    note: "All requests of each second, cold starts included, from when they were due. There is no line where the request that it would be of failed. Each step of the grid is ten times the one below.",
  };
}

function coldStartsOverTime(report: Report): Chart {
  const title = "Cold starts over time";
  if (report.settings.target === "url") return { title, legend: [], svg: "", note: NOT_TOLD };
  const counts = report.series.map(({ coldStarts = 0 }) => coldStarts);
  const chart: TimeChart = {
    x: timeScale(report),
    y: vertical(Math.max(4, most(counts))),
    unit: "",
    title: ({ coldStarts = 0, requests }) => `${coldStarts} of ${requests} requests`,
  };
  return {
    title: `${title}, per second`,
    legend: [],
    svg: svg(
      "cold-starts",
      "Cold starts in each second",
      overTime(
        report,
        chart,
        bars(report, chart, SERIES.cold, ({ coldStarts = 0 }) => coldStarts),
      ),
    ),
  };
}

function instancesOverTime(report: Report): Chart {
  const title = "Instances";
  if (report.settings.target === "url") return { title, legend: [], svg: "", note: NOT_TOLD };
  const chart: TimeChart = {
    x: timeScale(report),
    y: vertical(Math.max(4, most(report.series.map(({ instances = 0 }) => instances)))),
    unit: "",
    title: ({ instances = 0, busyInstances = 0 }) => `${instances} instances, ${busyInstances} busy`,
  };
  const content = [
    lineOf(report.series, chart, SERIES.busy, ({ busyInstances }) => busyInstances),
    lineOf(report.series, chart, SERIES.instances, ({ instances }) => instances),
  ];
  return {
    title: "Instances, most in each second",
    legend: [
      { series: SERIES.instances, text: "there" },
      { series: SERIES.busy, text: "busy" },
    ],
    svg: svg("instances", "Instances over time", overTime(report, chart, content.join(""))),
  };
}

function requestsOverTime(report: Report): Chart {
  const chart: TimeChart = {
    x: timeScale(report),
    y: vertical(Math.max(4, most(report.series.map(({ requests }) => requests)))),
    unit: "",
    title: ({ requests, failed }) => `${requests} requests, ${failed} failed`,
  };
  return {
    title: "Requests due, per second",
    legend: [],
    svg: svg(
      "requests",
      "Requests in each second",
      overTime(
        report,
        chart,
        bars(report, chart, SERIES.warm, ({ requests }) => requests),
      ),
    ),
  };
}

function errorRate(report: Report): Chart {
  const percentOf = ({ failed, requests }: Second) => (requests === 0 ? 0 : (failed / requests) * 100);
  const chart: TimeChart = {
    x: timeScale(report),
    y: vertical(Math.max(1, most(report.series.map(percentOf)))),
    unit: " %",
    title: (second) => `${numberText(percentOf(second))} %, ${second.failed} of ${second.requests} requests`,
  };
  const isNone = report.series.every(({ failed }) => failed === 0);
  return {
    title: "Error rate",
    legend: [],
    svg: svg(
      "errors",
      "Share of failed requests in each second",
      overTime(report, chart, bars(report, chart, SERIES.failed, percentOf)),
    ),
    ...(isNone && { note: "No request failed." }),
  };
}

function memoryOverTime(report: Report): Chart {
  const title = "Memory";
  if (report.settings.target === "url") return { title, legend: [], svg: "", note: NOT_TOLD };
  const memoryMb = Number(report.environment.settings["memory_mb"] ?? 0);
  const chart: TimeChart = {
    x: timeScale(report),
    y: vertical(Math.max(memoryMb, most(report.series.map((second) => second.memoryMb ?? 0)))),
    unit: "",
    title: (second) => (second.memoryMb === undefined ? "no requests" : `${numberText(second.memoryMb)} MB`),
  };
  const full = memoryMb > 0 ? limit(chart.y.at(memoryMb), `${memoryMb} MB: the function's memory`) : "";
  return {
    title: "Memory, MB",
    legend: [],
    svg: svg(
      "memory",
      "Memory over time",
      overTime(report, chart, `${full}${lineOf(report.series, chart, SERIES.warm, (second) => second.memoryMb)}`),
    ),
    note: "The most that an instance has used since it started, averaged over the second's requests.",
  };
}

function bars({ series }: Report, { x, y }: TimeChart, name: string, value: (second: Second) => number): string {
  return series
    .filter((second) => value(second) > 0)
    .map((second) => bar(x.at(second.second), x.at(second.second + 1), BOTTOM, y.at(value(second)), name, ""))
    .join("");
}

function distribution(report: Report): Chart {
  const bins = report.distribution;
  const isTold = report.settings.target === "local";
  const y = vertical(Math.max(4, most(bins.map(({ cold, warm }) => cold + warm))));
  const from = bins[0]?.fromMilliseconds ?? 1;
  const to = bins.at(-1)?.toMilliseconds ?? 10;
  const powers = horizontal(Math.log10(from), Math.log10(to));
  const ticks = latencyTicks(from, to);
  const x: Scale = { ticks, at: (value) => powers.at(Math.log10(value)) };
  const frame = axes(x, y, { x: (tick) => `${shortNumber(tick)} ms`, y: shortNumber });
  const content = bins.map(({ fromMilliseconds, toMilliseconds, cold, warm }) => {
    const [left, right] = [x.at(fromMilliseconds), x.at(toMilliseconds)];
    const range = `${numberText(fromMilliseconds)} to ${numberText(toMilliseconds)} ms`;
    return [
      ...(warm > 0
        ? [bar(left, right, BOTTOM, y.at(warm), SERIES.warm, `${range}: ${warm} ${isTold ? "warm" : "requests"}`)]
        : []),
      ...(cold > 0 ? [bar(left, right, y.at(warm), y.at(warm + cold), SERIES.cold, `${range}: ${cold} cold`)] : []),
    ].join("");
  });
  return {
    title: isTold ? "Latency, cold versus warm" : "Latency",
    legend: isTold
      ? [
          { series: SERIES.warm, text: "warm" },
          { series: SERIES.cold, text: "cold" },
        ]
      : [],
    svg: svg("distribution", "How many requests took how long, cold and warm", `${frame}${content.join("")}`),
    ...(!isTold && { note: "Cold starts cannot be told apart here." }),
  };
}

/** The share of cold starts in each burst, without and with warming. */
function warmingEffect({ phases, settings }: Report): Chart | undefined {
  if (settings.profile !== "cold-start" || settings.target === "url") return undefined;
  const percentOf = ({ coldStarts = 0, requests, failed }: Report["phases"][number]) =>
    failed > 0 || requests === 0 ? undefined : (coldStarts / requests) * 100;
  const bursts = phases.filter(({ part }) => part === PARTS.without);
  const warmed = phases.filter(({ part }) => part === PARTS.with);
  const x = horizontal(0, Math.max(1, bursts.length));
  const y = vertical(100);
  const labels: Scale = { ticks: bursts.map((_, index) => index + 0.5), at: x.at };
  const content = bursts.map((without, index) => {
    const withWarming = warmed[index];
    const draw = (phase: Report["phases"][number], from: number, series: string) => {
      const percent = percentOf(phase);
      const [left, right, top] = [x.at(index + from), x.at(index + from + 0.35), y.at(percent ?? 0)];
      const failed = phase.failed > 0 ? `, ${phase.failed} failed` : "";
      const title = `${phase.name}: ${phase.coldStarts ?? 0} of ${phase.requests} cold${failed}`;
      const label = barLabel(
        (left + right) / 2,
        Math.min(top, y.at(TARGETS.coldStartPercent)),
        percent === undefined ? "?" : `${numberText(percent, 0)} %`,
      );
      return `${bar(left, right, BOTTOM, top, series, title)}${label}`;
    };
    return `${draw(without, 0.14, SERIES.cold)}${withWarming ? draw(withWarming, 0.51, SERIES.warm) : ""}`;
  });
  const frame = axes(labels, y, {
    x: (tick) => `burst of ${bursts[Math.floor(tick)]?.requests ?? 0}`,
    y: (tick) => `${tick} %`,
  });
  const target = limit(y.at(TARGETS.coldStartPercent), "");
  return {
    title: "Cold starts, without and with warming",
    legend: [
      { series: SERIES.cold, text: PARTS.without },
      { series: SERIES.warm, text: PARTS.with },
    ],
    svg: svg("warming", "Share of cold starts in each burst", `${frame}${target}${content.join("")}`),
    note: `The dashed line is the target: below ${TARGETS.coldStartPercent} %. With warming, a round of the warmer came before each burst.`,
  };
}

/** Of a second whose percentile fell on a request that failed, there is none. */
function latencyText(milliseconds: number | undefined): string {
  return milliseconds === undefined ? "none" : `${numberText(milliseconds)} ms`;
}

/** 1, 2 and 5 times powers of ten, or the powers only if those would be too many. */
function latencyTicks(from: number, to: number): number[] {
  const ticks = (factors: readonly number[]) =>
    Array.from({ length: 9 }, (_, index) => 10 ** (index - 1))
      .flatMap((power) => factors.map((factor) => factor * power))
      .filter((tick) => tick >= from && tick <= to);
  const fine = ticks([1, 2, 5]);
  return fine.length <= 6 ? fine : ticks([1]);
}

function timeText(seconds: number): string {
  if (seconds < 120) return `${seconds} s`;
  const minutes = Math.floor(seconds / 60);
  const rest = String(Math.round(seconds % 60)).padStart(2, "0");
  return `${minutes}:${rest}`;
}

function shortNumber(value: number): string {
  return value >= 10_000 ? `${numberText(value / 1000)}k` : String(Number(value.toPrecision(6)));
}

function most(values: readonly number[]): number {
  return values.reduce((largest, value) => Math.max(largest, value), 0);
}

function least(values: readonly number[]): number {
  return values.reduce((smallest, value) => Math.min(smallest, value), Infinity);
}
