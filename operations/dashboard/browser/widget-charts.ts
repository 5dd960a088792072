import { LineChart } from "echarts/charts";
import { DataZoomInsideComponent, GridComponent, MarkLineComponent, TooltipComponent } from "echarts/components";
import { type ECharts, init, use } from "echarts/core";
import { LabelLayout } from "echarts/features";
import { SVGRenderer } from "echarts/renderers";
import { buildOption, type Chart } from "../../document/chart";
import { switchBy } from "../../document/browser/switch-by";
import { type WidgetView } from "../content";
import { buildWidgetChart, hasValues } from "../widget-chart";
import { renderWidgetView } from "../widget-html";

use([LineChart, DataZoomInsideComponent, GridComponent, MarkLineComponent, TooltipComponent, LabelLayout, SVGRenderer]);

/** What a widget's place shows. */
interface Shown {
  /** The place's HTML, without the numbers of a chart. */
  readonly html: string;
  chart: Chart | undefined;
  /** Undefined until it is looked at. */
  drawing?: ECharts;
  redraw?: () => void;
}

const shown = new WeakMap<Element, Shown>();

/** Only what is looked at is drawn. */
const seen = new IntersectionObserver((entries) => {
  for (const { isIntersecting, target } of entries) {
    const one = shown.get(target);
    if (isIntersecting && one?.chart && !one.drawing) draw(target, one);
  }
});

/**
 * Shows a view in a widget's place. A chart whose lines stay the same keeps what its viewer has switched off.
 *
 * @param isDrawn whether the place has the view's HTML already
 */
export function showView(section: Element, id: string, view: WidgetView, isDrawn = false): void {
  const chart =
    view.content.kind === "lines" && hasValues(view) ? buildWidgetChart(id, view.title, view.content) : undefined;
  const { html, numbers } = splitNumbers(renderWidgetView(id, view));
  const before = shown.get(section);
  if (before?.html === html && !isDrawn) {
    if (!chart) return;
    before.chart = chart;
    const place = section.querySelector(".behind .scroll");
    if (place) place.innerHTML = numbers;
    before.redraw?.();
    return;
  }
  before?.drawing?.dispose();
  if (!isDrawn) section.innerHTML = html.replace(NUMBERS, () => numbers);
  shown.set(section, { html, chart });
  seen.unobserve(section);
  if (chart) seen.observe(section);
}

const NUMBERS = "<!--numbers-->";

/** Numbers change more often than everything else. */
function splitNumbers(html: string): { readonly html: string; readonly numbers: string } {
  const [, numbers = ""] =
    /<details class="behind">.*?<div class="scroll"[^>]*>(<table>.*?<\/table>)/s.exec(html) ?? [];
  return { html: numbers === "" ? html : html.replace(numbers, () => NUMBERS), numbers };
}

function draw(section: Element, one: Shown): void {
  const place = section.querySelector<HTMLElement>(".place");
  if (!place || !one.chart) return;
  const live = document.createElement("div");
  live.setAttribute("role", "img");
  live.setAttribute("aria-label", `${one.chart.title}: ${one.chart.y.title} over time`);
  place.replaceChildren(live);
  const hidden = new Set<string>();
  const drawing = init(live, null, { renderer: "svg" });
  one.drawing = drawing;
  one.redraw = () => {
    const { clientWidth: width, clientHeight: height } = place;
    if (width === 0 || !one.chart || drawing.isDisposed()) return;
    drawing.resize({ width, height });
    drawing.setOption(buildOption(one.chart, { width, isLive: true, isCompact: true, hidden }), {
      replaceMerge: ["series"],
    });
  };
  new ResizeObserver(one.redraw).observe(place);
  section.querySelectorAll<HTMLElement>("[data-series]").forEach((key) => {
    switchBy(key, (isShown) => {
      if (isShown) hidden.delete(key.textContent);
      else hidden.add(key.textContent);
      one.redraw?.();
    });
  });
}
