import { beforeAll, describe, expect, test } from "@jest/globals";
import { cpSync, writeFileSync } from "node:fs";
import { join } from "node:path";
import { ENVIRONMENTS, makeProjectWithEnvironments, VARIABLES } from "../support/environments";
import { HANDLER, synthesize } from "../support/project";
import { skip, TerraformFolder, terraformIsUsable } from "../support/terraform";

const TESTED = "apply, change and destroy of every environment";
const MINUTE_MS = 60_000;

/** State in the test's folder, and made-up credentials, so that nothing but an emulator can be meant. */
const EMULATED = {
  terraform: { backend: { local: {} } },
  provider: { aws: { access_key: "made-up", secret_key: "made-up" } },
};

const UNPROTECTED = { lifecycle: { prevent_destroy: false } };

const usable = process.env["AWS_ENDPOINT_URL"]
  ? terraformIsUsable(TESTED)
  : skip(TESTED, "AWS_ENDPOINT_URL names no AWS emulator");

(usable ? describe : describe.skip).each(ENVIRONMENTS)("%s on an AWS emulator", (name) => {
  let stack: TerraformFolder;
  let withNewCode: string;

  beforeAll(async () => {
    Object.assign(process.env, VARIABLES);
    const root = makeProjectWithEnvironments();
    stack = new TerraformFolder(join((await synthesize(root)).outdir, "stacks", name));
    stack.override(EMULATED);
    stack.run(["init", "-input=false"]);
    writeFileSync(join(root, "functions/api/handler.ts"), HANDLER.replace("200", "201"));
    withNewCode = join((await synthesize(root)).outdir, "stacks", name);
  }, MINUTE_MS);

  const apply = () => stack.run(["apply", "-auto-approve", "-input=false"]);
  const expectNoChanges = () => {
    expect(stack.run(["plan", "-detailed-exitcode", "-input=false"], [0, 2]).output).toContain("No changes.");
  };

  test(
    "applies, and then has nothing left to change",
    () => {
      apply();
      expectNoChanges();
    },
    MINUTE_MS,
  );

  test(
    "changes nothing but the function and its aliases when its code changes",
    () => {
      cpSync(withNewCode, stack.folder, { recursive: true });
      const changed = stack.plan().resource_changes.filter(({ change }) => !change.actions.includes("no-op"));
      expect(changed.map(({ address, change }) => [address, ...change.actions])).toEqual([
        ["aws_lambda_alias.api_live", "update"],
        ["aws_lambda_alias.api_warm", "update"],
        ["aws_lambda_function.api_function", "update"],
      ]);
      apply();
      expectNoChanges();
      expect(JSON.parse(stack.run(["show", "-json"]).output)).toHaveProperty(
        "values.root_module.resources",
        expect.arrayContaining([
          expect.objectContaining({
            address: "aws_lambda_alias.api_live",
            values: expect.objectContaining({ function_version: "2" }),
          }),
        ]),
      );
    },
    MINUTE_MS,
  );

  test(
    "is destroyed, if need be after its protection has been lifted",
    () => {
      if (name === "prod") {
        expect(stack.run(["destroy", "-auto-approve"], [1]).output).toContain("Instance cannot be destroyed");
        stack.override({
          ...EMULATED,
          resource: {
            aws_cloudwatch_log_group: { api_logs: UNPROTECTED },
            aws_lambda_function_url: { api_url: UNPROTECTED },
          },
        });
      }
      stack.run(["destroy", "-auto-approve"]);
      expect(stack.run(["state", "list"]).output).toBe("");
    },
    MINUTE_MS,
  );
});
