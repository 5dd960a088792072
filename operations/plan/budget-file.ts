import * as z from "zod";
import { InvalidInput } from "../../environments/mistakes";
import { readJson, UnusableFile } from "../../environments/text-file";
import { budgetSchema, isLittleLeft } from "../budgets/budget";
import { formatPercent, formatUtc } from "../document/formats";
import { formatCode } from "./markdown";

const schema = z.object({ environment: z.string(), budgets: z.array(budgetSchema) });

/** The error budgets of one environment, as the command `budget` writes them. */
export type EnvironmentBudgets = z.output<typeof schema>;

/** Reads the output of `budget --json`; throws anything else as a mistake in the file. */
export async function readBudgetFile(path: string, shownAs: string): Promise<EnvironmentBudgets> {
  const expected = "make it with `npm run ops --silent -- budget <environment> --json`";
  const json = await readJson(path, `is not JSON: ${expected}`).catch((error: unknown) => {
    throw error instanceof UnusableFile ? new InvalidInput([{ file: shownAs, message: error.message }]) : error;
  });
  const { data } = schema.safeParse(json);
  if (!data) throw new InvalidInput([{ file: shownAs, message: `has no error budgets: ${expected}` }]);
  return data;
}

/** The error budgets of which little is left. */
export function selectLittleLeft({ environment, budgets }: EnvironmentBudgets): EnvironmentBudgets {
  return { environment, budgets: budgets.filter(isLittleLeft) };
}

/** A line for each error budget of which little is left: a risky change may wait. */
export function formatBudgets(all: EnvironmentBudgets): string[] {
  return selectLittleLeft(all).budgets.map(({ function: name, goal, days, leftPercent = 0, runsOutAt }) => {
    const left = leftPercent <= 0 ? "is used up" : `has only ${formatPercent(leftPercent)} left`;
    const end = runsOutAt === undefined ? "" : `, until ${formatUtc(runsOutAt)} UTC at the last day's rate`;
    return `- **The error budget ${left}**${end}: ${formatCode(name, 64)}, ${formatCode(`${goal} over ${days} days`)}. A risky change may wait.`;
  });
}
