import { type Surroundings } from "../surroundings";
import { type LoadSettings } from "./settings";
import { type Target } from "./target";

/** What loading meets outside of itself. Tests bring their own. */
export interface LoadSurroundings extends Omit<Surroundings, "wait"> {
  /** Makes ready what is to be loaded. */
  readonly openTarget: (settings: LoadSettings, root: string) => Promise<Target>;
}
