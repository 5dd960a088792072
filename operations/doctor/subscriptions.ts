import { type Environment } from "../../environments/schema";
import { type AwsAccess } from "../aws/access";
import { type Identity } from "../aws/identity";
import { findSubscriptions, type Subscription } from "../aws/topics";
import { type Check, fail, pass, memoize, type CheckVerdict, warn } from "./check";

/** A subscriber that the environment's file names; a webhook's address is a secret. */
interface Subscriber {
  readonly who: string;
  readonly isThis: (subscription: Subscription) => boolean;
  readonly confirm: (topicArn: string) => string;
}

/** Checks that alarms reach their recipients. */
export function buildSubscriptionChecks(
  aws: AwsAccess,
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
  aws: AwsAccess,
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
  const subscriptions = memoize(async () => findSubscriptions(aws, await arn()));
  const heard: Check = {
    name: `${topic} alarms`,
    needs: [region],
    look: async () => {
      const found = await subscriptions();
      if (!found) return fail(`there is no topic ${await arn()}`, redeploy);
      const confirmed = found.filter(isConfirmed).length;
      if (confirmed > 0) return pass(`reach ${confirmed} ${confirmed === 1 ? "subscriber" : "subscribers"}`);
      return subscribers.length > 0
        ? fail("reach nobody: nobody has confirmed", "ask them to confirm: the next lines show how")
        : warn("reach nobody", `set alarm_emails in environments/${name}.tfvars, and ${redeploy}`);
    },
  };
  const each = subscribers.map(({ who, isThis, confirm }): Check => ({
    name: `${topic} alarms: ${who}`,
    // Shown even if nobody else has confirmed.
    needs: [region],
    look: async (): Promise<CheckVerdict> => {
      const found = (await subscriptions())?.filter(isThis) ?? [];
      if (found.some(isConfirmed)) return pass("confirmed");
      return found.some(({ isPending }) => isPending)
        ? fail("has not confirmed, so it gets nothing", confirm(await arn()))
        : fail("is not subscribed", redeploy);
    },
  }));
  return [heard, ...each];
}

function isConfirmed({ arn }: Subscription): boolean {
  return arn !== undefined;
}

function toEmailSubscriber(address: string): Subscriber {
  return {
    who: address,
    isThis: ({ protocol, endpoint }) => protocol === "email" && endpoint.toLowerCase() === address.toLowerCase(),
    confirm: (topicArn) =>
      `follow the link in AWS's message to ${address}; to get it again: aws sns subscribe --topic-arn ${topicArn} --protocol email --notification-endpoint ${address}`,
  };
}

function toWebhookSubscriber(variable: string): Subscriber {
  return {
    who: `webhook in ${variable}`,
    isThis: ({ protocol }) => protocol === "https",
    confirm: (topicArn) =>
      `open the SubscribeURL that AWS sent to the webhook; to get it again: aws sns subscribe --topic-arn ${topicArn} --protocol https --notification-endpoint <its address>`,
  };
}
