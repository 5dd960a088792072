import { type Command, InvalidArgumentError } from "commander";
import { loadEnvironments } from "../../environments/load";
import { type Environment } from "../../environments/schema";
import { type EnvironmentCost } from "../cost/cost-report";
import { findEnvironment } from "../cli/input";
import { EXIT, type ExitCode } from "../cli/exit-codes";
import { runUntilInterrupted } from "../cli/interruption";
import { type CommandContext } from "../cli/command-context";

const DAY_MILLISECONDS = 86_400_000;
const DEFAULT_DAYS = 7;
const LONGEST_DAYS = 90;

const HELP = `
A month of each function: monitoring, warming, and provisioned concurrency as the alternative for the same number of instances. By the environments'
files, which needs no AWS account; with --measured, by how they were used: pings, requests, metrics and logs as CloudWatch counted them.

Exit codes:
  0    told
  1    what AWS did not tell is named, with what the file says in its place
  2    wrong input: nothing was asked
  130  Ctrl-C

Examples:
  $ npm run ops -- cost                          every environment, by its file
  $ npm run ops -- cost prod --measured          by the last 7 days
  $ npm run ops -- cost prod --measured 30
  $ npm run ops --silent -- cost prod --json     for a script`;

interface Options {
  readonly measured?: number | true;
  readonly json?: boolean;
}

/**
 * Adds the command `cost`: what environments cost, by function.
 *
 * @param exit takes the exit code
 */
export function addCost(program: Command, surroundings: CommandContext, exit: (code: ExitCode) => void): void {
  program
    .command("cost")
    .description("Tells what monitoring and warming cost, and provisioned concurrency would.")
    .argument("[environment]", "a file in environments/, without .tfvars; all by default")
    .option(
      "--measured [days]",
      `by how it was used in the last days, from 1 to ${LONGEST_DAYS}; ${DEFAULT_DAYS} by default`,
      parseDayCount,
    )
    .option("--json", "write one JSON object")
    .addHelpText("after", HELP)
    .action(async (name: string | undefined, { measured, json = false }: Options) => {
      const { root, print } = surroundings;
      const all = await loadEnvironments(root);
      const environments = name === undefined ? all : [findEnvironment(name, all)];
      const days = measured === true ? DEFAULT_DAYS : measured;
      const costs = await runUntilInterrupted((signal) => priceEnvironments(environments, days, surroundings, signal));
      if (costs === undefined) {
        exit(EXIT.interrupted);
        return;
      }
      const [{ buildCostDocument, listLeftOut }, { formatDocuments }, { PRICE_SOURCE }] = await Promise.all([
        import("../cost/document"),
        import("../document/text"),
        import("../../model/priced-resources"),
      ]);
      const isMeasured = days !== undefined;
      if (json) {
        print(JSON.stringify({ prices: PRICE_SOURCE, leftOut: listLeftOut(isMeasured), environments: costs }));
      } else {
        formatDocuments(costs.map((cost) => buildCostDocument(cost, isMeasured))).forEach(print);
      }
      exit(costs.every(({ unread }) => unread.length === 0) ? EXIT.done : EXIT.failed);
    });
}

/** @param days that are to be measured; undefined for what the files say */
async function priceEnvironments(
  environments: readonly Environment[],
  days: number | undefined,
  { now }: CommandContext,
  signal: AbortSignal,
): Promise<EnvironmentCost[]> {
  const { priceConfigured } = await import("../cost/configured");
  const configured = environments.map(priceConfigured);
  if (days === undefined) return configured;

  const [{ Reader }, { readUsage }, { priceMeasured }] = await Promise.all([
    import("../aws/part-reader"),
    import("../cost/usage"),
    import("../cost/measured"),
  ]);
  const to = now();
  return Promise.all(
    environments.map(async (environment, index) => {
      const cost = configured[index] ?? priceConfigured(environment);
      const reader = new Reader(signal);
      const usage = await readUsage(environment, { from: to - days * DAY_MILLISECONDS, to, signal }, reader);
      const { unread } = reader;
      if (usage) return { ...priceMeasured(environment, cost, usage), unread };
      if (unread.length > 0) return { ...cost, unread };
      return { ...cost, notes: [...cost.notes, `no use was measured in ${days} days: these figures are by its file`] };
    }),
  );
}

function parseDayCount(text: string): number {
  const days = Number(text);
  if (!/^\d+$/.test(text) || days < 1 || days > LONGEST_DAYS) {
    throw new InvalidArgumentError(`It is no whole number from 1 to ${LONGEST_DAYS}.`);
  }
  return days;
}
