import {
  GetBucketEncryptionCommand,
  GetBucketVersioningCommand,
  GetPublicAccessBlockCommand,
  HeadBucketCommand,
  HeadObjectCommand,
  S3Client,
} from "@aws-sdk/client-s3";
import { type AwsAccess } from "./access";

/**
 * A bucket with its region, if S3 reports it; undefined if there is no such bucket.
 *
 * @throws AwsFailure
 */
export async function findStateBucket(
  aws: AwsAccess,
  bucket: string,
): Promise<{ readonly region?: string } | undefined> {
  const found = await aws.send("s3:ListBucket", S3Client, new HeadBucketCommand({ Bucket: bucket }));
  return found && { ...(found.BucketRegion !== undefined && { region: found.BucketRegion }) };
}

/** @throws AwsFailure */
export async function hasObject(aws: AwsAccess, bucket: string, key: string): Promise<boolean> {
  const found = await aws.send("s3:GetObject", S3Client, new HeadObjectCommand({ Bucket: bucket, Key: key }));
  return found !== undefined;
}

/** @throws AwsFailure */
export async function isVersioned(aws: AwsAccess, bucket: string): Promise<boolean> {
  const command = new GetBucketVersioningCommand({ Bucket: bucket });
  return (await aws.send("s3:GetBucketVersioning", S3Client, command))?.Status === "Enabled";
}

/**
 * A bucket's default encryption, as in `aws:kms`; undefined if it has none.
 *
 * @throws AwsFailure
 */
export async function readEncryption(aws: AwsAccess, bucket: string): Promise<string | undefined> {
  const command = new GetBucketEncryptionCommand({ Bucket: bucket });
  const found = await aws.send("s3:GetEncryptionConfiguration", S3Client, command);
  const [rule] = found?.ServerSideEncryptionConfiguration?.Rules ?? [];
  return rule?.ApplyServerSideEncryptionByDefault?.SSEAlgorithm;
}

/**
 * Whether a bucket itself blocks all public access.
 *
 * @throws AwsFailure
 */
export async function isClosed(aws: AwsAccess, bucket: string): Promise<boolean> {
  const command = new GetPublicAccessBlockCommand({ Bucket: bucket });
  const found = await aws.send("s3:GetBucketPublicAccessBlock", S3Client, command);
  const { BlockPublicAcls, BlockPublicPolicy, IgnorePublicAcls, RestrictPublicBuckets } =
    found?.PublicAccessBlockConfiguration ?? {};
  return [BlockPublicAcls, BlockPublicPolicy, IgnorePublicAcls, RestrictPublicBuckets].every((one) => one === true);
}
