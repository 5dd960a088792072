import { InvalidInput } from "../../../environments/mistakes";
import { UnusableFile } from "../../../environments/text-file";
import { readJsonExport } from "./json-export";
import { makeLineMistake, readTexts, splitLines } from "./lines";
import { buildMetricTrace, MetricTable, startsMetricExport } from "./metric-export";
import { openReader, type Trace, type TraceReader, type TraceTarget } from "./readers";
import { type Header, readHeader, Row, splitFields } from "./rows";

/** More is no export of AWS. */
const LONGEST_JSON = 200_000_000;

/** A trace's file, and the options to read it. */
export interface TraceSettings extends TraceTarget {
  readonly path: string;
}

/**
 * Reads a trace once, recognizes what it is by its contents, and checks every line. Of CSV, it keeps only two numbers
 * per minute in memory.
 *
 * @throws InvalidInput with the line of the first mistake
 */
export async function readTrace({ path, ...target }: TraceSettings, signal?: AbortSignal): Promise<Trace> {
  const { file } = target;
  const texts = readTexts(path, file, signal);
  try {
    const { value: first = "" } = (await texts.next()) as IteratorResult<string, undefined>;
    const all = prepend(first, texts);
    return /^\s*[[{]/.test(first) ? await readJsonTrace(all, target) : await readLineTrace(all, target);
  } catch (error) {
    throw error instanceof UnusableFile ? new InvalidInput([{ file, message: error.message }]) : error;
  }
}

async function* prepend(first: string, rest: AsyncIterable<string>): AsyncGenerator<string> {
  yield first;
  yield* rest;
}

async function readLineTrace(texts: AsyncIterable<string>, target: TraceTarget): Promise<Trace> {
  const { file } = target;
  let header: Header | undefined;
  let reader: TraceReader | undefined;
  let metrics: MetricTable | undefined;
  try {
    for await (const lines of splitLines(texts, file)) {
      for (const line of lines) {
        const place = `${file}:${line.number}`;
        if (line.text.trim() === "") {
          if (!header && !metrics) throw makeLineMistake(file, 1, "expected a header, got an empty line");
        } else if (metrics) metrics.add(place, line.text);
        else if (header) {
          const written = reader?.read(Row.parse(file, header, line));
          if (written) await written;
        } else {
          const fields = splitFields(line.text);
          if (startsMetricExport(fields)) {
            metrics = new MetricTable();
            metrics.add(place, line.text);
          } else {
            header = readHeader(place, fields);
            reader = await openReader(header, target);
          }
        }
      }
    }
    if (metrics) return buildMetricTrace(metrics.metrics(), target);
    if (!header) throw new InvalidInput([{ file, message: "expected a header and requests, got an empty file" }]);
    return (await reader?.finish()) ?? refuseEmpty(header, `${file}:2`);
  } finally {
    await reader?.close();
  }
}

async function readJsonTrace(texts: AsyncIterable<string>, target: TraceTarget): Promise<Trace> {
  const { file } = target;
  let content = "";
  for await (const text of texts) {
    content += text;
    if (content.length > LONGEST_JSON) throw new UnusableFile("expected at most 200 MB of JSON, got more");
  }
  const found = readJsonExport(file, content);
  if (found.kind === "metrics") return buildMetricTrace(found.metrics, target);
  const { names, rows } = found;
  if (rows.length === 0) throw new InvalidInput([{ file, message: "expected results, got none" }]);
  const header = readHeader(file, names);
  const reader = await openReader(header, target);
  try {
    for (const [index, fields] of rows.entries()) {
      await reader.read(new Row(`${file}: result ${index + 1}`, header.names, fields));
    }
    return (await reader.finish()) ?? refuseEmpty(header, file);
  } finally {
    await reader.close();
  }
}

function refuseEmpty({ kind }: Header, place: string): never {
  const message = `expected a ${kind === "minutes" ? "minute" : "request"}, got the end of the file`;
  throw new InvalidInput([{ file: place, message }]);
}
