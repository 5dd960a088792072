import {
  GetBucketEncryptionCommand,
  GetBucketVersioningCommand,
  GetPublicAccessBlockCommand,
  HeadBucketCommand,
  HeadObjectCommand,
  S3Client,
} from "@aws-sdk/client-s3";
import { describeStateLocation } from "../../environments/names";
import { type Environment, type StateSettings } from "../../environments/schema";
import { AccessDenied, waitForAws, AwsFailure, MAX_ATTEMPTS } from "../aws/failure";
import { type Check, fail, pass, warn } from "./check";

type Bucket = Extract<StateSettings, { backend: "s3" }>;

/** Errors by which S3 says that a thing, or a setting of a bucket, is not there. */
const MISSING = new Set([
  "NotFound",
  "NoSuchBucket",
  "NoSuchKey",
  "NoSuchPublicAccessBlockConfiguration",
  "ServerSideEncryptionConfigurationNotFoundError",
]);

/** Whether an S3 bucket holds the state, and is versioned, encrypted and closed to the public. */
export function buildBucketChecks(
  environment: Environment,
  state: Bucket,
  credentials: Check,
  signal: AbortSignal,
): Check[] {
  const { bucket, key, region } = state;
  const client = new S3Client({ region, maxAttempts: MAX_ATTEMPTS });
  const options = { abortSignal: signal };
  const find = <T>(action: string, call: Promise<T>) =>
    waitForAws(call.catch(asS3Says(action)), { region, action, notFound: "" });
  const location = describeStateLocation(environment.name, state);

  const reachable: Check = {
    name: "state",
    needs: [credentials],
    look: async () => {
      const found = await find("s3:ListBucket", client.send(new HeadBucketCommand({ Bucket: bucket }), options));
      if (!found)
        return fail(`there is no bucket ${bucket}`, `make it as docs/delivery.md says, or correct state.bucket`);
      const { BucketRegion: is = region } = found;
      if (is !== region) return fail(`bucket ${bucket} is in ${is}`, `write region = "${is}" into state`);
      const object = new HeadObjectCommand({ Bucket: bucket, Key: key });
      return (await find("s3:GetObject", client.send(object, options)))
        ? pass(location)
        : warn(`${location} is not there: nothing has been deployed`, `npx cdktf deploy ${environment.name}`);
    },
  };
  const needs = [reachable];
  return [
    reachable,
    {
      name: "state versioned",
      needs,
      look: async () => {
        const call = client.send(new GetBucketVersioningCommand({ Bucket: bucket }), options);
        const found = await find("s3:GetBucketVersioning", call);
        const enable = `aws s3api put-bucket-versioning --bucket ${bucket} --versioning-configuration Status=Enabled`;
        return found?.Status === "Enabled"
          ? pass("earlier states can be had back")
          : fail("a state that is overwritten cannot be had back", enable);
      },
    },
    {
      name: "state encrypted",
      needs,
      look: async () => {
        const call = client.send(new GetBucketEncryptionCommand({ Bucket: bucket }), options);
        const [rule] =
          (await find("s3:GetEncryptionConfiguration", call))?.ServerSideEncryptionConfiguration?.Rules ?? [];
        const kind = rule?.ApplyServerSideEncryptionByDefault?.SSEAlgorithm;
        return kind === undefined
          ? warn(
              "the bucket has no default, Terraform's states are encrypted all the same",
              `aws s3api put-bucket-encryption --bucket ${bucket} --server-side-encryption-configuration '{"Rules":[{"ApplyServerSideEncryptionByDefault":{"SSEAlgorithm":"AES256"}}]}'`,
            )
          : pass(kind);
      },
    },
    {
      name: "state private",
      needs,
      look: async () => {
        const call = client.send(new GetPublicAccessBlockCommand({ Bucket: bucket }), options);
        const found = (await find("s3:GetBucketPublicAccessBlock", call))?.PublicAccessBlockConfiguration ?? {};
        const { BlockPublicAcls, BlockPublicPolicy, IgnorePublicAcls, RestrictPublicBuckets } = found;
        return BlockPublicAcls && BlockPublicPolicy && IgnorePublicAcls && RestrictPublicBuckets
          ? pass("closed to the public")
          : fail(
              "the bucket itself does not refuse public access, and states hold secrets",
              `aws s3api put-public-access-block --bucket ${bucket} --public-access-block-configuration BlockPublicAcls=true,IgnorePublicAcls=true,BlockPublicPolicy=true,RestrictPublicBuckets=true`,
            );
      },
    },
  ];
}

/** S3 answers a HEAD without a body: all that it says is the status. */
function asS3Says(action: string): (error: unknown) => undefined {
  return (error) => {
    if (!(error instanceof Error)) throw error;
    const { $metadata: { httpStatusCode: status } = {} } = error as { $metadata?: { httpStatusCode?: number } };
    if (MISSING.has(error.name) || status === 404) return undefined;
    if (status === 403 && error.name !== "AccessDenied" && !/^(Invalid|Signature|Expired|Request)/.test(error.name)) {
      throw new AccessDenied(action, "status 403");
    }
    if (status === 301) throw new AwsFailure("the bucket is in another region than state.region says");
    throw error;
  };
}
