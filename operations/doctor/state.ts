import { existsSync } from "node:fs";
import { join } from "node:path";
import { formatLocalStateFile, describeStateLocation } from "../../environments/names";
import { type Check, pass, warn, makeCheck } from "./check";
import { type Examination } from "./examination";
import { buildBucketChecks } from "./state-bucket";
import { buildWorkspaceChecks } from "./state-workspace";

/** Checks that Terraform's state can be reached, and is stored correctly. */
export function buildStateChecks(examination: Examination, credentials: Check): Check[] {
  const { root, environment, redeploy } = examination;
  const { name, state } = environment;
  switch (state.backend) {
    case "s3":
      return buildBucketChecks(examination, state, credentials);
    case "cloud":
      return buildWorkspaceChecks(state);
    case "local":
      return [
        makeCheck("state", [], () => {
          const location = describeStateLocation(name, state);
          return existsSync(join(root, formatLocalStateFile(name)))
            ? pass(`${location}, on this computer only`)
            : warn(`${location} does not exist: nothing has been deployed from this folder`, redeploy);
        }),
      ];
  }
}
