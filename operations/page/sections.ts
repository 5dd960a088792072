import { escapeText } from "./svg";

/** A drawn chart. */
export interface Chart {
  readonly title: string;
  readonly legend: readonly { readonly series: string; readonly text: string }[];
  /** Empty when there is nothing to draw, and the reason is in `note`. */
  readonly svg: string;
  readonly note?: string;
}

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
export function tiles(figures: readonly (readonly [label: string, value: string])[]): string {
  const all = figures.map(
    ([label, value]) =>
      `<div class="tile"><span class="soft">${escapeText(label)}</span><b>${escapeText(value)}</b></div>`,
  );
  return `<div class="tiles">${all.join("")}</div>`;
}

/** Charts side by side where there is room. */
export function charts(all: readonly Chart[]): string {
  return `<div class="charts">\n${all.map(figure).join("\n")}\n</div>`;
}

/** A table of targets, each met or not; on a phone, a list. */
export function targetTable(rows: readonly TargetRow[]): string {
  const all = rows.map(
    ({ target, limit, measured, state, stateText, note = "" }) =>
      `<tr><td class="state ${state}">${escapeText(stateText)}</td><td class="name">${escapeText(target)}</td><td class="wanted number">${escapeText(limit)}</td><td class="measured number">${escapeText(measured)}</td><td class="note soft">${escapeText(note)}</td></tr>`,
  );
  return `<table class="verdicts"><thead><tr><th></th><th>target</th><th>limit</th><th>measured</th><th></th></tr></thead><tbody>${all.join("")}</tbody></table>`;
}

/** A card with a heading. */
export function section(
  heading: string,
  content: string,
  attributes: { readonly id?: string; readonly style?: string } = {},
): string {
  const { id, style } = attributes;
  return `<section${id === undefined ? "" : ` id="${id}"`}${style === undefined ? "" : ` class="${style}"`}><h2>${escapeText(heading)}</h2>\n${content}</section>`;
}

/** A table that scrolls where it is too wide. */
export function table(headings: readonly string[], rows: readonly (readonly Cell[])[]): string {
  const head = headings.map((heading) => `<th>${escapeText(heading)}</th>`).join("");
  const body = rows.map((row) => `<tr>${row.map(cell).join("")}</tr>`).join("");
  return `<div class="scroll"><table><thead><tr>${head}</tr></thead><tbody>${body}</tbody></table></div>`;
}

/** Names with their values. */
export function keyValues(heading: string, rows: readonly (readonly [string, string])[]): string {
  const cells = rows.map(([key, value]) => `<tr><td>${escapeText(key)}</td><td>${escapeText(value)}</td></tr>`);
  return section(heading, `<table><tbody>${cells.join("")}</tbody></table>`);
}

/** A paragraph. */
export function paragraph(text: string, style?: string): string {
  return `<p${style === undefined ? "" : ` class="${style}"`}>${escapeText(text)}</p>`;
}

function figure({ title, legend, svg, note }: Chart): string {
  const keys = legend.map(({ series, text }) => `<span><i class="${series}"></i>${escapeText(text)}</span>`);
  return `<section><figure><h3>${escapeText(title)}</h3>
<div class="legend">${keys.join("")}</div>${svg}${note === undefined ? "" : `<figcaption>${escapeText(note)}</figcaption>`}</figure></section>`;
}

function cell(content: Cell): string {
  if (typeof content === "string") return `<td>${escapeText(content)}</td>`;
  return `<td class="${content.style}">${escapeText(content.text)}</td>`;
}
