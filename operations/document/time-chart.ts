import { AXIS_FORMATS } from "./formats";
import { type Axis, buildLogAxis, type Chart, type Color, type NoChart } from "./chart";

/** One line or row of bars over time. */
export interface TimeSeries<Point> {
  readonly name: string;
  readonly color: Color;
  readonly dash?: "dashed" | "dotted";
  readonly shape?: "line" | "bars" | "steps";
  readonly value: (point: Point) => number | undefined;
}

/** What a chart over time shows. */
export interface TimeDrawing<Point> extends Pick<Chart, "id" | "title" | "limits" | "marks" | "note"> {
  /** The title of the vertical axis. */
  readonly unit: string;
  /** The vertical axis goes at least as far; one by powers of ten begins there. */
  readonly least: number;
  readonly isLogarithmic?: boolean;
  /** Each is drawn in front of the previous one. */
  readonly series: readonly TimeSeries<Point>[];
  /** Whether names stand at the ends of lines. */
  readonly areNamedAtEnd?: boolean;
  /** Numbers that are in the table only. */
  readonly alsoInNumbers?: Pick<TimeSeries<Point>, "name" | "value">;
  /** The text if every value is 0. */
  readonly none: string;
  /** The text if there is no value. */
  readonly noData?: string;
}

/** The points of a chart over time, one after the other. */
export interface TimePoints<Point> {
  readonly axis: Extract<Axis, { scale: "time" | "log" }>;
  readonly points: readonly Point[];
  /** When a point's time begins, as the axis has it. */
  readonly at: (point: Point) => number;
  /** How long a point's time is, in milliseconds. */
  readonly milliseconds: number;
  /** A time as the table of numbers has it, below its heading. */
  readonly heading: string;
  readonly writeTime?: (at: number) => string;
}

/** A chart over time with its numbers, or why there is none. */
export function buildTimeChart<Point>(
  drawing: TimeDrawing<Point>,
  { axis, points, at, milliseconds, heading, writeTime = AXIS_FORMATS[axis.format] }: TimePoints<Point>,
): Chart | NoChart {
  const { id, title, unit, least, isLogarithmic = false, series, areNamedAtEnd = false, none } = drawing;
  const { limits = [], marks = [], note, alsoInNumbers, noData = none } = drawing;
  const values = points.flatMap((point) => series.flatMap(({ value }) => value(point) ?? []));
  if (values.length === 0) return { title, reason: noData };
  if (values.every((value) => value === 0)) return { title, reason: none };
  const most = values.reduce((all, value) => Math.max(all, value), least);
  const columns = [...(alsoInNumbers ? [alsoInNumbers] : []), ...series];
  return {
    ...{ id, title, x: axis, marks },
    y: isLogarithmic
      ? buildLogAxis(unit, "number", values, least)
      : { scale: "linear", title: unit, least, format: "number" },
    series: series.map(({ value, shape = "line", ...looks }) => {
      if (shape === "bars") {
        const bars = points.map((point) => [at(point), at(point) + milliseconds, value(point) ?? 0] as const);
        return { kind: "bars", ...looks, bars: bars.filter(([, , height]) => height > 0) };
      }
      const isStepped = shape === "steps";
      const line = points.map(
        (point) => [at(point) + (isStepped ? 0 : milliseconds / 2), value(point) ?? null] as const,
      );
      const last = line.at(-1);
      // The last step is as long as the others.
      const drawn = isStepped && last ? [...line, [last[0] + milliseconds, last[1]] as const] : line;
      return { kind: "line", ...looks, isStepped, isNamedAtEnd: areNamedAtEnd, points: drawn };
    }),
    limits: limits.filter((limit) => limit.at <= most),
    ...(note !== undefined && { note }),
    numbers: {
      headings: [heading, ...columns.map(({ name }) => name)],
      rows: points.map((point) => [writeTime(at(point)), ...columns.map(({ value }) => writeOrNone(value(point)))]),
    },
  };
}

function writeOrNone(value: number | undefined): string {
  return value === undefined ? "none" : AXIS_FORMATS.number(value);
}
