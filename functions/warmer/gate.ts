import { nameOf, type Warmed } from "./target";
import { sleepUntil } from "./time-limit";

/** The gate of a deployment: no traffic for a version that does not start, or answers with an error. */

/** How long what was just deployed may take to be in effect everywhere. */
const PATIENCE_MILLISECONDS = 30_000;
const PAUSE_MILLISECONDS = 1000;

/**
 * Warms a target, again and again while it is not ready yet.
 *
 * @param endsAt when the run has to end
 * @returns how it went the last time
 */
export async function whenReady(warm: () => Promise<Warmed>, endsAt: number): Promise<Warmed> {
  const patientUntil = Math.min(Date.now() + PATIENCE_MILLISECONDS, endsAt);
  for (;;) {
    const warmed = await warm();
    const again = Date.now() + PAUSE_MILLISECONDS;
    if (!warmed.failures.some(({ kind }) => kind === "not ready") || again >= patientUntil) return warmed;
    await sleepUntil(again);
  }
}

/** @throws Error that says which versions must not go live, and why */
export function checkGate(all: readonly Warmed[]): void {
  const problems = all.flatMap((warmed) => problemOf(warmed) ?? []);
  if (problems.length > 0) throw new Error(problems.join("; "));
}

function problemOf({ target, result, failures }: Warmed): string | undefined {
  const serious = failures.find(({ kind }) => kind === "function error" || kind === "not ready");
  // Throttling says nothing about the version, and functions need not be monitored.
  const silent = failures.find(({ kind }) => kind !== "throttled" && kind !== "not monitored");
  const failure = serious ?? (result.successful === 0 ? silent : undefined);
  // Found while no time was left.
  const reason = failure?.text ?? (result.invocations === 0 ? result.failures[0] : undefined);
  if (reason === undefined) return undefined;
  const version = target.version === undefined ? "" : `, version ${target.version}`;
  return `${nameOf(target)}${version} must not go live: ${reason}`;
}
