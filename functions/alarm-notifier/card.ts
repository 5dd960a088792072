import { type AlarmChange, type Link } from "./alarm";
import { type Findings } from "./findings";
import { isUrgent } from "./incident";

/** What an alarm's card says, before a service's own format. */
export interface Card {
  /** One line. */
  readonly title: string;
  readonly isUrgent: boolean;
  /** In milliseconds since 1970. */
  readonly since: number;
  readonly sections: readonly CardSection[];
  readonly links: readonly Link[];
}

/** A titled part of a card. */
export interface CardSection {
  readonly title: string;
  readonly text: string;
  /** Whether it is shown as it is, in a typeface for code. */
  readonly isCode?: boolean;
}

/** More alarms of one function hardly ring together. */
const MAX_ALARMS = 10;
const MAX_CATEGORIES = 3;
/**
 * Slack shows more, Teams only six:
 * https://learn.microsoft.com/en-us/microsoftteams/platform/task-modules-and-cards/cards/cards-reference
 */
const MAX_LINKS = 6;
const MINUTE = 60_000;

/**
 * The card of an incident.
 *
 * @param alarms those that ring, the first one first
 * @param since when the incident began, in milliseconds since 1970
 */
export function buildCard(
  environment: string,
  [first, ...others]: readonly [AlarmChange, ...AlarmChange[]],
  since: number,
  { deployed, failures, example, budget, links = [] }: Findings,
): Card {
  const id = /^([a-z][a-z0-9-]*) \(/.exec(first.happened)?.[1];
  return {
    title: first.happened,
    isUrgent: isUrgent([first, ...others]),
    since,
    sections: [
      ...(others.length > 0
        ? [
            {
              title: "Also",
              text: others
                .slice(0, MAX_ALARMS)
                .map((alarm) => alarm.happened)
                .join("\n"),
            },
          ]
        : []),
      { title: "Since", text: formatTime(since) },
      ...(deployed ? [{ title: "Deployed before", text: describeDeployed(deployed, since) }] : []),
      ...(failures && failures.length > 0
        ? [
            {
              title: "Failures",
              text: failures
                .slice(0, MAX_CATEGORIES)
                .map(({ what, count }) => `${what}: ${count}`)
                .join("\n"),
            },
          ]
        : []),
      ...(example === undefined ? [] : [{ title: "For example", text: example, isCode: true }]),
      ...(budget === undefined ? [] : [{ title: "Error budget", text: budget }]),
      ...(first.advice.length > 0 ? [{ title: "What to do", text: first.advice.join("\n") }] : []),
      ...(deployed?.previous === undefined || id === undefined
        ? []
        : [
            {
              title: `Back to version ${deployed.previous}`,
              text: `npm run ops -- rollback ${environment} ${id} --to ${deployed.previous}`,
              isCode: true,
            },
          ]),
      ...(id === undefined
        ? []
        : [{ title: "Why", text: `npm run ops -- investigate ${environment} ${id}`, isCode: true }]),
    ],
    links: [...first.links, ...links].slice(0, MAX_LINKS),
  };
}

/** The same card when nothing rings anymore. */
export function closeCard({ title, since, sections, links }: Card, until: number): Card {
  const text = `${formatTime(since)} to ${formatTime(until)} (${formatMinutes(until - since)})`;
  return {
    title: `Over: ${title}`,
    isUrgent: false,
    since,
    sections: [{ title: "From", text }, ...sections.filter((section) => section.title !== "Since")],
    links,
  };
}

/** One line about an incident that has become urgent, for services that cannot change a card. */
export function describeEscalation({ title, sections }: Card): string {
  const also = sections.find((section) => section.title === "Also")?.text;
  return `Now urgent: ${[title, ...(also?.split("\n") ?? [])].join("; ")}`;
}

/** One line about an incident that is over, for services that cannot change a card. */
export function describeEnd({ title, since }: Card, until: number): string {
  return `Over after ${formatMinutes(until - since)}: ${title}`;
}

/** What happened and where to look, as plain text, for a service that has refused the card. */
export function describePlainly({ title, links }: Card): string {
  return [title, ...links.map(({ text, url }) => `${text}: ${url}`)].join("\n");
}

function describeDeployed({ qualifier, version, at, previous }: NonNullable<Findings["deployed"]>, since: number) {
  const what = qualifier === undefined ? "the function, last changed" : `version ${version} on alias ${qualifier}`;
  const before = since - at;
  const when = before >= 0 ? `${formatMinutes(before)} before the alarm` : "after the alarm began";
  return `${what} (${formatTime(at)}, ${when})${previous === undefined ? "" : `; before it version ${previous}`}`;
}

/** As in `2026-11-29 22:40 UTC`. */
function formatTime(time: number): string {
  return `${new Date(time).toISOString().slice(0, 16).replace("T", " ")} UTC`;
}

function formatMinutes(milliseconds: number): string {
  const minutes = Math.round(milliseconds / MINUTE);
  if (minutes < 1) return "less than a minute";
  if (minutes < 120) return `${minutes} ${minutes === 1 ? "minute" : "minutes"}`;
  const hours = Math.round(minutes / 60);
  return hours < 48 ? `${hours} hours` : `${Math.round(hours / 24)} days`;
}
