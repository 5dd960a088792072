import { beforeEach, describe, expect, test } from "@jest/globals";
import { mkdirSync, readdirSync, utimesSync, writeFileSync } from "node:fs";
import { dirname, join } from "node:path";
import { renewOutput } from "../../stacks/output-folder";
import { readFiles, makeTemporaryFolder } from "../support/project";

let outdir: string;

beforeEach(() => {
  outdir = join(makeTemporaryFolder(), "cdktf.out");
});

function write(folder: string, files: Record<string, string>): void {
  for (const [path, content] of Object.entries(files)) {
    mkdirSync(dirname(join(folder, path)), { recursive: true });
    writeFileSync(join(folder, path), content);
  }
}

async function renew(files: Record<string, string>): Promise<void> {
  await renewOutput(outdir, (folder) => {
    write(folder, { "manifest.json": "{}", ...files });
    return Promise.resolve();
  });
}

describe("the output folder", () => {
  test("is made with what is written", async () => {
    await renew({ "stacks/dev/cdk.tf.json": "1", "stacks/dev/assets/api/A/api.zip": "zip" });
    expect(readFiles(outdir)).toEqual({
      "manifest.json": "{}",
      "stacks/dev/cdk.tf.json": "1",
      "stacks/dev/assets/api/A/api.zip": "zip",
    });
  });

  test("keeps what Terraform has put there, and no old code", async () => {
    await renew({ "stacks/dev/cdk.tf.json": "1", "stacks/dev/assets/api/A/api.zip": "old" });
    write(outdir, {
      "stacks/dev/.terraform/x": "provider",
      "stacks/dev/.terraform.lock.hcl": "lock",
      "stacks/dev/plan": "plan",
    });
    await renew({ "stacks/dev/cdk.tf.json": "2", "stacks/dev/assets/api/B/api.zip": "new" });
    expect(readFiles(outdir)).toEqual({
      "manifest.json": "{}",
      "stacks/dev/.terraform/x": "provider",
      "stacks/dev/.terraform.lock.hcl": "lock",
      "stacks/dev/plan": "plan",
      "stacks/dev/cdk.tf.json": "2",
      "stacks/dev/assets/api/B/api.zip": "new",
    });
  });

  test.each(["", "0", "half"])("is made where a lock was left without its owner: %j", async (content) => {
    write(outdir, { ".lock": content });
    utimesSync(join(outdir, ".lock"), new Date(0), new Date(0));

    await renew({ "stacks/dev/cdk.tf.json": "1" });

    expect(readdirSync(outdir)).toEqual(["manifest.json", "stacks"]);
  });

  test("loses the stacks of environments that are gone", async () => {
    await renew({ "stacks/dev/cdk.tf.json": "1", "stacks/qa/cdk.tf.json": "1" });
    await renew({ "stacks/dev/cdk.tf.json": "1" });
    expect(readdirSync(join(outdir, "stacks"))).toEqual(["dev"]);
  });

  test("stays as it was when writing fails, and nothing is left beside it", async () => {
    await renew({ "stacks/dev/cdk.tf.json": "1" });
    const before = readFiles(outdir);
    const failing = renewOutput(outdir, (folder) => {
      write(folder, { "stacks/dev/cdk.tf.json": "half" });
      return Promise.reject(new Error("no space left"));
    });
    await expect(failing).rejects.toThrow("no space left");
    expect(readFiles(outdir)).toEqual(before);
    expect(readdirSync(dirname(outdir))).toEqual(["cdktf.out"]);
  });
});
