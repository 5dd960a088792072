import { pageDocument } from "../../page/document";
import { type Cell, charts, paragraph, scrolling, section, table } from "../../page/sections";
import { escapeText } from "../../page/escape-text";
import { numberText } from "../../number-text";
import { percentText } from "../amounts";
import { type AdviceReport, type FunctionAdvice, type PolicyAdvice } from "../report";
import { figuresOf, historyText, marksOf, sensitivityHeadings } from "../text";
import { chartsOf, POLICIES_HEADING } from "./charts";

const HEADINGS = ["mark", "policy", "cold", "between", "later, p50/p95/p99", "pings a day", "a month"];

/** A page that shows what is advised for one function, in one file that needs no other. */
export function pageOf(report: AdviceReport, advice: FunctionAdvice): string {
  const title = `${advice.function}${report.environment === undefined ? "" : ` of ${report.environment}`}`;
  const { recommendation } = advice;
  const block =
    recommendation.block === undefined
      ? ""
      : scrolling(`<pre>${escapeText(recommendation.block)}</pre>`, "Settings to write");
  const assumptionsHeading = isFitted(advice) ? "What AWS does" : "What is assumed";
  const isReached = recommendation.kind !== "out-of-reach";
  return pageDocument({
    title: `Warming ${title}`,
    heading: `Warming ${title}`,
    subtitle: historyText(advice),
    content: [
      section("What to set", `${paragraph(recommendation.sentence)}${block}`, {
        id: "recommendation",
        style: isReached ? "passed" : "failed",
      }),
      charts(chartsOf(advice, assumptionsHeading)),
      section(POLICIES_HEADING, table(HEADINGS, advice.policies.map(rowOf)), { id: "policies" }),
      section(assumptionsHeading, assumptions(report, advice), {
        id: "assumptions",
      }),
    ],
  });
}

function isFitted({ log }: FunctionAdvice): boolean {
  return log?.isUsed === true;
}

function rowOf(policy: PolicyAdvice): Cell[] {
  const [name, ...figures] = [policy.name, ...figuresOf(policy)];
  const style = policy.isRecommended ? "better" : "";
  return [
    { text: marksOf(policy), style: `state ${style}` },
    name,
    ...figures.map((text) => ({ text, style: "number" })),
  ];
}

function assumptions({ assumption, leftOut, prices, targetPercent }: AdviceReport, advice: FunctionAdvice): string {
  const { notes, sensitivity, repetitions, log } = advice;
  const rows = sensitivity.map(({ guess, source, policies }, index): Cell[] => [
    guess,
    ...policies.map(({ cold }) => ({ text: percentText(cold.percent / 100), style: "number" })),
    { text: index === 0 || source === assumption ? "" : source, style: "soft remark" },
  ]);
  return [
    paragraph(
      `AWS does not document how long environments live or which one a request gets. ${isFitted(advice) ? "Without its log, it would be assumed" : "Assumed"}: ${assumption}.`,
    ),
    ...(log ? [paragraph(log.sentence)] : []),
    table(["if", ...sensitivityHeadings(advice), "source"], rows),
    ...notes.map((note) => paragraph(note)),
    paragraph(
      [
        ...leftOut,
        `Each policy was simulated ${numberText(repetitions)} times. A policy counts as good enough if the upper end of its interval, with 95 % confidence, is below ${targetPercent} %.`,
        `Costs: ${prices}, without the free tier.`,
      ].join(" "),
      "soft",
    ),
  ].join("\n");
}
