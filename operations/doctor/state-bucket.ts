import { describeStateLocation } from "../../environments/names";
import { type StateSettings } from "../../environments/schema";
import { AwsAccess } from "../aws/access";
import { findStateBucket, hasObject, isClosed, isVersioned, readEncryption } from "../aws/buckets";
import { type Check, fail, pass, warn, makeCheck } from "./check";
import { type Examination } from "./examination";

type Bucket = Extract<StateSettings, { backend: "s3" }>;

/** Checks that an S3 bucket contains the state, and is versioned, encrypted and closed to the public. */
export function buildBucketChecks(
  { environment, aws: { signal }, redeploy }: Examination,
  state: Bucket,
  credentials: Check,
): Check[] {
  const { bucket, key, region } = state;
  const aws = new AwsAccess(region, signal);
  const location = describeStateLocation(environment.name, state);

  const reachable = makeCheck("state", [credentials], async () => {
    const found = await findStateBucket(aws, bucket);
    if (!found)
      return fail(`there is no bucket ${bucket}`, `make it as described in docs/delivery.md, or correct state.bucket`);
    const { region: is = region } = found;
    if (is !== region) return fail(`bucket ${bucket} is in ${is}`, `write region = "${is}" into state`);
    return (await hasObject(aws, bucket, key))
      ? pass(location)
      : warn(`${location} does not exist: nothing has been deployed`, redeploy);
  });
  const needs = [reachable];
  return [
    reachable,
    makeCheck("state versioned", needs, async () => {
      const enable = `aws s3api put-bucket-versioning --bucket ${bucket} --versioning-configuration Status=Enabled`;
      return (await isVersioned(aws, bucket))
        ? pass("earlier states can be recovered")
        : fail("an overwritten state cannot be recovered", enable);
    }),
    makeCheck("state encrypted", needs, async () => {
      const kind = await readEncryption(aws, bucket);
      return kind === undefined
        ? warn(
            "the bucket has no default, but Terraform's states are still encrypted",
            `aws s3api put-bucket-encryption --bucket ${bucket} --server-side-encryption-configuration '{"Rules":[{"ApplyServerSideEncryptionByDefault":{"SSEAlgorithm":"AES256"}}]}'`,
          )
        : pass(kind);
    }),
    makeCheck("state private", needs, async () => {
      return (await isClosed(aws, bucket))
        ? pass("closed to the public")
        : fail(
            "the bucket itself does not block public access, and states contain secrets",
            `aws s3api put-public-access-block --bucket ${bucket} --public-access-block-configuration BlockPublicAcls=true,IgnorePublicAcls=true,BlockPublicPolicy=true,RestrictPublicBuckets=true`,
          );
    }),
  ];
}
