import { S3Bucket, type S3BucketConfig } from "@cdktf/provider-aws/lib/s3-bucket";
import { S3BucketOwnershipControls } from "@cdktf/provider-aws/lib/s3-bucket-ownership-controls";
import { S3BucketPolicy } from "@cdktf/provider-aws/lib/s3-bucket-policy";
import { S3BucketPublicAccessBlock } from "@cdktf/provider-aws/lib/s3-bucket-public-access-block";
import { S3BucketServerSideEncryptionConfigurationA } from "@cdktf/provider-aws/lib/s3-bucket-server-side-encryption-configuration";
import { type Construct } from "constructs";

/** A bucket that is encrypted, closed to the public, and accessible over TLS only. */
export function addPrivateBucket(scope: Construct, id: string, config: S3BucketConfig): S3Bucket {
  const created = new S3Bucket(scope, id, config);
  const common = { bucket: created.id, provider: config.provider };
  new S3BucketServerSideEncryptionConfigurationA(scope, `${id}_encryption`, {
    ...common,
    rule: [{ applyServerSideEncryptionByDefault: { sseAlgorithm: "AES256" } }],
  });
  const closed = new S3BucketPublicAccessBlock(scope, `${id}_not_public`, {
    ...common,
    blockPublicAcls: true,
    blockPublicPolicy: true,
    ignorePublicAcls: true,
    restrictPublicBuckets: true,
  });
  new S3BucketOwnershipControls(scope, `${id}_owner`, { ...common, rule: { objectOwnership: "BucketOwnerEnforced" } });
  new S3BucketPolicy(scope, `${id}_tls`, {
    ...common,
    policy: JSON.stringify({
      Version: "2012-10-17",
      Statement: [
        {
          Effect: "Deny",
          Principal: "*",
          Action: "s3:*",
          Resource: [created.arn, `${created.arn}/*`],
          Condition: { Bool: { "aws:SecureTransport": "false" } },
        },
      ],
    }),
    // S3 accepts changes to only one of these settings at a time.
    dependsOn: [closed],
  });
  return created;
}
