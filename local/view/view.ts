import { type LocalEvent } from "../events";
import { type LocalEnvironment } from "../local-environment";

/** What a view needs to know. */
export interface ViewFacts {
  readonly speed: number;
  readonly logFolder: string;
}

/** Shows a person what an environment does. */
export interface View {
  /** Takes what happens, also while the environment starts. */
  readonly onEvent: (event: LocalEvent) => void;
  /** The environment has started. */
  readonly show: (environment: LocalEnvironment) => void;
  /** Leaves the output as a shell wants it. */
  readonly close: () => void;
}
