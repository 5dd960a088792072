import { tmpdir } from "node:os";
import { join, relative } from "node:path";
import { loadEnvironments } from "../environments/load";
import { InvalidInput, makeInvalidInput } from "../environments/mistakes";
import { WARMER } from "../environments/names";
import { type Environment } from "../environments/schema";
import { explainFileError, isSystemError } from "../environments/text-file";
import { bundleFunctions } from "./bundle";
import { listFunctionCode, listOwnCode } from "./function-code";
import { loadInfrastructure } from "./infrastructure";
import { renewOutput } from "./output-folder";
import { describeRemoved, findRemovedEnvironments } from "./removed-environments";
import { type SynthesisProps } from "./synthesize";
import { TemporaryFolder } from "./temporary-folder";
import { isForeignModule, replaceModule } from "./terraform-module";

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
 * Makes every environment of a project a module for plain Terraform, in a folder of its name. What else is in such a
 * folder stays.
 *
 * @param root the project's folder
 * @param target the modules' folder
 * @returns the modules' folders
 * @throws InvalidInput with every mistake in the project's files, for somebody else's module, and for a folder that
 *   cannot be written
 */
export async function writeModules(root: string, target: string): Promise<string[]> {
  const staging = new TemporaryFolder(join(tmpdir(), "warmwatch-modules-"));
  try {
    const { environments } = await synthesizeProject(root, staging.path, { asModules: true });
    const modules = environments.map(({ name }) => ({ name, folder: join(target, name) }));
    const foreign = modules.find(({ folder }) => isForeignModule(folder));
    if (foreign) throw makeInvalidInput(foreign.folder, "expected a module that was written before, or none");
    for (const { name, folder } of modules) replaceModule(join(staging.path, "stacks", name), folder);
    return modules.map(({ folder }) => folder);
  } catch (error) {
    if (!isSystemError(error)) throw error;
    throw makeInvalidInput(target, `cannot be written: ${explainFileError(error)}`);
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
  const own = environments.flatMap(listOwnCode).filter(({ name }) => name !== WARMER);
  const [bundled, infrastructure] = await Promise.all([
    bundleFunctions(root, [...own, ...code], folder),
    loadInfrastructure(
      root,
      code.map(({ name }) => name),
    ),
  ]);
  const bundles = new Map([...warmer, ...bundled]);
  return { environments, written: synthesize(environments, { ...props, bundles, infrastructure, folder }) };
}
