import * as echarts from "echarts";
import { buildOption, type Chart, CHARACTER_WIDTH, CHART_HEIGHT, TEXT_PIXELS } from "./chart";
import { escapeText } from "./escape-text";

/** The widths that a chart is drawn in, in pixels, so that its text has the same size on a phone as on a desktop. */
const WIDTHS = { wide: 500, narrow: 330 } as const;

// There is no canvas to measure text. Non-Latin characters are assumed to be as wide as the text is high.
echarts.setPlatformAPI({
  measureText: (text, font = "") => {
    const widths = Array.from(text, (character) => (character > "\u2000" ? 1 : CHARACTER_WIDTH));
    const pixels = Number(/([\d.]+)px/.exec(font)?.[1] ?? TEXT_PIXELS);
    return { width: pixels * widths.reduce((all, width) => all + width, 0) };
  },
});

/**
 * A chart's pictures; the page's style shows the one that fits the screen. They are self-contained and need no script.
 */
export function drawChart(chart: Chart): string {
  const description = escapeText(`${chart.title}: ${chart.y.title} by ${chart.x.title}`);
  return Object.entries(WIDTHS)
    .map(([screen, width]) => {
      const size = { width, height: CHART_HEIGHT };
      const drawing = echarts.init(null, null, { renderer: "svg", ssr: true, ...size });
      try {
        drawing.setOption(buildOption(chart, size));
        const content = drawing
          .renderToSVGString()
          .replace(/^<svg[^>]*>/, "")
          // Styles for a pointer.
          .replaceAll(/<(style|defs) ?>[^]*?<\/\1>/g, "")
          .replaceAll(/ (?:ecmeta_\w+|class|pointer-events|clip-path|xml:space)="[^"]*"/g, "");
        return `<svg class="${screen}" viewBox="0 0 ${width} ${CHART_HEIGHT}" role="img" aria-label="${description}">${content}`;
      } finally {
        drawing.dispose();
      }
    })
    .join("");
}
