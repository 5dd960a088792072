/** Charts of a fixed size in drawing units, which are pixels at a phone's width; a page scales them. */
export const CHART = { width: 400, height: 220, left: 46, right: 10, top: 12, bottom: 26 } as const;

const PLOT = {
  width: CHART.width - CHART.left - CHART.right,
  height: CHART.height - CHART.top - CHART.bottom,
} as const;

const TICKS = 4;

/** From values to drawing units, with round values to label. */
export interface Scale {
  readonly ticks: readonly number[];
  readonly at: (value: number) => number;
}

/** A horizontal axis. */
export function horizontal(from: number, to: number): Scale {
  const span = to > from ? to - from : 1;
  const ticks = roundTicks(from, from + span).filter((tick) => tick <= from + span);
  return { ticks, at: (value) => CHART.left + ((value - from) / span) * PLOT.width };
}

/** A vertical axis that begins at 0. */
export function vertical(most: number): Scale {
  const ticks = roundTicks(0, most > 0 ? most : 1);
  const top = ticks.at(-1) ?? 1;
  return { ticks, at: (value) => CHART.top + PLOT.height * (1 - value / top) };
}

/** A vertical axis for positive values of very different sizes. */
export function verticalByPowers(least: number, most: number): Scale {
  const from = Math.floor(Math.log10(Math.max(least, 0.1)));
  const to = Math.max(from + 1, Math.ceil(Math.log10(Math.max(most, 0.1))));
  const ticks = Array.from({ length: to - from + 1 }, (_, index) => 10 ** (from + index));
  const at = (value: number) => {
    const power = Math.min(to, Math.max(from, Math.log10(Math.max(value, 0.01))));
    return CHART.top + PLOT.height * (1 - (power - from) / (to - from));
  };
  return { ticks, at };
}

/** The grid and the labels of both axes. */
export function axes(
  x: Scale,
  y: Scale,
  texts: { readonly x: (tick: number) => string; readonly y: (tick: number) => string },
): string {
  const bottom = CHART.height - CHART.bottom;
  const right = CHART.width - CHART.right;
  const rows = y.ticks.map((tick) => {
    const height = digits(y.at(tick));
    return `<line class="grid" x1="${CHART.left}" x2="${right}" y1="${height}" y2="${height}"/><text class="tick" x="${CHART.left - 6}" y="${height}" dy="0.35em" text-anchor="end">${escapeText(texts.y(tick))}</text>`;
  });
  const columns = x.ticks.map((tick) => {
    const place = x.at(tick);
    // The last label would otherwise be cut off.
    const anchor = place > right - 20 ? "end" : "middle";
    return `<text class="tick" x="${digits(Math.min(place, right))}" y="${bottom + 16}" text-anchor="${anchor}">${escapeText(texts.x(tick))}</text>`;
  });
  return `${rows.join("")}${columns.join("")}<line class="axis" x1="${CHART.left}" x2="${right}" y1="${bottom}" y2="${bottom}"/>`;
}

/** A line through points; where there is no neighbour, a dot. */
export function line(points: readonly (readonly [x: number, y: number] | undefined)[], series: string): string {
  const pieces: (readonly [x: number, y: number])[][] = [[]];
  for (const point of points) {
    if (point) pieces.at(-1)?.push(point);
    else pieces.push([]);
  }
  return pieces
    .map((piece) => {
      const [first] = piece;
      if (!first) return "";
      if (piece.length === 1)
        return `<circle class="dot ${series}" cx="${digits(first[0])}" cy="${digits(first[1])}" r="2.5"/>`;
      return `<polyline class="line ${series}" points="${piece.map(([x, y]) => `${digits(x)},${digits(y)}`).join(" ")}"/>`;
    })
    .join("");
}

/** A bar between two places on the horizontal axis, from one height up to another. */
export function bar(fromX: number, toX: number, bottomY: number, topY: number, series: string, title: string): string {
  const gap = toX - fromX > 4 ? 1 : 0;
  const width = Math.max(0.8, toX - fromX - gap);
  return `<rect class="bar ${series}" x="${digits(fromX)}" y="${digits(topY)}" width="${digits(width)}" height="${digits(Math.max(0, bottomY - topY))}"><title>${escapeText(title)}</title></rect>`;
}

/** What shows a text where the pointer is, over the whole height. */
export function hover(fromX: number, toX: number, title: string): string {
  return `<rect class="hover" x="${digits(fromX)}" y="${CHART.top}" width="${digits(toX - fromX)}" height="${PLOT.height}"><title>${escapeText(title)}</title></rect>`;
}

/** A vertical line with a text at its top. */
export function marker(x: number, text: string): string {
  const isNearEnd = x > CHART.left + PLOT.width * 0.7;
  const [place, anchor] = isNearEnd ? [x - 4, "end"] : [x + 4, "start"];
  return `<line class="marker" x1="${digits(x)}" x2="${digits(x)}" y1="${CHART.top}" y2="${CHART.height - CHART.bottom}"/><text class="label" x="${digits(place)}" y="${CHART.top + 8}" text-anchor="${anchor}">${escapeText(text)}</text>`;
}

/** A horizontal line for a limit, with a text below it. */
export function limit(y: number, text: string): string {
  const right = CHART.width - CHART.right;
  return `<line class="limit" x1="${CHART.left}" x2="${right}" y1="${digits(y)}" y2="${digits(y)}"/><text class="label" x="${CHART.left + 4}" y="${digits(y + 13)}">${escapeText(text)}</text>`;
}

/** A text above a bar. */
export function barLabel(x: number, y: number, text: string): string {
  return `<text class="label" x="${digits(x)}" y="${digits(y - 4)}" text-anchor="middle">${escapeText(text)}</text>`;
}

/** A whole chart. */
export function svg(id: string, label: string, content: string): string {
  return `<svg id="${id}" viewBox="0 0 ${CHART.width} ${CHART.height}" role="img" aria-label="${escapeText(label)}">${content}</svg>`;
}

/** A text as HTML and SVG have to have it, also between quotes. */
export function escapeText(text: string): string {
  const entities: Readonly<Record<string, string>> = {
    "&": "&amp;",
    "<": "&lt;",
    ">": "&gt;",
    '"': "&quot;",
    "'": "&#39;",
  };
  return text.replaceAll(/[&<>"']/g, (character) => entities[character] ?? character);
}

/** Steps of 1, 2 or 5 times a power of ten; the last tick is not below the end. */
function roundTicks(from: number, to: number): number[] {
  const rough = (to - from) / TICKS;
  const power = 10 ** Math.floor(Math.log10(rough));
  const step = power * ([1, 2, 5, 10].find((factor) => factor * power >= rough) ?? 10);
  const first = Math.ceil(from / step);
  const last = Math.ceil(to / step - 1e-9);
  return Array.from({ length: last - first + 1 }, (_, index) => Number(((first + index) * step).toPrecision(12)));
}

function digits(value: number): string {
  return String(Math.round(value * 10) / 10);
}
