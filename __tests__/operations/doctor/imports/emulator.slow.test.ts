import { beforeAll, expect, test } from "@jest/globals";
import { spawnSync } from "node:child_process";
import { cpSync, mkdirSync, rmSync, writeFileSync } from "node:fs";
import { join } from "node:path";
import { runCommand } from "../../../support/command";
import {
  listAddresses,
  HANDLER_SOURCE,
  makeProject,
  synthesizeProject,
  type StackUnderTest,
  makeTfvars,
} from "../../../support/project";
import { skip, TerraformFolder, isTerraformUsable } from "../../../support/terraform";
import { type DoctorReport } from "../world";

const TESTED = "what doctor says of an apply that was interrupted";
const TEN_MINUTES_MS = 600_000;
const COMMAND = /^terraform -chdir=cdktf\.out\/stacks\/adopted import (\S+) (?:'([^']+)'|(\S+))$/;

const usable = process.env["AWS_ENDPOINT_URL"]
  ? isTerraformUsable(TESTED)
  : skip(TESTED, "AWS_ENDPOINT_URL names no AWS emulator");

beforeAll(() => {
  process.env["AWS_ACCESS_KEY_ID"] = "made-up";
  process.env["AWS_SECRET_ACCESS_KEY"] = "made-up";
});

(usable ? test : test.skip)(
  "what AWS has and the state lacks is adopted with the commands of doctor: nothing is made twice",
  async () => {
    // Prepare
    const functions = `api = { endpoint = "iam" }\nweb = { endpoint = "public" }`;
    const more = 'account_id = "123456789012"\nalarm_emails = ["team@example.com"]';
    const root = makeProject({
      "environments/adopted.tfvars": makeTfvars({ functions, more }),
      "functions/web/handler.ts": HANDLER_SOURCE,
    });
    const { outdir, stacks } = await synthesizeProject(root);
    const addresses = listAddresses(stacks["adopted"] as StackUnderTest);
    mkdirSync(join(root, "cdktf.out"));
    cpSync(join(outdir, "stacks"), join(root, "cdktf.out/stacks"), { recursive: true });
    const stack = new TerraformFolder(join(root, "cdktf.out/stacks/adopted"));
    stack.override({
      terraform: { backend: { local: {} } },
      provider: { aws: { access_key: "made-up", secret_key: "made-up" } },
    });
    stack.run(["init", "-input=false"]);
    stack.run(["apply", "-auto-approve", "-input=false"]);
    try {
      rmSync(join(stack.folder, "terraform.tfstate"));
      cpSync(stack.folder, join(root, "cdktf.out/stacks/adopted"), { recursive: true, verbatimSymlinks: true });

      // Act
      const { outcome, fix = "" } = await findingOf(root);
      const commands = fix.split("\n");

      // Assess
      expect(outcome).toBe("fail");
      const imports = commands.map((line) => {
        const [, to, quoted, plain] = COMMAND.exec(line) ?? [];
        return { to, id: quoted ?? plain };
      });
      // Emulators know no composite alarms, which are made again under their names.
      const notFound = /^(aws_lambda_invocation|terraform_data|aws_cloudwatch_composite_alarm)\./;
      const found = imports.flatMap(({ to = "" }) => (to.includes("composite") ? [] : [to]));
      expect(found.sort()).toEqual(addresses.filter((address) => !notFound.test(address)));

      // A shell takes it, and Terraform takes them all: one after the other would take minutes.
      const stage = commands.find((line) => line.includes("_stage."));
      const typed = spawnSync("bash", ["-c", (stage ?? "").replace(/-chdir=\S+/, "")], {
        cwd: stack.folder,
        encoding: "utf8",
      });
      expect({ status: typed.status, error: typed.stderr }).toMatchObject({ status: 0 });
      const rest = imports.filter(({ to = "" }) => !to.startsWith("aws_apigatewayv2_stage."));
      writeFileSync(join(stack.folder, "imports.tf.json"), JSON.stringify({ import: rest }));
      const made = stack.plan().resource_changes.filter(({ change }) => change.actions.includes("create"));
      expect(made.map(({ address }) => address).sort()).toEqual(addresses.filter((address) => notFound.test(address)));
      stack.run(["apply", "-auto-approve", "-input=false"]);
      cpSync(join(stack.folder, "terraform.tfstate"), join(root, "cdktf.out/stacks/adopted/terraform.tfstate"));
      expect(await findingOf(root)).toMatchObject({ outcome: "ok" });
    } finally {
      stack.run(["destroy", "-auto-approve"]);
    }
  },
  TEN_MINUTES_MS,
);

async function findingOf(root: string): Promise<DoctorReport["findings"][number]> {
  const { stdout } = await runCommand(["doctor", "adopted", "--json"], { root });
  const { findings } = JSON.parse(stdout.join("\n")) as DoctorReport;
  const found = findings.find(({ check }) => check === "complete state");
  if (!found) throw new Error("doctor does not look at the state");
  return found;
}
