import { type IncomingMessage } from "node:http";
import { LambdaServiceError } from "./service-errors";

/**
 * A request's body as a value.
 *
 * @throws LambdaServiceError if it is too long, or not JSON
 */
export async function readJsonBody(request: IncomingMessage, maxBytes: number): Promise<unknown> {
  const text = await readBody(request, maxBytes);
  if (text === undefined) {
    throw new LambdaServiceError("RequestTooLargeException", 413, `Request must be smaller than ${maxBytes} bytes`);
  }
  return parseSentJson(text, "Could not parse request body into json");
}

/**
 * Parses what a caller has sent.
 *
 * @throws LambdaServiceError that begins with the message if it is not JSON
 */
export function parseSentJson(text: string, message: string): unknown {
  try {
    return JSON.parse(text);
  } catch (error) {
    throw new LambdaServiceError("InvalidRequestContentException", 400, `${message}: ${(error as Error).message}`);
  }
}

/** A request's body as text; see {@link readBodyBytes}. */
export async function readBody(request: IncomingMessage, maxBytes: number): Promise<string | undefined> {
  return (await readBodyBytes(request, maxBytes))?.toString();
}

/**
 * A request's body, or undefined if it is longer than `maxBytes`. It is always read to its end, because a client that
 * is still sending does not read the answer.
 */
export async function readBodyBytes(request: IncomingMessage, maxBytes: number): Promise<Buffer | undefined> {
  const chunks: Buffer[] = [];
  let bytes = 0;
  for await (const chunk of request as AsyncIterable<Buffer>) {
    bytes += chunk.length;
    if (bytes <= maxBytes) chunks.push(chunk);
  }
  return bytes <= maxBytes ? Buffer.concat(chunks) : undefined;
}
