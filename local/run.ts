import { mkdtempSync, rmdirSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { type LocalEvent } from "./events";
import { type LocalEnvironment, type LocalEnvironmentOptions, startLocalEnvironment } from "./local-environment";
import { EndSignals } from "./signals";
import { createTerminalView } from "./view/terminal-view";
import { createPlainView } from "./view/plain-view";

/** Where the messages of queues stay until they are handled. */
const QUEUE_FOLDER = join(".local", "queues");

/** Shows an environment beside the terminal. */
export interface Page {
  /** Receives events, even while the environment starts. */
  readonly onEvent: (event: LocalEvent) => void;
  /**
   * @returns where it is
   * @throws LocalEnvironmentError if the port is not available
   */
  readonly listen: (environment: LocalEnvironment, port: number) => Promise<string>;
  readonly close: () => void;
}

/**
 * Runs an environment, as it is synthesized, on this computer, until a signal ends it. Ends the process.
 *
 * @param environment its name
 * @param page gets the port; functions get the next ones
 * @throws InvalidInput, LocalEnvironmentError
 */
export async function runEnvironment(
  environment: string,
  options: Required<Pick<LocalEnvironmentOptions, "speed" | "port" | "idleMilliseconds">>,
  page: Page,
): Promise<void> {
  const { speed, port } = options;
  const signals = new EndSignals();
  const logFolder = mkdtempSync(join(tmpdir(), "warmwatch-logs-"));
  // A folder with logs stays, so that users can read them.
  process.on("exit", () => {
    removeIfEmpty(logFolder);
  });
  const view = (process.stdout.isTTY ? createTerminalView : createPlainView)({ speed, logFolder });
  let local: LocalEnvironment | undefined;
  let pageUrl: string;
  try {
    const ownPort = port === 0 ? 0 : port + 1;
    const onEvent = (event: LocalEvent) => {
      view.onEvent(event);
      page.onEvent(event);
    };
    const ours = { logFolder, queueFolder: QUEUE_FOLDER, watch: true };
    local = await startLocalEnvironment({ ...options, ...ours, environment, port: ownPort, onEvent });
    pageUrl = await page.listen(local, port);
  } catch (error) {
    await local?.close();
    throw error;
  }
  for (const note of local.notes) console.log(note);
  view.show(local, pageUrl);
  await signals.asked();
  view.close();
  page.close();
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
