import { expect, test } from "@jest/globals";
import { Command, type Option } from "commander";
import { addAdvise } from "../../../operations/commands/advise";
import { addBootstrap } from "../../../operations/commands/bootstrap";
import { addCost } from "../../../operations/commands/cost";
import { addDoctor } from "../../../operations/commands/doctor";
import { addHcpWorkspaces } from "../../../operations/commands/hcp-workspaces";
import { addInvestigate } from "../../../operations/commands/investigate";
import { addNote } from "../../../operations/commands/note";
import { addPlanComment } from "../../../operations/commands/plan-comment";
import { addReport } from "../../../operations/commands/report";
import { addSmoke } from "../../../operations/commands/smoke";
import { type CommandContext } from "../../../operations/cli/command-context";
import { addWarm } from "../../../operations/commands/warm";

const SURROUNDINGS: CommandContext = {
  root: ".",
  print: () => undefined,
  printAside: () => undefined,
  now: () => 0,
  wait: () => Promise.resolve(),
};

const program = new Command();
for (const add of [
  addAdvise,
  addBootstrap,
  addCost,
  addDoctor,
  addHcpWorkspaces,
  addInvestigate,
  addNote,
  addPlanComment,
  addReport,
  addSmoke,
  addWarm,
]) {
  add(program, SURROUNDINGS, () => undefined);
}

/** What a value that cannot be right is told. */
function refusalOf({ parseArg }: Option): string {
  try {
    parseArg?.("?:\u0000", undefined);
    return "";
  } catch (error) {
    return error instanceof Error ? error.message : String(error);
  }
}

const options = program.commands.flatMap((command) =>
  command.options.map((option) => ({ name: `${command.name()} ${option.long ?? ""}`, option })),
);
const refusing = options.filter(({ option }) => refusalOf(option) !== "");

test("there are options that refuse values", () => {
  expect(refusing.map(({ name }) => name)).toEqual(
    expect.arrayContaining(["advise --memory-mb", "cost --measured", "investigate --since", "smoke --wait-minutes"]),
  );
});

test.each(refusing)("$name: its help tells every limit and name that a refusal tells", ({ option }) => {
  const [rule = ""] = refusalOf(option).split(", as in");
  const limits = rule.match(/\d+[a-z]?\b|\b(?:arm64|x86_64|week|month|quarter)\b/g) ?? [];

  for (const limit of limits) expect(option.description).toContain(limit);
});
