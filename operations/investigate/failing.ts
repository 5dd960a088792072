import { formatNumber } from "../document/formats";
import { toOneLine } from "../../performance/foreign-text";
import { type Diagnosis } from "./diagnosis";
import { type Evidence, failsSinceVersion, findFigure, isWorse, readFigureNow } from "./evidence";
import { formatCompared, describeFailed, adviseRollback, describeSetting, describeVersion } from "./wording";

/** Share of the timeout: requests above it may soon time out. */
const NEAR_TIMEOUT = 0.8;
/** Of the limit. */
const NEAR_LIMIT = 0.95;
/** Of the requests that were usual. */
const HARDLY_ANY = 0.1;
const USUAL_REQUESTS = 20;

/** The largest effect on users: unanswered requests. */
export const FAILING: readonly Diagnosis[] = [
  {
    id: "errors-since-version",
    title: "Requests fail since a deployment",
    runbook: "errors.md#how-to-roll-back",
    find: (evidence) => {
      const { around } = evidence;
      const isOver = findFigure(evidence, "failures").now === 0;
      if (!around || isOver || !failsSinceVersion(evidence)) return undefined;
      const because = `in the half hour before ${describeVersion(around)} ${describeFailed(around.before)}, in the half hour after it ${describeFailed(around.after)}`;
      return { because, ...adviseRollback(evidence) };
    },
  },
  {
    id: "throttles",
    title: "Requests are refused",
    runbook: "throttles.md#what-to-change",
    find: (evidence) => {
      if (!isWorse(evidence, "throttles", "throttles")) return undefined;
      const { reservedConcurrency: limit } = evidence;
      const peak = findFigure(evidence, "concurrency").now;
      const used = peak === undefined ? "" : `; up to ${formatNumber(peak)} instances were used`;
      const because = `${formatCompared(evidence, "throttles")}${used}`;
      if (limit === 0)
        return {
          because: `${because}; reserved concurrency is 0`,
          advice: `the function is stopped: set ${describeSetting(evidence, "reserved_concurrency")}`,
        };
      if (limit !== undefined && peak !== undefined && peak >= NEAR_LIMIT * limit) {
        return {
          because: `${because}, of ${limit} reserved`,
          advice: `raise ${describeSetting(evidence, "reserved_concurrency")}; if requests became slow, fix that first`,
        };
      }
      return {
        because: `${because}, ${limit === undefined ? "none are reserved" : `of ${limit} reserved`}`,
        advice: "compare with the account's limit, and check whether requests came in one burst",
        commands: ["aws lambda get-account-settings --query AccountLimit"],
      };
    },
  },
  {
    id: "timeouts",
    title: "Requests reach the timeout",
    runbook: "timeouts.md#what-to-change",
    find: (evidence) => {
      if (!isWorse(evidence, "timeouts", "timeouts")) return undefined;
      const timeout = (evidence.changes?.current?.timeoutSeconds ?? Infinity) * 1000;
      const isSlowThroughout = readFigureNow(evidence, "p50") >= NEAR_TIMEOUT * timeout;
      const limit = Number.isFinite(timeout) ? `, the timeout is ${formatNumber(timeout)} ms` : "";
      return {
        because: `${formatCompared(evidence, "timeouts")}; ${formatCompared(evidence, "p50")}${limit}`,
        advice: isSlowThroughout
          ? `most requests need nearly all of the time: find what became slow, or raise ${describeSetting(evidence, "timeout_seconds")}`
          : "some requests hang while others are fast: set a time limit on each call to a dependency; the last call in their traces is the one that hangs",
      };
    },
  },
  {
    id: "errors",
    title: "Requests fail, independent of deployments",
    runbook: "errors.md#likely-causes",
    find: (evidence) => {
      if (!isWorse(evidence, "failures", "errors") || failsSinceVersion(evidence)) return undefined;
      const what = findMostFrequent(evidence);
      return {
        because: `${formatCompared(evidence, "failures")}${what === undefined ? "" : `; most often ${what}`}`,
        advice: evidence.changes
          ? "look for a dependency that is down, an expired secret, a missing permission or unexpected input: the failures query has an example request and its trace"
          : "what was deployed could not be read: compare the first failure with the last deployment before anything else",
      };
    },
  },
  {
    id: "dropped-events",
    title: "Lambda dropped events",
    runbook: "dropped-events.md#what-to-change",
    find: ({ rang: all }) => {
      const alarm = all.find(({ key }) => key === "dropped_events");
      return (
        alarm && {
          because: `${alarm.name} rang: ${alarm.happened}`,
          advice:
            "find out why they fail, set a destination for events that the function cannot handle, and send them again",
        }
      );
    },
  },
  {
    id: "no-traffic",
    title: "Hardly any requests arrive",
    runbook: "README.md",
    find: (evidence) => {
      const { now: is, yesterday, lastWeek } = findFigure(evidence, "requests");
      const usual = [yesterday, lastWeek].filter((value) => value !== undefined);
      const least = Math.min(...usual);
      if (usual.length === 0 || least < USUAL_REQUESTS || (is ?? 0) > HARDLY_ANY * least) return undefined;
      return {
        because: formatCompared(evidence, "requests"),
        advice: "look at what calls the function: its endpoint, its permissions, its triggers",
      };
    },
  },
];

function findMostFrequent({ queries }: Evidence): string | undefined {
  const [first] = queries.find(({ query }) => query === "failures")?.records ?? [];
  const what = toOneLine(first?.["what"] ?? "");
  return what === "" ? undefined : what;
}
