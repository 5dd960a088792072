import { afterAll, beforeAll, describe, expect, test } from "@jest/globals";
import { cpSync, existsSync, readFileSync, writeFileSync } from "node:fs";
import { join } from "node:path";
import { runCommand } from "../support/command";
import { makeUpState, planOffline } from "../support/made-up-state";
import { listMarks } from "../operations/plan/picture-marks";
import { makeProject, readFiles, synthesizeProject, makeTfvars } from "../support/project";
import { OFFLINE, TerraformFolder, isTerraformUsable } from "../support/terraform";

const THREE_MINUTES_MS = 180_000;

const usable = isTerraformUsable("the comment on plans by Terraform");

(usable ? describe : describe.skip)("the comment on a plan by Terraform", () => {
  let stack: TerraformFolder;
  const before = makeTfvars({
    functions: `api = {
      endpoint  = "iam"
      memory_mb = 512
      secrets   = { HOOK = { terraform_variable = "hook" } }
    }`,
  });
  const environmentBefore = { ...process.env };

  /**
   * What is said of the plan after the environment's file has been changed to this: as Markdown, as JSON, and the
   * redacted plan.
   */
  async function commentOn(file: string) {
    const { outdir, summary } = await synthesizeProject(makeProject({ "environments/dev.tfvars": file }));
    const changed = new TerraformFolder(stack.folder);
    cpSync(join(outdir, "stacks/dev"), changed.folder, { recursive: true });
    writeFileSync(join(changed.folder, "dev.json"), JSON.stringify(planOffline(changed)));
    const run = async (...args: readonly string[]) => {
      const { exitCode, stdout, stderr } = await runCommand(["plan-comment", "dev.json", ...args], {
        root: changed.folder,
      });
      expect({ exitCode, stderr }).toEqual({ exitCode: 0, stderr: [] });
      return stdout.join("\n");
    };
    const comment = await run("--redacted", "redacted", "--pictures", "pictures");
    const json = await run("--json");
    const redacted = readFileSync(join(changed.folder, "redacted/dev.json"), "utf8");
    expect(comment + json + redacted).not.toMatch(/hunter/);
    const above = comment.split("<details>")[0] ?? "";
    const folder = join(changed.folder, "pictures");
    const pictures = existsSync(folder) ? readFiles(folder) : {};
    expect(Object.values(pictures).join("")).not.toMatch(/hunter/);
    return { comment, lines: above.match(/^- .*/gm) ?? [], json: JSON.parse(json) as unknown, summary, pictures };
  }

  beforeAll(async () => {
    process.env["TF_VAR_hook"] = "hunter2";
    const { outdir } = await synthesizeProject(makeProject({ "environments/dev.tfvars": before }));
    stack = new TerraformFolder(join(outdir, "stacks/dev"));
    stack.override(OFFLINE);
    stack.run(["init", "-input=false"]);
    makeUpState(stack);
  }, THREE_MINUTES_MS);

  afterAll(() => {
    process.env = environmentBefore;
  });

  test(
    "says that nothing changed",
    async () => {
      const { comment, json, summary, pictures } = await commentOn(before);
      expect(pictures).toEqual({});
      // The state that is made up has no outputs.
      expect(comment).toContain("### `dev`: 0 to add, 0 to change, 0 to replace, 0 to destroy, 1 output\n");
      const [, cost = "none"] = /(\$[\d.]+) a month/.exec(summary) ?? [];
      expect(comment).toContain(`Monthly cost: ${cost}, as before`);
      expect(json).toMatchObject({
        environments: [
          { counts: { add: 0, change: 0, replace: 0, destroy: 0 }, changes: [], losses: [], resources: [] },
        ],
      });
    },
    THREE_MINUTES_MS,
  );

  test(
    "says in words what a changed file does, losses first, and of secrets only that they change",
    async () => {
      process.env["TF_VAR_hook"] = "hunter3";
      const { comment, lines, json, pictures } = await commentOn(
        before.replace("512", "1024").replace(`endpoint  = "iam"`, "") +
          `alarms = { cold_starts = { threshold = 20 }, memory = { enabled = false } }
           warming = { peak = { every_minutes = 5 }, scheduled = { concurrency = 4 } }
           log_retention_days = 90`,
      );
      process.env["TF_VAR_hook"] = "hunter2";
      expect(lines).toEqual([
        "- ⚠️ **destroyed**: function URL `api url` (`aws_lambda_function_url.api_url`): its address is lost for good",
        "- function `api`: memory `512 MB` -> `1024 MB`; environment variable `HOOK` changes (sensitive)",
        "- alias `api live`: version `1` -> (known after apply)",
        "- alias `api warm`: version `1` -> (known after apply)",
        "- alarm `api cold-starts`: threshold `10` -> `20`",
        "- alarm `api memory`: gone",
        "- log group `api logs`: logs kept `30 days` -> `90 days`",
        "- log group `warmer logs`: logs kept `30 days` -> `90 days`",
        "- dashboard `dev`: widget `Peak memory` removed; widgets `Memory in use`, `Duration without initialization`, `Concurrent executions` moved or resized",
        "- dashboard `dev`, widget `Alarms of the chosen function`: alarm `{Function}-memory` removed",
        "- schedule `peak`: `cron(0/2 9-17 * * ? *)` -> `cron(0/5 9-17 * * ? *)`",
        "- warming `dev-api scheduled`: `3` instances -> `4` instances",
        "- changed dashboards before and after, with made-up figures: `dev/dev.svg`",
      ]);
      // The widget of the alarm for cold starts is the same, but its threshold is not.
      expect(listMarks(pictures["dev/dev.svg"] ?? "")).toEqual(
        new Map([
          ["Alarms of the chosen function", ["changed", "changed"]],
          ["Cold starts", ["changed", "changed"]],
          ["Peak memory", ["removed"]],
          ["Memory in use", ["moved or resized", "moved or resized"]],
          ["Duration without initialization", ["moved or resized", "moved or resized"]],
          ["Concurrent executions", ["moved or resized", "moved or resized"]],
        ]),
      );
      expect(comment).toMatch(
        /^Monthly cost: \$\d+\.\d\d -> \$\d+\.\d\d \(metrics watched by alarms \d+ -> \d+ x \$0\.10\)$/m,
      );
      expect(json).toMatchObject({ environments: [{ changes: lines.slice(1, -1).map((line) => line.slice(2)) }] });
    },
    THREE_MINUTES_MS,
  );

  test(
    "of 300 resources stays within GitHub's limit, and its JSON has them all",
    async () => {
      const names = ["existing", ...Array.from({ length: 28 }, (_, index) => `existing-${index}`)];
      const many = names.map((name) => `${name} = { existing = true }`).join("\n");
      const { comment, json } = await commentOn(before.replace("functions = {", `functions = {\n${many}\n`));
      const { environments } = json as { environments: [{ counts: { add: number }; resources: unknown[] }] };
      expect(environments[0].counts.add).toBeGreaterThan(300);
      expect(environments[0].resources.length).toBeGreaterThanOrEqual(environments[0].counts.add);
      expect(comment).toContain(`### \`dev\`: ${environments[0].counts.add} to add, `);
      expect(comment.length).toBeLessThanOrEqual(65_536);
    },
    THREE_MINUTES_MS,
  );
});
