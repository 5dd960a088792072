import { InvalidInput } from "../../environments/mistakes";
import { limitConcurrency } from "../../functions/warmer/limit-concurrency";
import { AccessDenied } from "../aws/failure";
import { OperationFailure } from "../cli/operation-failure";

/** So many checks look at once at most: AWS throttles who asks for more. */
const AT_ONCE = 8;

/** How a check came out; what needs one that is not there is `skipped`. */
export type CheckOutcome = "ok" | "warn" | "fail" | "skipped";

/** What a check has found. */
export interface CheckVerdict {
  readonly outcome: CheckOutcome;
  /** One line. */
  readonly detail: string;
  /** What to do about it: a command, or a key of the environment's file; several commands are one a line. */
  readonly mend?: string;
}

/** One thing that has to be right. */
export interface Check {
  readonly name: string;
  /** Checks without which this one tells nothing; they stand before it. */
  readonly needs?: readonly Check[];
  readonly look: () => CheckVerdict | Promise<CheckVerdict>;
  /** What to do when it cannot be looked at. */
  readonly mend?: string;
}

/** A check and its verdict. */
export interface CheckFinding extends CheckVerdict {
  readonly check: string;
  /** Of one that was skipped: the failed check that kept it, directly or through others that were skipped. */
  readonly cause?: string;
}

/** It is as it has to be. */
export function pass(detail: string): CheckVerdict {
  return { outcome: "ok", detail };
}

/** It works, but somebody should know. */
export function warn(detail: string, mend: string): CheckVerdict {
  return { outcome: "warn", detail, mend };
}

/** It has to be mended. */
export function fail(detail: string, mend: string): CheckVerdict {
  return { outcome: "fail", detail, mend };
}

/** Works something out once, when it is first asked for. */
export function memoize<T>(work: () => Promise<T>): () => Promise<T> {
  let result: Promise<T> | undefined;
  return () => (result ??= work());
}

/**
 * Looks at everything, several things at once.
 *
 * @param seen hears of each finding
 * @returns the findings in the order of the checks
 */
export async function examine(
  checks: readonly Check[],
  signal: AbortSignal,
  seen: () => void,
): Promise<readonly CheckFinding[]> {
  const limited = limitConcurrency(AT_ONCE);
  const findings = new Map<Check, Promise<CheckFinding>>();
  const find = async (check: Check): Promise<CheckFinding> => {
    const { name, needs = [] } = check;
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
  return { outcome: "skipped", detail: `because of: ${cause}`, cause };
}

async function runCheck(
  { look, mend = "try again; this check changes nothing" }: Check,
  signal: AbortSignal,
): Promise<CheckVerdict> {
  signal.throwIfAborted();
  try {
    return await look();
  } catch (error) {
    signal.throwIfAborted();
    if (error instanceof InvalidInput) return fail(error.message.replaceAll("\n", "; "), "correct what it names");
    if (error instanceof AccessDenied) return fail(error.message, `allow ${error.action} to these credentials`);
    if (error instanceof OperationFailure) return fail(error.message, mend);
    throw error;
  }
}
