import { createHash } from "node:crypto";
import { type Chart, type NoChart, type Series } from "./chart";
import { type Block, type Cell, type Document, getCellText, type Section, type Table } from "./document";
import { drawChart } from "./draw-chart";
import { escapeText } from "./escape-text";
import { bundlePageScript } from "./page-script";
import { STYLE } from "./style";

/**
 * A page in one file, which refers to no other: light, or dark where the reader's system is. Its script makes charts
 * follow the pointer, and nothing is missing without it.
 */
export async function renderPage(document: Document): Promise<string> {
  const { heading, subtitle = "", figures = [], conclusion, blocks, footnotes = [] } = document;
  const charts = listCharts([...(conclusion ? [conclusion] : []), ...blocks]);
  const script = charts.length > 0 ? await bundlePageScript() : "";
  const hash = createHash("sha256").update(script).digest("base64");
  const tiles = figures.map(
    ([label, value]) =>
      `<div class="tile"><span class="soft">${escapeText(label)}</span><b>${escapeText(value)}</b></div>`,
  );
  return `<!doctype html>
<html lang="en">
<head>
<meta charset="utf-8">
<meta name="viewport" content="width=device-width, initial-scale=1">
<meta http-equiv="Content-Security-Policy" content="default-src 'none'; script-src 'sha256-${hash}'; style-src 'unsafe-inline'; img-src data:">
<link rel="icon" href="data:,">
<title>${escapeText([heading, subtitle].filter((text) => text !== "").join(" · "))}</title>
<style>${STYLE}</style>
</head>
<body>
<main>
<header>
<h1>${escapeText(heading)}</h1>
<p class="soft">${escapeText(subtitle)}</p>
</header>
${tiles.length > 0 ? `<div class="tiles">${tiles.join("")}</div>` : ""}
${[...(conclusion ? [conclusion] : []), ...blocks].map(renderBlock).join("\n")}
${footnotes.map((text) => `<p class="soft footnote">${escapeText(text)}</p>`).join("\n")}
</main>
<script type="application/json" id="charts">${JSON.stringify(charts).replaceAll("<", "\\u003c")}</script>
<script>${script}</script>
</body>
</html>
`;
}

/** Every chart that has something to show, without its numbers, which the page has already. */
function listCharts(blocks: readonly Block[]): Omit<Chart, "numbers">[] {
  return blocks.flatMap((block) => {
    if (typeof block === "string") return [];
    if (block.kind === "section") return listCharts(block.blocks);
    if (block.kind !== "charts") return [];
    return block.charts.flatMap((one) => ("series" in one ? [{ ...one, numbers: undefined }] : []));
  });
}

function renderBlock(block: Block): string {
  if (typeof block === "string") return `<p>${escapeText(block)}</p>`;
  switch (block.kind) {
    case "section":
      return renderSection(block);
    case "table":
      return renderTable(block);
    case "list": {
      const items = block.items.map(({ text, details = [] }) => [text, ...details].map(escapeText).join("<br>"));
      return `<ul>${items.map((item) => `<li>${item}</li>`).join("")}</ul>`;
    }
    case "code":
      return renderScrolling(`<pre>${escapeText(block.text)}</pre>`, block.label);
    case "charts":
      return renderCharts(block.charts);
  }
}

function renderSection({ heading, blocks, id, tone }: Section): string {
  const attributes = `${id === undefined ? "" : ` id="${escapeText(id)}"`}${tone === undefined ? "" : ` class="${tone}"`}`;
  return `<section${attributes}><h2>${escapeText(heading)}</h2>\n${blocks.map(renderBlock).join("\n")}</section>`;
}

/** A table; on a phone, each row of one with headings is a list of these and values. */
function renderTable({ headings, rows }: Table): string {
  if (rows.length === 0) return "";
  const hasHeadings = headings.some((heading) => heading !== "");
  const head = headings.map((heading) => `<th>${escapeText(heading)}</th>`).join("");
  const body = rows.map((row) => `<tr>${row.map((cell, column) => renderCell(cell, headings[column])).join("")}</tr>`);
  return `<table${hasHeadings ? ' class="stacked"' : ""}>${hasHeadings ? `<thead><tr>${head}</tr></thead>` : ""}<tbody>${body.join("")}</tbody></table>`;
}

function renderCell(cell: Cell, heading = ""): string {
  const tone = typeof cell === "string" ? "" : ` class="${cell.tone}-text"`;
  const label = heading === "" ? "" : ` data-heading="${escapeText(heading)}"`;
  return `<td${tone}${label}>${escapeText(keepUnits(getCellText(cell)))}</td>`;
}

/** Does not let a line end between a number and its unit, or what it is compared with. */
function keepUnits(text: string): string {
  return text.replaceAll(/(?<=\d) (?=(?:%|ms|s|min|h|MB)(?!\w))|(?<=^[<>]) (?=\d)/g, "\u00a0");
}

/** Content that may be larger than its place: it scrolls, and shadows show where there is more. */
function renderScrolling(content: string, label: string, style = ""): string {
  return `<div class="scroll${style}" tabindex="0" role="region" aria-label="${escapeText(label)}">${content}</div>`;
}

/** Charts side by side if there is room, and below them why others are missing. */
function renderCharts(all: readonly (Chart | NoChart)[]): string {
  const drawn = all.flatMap((one) => ("series" in one ? [renderChart(one)] : []));
  const missing = all.flatMap((one) =>
    "series" in one ? [] : [`<li><b>${escapeText(one.title)}</b>: ${escapeText(one.reason)}</li>`],
  );
  return [
    ...(drawn.length > 0 ? [`<div class="charts">\n${drawn.join("\n")}\n</div>`] : []),
    ...(missing.length > 0 ? [`<ul class="missing-charts">${missing.join("")}</ul>`] : []),
  ].join("\n");
}

function renderChart(chart: Chart): string {
  const { id, title, series, limits = [], marks = [], note } = chart;
  const keys = [
    ...(series.length > 1
      ? series.map((one) => `<span data-series><i class="${selectKeyStyle(one)}"></i>${escapeText(one.name)}</span>`)
      : []),
    ...[...new Set(marks.map(({ text }) => text))].map(
      (text) => `<span><i class="dashed"></i>${escapeText(text)}</span>`,
    ),
    ...limits.map(({ text }) => `<span><i class="dashed limit"></i>${escapeText(text)}</span>`),
  ];
  return `<section><figure id="${escapeText(id)}"><h3>${escapeText(title)}</h3>
<div class="legend">${keys.join("")}</div>${drawChart(chart)}${note === undefined ? "" : `<figcaption>${escapeText(note)}</figcaption>`}
${renderNumbers(chart)}</figure></section>`;
}

function selectKeyStyle(series: Series): string {
  const shape =
    series.kind === "line" ? (series.dash ?? "solid") : series.kind === "dots" ? (series.symbol ?? "circle") : "block";
  return `${shape} ${series.color}`;
}

function renderNumbers({ title, numbers }: Chart): string {
  if (typeof numbers === "string")
    return `<p class="soft">The numbers are in the table &ldquo;${escapeText(numbers)}&rdquo;.</p>`;
  // Long tables: tags that need no end have none.
  const head = numbers.headings.map((heading) => `<th>${escapeText(heading)}</th>`).join("");
  const body = numbers.rows.map((row) => `<tr>${row.map((text) => `<td>${escapeText(text)}`).join("")}`).join("");
  const table = `<table><thead><tr>${head}</tr></thead><tbody>${body}</tbody></table>`;
  return `<details><summary>Numbers</summary>${renderScrolling(table, `Numbers: ${title}`, " tall")}</details>`;
}
