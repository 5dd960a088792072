import {
  GetBucketEncryptionCommand,
  GetBucketVersioningCommand,
  GetPublicAccessBlockCommand,
  HeadBucketCommand,
  HeadObjectCommand,
  S3Client,
} from "@aws-sdk/client-s3";
import { type AwsAccess, type CallOptions } from "./access";
import { AccessDenied, AwsFailure } from "./failure";

/** S3's errors for an object, or a bucket's setting, that does not exist. */
const MISSING = new Set([
  "NotFound",
  "NoSuchBucket",
  "NoSuchKey",
  "NoSuchPublicAccessBlockConfiguration",
  "ServerSideEncryptionConfigurationNotFoundError",
]);

/**
 * A bucket with its region, if S3 reports it; undefined if there is no such bucket.
 *
 * @throws AwsFailure
 */
export async function findBucket(aws: AwsAccess, bucket: string): Promise<{ readonly region?: string } | undefined> {
  const found = await find(aws, "s3:ListBucket", (client, options) =>
    client.send(new HeadBucketCommand({ Bucket: bucket }), options),
  );
  return found && { ...(found.BucketRegion !== undefined && { region: found.BucketRegion }) };
}

/** @throws AwsFailure */
export async function hasObject(aws: AwsAccess, bucket: string, key: string): Promise<boolean> {
  const found = await find(aws, "s3:GetObject", (client, options) =>
    client.send(new HeadObjectCommand({ Bucket: bucket, Key: key }), options),
  );
  return found !== undefined;
}

/** @throws AwsFailure */
export async function isVersioned(aws: AwsAccess, bucket: string): Promise<boolean> {
  const found = await find(aws, "s3:GetBucketVersioning", (client, options) =>
    client.send(new GetBucketVersioningCommand({ Bucket: bucket }), options),
  );
  return found?.Status === "Enabled";
}

/**
 * A bucket's default encryption, as in `aws:kms`; undefined if it has none.
 *
 * @throws AwsFailure
 */
export async function readEncryption(aws: AwsAccess, bucket: string): Promise<string | undefined> {
  const found = await find(aws, "s3:GetEncryptionConfiguration", (client, options) =>
    client.send(new GetBucketEncryptionCommand({ Bucket: bucket }), options),
  );
  const [rule] = found?.ServerSideEncryptionConfiguration?.Rules ?? [];
  return rule?.ApplyServerSideEncryptionByDefault?.SSEAlgorithm;
}

/**
 * Whether a bucket itself blocks all public access.
 *
 * @throws AwsFailure
 */
export async function isClosed(aws: AwsAccess, bucket: string): Promise<boolean> {
  const found = await find(aws, "s3:GetBucketPublicAccessBlock", (client, options) =>
    client.send(new GetPublicAccessBlockCommand({ Bucket: bucket }), options),
  );
  const { BlockPublicAcls, BlockPublicPolicy, IgnorePublicAcls, RestrictPublicBuckets } =
    found?.PublicAccessBlockConfiguration ?? {};
  return [BlockPublicAcls, BlockPublicPolicy, IgnorePublicAcls, RestrictPublicBuckets].every((one) => one === true);
}

function find<T>(
  aws: AwsAccess,
  action: string,
  call: (client: S3Client, options: CallOptions) => Promise<T>,
): Promise<T | undefined> {
  return aws.find(action, (options) => call(aws.client(S3Client), options).catch(asS3Says(action)));
}

/** S3 answers a HEAD request without a body, so only the status is known. */
function asS3Says(action: string): (error: unknown) => undefined {
  return (error) => {
    if (!(error instanceof Error)) throw error;
    const { $metadata: { httpStatusCode: status } = {} } = error as { $metadata?: { httpStatusCode?: number } };
    if (MISSING.has(error.name) || status === 404) return undefined;
    if (status === 403 && error.name !== "AccessDenied" && !/^(Invalid|Signature|Expired|Request)/.test(error.name)) {
      throw new AccessDenied(action, "status 403");
    }
    if (status === 301) throw new AwsFailure("the bucket is not in the region of state.region");
    throw error;
  };
}
