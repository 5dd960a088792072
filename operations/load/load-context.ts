import { type CommandContext } from "../cli/command-context";
import { type LoadSettings } from "./settings";
import { type LoadTarget } from "./target";

/** What loading meets outside of itself. Tests bring their own. */
export interface LoadContext extends Omit<CommandContext, "wait"> {
  /** Makes ready what is to be loaded. */
  readonly openTarget: (settings: LoadSettings, root: string) => Promise<LoadTarget>;
}
