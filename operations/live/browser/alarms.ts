import { escapeText } from "../../document/escape-text";
import { type AlarmRow, type Facts } from "../messages";
import { findElement, setHtml, setItems } from "./elements";
import { formatClockTime } from "../../../local/view/texts";

const STATES = {
  ALARM: { text: "in alarm", tone: "bad-text" },
  OK: { text: "OK", tone: "good-text" },
  INSUFFICIENT_DATA: { text: "too little data", tone: "unknown-text" },
} as const;

const LISTS =
  '<ul class="lines" aria-label="Alarms that rang"></ul><details><summary class="quiet"></summary><ul class="lines" aria-label="Other alarms"></ul></details>';

let texts: Facts["alarmTexts"] = {};
let alarms: readonly AlarmRow[] = [];

/** What alarms tell people. */
export function setAlarmTexts(all: Facts["alarmTexts"]): void {
  texts = all;
  show();
}

/** Shows alarms: first those that ring, then those that did so last. */
export function showAlarms(rows: readonly AlarmRow[]): void {
  alarms = rows;
  show();
}

function show(): void {
  const place = findElement("alarms");
  if (place.childElementCount === 0) place.innerHTML = LISTS;
  const ringing = alarms.filter(({ state }) => state === "ALARM");
  const status = findElement("ringing");
  status.className = ringing.length > 0 ? "bad-text" : "good-text";
  const verb = ringing.length === 1 ? "rings" : "ring";
  setHtml(
    status,
    ringing.length > 0
      ? `${ringing.length} of ${alarms.length} alarms ${verb}`
      : `none of ${alarms.length} alarms rings`,
  );
  const [loud, quiet] = place.querySelectorAll(".lines");
  const hasRung = ({ state, changes }: AlarmRow) => state === "ALARM" || changes.some(({ to }) => to === "ALARM");
  const sorted = alarms.toSorted(compareAlarms);
  const others = sorted.filter((alarm) => !hasRung(alarm));
  if (loud) setItems(loud, "li", sorted.filter(hasRung).map(renderAlarm));
  if (quiet) setItems(quiet, "li", others.map(renderAlarm));
  const summary = place.querySelector(".quiet");
  if (summary) setHtml(summary, `${others.length} that never rang`);
}

function compareAlarms(one: AlarmRow, other: AlarmRow): number {
  const rank = ({ state }: AlarmRow) => (state === "ALARM" ? 0 : 1);
  const latest = ({ changes }: AlarmRow) => changes.find(({ to }) => to === "ALARM")?.at ?? 0;
  return rank(one) - rank(other) || latest(other) - latest(one);
}

function renderAlarm({ name, state, changes }: AlarmRow) {
  const { text, tone } = STATES[state];
  const history = changes.map(({ at, to }) => `${formatClockTime(at)} ${STATES[to].text}`).join("<br>");
  const said = texts[name] ?? "";
  const first = said.split("\n")[0] ?? "";
  return {
    key: name,
    html: `<details class="alarm"><summary><span>${escapeText(name)}</span><b class="${tone}">${text}</b></summary><p>${escapeText(said)}</p>${history === "" ? "" : `<p class="soft">${history}</p>`}</details>${state === "ALARM" ? `<div>${escapeText(first)}</div>` : ""}`,
  };
}
