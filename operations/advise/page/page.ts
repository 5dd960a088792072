import { formatNumber, formatPercent } from "../../document/formats";
import { renderDocument } from "../../page/document";
import {
  type Cell,
  renderCharts,
  renderParagraph,
  renderScrolling,
  renderSection,
  renderTable,
} from "../../page/sections";
import { escapeText } from "../../page/escape-text";
import { type AdviceReport, type FunctionAdvice, type PolicyAdvice } from "../report";
import { formatPolicyFigures, describeHistory, formatMarks, listSensitivityHeadings, listUnread } from "../text";
import { buildAdviceCharts, POLICIES_HEADING } from "./charts";

const HEADINGS = ["mark", "policy", "cold", "between", "later, p50/p95/p99", "pings a day", "a month"];

/** A page that shows what is advised for one function, in one file that needs no other. */
export function renderAdvicePage(report: AdviceReport, advice: FunctionAdvice): string {
  const title = `${advice.function}${report.environment === undefined ? "" : ` of ${report.environment}`}`;
  const { recommendation } = advice;
  const block =
    recommendation.block === undefined
      ? ""
      : renderScrolling(`<pre>${escapeText(recommendation.block)}</pre>`, "Settings to write");
  const assumptionsHeading = isFitted(advice) ? "What AWS does" : "What is assumed";
  const isReached = recommendation.kind !== "out-of-reach";
  return renderDocument({
    title: `Warming ${title}`,
    heading: `Warming ${title}`,
    subtitle: describeHistory(advice),
    content: [
      renderSection("What to set", `${renderParagraph(recommendation.sentence)}${block}`, {
        id: "recommendation",
        style: isReached ? "passed" : "failed",
      }),
      renderCharts(buildAdviceCharts(advice, assumptionsHeading)),
      renderSection(
        POLICIES_HEADING,
        renderTable(
          HEADINGS,
          advice.policies.map((policy) => buildRow(policy, advice)),
        ),
        { id: "policies" },
      ),
      renderSection(assumptionsHeading, renderAssumptions(report, advice), {
        id: "assumptions",
      }),
    ],
  });
}

function isFitted({ log }: FunctionAdvice): boolean {
  return log?.isUsed === true;
}

function buildRow(policy: PolicyAdvice, advice: FunctionAdvice): Cell[] {
  const [name, ...figures] = [policy.name, ...formatPolicyFigures(policy, advice)];
  const style = policy.isRecommended ? "better" : "";
  return [
    { text: formatMarks(policy), style: `state ${style}` },
    name,
    ...figures.map((text) => ({ text, style: "number" })),
  ];
}

function renderAssumptions(
  { assumption, leftOut, prices, targetPercent, unread }: AdviceReport,
  advice: FunctionAdvice,
): string {
  const { notes, sensitivity, repetitions, log } = advice;
  const rows = sensitivity.map(({ guess, source, policies }, index): Cell[] => [
    guess,
    ...policies.map(({ cold }) => ({ text: formatPercent(cold.percent), style: "number" })),
    { text: index === 0 || source === assumption ? "" : source, style: "soft remark" },
  ]);
  return [
    renderParagraph(
      `AWS does not document how long environments live or which one a request gets. ${isFitted(advice) ? "Without its log, it would be assumed" : "Assumed"}: ${assumption}.`,
    ),
    ...(log ? [renderParagraph(log.sentence)] : []),
    ...listUnread(advice.function, { unread }).map((line) => renderParagraph(line)),
    renderTable(["if", ...listSensitivityHeadings(advice), "source"], rows),
    ...notes.map((note) => renderParagraph(note)),
    renderParagraph(
      [
        ...leftOut,
        `Each policy was simulated ${formatNumber(repetitions)} times. A policy counts as good enough if the upper end of its interval, with 95 % confidence, is below ${targetPercent} %.`,
        `Costs: ${prices}, without the free tier.`,
      ].join(" "),
      "soft",
    ),
  ].join("\n");
}
