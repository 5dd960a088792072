import { expect, test } from "@jest/globals";
import {
  findResource,
  HANDLER_SOURCE,
  listAddresses,
  makeProject,
  makeTfvars,
  type StackUnderTest,
  synthesizeProject,
} from "../support/project";

const BROWSER = 'browser = { tags = { Team = "shop" } }';

async function synthesize(large: readonly string[], source = HANDLER_SOURCE) {
  const root = makeProject({
    "environments/dev.tfvars": makeTfvars({ functions: `api = {}\n${BROWSER}\nvideo = {}`, more: "protected = true" }),
    "functions/browser/handler.ts": source,
    "functions/video/handler.ts": HANDLER_SOURCE,
  });
  const { stacks, summary } = await synthesizeProject(root, large);
  return { dev: stacks["dev"] as StackUnderTest, summary };
}

const onS3 = (stack: StackUnderTest) => listAddresses(stack).filter((address) => address.startsWith("aws_s3_"));

test("a zip that Lambda does not take directly goes through a private bucket of the environment", async () => {
  const { dev, summary } = await synthesize(["browser", "video"]);

  expect(findResource(dev, "aws_lambda_function", "browser_function")).toMatchObject({
    s3_bucket: "${aws_s3_object.browser_zip.bucket}",
    s3_key: "${aws_s3_object.browser_zip.key}",
    source_code_hash: expect.any(String),
  });
  expect(findResource(dev, "aws_lambda_function", "browser_function")).not.toHaveProperty("filename");
  expect(findResource(dev, "aws_lambda_function", "api_function")).toHaveProperty("filename");
  expect(findResource(dev, "aws_s3_bucket")).toMatchObject({ bucket_prefix: "dev-zip-", force_destroy: true });
  expect(onS3(dev)).toEqual([
    "aws_s3_bucket.code",
    "aws_s3_bucket_ownership_controls.code_owner",
    "aws_s3_bucket_policy.code_tls",
    "aws_s3_bucket_public_access_block.code_not_public",
    "aws_s3_bucket_server_side_encryption_configuration.code_encryption",
    "aws_s3_object.browser_zip",
    "aws_s3_object.video_zip",
  ]);
  expect(summary).toContain(
    "dev: the zip of browser has 51 MB, and Lambda takes 50 MB: it goes through a bucket in S3\n",
  );
});

test("new code gets a new key, and the old zip goes last", async () => {
  const zips = await Promise.all(
    ["200", "201"].map(async (status) => {
      const { dev } = await synthesize(["browser"], HANDLER_SOURCE.replace("200", status));
      return findResource(dev, "aws_s3_object");
    }),
  );

  const keys = zips.map(({ key }) => key);
  expect(new Set(keys).size).toBe(2);
  for (const key of keys) expect(key).toMatch(/^browser\/[0-9a-f]{64}\.zip$/);
  expect(zips[0]).toMatchObject({ lifecycle: { create_before_destroy: true } });
});

test("an object in S3 gets no tags, of which it can have only ten", async () => {
  const { dev } = await synthesize(["browser"]);

  const zip = findResource(dev, "aws_s3_object");
  expect(zip).not.toHaveProperty("tags");
  expect(zip).toMatchObject({ override_provider: { default_tags: { tags: {} } } });
});

test("nothing is in S3 if all zips are small", async () => {
  expect(onS3((await synthesize([])).dev)).toEqual([]);
});
