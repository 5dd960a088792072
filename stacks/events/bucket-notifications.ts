import { type LambdaAlias } from "@cdktf/provider-aws/lib/lambda-alias";
import { S3BucketNotification } from "@cdktf/provider-aws/lib/s3-bucket-notification";
import { Construct } from "constructs";
import { type EventSource, listEvents } from "../../environments/events";
import { type Environment } from "../../environments/schema";
import { findPartition } from "../../environments/regions";
import { selectArnPart } from "../arn";
import { allowInvocation } from "../invocation-permission";
import { findScope } from "./event-queues";

/** A function of the stack, as buckets invoke it. */
type NotifiedFunction = Construct & { readonly live: LambdaAlias };

/**
 * Notifications of buckets. A bucket has one list of them, whichever functions they are for:
 * https://docs.aws.amazon.com/AmazonS3/latest/API/API_PutBucketNotificationConfiguration.html
 */
export function addBucketNotifications(
  stack: Construct,
  { functions, region }: Environment,
  deployed: ReadonlyMap<string, NotifiedFunction>,
): void {
  const byBucket = new Map<string, { target: NotifiedFunction; event: string; source: EventSource<"s3"> }[]>();
  for (const [name, { events }] of Object.entries(functions)) {
    const target = deployed.get(name);
    if (!target) continue;
    for (const [event, source] of listEvents(events, "s3")) {
      byBucket.set(source.bucket, [...(byBucket.get(source.bucket) ?? []), { target, event, source }]);
    }
  }
  if (byBucket.size === 0) return;
  const buckets = new Construct(stack, "buckets");
  for (const [bucket, notifications] of byBucket) {
    const permissions = notifications.map(({ target, event }) =>
      allowInvocation(findScope(target, event), "permission", target.live, {
        principal: "s3.amazonaws.com",
        sourceArn: `arn:${findPartition(region)}:s3:::${bucket}`,
        // A deleted bucket's name can be taken by another account.
        sourceAccount: selectArnPart(target.live.arn, 4),
      }),
    );
    new S3BucketNotification(buckets, bucket, {
      bucket,
      lambdaFunction: notifications.map(({ target, event, source }) => ({
        id: `${target.node.id}-${event}`,
        lambdaFunctionArn: target.live.arn,
        events: [...source.events],
        filterPrefix: source.prefix,
        filterSuffix: source.suffix,
      })),
      dependsOn: permissions,
    });
  }
}
