import { type TopicMessage } from "./alarm";
import { connectServices, readConfiguration } from "./configuration";
import { IncidentTable } from "./incident-table";
import { notify } from "./notify";

/** The relevant part of Lambda's context: https://docs.aws.amazon.com/lambda/latest/dg/nodejs-context.html */
export interface NotifierContext {
  readonly awsRequestId: string;
  readonly getRemainingTimeInMillis: () => number;
}

/** What Lambda gets from a topic: https://docs.aws.amazon.com/lambda/latest/dg/with-sns.html */
export interface TopicEvent {
  readonly Records: readonly { readonly Sns: TopicMessage }[];
}

/** Time reserved at the end to remember what has been sent. */
const MARGIN_MILLISECONDS = 5000;

/**
 * Tells Slack, Teams or PagerDuty about alarms: one card for the alarms of a function that ring together.
 *
 * @throws Error if a service could not be told, so that Lambda tries again
 */
export async function handler({ Records }: TopicEvent, context: NotifierContext): Promise<void> {
  const stopsAt = Date.now() + context.getRemainingTimeInMillis();
  const endsAt = stopsAt - MARGIN_MILLISECONDS;
  const configuration = readConfiguration(process.env);
  const services = await connectServices(configuration.recipients);
  const table = new IncidentTable(configuration.table);
  for (const { Sns } of Records) {
    await notify(Sns, { configuration, services, table, requestId: context.awsRequestId, endsAt, stopsAt });
  }
}
