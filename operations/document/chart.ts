import {
  type EChartsOption,
  type SeriesOption,
  type TooltipComponentOption,
  type XAXisComponentOption,
  type YAXisComponentOption,
} from "echarts";
import { escapeText } from "./escape-text";
import { AXIS_FORMATS } from "./formats";

/** A color of the page's style, which has one for light and one for dark. */
export type Color = "s1" | "s2" | "s3" | "s4" | "s5" | "s6" | "s7" | "s8";

/** An axis: its title with the unit, and the format of its values. */
export type Axis = { readonly title: string } & (
  | {
      /** From 0 to a round value above the series' values, the limits and `least`; or between the given ends. */
      readonly scale: "linear";
      readonly least: number;
      readonly from?: number;
      readonly to?: number;
      readonly format: keyof typeof AXIS_FORMATS;
    }
  | {
      /** `log`: powers of ten; smaller values are drawn at the beginning, and both ends are above 0. */
      readonly scale: "log" | "time";
      readonly from: number;
      readonly to: number;
      readonly format: keyof typeof AXIS_FORMATS;
    }
  | {
      /** Names at equal distances. A series' value is the index of the name. */
      readonly scale: "names";
      readonly names: readonly string[];
    }
);

/** A dot with its interval. */
export interface Dot {
  /** What it is of. */
  readonly name: string;
  readonly x: number;
  readonly y: number;
  /** Beside a dot that is large. */
  readonly label?: string;
  readonly xRange?: readonly [from: number, to: number];
  readonly yRange?: readonly [from: number, to: number];
}

/** A series; later series are drawn above earlier ones. */
export type Series = { readonly name: string; readonly color: Color } & (
  | {
      readonly kind: "line";
      /** Missing values interrupt a line. */
      readonly points: readonly (readonly [x: number, y: number | null])[];
      /** Overlapping lines are all visible if the upper ones have gaps. */
      readonly dash?: "dashed" | "dotted";
      readonly isStepped?: boolean;
      /** Whether the line stands on those of the series before, and the area below it is filled. */
      readonly isStacked?: boolean;
      /** Whether the name, which must be short, also appears at the line's end. */
      readonly isNamedAtEnd?: boolean;
    }
  | {
      readonly kind: "bars";
      readonly bars: readonly (readonly [from: number, to: number, height: number])[];
      /** Whether each bar stands on those of the series before, which has as many. */
      readonly isStacked?: boolean;
    }
  | {
      /** One bar for each name of the horizontal axis, next to those of other series. */
      readonly kind: "columns";
      readonly values: readonly { readonly value: number; readonly label: string }[];
    }
  | {
      /** Time ranges in the row of a name of the vertical axis. */
      readonly kind: "spans";
      readonly spans: readonly (readonly [row: number, from: number, to: number])[];
    }
  | {
      readonly kind: "dots";
      readonly dots: readonly Dot[];
      readonly symbol?: "circle" | "diamond" | "triangle";
      /** Vertical offset in pixels, so that series in the same rows do not overlap. */
      readonly shift?: number;
    }
);

/** A limit line across the chart. */
export interface Limit {
  readonly axis?: "x" | "y";
  readonly at: number;
  readonly text: string;
}

/** A chart with data. It is plain data, so that a page's script draws it as well. */
export interface Chart {
  readonly id: string;
  readonly title: string;
  readonly x: Axis;
  readonly y: Axis;
  readonly series: readonly Series[];
  readonly limits?: readonly Limit[];
  /** Vertical lines where something begins; those with the same text are explained once. */
  readonly marks?: readonly { readonly at: number; readonly text: string }[];
  readonly note?: string;
  /** The numbers that are drawn, or the heading on the page that they are below. */
  readonly numbers: { readonly headings: readonly string[]; readonly rows: readonly (readonly string[])[] } | string;
}

/** A line of text instead of an empty chart. */
export interface NoChart {
  readonly title: string;
  readonly reason: string;
}

/** How a chart is drawn. */
export interface Drawing {
  /** In pixels. */
  readonly width: number;
  /** Whether it follows a pointer, and shows a part of its time. */
  readonly isLive?: boolean;
  /** Whether it leaves out what its surroundings say: the titles of axes. */
  readonly isCompact?: boolean;
  /** Names of series that are left out. */
  readonly hidden?: ReadonlySet<string>;
}

/** Of a chart, in pixels. */
export const CHART_HEIGHT = 280;
/** Of a chart's text, in pixels. */
export const TEXT_PIXELS = 12;
/** For the widest common fonts, in units of the text's height, so that text that is measured to fit really fits. */
export const CHARACTER_WIDTH = 0.62;

const TEXT_COLOR = "var(--soft)";
const FONT = "system-ui, sans-serif";
const LINE_TYPES = { dashed: [9, 3], dotted: [2, 2], solid: "solid" as const };

/** Of text that can be read although lines go through it. */
const OVER_LINES = { textBorderColor: "var(--card)", textBorderWidth: 4 } as const;

/** What ECharts has to know to draw a chart, in a page and before there is one. */
export function buildOption(
  chart: Chart,
  { width, isLive = false, isCompact = false, hidden }: Drawing,
): EChartsOption {
  const { x, y, limits = [], marks = [] } = chart;
  const shown = chart.series.filter(({ name }) => hidden?.has(name) !== true);
  const namesAtEnd = chart.series.flatMap((one) => (one.kind === "line" && one.isNamedAtEnd ? [one.name] : []));
  const right = Math.max(14, ...namesAtEnd.map(({ length }) => length * CHARACTER_WIDTH * TEXT_PIXELS + 22));
  const limitsOf = (which: "x" | "y") => limits.filter(({ axis = "y" }) => axis === which);
  const series = [
    ...shown.flatMap((one, index) => buildSeries(one, shown.slice(0, index), chart)),
    ...marks.map(({ at }) => buildLineAcross({ xAxis: at }, TEXT_COLOR)),
    ...limits.map(({ axis, at }) => buildLineAcross(axis === "x" ? { xAxis: at } : { yAxis: at }, "var(--missed)")),
  ];
  return {
    animation: false,
    useUTC: true,
    textStyle: { fontFamily: FONT, fontSize: TEXT_PIXELS, color: TEXT_COLOR },
    grid: { left: 4, right, top: 20, bottom: 4, outerBoundsMode: "same", outerBoundsContain: "all" },
    // Names at the ends of lines have the corner for themselves.
    xAxis: {
      ...buildAxis(x, limitsOf("x"), width, namesAtEnd.length > 0 ? "right" : "center"),
      ...{ nameGap: 30, ...(isCompact && { name: "" }) },
    },
    // Names are read from the top.
    yAxis: {
      ...buildAxis(y, limitsOf("y"), width),
      ...{ nameGap: 8, nameRotate: 90, inverse: y.scale === "names", ...(isCompact && { name: "" }) },
    },
    // Clipping would be a reference, which a picture in a page is not to have.
    series: series.map((one) => ({ ...one, clip: isLive })),
    ...(isLive && { tooltip: buildTooltip(shown, y) }),
    ...(isLive && x.scale === "time" && { dataZoom: { type: "inside", filterMode: "none", disabled: true } }),
  };
}

/** A logarithmic axis with powers of ten around values, not below the minimum. */
export function buildLogAxis(
  title: string,
  format: keyof typeof AXIS_FORMATS,
  values: readonly number[],
  least: number,
): Axis {
  const smallest = values.reduce((all, value) => Math.min(all, value), Infinity);
  const largest = values.reduce((all, value) => Math.max(all, value), least);
  const from = Math.floor(Math.log10(Math.max(least, smallest)));
  const to = Math.max(from + 1, Math.ceil(Math.log10(largest)));
  return { title, format, scale: "log", from: Number(`1e${from}`), to: Number(`1e${to}`) };
}

function buildAxis(
  axis: Axis,
  limits: readonly Limit[],
  width: number,
  alignMaxLabel?: "right" | "center",
): XAXisComponentOption & YAXisComponentOption {
  const line = { show: true, lineStyle: { color: "var(--line)" } };
  const common = {
    name: axis.title,
    nameLocation: "middle" as const,
    nameTextStyle: { color: TEXT_COLOR },
    axisLine: { ...line, onZero: false },
    axisTick: { ...line, show: false },
    splitLine: axis.scale === "names" || axis.scale === "time" ? { show: false } : line,
  };
  const label = { color: TEXT_COLOR, hideOverlap: true, margin: 11, ...(alignMaxLabel && { alignMaxLabel }) };
  if (axis.scale === "names") {
    const wrapped = {
      interval: 0,
      width: width * 0.42,
      lineHeight: 16,
      overflow: "break",
      hideOverlap: false,
    } as const;
    return { ...common, type: "category", data: [...axis.names], axisLabel: { ...label, ...wrapped } };
  }
  const valued = { ...common, axisLabel: { ...label, formatter: AXIS_FORMATS[axis.format] } };
  if (axis.scale === "linear") {
    const dataMax = Math.max(axis.least, ...limits.map(({ at }) => at));
    const { from: min = 0, to: max } = axis;
    return { ...valued, type: "value", min, dataMax, ...(max !== undefined && { max }) };
  }
  const { from: min, to: max } = axis;
  return axis.scale === "log"
    ? { ...valued, type: "log", min, max }
    : { ...valued, type: "time", min, max, minInterval: 1000, splitNumber: width / 110 };
}

/** @param before the series that are drawn below */
function buildSeries(series: Series, before: readonly Series[], { x, y }: Chart): SeriesOption[] {
  const { name } = series;
  const color = `var(--${series.color})`;
  const common = { name, silent: true, itemStyle: { color, opacity: 1 } };
  // ECharts cannot make another color of a variable, and would draw nothing where the pointer is.
  const still = { ...common, emphasis: { disabled: true } };
  switch (series.kind) {
    case "line": {
      const { points, dash = "solid", isStepped = false, isStacked = false, isNamedAtEnd = false } = series;
      const isAlone = (index: number) => [index - 1, index + 1].every((other) => (points[other]?.[1] ?? null) === null);
      return [
        {
          ...{ ...still, type: "line", step: isStepped ? "end" : false, symbolSize: 5 },
          data: points.map(([at, value], index) => ({
            name: writeValue(x, at),
            value: [clampToAxis(x, at), value === null ? null : clampToAxis(y, value), value],
            symbol: isAlone(index) ? "circle" : "none",
          })),
          ...(isStacked && { stack: "lines", areaStyle: { color, opacity: 0.25 } }),
          lineStyle: { color, width: 2, cap: "butt", type: LINE_TYPES[dash] },
          endLabel: { show: isNamedAtEnd, formatter: name, color, fontWeight: "bold", lineHeight: 16, distance: 12 },
          labelLayout: { moveOverlap: "shiftY" },
        },
      ];
    }
    case "bars": {
      const below = series.isStacked ? before.flatMap((one) => (one.kind === "bars" ? [one.bars] : [])) : [];
      const data = series.bars.flatMap(([from, to, height], index) => {
        const low = below.reduce((sum, bars) => sum + (bars[index]?.[2] ?? 0), 0);
        const middle = x.scale === "log" ? Math.sqrt(from * to) : (from + to) / 2;
        const bar = { name: `${writeValue(x, from)} to ${writeValue(x, to)}` };
        return height === 0 ? [] : [{ ...bar, value: [middle, from, to, low, low + height, height] }];
      });
      return [
        {
          ...{ ...common, type: "custom", data, encode: { x: [0, 1, 2], y: [3, 4] } },
          renderItem: (_, api) => {
            const [left = 0, bottom = 0] = api.coord([api.value(1), api.value(3)]);
            const [end = 0, top = 0] = api.coord([api.value(2), api.value(4)]);
            const gap = end - left > 4 ? 1 : 0;
            const shape = { x: left, y: top, width: Math.max(0.8, end - left - gap), height: bottom - top };
            return { type: "rect", shape, style: { fill: color } };
          },
        },
      ];
    }
    case "columns":
      return [
        {
          ...{ ...still, type: "bar", barMaxWidth: 40 },
          data: series.values.map(({ value, label }) => ({ value, label: { formatter: label } })),
          label: { ...OVER_LINES, show: true, position: "top", color: TEXT_COLOR },
        },
      ];
    case "spans": {
      const rows = y.scale === "names" ? y.names : [];
      const intervals = series.spans.map(([row, from, to]) => ({
        name: [rows[row] ?? "", `${writeValue(x, from)} to ${writeValue(x, to)}`].join("\n"),
        value: [from, to, row, row],
      }));
      return [buildIntervals(name, intervals, { stroke: color, lineWidth: 12 })];
    }
    case "dots": {
      const { dots, symbol = "circle", shift = 0 } = series;
      const intervals = dots.map(({ x: at, y: height, xRange = [at, at], yRange = [height, height] }) => ({
        value: [...xRange.map((value) => clampToAxis(x, value)), ...yRange.map((value) => clampToAxis(y, value))],
      }));
      return [
        { ...buildIntervals(name, intervals, { stroke: color, opacity: 0.6, lineWidth: 1.5 }, shift), silent: true },
        {
          ...{ ...still, type: "scatter", silent: false, symbol, symbolOffset: [0, shift] },
          labelLayout: { moveOverlap: "shiftY" },
          data: dots.map((dot) => ({
            name: [dot.name, ...listValues(dot, x, y)].join("\n"),
            value: [clampToAxis(x, dot.x), clampToAxis(y, dot.y)],
            symbolSize: dot.label === undefined ? 8 : 12,
            label: {
              ...OVER_LINES,
              ...{
                show: dot.label !== undefined,
                formatter: dot.label ?? "",
                color: "var(--text)",
                fontWeight: "bold",
              },
              // Above other dots at the bottom, which is where the best ones are.
              ...{ position: "top", align: isRightOfMiddle(x, dot.x) ? "right" : "left" },
            },
          })),
        },
      ];
    }
  }
}

/** Lines from one value to another, on both axes. */
function buildIntervals(
  name: string,
  data: { readonly name?: string; readonly value: number[] }[],
  style: { readonly stroke: string; readonly lineWidth: number; readonly opacity?: number },
  shift = 0,
): SeriesOption {
  return {
    ...{ name, type: "custom", data, encode: { x: [0, 1], y: [2, 3] }, itemStyle: { color: style.stroke } },
    renderItem: (_, api) => {
      const [x1 = 0, y1 = 0] = api.coord([api.value(0), api.value(2)]);
      const [end = 0, y2 = 0] = api.coord([api.value(1), api.value(3)]);
      // What is short is seen, too.
      const x2 = y1 === y2 ? Math.max(end, x1 + 2) : end;
      return { type: "line", shape: { x1, x2, y1: y1 + shift, y2: y2 + shift }, style };
    },
  };
}

/** A line across the chart without data; the legend describes it. */
function buildLineAcross(place: { xAxis: number } | { yAxis: number }, color: string): SeriesOption {
  return {
    ...{ type: "line", silent: true, z: 1, data: [], symbol: "none" },
    markLine: {
      ...{ silent: true, symbol: "none", label: { show: false }, data: [place] },
      lineStyle: { color, type: LINE_TYPES.dashed, width: 1.5 },
    },
  };
}

/** Values at the pointer: of one dot or span, or of all series at one place of the horizontal axis. */
function buildTooltip(series: readonly Series[], y: Axis): TooltipComponentOption {
  const writeHeight = AXIS_FORMATS[y.scale === "names" ? "number" : y.format];
  const isOfOne = series.some(({ kind }) => kind === "dots" || kind === "spans");
  return {
    ...{ trigger: isOfOne ? "item" : "axis", confine: true, transitionDuration: 0 },
    ...{
      backgroundColor: "var(--card)",
      borderColor: "var(--line)",
      textStyle: { color: "var(--text)", fontSize: 13 },
    },
    axisPointer: { lineStyle: { color: TEXT_COLOR } },
    formatter: (params) => {
      const items = [params].flat();
      const values = isOfOne
        ? []
        : items.map(({ marker, seriesName = "", value }) => {
            const last = [value].flat().at(-1);
            const text = typeof last === "number" ? writeHeight(last) : "none";
            return `${typeof marker === "string" ? marker : ""}${escapeText(`${seriesName}: ${text}`)}`;
          });
      return [...(items[0]?.name ?? "").split("\n").map(escapeText), ...values].join("<br>");
    },
  };
}

function listValues(dot: Dot, x: Axis, y: Axis): string[] {
  return (
    [
      [x, dot.x],
      [y, dot.y],
    ] as const
  ).flatMap(([axis, value]) => (axis.scale === "names" ? [] : [`${axis.title}: ${writeValue(axis, value)}`]));
}

function writeValue(axis: Axis, value: number): string {
  return axis.scale === "names" ? (axis.names[value] ?? "") : AXIS_FORMATS[axis.format](value);
}

/** A logarithmic axis cannot show values that are too small. */
function clampToAxis(axis: Axis, value: number): number {
  return axis.scale === "log" ? Math.min(axis.to, Math.max(axis.from, value)) : value;
}

function isRightOfMiddle(axis: Axis, value: number): boolean {
  return axis.scale === "log" && value > Math.sqrt(axis.from * axis.to);
}
