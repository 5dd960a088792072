import { paginateListSubscriptionsByTopic, type Subscription } from "@aws-sdk/client-sns";
import { type Environment } from "../../environments/schema";
import { type DoctorReader } from "./aws";
import { type Check, fail, pass, memoize, type CheckVerdict, warn } from "./check";
import { type Identity } from "./identity";

/**
 * AWS writes it in the place of an ARN until somebody has confirmed:
 * https://docs.aws.amazon.com/sns/latest/api/API_Subscription.html
 */
const PENDING = "PendingConfirmation";

/** A subscriber that the environment's file names; a webhook's address is a secret. */
interface Subscriber {
  readonly who: string;
  readonly isThis: (subscription: Subscription) => boolean;
  readonly confirm: (topicArn: string) => string;
}

/** Whether alarms reach those who are to get them. */
export function buildSubscriptionChecks(
  aws: DoctorReader,
  environment: Environment,
  region: Check,
  identity: () => Promise<Identity>,
): Check[] {
  const { alarmEmails, urgentEmails, alarmWebhookVariable } = environment;
  const webhook = alarmWebhookVariable === undefined ? [] : [toWebhookSubscriber(alarmWebhookVariable)];
  const everything = [...alarmEmails.map(toEmailSubscriber), ...webhook];
  return [
    ...buildTopicChecks(
      aws,
      environment,
      { topic: "urgent", subscribers: [...everything, ...urgentEmails.map(toEmailSubscriber)] },
      region,
      identity,
    ),
    ...buildTopicChecks(aws, environment, { topic: "notice", subscribers: everything }, region, identity),
  ];
}

function buildTopicChecks(
  aws: DoctorReader,
  { name, region: place }: Environment,
  { topic, subscribers }: { readonly topic: "urgent" | "notice"; readonly subscribers: readonly Subscriber[] },
  region: Check,
  identity: () => Promise<Identity>,
): Check[] {
  const redeploy = `npx cdktf deploy ${name}`;
  const arn = memoize(async () => {
    const { partition, account } = await identity();
    return `arn:${partition}:sns:${place}:${account}:${name}-alarms-${topic}`;
  });
  const subscriptions = memoize(async () => readSubscriptions(aws, await arn()));
  const heard: Check = {
    name: `${topic} alarms`,
    needs: [region],
    look: async () => {
      const found = await subscriptions();
      if (!found) return fail(`there is no topic ${await arn()}`, redeploy);
      const confirmed = found.filter(isConfirmed).length;
      if (confirmed > 0) return pass(`reach ${confirmed} ${confirmed === 1 ? "subscriber" : "subscribers"}`);
      return subscribers.length > 0
        ? fail("reach nobody: nobody has confirmed", "have them confirm: the next lines say how")
        : warn("reach nobody", `set alarm_emails in environments/${name}.tfvars, and ${redeploy}`);
    },
  };
  const each = subscribers.map(({ who, isThis, confirm }): Check => ({
    name: `${topic} alarms: ${who}`,
    // It is told also when nobody else has confirmed.
    needs: [region],
    look: async (): Promise<CheckVerdict> => {
      const found = (await subscriptions())?.filter(isThis) ?? [];
      if (found.some(isConfirmed)) return pass("confirmed");
      return found.some(({ SubscriptionArn }) => SubscriptionArn === PENDING)
        ? fail("has not confirmed: gets nothing", confirm(await arn()))
        : fail("is not subscribed", redeploy);
    },
  }));
  return [heard, ...each];
}

function isConfirmed({ SubscriptionArn }: Subscription): boolean {
  return SubscriptionArn?.startsWith("arn:") ?? false;
}

function toEmailSubscriber(address: string): Subscriber {
  return {
    who: address,
    isThis: ({ Protocol, Endpoint }) => Protocol === "email" && Endpoint?.toLowerCase() === address.toLowerCase(),
    confirm: (topicArn) =>
      `follow the link in AWS's message to ${address}; to have it sent again: aws sns subscribe --topic-arn ${topicArn} --protocol email --notification-endpoint ${address}`,
  };
}

function toWebhookSubscriber(variable: string): Subscriber {
  return {
    who: `webhook in ${variable}`,
    isThis: ({ Protocol }) => Protocol === "https",
    confirm: (topicArn) =>
      `open the SubscribeURL that AWS sent to the webhook; to have it sent again: aws sns subscribe --topic-arn ${topicArn} --protocol https --notification-endpoint <its address>`,
  };
}

async function readSubscriptions(aws: DoctorReader, topicArn: string): Promise<Subscription[] | undefined> {
  return aws.find("sns:ListSubscriptionsByTopic", async ({ abortSignal }) => {
    const found: Subscription[] = [];
    const pages = paginateListSubscriptionsByTopic({ client: aws.sns }, { TopicArn: topicArn }, { abortSignal });
    for await (const { Subscriptions = [] } of pages) found.push(...Subscriptions);
    return found;
  });
}
