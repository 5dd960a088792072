import { TerraformResource } from "cdktf";
import { stateLocation } from "../environments/names";
import { type Environment } from "../environments/schema";
import { type EnvironmentStack } from "./environment-stack";

const HEADINGS = ["Environment", "Region", "Functions", "Resources", "State"];

const LONGEST_LIST = 60;

/** What has been synthesized, one line per environment, for people to read. */
export function summarize(stacks: readonly EnvironmentStack[]): string {
  const rows = stacks.map((stack) => {
    const { name, region, state, functions } = stack.environment;
    const resources = stack.node.findAll().filter((node) => TerraformResource.isTerraformResource(node));
    return [name, region, describe(functions), String(resources.length), stateLocation(name, state)];
  });
  return table([HEADINGS, ...rows]);
}

/** The functions by name, or how many when they are many; those that everyone can call always by name. */
function describe(functions: Environment["functions"]): string {
  const names = Object.entries(functions).map(([name, { endpoint }]) =>
    endpoint === "none" ? name : `${name} (${endpoint} endpoint)`,
  );
  const list = names.join(", ");
  if (list.length <= LONGEST_LIST) return list;
  const isPublic = Object.keys(functions).filter((name) => functions[name]?.endpoint === "public");
  return [`${names.length} functions`, ...isPublic.map((name) => `${name} (public endpoint)`)].join(", ");
}

function table(rows: readonly (readonly string[])[]): string {
  const widths = HEADINGS.map((_, column) => Math.max(...rows.map((row) => row[column]?.length ?? 0)));
  return rows
    .map((row) =>
      row
        .map((cell, column) => cell.padEnd(widths[column] ?? 0))
        .join("  ")
        .trimEnd(),
    )
    .join("\n");
}
