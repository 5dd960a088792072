import { beforeAll, describe, expect, test } from "@jest/globals";
import { spawnSync } from "node:child_process";
import { cpSync, readFileSync, rmSync, writeFileSync } from "node:fs";
import { join } from "node:path";
import { temporaryFolder } from "../support/project";
import { TerraformFolder, terraformIsUsable } from "../support/terraform";

const TWO_MINUTES_MS = 120_000;
const LOCK = ".terraform.lock.hcl";
const INIT = ["init", "-input=false", "-backend=false", "-lockfile=readonly"];

const usable = terraformIsUsable("that plans use the committed lock of their environment");

(usable ? describe : describe.skip)("the lock file of prod", () => {
  let stack: string;

  beforeAll(() => {
    const outdir = join(temporaryFolder(), "cdktf.out");
    const { status } = spawnSync(process.execPath, ["run.js", "main.ts"], {
      env: { ...process.env, CDKTF_OUTDIR: outdir },
    });
    expect(status).toBe(0);
    stack = join(outdir, "stacks/prod");
  }, TWO_MINUTES_MS);

  test(
    "is what a synthesized stack is initialized with, and stays as it is",
    () => {
      const folder = new TerraformFolder(stack);
      const { output } = folder.run(INIT);
      expect(output).toContain("Reusing previous version of hashicorp/aws from the dependency lock file");
      expect(readFileSync(join(folder.folder, LOCK), "utf8")).toBe(readFileSync(join("providers/prod", LOCK), "utf8"));
    },
    TWO_MINUTES_MS,
  );

  test(
    "keeps a provider out that is not the one that was locked",
    () => {
      const folder = new TerraformFolder(stack);
      const lock = join(folder.folder, LOCK);
      writeFileSync(lock, readFileSync(lock, "utf8").replace(/"(h1|zh):.{8}/g, '"$1:00000000'));
      expect(folder.run(INIT, [1]).output.replaceAll(/[\s│]+/g, " ")).toContain("doesn't match any of the checksums");
    },
    TWO_MINUTES_MS,
  );

  test(
    "is made by Terraform itself from the folder that holds it",
    () => {
      const folder = new TerraformFolder("providers/prod");
      rmSync(join(folder.folder, LOCK));
      // What `terraform providers lock` would write from a registry; a mirror on the disk is known to `init` alone.
      folder.run(["init", "-input=false"]);
      const [, version] = /version {5}= "(.+)"/.exec(readFileSync(join(folder.folder, LOCK), "utf8")) ?? [];
      expect(version).toMatch(/^[56]\./);

      const stackOf = new TerraformFolder(stack);
      cpSync(join(folder.folder, LOCK), join(stackOf.folder, LOCK));
      expect(stackOf.run(INIT).output).toContain(`hashicorp/aws v${String(version)}`);
    },
    TWO_MINUTES_MS,
  );
});
