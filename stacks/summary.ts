import { TerraformResource } from "cdktf";
import { stateLocation } from "../environments/names";
import { type EnvironmentStack } from "./environment-stack";

const HEADINGS = ["Environment", "Region", "Functions", "Resources", "State"];

/** What has been synthesized, one line per environment, for people to read. */
export function summarize(stacks: readonly EnvironmentStack[]): string {
  const rows = stacks.map((stack) => {
    const { name, region, state, functions } = stack.environment;
    return [
      name,
      region,
      Object.entries(functions)
        .map(([id, { endpoint }]) => (endpoint === "none" ? id : `${id} (${endpoint} endpoint)`))
        .join(", "),
      String(stack.node.findAll().filter((node) => TerraformResource.isTerraformResource(node)).length),
      stateLocation(name, state),
    ];
  });
  return table([HEADINGS, ...rows]);
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
