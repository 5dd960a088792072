import { beforeAll, describe, expect, test } from "@jest/globals";
import { cpSync } from "node:fs";
import { join } from "node:path";
import { makeUpState } from "../support/made-up-state";
import { HANDLER_SOURCE, makeProject, makeTfvars, synthesizeProject } from "../support/project";
import { isTerraformUsable, OFFLINE, TerraformFolder } from "../support/terraform";

const IMAGE = `image = "123456789012.dkr.ecr.eu-west-1.amazonaws.com/orders@sha256:${"0".repeat(64)}"`;
const NAMES = ["api", "web", "job"];

/** Everything that a function has in Lambda. */
const listFunctions = (code = "") =>
  makeTfvars({
    functions: `
      api = {
        ${code}
        endpoint                = "iam"
        provisioned_concurrency = { instances = 1 }
        allowed_triggers        = { other = { principal = "123456789012" } }
        events                  = { uploads = { s3 = { bucket = "uploads" } } }
      }
      web = {
        ${code}
        endpoint                = "public"
        provisioned_concurrency = { instances = 0, hours = { day = { from_hour = 8, to_hour = 18, instances = 2 } } }
      }
      job = {
        ${code}
        rollout = { strategy = "canary" }
      }`,
    more: "protected = true",
  });

const LOST = [
  "aws_appautoscaling_scheduled_action",
  "aws_appautoscaling_target",
  "aws_lambda_alias",
  "aws_lambda_function_event_invoke_config",
  "aws_lambda_function_url",
  "aws_lambda_permission",
  "aws_lambda_provisioned_concurrency_config",
];

const usable = isTerraformUsable("that a replaced function gets back what AWS deletes with it");

(usable ? describe : describe.skip)("a function that Terraform must replace", () => {
  const synthesize = async (file: string) => {
    const code = Object.fromEntries(NAMES.map((name) => [`functions/${name}/handler.ts`, HANDLER_SOURCE]));
    const { outdir } = await synthesizeProject(makeProject({ "environments/dev.tfvars": file, ...code }));
    return join(outdir, "stacks", "dev");
  };
  let stack: TerraformFolder;

  beforeAll(async () => {
    stack = new TerraformFolder(await synthesize(listFunctions()));
    stack.override(OFFLINE);
    stack.run(["init", "-input=false"]);
    makeUpState(stack);
  }, 600_000);

  test("keeps everything while only its code or its settings change", async () => {
    cpSync(await synthesize(listFunctions("memory_mb = 1024")), stack.folder, { recursive: true });
    stack.run(["plan", "-input=false", "-refresh=false", "-out=plan.bin"]);
    const { resource_changes: changes } = JSON.parse(stack.run(["show", "-json", "plan.bin"]).output) as Plan;
    const replaced = changes.filter(({ change: { actions } }) => actions.includes("delete"));
    expect(replaced.map(({ type }) => type)).toEqual(replaced.map(() => "aws_lambda_invocation"));
  }, 600_000);

  test("is not replaced while its address is protected", async () => {
    cpSync(await synthesize(listFunctions(IMAGE)), stack.folder, { recursive: true });
    const { output } = stack.run(["plan", "-input=false", "-refresh=false"], [1]);
    expect(output.replaceAll(/\s+/g, " ")).toContain(
      "Resource aws_lambda_function_url.api_url has lifecycle.prevent_destroy",
    );
  }, 600_000);

  test("gets back everything that AWS deletes with it", async () => {
    cpSync(await synthesize(listFunctions(IMAGE).replace("protected = true", "")), stack.folder, { recursive: true });
    stack.run(["plan", "-input=false", "-refresh=false", "-out=plan.bin"]);
    const { resource_changes: changes } = JSON.parse(stack.run(["show", "-json", "plan.bin"]).output) as Plan;
    const lost = changes.filter(
      ({ type, name }) => LOST.includes(type) && NAMES.some((id) => name.startsWith(`${id}_`)),
    );
    expect([...new Set(lost.map(({ type }) => type))].sort()).toEqual(LOST);
    expect(lost.filter(({ change: { actions } }) => actions.join() !== "delete,create")).toEqual([]);
  }, 600_000);
});

interface Plan {
  readonly resource_changes: readonly {
    readonly type: string;
    readonly name: string;
    readonly change: { readonly actions: readonly string[] };
  }[];
}
