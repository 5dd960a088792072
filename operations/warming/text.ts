import { formatDollars } from "../../model/priced-resources";
import { formatQuantity } from "../document/formats";
import { type TargetResult } from "../../warming/contract";
import { toOneLine } from "../one-line";
import { type WarmingPlan } from "./plan";
import { type TimedRecord } from "./run-log";
import { type UnstartedRun } from "./start-runs";
import { type WarmingSummary, type TargetSummary } from "./summary";
import { type WatchEnd, countWatchMinutes } from "./watch";

/** What has been started, and what could not be, before anything is known of it. */
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
      const end = fullTime ? `for ${forMinutes} min` : `until proven warm, for at most ${forMinutes} min`;
      return `Warming ${environment} in ${region}: ${functions}; a round every ${everySeconds} s, ${end}`;
    }),
    `${warmer} does the rounds: they go on when this terminal is closed, and Ctrl-C only ends the watching.`,
    "A round shows here some seconds after it is over: its log record takes that long to arrive.",
    "",
  ];
}

/**
 * What is being waited for, in a terminal: how far it is, and when the next round is to show. Times are in milliseconds
 * since 1970.
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

/** One round: a line for each function, and one for each thing that went wrong. */
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

/** What came out, and whether it is what was asked for. */
export function formatSummary(plan: WarmingPlan, summary: WarmingSummary): string[] {
  const { targets, coldStarts, estimatedDollars, unpriced, outcome } = summary;
  const width = measureNameWidth(plan);
  const verdicts = {
    warmed: ["Warmed as asked."],
    not_warmed: ["Not warmed as asked."],
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
      : `Found in all: ${formatQuantity(coldStarts, "cold start")}. Estimated cost, without starting them: ${formatDollars(estimatedDollars)}`,
    ...(unpriced.length === 0 ? [] : [`The cost leaves out ${unpriced.join(", ")}: set memory_mb to have it counted.`]),
    ...verdicts[outcome],
  ];
}

/** Why nothing is known of the end; undefined when it is known, or has been told. */
export function explainUnknownEnd(plan: WarmingPlan, end: WatchEnd): string | undefined {
  switch (end) {
    case "over":
    case "unread":
      return undefined;
    case "interrupted":
      return `No longer watching: ${plan.warmer} goes on with its rounds, and writes to ${plan.logGroup}`;
    case "time_limit":
      return `No last record after ${countWatchMinutes(plan)} min, so how it ended is not known: look into ${plan.logGroup}`;
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
  if (rounds === 0) return `no round seen, ${asked} instances to be asked for`;
  return `${instances}/${asked} instances in the last of ${formatQuantity(rounds, "round")}, ${formatQuantity(coldStarts, "cold start")}`;
}

function formatFailures({ failures }: { readonly failures: readonly string[] }, indent: number): string[] {
  return failures.map((failure) => `${" ".repeat(indent)}failed: ${toOneLine(failure)}`);
}
