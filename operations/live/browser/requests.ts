import { escapeText } from "../../document/escape-text";
import { type RequestDetails, type RequestRow } from "../messages";
import { findElement, setItems } from "./elements";
import { formatClockTime } from "../../../local/view/texts";
import { formatMilliseconds } from "./formats";

const list = document.createElement("ol");
list.className = "lines";

/** Shows the latest requests and events. */
export function showRequests(rows: readonly RequestRow[]): void {
  const place = findElement("requests");
  if (rows.length === 0) {
    place.innerHTML = '<p class="soft">None yet.</p>';
    return;
  }
  if (list.parentElement !== place) place.replaceChildren(list);
  const hasMany = new Set(rows.map(({ functionId }) => functionId)).size > 1;
  setItems(
    list,
    "li",
    rows.map((row) => ({ key: row.key, html: renderRow(row, hasMany) })),
  );
}

function renderRow(row: RequestRow, namesFunction: boolean): string {
  const { at, functionId, request, status, outcome, milliseconds, initMilliseconds, problem, version, instanceId } =
    row;
  const what = [namesFunction || request === undefined ? functionId : "", request ?? "event"]
    .filter(Boolean)
    .join(": ");
  const result =
    outcome === "throttled" ? "refused" : (status?.toString() ?? (outcome === "error" ? "failed" : "done"));
  const tone = outcome !== "success" ? "bad-text" : (status ?? 200) < 400 ? "good-text" : "unknown-text";
  const more = [
    ...(row.attempts > 1 ? [`${row.attempts} attempts`] : []),
    ...(initMilliseconds === undefined
      ? []
      : [`<b class="cold">cold start, ${formatMilliseconds(initMilliseconds)}</b>`]),
    ...(problem === undefined ? [] : [`<span class="bad-text-item">${escapeText(problem)}</span>`]),
    ...(initMilliseconds === undefined && problem === undefined
      ? []
      : [`<span class="soft">${escapeText(`version ${version ?? ""}, ${instanceId?.slice(0, 6) ?? ""}`)}</span>`]),
  ];
  return `<details data-request="${escapeText(row.key)}" data-instance="${escapeText(instanceId ?? "")}"><summary class="request"><span class="soft">${formatClockTime(at)}</span><span title="${escapeText(what)}">${escapeText(what)}</span><b class="${tone}">${escapeText(result)}</b><span>${formatMilliseconds(milliseconds)}</span></summary><div class="details"></div></details>${more.length > 0 ? `<div class="request-more">${more.join(" · ")}</div>` : ""}`;
}

list.addEventListener(
  "toggle",
  (event) => {
    const details = event.target as HTMLDetailsElement;
    const place = details.querySelector(".details");
    if (details.open && place) void showDetails(details.dataset["request"] ?? "", place);
  },
  true,
);

async function showDetails(key: string, place: Element): Promise<void> {
  const response = await fetch(`/request?key=${encodeURIComponent(key)}`);
  if (!response.ok) {
    place.innerHTML = '<p class="soft">It is too long ago.</p>';
    return;
  }
  const { where, logLines } = (await response.json()) as RequestDetails;
  const lines =
    logLines.length > 0
      ? `<p class="soft">Its log, with real times:</p><pre tabindex="0">${escapeText(logLines.join("\n"))}</pre>`
      : "";
  place.innerHTML = `${where === undefined ? "" : `<p>at ${escapeText(where)}</p>`}${lines || '<p class="soft">It logged nothing.</p>'}`;
}

/** Calls back with the instance that answered what the pointer or the focus is on; undefined for none. */
export function onInstancePointed(callback: (instanceId: string | undefined) => void): void {
  const point = (event: Event) => {
    const item = (event.target as Element).closest("li");
    callback(item?.querySelector("details")?.dataset["instance"]);
  };
  list.addEventListener("pointerover", point);
  list.addEventListener("focusin", point);
  for (const end of ["pointerleave", "focusout"]) {
    list.addEventListener(end, () => {
      callback(undefined);
    });
  }
}
