import { type Evidence } from "./evidence";

/** A finding, and what to do about it. */
export interface DiagnosisFinding {
  /** The evidence, in one sentence. */
  readonly because: string;
  readonly advice: string;
  /** The commands, in order. */
  readonly commands?: readonly string[];
}

/** One entry of a table: a possible problem, its evidence, and its fix. */
export interface Diagnosis {
  readonly id: string;
  readonly title: string;
  /** A page in docs/runbooks/, with the relevant heading. */
  readonly runbook: string;
  /** @returns undefined if it does not apply */
  readonly find: (evidence: Evidence) => DiagnosisFinding | undefined;
}
