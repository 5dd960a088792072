import { type Environment } from "../../environments/schema";
import { type AwsAccess } from "../aws/access";
import { type Identity } from "../aws/identity";
import { type CommandContext } from "../cli/command-context";
import { type StackResources } from "../synthesis/stack-resources";

/** What the checks of an environment look at. */
export interface Examination extends Pick<CommandContext, "root" | "now" | "wait"> {
  readonly environment: Environment;
  readonly aws: AwsAccess;
  /** What the environment should have in AWS, according to the current synthesis. */
  readonly expected: () => Promise<StackResources>;
  readonly identity: () => Promise<Identity>;
  /** The command that deploys the environment. */
  readonly redeploy: string;
}
