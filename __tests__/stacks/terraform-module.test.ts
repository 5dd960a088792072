import { expect, test } from "@jest/globals";
import { execFileSync } from "node:child_process";
import { mkdirSync, readFileSync, rmSync, writeFileSync } from "node:fs";
import { join } from "node:path";
import { finishModule, isForeignModule, replaceModule } from "../../stacks/terraform-module";
import { makeTemporaryFolder } from "../support/project";

test("a module that was written only in part is replaced by the next run", () => {
  const [from, folder] = [makeTemporaryFolder(), join(makeTemporaryFolder(), "dev")];
  writeFileSync(join(from, "cdk.tf.json"), JSON.stringify({ terraform: {} }));
  finishModule(from);
  const write = () => {
    replaceModule(from, folder);
  };

  mkdirSync(join(from, "assets"));
  // It cannot be copied.
  execFileSync("mkfifo", [join(from, "assets", "api.zip")]);

  expect(write).toThrow("pipe");
  const isForeign = isForeignModule(folder);
  rmSync(join(from, "assets", "api.zip"));
  writeFileSync(join(from, "assets", "api.zip"), "zip");
  write();

  expect(isForeign).toBe(false);
  expect(readFileSync(join(folder, "assets", "api.zip"), "utf8")).toBe("zip");
});
