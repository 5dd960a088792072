import { existsSync } from "node:fs";
import { join } from "node:path";
import { formatLocalStateFile, describeStateLocation } from "../../environments/names";
import { type Environment } from "../../environments/schema";
import { type Check, pass, warn } from "./check";
import { buildBucketChecks } from "./state-bucket";
import { buildWorkspaceChecks } from "./state-workspace";

/** Checks that Terraform's state can be reached, and is stored correctly. */
export function buildStateChecks(
  root: string,
  environment: Environment,
  credentials: Check,
  signal: AbortSignal,
): Check[] {
  const { name, state } = environment;
  switch (state.backend) {
    case "s3":
      return buildBucketChecks(environment, state, credentials, signal);
    case "cloud":
      return buildWorkspaceChecks(state);
    case "local":
      return [
        {
          name: "state",
          look: () => {
            const location = describeStateLocation(name, state);
            return existsSync(join(root, formatLocalStateFile(name)))
              ? pass(`${location}, on this computer only`)
              : warn(
                  `${location} does not exist: nothing has been deployed from this folder`,
                  `npx cdktf deploy ${name}`,
                );
          },
        },
      ];
  }
}
