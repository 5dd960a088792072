import { mkdtempSync, rmdirSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { type LocalEnvironment, type LocalEnvironmentOptions, startLocalEnvironment } from "./local-environment";
import { LocalEnvironmentError } from "./problem";
import { EndSignals } from "./signals";
import { createTerminalView } from "./view/terminal-view";
import { createPlainView } from "./view/plain-view";

/** Where the messages of queues stay until they are handled. */
const QUEUE_FOLDER = join(".local", "queues");

/**
 * Runs an environment, as it is synthesized, on this computer, until a signal ends it. Ends the process.
 *
 * @param environment its name
 * @throws InvalidInput, LocalEnvironmentError
 */
export async function runEnvironment(
  environment: string,
  options: Required<Pick<LocalEnvironmentOptions, "speed" | "port" | "idleMilliseconds">>,
): Promise<void> {
  const { speed } = options;
  const signals = new EndSignals();
  const logFolder = mkdtempSync(join(tmpdir(), "warmwatch-logs-"));
  // A folder with logs stays, so that users can read them.
  process.on("exit", () => {
    removeIfEmpty(logFolder);
  });
  const view = (process.stdout.isTTY ? createTerminalView : createPlainView)({ speed, logFolder });
  let local: LocalEnvironment;
  try {
    const { onEvent } = view;
    local = await startLocalEnvironment({ ...options, environment, logFolder, onEvent, queueFolder: QUEUE_FOLDER });
  } catch (error) {
    // A full disk, say: the user can fix it, and the message says how.
    throw error instanceof Error && "syscall" in error ? new LocalEnvironmentError(error.message) : error;
  }
  for (const note of local.notes) console.log(note);
  view.show(local);
  await signals.asked();
  view.close();
  await local.close();
  process.exit(0);
}

function removeIfEmpty(folder: string): void {
  try {
    rmdirSync(folder);
  } catch {
    // It is not empty.
  }
}
