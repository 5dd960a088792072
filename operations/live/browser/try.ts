import { escapeText } from "../../document/escape-text";
import { type Facts, type LiveParts, type Trial, type TrialResult } from "../messages";
import { findElement } from "./elements";

type Fault = LiveParts["faults"][string];

const FAULTS: Readonly<Record<Fault, string>> = {
  throw: "throws an error",
  crash: "crashes",
  "time-out": "times out",
  slow: "takes 3 s longer",
  throttle: "is throttled",
};

const KINDS: Readonly<Record<Facts["offers"][number]["kind"], string>> = {
  request: "request",
  event: "event",
  sqs: "message",
  kinesis: "Kinesis record",
  dynamodb_stream: "DynamoDB record",
  schedule: "schedule",
  event_pattern: "EventBridge event",
  sns: "SNS message",
  s3: "S3 event",
  log_filter: "log lines",
};

let offers: Facts["offers"] = [];
let faults: LiveParts["faults"] = {};

/** Offers what can be sent. What was typed stays as long as it is offered. */
export function showOffers(facts: Facts): void {
  if (JSON.stringify(facts.offers.map(({ id }) => id)) === JSON.stringify(offers.map(({ id }) => id))) return;
  offers = facts.offers;
  const place = findElement("try");
  if (offers.length === 0) {
    place.innerHTML = '<p class="soft">There is no function to send anything to.</p>';
    return;
  }
  const options = offers.map(
    ({ id, functionId, kind, name }) =>
      `<option value="${escapeText(id)}">${escapeText(`${functionId}: ${KINDS[kind]}${name === "" ? "" : ` (${name})`}`)}</option>`,
  );
  const select = (name: string, label: string, values: readonly (readonly [value: string, text: string])[]) =>
    `<select name="${name}" aria-label="${label}">${values.map(([value, text]) => `<option value="${value}">${text}</option>`).join("")}</select>`;
  const methods = ["GET", "POST", "PUT", "PATCH", "DELETE"].map((method) => [method, method] as const);
  const counts = [1, 10, 100, 1000].map((count) => [String(count), count === 1 ? "once" : `${count} times`] as const);
  place.innerHTML = `<form>
<div class="row"><select name="offer" class="wide-field" aria-label="What to send">${options.join("")}</select></div>
<div class="row" data-for="request">${select("method", "Method", methods)}<input name="path" class="wide-field" aria-label="Path" value="/" spellcheck="false" autocomplete="off"></div>
<textarea name="text" aria-label="Body, message or event" spellcheck="false"></textarea>
<div class="row"><button class="main">Send</button>${select("count", "How often", counts)}<button type="button" name="warm" title="Starts the warmer as its schedule would">Warm now</button></div>
<div class="row"><span data-broken></span>${select("fault", "How it fails", Object.entries(FAULTS))}<button type="button" name="break">Break it</button></div>
<output></output>
</form>`;
  const form = place.querySelector("form");
  if (form) connect(form);
}

/** Shows how functions fail on purpose. */
export function showFaults(all: LiveParts["faults"]): void {
  faults = all;
  const form = findElement("try").querySelector("form");
  if (form) showChoice(form, false);
}

function connect(form: HTMLFormElement): void {
  form.addEventListener("submit", (event) => {
    event.preventDefault();
    const fields = readFields(form);
    const offer = findOffer(form);
    if (!offer) return;
    const isRequest = offer.kind === "request";
    void run(form, {
      ...{ action: "send", offer: offer.id, text: fields("text"), count: Number(fields("count")) },
      ...(isRequest && { method: fields("method"), path: fields("path") || "/" }),
    });
  });
  form.querySelector("[name=warm]")?.addEventListener("click", () => void run(form, { action: "warm" }));
  form.querySelector("[name=break]")?.addEventListener("click", () => {
    const functionId = findOffer(form)?.functionId ?? "";
    const fault = faults[functionId] ? null : (readFields(form)("fault") as Fault);
    void run(form, { action: "break", functionId, fault });
  });
  form.querySelector("[name=offer]")?.addEventListener("change", () => {
    showChoice(form, true);
  });
  form.querySelector("[name=method]")?.addEventListener("change", () => {
    showChoice(form, false);
  });
  showChoice(form, true);
}

function readFields(form: HTMLFormElement): (name: string) => string {
  const data = new FormData(form);
  return (name) => {
    const value = data.get(name);
    return typeof value === "string" ? value : "";
  };
}

function findOffer(form: HTMLFormElement): Facts["offers"][number] | undefined {
  const id = readFields(form)("offer");
  return offers.find((one) => one.id === id);
}

/** @param isNew whether something else is to be sent than before */
function showChoice(form: HTMLFormElement, isNew: boolean): void {
  const offer = findOffer(form);
  if (!offer) return;
  const isRequest = offer.kind === "request";
  const row = form.querySelector<HTMLElement>("[data-for=request]");
  const text = form.querySelector("textarea");
  if (row) row.hidden = !isRequest;
  if (text) {
    text.hidden = isRequest && readFields(form)("method") === "GET";
    if (isNew) text.value = offer.sample;
  }
  const { functionId } = offer;
  const fault = faults[functionId];
  const broken = form.querySelector("[data-broken]");
  if (broken) broken.textContent = fault ? `${functionId} ${FAULTS[fault]}` : functionId;
  broken?.classList.toggle("bad-text", fault !== undefined);
  const select = form.querySelector<HTMLElement>("[name=fault]");
  if (select) select.hidden = fault !== undefined;
  const button = form.querySelector("[name=break]");
  if (button) button.textContent = fault ? "Repair it" : "Break it";
}

async function run(form: HTMLFormElement, trial: Trial): Promise<void> {
  const output = form.querySelector("output");
  if (!output) return;
  output.className = "soft";
  output.textContent = trial.action === "break" ? "" : "…";
  try {
    const response = await fetch("/trial", {
      method: "POST",
      headers: { "content-type": "application/json" },
      body: JSON.stringify(trial),
    });
    const { text, isBad } = (await response.json()) as TrialResult;
    output.className = isBad ? "bad-text-item" : "";
    output.textContent = text;
  } catch {
    output.className = "bad-text-item";
    output.textContent = "No answer: is it still running?";
  }
}
