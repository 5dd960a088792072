import { formatTargetName, type Warmed } from "./target";
import { sleepUntil } from "./time-limit";

/** The gate of a deployment: no traffic for a version that does not start, or answers with an error. */

/** How long a deployment may take to be in effect everywhere, and how long the gate waits for a free instance. */
const PATIENCE_MILLISECONDS = 30_000;
const PAUSE_MILLISECONDS = 1000;

/**
 * Warms a target, and retries while it is not ready yet or all pings are throttled.
 *
 * @param endsAt when the run must end
 * @returns the result of the last try
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

/** @throws Error that names the versions that must not go live, and why */
export function checkGate(all: readonly Warmed[]): void {
  const problems = all.flatMap((warmed) => describeProblem(warmed) ?? []);
  if (problems.length > 0) throw new Error(problems.join("; "));
}

/**
 * Whether an instance has answered, either as a monitored function does or in another way, because functions do not
 * have to be monitored.
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
    ? "throttled repeatedly, so no start is proven: deploy when there are fewer requests, or raise reserved_concurrency"
    : (serious?.text ?? failures.find(({ kind }) => kind !== "throttled")?.text ?? result.failures[0] ?? "not pinged");
  const version = [undefined, target.qualifier].includes(target.version) ? "" : `, version ${target.version}`;
  return `${formatTargetName(target)}${version} must not go live: ${reason}`;
}
