import { cpSync, mkdirSync, readdirSync, symlinkSync, writeFileSync } from "node:fs";
import { join, resolve } from "node:path";

/** Files that a synthesis does not read. A benchmark does not need Terraform's state either. */
const LEFT_OUT = /^(\.|node_modules$|benchmarks$|__tests__$|coverage$|cdktf\.out)|tfstate/;

const PACKAGES = "node_modules";

/** Writes a copy of this project that shares its packages, but not its cache. */
export function copyProject(folder: string, isWanted: (source: string) => boolean = () => true): void {
  mkdirSync(join(folder, PACKAGES), { recursive: true });
  for (const entry of readdirSync(".").filter((entry) => !LEFT_OUT.test(entry))) {
    cpSync(entry, join(folder, entry), { recursive: true, filter: isWanted });
  }
  for (const entry of readdirSync(PACKAGES).filter((entry) => entry !== ".cache")) {
    symlinkSync(resolve(PACKAGES, entry), join(folder, PACKAGES, entry), "junction");
  }
}

/**
 * Writes such a copy with environments `e0`, `e1`, … and in each the functions `f0`, `f1`, …, each with its own code.
 */
export function generateProject(folder: string, environments: number, functions: number): void {
  copyProject(folder, (source) => !source.endsWith(".tfvars"));

  const names = Array.from({ length: functions }, (_, index) => `f${index}`);
  for (const name of names) cpSync("functions/api", join(folder, "functions", name), { recursive: true });
  const settings = names.map((name) => `  ${name} = { endpoint = "iam" }\n`).join("");
  for (let index = 0; index < environments; index++) {
    writeFileSync(
      join(folder, "environments", `e${index}.tfvars`),
      `region = "eu-west-1"\nstate  = { backend = "local" }\nfunctions = {\n${settings}}\n`,
    );
  }
}
