import { KmsKey } from "@cdktf/provider-aws/lib/kms-key";
import { KmsKeyPolicy } from "@cdktf/provider-aws/lib/kms-key-policy";
import { SnsTopic } from "@cdktf/provider-aws/lib/sns-topic";
import { SnsTopicPolicy } from "@cdktf/provider-aws/lib/sns-topic-policy";
import { SnsTopicSubscription } from "@cdktf/provider-aws/lib/sns-topic-subscription";
import { TerraformLocal } from "cdktf";
import { Construct } from "constructs";
import { type Environment } from "../../environments/schema";
import { selectArnPart } from "../arn";
import { type SensitiveVariables } from "../sensitive-variables";

const ALARM_SERVICE = { Service: "cloudwatch.amazonaws.com" };

/** Where an environment's alarms go: two encrypted topics and their subscribers. */
export class Notifications extends Construct {
  /** For urgent alarms. */
  readonly urgent: SnsTopic;
  /** For alarms to read during the day. */
  readonly notice: SnsTopic;
  /** The account's number and its partition, as in `aws`, from the key's ARN, without a call to AWS. */
  readonly account: string;
  readonly partition: string;

  constructor(scope: Construct, id: string, environment: Environment, sensitiveVariables: SensitiveVariables) {
    super(scope, id);
    const { name, alarmEmails, urgentEmails, alarmWebhookVariable } = environment;

    // With AWS's own key for SNS, alarms could not publish:
    // https://docs.aws.amazon.com/sns/latest/dg/sns-key-management.html
    const key = new KmsKey(this, "topics", {
      description: `Encrypts the alarms of ${name} on their way`,
      enableKeyRotation: true,
    });
    const fromArn = (part: string, index: number) =>
      new TerraformLocal(this, part, selectArnPart(key.arn, index)).asString;
    this.partition = fromArn("partition", 1);
    this.account = fromArn("account", 4);
    const thisAccount = { StringEquals: { "aws:SourceAccount": this.account } };
    const policy = new KmsKeyPolicy(this, "topics-policy", {
      keyId: key.keyId,
      policy: JSON.stringify({
        Version: "2012-10-17",
        Statement: [
          // The account itself, whose administrators grant access to its other users.
          {
            Effect: "Allow",
            Principal: { AWS: `arn:${this.partition}:iam::${this.account}:root` },
            Action: "kms:*",
            Resource: "*",
          },
          {
            Effect: "Allow",
            Principal: ALARM_SERVICE,
            Action: ["kms:Decrypt", "kms:GenerateDataKey*"],
            Resource: "*",
            Condition: thisAccount,
          },
        ],
      }),
    });

    const topic = (topicId: string) => {
      const created = new SnsTopic(this, topicId, {
        name: `${name}-alarms-${topicId}`,
        kmsMasterKeyId: key.keyId,
        dependsOn: [policy],
      });
      new SnsTopicPolicy(this, `${topicId}-policy`, {
        arn: created.arn,
        policy: JSON.stringify({
          Version: "2012-10-17",
          Statement: [
            {
              Effect: "Allow",
              Principal: ALARM_SERVICE,
              Action: "sns:Publish",
              Resource: created.arn,
              Condition: thisAccount,
            },
          ],
        }),
      });
      return created;
    };
    this.urgent = topic("urgent");
    this.notice = topic("notice");

    const subscribe = (topicId: "urgent" | "notice", subscriber: string, protocol: string, endpoint: string) =>
      new SnsTopicSubscription(this, `${topicId}-${subscriber}`, { topicArn: this[topicId].arn, protocol, endpoint });
    for (const address of [...alarmEmails, ...urgentEmails]) subscribe("urgent", formatId(address), "email", address);
    for (const address of alarmEmails) subscribe("notice", formatId(address), "email", address);
    if (alarmWebhookVariable !== undefined) {
      const address = sensitiveVariables.valueNamed(alarmWebhookVariable);
      subscribe("urgent", "webhook", "https", address);
      subscribe("notice", "webhook", "https", address);
    }
  }
}

/** As in `ops_40example_2ecom`: different for each address. */
function formatId(address: string): string {
  return address.replaceAll(/[^A-Za-z0-9-]/g, (character) => `_${character.charCodeAt(0).toString(16)}`);
}
