import { type Card, describeEnd, describeEscalation, type CardSection } from "./card";
import { fit, type Notice, postJson, type Service } from "./service";

/**
 * A message has about 28 KB: https://learn.microsoft.com/en-us/connectors/teams/#known-issues-and-limitations. Less,
 * because the envelope that Teams adds counts, too.
 */
const MAX_BYTES = 20_000;

/** Lengths of a section's text, tried from the longest to the shortest until the message is small enough. */
const LENGTHS = [1500, 600, 200, 50];
const LONGEST_TITLE = 300;
const LONGEST_TEXT = 4000;

/** https://adaptivecards.io/explorer/AdaptiveCard.html; the newest version that Teams shows everywhere. */
const VERSION = "1.4";

/**
 * Teams through the webhook of a workflow, which can only post new messages:
 * https://learn.microsoft.com/en-us/microsoftteams/platform/webhooks-and-connectors/how-to/connectors-using
 */
export class TeamsWebhook implements Service {
  readonly canUpdate = false;

  constructor(private readonly address: string) {}

  async send({ step, card, now }: Notice): Promise<undefined> {
    if (step === "open") await this.post(fitMessage(card));
    else await this.sendPlainly(step === "escalate" ? describeEscalation(card) : describeEnd(card, now));
  }

  /** A workflow takes nothing but a card. */
  async sendPlainly(text: string): Promise<undefined> {
    await this.post(formatMessage([paragraph(fit(text, LONGEST_TEXT))]));
  }

  private async post(message: object): Promise<void> {
    await postJson("Teams", this.address, message, { secret: this.address });
  }
}

function fitMessage(card: Card): object {
  const messages = LENGTHS.map((length) => () => formatCard(card, length));
  const isSmall = (message: object) => Buffer.byteLength(JSON.stringify(message)) <= MAX_BYTES;
  for (const format of messages) {
    const message = format();
    if (isSmall(message)) return message;
  }
  return formatMessage([paragraph(fit(card.title, LONGEST_TITLE), { size: "Large", weight: "Bolder" })]);
}

function formatCard({ title, isUrgent, sections, links }: Card, length: number): object {
  const heading = { size: "Large", weight: "Bolder", ...(isUrgent ? { color: "Attention" } : {}) };
  return formatMessage(
    [
      paragraph(fit(`${isUrgent ? "Urgent: " : ""}${title}`, LONGEST_TITLE), heading),
      ...sections.flatMap((section) => formatSection(section, length)),
    ],
    links.map(({ text, url }) => ({ type: "Action.OpenUrl", title: fit(text, LONGEST_TITLE), url })),
  );
}

function formatSection({ title, text, isCode = false }: CardSection, length: number): object[] {
  return [
    { ...paragraph(fit(title, LONGEST_TITLE), { weight: "Bolder" }), spacing: "Medium" },
    ...fit(text, length)
      .split("\n")
      .map((line) => ({ ...paragraph(line, isCode ? { fontType: "Monospace" } : {}), spacing: "Small" })),
  ];
}

/** Text that is shown as it is: unlike a TextBlock, a RichTextBlock knows no Markdown. */
function paragraph(text: string, style: object = {}): object {
  return { type: "RichTextBlock", inlines: [{ type: "TextRun", text, ...style }] };
}

function formatMessage(body: readonly object[], actions: readonly object[] = []): object {
  const content = {
    $schema: "http://adaptivecards.io/schemas/adaptive-card.json",
    type: "AdaptiveCard",
    version: VERSION,
    body,
    ...(actions.length > 0 ? { actions } : {}),
    msteams: { width: "Full" },
  };
  return {
    type: "message",
    attachments: [{ contentType: "application/vnd.microsoft.card.adaptive", contentUrl: null, content }],
  };
}
