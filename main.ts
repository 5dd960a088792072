import { App } from "cdktf";
import { join, relative } from "node:path";
import { loadEnvironments } from "./environments/load";
import { InvalidInput } from "./environments/mistakes";
import { WARMER } from "./environments/names";
import { bundleFunctions } from "./stacks/bundle";
import { EnvironmentStack } from "./stacks/environment-stack";
import { renewOutput } from "./stacks/output-folder";
import { summarize } from "./stacks/summary";

/** Every `environments/*.tfvars` becomes one stack. */
async function main(): Promise<void> {
  const outdir = relative(".", process.env["CDKTF_OUTDIR"] ?? "cdktf.out");
  const environments = await loadEnvironments(".");
  const stacks = await renewOutput(outdir, async (folder) => {
    const names = [WARMER, ...environments.flatMap(({ functions }) => Object.keys(functions))];
    const bundles = await bundleFunctions(".", names, folder);
    // cdktf's own validation would look for a terraform on the PATH; what it checks, the environments' schema has checked.
    const app = new App({ outdir: folder, skipValidation: true });
    const stacks = environments.map(
      (environment) =>
        new EnvironmentStack(app, environment, {
          bundles,
          stackFolder: join(outdir, "stacks", environment.name),
        }),
    );
    app.synth();
    return stacks;
  });
  console.log(
    `${summarize(stacks)}\n\nWritten to ${outdir}/stacks/<environment>. Next: npx cdktf deploy <environment>`,
  );
}

main().catch((error: unknown) => {
  if (!(error instanceof InvalidInput || isSystemError(error))) throw error;
  console.error(error.message);
  process.exitCode = 1;
});

/** A full disk, a folder that may not be written: the user's to mend, not a fault of the program. */
function isSystemError(error: unknown): error is NodeJS.ErrnoException {
  return error instanceof Error && "syscall" in error;
}
