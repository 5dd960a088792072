import { QUERIES } from "../../model/queries";
import { toOneLine } from "../../performance/foreign-text";
import { type FailureCategory, formatExampleQuery, parseExample, parseFailures } from "../alarm-notifier/failures";
import { askLog } from "../alarm-notifier/log-query";
import { type AwsClients, callAws } from "./clients";
import { findPercent, type TrackedRollout } from "./tracked-rollout";

const LONGEST_QUERY_MILLISECONDS = 10_000;
const MOST_CATEGORIES = 3;
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
  const newFailures = isJudged ? await findNewFailures(ask, from, to) : [];
  const [first] = newFailures;
  const example = first && (await findExample(ask, first));
  const query = formatVersionQuery(to);
  const times = `from ${formatTime(startedAt)} to ${formatTime(endedAt)}`;
  const parts = [
    `Version ${to} of ${functionName} ${findPercent(state) > 0 ? "is not known to be good" : "has lost its traffic again"}: ${reason}`,
    `Version ${from} was live before; the rollout took ${times}.`,
    ...(first ? [`New failures: ${newFailures.map(({ what, count }) => `${what} (${count})`).join(", ")}.`] : []),
    ...(example === undefined ? [] : [`For example: ${example}.`]),
    ...(isJudged ? [`To see more, query log group ${subject.logGroup} ${times}: ${query}`] : []),
  ];
  return toOneLine(parts.join(" "), LONGEST_REPORT);
}

type Ask = (query: string) => ReturnType<typeof askLog>;

/** The categories of failures that the old version did not have meanwhile. */
async function findNewFailures(ask: Ask, from: string, to: string): Promise<FailureCategory[]> {
  try {
    const [older, newer] = await Promise.all(
      [from, to].map(async (version) => parseFailures(await ask(formatVersionQuery(version)))),
    );
    const known = new Set(older?.map(({ what }) => what));
    return (newer ?? []).filter(({ what }) => !known.has(what)).slice(0, MOST_CATEGORIES);
  } catch {
    return [];
  }
}

async function findExample(ask: Ask, { requestId }: FailureCategory): Promise<string | undefined> {
  if (!/^[\w-]{1,64}$/.test(requestId)) return undefined;
  try {
    return parseExample(await ask(formatExampleQuery(requestId)));
  } catch {
    return undefined;
  }
}

/** The saved query for failures, of one version: the log stream's name holds it. */
function formatVersionQuery(version: string): string {
  return `filter @logStream like "[${version}]"\n| ${QUERIES.failures.json ?? ""}`;
}

function formatTime(time: number): string {
  return new Date(time).toISOString().replace(/\.\d+/, "");
}
