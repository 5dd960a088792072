import * as echarts from "echarts";
import { buildOption, type Chart, CHARACTER_WIDTH, CHART_HEIGHT, TEXT_PIXELS } from "./chart";
import { escapeText } from "./escape-text";

/** The widths that a chart is drawn in, in pixels, so that its text has the same size on a phone as on a desktop. */
const WIDTHS = { wide: 500, narrow: 330 } as const;

/** The place of a chart's picture, in pixels. */
export interface PictureSize {
  readonly width: number;
  readonly height: number;
}

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
      const content = drawContent(chart, { width, height: CHART_HEIGHT });
      return `<svg class="${screen}" viewBox="0 0 ${width} ${CHART_HEIGHT}" role="img" aria-label="${description}">${content}</svg>`;
    })
    .join("");
}

/** What a picture of a chart consists of, within its `svg`; a compact one leaves out the titles of axes. */
export function drawContent(chart: Chart, size: PictureSize, isCompact = false): string {
  const drawing = echarts.init(null, null, { renderer: "svg", ssr: true, ...size });
  try {
    drawing.setOption(buildOption(chart, { ...size, isCompact }));
    return (
      drawing
        .renderToSVGString()
        .replaceAll(/^<svg[^>]*>|<\/svg>\s*$/g, "")
        // Styles for a pointer.
        .replaceAll(/<(style|defs) ?>[^]*?<\/\1>/g, "")
        .replaceAll(/ (?:ecmeta_\w+|class|pointer-events|clip-path|xml:space)="[^"]*"/g, "")
    );
  } finally {
    drawing.dispose();
  }
}
