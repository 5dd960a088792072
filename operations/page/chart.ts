import * as echarts from "echarts";
import { escapeText } from "./escape-text";

/** A color of the page's style, which has one for light and one for dark. */
export type Color = "s1" | "s2" | "s3" | "s4";

/** An axis: its title with the unit, and how a value is written beside it. */
export type Axis = { readonly title: string } & (
  | {
      /** From 0 to a round value above the series' values, the limits and `least`. */
      readonly scale: "linear";
      readonly least: number;
      readonly text: (value: number) => string;
    }
  | {
      /** By powers of ten; smaller values are drawn at the beginning. Both ends are above 0. */
      readonly scale: "log";
      readonly from: number;
      readonly to: number;
      readonly text: (value: number) => string;
    }
  | {
      /** Milliseconds since 1970. */
      readonly scale: "time";
      readonly from: number;
      readonly to: number;
      readonly text: (value: number) => string;
    }
  | {
      /** Names at equal distances. A series' value is the name's index. */
      readonly scale: "names";
      readonly names: readonly string[];
    }
);

/** A dot, and the interval that it stands for. */
export interface Dot {
  readonly x: number;
  readonly y: number;
  readonly label?: string;
  readonly isLarge?: boolean;
  readonly xRange?: readonly [from: number, to: number];
  readonly yRange?: readonly [from: number, to: number];
}

/** What is drawn of one kind; later series are drawn above earlier ones. */
export type Series = { readonly name: string; readonly color: Color } & (
  | {
      readonly kind: "line";
      /** A line ends where there is no value. */
      readonly points: readonly (readonly [x: number, y: number | undefined])[];
      /** Lines on top of each other can all be seen if the upper ones have gaps. */
      readonly dash?: "dashed" | "dotted";
      readonly isStepped?: boolean;
      /** Whether the name also stands at the line's end; a short one. */
      readonly isNamedAtEnd?: boolean;
    }
  | {
      readonly kind: "bars";
      readonly bars: readonly {
        readonly from: number;
        readonly to: number;
        readonly low?: number;
        readonly high: number;
      }[];
    }
  | {
      /** One bar for each name of the horizontal axis, beside those of other series. */
      readonly kind: "columns";
      readonly values: readonly { readonly value: number; readonly label: string }[];
    }
  | {
      /** Times in the row of a name of the vertical axis. */
      readonly kind: "spans";
      readonly spans: readonly { readonly row: number; readonly from: number; readonly to: number }[];
    }
  | Omit<Dots, "name" | "color">
);

interface Dots {
  readonly kind: "dots";
  readonly name: string;
  readonly color: Color;
  readonly dots: readonly Dot[];
  readonly symbol?: "circle" | "diamond" | "triangle";
  /** Pixels downwards, so that series in the same rows are beside each other. */
  readonly shift?: number;
}

/** A line across the chart that values are to be on one side of. */
export interface Limit {
  readonly axis?: "x" | "y";
  readonly at: number;
  readonly text: string;
}

/** A chart that has something to show. */
export interface Chart {
  readonly id: string;
  readonly title: string;
  /** For those who do not see it: what the chart is of. */
  readonly description: string;
  readonly x: Axis;
  readonly y: Axis;
  readonly series: readonly Series[];
  readonly limits?: readonly Limit[];
  /** Vertical lines where something begins. */
  readonly marks?: readonly { readonly at: number; readonly text: string }[];
  readonly note?: string;
  /** The numbers that are drawn, or where on the page they are. */
  readonly numbers:
    { readonly headings: readonly string[]; readonly rows: readonly (readonly string[])[] } | { readonly in: string };
}

/** In the place of a chart that would be empty: a line of text. */
export interface NoChart {
  readonly title: string;
  readonly reason: string;
}

/** The sizes that a chart is drawn in, so that its text has the same size on a phone as on a desktop. */
const SIZES = [
  { screen: "wide", width: 500, height: 280 },
  { screen: "narrow", width: 330, height: 270 },
] as const;

const TEXT_PIXELS = 12;
/** From one name at a line's end to the next. */
const NAME_PIXELS = 16;
/** Of the widest usual fonts, so that labels which are measured to fit do fit. */
const CHARACTER_WIDTH = 0.62;
const TEXT_COLOR = "var(--soft)";
const FONT = "system-ui, sans-serif";
const LINE_TYPE = { dashed: [9, 3], dotted: [2, 2] };

// There is no canvas to measure with. A character that is not Latin is as wide as the text is high, by which lines are
// set.
echarts.setPlatformAPI({
  measureText: (text, font = "") => {
    const widths = Array.from(text, (character) => (character > "\u2000" ? 1 : CHARACTER_WIDTH));
    const pixels = Number(/([\d.]+)px/.exec(font)?.[1] ?? TEXT_PIXELS);
    return { width: pixels * widths.reduce((all, width) => all + width, 0) };
  },
});

/**
 * A chart's pictures, of which the page's style shows the one that fits the screen. They refer to nothing, and need no
 * script.
 */
export function drawChart(chart: Chart): string {
  return SIZES.map(({ screen, ...size }) => {
    const drawing = echarts.init(null, null, { renderer: "svg", ssr: true, ...size });
    try {
      const option = buildOption(chart, size.width);
      drawing.setOption(option);
      // Where names at the ends of lines are is known only now.
      const names = buildEndNames(chart, (place) => drawing.convertToPixel("grid", [...place])[1] ?? 0);
      drawing.setOption({ series: [...option.series, names] });
      const content = drawing
        .renderToSVGString()
        .replace(/^<svg[^>]*>/, "")
        // Styles for a pointer, and clipping of lines at a far edge, which would be references.
        .replaceAll(/<(style|defs) ?>[^]*?<\/\1>/g, "")
        .replaceAll(/ (?:ecmeta_\w+|class|pointer-events|clip-path|xml:space)="[^"]*"/g, "");
      return `<svg class="${screen}" viewBox="0 0 ${size.width} ${size.height}" role="img" aria-label="${escapeText(chart.description)}">${content}`;
    } finally {
      drawing.dispose();
    }
  }).join("");
}

function buildOption({ x, y, series, limits = [], marks = [] }: Chart, width: number) {
  const namesAtEnd = series.flatMap((one) => (one.kind === "line" && one.isNamedAtEnd === true ? [one.name] : []));
  const right = Math.max(14, ...namesAtEnd.map((name) => estimateTextWidth(name) + 10));
  const all = [
    ...series.flatMap((one) => buildSeries(one, x, y)),
    ...marks.map(({ at }) => buildLineAcross({ xAxis: at }, TEXT_COLOR)),
    ...limits.map(({ axis, at }) => buildLineAcross(axis === "x" ? { xAxis: at } : { yAxis: at }, "var(--missed)")),
  ];
  return {
    animation: false as const,
    useUTC: true,
    textStyle: { fontFamily: FONT, fontSize: TEXT_PIXELS, color: TEXT_COLOR },
    grid: {
      ...{ left: 4, right, top: 14, bottom: 4 },
      ...{ outerBoundsMode: "same", outerBoundsContain: "all" },
    },
    xAxis: {
      ...buildAxis(
        x,
        limits.filter(({ axis }) => axis === "x"),
        width,
      ),
      nameGap: 30,
    },
    yAxis: {
      ...buildAxis(
        y,
        limits.filter(({ axis = "y" }) => axis === "y"),
        width,
      ),
      nameGap: 8,
      nameRotate: 90,
      // Read from the top.
      inverse: y.scale === "names",
    },
    series: all,
  };
}

function buildAxis(
  axis: Axis,
  limits: readonly Limit[],
  width: number,
): echarts.XAXisComponentOption & echarts.YAXisComponentOption {
  const line = { show: true, lineStyle: { color: "var(--line)" } };
  const common = {
    name: axis.title,
    nameLocation: "middle" as const,
    nameTextStyle: { color: TEXT_COLOR },
    axisLine: { ...line, onZero: false },
    axisTick: { ...line, show: false },
    splitLine: line,
  };
  const label = { color: TEXT_COLOR, hideOverlap: true, margin: 11 };
  switch (axis.scale) {
    case "names":
      return {
        ...{ ...common, type: "category", data: [...axis.names], splitLine: { show: false } },
        axisLabel: {
          ...label,
          interval: 0,
          width: width * 0.42,
          lineHeight: 16,
          overflow: "break",
          hideOverlap: false,
        },
      };
    case "time":
      return {
        ...{ ...common, type: "time", min: axis.from, max: axis.to, minInterval: 1000, splitLine: { show: false } },
        splitNumber: width / 110,
        axisLabel: { ...label, formatter: axis.text },
      };
    case "log": {
      const { from, to } = axis;
      return { ...common, type: "log", min: from, max: to, axisLabel: { ...label, formatter: axis.text } };
    }
    case "linear":
      return {
        ...{ ...common, type: "value", min: 0, splitNumber: 4 },
        dataMax: Math.max(axis.least, ...limits.map(({ at }) => at)),
        axisLabel: { ...label, formatter: axis.text },
      };
  }
}

function buildSeries(series: Series, x: Axis, y: Axis): echarts.SeriesOption[] {
  const { name } = series;
  const color = `var(--${series.color})`;
  const common = { name, silent: true, clip: false, itemStyle: { color, opacity: 1 } };
  switch (series.kind) {
    case "line": {
      const points = series.points.map(
        ([at, value]) => [clampToAxis(x, at), value === undefined ? null : clampToAxis(y, value)] as const,
      );
      const isAlone = (index: number) =>
        (points[index - 1]?.[1] ?? null) === null && (points[index + 1]?.[1] ?? null) === null;
      return [
        {
          ...{ ...common, type: "line", step: series.isStepped === true ? "end" : false },
          symbolSize: 5,
          data: points.map((point, index) => ({ value: [...point], symbol: isAlone(index) ? "circle" : "none" })),
          lineStyle: { color, width: 2, cap: "butt", type: series.dash ? LINE_TYPE[series.dash] : "solid" },
        },
      ];
    }
    case "bars":
      return [
        {
          ...{ ...common, type: "custom" },
          data: series.bars.map(({ from, to, low = 0, high }) => [from, to, low, high]),
          encode: { x: [0, 1], y: [2, 3] },
          renderItem: (_, api) => {
            const [left = 0, bottom = 0] = api.coord([api.value(0), api.value(2)]);
            const [end = 0, top = 0] = api.coord([api.value(1), api.value(3)]);
            const gap = end - left > 4 ? 1 : 0;
            const shape = { x: left, y: top, width: Math.max(0.8, end - left - gap), height: bottom - top };
            return { type: "rect", shape, style: { fill: color } };
          },
        },
      ];
    case "columns":
      return [
        {
          ...{ ...common, type: "bar", barMaxWidth: 40 },
          data: series.values.map(({ value, label }) => ({ value, label: { formatter: label } })),
          label: { show: true, position: "top", color: TEXT_COLOR },
        },
      ];
    case "spans":
      return [
        {
          ...{ ...common, type: "custom" },
          data: series.spans.map(({ row, from, to }) => [from, to, row]),
          encode: { x: [0, 1], y: 2 },
          renderItem: (_, api) => {
            const [left = 0, middle = 0] = api.coord([api.value(0), api.value(2)]);
            const [end = 0] = api.coord([api.value(1), api.value(2)]);
            const height = Math.min(18, [api.size?.([0, 1]) ?? []].flat()[1] ?? 0) * 0.7;
            const shape = { x: left, y: middle - height / 2, width: Math.max(2, end - left), height };
            return { type: "rect", shape, style: { fill: color } };
          },
        },
      ];
    case "dots":
      return buildDots(series, x, y);
  }
}

function buildDots({ dots, color, symbol = "circle", shift = 0 }: Dots, x: Axis, y: Axis): echarts.SeriesOption[] {
  const intervals = dots.map(({ x: at, y: height, xRange = [at, at], yRange = [height, height] }) => [
    ...xRange.map((value) => clampToAxis(x, value)),
    ...yRange.map((value) => clampToAxis(y, value)),
  ]);
  return [
    {
      ...{ type: "custom", silent: true, clip: false },
      data: intervals,
      encode: { x: [0, 1], y: [2, 3] },
      renderItem: (_, api) => {
        const [x1 = 0, y1 = 0] = api.coord([api.value(0), api.value(2)]);
        const [x2 = 0, y2 = 0] = api.coord([api.value(1), api.value(3)]);
        return {
          ...{ type: "line", shape: { x1, x2, y1: y1 + shift, y2: y2 + shift } },
          style: { stroke: `var(--${color})`, opacity: 0.6, lineWidth: 1.5 },
        };
      },
    },
    {
      ...{ type: "scatter", silent: true, clip: false, symbol, symbolOffset: [0, shift] },
      itemStyle: { color: `var(--${color})`, opacity: 1 },
      data: dots.map((dot) => {
        const isAtRight = computeShare(x, dot.x) > 0.5;
        return {
          value: [clampToAxis(x, dot.x), clampToAxis(y, dot.y)],
          symbolSize: dot.isLarge === true ? 12 : 8,
          label: {
            ...{ show: dot.label !== undefined, formatter: dot.label ?? "", position: isAtRight ? "left" : "right" },
            ...{ color: "var(--text)", fontWeight: "bold" },
          },
        };
      }),
      labelLayout: { moveOverlap: "shiftY" },
    },
  ];
}

/** Names at the ends of lines, upwards from each other where they would be on one another. */
function buildEndNames(
  { series, y }: Chart,
  pixelsDown: (place: readonly [number, number]) => number,
): echarts.SeriesOption {
  const ends = series
    .flatMap((one) => {
      if (one.kind !== "line" || one.isNamedAtEnd !== true) return [];
      const [at, value] = one.points.findLast(([, height]) => height !== undefined) ?? [];
      if (at === undefined || value === undefined) return [];
      const place = [at, clampToAxis(y, value)] as const;
      return [{ ...one, place, height: pixelsDown(place) }];
    })
    .sort((one, other) => other.height - one.height);
  let below = Infinity;
  const heights = ends.map(({ height }) => (below = Math.min(height, below - NAME_PIXELS)));
  const tooHigh = Math.max(0, NAME_PIXELS / 2 - Math.min(...heights));
  return {
    ...{ type: "scatter", silent: true, clip: false, symbolSize: 1, itemStyle: { color: "transparent", opacity: 1 } },
    data: ends.map(({ name, color, place, height }, index) => ({
      value: [...place],
      label: {
        ...{ show: true, formatter: name, color: `var(--${color})`, position: "right", fontWeight: "bold" },
        offset: [0, (heights[index] ?? height) + tooHigh - height],
      },
    })),
  };
}

/** A line across the chart that no value belongs to; the legend says what it is. */
function buildLineAcross(place: { xAxis: number } | { yAxis: number }, color: string): echarts.SeriesOption {
  return {
    ...{ type: "line", silent: true, data: [], symbol: "none" },
    markLine: {
      ...{ silent: true, symbol: "none", label: { show: false }, data: [place] },
      lineStyle: { color, type: LINE_TYPE.dashed, width: 1.5 },
    },
  };
}

/** A logarithmic axis has no place for what is too small. */
function clampToAxis(axis: Axis, value: number): number {
  return axis.scale === "log" ? Math.min(axis.to, Math.max(axis.from, value)) : value;
}

/** How far along a logarithmic axis a value is, from 0 to 1. */
function computeShare(axis: Axis, value: number): number {
  if (axis.scale !== "log") return 0;
  return Math.log(clampToAxis(axis, value) / axis.from) / Math.log(axis.to / axis.from);
}

function estimateTextWidth(text: string): number {
  return text.length * CHARACTER_WIDTH * TEXT_PIXELS;
}
