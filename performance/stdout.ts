/**
 * Writes whole lines to standard output: at once, because what is written later is lost when Lambda freezes the
 * instance, and directly, because under the JSON log format `console.log` wraps what it writes.
 */

const STDOUT = 1;
const ATTEMPTS = 3;
/** Maximum size of pending output while standard output accepts nothing. */
const MAX_PENDING_BYTES = 65_536;

const fs = process.getBuiltinModule("fs");

/**
 * Whether the last write through `process.stdout` ended without a line end, so the next line would be appended to it.
 */
let isLineOpen = false;

const property = Object.getOwnPropertyDescriptor(process, "stdout");
// The first access to `process.stdout` costs milliseconds, so it is watched only once other code uses it.
if (property?.get) {
  Object.defineProperty(process, "stdout", {
    ...property,
    get() {
      Object.defineProperty(process, "stdout", property);
      const stream = process.stdout;
      const write = stream.write.bind(stream) as (...args: unknown[]) => boolean;
      stream.write = (...args: unknown[]) => {
        isLineOpen = !/\n$/.test(args[0] as string);
        return write(...args);
      };
      return stream;
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
  let rest: Buffer = Buffer.from(isLineOpen ? `\n${lines}` : lines);
  isLineOpen = false;
  const accepted = !pending || pending.length + rest.length <= MAX_PENDING_BYTES;
  if (pending) rest = accepted ? Buffer.concat([pending, rest]) : pending;
  pending = undefined;
  for (let attempt = 0; attempt < ATTEMPTS; attempt++) {
    try {
      const written = fs.writeSync(STDOUT, rest);
      if (written === rest.length) return accepted;
      rest = rest.subarray(written);
    } catch (error) {
      if ((error as NodeJS.ErrnoException | undefined)?.code !== "EAGAIN") return false;
    }
  }
  pending = rest;
  return accepted;
}
