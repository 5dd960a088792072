import { type Chart, drawChart, type NoChart, type Series } from "./chart";
import { escapeText } from "./escape-text";

/** One line of a table of targets. */
export interface TargetRow {
  readonly target: string;
  readonly limit: string;
  readonly measured: string;
  readonly state: "met" | "missed" | "not_measurable";
  readonly stateText: string;
  readonly note?: string;
}

/** A table's cell: a text, or one with a class of the page's style. */
export type Cell = string | { readonly text: string; readonly style: string };

/** The figures that are to be seen first. */
export function renderTiles(figures: readonly (readonly [label: string, value: string])[]): string {
  const all = figures.map(
    ([label, value]) =>
      `<div class="tile"><span class="soft">${escapeText(label)}</span><b>${escapeText(value)}</b></div>`,
  );
  return `<div class="tiles">${all.join("")}</div>`;
}

/** Charts side by side where there is room, and below them why others are missing. */
export function renderCharts(all: readonly (Chart | NoChart)[]): string {
  const drawn = all.flatMap((one) => ("series" in one ? [renderFigure(one)] : []));
  const missing = all.flatMap((one) => ("series" in one ? [] : [renderMissingFigure(one)]));
  return [
    ...(drawn.length > 0 ? [`<div class="charts">\n${drawn.join("\n")}\n</div>`] : []),
    ...(missing.length > 0 ? [`<ul class="missing-charts">${missing.join("")}</ul>`] : []),
  ].join("\n");
}

/** A table of targets, each met or not; on a phone, a list. */
export function renderTargetTable(rows: readonly TargetRow[]): string {
  const all = rows.map(
    ({ target, limit, measured, state, stateText, note = "" }) =>
      `<tr><td class="state ${state}">${escapeText(stateText)}</td><td class="name">${escapeText(target)}</td><td class="wanted number">${escapeText(limit)}</td><td class="measured number">${escapeText(measured)}</td><td class="note soft">${escapeText(note)}</td></tr>`,
  );
  return `<table class="verdicts"><thead><tr><th></th><th>target</th><th>limit</th><th>measured</th><th></th></tr></thead><tbody>${all.join("")}</tbody></table>`;
}

/** A card with a heading. */
export function renderSection(
  heading: string,
  content: string,
  attributes: { readonly id?: string; readonly style?: string } = {},
): string {
  const { id, style } = attributes;
  return `<section${id === undefined ? "" : ` id="${id}"`}${style === undefined ? "" : ` class="${style}"`}><h2>${escapeText(heading)}</h2>\n${content}</section>`;
}

/** A table; on a phone, each row is a list of headings and values. */
export function renderTable(headings: readonly string[], rows: readonly (readonly Cell[])[]): string {
  const head = headings.map((heading) => `<th>${escapeText(heading)}</th>`).join("");
  const body = rows.map((row) => `<tr>${row.map((one, column) => renderCell(one, headings[column])).join("")}</tr>`);
  return `<table class="stacked"><thead><tr>${head}</tr></thead><tbody>${body.join("")}</tbody></table>`;
}

/** Names with their values. */
export function renderKeyValues(heading: string, rows: readonly (readonly [string, string])[]): string {
  const cells = rows.map(([key, value]) => `<tr><td>${escapeText(key)}</td><td>${escapeText(value)}</td></tr>`);
  return renderSection(heading, `<table><tbody>${cells.join("")}</tbody></table>`);
}

/** A paragraph. */
export function renderParagraph(text: string, style?: string): string {
  return `<p${style === undefined ? "" : ` class="${style}"`}>${escapeText(text)}</p>`;
}

/** What may be wider or higher than its place: it scrolls, and shadows say where there is more. */
export function renderScrolling(content: string, label: string, style = ""): string {
  return `<div class="scroll${style}" tabindex="0" role="region" aria-label="${escapeText(label)}">${content}</div>`;
}

function renderFigure(chart: Chart): string {
  const { id, title, series, limits = [], marks = [], note } = chart;
  const keys = [
    ...(series.length > 1
      ? series.map((one) => `<span><i class="${selectKeyStyle(one)}"></i>${escapeText(one.name)}</span>`)
      : []),
    ...marks.map(({ text }) => `<span><i class="dashed"></i>${escapeText(text)}</span>`),
    ...limits.map(({ text }) => `<span><i class="dashed limit"></i>${escapeText(text)}</span>`),
  ];
  return `<section><figure id="${escapeText(id)}"><h3>${escapeText(title)}</h3>
<div class="legend">${keys.join("")}</div>${drawChart(chart)}${note === undefined ? "" : `<figcaption>${escapeText(note)}</figcaption>`}
${renderNumbers(chart)}</figure></section>`;
}

function selectKeyStyle(series: Series): string {
  return `${series.kind === "line" ? (series.dash ?? "solid") : series.kind === "dots" ? (series.symbol ?? "circle") : "block"} ${series.color}`;
}

function renderNumbers({ title, numbers: behind }: Chart): string {
  if ("in" in behind) return `<p class="soft">The numbers are in the table &ldquo;${escapeText(behind.in)}&rdquo;.</p>`;
  const head = behind.headings.map((heading) => `<th>${escapeText(heading)}</th>`).join("");
  const body = behind.rows.map((row) => `<tr>${row.map((text) => `<td>${escapeText(text)}`).join("")}`).join("");
  const table = `<table><thead><tr>${head}</tr></thead><tbody>${body}</tbody></table>`;
  return `<details><summary>Numbers</summary>${renderScrolling(table, `Numbers: ${title}`, " tall")}</details>`;
}

function renderMissingFigure({ title, reason }: NoChart): string {
  return `<li><b>${escapeText(title)}</b>: ${escapeText(reason)}</li>`;
}

function renderCell(content: Cell, heading = ""): string {
  const { text, style } = typeof content === "string" ? { text: content, style: "" } : content;
  const label = heading === "" ? "" : ` data-heading="${escapeText(heading)}"`;
  return `<td${style === "" ? "" : ` class="${style}"`}${label}>${escapeText(text)}</td>`;
}
