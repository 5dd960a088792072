import { expect, test } from "@jest/globals";
import { PassThrough } from "node:stream";
import { finished } from "node:stream/promises";
import { Lines } from "../../../local/lambda/lines";

async function readLines(...chunks: readonly string[]): Promise<string[]> {
  const stream = new PassThrough();
  const read: string[] = [];
  const lines = new Lines(stream, (line) => read.push(line));
  for (const chunk of chunks) stream.write(chunk);
  stream.end();
  await finished(stream);
  lines.flush();
  return read;
}

test("lines may begin and end in any part of a text", async () => {
  expect(await readLines("a", "b\n\nc", "\nd\ne", "f")).toEqual(["ab", "", "c", "d", "ef"]);
});

test("a text without an end of line becomes several lines, as in CloudWatch", async () => {
  const chunk = "x".repeat(64 * 1024);

  const lines = await readLines(...Array.from({ length: 1600 }, () => chunk));

  expect(lines.length).toBeGreaterThan(90);
  expect(lines.reduce((sum, { length }) => sum + length, 0)).toBe(1600 * chunk.length);
});
