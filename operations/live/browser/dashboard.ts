import { escapeText } from "../../document/escape-text";
import { getView } from "../../dashboard/content";
import { showView } from "../../dashboard/browser/widget-charts";
import { type Facts, type LiveDashboard } from "../messages";
import { findElement, setHtml } from "./elements";

const RANGES = [
  [15, "15 minutes"],
  [60, "1 hour"],
  [180, "3 hours"],
] as const;

const LEAST_MILLISECONDS = 1000;

const chosen = { dashboard: 0, choice: 0, minutes: 15 };
let names: readonly string[] = [];
let isLive = true;
let isDrawing = false;
let isChanged = false;
let choices: LiveDashboard["choice"];

/** Time that passes faster is looked at from farther away. */
export function setSpeed(speed: number): void {
  if (speed > 1) chosen.minutes = 60;
}

/** Shows the dashboards that the environment has. */
export function showDashboards(facts: Facts): void {
  names = facts.dashboards;
  if (chosen.dashboard >= names.length) chosen.dashboard = 0;
  showHead("");
  refresh();
}

/** Draws again, at most once a second, if the page is seen and nobody has stopped it. */
export function refresh(): void {
  isChanged = true;
  if (isDrawing || !isLive || document.hidden) return;
  void drawChanges();
}

document.addEventListener("visibilitychange", () => {
  if (isChanged) refresh();
});

async function drawChanges(): Promise<void> {
  isDrawing = true;
  while (isChanged) {
    isChanged = false;
    await draw().catch(() => undefined);
    await new Promise((resolve) => setTimeout(resolve, LEAST_MILLISECONDS));
    if (!isLive || document.hidden) break;
  }
  isDrawing = false;
}

async function draw(): Promise<void> {
  if (names.length === 0) {
    setHtml(findElement("board"), '<p class="soft">This environment has no dashboard.</p>');
    return;
  }
  const asked = { ...chosen };
  const query = new URLSearchParams(Object.entries(asked).map(([name, value]) => [name, String(value)]));
  const response = await fetch(`/dashboard?${query.toString()}`);
  if (!response.ok) return;
  const dashboard = (await response.json()) as LiveDashboard;
  if (JSON.stringify(asked) !== JSON.stringify(chosen)) {
    isChanged = true;
    return;
  }
  choices = dashboard.choice;
  showHead(`points of ${dashboard.periodSeconds / 60} min`);
  showWidgets(dashboard);
}

function showWidgets({ widgets }: LiveDashboard): void {
  const board = findElement("board");
  const places = widgets.map(({ id, type, x, y, width, height }) => {
    const place = `${y + 1} / ${x + 1} / span ${height} / span ${width}`;
    const isBare = type === "text" && height <= 2;
    return {
      id,
      y,
      x,
      html: `<section data-widget="${escapeText(id)}" style="--place: ${place}"${isBare ? ' class="bare"' : ""}></section>`,
    };
  });
  const inOrder = places.toSorted((one, other) => one.y - other.y || one.x - other.x);
  setHtml(board, inOrder.map(({ html }) => html).join(""));
  for (const widget of widgets) {
    const section = board.querySelector(`section[data-widget="${CSS.escape(widget.id)}"]`);
    const view = getView(widget, 0);
    if (!section) continue;
    const isShort = view.content.kind === "numbers" && view.content.numbers.length === 1;
    section.classList.toggle("short", isShort);
    showView(section, widget.id, view);
  }
}

function showHead(points: string): void {
  const head = findElement("board-head");
  const select = (
    name: string,
    label: string,
    options: readonly (readonly [value: number, text: string])[],
    value: number,
  ) =>
    `<label>${escapeText(label)} <select name="${name}">${options.map(([one, text]) => `<option value="${one}"${one === value ? " selected" : ""}>${escapeText(text)}</option>`).join("")}</select></label>`;
  const number = (texts: readonly string[]) => texts.map((text, index) => [index, text] as const);
  const html = [
    ...(names.length > 1 ? [select("dashboard", "Dashboard", number(names), chosen.dashboard)] : []),
    ...(choices && choices.options.length > 1
      ? [select("choice", choices.label, number(choices.options), chosen.choice)]
      : []),
    select("minutes", "Last", RANGES, chosen.minutes),
    `<button type="button" aria-pressed="${isLive}">${isLive ? "Pause" : "Resume"}</button>`,
    `<span class="soft points">${escapeText(points)}</span>`,
  ].join("");
  setHtml(head, html);
}

findElement("board-head").addEventListener("change", (event) => {
  const { name, value } = event.target as HTMLSelectElement;
  if (name === "dashboard") Object.assign(chosen, { dashboard: Number(value), choice: 0 });
  else if (name === "choice" || name === "minutes") chosen[name] = Number(value);
  if (isLive) refresh();
  else void draw();
});
findElement("board-head").addEventListener("click", (event) => {
  if (!(event.target instanceof HTMLButtonElement)) return;
  isLive = !isLive;
  event.target.setAttribute("aria-pressed", String(isLive));
  event.target.textContent = isLive ? "Pause" : "Resume";
  if (isLive) refresh();
});
