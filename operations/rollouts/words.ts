import { type RolloutState, type RolloutStatus } from "../../rollout/contract";
import { formatPercent } from "../document/formats";

const STATUS_WORDS: Readonly<Record<RolloutStatus, string>> = {
  running: "running",
  paused: "paused",
  completed: "completed",
  rolled_back: "went back",
  aborted: "aborted",
  superseded: "superseded",
};

/** Every status. */
export const ROLLOUT_STATUSES = Object.keys(STATUS_WORDS) as RolloutStatus[];

/** As in "went back". */
export function describeStatus(status: RolloutStatus): string {
  return STATUS_WORDS[status];
}

/** Whether it has not ended. */
export function isUnderWay(status: RolloutStatus): boolean {
  return status === "running" || status === "paused";
}

/** Who has traffic, as in "version 42 has 10 % of the requests, version 41 the others". */
export function describeTraffic({
  status,
  from,
  to,
  percent,
}: Pick<RolloutState, "status" | "from" | "to"> & {
  /** The new version's share. */
  readonly percent: number;
}): string {
  switch (status) {
    case "running":
    case "paused":
      return percent >= 100
        ? `version ${to} has all requests and is being judged`
        : `version ${to} has ${formatPercent(percent)} of the requests, version ${from} the others`;
    case "completed":
      return `version ${to} has all requests`;
    case "rolled_back":
    case "aborted":
      return `version ${from} has all requests again, not version ${to}`;
    case "superseded":
      return `version ${to} has not replaced version ${from}: something else came in between`;
  }
}
