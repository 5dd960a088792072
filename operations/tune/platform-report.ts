import { parseJson } from "../cli/parse-json";
import * as z from "zod";

/** The platform's report of one request. */
export interface RequestReport {
  readonly milliseconds: number;
  readonly billedMilliseconds: number;
  readonly memoryUsedMb: number;
  readonly initMilliseconds?: number;
  /** As in `success`, `error` or `timeout`; undefined in text, unless it was no success. */
  readonly status?: string;
}

/** https://docs.aws.amazon.com/lambda/latest/dg/telemetry-schema-reference.html#platform-report */
const record = z.object({
  type: z.literal("platform.report"),
  record: z.object({
    status: z.string().optional(),
    metrics: z.object({
      durationMs: z.number(),
      billedDurationMs: z.number(),
      maxMemoryUsedMB: z.number(),
      initDurationMs: z.number().optional(),
    }),
  }),
});

/**
 * Finds the platform's report in a request's log, in either format: JSON, or text as in `REPORT RequestId: …`.
 * https://docs.aws.amazon.com/lambda/latest/dg/nodejs-logging.html
 */
export function parseReport(log: string): RequestReport | undefined {
  for (const line of log.split("\n").reverse()) {
    const report = parseJsonReport(line) ?? parseTextReport(line);
    if (report) return report;
  }
  return undefined;
}

function parseJsonReport(line: string): RequestReport | undefined {
  const { data } = record.safeParse(parseJson(line));
  if (!data) return undefined;
  const { status, metrics } = data.record;
  return build(metrics.durationMs, metrics.billedDurationMs, metrics.maxMemoryUsedMB, metrics.initDurationMs, status);
}

function parseTextReport(line: string): RequestReport | undefined {
  if (!line.startsWith("REPORT ")) return undefined;
  const read = (name: string) => {
    const text = new RegExp(`\\t${name}: ([\\d.]+)`).exec(line)?.[1];
    return text === undefined ? undefined : Number(text);
  };
  const [duration, billed, memory] = [
    Number(/\sDuration: ([\d.]+) ms/.exec(line)?.[1]),
    read("Billed Duration"),
    read("Max Memory Used"),
  ];
  if (Number.isNaN(duration) || billed === undefined || memory === undefined) return undefined;
  return build(duration, billed, memory, read("Init Duration"), /\tStatus: (\w+)/.exec(line)?.[1]);
}

/** Initialization is charged for. A report that leaves it out of the billed time is corrected. */
function build(
  milliseconds: number,
  billed: number,
  memoryUsedMb: number,
  initMilliseconds: number | undefined,
  status: string | undefined,
): RequestReport {
  return {
    ...{ milliseconds, memoryUsedMb },
    billedMilliseconds: Math.max(billed, Math.ceil(milliseconds + (initMilliseconds ?? 0))),
    ...(initMilliseconds !== undefined && { initMilliseconds }),
    ...(status !== undefined && { status }),
  };
}
