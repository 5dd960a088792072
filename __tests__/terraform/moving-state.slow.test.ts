import { beforeAll, describe, expect, test } from "@jest/globals";
import { BucketAlreadyOwnedByYou, CreateBucketCommand, S3Client } from "@aws-sdk/client-s3";
import { existsSync, rmSync, writeFileSync } from "node:fs";
import { join } from "node:path";
import { makeTfvars } from "../support/project";
import { skip, isTerraformUsable } from "../support/terraform";
import { cloneWithDev, readFences, typeCommands } from "../support/walkthrough";

const TESTED = "moving the state as docs/moving-state.md says";
const FIVE_MINUTES_MS = 300_000;
const STACK = "cdktf.out/stacks/dev";

const PAGE = "docs/moving-state.md";
const [keepCopy = "", migrate = "", pushCopy = "", check = ""] = readFences(PAGE, "sh");
const [local = "", s3 = "", cloud = ""] = readFences(PAGE, "hcl");

const { AWS_ENDPOINT_URL: emulator } = process.env;
const usable = isTerraformUsable(TESTED);
const emulated = usable && (emulator === undefined ? skip(TESTED, "AWS_ENDPOINT_URL names no AWS emulator") : true);

/** Writes the environment's file with this line about its state. */
function keepStateIn(root: string, state: string): void {
  const file = makeTfvars().replace(/^state = .*$/m, state.trim());
  writeFileSync(join(root, "environments/dev.tfvars"), file);
}

(emulated ? describe : describe.skip)("the state", () => {
  const credentials = { AWS_ACCESS_KEY_ID: "made-up", AWS_SECRET_ACCESS_KEY: "made-up" };
  /** What an emulator without a domain of its own needs, of which AWS needs nothing. */
  const atEmulator = {
    TF_CLI_ARGS_init: "-backend-config=use_path_style=true -backend-config=skip_requesting_account_id=true",
  };
  const root = cloneWithDev();
  let before: string;
  const resources = () => typeCommands(root, `terraform -chdir=${STACK} state list`, credentials);

  beforeAll(async () => {
    const client = new S3Client({
      region: "eu-west-1",
      forcePathStyle: true,
      credentials: { accessKeyId: "made-up", secretAccessKey: "made-up" },
    });
    const configuration = { CreateBucketConfiguration: { LocationConstraint: "eu-west-1" as const } };
    const create = new CreateBucketCommand({ Bucket: "your-terraform-states", ...configuration });
    await client.send(create).catch((error: unknown) => {
      if (!(error instanceof BucketAlreadyOwnedByYou)) throw error;
    });
    keepStateIn(root, local);
    typeCommands(
      root,
      `npm run synth\nterraform -chdir=${STACK} init\nterraform -chdir=${STACK} apply -auto-approve`,
      credentials,
    );
    before = resources();
  }, FIVE_MINUTES_MS);

  test(
    "goes from a file to S3, and nothing is left to change",
    () => {
      expect(typeCommands(root, keepCopy, credentials)).toContain("No changes.");
      keepStateIn(root, s3);

      typeCommands(root, migrate, { ...credentials, ...atEmulator });
      rmSync(join(root, "terraform.dev.tfstate"));

      expect(typeCommands(root, check, credentials)).toContain("No changes.");
      expect(resources()).toBe(before);
    },
    FIVE_MINUTES_MS,
  );

  test(
    "goes from S3 to a file by way of the copy, and nothing is left to change",
    () => {
      expect(typeCommands(root, keepCopy, { ...credentials, ...atEmulator })).toContain("No changes.");
      keepStateIn(root, local);

      typeCommands(root, pushCopy, credentials);

      expect(existsSync(join(root, "terraform.dev.tfstate"))).toBe(true);
      expect(typeCommands(root, check, credentials)).toContain("No changes.");
      expect(resources()).toBe(before);
      typeCommands(root, `terraform -chdir=${STACK} destroy -auto-approve`, credentials);
    },
    FIVE_MINUTES_MS,
  );
});

(usable ? describe : describe.skip)("HCP Terraform", () => {
  test(
    "as a place for the state is accepted by Terraform",
    () => {
      const root = cloneWithDev();
      keepStateIn(root, cloud);
      typeCommands(root, `npm run synth\nterraform -chdir=${STACK} init -backend=false`);
      expect(typeCommands(root, `terraform -chdir=${STACK} validate`)).toContain("The configuration is valid");
    },
    FIVE_MINUTES_MS,
  );
});
