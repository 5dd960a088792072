import { LineChart } from "echarts/charts";
import { DataZoomInsideComponent, GridComponent, MarkLineComponent, TooltipComponent } from "echarts/components";
import { type ECharts, init, use } from "echarts/core";
import { LabelLayout } from "echarts/features";
import { SVGRenderer } from "echarts/renderers";
import { buildOption, type Chart } from "../../document/chart";
import { switchBy } from "../../document/browser/switch-by";
import { type DrawnDashboard, type DrawnWidget, getView } from "../content";
import { buildWidgetChart, hasValues } from "../widget-chart";
import { renderWidgetView } from "../widget-html";

use([LineChart, DataZoomInsideComponent, GridComponent, MarkLineComponent, TooltipComponent, LabelLayout, SVGRenderer]);

const drawings = new Map<Element, ECharts>();

/** Only what is looked at is drawn. */
const seen = new IntersectionObserver((entries) => {
  for (const { isIntersecting, target } of entries) if (isIntersecting) waiting.get(target)?.();
});
const waiting = new Map<Element, () => void>();

const packed = document.getElementById("dashboards")?.textContent ?? "";
void unpack(packed).then((dashboards) => {
  dashboards.forEach((dashboard, index) => {
    for (const widget of dashboard.widgets) enliven(widget, 0);
    const select = document.querySelector<HTMLSelectElement>(`select[data-dashboard="${index}"]`);
    select?.addEventListener("change", () => {
      show(dashboard, Number(select.value));
    });
    // The browser may remember a choice of before.
    if (select && select.value !== "0") show(dashboard, Number(select.value));
  });
});

async function unpack(text: string): Promise<readonly DrawnDashboard[]> {
  const bytes = Uint8Array.from(atob(text), (character) => character.charCodeAt(0));
  const stream = new Blob([bytes]).stream().pipeThrough(new DecompressionStream("deflate-raw"));
  return JSON.parse(await new Response(stream).text()) as readonly DrawnDashboard[];
}

function show({ widgets }: DrawnDashboard, choice: number): void {
  for (const widget of widgets) {
    if (widget.views.length < 2) continue;
    const section = findSection(widget);
    if (!section) continue;
    forget(section);
    section.innerHTML = renderWidgetView(widget.id, getView(widget, choice));
    enliven(widget, choice);
  }
}

function findSection({ id }: DrawnWidget): HTMLElement | null {
  return document.querySelector<HTMLElement>(`section[data-widget="${CSS.escape(id)}"]`);
}

function forget(section: HTMLElement): void {
  waiting.delete(section);
  seen.unobserve(section);
  drawings.get(section)?.dispose();
  drawings.delete(section);
}

/** Puts a chart that follows the pointer in the place of its picture, once it is seen. */
function enliven(widget: DrawnWidget, choice: number): void {
  const section = findSection(widget);
  const view = getView(widget, choice);
  if (!section || view.content.kind !== "lines" || !hasValues(view)) return;
  const chart = buildWidgetChart(widget.id, view.title, view.content);
  waiting.set(section, () => {
    waiting.delete(section);
    seen.unobserve(section);
    draw(section, chart);
  });
  seen.observe(section);
}

function draw(section: HTMLElement, chart: Chart): void {
  const place = section.querySelector<HTMLElement>(".place");
  if (!place) return;
  const live = document.createElement("div");
  live.setAttribute("role", "img");
  live.setAttribute("aria-label", `${chart.title}: ${chart.y.title} over time`);
  place.replaceChildren(live);
  const hidden = new Set<string>();
  const drawing = init(live, null, { renderer: "svg" });
  drawings.set(section, drawing);
  const redraw = () => {
    const { clientWidth: width, clientHeight: height } = place;
    if (width === 0 || drawing.isDisposed()) return;
    drawing.resize({ width, height });
    drawing.setOption(buildOption(chart, { width, isLive: true, isCompact: true, hidden }), {
      replaceMerge: ["series"],
    });
  };
  new ResizeObserver(redraw).observe(place);
  section.querySelectorAll<HTMLElement>("[data-series]").forEach((key) => {
    switchBy(key, (isShown) => {
      if (isShown) hidden.delete(key.textContent);
      else hidden.add(key.textContent);
      redraw();
    });
  });
}
