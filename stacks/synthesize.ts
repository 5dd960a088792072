import { App } from "cdktf";
import { copyFileSync, existsSync } from "node:fs";
import { join } from "node:path";
import { InvalidInput } from "../environments/mistakes";
import { LOCK_FILE } from "../environments/provider-lock";
import { type Environment } from "../environments/schema";
import { type Bundle } from "./bundle";
import { EnvironmentStack } from "./environment-stack";
import { type DefineInfrastructure } from "./infrastructure";
import { findNameClashes } from "./physical-names";
import { findQuotaMistakes, findQuotaNotes } from "./quotas";
import { summarizeStacks } from "./summary";
import { finishModule } from "./terraform-module";
import { SynthesizedEnvironment } from "./synthesized";

/** Input of stacks, and where they are written. */
export interface SynthesisProps {
  /** The code of the warmer and of every function, by what `identifyCode` says of it. */
  readonly bundles: ReadonlyMap<string, Bundle>;
  /** What functions need besides their settings, by name. */
  readonly infrastructure: ReadonlyMap<string, DefineInfrastructure>;
  /** An existing folder; each environment's stack gets one below its `stacks`. */
  readonly folder: string;
  /** Where that folder will be when Terraform runs, relative to the project's root; by default, its current place. */
  readonly outdir?: string;
  /** Whether plain Terraform will call each environment as a module; by default, each is run by itself. */
  readonly asModules?: boolean;
  /** Has a folder per environment with the lock file for Terraform; an environment without one is not locked. */
  readonly providers?: string;
}

/**
 * Writes the stack of each environment.
 *
 * @returns a readable summary of what has been synthesized
 * @throws InvalidInput if AWS would refuse it
 */
export function synthesize(
  environments: readonly Environment[],
  { bundles, infrastructure, folder, outdir = folder, asModules = false, providers }: SynthesisProps,
): string {
  // cdktf's own validation would look for terraform on the PATH. The environments' schema has already checked the same.
  const app = new App({ outdir: folder, skipValidation: true });
  const stacks = environments.map(
    (environment) =>
      new EnvironmentStack(app, environment, {
        bundles,
        infrastructure,
        stackFolder: asModules ? undefined : join(outdir, "stacks", environment.name),
      }),
  );
  app.synth();
  const synthesized = environments.map((environment) => SynthesizedEnvironment.read(environment, folder));
  const mistakes = [...findNameClashes(synthesized), ...findQuotaMistakes(synthesized)];
  if (mistakes.length > 0) throw new InvalidInput(mistakes);
  if (asModules) {
    for (const { name } of environments) finishModule(join(folder, "stacks", name));
  }
  if (providers !== undefined) {
    for (const { name } of environments) copyLockFile(join(providers, name), join(folder, "stacks", name));
  }
  return [summarizeStacks(stacks, bundles.values()), ...findQuotaNotes(synthesized)].join("\n");
}

function copyLockFile(from: string, to: string): void {
  const lockFile = join(from, LOCK_FILE);
  if (existsSync(lockFile)) copyFileSync(lockFile, join(to, LOCK_FILE));
}
