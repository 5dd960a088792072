import { spawnSync } from "node:child_process";
import { cpSync, mkdirSync, readFileSync, rmSync, symlinkSync, writeFileSync } from "node:fs";
import { join, resolve } from "node:path";
import { HANDLER, temporaryFolder, tfvars } from "./project";

const PARTS = [
  "package.json",
  "package-lock.json",
  "cdktf.json",
  "tsconfig.json",
  "run.js",
  "main.ts",
  "environments",
  "functions",
  "performance",
  "stacks",
  "providers",
];

/**
 * A clone of this project with the environment `dev` alone, and a function that does nothing. Its state is in a file.
 *
 * @param installed whether it has the packages of this one
 */
export function cloneWithDev({ installed = true } = {}): string {
  const root = join(temporaryFolder(), "clone");
  mkdirSync(root);
  for (const path of PARTS) cpSync(path, join(root, path), { recursive: true });
  for (const name of ["staging", "prod"]) rmSync(join(root, `environments/${name}.tfvars`));
  writeFileSync(join(root, "environments/dev.tfvars"), tfvars());
  writeFileSync(join(root, "functions/api/handler.ts"), HANDLER);
  if (installed) symlinkSync(resolve("node_modules"), join(root, "node_modules"));
  return root;
}

/** What a page has in fences of a language, in order. */
export function fences(page: string, language: string): string[] {
  const text = readFileSync(page, "utf8");
  return [...text.matchAll(new RegExp(`\`\`\`${language}\\n([^]*?)\`\`\``, "g"))].map(([, code = ""]) => code);
}

/** Runs commands in a folder, as somebody would type them; returns what they print, and fails with that where one fails. */
export function type(root: string, commands: string, env: NodeJS.ProcessEnv = {}): string {
  const { status, stdout, stderr } = spawnSync("bash", ["-e", "-c", commands], {
    cwd: root,
    encoding: "utf8",
    maxBuffer: 1e8,
    env: { ...process.env, TF_IN_AUTOMATION: "1", CHECKPOINT_DISABLE: "1", TF_CLI_ARGS: "-no-color", ...env },
  });
  if (status !== 0) throw new Error(`exit code ${String(status)} of\n${commands}\n${stdout}${stderr}`);
  return stdout + stderr;
}
