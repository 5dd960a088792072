import { InvalidInput } from "../../environments/mistakes";
import { limitConcurrency } from "../../functions/warmer/limit-concurrency";
import { AccessDenied } from "../aws/failure";
import { OperationFailure } from "../cli/operation-failure";

/** Maximum number of parallel checks: AWS throttles more. */
const AT_ONCE = 8;

/** The result of a check; `skipped` if a check that it needs has failed. */
export type CheckOutcome = "ok" | "warn" | "fail" | "skipped";

/** A check's result. */
export interface CheckVerdict {
  readonly outcome: CheckOutcome;
  /** One line. */
  readonly detail: string;
  /** The fix: a command, or a key of the environment's file; several commands are on separate lines. */
  readonly fix?: string;
}

/** One check. */
export interface Check {
  readonly name: string;
  /** Checks that this one needs; they come before it. */
  readonly needs: readonly Check[];
  readonly look: () => CheckVerdict | Promise<CheckVerdict>;
  /** The fix if the check cannot run. */
  readonly fix?: string;
}

/** A check with its result. */
export interface CheckFinding extends CheckVerdict {
  readonly check: string;
  /** For a skipped check: the failed check that caused it, directly or through other skipped checks. */
  readonly cause?: string;
}

/** It is correct. */
export function pass(detail: string): CheckVerdict {
  return { outcome: "ok", detail };
}

/** It works, but you should know about it. */
export function warn(detail: string, fix: string): CheckVerdict {
  return { outcome: "warn", detail, fix };
}

/** It must be fixed. */
export function fail(detail: string, fix: string): CheckVerdict {
  return { outcome: "fail", detail, fix };
}

/** A check that needs others. */
export function makeCheck(name: string, needs: readonly Check[], look: Check["look"], fix?: string): Check {
  return { name, needs, look, ...(fix !== undefined && { fix }) };
}

/** Computes something once, when it is first needed. */
export function memoize<T>(work: () => Promise<T>): () => Promise<T> {
  let result: Promise<T> | undefined;
  return () => (result ??= work());
}

/**
 * Runs all checks, several in parallel.
 *
 * @param seen called with each result
 * @returns the results in the order of the checks
 */
export async function examine(
  checks: readonly Check[],
  signal: AbortSignal,
  seen: () => void,
): Promise<readonly CheckFinding[]> {
  const limited = limitConcurrency(AT_ONCE);
  const findings = new Map<Check, Promise<CheckFinding>>();
  const find = async (check: Check): Promise<CheckFinding> => {
    const { name, needs } = check;
    const needed = await Promise.all(needs.flatMap((need) => findings.get(need) ?? []));
    const missing = needed.find(({ outcome }) => outcome === "fail" || outcome === "skipped");
    const verdict = missing ? skipBecauseOf(missing) : await limited(() => runCheck(check, signal));
    seen();
    return { check: name, ...verdict };
  };
  for (const check of checks) findings.set(check, find(check));
  return Promise.all(findings.values());
}

function skipBecauseOf({ check, cause = check }: CheckFinding): CheckVerdict & Pick<CheckFinding, "cause"> {
  return { outcome: "skipped", detail: `because of ${cause}`, cause };
}

async function runCheck(
  { look, fix = "try again; this check does not change anything" }: Check,
  signal: AbortSignal,
): Promise<CheckVerdict> {
  signal.throwIfAborted();
  try {
    return await look();
  } catch (error) {
    signal.throwIfAborted();
    if (error instanceof InvalidInput) return fail(error.message.replaceAll("\n", "; "), "correct what it names");
    if (error instanceof AccessDenied) return fail(error.message, `allow ${error.action} to these credentials`);
    if (error instanceof OperationFailure) return fail(error.message, fix);
    throw error;
  }
}
