import { type RolloutRecord } from "../../rollout/contract";
import { type QueryRow } from "./fake-aws";

/** A record of the rollout from version 41 to 42 of `dev-api`, as a query answers it. */
export function makeRolloutRow(at: number, facts: Partial<RolloutRecord> = {}): QueryRow {
  const record: RolloutRecord = {
    ...{ level: "INFO", message: "rollout", event: "begin", functionName: "dev-api", rolloutId: "r-1" },
    ...{ status: "running", from: "41", to: "42", percent: 10, reason: "the version passed its gate", findings: [] },
    figures: {
      old: { requests: 3702, failures: 4, timeouts: 0, p50Milliseconds: 20, p99Milliseconds: 180, coldStarts: 0 },
      new: { requests: 410, failures: 41, timeouts: 2, p50Milliseconds: 24, p99Milliseconds: 210, coldStarts: 3 },
    },
    ...facts,
  };
  const time = new Date(at).toISOString().replace("T", " ").replace("Z", "");
  return { "@timestamp": time, "@message": JSON.stringify(record) };
}
