import { endOnBrokenPipe } from "./cli/broken-pipe";
import { load } from "./commands/load";
import { openTarget } from "./load/targets/open-target";

/** Load tests: `npm run load -- <profile>`. Resolves to the exit code. */
export default async function main(): Promise<number> {
  // To whoever loads functions, the SDK's advice on the next Node.js is noise between two lines.
  process.env["AWS_SDK_JS_NODE_VERSION_SUPPORT_WARNING_DISABLED"] ??= "true";

  endOnBrokenPipe();

  return load(process.argv.slice(2), {
    root: ".",
    print: (line) => process.stdout.write(`${line}\n`),
    printAside: (line) => process.stderr.write(`${line}\n`),
    ...(process.stderr.isTTY && { writeProgress: (text: string) => process.stderr.write(text) }),
    now: Date.now,
    openTarget,
  });
}
