import { describe, expect, test } from "@jest/globals";
import { readdirSync, readFileSync, writeFileSync } from "node:fs";
import { join } from "node:path";
import { skip, isTerraformUsable } from "../support/terraform";
import { cloneWithDev, readFences, typeCommands } from "../support/walkthrough";

const PAGE = "docs/leaving-cdktf.md";
const [keepStacks = "", installTerrain = "", takeOver = ""] = readFences(PAGE, "sh");
const FIVE_MINUTES_MS = 300_000;
const TWENTY_MINUTES_MS = 1_200_000;
const TAKEN = "infrastructure/stacks/dev";
const CREDENTIALS = { AWS_ACCESS_KEY_ID: "made-up", AWS_SECRET_ACCESS_KEY: "made-up" };

interface Stack {
  readonly "//": { readonly metadata: { readonly version: string } };
  readonly resource: Record<string, Record<string, Record<string, unknown>>>;
}

const stackIn = (folder: string) => JSON.parse(readFileSync(join(folder, "cdk.tf.json"), "utf8")) as Stack;

describe("what the way to CDK Terrain relies on", () => {
  const { devDependencies: installed } = JSON.parse(readFileSync("package.json", "utf8")) as {
    readonly devDependencies: Readonly<Record<string, string>>;
  };

  test("constructs is of versions that both accept", () => {
    expect(installed["constructs"]).toBe("~10.6.0");
  });

  test("nothing is imported but what the packages export at their roots", () => {
    const rooms = ["environments", "stacks", "local", "operations", "__tests__"];
    const imports = ["main.ts", ...rooms.flatMap((room) => sourcesIn(room))].flatMap((file) => [
      ...readFileSync(file, "utf8").matchAll(/from "((?:cdktf|constructs)(?:\/[^"]*)?)"/g),
    ]);
    expect(new Set(imports.map(([, name]) => name))).toEqual(new Set(["cdktf", "constructs"]));
  });

  test("the page and docs/decisions.md name the same version", () => {
    const named = (file: string) => /npm:cdktn@[\d.]+/.exec(readFileSync(file, "utf8"))?.[0];
    expect(named(PAGE)).toBeDefined();
    expect(named(PAGE)).toBe(named("docs/decisions.md"));
  });
});

const wanted = process.env["CDKTN"] === "1" || skip("the swap for CDK Terrain", "it is installed only with CDKTN=1");

(wanted ? describe : describe.skip)("CDK Terrain", () => {
  test(
    "takes cdktf's place, and synthesizes the same",
    () => {
      const root = cloneWithDev({ installed: false });
      typeCommands(root, "npm ci --no-audit --no-fund");
      // Benchmarks have packages of their own, and no part in this.
      typeCommands(root, `npm pkg set scripts.types="tsc --noEmit"`);

      typeCommands(root, keepStacks);
      const output = typeCommands(root, installTerrain);

      const [before, after] = [stackIn(join(root, "before/dev")), stackIn(join(root, "cdktf.out/stacks/dev"))];
      expect([before["//"].metadata.version, after["//"].metadata.version]).toEqual(["0.21.0", "0.24.0"]);
      expect({ ...after, "//": {} }).toEqual({ ...before, "//": {} });
      expect(output).not.toContain("Only in");
      typeCommands(root, "npm ci --no-audit --no-fund --dry-run");
    },
    TWENTY_MINUTES_MS,
  );
});

const usable = isTerraformUsable("taking a stack over to plain Terraform");

(usable ? describe : describe.skip)("a synthesized stack", () => {
  test(
    "is what Terraform takes without cdktf, with code and lock",
    () => {
      const root = cloneWithDev();
      typeCommands(root, takeOver.replace(/^.*plan.*$/m, `terraform -chdir=${TAKEN} validate`));
      expect(readdirSync(join(root, TAKEN))).toEqual(
        expect.arrayContaining([".terraform.lock.hcl", "assets", "cdk.tf.json"]),
      );
      expect(readdirSync(join(root, TAKEN, "assets")).length).toBeGreaterThan(0);
    },
    FIVE_MINUTES_MS,
  );
});

const emulated =
  usable &&
  (process.env["AWS_ENDPOINT_URL"] === undefined
    ? skip("taking a deployed stack over", "AWS_ENDPOINT_URL names no AWS emulator")
    : true);

(emulated ? describe : describe.skip)("a deployed stack", () => {
  test(
    "is taken over, and moves to HCL piece by piece, without changes",
    () => {
      const root = cloneWithDev();
      const deployed = "terraform -chdir=cdktf.out/stacks/dev";
      typeCommands(root, `npm run synth\n${deployed} init\n${deployed} apply -auto-approve`, CREDENTIALS);

      expect(typeCommands(root, takeOver, CREDENTIALS)).toContain("No changes.");

      const stack = stackIn(join(root, TAKEN));
      const { api_logs: logs, ...others } = stack.resource["aws_cloudwatch_log_group"] ?? {};
      writeFileSync(
        join(root, TAKEN, "cdk.tf.json"),
        JSON.stringify({ ...stack, resource: { ...stack.resource, aws_cloudwatch_log_group: others } }),
      );
      const attributes = Object.entries(logs ?? {}).filter(([, value]) => typeof value !== "object");
      const hcl = attributes.map(([key, value]) => `  ${key} = ${JSON.stringify(value)}\n`).join("");
      writeFileSync(join(root, TAKEN, "logs.tf"), `resource "aws_cloudwatch_log_group" "api_logs" {\n${hcl}}\n`);
      expect(typeCommands(root, `terraform -chdir=${TAKEN} plan -detailed-exitcode`, CREDENTIALS)).toContain(
        "No changes.",
      );

      typeCommands(root, `terraform -chdir=${TAKEN} destroy -auto-approve`, CREDENTIALS);
    },
    FIVE_MINUTES_MS,
  );
});

function sourcesIn(folder: string): string[] {
  return readdirSync(folder, { recursive: true, encoding: "utf8" })
    .filter((file) => file.endsWith(".ts"))
    .map((file) => join(folder, file));
}
