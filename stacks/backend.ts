import { CloudBackend, LocalBackend, NamedCloudWorkspace, S3Backend, type TerraformStack } from "cdktf";
import { posix, relative, sep } from "node:path";
import { formatLocalStateFile } from "../environments/names";
import { type Environment } from "../environments/schema";

/**
 * Adds the environment's backend to a stack.
 *
 * @param stackFolder where Terraform will run, relative to the project's root
 */
export function addBackend(stack: TerraformStack, { name, state }: Environment, stackFolder: string): void {
  switch (state.backend) {
    case "cloud":
      new CloudBackend(stack, {
        organization: state.organization,
        workspaces: new NamedCloudWorkspace(state.workspace, state.project),
      });
      break;
    case "s3": {
      const { bucket, key, region } = state;
      // The binding does not support `use_lockfile`:
      // https://developer.hashicorp.com/terraform/language/backend/s3#state-locking
      new S3Backend(stack, { bucket, key, region, encrypt: true }).addOverride("use_lockfile", true);
      break;
    }
    case "local":
      // Relative, so that the JSON is the same on every computer, and outside the output folder, which people delete.
      new LocalBackend(stack, {
        path: posix.join(relative(stackFolder, ".").split(sep).join("/"), formatLocalStateFile(name)),
      });
      break;
  }
}
