import { toOneLine } from "../../performance/foreign-text";
import { type Card } from "./card";
import { type Step } from "./incident";

/** What an incident's card is sent as. */
export interface Notice {
  readonly step: Step;
  readonly card: Card;
  /** Tells incidents apart: of different functions, accounts and regions. */
  readonly key: string;
  /** In milliseconds since 1970. */
  readonly now: number;
  /** What {@link Service.send} returned the last time; undefined for a new incident. */
  readonly reference: string | undefined;
}

/** Where cards go. */
export interface Service {
  /** Whether it can change a card that it shows. */
  readonly canUpdate: boolean;
  /**
   * Sends what a step needs.
   *
   * @returns what it needs to find the card again
   * @throws Refused if the service does not take it
   * @throws Error if it could not be reached, or asks to try again later
   */
  send(notice: Notice): Promise<string | undefined>;
  /** The same with a short text, for a service that has refused the card. */
  sendPlainly(text: string, notice: Notice): Promise<string | undefined>;
}

/** Thrown if a service does not take a message, and will not take it later either. */
export class Refused extends Error {
  override readonly name = "Refused";
}

/** A service's answer. */
export interface Answer {
  readonly status: number;
  readonly body: string;
}

const LONGEST_MILLISECONDS = 10_000;
const LONGEST_BODY = 300;

/** Answers that mean "later": https://www.rfc-editor.org/rfc/rfc9110#section-15.5.9 and RFC 6585, section 4. */
const LATER = new Set([408, 429]);

/**
 * Posts JSON.
 *
 * @param service its name, for errors: they never name the address, which is a secret
 * @throws Refused and Error as {@link Service.send}
 */
export async function postJson(
  service: string,
  url: string,
  body: object,
  { secret, headers = {} }: { readonly secret: string; readonly headers?: Readonly<Record<string, string>> },
): Promise<Answer> {
  const answer = await post(url, body, headers).catch((error: unknown) => describeUnreachable(service, error));
  if (answer instanceof Error) throw answer;
  const { status } = answer;
  if (status >= 200 && status < 300) return answer;
  const message = `${service} answered ${status}: ${toOneLine(answer.body.replaceAll(secret, "(masked)"), LONGEST_BODY)}`;
  throw status >= 400 && status < 500 && !LATER.has(status) ? new Refused(message) : new Error(message);
}

async function post(url: string, body: object, headers: Readonly<Record<string, string>>): Promise<Answer> {
  const response = await fetch(url, {
    method: "POST",
    headers: { "content-type": "application/json; charset=utf-8", ...headers },
    body: JSON.stringify(body),
    redirect: "error",
    signal: AbortSignal.timeout(LONGEST_MILLISECONDS),
  });
  return { status: response.status, body: await response.text() };
}

/** Without the original error, which may contain the address. */
function describeUnreachable(service: string, error: unknown): Error {
  const { name, cause } = error as Error & { readonly cause?: { readonly code?: unknown } };
  return new Error(`${service} could not be reached: ${typeof cause?.code === "string" ? cause.code : name}`);
}

/** At most this many characters, after each was replaced by what stands for it. */
export function fit(
  text: string,
  most: number,
  escape: (character: string) => string = (character) => character,
): string {
  let fitting = "";
  for (const character of text) {
    const escaped = escape(character);
    if (fitting.length + escaped.length >= most) return `${fitting}…`;
    fitting += escaped;
  }
  return fitting;
}
