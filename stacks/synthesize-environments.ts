import { relative } from "node:path";
import { loadEnvironments } from "../environments/load";
import { InvalidInput } from "../environments/mistakes";
import { WARMER } from "../environments/names";
import { bundleFunctions } from "./bundle";
import { listFunctionCode } from "./function-code";
import { loadInfrastructure } from "./infrastructure";
import { renewOutput } from "./output-folder";
import { describeRemoved, findRemovedEnvironments } from "./removed-environments";

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

async function synthesizeAll(): Promise<void> {
  const outdir = relative(".", process.env["CDKTF_OUTDIR"] ?? "cdktf.out");
  const summary = await renewOutput(outdir, async (folder) => {
    // The warmer's bundle, the largest one, does not depend on the files: it is made while they are read and cdktf is
    // loaded.
    const bundlingWarmer = bundleFunctions(".", [{ name: WARMER }], folder);
    const [environments, { synthesize }, warmer] = await Promise.all([
      loadEnvironments("."),
      import("./synthesize"),
      bundlingWarmer,
    ]);
    const code = environments.flatMap(listFunctionCode);
    const [bundled, infrastructure] = await Promise.all([
      bundleFunctions(".", code, folder),
      loadInfrastructure(
        ".",
        code.map(({ name }) => name),
      ),
    ]);
    const bundles = new Map([...warmer, ...bundled]);
    const removed = findRemovedEnvironments(
      ".",
      outdir,
      environments.map(({ name }) => name),
    );
    const written = synthesize(environments, { bundles, infrastructure, folder, outdir, providers: "providers" });
    return [written, ...removed.map(describeRemoved)].join("\n");
  });
  console.log(`${summary}\n\nWritten to ${outdir}/stacks/<environment>. Next: npx cdktf deploy <environment>`);
}

/** A full disk or a folder without write permission: the user must fix it, and it is not a bug. */
function isSystemError(error: unknown): error is NodeJS.ErrnoException {
  return error instanceof Error && "syscall" in error;
}
