import { formatDollars } from "../../model/priced-resources";
import { formatNumber, formatPercent } from "../document/formats";
import { formatTable } from "../document/text";
import { type AdviceReport, type FunctionAdvice, type PolicyAdvice } from "./report";

const HEADINGS = ["", "policy", "cold", "between", "later p50/p95/p99", "pings a day", "a month"];

/** What people read of one function's advice. */
export function formatAdvice(advice: FunctionAdvice, report: Pick<AdviceReport, "unread">): string[] {
  const { recommendation, policies } = advice;
  return [
    `${advice.function}: ${describeHistory(advice)}`,
    "",
    ...formatTable(
      HEADINGS,
      policies.map((policy) => [formatMarks(policy), policy.name, ...formatPolicyFigures(policy, advice)]),
    ),
    "",
    recommendation.sentence,
    ...(recommendation.block === undefined ? [] : ["", ...recommendation.block.split("\n").map((line) => `  ${line}`)]),
    ...(advice.log ? ["", advice.log.sentence] : []),
    ...listUnread(advice.function, report).flatMap((line) => ["", line]),
    ...(advice.requests === 0
      ? []
      : ["", `If AWS is another way than ${describeBasis(advice)}, cold are:`, ...formatSensitivity(advice)]),
    "",
  ];
}

/**
 * What stands behind all advice of a report: what is assumed, unless every function's log tells it, and what is left
 * out.
 */
export function formatBasis({ assumption, leftOut, functions }: AdviceReport): string[] {
  const assumed = functions.filter(({ log }) => log?.isUsed !== true).map((advice) => advice.function);
  const which = assumed.length < functions.length ? ` for ${assumed.join(", ")}` : "";
  return [...(assumed.length === 0 ? [] : [`Assumed${which}: ${assumption}.`]), leftOut.join(" ")];
}

/** What AWS did not tell of a function: a line for each part. */
export function listUnread(id: string, { unread = [] }: Pick<AdviceReport, "unread">): string[] {
  return unread.flatMap(({ what, why }) => (what.endsWith(` of ${id}`) ? [`${what} not read: ${why}`] : []));
}

/** A line for each function without advice. */
export function formatUnadvised({ functions, unread = [] }: Pick<AdviceReport, "functions" | "unread">): string[] {
  const advised = functions.flatMap((advice) => listUnread(advice.function, { unread }));
  return unread.map(({ what, why }) => `${what} not read: ${why}`).filter((line) => !advised.includes(line));
}

/** Where the figures are from, besides the traffic. */
export function describeBasis({ log }: FunctionAdvice): "assumed" | "its log tells" {
  return log?.isUsed === true ? "its log tells" : "assumed";
}

/** Of what the advice is made. */
export function describeHistory({ requests, from, to, memoryMb, architecture }: FunctionAdvice): string {
  const time = (at: string) => at.replace("T", " ").slice(0, 16);
  return `${formatNumber(requests)} requests from ${time(from)} to ${time(to)} UTC, ${memoryMb} MB ${architecture}`;
}

/** Cells of a policy's figures, after its marks. Without requests, nothing is known of how they would do. */
export function formatPolicyFigures(
  { cold, addedMilliseconds, pingsPerDay, dollarsPerMonth }: PolicyAdvice,
  { requests }: Pick<FunctionAdvice, "requests">,
): string[] {
  const { p50, p95, p99 } = addedMilliseconds;
  const ofRequests = [
    formatPercent(cold.percent),
    formatInterval(cold),
    `${[p50, p95, p99].map((value) => formatNumber(value, 0)).join("/")} ms`,
  ];
  return [
    ...(requests === 0 ? ofRequests.map(() => "-") : ofRequests),
    formatNumber(pingsPerDay, 0),
    formatDollars(dollarsPerMonth.total),
  ];
}

/** An interval; what it goes up to decides. */
export function formatInterval({ fromPercent, toPercent }: PolicyAdvice["cold"]): string {
  return `${formatNumber(fromPercent, 2)} - ${formatNumber(toPercent, 2)} %`;
}

/** What a policy is, besides compared. */
export function formatMarks({ isConfigured, isRecommended }: PolicyAdvice): string {
  return [...(isConfigured ? ["now"] : []), ...(isRecommended ? ["best"] : [])].join(", ");
}

function formatSensitivity(advice: FunctionAdvice): string[] {
  const rows = advice.sensitivity.map(({ guess, policies }) => [
    guess,
    ...policies.map(({ cold }) => formatPercent(cold.percent)),
  ]);
  return formatTable(["", ...listSensitivityHeadings(advice)], rows);
}

/**
 * The policies that a sensitivity is told of: the function without warming, as it is set now, and as it is recommended.
 */
export function listSensitivityHeadings({ policies, sensitivity }: FunctionAdvice): string[] {
  return (sensitivity[0]?.policies ?? []).map(({ name }) => {
    const policy = policies.find((one) => one.name === name);
    const roles = [
      ...(policy?.kind === "none" ? ["not warmed"] : []),
      ...(policy?.isConfigured === true ? ["set now"] : []),
      ...(policy?.isRecommended === true ? ["recommended"] : []),
    ];
    return roles.join(", ");
  });
}
