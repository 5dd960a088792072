import { relative } from "node:path";
import { loadEnvironments } from "./environments/load";
import { InvalidInput } from "./environments/mistakes";
import { WARMER } from "./environments/names";
import { bundleFunctions } from "./stacks/bundle";
import { listFunctionCode } from "./stacks/function-code";
import { loadInfrastructure } from "./stacks/infrastructure";
import { renewOutput } from "./stacks/output-folder";
import { describeRemoved, findRemovedEnvironments } from "./stacks/removed-environments";

/** `npm run synth`: every `environments/*.tfvars` becomes one stack. Resolves to the exit code. */
export default async function main(): Promise<number> {
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
      import("./stacks/synthesize"),
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
