import { watchCalls } from "./wrap";

/**
 * Writes whole lines to standard output: at once, because what is written later is lost when Lambda freezes the
 * instance, and directly, because under the JSON log format `console.log` wraps what it writes.
 */

/** A line end among bytes. */
const LINE_END = 10;
const STDOUT = 1;
const ATTEMPTS = 3;
/** Maximum size of pending output while standard output accepts nothing. */
const MAX_PENDING_BYTES = 65_536;

const fs = process.getBuiltinModule("fs");

/** Whether what other code wrote last has no line end, so the next line would be appended to it. */
let isLineOpen = false;

const property = Object.getOwnPropertyDescriptor(process, "stdout");
// The first access to `process.stdout` costs milliseconds, so it is watched only once other code uses it.
if (property?.get) {
  Object.defineProperty(process, "stdout", {
    get() {
      Object.defineProperty(process, "stdout", property);
      watchCalls(process.stdout, "write", (chunk) => {
        const last = (chunk as string | Uint8Array).at(-1);
        if (last !== undefined) isLineOpen = last !== "\n" && last !== LINE_END;
      });
      return process.stdout;
    },
  });
}

/** Accepted output that has not been written yet: perhaps the rest of a partly written line. */
let pending: Buffer | undefined;

/**
 * Writes lines; each ends with a newline. Never throws, never waits.
 *
 * @returns false if they are lost: standard output is closed, or has accepted nothing for so long that too much is
 *   pending
 */
export function writeLines(lines: string): boolean {
  // Text, as long as nothing of it has been written: a buffer takes time that is rarely needed.
  let rest: string | Buffer = isLineOpen ? `\n${lines}` : lines;
  isLineOpen = false;
  const accepted = !pending || pending.length + rest.length <= MAX_PENDING_BYTES;
  if (pending) rest = accepted ? Buffer.concat([pending, Buffer.from(rest)]) : pending;
  pending = undefined;
  for (let attempt = 0; attempt < ATTEMPTS; attempt++) {
    try {
      const written = fs.writeSync(STDOUT, rest as string);
      if (written === Buffer.byteLength(rest)) return accepted;
      rest = Buffer.from(rest as string).subarray(written);
    } catch (error) {
      if ((error as NodeJS.ErrnoException | undefined)?.code !== "EAGAIN") return false;
    }
  }
  pending = Buffer.from(rest as string);
  return accepted;
}
