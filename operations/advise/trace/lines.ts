import { createReadStream } from "node:fs";
import { InvalidInput } from "../../../environments/mistakes";
import { checkReadable, detectUtf16, explainFileError, UnusableFile } from "../../../environments/text-file";

const LONGEST_LINE = 10_000;

/** A line of a text file, without its end. */
export interface TraceLine {
  /** From 1; of the first line, if quotes enclose the end of a line. */
  readonly number: number;
  readonly text: string;
}

/** A mistake in a file, with its line. */
export function makeLineMistake(file: string, line: number, message: string): InvalidInput {
  return new InvalidInput([{ file: `${file}:${line}`, message }]);
}

/**
 * Reads a text file of any size: UTF-8, or UTF-16 with a byte order mark, as PowerShell's `>` writes it.
 *
 * @param name the file as the user knows it
 * @throws InvalidInput if it cannot be read
 * @throws UnusableFile if it is not text
 */
export async function* readTexts(path: string, name: string, signal?: AbortSignal): AsyncGenerator<string> {
  let decoder: TextDecoder | undefined;
  for await (const chunk of readChunks(path, name, signal)) {
    decoder ??= new TextDecoder(detectUtf16(chunk) ?? "utf-8", { fatal: true });
    yield decodeText(decoder, chunk);
  }
  if (decoder) yield decodeText(decoder);
}

/**
 * Splits a text into lines, in batches.
 *
 * @throws InvalidInput if a line is too long, or if what follows is not text
 */
export async function* splitLines(texts: AsyncIterable<string>, name: string): AsyncGenerator<readonly TraceLine[]> {
  let number = 1;
  let rest = "";
  /** The beginning of a line whose end is in quotes. */
  let open: TraceLine | undefined;
  const refuseLonger = (text: string) => {
    if (text.length <= LONGEST_LINE) return;
    throw makeLineMistake(
      name,
      open?.number ?? number,
      `expected a line of at most ${LONGEST_LINE} characters, got a longer one`,
    );
  };
  const join = (text: string, lines: TraceLine[]) => {
    const line = open ? { number: open.number, text: `${open.text}\n${text}` } : { number, text };
    open = hasOpenQuote(line.text) ? line : undefined;
    if (open) refuseLonger(open.text);
    else lines.push(line);
    number++;
    return lines;
  };
  try {
    for await (const text of texts) {
      const parts = (rest + text).split("\n");
      rest = parts.pop() ?? "";
      const lines: TraceLine[] = [];
      for (const part of parts) join(part, lines);
      refuseLonger(rest);
      yield lines;
    }
  } catch (error) {
    throw error instanceof UnusableFile ? makeLineMistake(name, number, error.message) : error;
  }
  const last = rest === "" ? [] : join(rest, []);
  if (open) throw makeLineMistake(name, open.number, "expected a second quote, got the end of the file");
  if (last.length > 0) yield last;
}

function hasOpenQuote(text: string): boolean {
  return text.includes('"') && text.split('"').length % 2 === 0;
}

function decodeText(decoder: TextDecoder, bytes?: Buffer): string {
  try {
    const text = decoder.decode(bytes, { stream: bytes !== undefined });
    if (!text.includes("\0")) return text;
  } catch {
    // The same answer.
  }
  throw new UnusableFile("expected UTF-8 text, got other bytes");
}

async function* readChunks(path: string, name: string, signal: AbortSignal | undefined): AsyncGenerator<Buffer> {
  try {
    await checkReadable(path);
    yield* createReadStream(path, { highWaterMark: 1 << 18, signal }) as AsyncIterable<Buffer>;
  } catch (error) {
    if (signal?.aborted === true) throw error;
    const message = error instanceof UnusableFile ? error.message : `cannot be read: ${explainFileError(error)}`;
    throw new InvalidInput([{ file: name, message }]);
  }
}
