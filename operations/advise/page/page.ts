import { pageDocument } from "../../page/document";
import { type Cell, charts, paragraph, section, table, tiles } from "../../page/sections";
import { escapeText } from "../../page/svg";
import { numberText } from "../../number-text";
import { countText, dollarText, percentText } from "../amounts";
import { type AdviceReport, type FunctionAdvice, type PolicyAdvice } from "../report";
import { figuresOf, historyText, marksOf, sensitivityHeadings } from "../text";
import { chartsOf } from "./charts";

const HEADINGS = ["", "policy", "cold", "between", "later, p50/p95/p99", "pings a day", "a month"];

/** A page that shows what is advised for one function, in one file that needs no other. */
export function pageOf(report: AdviceReport, advice: FunctionAdvice): string {
  const title = `${advice.function}${report.environment === undefined ? "" : ` of ${report.environment}`}`;
  const { recommendation } = advice;
  const block =
    recommendation.block === undefined
      ? ""
      : `<div class="scroll"><pre>${escapeText(recommendation.block)}</pre></div>`;
  const isReached = recommendation.kind !== "out-of-reach";
  return pageDocument({
    title: `Warming ${title}`,
    heading: `Warming ${title}`,
    subtitle: historyText(advice),
    content: [
      tiles(firstFigures(advice)),
      section("What to set", `${paragraph(recommendation.sentence)}${block}`, {
        id: "recommendation",
        style: isReached ? "passed" : "failed",
      }),
      charts(chartsOf(advice)),
      section("Policies", table(HEADINGS, advice.policies.map(rowOf)), { id: "policies" }),
      section(isFitted(advice) ? "What AWS does" : "What is assumed", assumptions(report, advice), {
        id: "assumptions",
      }),
    ],
  });
}

function firstFigures({ requests, policies }: FunctionAdvice): [string, string][] {
  const none = policies.find(({ kind }) => kind === "none");
  const figures = (label: string, policy: PolicyAdvice | undefined): [string, string][] =>
    policy
      ? [
          [`cold, ${label}`, percentText(policy.cold.percent / 100)],
          [`a month, ${label}`, dollarText(policy.dollarsPerMonth.total)],
        ]
      : [];
  const recommended = policies.find(({ isRecommended }) => isRecommended);
  return [
    ["requests", countText(requests)],
    ...figures("not warmed", none),
    ...(recommended === none ? [] : figures("recommended", recommended)),
  ];
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
    table(["", ...sensitivityHeadings(advice), "source"], rows),
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
