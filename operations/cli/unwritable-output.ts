import { explainFileError } from "../../environments/text-file";

/**
 * Interrupts what runs when its output cannot be written: without a word when nobody reads it anymore, as with `|
 * head`. Like Ctrl-C, this leaves nothing half done, and the exit code is still the command's own.
 */
export function endOnUnwritableOutput(): void {
  let isEnding = false;
  process.stdout.on("error", (error: NodeJS.ErrnoException) => {
    if (isEnding) return;
    isEnding = true;
    if (error.code !== "EPIPE") {
      process.exitCode = 1;
      process.stderr.write(`standard output cannot be written: ${explainFileError(error)}\n`);
    }
    // Where nobody but run.js listens, the little that is left ends by itself.
    if (process.listenerCount("SIGTERM") > 1) process.emit("SIGTERM", "SIGTERM");
  });
  // Nobody can be told, and the exit code says how it went.
  process.stderr.on("error", () => undefined);
}
