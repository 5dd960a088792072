import { expect, test } from "@jest/globals";
import { randomBytes } from "node:crypto";
import { statSync } from "node:fs";
import { join } from "node:path";
import { bundleFunctions } from "../../stacks/bundle";
import { findResource, makeProject, makeTemporaryFolder, makeTfvars, synthesizeProject } from "../support/project";

test("more code than Lambda takes unpacked is refused", async () => {
  const root = makeProject({ "functions/api/large.bin": new Uint8Array(251 * 2 ** 20) });

  const bundling = bundleFunctions(root, [{ name: "api", files: ["large.bin"] }], makeTemporaryFolder());

  await expect(bundling).rejects.toThrow(
    "functions/api/handler.ts: expected at most 250 MB of code unpacked, which is Lambda's limit, got 251.0 MB",
  );
});

test("a zip of more than 50 MB is uploaded as an object, from a file that Terraform finds", async () => {
  const root = makeProject({
    "environments/dev.tfvars": makeTfvars({ functions: 'api = { files = ["large.bin"] }' }),
    "functions/api/large.bin": randomBytes(51 * 2 ** 20),
  });

  const { stacks, outdir } = await synthesizeProject(root);

  const { source } = stacks["dev"] ? findResource(stacks["dev"], "aws_s3_object") : {};
  expect(statSync(join(outdir, "stacks/dev", String(source))).size).toBeGreaterThan(51 * 2 ** 20);
});
