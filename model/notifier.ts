import { type Environment } from "../environments/schema";
import { listWatchedFunctions } from "./watched-function";

/** A service that gets cards about alarms. */
export type NotifiedService = "slack" | "teams" | "pagerduty";

/** Where cards go. */
export interface Recipient {
  readonly service: NotifiedService;
  /** The sensitive Terraform variable with its secret. */
  readonly variable: string;
  /** The form of the secret: a regular expression of Terraform, and what it says. */
  readonly form: { readonly pattern: string; readonly expected: string };
  /** What is no secret. */
  readonly settings: Readonly<Record<string, string>>;
}

const WEBHOOK = "^https://[^\\\\s]+$";

/** The services that an environment's file names. */
export function listRecipients({ notify }: Pick<Environment, "notify">): Recipient[] {
  if (!notify) return [];
  const { slackVariable, slackChannel, teamsVariable, pagerdutyVariable, pagerdutyRegion = "us" } = notify;
  const all: (Omit<Recipient, "variable"> & { readonly variable: string | undefined })[] = [
    {
      service: "slack",
      variable: slackVariable,
      form:
        slackChannel === undefined
          ? { pattern: WEBHOOK, expected: "the address of an incoming webhook; for a bot's token, set slack_channel" }
          : {
              pattern: "^xoxb-[0-9A-Za-z-]+$",
              expected: "a bot's token, as in xoxb-…; a webhook needs no slack_channel",
            },
      settings: slackChannel === undefined ? {} : { channel: slackChannel },
    },
    {
      service: "teams",
      variable: teamsVariable,
      form: { pattern: WEBHOOK, expected: "the address of a workflow's webhook" },
      settings: {},
    },
    {
      service: "pagerduty",
      variable: pagerdutyVariable,
      // https://developer.pagerduty.com/docs/send-alert-event
      form: {
        pattern: "^[0-9A-Za-z]{32}$",
        expected: "the integration key of PagerDuty's Events API v2, 32 characters",
      },
      settings: { region: pagerdutyRegion },
    },
  ];
  return all.flatMap(({ variable, ...recipient }) => (variable === undefined ? [] : { ...recipient, variable }));
}

/** The objective of availability, as far as a card tells what is left of its error budget. */
export interface AvailabilityObjective {
  readonly targetPercent: number;
  readonly days: number;
}

/**
 * The objectives of availability by the functions' names in AWS. What most functions have is under `*`, which keeps it
 * small enough for an environment variable; null is none.
 */
export function listAvailabilityObjectives(environment: Environment): Record<string, AvailabilityObjective | null> {
  const all = listWatchedFunctions(environment).map(({ name, objectives: { availability } }) => {
    const { targetPercent, days } = availability ?? {};
    const objective = targetPercent === undefined || days === undefined ? null : { targetPercent, days };
    return { name, objective, text: JSON.stringify(objective) };
  });
  const count = (text: string) => all.filter((one) => one.text === text).length;
  const [usual] = [...all].sort((one, other) => count(other.text) - count(one.text));
  const own = all.filter(({ text }) => text !== usual?.text).map(({ name, objective }) => [name, objective] as const);
  return { "*": usual?.objective ?? null, ...Object.fromEntries(own) };
}

/** The encrypted parameter with a service's secret. */
export function formatParameterName(environment: string, service: NotifiedService): string {
  return `/warmwatch/${environment}/notify/${service}`;
}
