import { type Block, buildTable, type Cell } from "../document/document";
import { formatNumber, formatPercent, formatUtc } from "../document/formats";
import { type ErrorBudget, isLittleLeft, type Spending } from "./budget";

/** So many causes are listed for a budget. */
const MOST_CAUSES = 3;

/** Error budgets, for people to read. */
export function buildBudgetBlocks(budgets: readonly ErrorBudget[]): Block[] {
  const tooFew = budgets.filter(({ requests, allowed }) => requests > 0 && allowed < 1);
  return [
    buildTable(
      ["function", "objective", "left", "spent in the last day", "runs out (UTC)", "bad requests"],
      budgets.map((budget) => [
        budget.function,
        `${budget.goal} over ${budget.days} days`,
        formatLeft(budget),
        budget.lastDayPercent === undefined ? "-" : formatPercent(budget.lastDayPercent),
        formatEnd(budget),
        budget.requests === 0 && budget.bad === 0
          ? "-"
          : `${formatNumber(budget.bad, 0)} of ${formatNumber(budget.requests, 0)}, ${formatNumber(budget.allowed)} allowed`,
      ]),
    ),
    {
      kind: "list",
      items: budgets.flatMap((budget) => {
        const spent = [
          ...describeSpending(budget.spentByCategory),
          ...describeSpending(budget.spentByVersion, "version "),
        ];
        return spent.length > 0 ? [{ text: `${budget.function}, spent by: ${spent.join(", ")}` }] : [];
      }),
    },
    ...(tooFew.length > 0
      ? [
          `Too few requests to tell: a single bad request is more than the budget of ${tooFew.map(({ function: name, goal }) => `${name} (${goal})`).join(", ")}.`,
        ]
      : []),
  ];
}

/** As in "12.5 %"; bad if little is left. */
function formatLeft(budget: ErrorBudget): Cell {
  if (budget.leftPercent === undefined) return "no requests";
  return { text: `${formatNumber(budget.leftPercent)} %`, tone: isLittleLeft(budget) ? "bad" : "good" };
}

function formatEnd({ leftPercent, runsOutAt }: ErrorBudget): string {
  if (leftPercent === undefined) return "-";
  if (leftPercent <= 0) return "is used up";
  return runsOutAt === undefined ? "lasts" : formatUtc(runsOutAt);
}

function describeSpending(all: readonly Spending[] = [], prefix = ""): string[] {
  return all.slice(0, MOST_CAUSES).map(({ what, percent }) => `${prefix}${what} ${formatPercent(percent)}`);
}
