import { type Card } from "./card";
import { fit, type Notice, postJson, type Service } from "./service";

/** https://developer.pagerduty.com/docs/send-alert-event */
const LONGEST_SUMMARY = 1024;
const LONGEST_KEY = 255;
/** An event has 512 KB: https://developer.pagerduty.com/docs/events-api-v2-overview */
const LONGEST_DETAIL = 4000;
const LONGEST_LINK = 200;

/** By service region: https://support.pagerduty.com/main/docs/service-regions */
const ADDRESSES = {
  us: "https://events.pagerduty.com/v2/enqueue",
  eu: "https://events.eu.pagerduty.com/v2/enqueue",
} as const;

/** Where an account's data is. */
export type PagerDutyRegion = keyof typeof ADDRESSES;

type Severity = "critical" | "warning";

/**
 * PagerDuty's Events API v2. An open alert keeps its severity, so an incident that becomes urgent gets a second alert,
 * which pages. The keys of the alerts tell PagerDuty what belongs together.
 */
export class PagerDuty implements Service {
  readonly canUpdate = false;

  constructor(
    private readonly routingKey: string,
    region: PagerDutyRegion,
    private readonly address: string = ADDRESSES[region],
  ) {}

  /** The reference is the severities of the incident's alerts. */
  async send(notice: Notice): Promise<string> {
    const { card } = notice;
    return this.act(notice, {
      custom_details: Object.fromEntries(
        card.sections.map(({ title, text }) => [fit(title, LONGEST_LINK), fit(text, LONGEST_DETAIL)]),
      ),
      links: card.links.map(({ text, url }) => ({ href: url, text: fit(text, LONGEST_LINK) })),
    });
  }

  async sendPlainly(_text: string, notice: Notice): Promise<string> {
    return this.act(notice, {});
  }

  private async act(
    notice: Notice,
    { links, ...details }: { custom_details?: object; links?: object },
  ): Promise<string> {
    const { step, card, key, reference = "" } = notice;
    const open = reference.split(" ").filter((severity) => severity !== "");
    if (step === "close") {
      for (const severity of open) {
        await this.post({ event_action: "resolve", dedup_key: formatKey(key, severity) });
      }
      return "";
    }
    const severity = findSeverity(card);
    await this.post({
      event_action: "trigger",
      dedup_key: formatKey(key, severity),
      payload: {
        summary: fit(card.title, LONGEST_SUMMARY),
        source: key,
        severity,
        timestamp: new Date(card.since).toISOString(),
        ...details,
      },
      ...(links === undefined ? {} : { links }),
    });
    return [...new Set([...open, severity])].join(" ");
  }

  private async post(event: object): Promise<void> {
    const body = { routing_key: this.routingKey, ...event };
    await postJson("PagerDuty", this.address, body, { secret: this.routingKey });
  }
}

function findSeverity({ isUrgent }: Card): Severity {
  return isUrgent ? "critical" : "warning";
}

/** From its beginning, because the severity at its end must stay. */
function formatKey(key: string, severity: string): string {
  return `${key.slice(0, LONGEST_KEY - severity.length - 1)}/${severity}`;
}
