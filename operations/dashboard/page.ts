import { createHash } from "node:crypto";
import { deflateRawSync } from "node:zlib";
import { drawContent, type PictureSize } from "../document/draw-chart";
import { escapeText } from "../document/escape-text";
import { bundlePageScript } from "../document/page-script";
import { STYLE } from "../document/style";
import { type DrawnDashboard, type DrawnWidget, getView, type WidgetView } from "./content";
import { DASHBOARD_STYLE, GRID } from "./style";
import { DASHBOARD_COLUMNS } from "./body";
import { buildWidgetChart, hasValues } from "./widget-chart";
import { renderWidgetView } from "./widget-html";

const SCRIPT = "operations/dashboard/browser/live-dashboard.ts";

/** What is not a chart in a widget with lines: padding, title, unit and legend, in pixels. */
const AROUND_CHART = { width: 22, height: 82 } as const;

/** What a page says besides its dashboards. */
export interface DashboardPage {
  readonly heading: string;
  readonly subtitle: string;
  /** In a box above everything, such as that all figures are made up. */
  readonly warning?: string;
  readonly dashboards: readonly DrawnDashboard[];
}

/**
 * Dashboards as a page in one file, which refers to no other. Without its script, it shows what the first choice of
 * each dashboard shows.
 */
export async function renderDashboardPage({ heading, subtitle, warning, dashboards }: DashboardPage): Promise<string> {
  const script = await bundlePageScript(SCRIPT);
  const hash = createHash("sha256").update(script).digest("base64");
  return `<!doctype html>
<html lang="en">
<head>
<meta charset="utf-8">
<meta name="viewport" content="width=device-width, initial-scale=1">
<meta http-equiv="Content-Security-Policy" content="default-src 'none'; script-src 'sha256-${hash}'; style-src 'unsafe-inline'; img-src data:">
<link rel="icon" href="data:,">
<title>${escapeText(`${heading} · ${subtitle}`)}</title>
<style>${STYLE}${DASHBOARD_STYLE}</style>
</head>
<body>
<main class="wide">
<header>
<h1>${escapeText(heading)}</h1>
<p class="soft">${escapeText(subtitle)}</p>
</header>
${warning === undefined ? "" : `<p class="made-up">${escapeText(warning)}</p>`}
${dashboards.map((dashboard, index) => renderDashboard(dashboard, index, dashboards.length > 1)).join("\n")}
</main>
<script type="text/plain" id="dashboards">${pack(dashboards)}</script>
<script>${script}</script>
</body>
</html>
`;
}

function renderDashboard({ name, choice, widgets }: DrawnDashboard, index: number, isNamed: boolean): string {
  const options = choice?.options.map((option, at) => `<option value="${at}">${escapeText(option)}</option>`) ?? [];
  const select = choice
    ? `<label>${escapeText(choice.label)} <select data-dashboard="${index}"${options.length > 1 ? "" : " disabled"}>${options.join("")}</select></label>`
    : "";
  const without =
    options.length > 1 ? `<noscript><span class="soft">Others: with the option --function.</span></noscript>` : "";
  return `<div class="board-head">${isNamed ? `<h2>${escapeText(name)}</h2>` : ""}${select}${without}</div>
<div class="board">
${inReadingOrder(widgets).map(renderWidget).join("\n")}
</div>`;
}

/** A phone shows one below the other. */
function inReadingOrder(widgets: readonly DrawnWidget[]): DrawnWidget[] {
  return widgets.toSorted((one, other) => one.y - other.y || one.x - other.x);
}

function renderWidget(widget: DrawnWidget): string {
  const { id, type, x, y, width, height } = widget;
  const view = getView(widget, 0);
  const { content, title } = view;
  const size = measureChart(widget);
  const picture =
    content.kind === "lines" && hasValues(view)
      ? `<svg viewBox="0 0 ${size.width} ${size.height}" role="img" aria-label="${escapeText(`${title}: ${content.unit} over time`)}">${drawContent(buildWidgetChart(id, title, content), size, true)}</svg>`
      : "";
  const place = `${y + 1} / ${x + 1} / span ${height} / span ${width}`;
  const looks = type === "text" && height <= 2 ? ' class="bare"' : isShort(view) ? ' class="short"' : "";
  return `<section data-widget="${escapeText(id)}" style="--place: ${place}"${looks}>${renderWidgetView(id, view, picture)}</section>`;
}

/** Whether a phone has room for two side by side. */
function isShort({ content }: WidgetView): boolean {
  return content.kind === "numbers" && content.numbers.length === 1;
}

/** The size of a widget's chart on a page that is as wide as a usual screen, in pixels. */
function measureChart({ width, height }: DrawnWidget): PictureSize {
  const column = (GRID.width + GRID.gap) / DASHBOARD_COLUMNS;
  return {
    width: Math.max(120, Math.round(width * column - GRID.gap - AROUND_CHART.width)),
    height: Math.max(60, height * (GRID.row + GRID.gap) - GRID.gap - AROUND_CHART.height),
  };
}

/** What the script reads: most of it is alike, and is packed. */
function pack(dashboards: readonly DrawnDashboard[]): string {
  return deflateRawSync(JSON.stringify(dashboards)).toString("base64");
}
