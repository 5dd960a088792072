import { existsSync, mkdirSync, renameSync, rmSync } from "node:fs";
import { basename, dirname, join, relative, resolve } from "node:path";
import { loadEnvironments } from "../environments/load";
import { InvalidInput, makeInvalidInput } from "../environments/mistakes";
import { WARMER } from "../environments/names";
import { type Environment } from "../environments/schema";
import { bundleFunctions } from "./bundle";
import { listFunctionCode } from "./function-code";
import { loadInfrastructure } from "./infrastructure";
import { renewOutput } from "./output-folder";
import { describeRemoved, findRemovedEnvironments } from "./removed-environments";
import { type SynthesisProps } from "./synthesize";
import { TemporaryFolder } from "./temporary-folder";
import { MODULE_FILE } from "./terraform-module";

/**
 * Makes every `environments/*.tfvars` of the project in the current folder one stack, and prints a summary. Mistakes in
 * the project's files are printed, and nothing is written then. The output folder is `cdktf.out`, or what cdktf's
 * variable `CDKTF_OUTDIR` says.
 *
 * @returns the exit code
 */
export async function synthesizeEnvironments(): Promise<number> {
  try {
    await synthesizeAll();
    return 0;
  } catch (error) {
    if (!(error instanceof InvalidInput || isSystemError(error))) throw error;
    console.error(error.message);
    return 1;
  }
}

/**
 * Makes every environment of a project a module for plain Terraform, in a folder of its name.
 *
 * @param root the project's folder
 * @param target the modules' folder; of the same names in it, all is replaced
 * @returns the modules' folders
 * @throws InvalidInput with every mistake in the project's files
 */
export async function writeModules(root: string, target: string): Promise<string[]> {
  mkdirSync(dirname(resolve(target)), { recursive: true });
  const staging = new TemporaryFolder(`${resolve(target)}.`);
  try {
    const { environments } = await synthesizeProject(root, staging.path, { asModules: true });
    const modules = environments.map(({ name }) => join(target, name));
    const foreign = modules.find((module) => existsSync(module) && !existsSync(join(module, MODULE_FILE)));
    if (foreign !== undefined) throw makeInvalidInput(foreign, "expected a module that was written before, or nothing");
    mkdirSync(target, { recursive: true });
    for (const module of modules) {
      rmSync(module, { recursive: true, force: true });
      renameSync(join(staging.path, "stacks", basename(module)), module);
    }
    return modules;
  } finally {
    staging.remove();
  }
}

async function synthesizeAll(): Promise<void> {
  const outdir = relative(".", process.env["CDKTF_OUTDIR"] ?? "cdktf.out");
  const summary = await renewOutput(outdir, async (folder) => {
    const { environments, written } = await synthesizeProject(".", folder, { outdir, providers: "providers" });
    const removed = findRemovedEnvironments(
      ".",
      outdir,
      environments.map(({ name }) => name),
    );
    return [written, ...removed.map(describeRemoved)].join("\n");
  });
  console.log(`${summary}\n\nWritten to ${outdir}/stacks/<environment>. Next: npx cdktf deploy <environment>`);
}

/** Synthesizes a project into an existing folder. */
async function synthesizeProject(
  root: string,
  folder: string,
  props: Pick<SynthesisProps, "outdir" | "providers" | "asModules">,
): Promise<{ readonly environments: readonly Environment[]; readonly written: string }> {
  // The warmer's bundle, the largest one, does not depend on the files: it is made while they are read and cdktf is
  // loaded.
  const bundlingWarmer = bundleFunctions(root, [{ name: WARMER }], folder);
  const [environments, { synthesize }, warmer] = await Promise.all([
    loadEnvironments(root),
    import("./synthesize"),
    bundlingWarmer,
  ]);
  const code = environments.flatMap(listFunctionCode);
  const [bundled, infrastructure] = await Promise.all([
    bundleFunctions(root, code, folder),
    loadInfrastructure(
      root,
      code.map(({ name }) => name),
    ),
  ]);
  const bundles = new Map([...warmer, ...bundled]);
  return { environments, written: synthesize(environments, { ...props, bundles, infrastructure, folder }) };
}

/** A full disk or a folder without write permission: the user must fix it, and it is not a bug. */
function isSystemError(error: unknown): error is NodeJS.ErrnoException {
  return error instanceof Error && "syscall" in error;
}
