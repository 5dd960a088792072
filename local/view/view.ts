import { type LocalEvent } from "../events";
import { type LocalEnvironment } from "../local-environment";

/** Input of a view. */
export interface ViewFacts {
  readonly speed: number;
  readonly logFolder: string;
}

/** Shows what an environment does. */
export interface View {
  /** Receives events, even while the environment starts. */
  readonly onEvent: (event: LocalEvent) => void;
  /** The environment has started, and so has its page. */
  readonly show: (environment: LocalEnvironment, pageUrl: string) => void;
  /** Leaves the output in order for the shell. */
  readonly close: () => void;
}
