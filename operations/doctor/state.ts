import { existsSync } from "node:fs";
import { join } from "node:path";
import { localStateFile, stateLocation } from "../../environments/names";
import { type Environment } from "../../environments/schema";
import { type Check, ok, warn } from "./check";
import { bucketChecks } from "./state-bucket";
import { workspaceChecks } from "./state-workspace";

/** Whether Terraform's state can be reached, and is kept as it should be. */
export function stateChecks(root: string, environment: Environment, credentials: Check, signal: AbortSignal): Check[] {
  const { name, state } = environment;
  switch (state.backend) {
    case "s3":
      return bucketChecks(environment, state, credentials, signal);
    case "cloud":
      return workspaceChecks(state);
    case "local":
      return [
        {
          name: "state",
          look: () => {
            const location = stateLocation(name, state);
            return existsSync(join(root, localStateFile(name)))
              ? ok(`${location}, on this computer only`)
              : warn(`${location} is not here: nothing has been deployed from this folder`, `npx cdktf deploy ${name}`);
          },
        },
      ];
  }
}
