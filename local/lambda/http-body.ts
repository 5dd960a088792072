import { type IncomingMessage } from "node:http";

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
