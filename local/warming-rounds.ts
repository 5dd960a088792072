import * as z from "zod";
import { parseJson } from "../environments/parse-json";
import { type TargetResult, type WarmingRecord } from "../warming/contract";

/** The part of a {@link WarmingRecord} that is reported here. */
const warmingRecord = z.object({
  message: z.literal("warming"),
  strategy: z.string(),
  targets: z.array(
    z.object({
      functionName: z.string(),
      asked: z.number(),
      instances: z.number(),
      coldStarts: z.number(),
      failures: z.array(z.string()),
    }),
  ),
}) satisfies z.ZodType<ReportedRound>;

type ReportedRound = Pick<WarmingRecord, "message"> & {
  readonly strategy: string;
  readonly targets: readonly Pick<TargetResult, "functionName" | "asked" | "instances" | "coldStarts" | "failures">[];
};

/** The warmer's record of a round in a line of its log; undefined if the line is not a record. */
export function parseLoggedRound(logLine: string): ReportedRound | undefined {
  if (!logLine.includes('"warming"')) return undefined;
  return warmingRecord.safeParse(parseJson(logLine)).data;
}
