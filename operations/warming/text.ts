import { formatDollars } from "../../model/priced-resources";
import { formatQuantity } from "../document/formats";
import { type TargetResult } from "../../warming/contract";
import { toOneLine } from "../../performance/foreign-text";
import { type WarmingPlan } from "./plan";
import { type TimedRecord } from "./run-log";
import { type UnstartedRun } from "./start-runs";
import { type WarmingSummary, type TargetSummary } from "./summary";
import { type WatchEnd, countWatchMinutes } from "./watch";

/** What was started and what was not, before results are known. */
export function formatStart(
  { environment, region, warmer, runs }: WarmingPlan,
  unstarted: readonly UnstartedRun[],
): string[] {
  return [
    ...runs.map((run) => {
      const { targets, rounds } = run;
      const { everySeconds, forMinutes, fullTime } = rounds;
      const functions = targets.map(({ functionName, concurrency }) => `${functionName} x ${concurrency}`).join(", ");
      const failed = unstarted.find((one) => one.run === run);
      if (failed) return `Not started: ${functions}: ${failed.why}`;
      const end = fullTime ? `for ${forMinutes} min` : `until proven warm, at most ${forMinutes} min`;
      return `Warming ${environment} in ${region}: ${functions}; a round every ${everySeconds} s, ${end}`;
    }),
    `${warmer} does the rounds: they continue if you close this terminal, and Ctrl-C only stops watching.`,
    "A round appears here some seconds after its end, when its log record has arrived.",
    "",
  ];
}

/**
 * The progress line in a terminal: how far the rounds are, and when the next one should appear. Times are in
 * milliseconds since 1970.
 */
export function formatWaiting(
  { runs }: WarmingPlan,
  seen: readonly TimedRecord[],
  { startedAt, now }: { readonly startedAt: number; readonly now: number },
): string {
  const last = seen.at(-1);
  const own = runs.find(({ runId }) => runId === last?.record.runId) ?? runs[0];
  if (!own) return "";
  const { everySeconds, forMinutes } = own.rounds;
  const { round = 0, rounds = Math.ceil((forMinutes * 60) / everySeconds), targets = [] } = last?.record ?? {};
  const total = (of: "asked" | "instances") => targets.reduce((sum, target) => sum + target[of], 0);
  const left = Math.ceil(((last?.writtenAt ?? startedAt) + everySeconds * 1000 - now) / 1000);
  const warm = last ? `${total("instances")}/${total("asked")} instances so far` : "no round seen yet";
  return `Waiting for round ${Math.min(round + 1, rounds)}/${rounds}, ${left > 0 ? `in about ${left} s` : "any moment"}; ${warm}`;
}

/** One round: a line for each function, and one for each failure. */
export function formatRoundLines(plan: WarmingPlan, { writtenAt, record }: TimedRecord): string[] {
  const time = new Date(writtenAt).toISOString().slice(11, 19);
  const digits = String(record.rounds).length;
  const head = `${time}Z  round ${String(record.round).padStart(digits)}/${record.rounds}  `;
  const width = measureNameWidth(plan);
  return record.targets.flatMap((result, index) => [
    `${index === 0 ? head : " ".repeat(head.length)}${result.functionName.padEnd(width)}  ${formatResult(result)}`,
    ...formatFailures(result, head.length + width + 2),
  ]);
}

/** The result, and whether it is as requested. */
export function formatSummary(plan: WarmingPlan, summary: WarmingSummary): string[] {
  const { targets, coldStarts, estimatedDollars, unpriced, outcome } = summary;
  const width = measureNameWidth(plan);
  const verdicts = {
    warmed: ["Warmed as requested."],
    not_warmed: ["Not warmed as requested."],
    time_limit: [],
    unread: [],
    interrupted: [],
  };
  return [
    "",
    ...targets.flatMap((target) => [
      `${target.functionName.padEnd(width)}  ${formatTarget(target)}`,
      ...formatFailures(target, width + 2),
    ]),
    coldStarts === undefined || estimatedDollars === undefined
      ? "No round was seen: cold starts and cost are unknown."
      : `Found in total: ${formatQuantity(coldStarts, "cold start")}. Estimated cost, without starting them: ${formatDollars(estimatedDollars)}`,
    ...(unpriced.length === 0 ? [] : [`The cost leaves out ${unpriced.join(", ")}: set memory_mb to have it counted.`]),
    ...verdicts[outcome],
  ];
}

/** Why the end is unknown; undefined if it is known or has been reported. */
export function explainUnknownEnd(plan: WarmingPlan, end: WatchEnd): string | undefined {
  switch (end) {
    case "over":
    case "unread":
      return undefined;
    case "interrupted":
      return `No longer watching: ${plan.warmer} continues its rounds, and writes to ${plan.logGroup}`;
    case "time_limit":
      return `No last record after ${countWatchMinutes(plan)} min, so the result is unknown: see ${plan.logGroup}`;
  }
}

function measureNameWidth({ runs }: WarmingPlan): number {
  return Math.max(...runs.flatMap(({ targets }) => targets.map(({ functionName }) => functionName.length)));
}

function formatResult({ asked, instances, coldStarts, reason }: TargetResult): string {
  const cold = coldStarts === 0 ? "" : `, ${formatQuantity(coldStarts, "cold start")}`;
  return `${instances}/${asked} instances${cold}${reason === undefined ? "" : ` (${toOneLine(reason)})`}`;
}

function formatTarget({ rounds, asked, instances, coldStarts }: TargetSummary): string {
  if (rounds === 0) return `no round seen, ${asked} instances planned`;
  return `${instances}/${asked} instances in the last of ${formatQuantity(rounds, "round")}, ${formatQuantity(coldStarts, "cold start")}`;
}

function formatFailures({ failures }: { readonly failures: readonly string[] }, indent: number): string[] {
  return failures.map((failure) => `${" ".repeat(indent)}failed: ${toOneLine(failure)}`);
}
