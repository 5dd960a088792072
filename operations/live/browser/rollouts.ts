import { describeSteps } from "../../../rollout/describe";
import { type FigureSummary } from "../../../rollout/contract";
import { formatClockTime } from "../../../local/view/texts";
import { escapeText } from "../../document/escape-text";
import { type LiveParts } from "../messages";
import { findElement, setItems } from "./elements";
import { formatMilliseconds } from "./formats";

type Rollout = LiveParts["rollouts"][number];

const FIGURES: readonly (readonly [heading: string, write: (figures: FigureSummary) => string])[] = [
  ["Requests", ({ requests }) => String(requests)],
  ["Failed", ({ failures }) => String(failures)],
  ["Timed out", ({ timeouts }) => String(timeouts)],
  ["Cold starts", ({ coldStarts }) => String(coldStarts)],
  ["Handler p50", ({ p50Milliseconds }) => writeMilliseconds(p50Milliseconds)],
  ["Handler p99", ({ p99Milliseconds }) => writeMilliseconds(p99Milliseconds)],
];

/** Shows how functions' new versions get their requests. */
export function showRollouts(rollouts: readonly Rollout[]): void {
  const place = findElement("rollouts");
  const section = place.closest("section");
  if (section) section.hidden = rollouts.length === 0;
  setItems(
    place,
    "div",
    rollouts.map((rollout) => ({ key: rollout.id, className: "group", html: render(rollout) })),
  );
}

function render(rollout: Rollout): string {
  const { id, from, to, percent, reason, plan, figures, newFailures, startedAt, saidAt, endedAt } = rollout;
  const { text, tone } = describeState(rollout);
  const times = `since ${formatClockTime(startedAt)}${endedAt === undefined ? "" : `, until ${formatClockTime(endedAt)}`}`;
  const rows = FIGURES.map(
    ([heading, write]) =>
      `<tr><td>${heading}<td>${escapeText(write(figures.old))}<td>${escapeText(write(figures.new))}`,
  );
  const failures = newFailures.categories.map(({ what, count }) => `${what} (${count})`).join(", ");
  return `<p><b>${escapeText(id)}</b><b class="${tone}">${escapeText(text)}</b></p>
<div class="share" role="img" aria-label="${percent} % of requests"><i style="width: ${percent}%"></i></div>
<p class="soft">${escapeText(`${describeSteps(plan)}; ${times}`)}</p>
<table><thead><tr><th><th>Version ${escapeText(from)}<th>Version ${escapeText(to)}<tbody>${rows.join("")}</table>
<p><span class="soft">At ${formatClockTime(saidAt)}:</span> ${escapeText(reason)}</p>${failures === "" ? "" : `<p class="bad-text-item">${escapeText(`New failures: ${failures}`)}</p>`}${newFailures.example === undefined ? "" : `<pre>${escapeText(newFailures.example)}</pre>`}`;
}

function describeState({ to, status, percent }: Rollout): { readonly text: string; readonly tone: string } {
  switch (status) {
    case "completed":
      return { text: `version ${to} has all requests`, tone: "good-text" };
    case "rolled_back":
      return { text: `version ${to} went back`, tone: "bad-text" };
    case "aborted":
      return { text: `version ${to} was taken back`, tone: "bad-text" };
    case "superseded":
      return { text: "a newer version came", tone: "unknown-text" };
    case "running":
    case "paused":
      return { text: `version ${to} has ${percent} %${status === "paused" ? ", paused" : ""}`, tone: "unknown-text" };
  }
}

function writeMilliseconds(value: number | undefined): string {
  return value === undefined ? "–" : formatMilliseconds(value);
}
