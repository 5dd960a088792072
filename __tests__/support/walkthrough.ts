import { spawnSync } from "node:child_process";
import { cpSync, mkdirSync, readdirSync, readFileSync, symlinkSync, writeFileSync } from "node:fs";
import { dirname, join, resolve } from "node:path";
import { HANDLER_SOURCE, makeTemporaryFolder, makeTfvars } from "./project";

/** The product's own files, as far as synthesis needs them: none that its users write. */
const PARTS = [
  "package.json",
  "package-lock.json",
  "cdktf.json",
  "tsconfig.json",
  "run.js",
  "main.ts",
  "functions/alarm-notifier",
  "functions/rollout-controller",
  "functions/warmer",
  "model",
  "performance",
  "rollout",
  "stacks",
  "warming",
];

/** How a project is cloned. */
interface Clone {
  /** The folder's name. */
  readonly name?: string;
  /** Whether it has the packages of this one. */
  readonly installed?: boolean;
}

/**
 * A clone of this project with environments and functions of its own.
 *
 * @param files the files that its users have written (path -> content)
 */
export function cloneProject(
  files: Readonly<Record<string, string>>,
  { name = "a clone", installed = true }: Clone = {},
): string {
  const root = join(makeTemporaryFolder(), name);
  const schema = readdirSync("environments").filter((file) => file.endsWith(".ts"));
  for (const path of [...PARTS, ...schema.map((file) => `environments/${file}`)]) {
    cpSync(path, join(root, path), { recursive: true });
  }
  for (const [path, content] of Object.entries(files)) {
    mkdirSync(dirname(join(root, path)), { recursive: true });
    writeFileSync(join(root, path), content);
  }
  if (installed) symlinkSync(resolve("node_modules"), join(root, "node_modules"));
  return root;
}

/** A clone of this project with the environment `dev` alone, its state in a file, and a function that does nothing. */
export function cloneWithDev(clone: Clone = {}): string {
  return cloneProject({ "environments/dev.tfvars": makeTfvars(), "functions/api/handler.ts": HANDLER_SOURCE }, clone);
}

/** What a page has in fences of a language, in order. */
export function readFences(page: string, language: string): string[] {
  const text = readFileSync(page, "utf8");
  return [...text.matchAll(new RegExp(`\`\`\`${language}\\n([^]*?)\`\`\``, "g"))].map(([, code = ""]) => code);
}

/**
 * Runs commands in a folder, as somebody would type them; returns what they print, and fails with that where one fails.
 */
export function typeCommands(root: string, commands: string, env: NodeJS.ProcessEnv = {}): string {
  const { status, stdout, stderr } = spawnSync("bash", ["-e", "-c", commands], {
    cwd: root,
    encoding: "utf8",
    maxBuffer: 1e8,
    env: { ...process.env, TF_IN_AUTOMATION: "1", CHECKPOINT_DISABLE: "1", TF_CLI_ARGS: "-no-color", ...env },
  });
  if (status !== 0) throw new Error(`exit code ${String(status)} of\n${commands}\n${stdout}${stderr}`);
  return stdout + stderr;
}
