import { COLD } from "./cold";
import { type FigureComparison } from "./comparison";
import { type Diagnosis, type DiagnosisFinding } from "./diagnosis";
import { type Evidence } from "./evidence";
import { FAILING } from "./failing";
import { ROLLING } from "./rollouts";
import { SLOW } from "./slow";

/** A diagnosis that applies. */
export interface Diagnosed extends DiagnosisFinding {
  readonly id: string;
  readonly title: string;
  /** The location of the runbook. */
  readonly runbook: string;
}

/** If nothing else was found. */
const QUIET: readonly Diagnosis[] = [
  {
    id: "no-data",
    title: "There are no figures",
    runbook: "README.md",
    find: ({ comparison, environment, watched }) =>
      comparison && Object.values(comparison).every(({ now }) => now === undefined)
        ? {
            because: `CloudWatch has no figures of ${watched.name} for this time: nobody called it, or it is not deployed`,
            advice: "check the setup",
            commands: [`npm run ops -- doctor ${environment}`],
          }
        : undefined,
  },
  {
    id: "unknown",
    title: "Not enough could be read",
    runbook: "README.md",
    find: ({ comparison }) =>
      comparison
        ? undefined
        : {
            because: "the function's figures could not be read",
            advice: "allow the actions named above, and try again",
          },
  },
  {
    id: "alarm-without-cause",
    title: "An alarm rang, and nothing stands out",
    runbook: "README.md",
    find: ({ rang, comparison }) =>
      rang.length > 0
        ? {
            because: `${rang.map(({ name }) => name).join(", ")} rang, but ${describeCalm(comparison)}`,
            advice:
              "if this is normal for the function, change the alarm's threshold: docs/operations.md, Tune an alarm",
          }
        : undefined,
  },
  {
    id: "nothing",
    title: "Nothing stands out",
    runbook: "README.md",
    find: ({ comparison }) => ({
      because: `no alarm is known to have rung, and ${describeCalm(comparison)}`,
      advice: "there is nothing to adjust",
    }),
  },
];

/** Everything that may be wrong, ordered by its effect on users. */
const DIAGNOSES: readonly Diagnosis[] = [...ROLLING, ...FAILING, ...SLOW, ...COLD];

/**
 * What to adjust, and why; the problem with the largest effect on users comes first.
 *
 * @param runbooks the location of the runbooks: a folder or an address
 */
export function diagnose(evidence: Evidence, runbooks: string): Diagnosed[] {
  const found = (among: readonly Diagnosis[]) =>
    among.flatMap(({ id, title, runbook, find }): Diagnosed[] => {
      const finding = find(evidence);
      return finding ? [{ id, title, ...finding, runbook: `${runbooks.replace(/\/$/, "")}/${runbook}` }] : [];
    });
  const all = found(DIAGNOSES);
  return all.length > 0 ? all : found(QUIET).slice(0, 1);
}

function describeCalm(comparison: FigureComparison | undefined): string {
  const isComparable = Object.values(comparison ?? {}).some(
    ({ yesterday, lastWeek }) => yesterday !== undefined || lastWeek !== undefined,
  );
  return isComparable
    ? "no figure is much worse than before"
    : "no figure is above its alarm's threshold; there is no earlier data to compare with";
}
