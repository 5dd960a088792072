import { BarChart, CustomChart, LineChart, ScatterChart } from "echarts/charts";
import { DataZoomInsideComponent, GridComponent, MarkLineComponent, TooltipComponent } from "echarts/components";
import { init, use } from "echarts/core";
import { LabelLayout } from "echarts/features";
import { SVGRenderer } from "echarts/renderers";
import { buildOption, type Chart, CHART_HEIGHT } from "../chart";
import { switchBy } from "./switch-by";

const HINT =
  "Charts show their values at the pointer, and names above them switch lines on and off. After a click on a chart over time, the wheel zooms and dragging moves it; a double click shows all of it.";

use([BarChart, CustomChart, LineChart, ScatterChart]);
use([DataZoomInsideComponent, GridComponent, MarkLineComponent, TooltipComponent, LabelLayout, SVGRenderer]);

const charts = JSON.parse(document.getElementById("charts")?.textContent ?? "[]") as Chart[];
charts.forEach(enliven);
const hint = document.createElement("p");
hint.className = "soft hint";
hint.textContent = HINT;
document.querySelector(".charts")?.before(hint);

/** Puts a chart that follows the pointer in the place of its picture. */
function enliven(chart: Chart): void {
  const figure = document.getElementById(chart.id);
  const picture = figure?.querySelector("svg");
  if (!figure || !picture) return;
  const place = document.createElement("div");
  place.className = "live";
  place.setAttribute("role", "img");
  place.setAttribute("aria-label", picture.getAttribute("aria-label") ?? "");
  picture.before(place);
  figure.classList.add("enlivened");

  const hidden = new Set<string>();
  const drawing = init(place, null, { renderer: "svg", width: place.clientWidth, height: CHART_HEIGHT });
  const draw = () => {
    const width = place.clientWidth;
    if (width === 0) return;
    drawing.resize({ width });
    drawing.setOption(buildOption(chart, { width, isLive: true, hidden }), { replaceMerge: ["series"] });
  };
  new ResizeObserver(draw).observe(place);

  figure.querySelectorAll<HTMLElement>("[data-series]").forEach((key) => {
    switchBy(key, (isShown) => {
      if (isShown) hidden.delete(key.textContent);
      else hidden.add(key.textContent);
      draw();
    });
  });
  if (chart.x.scale === "time") {
    const allowZoom = (isAllowed: boolean) => {
      drawing.setOption({ dataZoom: { disabled: !isAllowed } });
    };
    // Whoever scrolls through the page does not stop at a chart.
    place.addEventListener("click", () => {
      allowZoom(true);
    });
    place.addEventListener("pointerleave", () => {
      allowZoom(false);
    });
    place.addEventListener("dblclick", () => {
      drawing.dispatchAction({ type: "dataZoom", start: 0, end: 100 });
    });
  }
}
