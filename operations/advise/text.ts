import { numberText } from "../number-text";
import { textTable } from "../text-table";
import { countText, dollarText, percentText } from "./amounts";
import { type AdviceReport, type FunctionAdvice, type PolicyAdvice } from "./report";

const HEADINGS = ["", "policy", "cold", "between", "later p50/p95/p99", "pings a day", "a month"];

/** What people read of one function's advice. */
export function adviceLines(advice: FunctionAdvice): string[] {
  const { recommendation, policies } = advice;
  return [
    `${advice.function}: ${historyText(advice)}`,
    "",
    ...textTable(HEADINGS, policies.map(rowOf)),
    "",
    recommendation.sentence,
    ...(recommendation.block === undefined ? [] : ["", ...recommendation.block.split("\n").map((line) => `  ${line}`)]),
    ...(advice.log ? ["", advice.log.sentence] : []),
    ...(advice.requests === 0
      ? []
      : ["", `If AWS is another way than ${basisText(advice)}, cold are:`, ...sensitivityTable(advice)]),
    "",
  ];
}

/**
 * What stands behind all advice of a report: what is assumed, unless every function's log tells it, and what is left
 * out.
 */
export function basisLines({ assumption, leftOut, functions }: AdviceReport): string[] {
  const assumed = functions.filter(({ log }) => log?.isUsed !== true).map((advice) => advice.function);
  const which = assumed.length < functions.length ? ` for ${assumed.join(", ")}` : "";
  return [...(assumed.length === 0 ? [] : [`Assumed${which}: ${assumption}.`]), leftOut.join(" ")];
}

/** Where the figures are from, besides the traffic. */
export function basisText({ log }: FunctionAdvice): "assumed" | "its log tells" {
  return log?.isUsed === true ? "its log tells" : "assumed";
}

/** Of what the advice is made. */
export function historyText({ requests, from, to, memoryMb, architecture }: FunctionAdvice): string {
  const time = (at: string) => at.replace("T", " ").slice(0, 16);
  return `${countText(requests)} requests from ${time(from)} to ${time(to)} UTC, ${memoryMb} MB ${architecture}`;
}

/** Cells of a policy's figures, after its marks. */
export function figuresOf({ cold, addedMilliseconds, pingsPerDay, dollarsPerMonth }: PolicyAdvice): string[] {
  const { p50, p95, p99 } = addedMilliseconds;
  return [
    percentText(cold.percent / 100),
    betweenText(cold),
    `${[p50, p95, p99].map((value) => numberText(value, 0)).join("/")} ms`,
    numberText(pingsPerDay, 0),
    dollarText(dollarsPerMonth.total),
  ];
}

/** An interval; what it goes up to decides. */
export function betweenText({ fromPercent, toPercent }: PolicyAdvice["cold"]): string {
  return `${numberText(fromPercent, 2)} - ${numberText(toPercent, 2)} %`;
}

/** What a policy is, besides compared. */
export function marksOf({ isConfigured, isRecommended }: PolicyAdvice): string {
  return [...(isConfigured ? ["now"] : []), ...(isRecommended ? ["best"] : [])].join(", ");
}

function rowOf(policy: PolicyAdvice): string[] {
  return [marksOf(policy), policy.name, ...figuresOf(policy)];
}

function sensitivityTable(advice: FunctionAdvice): string[] {
  const rows = advice.sensitivity.map(({ guess, policies }) => [
    guess,
    ...policies.map(({ cold }) => percentText(cold.percent / 100)),
  ]);
  return textTable(["", ...sensitivityHeadings(advice)], rows);
}

/**
 * The policies that a sensitivity is told of: the function without warming, as it is set now, and as it is recommended.
 */
export function sensitivityHeadings({ policies, sensitivity }: FunctionAdvice): string[] {
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
