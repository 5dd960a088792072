import { formatTargetName, type Warmed } from "./target";
import { sleepUntil } from "./time-limit";

/** The gate of a deployment: no traffic for a version that does not start, or answers with an error. */

/**
 * How long what was just deployed may take to be in effect everywhere, and requests to leave an instance to the gate.
 */
const PATIENCE_MILLISECONDS = 30_000;
const PAUSE_MILLISECONDS = 1000;

/**
 * Warms a target, again and again while it is not ready yet, or nothing but throttled.
 *
 * @param endsAt when the run has to end
 * @returns how it went the last time
 */
export async function warmWhenReady(warm: () => Promise<Warmed>, endsAt: number): Promise<Warmed> {
  const patientUntil = Math.min(Date.now() + PATIENCE_MILLISECONDS, endsAt);
  for (;;) {
    const warmed = await warm();
    const again = Date.now() + PAUSE_MILLISECONDS;
    const maySoon = warmed.failures.some(
      ({ kind }) => kind === "not ready" || (kind === "throttled" && !hasStarted(warmed)),
    );
    if (!maySoon || again >= patientUntil) return warmed;
    await sleepUntil(again);
  }
}

/** @throws Error that says which versions must not go live, and why */
export function checkGate(all: readonly Warmed[]): void {
  const problems = all.flatMap((warmed) => describeProblem(warmed) ?? []);
  if (problems.length > 0) throw new Error(problems.join("; "));
}

/**
 * Whether an instance has answered: as a monitored function does, or otherwise, because functions need not be
 * monitored.
 */
function hasStarted({ result, failures }: Warmed): boolean {
  return result.successful > 0 || failures.some(({ kind }) => kind === "not monitored");
}

function describeProblem(warmed: Warmed): string | undefined {
  const { target, result, failures } = warmed;
  const serious = failures.find(({ kind }) => kind === "function error" || kind === "not ready");
  if (!serious && hasStarted(warmed)) return undefined;
  const throttled = failures.every(({ kind }) => kind === "throttled") && failures.length > 0;
  const reason = throttled
    ? "throttled again and again, so no start is proven: deploy when fewer requests come, or raise reserved_concurrency"
    : (serious?.text ?? failures.find(({ kind }) => kind !== "throttled")?.text ?? result.failures[0] ?? "not pinged");
  const version = [undefined, target.qualifier].includes(target.version) ? "" : `, version ${target.version}`;
  return `${formatTargetName(target)}${version} must not go live: ${reason}`;
}
