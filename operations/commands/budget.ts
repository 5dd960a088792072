import { listWatchedFunctions } from "../../model/watched-function";
import { makeInvalidInput } from "../../environments/mistakes";
import { PRICE_SOURCE, formatDollars } from "../../model/priced-resources";
import { AwsAccess } from "../aws/access";
import { priceReading } from "../aws/metrics";
import { buildBudgetBlocks } from "../budgets/document";
import { countBudgetMetrics, readBudgets } from "../budgets/read-budgets";
import { defineCommand } from "../cli/define-command";
import { EXIT } from "../cli/exit-codes";
import { ENVIRONMENT_HELP, readEnvironment } from "../cli/input";
import { showReading } from "../cli/progress";
import { formatDocuments } from "../document/text";

export default defineCommand({
  parameters: (command) =>
    command.argument("<environment>", ENVIRONMENT_HELP).option("--json", "write one line of JSON"),

  help: `
Shows how much of each error budget is left, what spent it, and when it runs out if each day is like the last one. A budget is
what an objective (key objectives) allows: of 99.95 % over 30 days, 0.05 % of the requests of the last 30 days.

Reading metrics costs money; the cost is shown before. Nothing is changed.

Exit codes:
  0    done
  1    CloudWatch could not be read
  2    wrong input, or the environment has no objectives: nothing was read
  130  Ctrl-C

Examples:
  $ npm run ops -- budget prod
  $ npm run ops --silent -- budget prod --json > budget.json     for plan-comment --budget`,

  run: async (context, name, { json = false }) => {
    const { root, print, printAside, now } = context;
    const environment = await readEnvironment(root, name);
    const functions = listWatchedFunctions(environment);
    const metrics = countBudgetMetrics(functions);
    if (metrics === 0) throw makeInvalidInput("budget", `no function of ${name} has an objective (key objectives)`);
    printAside(`Reading some ${metrics} metrics costs ${formatDollars(priceReading(metrics))} (${PRICE_SOURCE}).`);
    const { budgets } = await showReading(context, ({ signal, onStep }) => {
      onStep("error budgets");
      return readBudgets(new AwsAccess(environment.region, signal), functions, now());
    });
    if (json) print(JSON.stringify({ environment: name, budgets }));
    else formatDocuments([{ heading: `Error budgets of ${name}`, blocks: buildBudgetBlocks(budgets) }]).forEach(print);
    return EXIT.done;
  },
});
