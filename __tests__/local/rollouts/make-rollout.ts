import { type RolloutSnapshot } from "../../../local/snapshot";
import { MEASURE_KEYS } from "../../../rollout/contract";

const NO_REQUESTS = { requests: 0, failures: 0, timeouts: 0, coldStarts: 0 };

/** A rollout of version 2 of `api` that goes on. */
export function makeRollout(facts: Partial<RolloutSnapshot> = {}): RolloutSnapshot {
  return {
    ...{ id: "api", from: "1", to: "2", status: "running", percent: 10, reason: "It begins.", findings: [] },
    ...{
      startedAt: 0,
      saidAt: 0,
      shares: [],
      newFailures: { categories: [] },
      figures: { old: NO_REQUESTS, new: NO_REQUESTS },
    },
    plan: {
      ...{ percents: [10, 100], stepSeconds: 300, bakeSeconds: 180, maximumSeconds: 3600 },
      ...{ judgedBy: MEASURE_KEYS, tooFewRequests: "proceed" },
    },
    ...facts,
  };
}
