import { type Link } from "./alarm";
import { type Card, closeCard, describeEnd, describeEscalation, type CardSection } from "./card";
import { fit, type Notice, postJson, Refused, type Service } from "./service";

/** https://docs.slack.dev/reference/block-kit/blocks/header-block */
const LONGEST_HEADER = 150;
/** https://docs.slack.dev/reference/block-kit/blocks/section-block */
const LONGEST_SECTION = 3000;
/** Slack cuts off longer texts: https://docs.slack.dev/reference/methods/chat.postMessage#truncating */
const LONGEST_TEXT = 4000;
const LONGEST_TITLE = 200;
/** https://docs.slack.dev/reference/block-kit/blocks: at most 50 blocks in a message. A header and the links are two. */
const MAX_SECTIONS = 48;

/** Answers that mean "later": https://docs.slack.dev/reference/methods/chat.postMessage#errors */
const LATER = new Set(["fatal_error", "internal_error", "ratelimited", "request_timeout", "service_unavailable"]);

/** https://docs.slack.dev/messaging/formatting-message-text#escaping */
const ESCAPED: Readonly<Record<string, string>> = { "&": "&amp;", "<": "&lt;", ">": "&gt;" };

/**
 * Slack through an incoming webhook, which can only post new messages:
 * https://docs.slack.dev/messaging/sending-messages-using-incoming-webhooks
 */
export class SlackWebhook implements Service {
  readonly canUpdate = false;

  constructor(private readonly address: string) {}

  async send({ step, card, now }: Notice): Promise<undefined> {
    if (step === "open") await this.post(formatMessage(card));
    else if (step === "escalate") await this.post(formatText(describeEscalation(card)));
    else await this.post(formatText(describeEnd(card, now)));
  }

  async sendPlainly(text: string): Promise<undefined> {
    await this.post(formatText(text));
  }

  private async post(message: object): Promise<void> {
    await postJson("Slack", this.address, message, { secret: this.address });
  }
}

/**
 * Slack through a bot, which keeps one message for each incident: https://docs.slack.dev/reference/methods/chat.update
 */
export class SlackBot implements Service {
  readonly canUpdate = true;

  constructor(
    private readonly token: string,
    private readonly channel: string,
    private readonly api = "https://slack.com/api/",
  ) {}

  /** A message's reference is its channel and its time. */
  async send({ step, card, now, reference }: Notice): Promise<string> {
    const message = formatMessage(step === "close" ? closeCard(card, now) : card);
    const [channel, ts] = reference?.split(" ") ?? [];
    if (channel === undefined || ts === undefined) return this.post(message);
    return this.call("chat.update", { channel, ts, ...message });
  }

  async sendPlainly(text: string): Promise<string> {
    return this.post(formatText(text));
  }

  private async post(message: object): Promise<string> {
    return this.call("chat.postMessage", { channel: this.channel, unfurl_links: false, ...message });
  }

  private async call(method: string, body: object): Promise<string> {
    const { body: text } = await postJson("Slack", `${this.api}${method}`, body, {
      secret: this.token,
      headers: { authorization: `Bearer ${this.token}` },
    });
    const { ok, error, channel, ts } = parseAnswer(text);
    if (ok === true && typeof channel === "string" && typeof ts === "string") return `${channel} ${ts}`;
    const reason = typeof error === "string" && /^\w{1,100}$/.test(error) ? error : "an answer that cannot be read";
    if (LATER.has(reason)) throw new Error(`Slack answered ${reason}`);
    throw new Refused(`Slack answered ${reason}`);
  }
}

function parseAnswer(text: string): Readonly<Record<string, unknown>> {
  try {
    return Object(JSON.parse(text)) as Readonly<Record<string, unknown>>;
  } catch {
    return {};
  }
}

function formatMessage(card: Card): object {
  const title = `${card.isUrgent ? "Urgent: " : ""}${card.title}`;
  return {
    text: fit(title, LONGEST_TEXT, escapeMarkup),
    blocks: [
      { type: "header", text: { type: "plain_text", text: fit(title, LONGEST_HEADER), emoji: false } },
      ...card.sections.slice(0, MAX_SECTIONS).map(formatSection),
      ...(card.links.length > 0 ? [markup(formatLinks(card.links))] : []),
    ],
  };
}

function formatText(text: string): object {
  return { text: fit(text, LONGEST_TEXT, escapeMarkup) };
}

function formatSection({ title, text, isCode = false }: CardSection): object {
  const heading = `*${fit(title, LONGEST_TITLE, escapeMarkup)}*\n`;
  const [before, after] = isCode ? ["```\n", "\n```"] : ["", ""];
  const left = LONGEST_SECTION - heading.length - before.length - after.length;
  // Three of them would end the code.
  const safe = isCode ? text.replaceAll("`", "'") : text;
  return markup(`${heading}${before}${fit(safe, left, escapeMarkup)}${after}`);
}

function formatLinks(links: readonly Link[]): string {
  let line = "";
  for (const { text, url } of links) {
    const link = `<${url.replace(/[|<>]/g, encodeURIComponent).replaceAll("&", "&amp;")}|${fit(text, LONGEST_TITLE, escapeMarkup)}>`;
    const longer = line === "" ? link : `${line} · ${link}`;
    if (longer.length <= LONGEST_SECTION) line = longer;
  }
  return line;
}

/** Text without automatic links to people and channels. */
function markup(text: string): object {
  return { type: "section", text: { type: "mrkdwn", text, verbatim: true } };
}

function escapeMarkup(character: string): string {
  return ESCAPED[character] ?? character;
}
