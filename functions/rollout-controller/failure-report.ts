import { findNewFailures, formatVersionFailuresQuery, type NewFailures } from "../../model/failures";
import { toOneLine } from "../../performance/foreign-text";
import { askLog } from "../alarm-notifier/log-query";
import { type AwsClients, callAws } from "./clients";
import { findPercent, type TrackedRollout } from "./tracked-rollout";

const LONGEST_QUERY_MILLISECONDS = 10_000;
const LONGEST_REPORT = 3000;

/** Lines of the log may come so long after the rollout has ended. */
const LATE_MILLISECONDS = 60_000;

/**
 * Why a version does not have its traffic, in one paragraph without secrets: what is worse, since when, how its
 * requests fail, and how to see more. What the log does not tell in time is missing.
 */
export async function reportFailure({ logs }: AwsClients, rollout: TrackedRollout): Promise<string> {
  const { state } = rollout;
  const { subject, from, to, startedAt, endedAt = Date.now(), reason, functionName, status } = state;
  const ask = (query: string) => {
    const question = { logGroup: subject.logGroup, query, from: startedAt, to: endedAt + LATE_MILLISECONDS };
    return callAws((abortSignal) => askLog(logs, question, abortSignal), LONGEST_QUERY_MILLISECONDS);
  };
  const isJudged = status === "rolled_back";
  const { categories, example }: NewFailures = isJudged ? await findNewFailures(ask, from, to) : { categories: [] };
  const query = formatVersionFailuresQuery(to);
  const times = `from ${formatTime(startedAt)} to ${formatTime(endedAt)}`;
  const parts = [
    `Version ${to} of ${functionName} ${findPercent(state) > 0 ? "is not known to be good" : "has lost its traffic again"}: ${reason}`,
    `Version ${from} was live before; the rollout took ${times}.`,
    ...(categories.length > 0
      ? [`New failures: ${categories.map(({ what, count }) => `${what} (${count})`).join(", ")}.`]
      : []),
    ...(example === undefined ? [] : [`For example: ${example}.`]),
    ...(isJudged ? [`To see more, query log group ${subject.logGroup} ${times}: ${query}`] : []),
  ];
  return toOneLine(parts.join(" "), LONGEST_REPORT);
}

function formatTime(time: number): string {
  return new Date(time).toISOString().replace(/\.\d+/, "");
}
