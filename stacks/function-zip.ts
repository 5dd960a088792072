import { type LambdaFunctionConfig } from "@cdktf/provider-aws/lib/lambda-function";
import { type S3Bucket } from "@cdktf/provider-aws/lib/s3-bucket";
import { S3Object } from "@cdktf/provider-aws/lib/s3-object";
import { AssetType, TerraformAsset } from "cdktf";
import { Construct } from "constructs";
import { formatCodeBucketPrefix } from "../environments/names";
import { MAX_DIRECT_BYTES } from "../environments/platform";
import { type Bundle } from "./bundle";
import { addPrivateBucket } from "./private-bucket";

/** An environment's bucket for zips that Lambda does not take directly. It exists only if there is one. */
export class CodeBucket extends Construct {
  private bucket: S3Bucket | undefined;
  /** What it is for, one line per function. */
  readonly notes: string[] = [];

  constructor(
    scope: Construct,
    private readonly environment: string,
  ) {
    super(scope, "code");
  }

  /** @param path the zip's, relative to the stack */
  keep(functionName: string, path: string, { sourceCodeHash, zipBytes }: Bundle): S3Object {
    const [found, most] = [zipBytes, MAX_DIRECT_BYTES].map((bytes) => `${Math.ceil(bytes / 2 ** 20)} MB`);
    this.notes.push(
      `the zip of ${functionName} has ${found}, and Lambda takes ${most}: it goes through a bucket in S3`,
    );
    // Everything in it can be made again.
    this.bucket ??= addPrivateBucket(this, "code", {
      bucketPrefix: formatCodeBucketPrefix(this.environment),
      forceDestroy: true,
    });
    return new S3Object(this, `${functionName}_zip`, {
      bucket: this.bucket.id,
      // The hash gives new code a new key. Nothing is overwritten, so the bucket needs no versions.
      key: `${functionName}/${Buffer.from(sourceCodeHash, "base64").toString("hex")}.zip`,
      source: path,
      // An object can have only 10 tags: https://docs.aws.amazon.com/AmazonS3/latest/userguide/object-tagging.html
      overrideProvider: { defaultTags: { tags: {} } },
      lifecycle: { createBeforeDestroy: true },
    });
  }
}

/** Adds a function's zip, and says where Lambda finds it. */
export function addZip(
  scope: Construct,
  bundle: Bundle,
  bucket: CodeBucket,
): Pick<LambdaFunctionConfig, "filename" | "s3Bucket" | "s3Key"> {
  const { path } = new TerraformAsset(scope, "code", { path: bundle.zipFile, type: AssetType.FILE });
  if (bundle.zipBytes <= MAX_DIRECT_BYTES) return { filename: path };
  const { bucket: s3Bucket, key: s3Key } = bucket.keep(scope.node.id, path, bundle);
  return { s3Bucket, s3Key };
}
