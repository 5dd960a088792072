import { type Chart, type Color, type Series } from "../document/chart";
import { AXIS_FORMATS } from "../document/formats";
import { type LinesContent, type WidgetView } from "./content";

const COLORS: readonly [Color, ...Color[]] = ["s1", "s4", "s2", "s3", "s5", "s6", "s7", "s8"];

/** The color of a widget's line, by its place. */
export function selectColor(index: number): Color {
  return COLORS[index % COLORS.length] ?? COLORS[0];
}

/** The chart of a widget with lines. */
export function buildWidgetChart(id: string, title: string, content: LinesContent): Chart {
  const { from, periodSeconds, to, lines, unit, axis, limits, marks, isStacked = false } = content;
  const step = periodSeconds * 1000;
  const { min, max } = axis;
  return {
    ...{ id, title, limits, marks: marks.map(({ at, text }) => ({ at, text })) },
    x: { scale: "time", title: "Time (UTC)", from, to, format: "time" },
    y: {
      ...{ scale: "linear", title: unit, least: 0, format: "precise" },
      ...(min !== undefined && { from: min }),
      ...(max !== undefined && { to: max }),
    },
    series: lines.map(({ label, values }, index): Series => ({
      ...{ kind: "line", name: label, color: selectColor(index), isStacked },
      points: values.map((value, position) => [from + position * step, value] as const),
    })),
    numbers: listNumbers(content),
  };
}

/** The numbers that a widget with lines draws. */
export function listNumbers({ from, periodSeconds, lines, length }: LinesContent): {
  readonly headings: readonly string[];
  readonly rows: readonly (readonly string[])[];
} {
  return {
    headings: ["Time (UTC)", ...lines.map(({ label }) => label)],
    rows: Array.from({ length }, (_, index) => [
      writeMoment(from + index * periodSeconds * 1000),
      ...lines.map(({ values }) => writeWidgetValue(values[index] ?? null)),
    ]),
  };
}

/** A number as widgets write it; a dash if there is none. */
export function writeWidgetValue(value: number | null): string {
  return value === null ? "–" : AXIS_FORMATS.precise(value);
}

/** Whether there is anything to draw. */
export function hasValues({ content }: WidgetView): boolean {
  return content.kind === "lines" && content.lines.some(({ values }) => values.some((value) => value !== null));
}

function writeMoment(at: number): string {
  return new Date(at).toISOString().slice(5, 16).replace("T", " ");
}
