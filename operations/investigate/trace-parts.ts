import * as z from "zod";
import { parseJson } from "../../environments/parse-json";
import { toOneLine } from "../../performance/foreign-text";

/** A part of a trace. */
export interface TracePart {
  /** `Init`, `Invocation` or `Overhead` for Lambda's own parts, otherwise the called service. */
  readonly name: string;
  /** Whether the function waited for something else. */
  readonly isDownstream: boolean;
  readonly milliseconds: number;
}

/** A segment's document: https://docs.aws.amazon.com/xray/latest/devguide/xray-api-segmentdocuments.html */
interface Segment {
  readonly name?: string | undefined;
  readonly origin?: string | undefined;
  readonly start_time?: number | undefined;
  readonly end_time?: number | undefined;
  readonly namespace?: string | undefined;
  readonly subsegments?: readonly Segment[] | undefined;
}

const segment: z.ZodType<Segment> = z.object({
  name: z.string().optional(),
  origin: z.string().optional(),
  start_time: z.number().optional(),
  end_time: z.number().optional(),
  namespace: z.string().optional(),
  get subsegments() {
    return z.array(segment).optional();
  },
});

const DOWNSTREAM: readonly (string | undefined)[] = ["aws", "remote"];

/**
 * Lambda's own parts, including their names in older traces:
 * https://docs.aws.amazon.com/lambda/latest/dg/services-xray.html
 */
const OWN: Readonly<Record<string, string>> = {
  Init: "Init",
  Initialization: "Init",
  Restore: "Restore",
  Invocation: "Invocation",
  Overhead: "Overhead",
};

/**
 * Where a function's time went in one trace, longest first; calls with the same name are added up.
 *
 * @param documents the segments of the trace, as stored by X-Ray
 */
export function listTraceParts(name: string, documents: readonly string[]): TracePart[] {
  const segments = documents.flatMap((document) => segment.safeParse(parseJson(document)).data ?? []);
  const own = segments.filter((one) => one.origin?.startsWith("AWS::Lambda") === true && one.name === name);
  const parts = new Map<string, TracePart>();
  for (const one of own.flatMap(addDescendants)) {
    const part = buildPart(one);
    if (!part) continue;
    const { milliseconds = 0 } = parts.get(part.name) ?? {};
    parts.set(part.name, { ...part, milliseconds: milliseconds + part.milliseconds });
  }
  return [...parts.values()].sort((one, other) => other.milliseconds - one.milliseconds);
}

function addDescendants({ subsegments = [] }: Segment): Segment[] {
  return subsegments.flatMap((one) => {
    // Work of a downstream service is part of the wait for it.
    return DOWNSTREAM.includes(one.namespace) ? [one] : [one, ...addDescendants(one)];
  });
}

function buildPart({ name = "", namespace, start_time: start, end_time: end }: Segment): TracePart | undefined {
  const isDownstream = DOWNSTREAM.includes(namespace);
  const known = isDownstream ? toOneLine(name) : OWN[name];
  if (known === undefined || start === undefined || end === undefined || end < start) return undefined;
  return { name: known, isDownstream, milliseconds: (end - start) * 1000 };
}
