import { escapeText } from "../document/escape-text";
import { type BarsContent, type LinesContent, type TableContent, type WidgetView } from "./content";
import { hasValues, listNumbers, selectColor, writeWidgetValue } from "./widget-chart";

const STATES: Readonly<Record<string, { readonly text: string; readonly tone: string }>> = {
  ALARM: { text: "in alarm", tone: "bad-text" },
  OK: { text: "OK", tone: "good-text" },
  INSUFFICIENT_DATA: { text: "too little data", tone: "unknown-text" },
};

/**
 * A widget's HTML, below its place on the grid; a page's script makes it as well.
 *
 * @param picture of a widget with lines, as SVG; without it, the script draws
 */
export function renderWidgetView(id: string, { title, content }: WidgetView, picture = ""): string {
  const heading = title === "" ? "" : `<h3 title="${escapeText(title)}">${escapeText(title)}</h3>`;
  switch (content.kind) {
    case "text":
      return `<div class="markdown">${content.html}</div>`;
    case "lines":
      return renderLines(id, { title, content }, heading, picture, content);
    case "numbers": {
      const many = content.numbers.length > 1 ? " many" : "";
      const numbers = content.numbers.map(
        ({ label, value }) =>
          `<div><b>${escapeText(writeWidgetValue(value))}</b>${many === "" ? "" : `<span class="soft">${escapeText(label)}</span>`}</div>`,
      );
      return `${heading}<div class="numbers${many}">${numbers.join("") || '<p class="soft">No data</p>'}</div>`;
    }
    case "table":
      return `${heading}${renderScrollable(title, renderRows(content))}`;
    case "alarms": {
      const items = content.alarms.map(({ name, state }) => {
        const { text, tone } = STATES[state] ?? { text: state, tone: "unknown-text" };
        return `<li class="${tone}-item"><span>${escapeText(name)}</span> <b class="${tone}">${escapeText(text)}</b></li>`;
      });
      const ringing = content.alarms.filter(({ state }) => state === "ALARM").length;
      const sum = `<span class="soft count">${ringing} of ${content.alarms.length} in alarm</span>`;
      return `${heading}${sum}${renderScrollable(title, `<ul class="alarms">${items.join("")}</ul>`)}`;
    }
    case "bars":
      return `${heading}${renderScrollable(title, renderBars(content))}`;
    case "note": {
      const { text, isBad = false, details } = content;
      const more = details === undefined ? "" : renderScrollable(title, `<pre>${escapeText(details)}</pre>`);
      return `${heading}<p class="note${isBad ? " bad-text" : " soft"}">${escapeText(text)}</p>${more}`;
    }
  }
}

function renderLines(id: string, view: WidgetView, heading: string, picture: string, content: LinesContent): string {
  const { lines, limits, marks, unit, remark } = content;
  if (!hasValues(view)) return `${heading}<p class="note soft">No data</p>`;
  const keys = [
    ...lines.map(
      ({ label }, index) => `<span data-series><i class="solid ${selectColor(index)}"></i>${escapeText(label)}</span>`,
    ),
    ...limits.map(({ text }) => `<span><i class="dashed limit"></i>${escapeText(text)}</span>`),
    ...marks.map(({ text }) => `<span><i class="dashed"></i>${escapeText(text)}</span>`),
  ];
  const { headings, rows } = listNumbers(content);
  const numbers = renderScrollable(view.title, renderPlainTable(headings, rows));
  return `<figure id="${escapeText(id)}">${heading}<details class="behind"><summary title="Numbers" aria-label="${escapeText(`Numbers: ${view.title}`)}"></summary>${numbers}</details>
${unit === "" ? "" : `<span class="soft unit">${escapeText(unit)}</span>`}<div class="place">${picture}</div>${remark === undefined ? "" : `<p class="soft">${escapeText(remark)}</p>`}<div class="legend">${keys.join("")}</div></figure>`;
}

function renderRows({ headings, rows }: TableContent): string {
  return renderPlainTable(
    headings,
    rows.map((row) => row.map((cell) => (typeof cell === "string" ? cell : writeWidgetValue(cell)))),
  );
}

/** A long table: tags that need no end have none. */
function renderPlainTable(headings: readonly string[], rows: readonly (readonly string[])[]): string {
  const head = headings.map((text) => `<th>${escapeText(text)}`).join("");
  const body = rows.map((row) => `<tr>${row.map((text) => `<td>${escapeText(text)}`).join("")}`).join("");
  return `<table><thead><tr>${head}<tbody>${body}</table>`;
}

function renderBars({ bars, min, max, remark }: BarsContent): string {
  const rows = bars.map(({ label, value }) => {
    const share = value === null || max <= min ? 0 : Math.min(1, Math.max(0, (value - min) / (max - min)));
    return `<li><span>${escapeText(label)}</span><b>${escapeText(writeWidgetValue(value))}</b><i style="width:${(share * 100).toFixed(1)}%"></i></li>`;
  });
  return `<ul class="bars">${rows.join("")}</ul>${remark === undefined ? "" : `<p class="soft">${escapeText(remark)}</p>`}`;
}

function renderScrollable(title: string, content: string): string {
  return `<div class="scroll" tabindex="0" role="region" aria-label="${escapeText(title)}">${content}</div>`;
}
