import { escapeText } from "../../document/escape-text";
import { type ClockReading, type LiveParts } from "../messages";
import { setAlarmTexts, showAlarms } from "./alarms";
import { refresh, setSpeed, showDashboards } from "./dashboard";
import { findElement, setHtml, setItems } from "./elements";
import { formatClockTime } from "../../../local/view/texts";
import { markInstance, showFunctions, showInstances } from "./instances";
import { showRollouts } from "./rollouts";
import { onInstancePointed, showRequests } from "./requests";
import { showFaults, showOffers } from "./try";

let clock: (ClockReading & { readonly receivedAt: number }) | undefined;

const SHOW: { readonly [Name in keyof LiveParts]: (part: LiveParts[Name]) => void } = {
  facts: (facts) => {
    setAlarmTexts(facts.alarmTexts);
    showOffers(facts);
    showDashboards(facts);
    showLines(
      "notes",
      facts.notes.map((text) => ({ text, html: escapeText(text) })),
    );
  },
  clock: (part) => {
    if (!clock) setSpeed(part.speed);
    clock = { ...part, receivedAt: performance.now() };
    showClock();
  },
  problem: (lines) => {
    const place = findElement("problem");
    place.hidden = lines.length === 0;
    place.textContent = lines.join("\n");
  },
  functions: showFunctions,
  instances: showInstances,
  rollouts: showRollouts,
  alarms: showAlarms,
  requests: showRequests,
  rounds: (rounds) => {
    showLines(
      "rounds",
      rounds.map(({ at, functionId, strategy, asked, instances, coldStarts, failures }) => {
        const tone = instances >= asked && failures.length === 0 ? "good-text" : "bad-text";
        const failed =
          failures.length === 0 ? "" : `<br><span class="bad-text-item">${escapeText(failures.join("; "))}</span>`;
        return {
          text: `${at} ${functionId} ${strategy}`,
          html: `<span class="soft">${formatClockTime(at)}</span> ${escapeText(functionId)} (${escapeText(strategy)}): <b class="${tone}">${instances} of ${asked}</b> warm, ${coldStarts} started${failed}`,
        };
      }),
    );
  },
  events: (events) => {
    showLines(
      "events",
      events.map(({ at, text, isBad }) => ({
        text: `${at} ${text}`,
        html: `<span class="soft">${formatClockTime(at)}</span> <span class="${isBad ? "bad-text-item" : ""}">${escapeText(text)}</span>`,
      })),
    );
  },
  faults: showFaults,
  measured: refresh,
};

/** Lines in a section that is hidden without any. */
function showLines(id: string, lines: readonly { readonly text: string; readonly html: string }[]): void {
  const place = findElement(id);
  const section = place.closest("section");
  if (section) section.hidden = lines.length === 0;
  if (place.childElementCount === 0) place.innerHTML = '<ul class="lines" tabindex="0"></ul>';
  const list = place.firstElementChild;
  if (list)
    setItems(
      list,
      "li",
      lines.map(({ text, html }) => ({ key: text, html })),
    );
}

function showClock(): void {
  if (!clock) return;
  const { now, speed, receivedAt } = clock;
  const time = formatClockTime(now + (performance.now() - receivedAt) * speed);
  const scaled = `, ${speed} times faster<span class="only-wide">: schedules, alarms and metrics, but not requests</span>`;
  findElement("clock").innerHTML = `${time} UTC${speed === 1 ? "" : scaled}`;
}
setInterval(showClock, 500);

const connection = findElement("connection");
const changes = new EventSource("/changes");
changes.onopen = () => {
  connection.hidden = true;
  document.body.classList.remove("disconnected");
};
changes.onerror = () => {
  connection.hidden = false;
  connection.className = "bad-text";
  document.body.classList.add("disconnected");
  clock = undefined;
  setHtml(connection, "not connected");
};
for (const [name, show] of Object.entries(SHOW)) {
  changes.addEventListener(name, (event: MessageEvent<string>) => {
    (show as (part: unknown) => void)(JSON.parse(event.data));
  });
}
onInstancePointed(markInstance);
