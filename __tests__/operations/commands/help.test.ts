import { expect, test } from "@jest/globals";
import { Command, type Option } from "@commander-js/extra-typings";
import { COMMANDS } from "../../../operations/program";

const programs = COMMANDS.map(async ({ name, parameters, load }) => {
  const command = new Command(name);
  (await load()).default(command, () => Promise.resolve());
  return { command, parameters };
});

/** What a value that cannot be right is told. */
function refusalOf({ parseArg }: Option): string {
  try {
    parseArg?.("?:\u0000", undefined);
    return "";
  } catch (error) {
    return error instanceof Error ? error.message : String(error);
  }
}

test("the program's help shows each command's arguments as the command has them", async () => {
  for (const { command, parameters } of await Promise.all(programs)) {
    expect(`${command.name()} ${command.usage()}`).toBe(`${command.name()} [options] ${parameters}`.trimEnd());
  }
});

test("help tells every limit and name that a refusal tells", async () => {
  const options = (await Promise.all(programs)).flatMap(({ command }) =>
    command.options.map((option) => ({ name: `${command.name()} ${option.long ?? ""}`, option })),
  );
  const refusing = options.filter(({ option }) => refusalOf(option) !== "");
  expect(refusing.map(({ name }) => name)).toEqual(
    expect.arrayContaining(["advise --memory-mb", "cost --measured", "investigate --since", "smoke --wait-minutes"]),
  );

  const untold = refusing.flatMap(({ name, option }) => {
    const [rule = ""] = refusalOf(option).split(/,? (?:as in|such as|for example)/);
    const limits = rule.match(/\d+[a-z]?\b|\b(?:arm64|x86_64|week|month|quarter)\b/g) ?? [];
    return limits.filter((limit) => !option.description.includes(limit)).map((limit) => `${name}: ${limit}`);
  });

  expect(untold).toEqual([]);
});
