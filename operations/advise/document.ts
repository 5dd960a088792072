import { formatDollars } from "../../model/priced-resources";
import { type Block, buildSection, buildTable, type Cell, type Document } from "../document/document";
import { formatNumber, formatPercent, formatUtc } from "../document/formats";
import { buildAdviceCharts, POLICIES_HEADING } from "./charts";
import { type AdviceReport, type FunctionAdvice, type PolicyAdvice } from "./report";
import { DOLLARS_PER_COLD_REQUEST } from "./recommend";
import { describeBasis, listSensitivityHeadings } from "./sensitivity-headings";

/** The readable advice for one function. */
export function buildAdviceDocument(report: AdviceReport, advice: FunctionAdvice): Document {
  const { environment, assumption, leftOut, prices } = report;
  const { recommendation, policies, requests, from, to, memoryMb, architecture, repetitions, targetPercent } = advice;
  const { kind, sentence, block } = recommendation;
  const isFitted = describeBasis(advice) === "its log shows";
  const basisHeading = isFitted ? "What AWS does" : "What is assumed";
  return {
    heading: `Warming ${advice.function}${environment === undefined ? "" : ` of ${environment}`}`,
    subtitle: `${formatNumber(requests)} requests from ${formatUtc(from)} to ${formatUtc(to)} UTC, ${memoryMb} MB ${architecture}`,
    conclusion: buildSection(
      sentence,
      block === undefined ? [] : [{ kind: "code", label: "Settings to write", text: block }],
      { id: "recommendation", tone: kind === "out-of-reach" ? "bad" : "good" },
    ),
    blocks: [
      { kind: "charts", charts: buildAdviceCharts(advice, basisHeading) },
      buildSection(
        POLICIES_HEADING,
        [
          buildTable(
            ["mark", "policy", "cold", "between", "later, p50/p95/p99", "pings a day", "a month"],
            policies.map(buildPolicyRow),
          ),
        ],
        { id: "policies" },
      ),
      buildSection(
        basisHeading,
        [...(isFitted ? [`Without its log, the assumptions are: ${assumption}.`] : []), ...buildBasis(report, advice)],
        {
          id: "assumptions",
        },
      ),
    ],
    footnotes: [
      "AWS does not document how long instances live or which one a request gets.",
      ...(isFitted ? [] : [`Assumed: ${assumption}.`]),
      leftOut.join(" "),
      `Each policy was simulated ${formatNumber(repetitions)} times. The best value is the least sum of a policy's price and ${formatDollars(DOLLARS_PER_COLD_REQUEST)} for each cold request, among those that reach the target: the upper end of the interval, with 95 % confidence, is below ${targetPercent} %.`,
      `Costs: ${prices}, without the free tier.`,
    ],
  };
}

/** What could not be read about a function, one line per part. */
export function listUnread(id: string, { unread = [] }: Pick<AdviceReport, "unread">): string[] {
  return unread.flatMap(({ what, why }) => (what.endsWith(` of ${id}`) ? [`${what} not read: ${why}`] : []));
}

/** A line for each function without advice. */
export function formatUnadvised({ functions, unread = [] }: Pick<AdviceReport, "functions" | "unread">): string[] {
  const advised = functions.flatMap((advice) => listUnread(advice.function, { unread }));
  return unread.map(({ what, why }) => `${what} not read: ${why}`).filter((line) => !advised.includes(line));
}

function buildPolicyRow(policy: PolicyAdvice): Cell[] {
  const { name, cold, addedMilliseconds, pingsPerDay, dollarsPerMonth, isConfigured, isRecommended } = policy;
  const { p50, p95, p99 } = addedMilliseconds;
  const marks = [...(isConfigured ? ["now"] : []), ...(isRecommended ? ["best"] : [])].join(", ");
  return [
    isRecommended ? { text: marks, tone: "good" } : marks,
    name,
    formatPercent(cold.percent),
    `${formatNumber(cold.fromPercent, 2)} - ${formatNumber(cold.toPercent, 2)} %`,
    `${[p50, p95, p99].map((value) => formatNumber(value, 0)).join("/")} ms`,
    formatNumber(pingsPerDay, 0),
    formatDollars(dollarsPerMonth.total),
  ];
}

function buildBasis(report: AdviceReport, advice: FunctionAdvice): Block[] {
  const { notes, sensitivity, log } = advice;
  const rows = sensitivity.map(({ guess, source, policies }, index) => [
    guess,
    ...policies.map(({ cold }) => formatPercent(cold.percent)),
    index === 0 || source === report.assumption ? "" : source,
  ]);
  return [
    ...(log ? [log.sentence] : []),
    ...listUnread(advice.function, report),
    `Cold requests if AWS differs from what ${describeBasis(advice)}:`,
    buildTable(["if", ...listSensitivityHeadings(advice), "source"], rows),
    ...notes,
  ];
}
