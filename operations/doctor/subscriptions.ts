import { formatDeployedName, NOTIFIER } from "../../environments/names";
import { findSubscriptions, type Subscription } from "../aws/topics";
import { type Check, fail, pass, memoize, warn, makeCheck } from "./check";
import { type Examination } from "./examination";

/** A subscriber that the environment's file names; a webhook's address is a secret. */
interface Subscriber {
  readonly who: string;
  readonly isThis: (subscription: Subscription) => boolean;
  readonly confirm: (topicArn: string) => string;
}

/** Checks that alarms reach their recipients. */
export function buildSubscriptionChecks(examination: Examination, region: Check): Check[] {
  const { name, alarmEmails, urgentEmails, alarmWebhookVariable, notify } = examination.environment;
  const webhook = alarmWebhookVariable === undefined ? [] : [toWebhookSubscriber(alarmWebhookVariable)];
  const notifier = notify ? [toNotifierSubscriber(formatDeployedName(name, NOTIFIER), examination.redeploy)] : [];
  const everything = [...alarmEmails.map(toEmailSubscriber), ...webhook, ...notifier];
  return [
    ...buildTopicChecks(examination, region, "urgent", [...everything, ...urgentEmails.map(toEmailSubscriber)]),
    ...buildTopicChecks(examination, region, "notice", everything),
  ];
}

function buildTopicChecks(
  { aws, environment: { name }, identity, redeploy }: Examination,
  region: Check,
  topic: "urgent" | "notice",
  subscribers: readonly Subscriber[],
): Check[] {
  const arn = memoize(async () => {
    const { partition, account } = await identity();
    return `arn:${partition}:sns:${aws.region}:${account}:${name}-alarms-${topic}`;
  });
  const subscriptions = memoize(async () => findSubscriptions(aws, await arn()));
  const heard = makeCheck(`${topic} alarms`, [region], async () => {
    const found = await subscriptions();
    if (!found) return fail(`there is no topic ${await arn()}`, redeploy);
    const confirmed = found.filter(isConfirmed).length;
    if (confirmed > 0) return pass(`reach ${confirmed} ${confirmed === 1 ? "subscriber" : "subscribers"}`);
    return subscribers.length > 0
      ? fail("reach nobody: nobody has confirmed", "ask them to confirm: the next lines show how")
      : warn("reach nobody", `set alarm_emails in environments/${name}.tfvars, and ${redeploy}`);
  });
  // Shown even if nobody has confirmed.
  const each = subscribers.map(({ who, isThis, confirm }) =>
    makeCheck(`${topic} alarms: ${who}`, [region], async () => {
      const found = (await subscriptions())?.filter(isThis) ?? [];
      if (found.some(isConfirmed)) return pass("confirmed");
      return found.some(({ isPending }) => isPending)
        ? fail("has not confirmed, so it gets nothing", confirm(await arn()))
        : fail("is not subscribed", redeploy);
    }),
  );
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

/** Lambda confirms by itself. */
function toNotifierSubscriber(name: string, redeploy: string): Subscriber {
  return {
    who: "notifier",
    isThis: ({ protocol, endpoint }) => protocol === "lambda" && endpoint.endsWith(`:function:${name}`),
    confirm: () => redeploy,
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
