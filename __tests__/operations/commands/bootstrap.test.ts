import { describe, expect, test } from "@jest/globals";
import { existsSync, mkdirSync, readdirSync, writeFileSync } from "node:fs";
import { join } from "node:path";
import { renewOutput } from "../../../stacks/output-folder";
import { runCommand } from "../../support/command";

const FOLDER = "cdktf.out/bootstrap/stacks/bootstrap_account";

function tfvars(state: string): string {
  return `region = "eu-west-1"\nstate = { ${state} }\nfunctions = { api = {} }\n`;
}

const S3 = 'backend = "s3", bucket = "acme-states", key = "prod.tfstate", region = "eu-west-1"';
const CLOUD = 'backend = "cloud", organization = "acme", workspace = "prod"';

function run(args: readonly string[], prod = S3) {
  const files = {
    "environments/prod.tfvars": tfvars(prod),
    "environments/dev.tfvars": tfvars('backend = "local"'),
  };
  return runCommand(["bootstrap", ...args], { files });
}

test("says what it has written, and how to go on", async () => {
  const { root, exitCode, stdout, stderr } = await run(["acme/shop"]);

  expect(stdout).toEqual([
    FOLDER,
    "  account: the one you are signed in to",
    "  roles to plan and deploy: prod",
    "  buckets for states: acme-states",
    "",
    `Next: terraform -chdir=${FOLDER} init`,
    `      terraform -chdir=${FOLDER} apply`,
  ]);
  expect({ exitCode, stderr }).toEqual({ exitCode: 0, stderr: [] });
  expect(existsSync(join(root, FOLDER, "cdk.tf.json"))).toBe(true);
});

test("says it as JSON", async () => {
  const { stdout } = await run(["acme/shop", "--json"]);
  expect(stdout.map((line): unknown => JSON.parse(line))).toEqual([
    [{ folder: FOLDER, environments: ["prod"], buckets: ["acme-states"], notes: [] }],
  ]);
});

test("leaves the environments' stacks alone, and is left alone when they are renewed", async () => {
  const { root } = await run(["acme/shop"]);
  expect(readdirSync(join(root, "cdktf.out"))).toEqual(["bootstrap"]);

  await renewOutput(join(root, "cdktf.out"), async (folder) => {
    mkdirSync(join(folder, "stacks/prod"), { recursive: true });
    writeFileSync(join(folder, "manifest.json"), "{}");
  });

  expect(readdirSync(join(root, "cdktf.out/stacks"))).toEqual(["prod"]);
  expect(existsSync(join(root, FOLDER, "cdk.tf.json"))).toBe(true);
});

describe("writes nothing and says why, on one line", () => {
  test.each([
    [["acme"], S3, 'bootstrap: expected owner/name, got "acme"'],
    ...[
      "acme/*",
      "*/shop",
      "acme/..",
      "acme/shop.git",
      "acme/shop:ref",
      "acme/${shop}",
      "acme/shop\n",
      `${"a".repeat(40)}/shop`,
    ].map((text): [string[], string, string] => [
      [text],
      S3,
      `bootstrap: expected owner/name, got ${JSON.stringify(text)}`,
    ]),
    [
      ["acme/shop", "--state-in-bucket"],
      CLOUD,
      "bootstrap: --state-in-bucket: expected an environment with its state in S3, found none",
    ],
    [
      ["acme/shop"],
      'backend = "local"',
      'environments: expected an environment whose state.backend is "s3" or "cloud", found none',
    ],
  ])("%j", async (args, prod, message) => {
    const { root, exitCode, stdout, stderr } = await run(args, prod);
    expect({ exitCode, stdout, stderr }).toEqual({ exitCode: 2, stdout: [], stderr: [message] });
    expect(existsSync(join(root, "cdktf.out"))).toBe(false);
  });
});
