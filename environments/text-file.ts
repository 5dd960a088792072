import { open, stat } from "node:fs/promises";

/** Default limit for a file that is read as a whole. */
const MAX_BYTES = 200_000_000;

/** More than any of the files need, and far below the limit of recursion. */
const MAX_JSON_NESTING = 200;

const EXPLANATIONS: Readonly<Record<string, string>> = {
  EACCES: "no permission",
  EDQUOT: "the disk quota is used up",
  EEXIST: "a file with that name exists",
  EISDIR: "it is a folder",
  ELOOP: "its links form a loop",
  ENOENT: "no such file",
  ENOSPC: "the disk is full",
  ENOTDIR: "part of the path is a file",
  EPERM: "no permission",
  EROFS: "the file system is read-only",
};

/** Explains why a file cannot be read or written. */
export function explainFileError(error: unknown): string {
  const { code = "", message } = error as NodeJS.ErrnoException;
  return EXPLANATIONS[code] ?? message;
}

/** A full disk or a folder without write permission: the user must fix it, and it is not a bug. */
export function isSystemError(error: unknown): error is NodeJS.ErrnoException {
  return typeof error === "object" && error !== null && "syscall" in error;
}

/** A file that cannot be used. The message completes a line that begins with the file's name and a colon. */
export class UnusableFile extends Error {}

/**
 * Makes sure that reading a file will end.
 *
 * @throws UnusableFile if it is a folder, a device, or a pipe that may never get a writer; a shell's pipe, as in
 *   `<(…)`, is fine
 */
export async function checkReadable(path: string): Promise<void> {
  const file = await explainUnreadable(() => stat(path));
  if (file.isDirectory()) throw new UnusableFile("cannot be read: it is a folder");
  const isOfShell = file.isFIFO() && /^\/(dev|proc\/self)\/(fd\/\d+|stdin)$/.test(path);
  if (!file.isFile() && !isOfShell) throw new UnusableFile("cannot be read: it is not a file");
}

/**
 * Reads a whole file.
 *
 * @throws UnusableFile
 */
export async function readFileBytes(path: string, maxBytes = MAX_BYTES): Promise<Buffer> {
  await checkReadable(path);
  return explainUnreadable(async () => {
    const file = await open(path);
    const chunks: Buffer[] = [];
    let length = 0;
    for await (const chunk of file.createReadStream() as AsyncIterable<Buffer>) {
      length += chunk.length;
      if (length > maxBytes) throw new UnusableFile(`expected at most ${formatSize(maxBytes)}, got more`);
      chunks.push(chunk);
    }
    return Buffer.concat(chunks, length);
  });
}

/**
 * Reads a text file: UTF-8, or UTF-16 with a byte order mark, as PowerShell's `>` writes it.
 *
 * @throws UnusableFile
 */
export async function readText(path: string, maxBytes = MAX_BYTES): Promise<string> {
  const bytes = await readFileBytes(path, maxBytes);
  const text = decodeText(bytes, detectUtf16(bytes) ?? "utf-8");
  if (text === undefined) throw new UnusableFile("expected text, got other bytes");
  return text;
}

/**
 * Reads a JSON file, in one of the encodings of {@link readText}.
 *
 * @param expected what was expected, for the message if it is not JSON
 * @throws UnusableFile
 */
export async function readJson(path: string, expected = "expected JSON, got something else"): Promise<unknown> {
  const text = await readText(path);
  let value: unknown;
  try {
    value = JSON.parse(text);
  } catch {
    throw new UnusableFile(expected);
  }
  if (measureJsonNesting(text) > MAX_JSON_NESTING) {
    throw new UnusableFile(`expected JSON of at most ${MAX_JSON_NESTING} levels, got more`);
  }
  return value;
}

/** Decodes bytes to text without its byte order mark; undefined if they are not text. */
export function decodeText(
  bytes: Uint8Array,
  encoding: "utf-8" | "utf-16le" | "utf-16be" = "utf-8",
): string | undefined {
  try {
    const text = new TextDecoder(encoding, { fatal: true }).decode(bytes);
    // For most texts, UTF-16 without a mark is also valid UTF-8, with NUL as every other character.
    return text.includes("\0") ? undefined : text;
  } catch {
    return undefined;
  }
}

/** Which kind of UTF-16 the byte order mark shows; undefined if there is none. */
export function detectUtf16([first, second]: Uint8Array): "utf-16le" | "utf-16be" | undefined {
  if (first === 0xff && second === 0xfe) return "utf-16le";
  return first === 0xfe && second === 0xff ? "utf-16be" : undefined;
}

function measureJsonNesting(json: string): number {
  let depth = 0;
  let deepest = 0;
  let isText = false;
  for (let at = 0; at < json.length; at++) {
    const character = json[at];
    if (character === '"') isText = !isText;
    else if (isText) at += character === "\\" ? 1 : 0;
    else if (character === "[" || character === "{") deepest = Math.max(deepest, ++depth);
    else if (character === "]" || character === "}") depth--;
  }
  return deepest;
}

async function explainUnreadable<T>(work: () => Promise<T>): Promise<T> {
  try {
    return await work();
  } catch (error) {
    if (error instanceof UnusableFile) throw error;
    throw new UnusableFile(`cannot be read: ${explainFileError(error)}`);
  }
}

function formatSize(bytes: number): string {
  return `${bytes / 1e6} MB`;
}
