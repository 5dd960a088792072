import { type DrawnDashboard, type DrawnWidget, getView } from "../content";
import { showView } from "./widget-charts";

const packed = document.getElementById("dashboards")?.textContent ?? "";
void unpack(packed).then((dashboards) => {
  dashboards.forEach(({ widgets }, index) => {
    for (const widget of widgets) show(widget, 0, true);
    const choose = (choice: number) => {
      for (const widget of widgets) if (widget.views.length > 1) show(widget, choice);
    };
    const select = document.querySelector<HTMLSelectElement>(`select[data-dashboard="${index}"]`);
    select?.addEventListener("change", () => {
      choose(Number(select.value));
    });
    // The browser may remember a choice of before.
    if (select && select.value !== "0") choose(Number(select.value));
  });
});

async function unpack(text: string): Promise<readonly DrawnDashboard[]> {
  const bytes = Uint8Array.from(atob(text), (character) => character.charCodeAt(0));
  const stream = new Blob([bytes]).stream().pipeThrough(new DecompressionStream("deflate-raw"));
  return JSON.parse(await new Response(stream).text()) as readonly DrawnDashboard[];
}

function show(widget: DrawnWidget, choice: number, isDrawn = false): void {
  const section = document.querySelector(`section[data-widget="${CSS.escape(widget.id)}"]`);
  if (section) showView(section, widget.id, getView(widget, choice), isDrawn);
}
