import { type Environment } from "../../environments/schema";
import { Reader } from "../aws/part-reader";
import { type CommandContext } from "../cli/command-context";
import { priceConfigured } from "./configured";
import { type EnvironmentCost } from "./cost-report";

const DAY_MILLISECONDS = 86_400_000;

/**
 * What a month of each environment costs.
 *
 * @param days by whose use; undefined for what the files say
 */
export async function priceEnvironments(
  environments: readonly Environment[],
  days: number | undefined,
  context: Pick<CommandContext, "now" | "signal">,
): Promise<EnvironmentCost[]> {
  if (days === undefined) return environments.map(priceConfigured);
  // Without it, no client of AWS need be loaded.
  const [{ readUsage }, { priceMeasured }] = await Promise.all([import("./usage"), import("./measured")]);
  const { signal } = context;
  const to = context.now();
  return Promise.all(
    environments.map(async (environment) => {
      const cost = priceConfigured(environment);
      const reader = new Reader(signal);
      const usage = await readUsage(environment, { from: to - days * DAY_MILLISECONDS, to }, signal, reader);
      const { unread } = reader;
      if (usage) return { ...priceMeasured(environment, cost, usage), unread };
      if (unread.length > 0) return { ...cost, unread };
      return {
        ...cost,
        notes: [...cost.notes, `no usage was measured in ${days} days: these figures come from its file`],
      };
    }),
  );
}
