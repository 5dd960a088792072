import { type AwsProvider } from "@cdktf/provider-aws/lib/provider";
import { type S3Bucket } from "@cdktf/provider-aws/lib/s3-bucket";
import { S3BucketLifecycleConfiguration } from "@cdktf/provider-aws/lib/s3-bucket-lifecycle-configuration";
import { S3BucketVersioningA } from "@cdktf/provider-aws/lib/s3-bucket-versioning";
import { type Construct } from "constructs";
import { addPrivateBucket } from "../private-bucket";

/** How long a replaced state can be recovered. */
const OLD_VERSIONS_DAYS = 90;

/** The bucket to make. */
export interface StateBucketProps {
  readonly name: string;
  /** The AWS provider of the bucket's region. */
  readonly provider: AwsProvider;
}

/** A private bucket for Terraform states: versioned, and never destroyed. */
export function addStateBucket(scope: Construct, id: string, { name, provider }: StateBucketProps): S3Bucket {
  const lifecycle = { preventDestroy: true };
  const created = addPrivateBucket(scope, id, { bucket: name, provider, lifecycle });
  const common = { bucket: created.id, provider };
  const versioning = new S3BucketVersioningA(scope, `${id}_versions`, {
    ...common,
    versioningConfiguration: { status: "Enabled" },
    lifecycle,
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
