import { AwsAccess } from "../aws/access";
import { isWhollyOn, moveAlias } from "../aws/aliases";
import { type CommandContext } from "../cli/command-context";
import { OperationFailure } from "../cli/operation-failure";
import { showProgress } from "../cli/progress";
import { checkVersion, type VersionCheck } from "./check-version";
import { type RollbackPlan } from "./plan";
import { type RollbackSubject } from "./subject";

/** How a rollback ended. */
export interface RollbackResult {
  /** Undefined if traffic had the version already. */
  readonly check: VersionCheck | undefined;
  /** The aliases that were moved, in this order. */
  readonly moved: readonly string[];
  /** Why not all of them were. */
  readonly failure?: string;
}

/**
 * Checks and warms the version, and moves traffic and then pings to it. Once the first alias moves, Ctrl-C does not end
 * it: the second one follows within a second.
 *
 * @param onChecked called before anything moves
 * @throws OperationFailure if the version fails the check: nothing was moved
 */
export async function rollBack(
  subject: RollbackSubject,
  { live, warm, target: { version } }: RollbackPlan,
  onChecked: (check: VersionCheck) => void,
  context: CommandContext,
): Promise<RollbackResult> {
  const { environment, id, region } = subject;
  let check: VersionCheck | undefined;
  if (live.version !== version) {
    check = await checkFirst(subject, version, context);
    onChecked(check);
  }
  context.signal.throwIfAborted();
  const aws = new AwsAccess(region);
  const moved: string[] = [];
  for (const read of [live, warm].filter((one) => !isWhollyOn(one, version))) {
    try {
      await moveAlias(aws, read, version);
      moved.push(read.alias);
    } catch (error) {
      if (!(error instanceof OperationFailure)) throw error;
      const failure =
        read === live
          ? `Alias live could not be moved, and warm was left alone: ${error.message}`
          : `Alias live is on version ${version}, but warm could not be moved from ${read.version}: ${error.message}; to finish: npm run ops -- rollback ${environment} ${id} --to ${version}`;
      return { check, moved, failure };
    }
  }
  return { check, moved };
}

async function checkFirst(subject: RollbackSubject, version: string, context: CommandContext): Promise<VersionCheck> {
  const aws = new AwsAccess(subject.region, context.signal);
  try {
    return await showProgress(
      context,
      () => `Warming version ${version} of ${subject.name} …`,
      () => checkVersion(aws, subject, version, context),
    );
  } catch (error) {
    if (!(error instanceof OperationFailure)) throw error;
    throw new OperationFailure(
      `Nothing was moved, because version ${version} did not pass the check: ${error.message}; to move without it: docs/runbooks/errors.md#how-to-roll-back`,
    );
  }
}
