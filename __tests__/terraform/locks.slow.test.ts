import { beforeAll, describe, expect, test } from "@jest/globals";
import { cpSync, readFileSync, writeFileSync } from "node:fs";
import { join } from "node:path";
import { TerraformFolder, isTerraformUsable } from "../support/terraform";
import { cloneWithDev, typeCommands } from "../support/walkthrough";

const LOCK = ".terraform.lock.hcl";
const INIT = ["init", "-input=false", "-backend=false", "-lockfile=readonly"];

const usable = isTerraformUsable("that plans use the committed lock of their environment");

(usable ? describe : describe.skip)("the lock file of an environment", () => {
  let root: string;
  let stack: string;

  beforeAll(() => {
    root = cloneWithDev();
    cpSync("package/project/providers/versions.tf", join(root, "providers/dev/versions.tf"));
    // What `terraform providers lock` would write from a registry; a mirror on the disk is known to `init` alone.
    typeCommands(join(root, "providers/dev"), "terraform init -input=false");
    typeCommands(root, "npm run synth");
    stack = join(root, "cdktf.out/stacks/dev");
  });

  test("is made by Terraform itself from the folder that holds it", () => {
    expect(readFileSync(join(stack, LOCK), "utf8")).toMatch(/^ {2}version {5}= "[56]\./m);
  });

  test("is what a synthesized stack is initialized with, and stays as it is", () => {
    const folder = new TerraformFolder(stack);
    const { output } = folder.run(INIT);
    expect(output).toContain("Reusing previous version of hashicorp/aws from the dependency lock file");
    expect(readFileSync(join(folder.folder, LOCK), "utf8")).toBe(
      readFileSync(join(root, "providers/dev", LOCK), "utf8"),
    );
  });

  test("keeps a provider out that is not the one that was locked", () => {
    const folder = new TerraformFolder(stack);
    const lock = join(folder.folder, LOCK);
    writeFileSync(lock, readFileSync(lock, "utf8").replace(/"(h1|zh):.{8}/g, '"$1:00000000'));
    expect(folder.run(INIT, [1]).output.replaceAll(/[\s│]+/g, " ")).toContain("doesn't match any of the checksums");
  });
});
