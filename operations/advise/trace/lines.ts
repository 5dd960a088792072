import { createReadStream } from "node:fs";
import { InvalidInput } from "../../../environments/mistakes";
import { checkReadable, explainFileError, UnusableFile } from "../../../environments/text-file";

const LONGEST_LINE = 10_000;

/** A line of a text file, without its end. */
export interface TraceLine {
  /** From 1. */
  readonly number: number;
  readonly text: string;
}

/** A mistake in a file, with its line. */
export function makeLineMistake(file: string, line: number, message: string): InvalidInput {
  return new InvalidInput([{ file: `${file}:${line}`, message }]);
}

/**
 * Reads a file of any size, in batches of lines.
 *
 * @param name the file as the user knows it
 * @throws InvalidInput if it cannot be read, or is not text
 */
export async function* readLines(
  path: string,
  name: string,
  signal?: AbortSignal,
): AsyncGenerator<readonly TraceLine[]> {
  const decoder = new TextDecoder("utf-8", { fatal: true });
  let number = 1;
  let rest = "";
  const decode = (bytes?: Buffer) => {
    const text = decodeText(decoder, bytes);
    if (text?.includes("\0") !== false) throw makeLineMistake(name, number, "expected UTF-8 text, got other bytes");
    return text;
  };
  for await (const chunk of readChunks(path, name, signal)) {
    const texts = (rest + decode(chunk)).split("\n");
    rest = texts.pop() ?? "";
    if (rest.length > LONGEST_LINE) {
      const line = number + texts.length;
      throw makeLineMistake(name, line, `expected a line of at most ${LONGEST_LINE} characters, got a longer one`);
    }
    yield texts.map((text) => ({ number: number++, text }));
  }
  rest += decode();
  if (rest !== "") yield [{ number, text: rest }];
}

function decodeText(decoder: TextDecoder, bytes: Buffer | undefined): string | undefined {
  try {
    return decoder.decode(bytes, { stream: bytes !== undefined });
  } catch {
    return undefined;
  }
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
