import { type Evidence } from "./evidence";

/** What was found, and what to do about it. */
export interface DiagnosisFinding {
  /** The evidence, in one sentence. */
  readonly because: string;
  readonly advice: string;
  /** What to type, in order. */
  readonly commands?: readonly string[];
}

/** One entry of a table: what may be wrong, how it shows, and what helps. */
export interface Diagnosis {
  readonly id: string;
  readonly title: string;
  /** A page in docs/runbooks/, with the heading that matters. */
  readonly runbook: string;
  /** @returns undefined where it is not the case */
  readonly find: (evidence: Evidence) => DiagnosisFinding | undefined;
}
