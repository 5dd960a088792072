import { InvalidArgumentError } from "@commander-js/extra-typings";
import { join, resolve } from "node:path";
import { makeInvalidInput } from "../../environments/mistakes";
import { defineCommand } from "../cli/define-command";
import { EXIT } from "../cli/exit-codes";
import { writeWholeFile } from "../cli/files";
import { collectValues } from "../cli/input";
import { readBudgetFile, selectLittleLeft } from "../plan/budget-file";
import { type PicturesLink, writeComment } from "../plan/comment";
import { summarizePlan } from "../plan/comment-json";
import { type ChangedDashboardPicture } from "../plan/dashboard-pictures";
import { type Plan } from "../plan/plan";
import { demandFileName, parseEnvironmentName, readPlanFile, toPlan } from "../plan/plan-file";
import { writeRedacted } from "../plan/redact";

export default defineCommand({
  parameters: (command) =>
    command
      .argument("[plan.json...]", "output of `terraform show -json`")
      .option("--name <environment>", "the environment of a plan, in the plans' order (repeatable)", collectValues, [])
      .option("--unplanned <environment>", "an environment that has no plan (repeatable)", collectValues, [])
      .option(
        "--budget <file>",
        "output of `budget --json`: error budgets of which little is left are in the comment (repeatable)",
        collectValues,
        [],
      )
      .option("--title <text>", "the comment's heading", "Terraform plan")
      .option("--out <file>", "write the comment to a file")
      .option("--redacted <folder>", "also write each plan without sensitive values, as <environment>.json")
      .option(
        "--pictures <folder>",
        "also draw each changed dashboard before and after, as <environment>/<dashboard>.svg; the comment names them",
      )
      .option(
        "--pictures-link <environment=address>",
        "where readers find the pictures of an environment: the comment links it (repeatable)",
        collectLinks,
        [],
      )
      .option("--json", "print one JSON object instead of the comment"),

  help: `
The path of a plan's file names its environment: prod.json and prod/plan.json belong to prod. --name overrides it.
Values that Terraform knows as sensitive are never written. --json prints the uncut content of the comment; --out still writes the comment.

Pictures need nothing but the plan: their figures are made up, and the same before and after, so that only what the plan changes
differs. Changed widgets are marked. Without a changed dashboard, nothing is drawn.

Exit codes:
  0    the comment is written
  2    wrong input: nothing was written

Examples:
  $ terraform -chdir=cdktf.out/stacks/prod plan -out=tfplan
  $ mkdir -p plans
  $ terraform -chdir=cdktf.out/stacks/prod show -json tfplan > plans/prod.json
  $ npm run ops --silent -- plan-comment plans/*.json --out comment.md
  $ npm run ops --silent -- plan-comment plans/dev.json --unplanned prod     prod's plan has failed
  $ npm run ops --silent -- budget prod --json > budget.json
  $ npm run ops --silent -- plan-comment plans/prod.json --budget budget.json
  $ npm run ops --silent -- plan-comment plans/prod.json --pictures pictures
  $ npm run ops --silent -- plan-comment plans/*.json --json                 for a script`,

  run: async ({ root, print }, paths, options) => {
    const { name: names, unplanned, budget, title, out, redacted, pictures, json: asJson = false } = options;
    if (paths.length === 0 && unplanned.length === 0) throw makeInvalidInput("plan-comment", "name at least one plan");
    if (names.length > paths.length)
      throw makeInvalidInput("--name", `there are ${names.length} names for ${paths.length} plans`);
    const files = paths.map((file, index) => {
      const path = resolve(root, file);
      return { file, path, environment: names[index] ?? parseEnvironmentName(path) };
    });
    const all = [...files.map(({ environment }) => environment), ...unplanned];
    const twice = all.find((environment, index) => all.indexOf(environment) !== index);
    if (twice !== undefined)
      throw makeInvalidInput("plan-comment", `two plans belong to ${twice}: name each with --name`);
    for (const { environment } of files) {
      if (redacted !== undefined) demandFileName("--redacted", environment);
      if (pictures !== undefined) demandFileName("--pictures", environment);
    }
    const links = options.picturesLink;
    const unknown = links.find((link) => files.every(({ environment }) => environment !== link.environment));
    if (unknown) throw makeInvalidInput("--pictures-link", `${unknown.environment} belongs to none of these plans`);

    const read = await Promise.all(
      files.map(async ({ file, path, environment }) => ({ environment, json: await readPlanFile(path, file) })),
    );
    const plans = read.map(({ environment, json }) => toPlan(environment, json));
    const budgets = await Promise.all(budget.map((file) => readBudgetFile(resolve(root, file), file)));
    const stranger = budgets.find(({ environment }) => !all.includes(environment));
    if (stranger)
      throw makeInvalidInput("--budget", `the budgets of ${stranger.environment} belong to none of these plans`);
    const drawn = pictures === undefined ? [] : await drawPictures(plans);
    const comment = writeComment(title, plans, { unplanned, budgets, pictures: drawn, links });

    if (redacted !== undefined) await Promise.all(read.map((one) => writeRedacted(resolve(root, redacted), one)));
    for (const { file, svg } of drawn) await writeWholeFile(resolve(root, join(pictures ?? "", file)), svg);
    if (out !== undefined) await writeWholeFile(resolve(root, out), comment);
    if (asJson) {
      const littleLeft = budgets.map(selectLittleLeft);
      print(JSON.stringify({ title, environments: plans.map(summarizePlan), unplanned, budgets: littleLeft }));
    }
    if (!asJson && out === undefined) print(comment.trimEnd());
    return EXIT.done;
  },
});

async function drawPictures(plans: readonly Plan[]): Promise<ChangedDashboardPicture[]> {
  // The code that draws charts is slow to load.
  const { drawDashboardChanges } = await import("../plan/dashboard-pictures");
  return (await Promise.all(plans.map(drawDashboardChanges))).flat();
}

function collectLinks(text: string, earlier: readonly PicturesLink[]): readonly PicturesLink[] {
  const [, environment = "", address = ""] = /^([^=]+)=(https?:\/\/.+)$/.exec(text) ?? [];
  if (!URL.canParse(address)) throw new InvalidArgumentError("It is not like prod=https://…");
  return [...earlier, { environment, address: new URL(address).href }];
}
