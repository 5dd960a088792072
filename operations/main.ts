import { setTimeout } from "node:timers/promises";
import { endOnUnwritableOutput } from "./cli/unwritable-output";
import { runOps } from "./program";

/** The commands for the terminal: `npm run ops -- <command>`. Resolves to the exit code. */
export default async function main(): Promise<number> {
  // For users of commands, the SDK's advice about the next Node.js is noise.
  process.env["AWS_SDK_JS_NODE_VERSION_SUPPORT_WARNING_DISABLED"] ??= "true";

  endOnUnwritableOutput();

  return runOps(process.argv.slice(2), {
    root: ".",
    print: (line) => process.stdout.write(`${line}\n`),
    printAside: (line) => process.stderr.write(`${line}\n`),
    ...(process.stderr.isTTY && { writeProgress: (text: string) => process.stderr.write(text) }),
    now: Date.now,
    wait: (milliseconds, signal) => setTimeout(milliseconds, undefined, { signal }),
  });
}
