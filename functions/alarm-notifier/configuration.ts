import { GetParameterCommand, SSMClient } from "@aws-sdk/client-ssm";
import { type AvailabilityObjective } from "../../model/notifier";
import { PagerDuty, type PagerDutyRegion } from "./pagerduty";
import { type Service } from "./service";
import { SlackBot, SlackWebhook } from "./slack";
import { TeamsWebhook } from "./teams";

/** Where an environment's cards go: the parameters that hold the secrets, and what is no secret. */
export interface Recipients {
  readonly slack?: { readonly parameter: string; readonly channel?: string | undefined } | undefined;
  readonly teams?: { readonly parameter: string } | undefined;
  readonly pagerduty?: { readonly parameter: string; readonly region: PagerDutyRegion } | undefined;
}

/** What the notifier gets in its environment variables. */
export interface Configuration {
  readonly environment: string;
  readonly region: string;
  readonly table: string;
  /** How the names of alarms end, as in `-errors`; what is before it names the function. */
  readonly alarmEnds: readonly string[];
  readonly recipients: Recipients;
  /** By the functions' names in AWS; `*` for all others. */
  readonly objectives: Readonly<Record<string, AvailabilityObjective | null>>;
}

/** A changed secret is used after this time. */
const KEPT_MILLISECONDS = 300_000;

const known = new Map<string, { readonly value: string; readonly until: number }>();

/** Reads the configuration that the stack has set. */
export function readConfiguration(variables: NodeJS.ProcessEnv): Configuration {
  const read = (name: string) => {
    const { [name]: value } = variables;
    if (value === undefined || value === "") throw new Error(`expected environment variable ${name}`);
    return value;
  };
  return {
    environment: read("ENVIRONMENT"),
    region: read("AWS_REGION"),
    table: read("INCIDENTS_TABLE"),
    alarmEnds: read("ALARM_ENDS").split(","),
    recipients: JSON.parse(read("RECIPIENTS")) as Recipients,
    objectives: JSON.parse(read("OBJECTIVES")) as Configuration["objectives"],
  };
}

/** The services that get cards, by their key. */
export async function connectServices({ slack, teams, pagerduty }: Recipients): Promise<ReadonlyMap<string, Service>> {
  const services = new Map<string, Service>();
  if (slack) {
    const secret = await readSecret(slack.parameter);
    if (!secret.startsWith("xoxb-")) services.set("slack", new SlackWebhook(secret));
    else if (slack.channel === undefined) throw new Error("expected notify.slack_channel, which a bot's token needs");
    else services.set("slack", new SlackBot(secret, slack.channel));
  }
  if (teams) services.set("teams", new TeamsWebhook(await readSecret(teams.parameter)));
  if (pagerduty) services.set("pagerduty", new PagerDuty(await readSecret(pagerduty.parameter), pagerduty.region));
  return services;
}

async function readSecret(parameter: string): Promise<string> {
  const secret = known.get(parameter);
  if (secret && Date.now() < secret.until) return secret.value;
  const client = new SSMClient();
  try {
    const { Parameter } = await client.send(new GetParameterCommand({ Name: parameter, WithDecryption: true }));
    const value = Parameter?.Value?.trim() ?? "";
    if (value === "") throw new Error(`expected a value in parameter ${parameter}`);
    known.set(parameter, { value, until: Date.now() + KEPT_MILLISECONDS });
    return value;
  } finally {
    client.destroy();
  }
}
