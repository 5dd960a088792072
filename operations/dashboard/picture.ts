import { CHARACTER_WIDTH } from "../document/chart";
import { drawContent } from "../document/draw-chart";
import { escapeText } from "../document/escape-text";
import { STYLE } from "../document/style";
import { DASHBOARD_COLUMNS } from "./body";
import { type DrawnWidget, getView, type TableContent, type WidgetContent } from "./content";
import { type DashboardPage } from "./page";
import { GRID } from "./style";
import { buildWidgetChart, hasValues, selectColor, writeWidgetValue } from "./widget-chart";

const MARGIN = 16;
const HEADING = 58;
const BOARD_HEADING = 34;
const PADDING = 10;
const TITLE = 24;
const LINE = 18;
const SMALL = 12;
const COLUMN_GAP = 32;

const MARKS = {
  added: { text: "added", color: "met", dash: "" },
  removed: { text: "removed", color: "missed", dash: "" },
  changed: { text: "changed", color: "s5", dash: "" },
  moved: { text: "moved or resized", color: "s8", dash: ' stroke-dasharray="6 4"' },
} as const;

/** What a file of XML cannot have, whoever has put it into a text: https://www.w3.org/TR/xml/#charsets */
const NO_XML = /[^\t\n\r\u{20}-\u{D7FF}\u{E000}-\u{FFFD}\u{10000}-\u{10FFFF}]/gu;

/** A picture with its size, in pixels. */
export interface DashboardPicture {
  readonly svg: string;
  readonly width: number;
  readonly height: number;
}

/** A place in a widget. */
interface Box {
  readonly x: number;
  readonly y: number;
  readonly width: number;
  readonly height: number;
}

/** What is said above a picture. */
export type PictureTexts = Pick<DashboardPage, "heading" | "subtitle" | "warning">;

/** How a widget differs from that of another dashboard beside it. */
export type WidgetMark = keyof typeof MARKS;

/** A dashboard in a picture, as its first choice shows it. */
export interface PictureBoard {
  readonly title: string;
  readonly widgets: readonly DrawnWidget[];
  /** By the widgets' ids. */
  readonly marks?: ReadonlyMap<string, WidgetMark>;
}

/** Dashboards below each other as one picture, as their first choice shows them. */
export function drawDashboardPicture(page: DashboardPage): DashboardPicture {
  const boards = page.dashboards.map(({ name, choice, widgets }) => {
    const chosen = choice ? ` · ${choice.label}: ${choice.options[0] ?? ""}` : "";
    return { title: `${name}${chosen}`, widgets };
  });
  return drawPicture(page, [boards]);
}

/** Columns of dashboards as one picture of light colors, which needs no page around it. */
export function drawPicture(
  { heading, subtitle, warning }: PictureTexts,
  columns: readonly (readonly PictureBoard[])[],
): DashboardPicture {
  const top = HEADING + (warning === undefined ? 0 : LINE);
  const drawn = columns.map((boards, index) => drawColumn(boards, MARGIN + index * (GRID.width + COLUMN_GAP), top));
  const width = 2 * MARGIN + columns.length * (GRID.width + COLUMN_GAP) - COLUMN_GAP;
  const height = Math.max(...drawn.map(({ bottom }) => bottom));
  const svg = `<svg xmlns="http://www.w3.org/2000/svg" width="${width}" height="${height}" viewBox="0 0 ${width} ${height}" font-family="system-ui, sans-serif">
<title>${escapeText(`${heading} · ${subtitle}`)}</title>
<rect width="${width}" height="${height}" fill="var(--page)"/>
${write({ x: MARGIN, y: 28, text: heading, pixels: 20, isBold: true })}
${write({ x: MARGIN, y: 48, text: subtitle, color: "soft" })}
${warning === undefined ? "" : write({ x: MARGIN, y: 48 + LINE, text: warning, color: "missed" })}
${drawn.map((column) => column.svg).join("\n")}
</svg>
`;
  return { svg: resolveColors(svg).replaceAll(NO_XML, ""), width, height };
}

function drawColumn(
  boards: readonly PictureBoard[],
  x: number,
  top: number,
): { readonly svg: string; readonly bottom: number } {
  let y = top;
  const drawn = boards.map((board) => {
    const svg = `<g transform="translate(${x},${y})">${drawBoard(board)}</g>`;
    y += BOARD_HEADING + measureHeight(board) + MARGIN;
    return svg;
  });
  return { svg: drawn.join("\n"), bottom: y };
}

/** The light colors of the pages' style, by name. */
function listColors(): ReadonlyMap<string, string> {
  const [light = ""] = STYLE.split("@media");
  return new Map([...light.matchAll(/--([\w]+): (#\w+);/g)].map(([, name = "", color = ""]) => [name, color]));
}

/** A picture has no page that would say what a color is. */
function resolveColors(svg: string): string {
  const colors = listColors();
  return svg.replaceAll(/var\(--(\w+)\)/g, (whole, name: string) => colors.get(name) ?? whole);
}

function measureHeight({ widgets }: PictureBoard): number {
  return Math.max(0, ...widgets.map(({ y, height }) => (y + height) * (GRID.row + GRID.gap)));
}

function drawBoard({ title, widgets, marks }: PictureBoard): string {
  const marked = widgets.flatMap((widget) => {
    const mark = marks?.get(widget.id);
    return mark === undefined ? [] : [drawMark(widget, mark)];
  });
  return `${write({ x: 0, y: 20, text: title, pixels: 14, isBold: true })}
<g transform="translate(0,${BOARD_HEADING})">${[...widgets.map(drawWidget), ...marked].join("\n")}</g>`;
}

/** A frame around a widget, with a word on its upper edge. */
function drawMark(widget: DrawnWidget, mark: WidgetMark): string {
  const { text, color, dash } = MARKS[mark];
  const { x, y, width, height } = measureWidget(widget);
  const badge = text.length * CHARACTER_WIDTH * SMALL + 14;
  return `<g transform="translate(${round(x)},${round(y)})">
<rect width="${round(width)}" height="${round(height)}" rx="8" fill="none" stroke="var(--${color})" stroke-width="3"${dash}/>
<rect x="${round(width - badge - 8)}" y="-9" width="${round(badge)}" height="18" rx="9" fill="var(--${color})"/>
${write({ x: width - badge / 2 - 8, y: 4, text, color: "card", isBold: true, isCentered: true })}</g>`;
}

function measureWidget({ x, y, width, height }: DrawnWidget): Box {
  const column = (GRID.width + GRID.gap) / DASHBOARD_COLUMNS;
  const row = GRID.row + GRID.gap;
  return { x: x * column, y: y * row, width: width * column - GRID.gap, height: height * row - GRID.gap };
}

function drawWidget(widget: DrawnWidget): string {
  const { x, y, width, height } = measureWidget(widget);
  const { title, content } = getView(widget, 0);
  if (widget.type === "text" && widget.height <= 2) {
    const text = content.kind === "text" ? toPlainLines(content.html).join(" ") : "";
    return write({ x, y: y + 26, text, pixels: 15, isBold: true, width });
  }
  const top = title === "" ? PADDING : TITLE + 6;
  const inner = { x: PADDING, y: top, width: width - 2 * PADDING, height: height - top - PADDING };
  return `<g transform="translate(${round(x)},${round(y)})">
<rect width="${round(width)}" height="${round(height)}" rx="8" fill="var(--card)" stroke="var(--line)"/>
${title === "" ? "" : write({ x: PADDING, y: 21, text: title, pixels: 13, isBold: true, width: inner.width })}
${drawInside(widget.id, title, content, inner)}</g>`;
}

function drawInside(id: string, title: string, content: WidgetContent, box: Box): string {
  switch (content.kind) {
    case "lines": {
      if (!hasValues({ title, content })) return writeLines([{ text: "No data" }], box);
      const chart = buildWidgetChart(id, title, content);
      const keys = [
        ...content.lines.map(({ label }, index) => ({ text: label, color: `var(--${selectColor(index)})` })),
        ...content.limits.map(({ text }) => ({ text, color: "var(--missed)", isDashed: true })),
      ];
      const legend = placeKeys(keys, box.width);
      const size = { width: Math.round(box.width), height: Math.max(40, Math.round(box.height - legend.height)) };
      return `<g transform="translate(${box.x},${box.y})">${drawContent(chart, size, true)}</g>
<g transform="translate(${box.x},${round(box.y + size.height)})">${legend.svg}</g>`;
    }
    case "numbers": {
      const { numbers } = content;
      const [only] = numbers;
      if (numbers.length === 1 && only) {
        const text = writeWidgetValue(only.value);
        return write({
          x: box.x + box.width / 2,
          y: box.y + box.height / 2 + 10,
          text,
          pixels: 30,
          isBold: true,
          isCentered: true,
        });
      }
      return writeLines(
        numbers.map(({ label, value }) => ({ text: `${writeWidgetValue(value)}  ${label}` })),
        box,
      );
    }
    case "table":
      return drawTable(content, box);
    case "alarms":
      return writeLines(
        content.alarms.map(({ name, state }) => ({
          text: `${state === "ALARM" ? "● in alarm" : state === "OK" ? "○ OK" : "◌ unknown"}  ${name}`,
          color: state === "ALARM" ? "missed" : state === "OK" ? "text" : "soft",
        })),
        box,
      );
    case "bars":
      return writeLines(
        content.bars.map(({ label, value }) => ({ text: `${writeWidgetValue(value)}  ${label}` })),
        box,
      );
    case "text":
      return writeLines(
        toPlainLines(content.html).map((text) => ({ text })),
        box,
      );
    case "note":
      return writeLines([{ text: content.text, color: content.isBad === true ? "missed" : "soft" }], box);
  }
}

function drawTable({ headings, rows }: TableContent, box: Box): string {
  const cells = [headings, ...rows].map((row) =>
    row.map((cell) => (typeof cell === "string" ? cell : writeWidgetValue(cell))),
  );
  const widths = headings.map((_, column) => Math.max(...cells.map((row) => (row[column] ?? "").length)));
  const all = widths.reduce((total, width) => total + width + 2, 0);
  const scale = Math.min(CHARACTER_WIDTH * SMALL, box.width / all);
  const lines = limitLines(cells, box);
  return lines
    .map((row, index) => {
      let x = box.x;
      return row
        .map((text, column) => {
          const width = ((widths[column] ?? 0) + 2) * scale;
          const cell = write({
            x,
            y: box.y + (index + 1) * LINE - 4,
            text,
            width,
            color: index === 0 ? "soft" : "text",
          });
          x += width;
          return cell;
        })
        .join("");
    })
    .join("");
}

/** Lines that fit; the last one says how many more there are. */
function limitLines(lines: readonly (readonly string[])[], { height }: Box): readonly (readonly string[])[] {
  const most = Math.max(1, Math.floor(height / LINE));
  if (lines.length <= most) return lines;
  return [...lines.slice(0, most - 1), [`and ${lines.length - most + 1} more`]];
}

function writeLines(lines: readonly { readonly text: string; readonly color?: string }[], box: Box): string {
  const most = Math.max(1, Math.floor(box.height / LINE));
  const shown =
    lines.length <= most
      ? lines
      : [...lines.slice(0, most - 1), { text: `and ${lines.length - most + 1} more`, color: "soft" }];
  return shown
    .map(({ text, color = "text" }, index) =>
      write({ x: box.x, y: box.y + (index + 1) * LINE - 4, text, color, width: box.width }),
    )
    .join("");
}

function placeKeys(
  keys: readonly { readonly text: string; readonly color: string; readonly isDashed?: boolean }[],
  width: number,
): { readonly svg: string; readonly height: number } {
  let [x, y] = [0, LINE - 4];
  const drawn = keys.map(({ text, color, isDashed = false }) => {
    const needed = 20 + text.length * CHARACTER_WIDTH * SMALL + 12;
    if (x > 0 && x + needed > width) [x, y] = [0, y + LINE - 2];
    const key = `<path d="M${round(x)} ${y - 4}h14" stroke="${color}" stroke-width="3"${isDashed ? ' stroke-dasharray="6 2"' : ""}/>${write({ x: x + 19, y, text, color: "soft", width: width - 19 })}`;
    x += needed;
    return key;
  });
  return { svg: drawn.join(""), height: keys.length === 0 ? 0 : y + 4 };
}

/** What HTML of Markdown says, without its looks. */
function toPlainLines(html: string): string[] {
  const plain = html
    .replaceAll(/<(?:\/(?:p|h\d|li|tr|pre)|br ?\/)>/g, "\n")
    .replaceAll(/<!--[^]*?-->|<[^>]*>/g, "")
    .replaceAll(/&(lt|gt|quot|amp);/g, (_, name: string) => ({ lt: "<", gt: ">", quot: '"', amp: "&" })[name] ?? "");
  return plain.split("\n").filter((line) => line.trim() !== "");
}

interface Writing {
  readonly x: number;
  readonly y: number;
  readonly text: string;
  readonly pixels?: number;
  readonly color?: string;
  readonly isBold?: boolean;
  readonly isCentered?: boolean;
  /** What does not fit is cut off. */
  readonly width?: number;
}

function write({
  x,
  y,
  text,
  pixels = SMALL,
  color = "text",
  isBold = false,
  isCentered = false,
  width,
}: Writing): string {
  const most =
    width === undefined
      ? Infinity
      : Math.max(1, Math.floor(width / (pixels * CHARACTER_WIDTH * (isBold ? 0.95 : 0.88))));
  const fitting = text.length <= most ? text : `${text.slice(0, most - 1)}…`;
  const looks = `${isBold ? ' font-weight="650"' : ""}${isCentered ? ' text-anchor="middle"' : ""}`;
  return `<text x="${round(x)}" y="${round(y)}" font-size="${pixels}" fill="var(--${color})"${looks} xml:space="preserve">${escapeText(fitting)}</text>`;
}

function round(pixels: number): number {
  return Math.round(pixels * 10) / 10;
}
