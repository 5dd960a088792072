import { App } from "cdktf";
import { join } from "node:path";
import { InvalidInput } from "../../environments/mistakes";
import { findQuotaMistakes, findQuotaNotes } from "../quotas";
import { SynthesizedEnvironment } from "../synthesized";
import { type Account } from "./accounts";
import { BootstrapStack } from "./bootstrap-stack";

/** How and where bootstrap stacks are written. */
export interface BootstrapSynthesisProps {
  /** `owner/name` on GitHub. */
  readonly repository: string;
  /** Whether the stacks' own states are in the accounts' buckets; otherwise they are in files on this computer. */
  readonly stateInBucket: boolean;
  /** An existing folder; each account's stack gets one below its `stacks`. */
  readonly folder: string;
  /** Where that folder will be when Terraform runs, relative to the project's root. */
  readonly outdir: string;
}

/**
 * Writes the bootstrap stack of each account.
 *
 * @returns what exceeds quotas that AWS raises on request, one line each
 * @throws InvalidInput for what exceeds others: policies can be too large
 */
export function synthesizeBootstrap(
  accounts: readonly Account[],
  { repository, stateInBucket, folder, outdir }: BootstrapSynthesisProps,
): string[] {
  // As for environments: cdktf's own validation would look for terraform on the PATH.
  const app = new App({ outdir: folder, skipValidation: true });
  for (const account of accounts) {
    const stackFolder = join(outdir, "stacks", account.stackName);
    new BootstrapStack(app, account, { repository, stateInBucket, stackFolder });
  }
  app.synth();
  const synthesized = accounts.map(({ stackName, environments: [home] }) =>
    SynthesizedEnvironment.read({ ...home, name: stackName }, folder),
  );
  const mistakes = findQuotaMistakes(synthesized).map(({ message }) => ({ file: "bootstrap", message }));
  if (mistakes.length > 0) throw new InvalidInput(mistakes);
  return findQuotaNotes(synthesized);
}
