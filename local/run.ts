import { Command, InvalidArgumentError } from "commander";
import { mkdtempSync, rmdirSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { InvalidInput } from "../environments/mistakes";
import {
  DEFAULT_IDLE_MILLISECONDS,
  DEFAULT_PORT,
  type LocalEnvironment,
  startLocalEnvironment,
} from "./local-environment";
import { LocalEnvironmentError } from "./problem";
import { EndSignals } from "./signals";
import { createTerminalView } from "./view/terminal-view";
import { createPlainView } from "./view/plain-view";

const MINUTE = 60_000;

/** With more, a request of one second would last a quarter of an hour. */
const MAX_SPEED = 1000;

/** Where the messages of queues stay until they are handled. */
const QUEUE_FOLDER = join(".local", "queues");

/** The arguments on the command line. */
interface RunOptions {
  readonly speed: number;
  readonly port: number;
  readonly idleMinutes: number;
}

/** Runs an environment until it is asked to end. */
export async function runLocally(args: readonly string[]): Promise<void> {
  const program = new Command("npm start --")
    .description(
      "Runs an environment, as it is synthesized, on this computer: no AWS account, no Docker, no Terraform.",
    )
    .argument("[environment]", "a file in environments/, without .tfvars", "dev")
    .option(
      "--speed <times>",
      `how many times faster schedules, idle expiry and alarms are: 1 to ${MAX_SPEED}`,
      createNumberParser(1, MAX_SPEED),
      1,
    )
    .option(
      "--port <number>",
      "the first function's port, 0 to 65535; 0 for any free port",
      createWholeNumberParser(0, 65_535),
      DEFAULT_PORT,
    )
    .option(
      "--idle-minutes <minutes>",
      "how many minutes an unused instance is kept: 0.1 to 1440",
      createNumberParser(0.1, 1440),
      DEFAULT_IDLE_MILLISECONDS / MINUTE,
    )
    .action(runEnvironment);
  await program.parseAsync(args, { from: "user" });
}

async function runEnvironment(environment: string, { speed, port, idleMinutes }: RunOptions): Promise<void> {
  const signals = new EndSignals();
  const logFolder = mkdtempSync(join(tmpdir(), "warmwatch-logs-"));
  // A folder with logs stays, so that users can read them.
  process.on("exit", () => {
    removeIfEmpty(logFolder);
  });
  const view = (process.stdout.isTTY ? createTerminalView : createPlainView)({ speed, logFolder });
  let local: LocalEnvironment;
  try {
    const idleMilliseconds = idleMinutes * MINUTE;
    const { onEvent } = view;
    local = await startLocalEnvironment({
      ...{ environment, port, speed, idleMilliseconds, logFolder, onEvent },
      queueFolder: QUEUE_FOLDER,
    });
  } catch (error) {
    if (!isTold(error)) throw error;
    console.error(error.message);
    process.exit(1);
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

/** Whether the user can fix an error, and its message says how; this includes a full disk. */
function isTold(error: unknown): error is Error {
  return (
    error instanceof InvalidInput ||
    error instanceof LocalEnvironmentError ||
    (error instanceof Error && "syscall" in error)
  );
}

function createNumberParser(least: number, most: number): (text: string) => number {
  return (text) => {
    const value = text.trim() === "" ? NaN : Number(text);
    if (value >= least && value <= most) return value;
    throw new InvalidArgumentError(`Expected ${least} to ${most}.`);
  };
}

function createWholeNumberParser(least: number, most: number): (text: string) => number {
  const parse = createNumberParser(least, most);
  return (text) => {
    const value = parse(text);
    if (Number.isInteger(value)) return value;
    throw new InvalidArgumentError(`Expected a whole number.`);
  };
}
