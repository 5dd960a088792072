import { type Command } from "commander";
import { mkdir, writeFile } from "node:fs/promises";
import { dirname, join, resolve } from "node:path";
import { makeInvalidInput } from "../../environments/mistakes";
import { EXIT, type ExitCode } from "../cli/exit-codes";
import { parseEnvironmentName, type PlanJson, readPlanFile, toPlan } from "../plan/plan-file";
import { redact } from "../plan/redact";
import { type CommandContext } from "../cli/command-context";

const HELP = `
A plan's file tells its environment: prod.json and prod/plan.json are of prod. --name says it otherwise.
Values that Terraform knows as sensitive are never written. --json prints what the comment says, and not cut; --out still writes the comment.

Exit codes:
  0    the comment is written
  2    wrong input: nothing was written

Examples:
  $ terraform -chdir=cdktf.out/stacks/prod plan -out=tfplan
  $ mkdir -p plans
  $ terraform -chdir=cdktf.out/stacks/prod show -json tfplan > plans/prod.json
  $ npm run ops --silent -- plan-comment plans/*.json --out comment.md
  $ npm run ops --silent -- plan-comment plans/dev.json --unplanned prod     prod's plan has failed
  $ npm run ops --silent -- plan-comment plans/*.json --json                 for a script`;

interface Options {
  readonly name: readonly string[];
  readonly unplanned: readonly string[];
  readonly title: string;
  readonly out?: string;
  readonly redacted?: string;
  readonly json?: boolean;
}

/**
 * Adds the command `plan-comment`: what Terraform is going to do, as one comment for a pull request.
 *
 * @param exit takes the exit code
 */
export function addPlanComment(program: Command, surroundings: CommandContext, exit: (code: ExitCode) => void): void {
  const collect = (value: string, all: readonly string[]) => [...all, value];
  program
    .command("plan-comment")
    .description("Writes one Markdown comment about the plans of environments.")
    .argument("[plan.json...]", "what `terraform show -json` has written")
    .option("--name <environment>", "the environment of a plan, in the plans' order (repeatable)", collect, [])
    .option("--unplanned <environment>", "an environment that has no plan (repeatable)", collect, [])
    .option("--title <text>", "the comment's heading", "Terraform plan")
    .option("--out <file>", "write the comment to a file")
    .option("--redacted <folder>", "also write each plan without sensitive values, as <environment>.json")
    .option("--json", "print one JSON object instead of the comment")
    .addHelpText("after", HELP)
    .action(async (files: string[], options: Options) => {
      await planComment(files, options, surroundings);
      exit(EXIT.done);
    });
}

async function planComment(files: readonly string[], options: Options, { root, print }: CommandContext): Promise<void> {
  const { name: names, unplanned, title, out, redacted, json: asJson = false } = options;
  if (files.length === 0 && unplanned.length === 0) throw makeInvalidInput("plan-comment", "name at least one plan");
  if (names.length > files.length)
    throw makeInvalidInput("--name", `there are ${names.length} names for ${files.length} plans`);

  const inputs = files.map((file, index) => ({
    file,
    environment: names[index] ?? parseEnvironmentName(resolve(root, file)),
  }));
  const all = [...inputs.map(({ environment }) => environment), ...unplanned];
  const twice = all.find((environment, index) => all.indexOf(environment) !== index);
  if (twice !== undefined)
    throw makeInvalidInput("plan-comment", `two plans are of ${twice}: say which is which with --name`);

  const read = await Promise.all(
    inputs.map(async ({ file, environment }) => ({ environment, json: await readPlanFile(resolve(root, file), file) })),
  );
  // It looks up prices where the stacks do, and they load much that no other command needs.
  const [{ writeComment }, { summarizePlan }] = await Promise.all([
    import("../plan/comment"),
    import("../plan/comment-json"),
  ]);
  const plans = read.map(({ environment, json }) => toPlan(environment, json));
  const comment = writeComment({ title, plans, unplanned });

  if (redacted !== undefined) await Promise.all(read.map((one) => writeRedacted(resolve(root, redacted), one)));
  if (out !== undefined) await write(resolve(root, out), comment);
  if (asJson) print(JSON.stringify({ title, environments: plans.map(summarizePlan), unplanned }));
  else if (out === undefined) print(comment.trimEnd());
}

async function writeRedacted(
  folder: string,
  { environment, json }: { readonly environment: string; readonly json: PlanJson },
): Promise<void> {
  if (!/^[\w.-]+$/.test(environment))
    throw makeInvalidInput("--redacted", `${JSON.stringify(environment)} cannot name a file`);
  await write(join(folder, `${environment}.json`), JSON.stringify(redact(json)));
}

async function write(path: string, text: string): Promise<void> {
  try {
    await mkdir(dirname(path), { recursive: true });
    await writeFile(path, text);
  } catch (error) {
    throw makeInvalidInput(path, `cannot be written: ${error instanceof Error ? error.message : String(error)}`);
  }
}
