import { type RolloutRecord } from "../../rollout/contract";

/** The rollout controller's record in a line of its log; undefined for another line. */
export function parseRolloutRecord(logLine: string): RolloutRecord | undefined {
  if (!logLine.includes('"message":"rollout"')) return undefined;
  try {
    const record = JSON.parse(logLine) as { readonly message?: unknown };
    return record.message === "rollout" ? (record as RolloutRecord) : undefined;
  } catch {
    return undefined;
  }
}
