import { escapeText } from "../../document/escape-text";
import { type FunctionRow, type Instance } from "../messages";
import { findElement, setHtml, setItems } from "./elements";
import { formatMilliseconds } from "./formats";

let functions: readonly FunctionRow[] = [];
let instances: readonly Instance[] = [];
let marked: string | undefined;

/** Shows functions' latest figures. */
export function showFunctions(rows: readonly FunctionRow[]): void {
  functions = rows;
  show();
}

/** Shows what execution environments do. */
export function showInstances(all: readonly Instance[]): void {
  instances = all;
  show();
}

/** Marks one of them. */
export function markInstance(id: string | undefined): void {
  marked = id;
  show();
}

function show(): void {
  const place = findElement("instances");
  const active = functions.filter(
    ({ id, requestsPerSecond, errors, throttles }) =>
      instances.some(({ functionId }) => functionId === id) || requestsPerSecond + errors + throttles > 0,
  );
  const quiet = functions.length - active.length;
  const rest = quiet === 0 ? [] : [{ key: " ", html: `<p class="soft">${describeQuiet(quiet, active.length)}</p>` }];
  setItems(place, "div", [
    ...active.map(({ id }) => ({ key: id, className: "group", html: '<p></p><div class="instances"></div>' })),
    ...rest,
  ]);
  for (const row of active) {
    const group = place.querySelector(`[data-key="${CSS.escape(row.id)}"]`);
    const [heading, board] = group?.children ?? [];
    if (!heading || !board) continue;
    setHtml(heading, `<b>${escapeText(row.id)}</b><span class="soft">${describeTraffic(row)}</span>`);
    setItems(board, "div", instances.filter(({ functionId }) => functionId === row.id).map(renderInstance));
  }
}

function describeQuiet(quiet: number, active: number): string {
  if (active === 0) return "None: the first request or ping starts one.";
  return quiet === 1 ? "1 other function has none." : `${quiet} other functions have none.`;
}

function describeTraffic({ requestsPerSecond, errors, throttles, p50, p99 }: FunctionRow): string {
  return [
    `${requestsPerSecond} requests/s`,
    ...(p50 === undefined || p99 === undefined
      ? []
      : [`p50 ${formatMilliseconds(p50)}, p99 ${formatMilliseconds(p99)}`]),
    ...(errors > 0 ? [`<b class="bad-text">${errors} failed</b>`] : []),
    ...(throttles > 0 ? [`<b class="bad-text">${throttles} refused</b>`] : []),
  ].join(" · ");
}

function renderInstance({ id, version, state, isPinged, requests, pings }: Instance) {
  const word = state === "busy" ? (isPinged ? "pinged" : "busy") : state;
  const classes = ["instance", word, ...(id === marked ? ["marked"] : [])];
  const counts = `${requests} requests, ${pings} pings`;
  return {
    key: id,
    className: classes.join(" "),
    html: `<span title="${escapeText(`${id.slice(0, 6)}, version ${version}: ${counts}`)}"><b>${word}, v${escapeText(version)}</b>${requests} req · ${pings} pings</span>`,
  };
}
