import { realpathSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { synthesizeEnvironment } from "./stack/synthesize";
import { TemporaryFolder } from "../stacks/temporary-folder";

import { type LocalEnvironment, type LocalEnvironmentOptions } from "./contract";
import { RunningEnvironment } from "./running-environment";

export {
  DEFAULT_IDLE_MILLISECONDS,
  type LocalEnvironment,
  type LocalEnvironmentOptions,
  type LocalFunctionInfo,
  type LocalQueueInfo,
} from "./contract";
export { type LocalEvent } from "./events";
export { type FunctionSnapshot, type RolloutSnapshot } from "./snapshot";

/**
 * Runs an environment, as it is synthesized, on this computer.
 *
 * @throws InvalidInput for mistakes in the project's files
 * @throws LocalEnvironmentError for what cannot run here: an unknown environment, a port in use, a variable without a
 *   value, something unsupported in the stack
 */
export async function startLocalEnvironment(options: LocalEnvironmentOptions): Promise<LocalEnvironment> {
  const { environment, watch = false } = options;
  const since = Date.now();
  const folder = new TemporaryFolder(join(tmpdir(), `warmwatch-${environment.replaceAll(/\W/g, "-")}-`));
  try {
    // Bundles and the system tell real paths.
    const root = realpathSync(options.root ?? ".");
    const synthesized = await synthesizeEnvironment(root, environment, join(folder.path, "stack"));
    const running = await RunningEnvironment.start(options, synthesized, folder);
    if (watch) running.watch(root, since);
    return running;
  } catch (error) {
    folder.remove();
    throw error;
  }
}
