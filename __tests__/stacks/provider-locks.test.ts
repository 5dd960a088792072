import { describe, expect, test } from "@jest/globals";
import { existsSync, readFileSync } from "node:fs";
import { join } from "node:path";
import { loadEnvironments } from "../../environments/load";
import { bundleFunctions } from "../../stacks/bundle";
import { synthesize } from "../../stacks/synthesize";
import { makeProject, makeTemporaryFolder, makeTfvars } from "../support/project";

const LOCK = ".terraform.lock.hcl";

/** Synthesizes dev and prod, of which prod has a lock file; returns where their stacks are. */
async function synthesizeWithLock(providers?: string): Promise<string> {
  const root = makeProject({
    "environments/dev.tfvars": makeTfvars(),
    "environments/prod.tfvars": makeTfvars(),
    "providers/prod/.terraform.lock.hcl": "# the lock",
  });
  const folder = makeTemporaryFolder();
  const bundles = await bundleFunctions(root, [{ name: "warmer" }, { name: "api" }], folder);
  synthesize(await loadEnvironments(root), {
    bundles,
    infrastructure: new Map(),
    folder,
    ...(providers !== undefined && { providers: join(root, providers) }),
  });
  return join(folder, "stacks");
}

describe("a lock file", () => {
  test("that is committed is where Terraform looks for it; an environment without one has none", async () => {
    const stacks = await synthesizeWithLock("providers");
    expect(readFileSync(join(stacks, "prod", LOCK), "utf8")).toBe("# the lock");
    expect(existsSync(join(stacks, "dev", LOCK))).toBe(false);
  });

  test("is not needed", async () => {
    expect(existsSync(join(await synthesizeWithLock("nowhere"), "prod", LOCK))).toBe(false);
    expect(existsSync(join(await synthesizeWithLock(), "prod", LOCK))).toBe(false);
  });
});

describe("the providers that new environments get", () => {
  const file = (base: string) => readFileSync(join("package/project/providers", base), "utf8");
  const [, range = ""] = /AWS_PROVIDER_VERSION = "(.+)"/.exec(readFileSync("stacks/provider-version.ts", "utf8")) ?? [];

  test("allows what the stack allows", () => {
    expect(file("versions.tf")).toContain(`source  = "hashicorp/aws"\n      version = "${range}"\n`);
  });

  test("locks a version of that, by the hashes of packages", () => {
    const lock = file(LOCK);
    expect(lock).toContain(`constraints = "${range}"`);
    expect(lock).toMatch(/^ {2}version {5}= "(5\.\d{3}|6\.\d+)\.\d+"$/m);
    expect(lock).toMatch(/"(h1:[\w+/]{43}=|zh:[0-9a-f]{64})"/);
  });
});
