import { type AwsProvider } from "@cdktf/provider-aws/lib/provider";
import { S3Bucket } from "@cdktf/provider-aws/lib/s3-bucket";
import { S3BucketLifecycleConfiguration } from "@cdktf/provider-aws/lib/s3-bucket-lifecycle-configuration";
import { S3BucketOwnershipControls } from "@cdktf/provider-aws/lib/s3-bucket-ownership-controls";
import { S3BucketPolicy } from "@cdktf/provider-aws/lib/s3-bucket-policy";
import { S3BucketPublicAccessBlock } from "@cdktf/provider-aws/lib/s3-bucket-public-access-block";
import { S3BucketServerSideEncryptionConfigurationA } from "@cdktf/provider-aws/lib/s3-bucket-server-side-encryption-configuration";
import { S3BucketVersioningA } from "@cdktf/provider-aws/lib/s3-bucket-versioning";
import { type Construct } from "constructs";

/** How long a replaced state can be recovered. */
const OLD_VERSIONS_DAYS = 90;

/** The bucket to make. */
export interface StateBucketProps {
  readonly name: string;
  /** The AWS provider of the bucket's region. */
  readonly provider: AwsProvider;
}

/** A bucket for Terraform states: versioned, encrypted, closed to the public, over TLS only, and never destroyed. */
export function addStateBucket(scope: Construct, id: string, { name, provider }: StateBucketProps): S3Bucket {
  const lifecycle = { preventDestroy: true };
  const created = new S3Bucket(scope, id, { bucket: name, provider, lifecycle });
  const common = { bucket: created.id, provider };
  const versioning = new S3BucketVersioningA(scope, `${id}_versions`, {
    ...common,
    versioningConfiguration: { status: "Enabled" },
    lifecycle,
  });
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
  new S3BucketLifecycleConfiguration(scope, `${id}_old_versions`, {
    ...common,
    rule: [
      {
        id: "old-versions",
        status: "Enabled",
        filter: [{ prefix: "" }],
        noncurrentVersionExpiration: [{ noncurrentDays: OLD_VERSIONS_DAYS }],
        // Each released lock leaves a delete marker.
        expiration: [{ expiredObjectDeleteMarker: true }],
        abortIncompleteMultipartUpload: [{ daysAfterInitiation: 7 }],
      },
    ],
    dependsOn: [versioning],
  });
  return created;
}
