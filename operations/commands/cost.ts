import { findEnvironment, loadEnvironments } from "../../environments/load";
import { PRICE_SOURCE } from "../../model/priced-resources";
import { defineCommand } from "../cli/define-command";
import { reportUnread } from "../cli/exit-codes";
import { ENVIRONMENT_HELP, makeIntegerParser } from "../cli/input";
import { priceEnvironments } from "../cost/price-environments";
import { buildCostDocument, listLeftOut } from "../cost/document";
import { formatDocuments } from "../document/text";

const DEFAULT_DAYS = 7;
const LONGEST_DAYS = 90;

export default defineCommand({
  parameters: (command) =>
    command
      .argument("[environment]", `${ENVIRONMENT_HELP}; all by default`)
      .option(
        "--measured [days]",
        `use measurements of the last days, from 1 to ${LONGEST_DAYS}; ${DEFAULT_DAYS} by default`,
        makeIntegerParser(1, LONGEST_DAYS),
      )
      .option("--json", "write one JSON object"),

  help: `
Shows the monthly cost of each function: monitoring, warming, and provisioned concurrency as the alternative for the same number of instances.
Uses the environments' files, which needs no AWS account; with --measured, uses the pings, requests, metrics and logs that CloudWatch counted.

Exit codes:
  0    done
  1    some data could not be read from AWS; values from the file replace it
  2    wrong input: nothing was read
  130  Ctrl-C

Examples:
  $ npm run ops -- cost                          every environment, by its file
  $ npm run ops -- cost prod --measured          by the last 7 days
  $ npm run ops -- cost prod --measured 30
  $ npm run ops --silent -- cost prod --json     for a script`,

  run: async (context, name, { measured, json = false }) => {
    const { root, print } = context;
    const all = await loadEnvironments(root);
    const environments = name === undefined ? all : [findEnvironment(name, all)];
    const costs = await priceEnvironments(environments, measured === true ? DEFAULT_DAYS : measured, context);
    const isMeasured = costs.some((cost) => cost.measured);
    if (json) {
      print(JSON.stringify({ prices: PRICE_SOURCE, leftOut: listLeftOut(isMeasured), environments: costs }));
    } else {
      formatDocuments(costs.map((cost) => buildCostDocument(cost, isMeasured))).forEach(print);
    }
    return reportUnread(
      context,
      costs.flatMap(({ environment, unread }) => unread.map(({ what }) => ({ what: `${what} of ${environment}` }))),
    );
  },
});
