import { beforeAll, describe, expect, test } from "@jest/globals";
import { cpSync, readFileSync, writeFileSync } from "node:fs";
import { join } from "node:path";
import { ENVIRONMENTS, LARGE, makeProjectWithEnvironments, VARIABLES } from "../support/environments";
import { makeExistingResources } from "../support/existing-resources";
import { checkDashboard } from "../support/dashboard";
import { HANDLER_SOURCE, synthesizeProject } from "../support/project";
import { listChanges, skip, TerraformFolder, isTerraformUsable, WITHOUT_TLS } from "../support/terraform";

const TESTED = "apply, change and destroy of every environment";
/** Ends what never ends: no step may depend on how busy the computer is. */
const LIMIT_MS = 900_000;

/** State in the test's folder, and made-up credentials, so that nothing but an emulator can be meant. */
const EMULATED = {
  terraform: { backend: { local: {} } },
  provider: { aws: { access_key: "made-up", secret_key: "made-up", s3_use_path_style: true } },
};

/** Of events, which not every function has that the viewer may choose. */
const EVENT_ALARMS = /-(dropped-events|queue-age|iterator-age|failed-deliveries|dead-letters)$/;

const usable = process.env["AWS_ENDPOINT_URL"]
  ? isTerraformUsable(TESTED)
  : skip(TESTED, "AWS_ENDPOINT_URL names no AWS emulator");

(usable ? describe : describe.skip).each(ENVIRONMENTS)("%s on an AWS emulator", (name) => {
  let stack: TerraformFolder;
  let withNewCode: string;
  let unprotected: string;

  beforeAll(async () => {
    Object.assign(process.env, VARIABLES);
    const root = makeProjectWithEnvironments();
    const file = join(root, `environments/${name}.tfvars`);
    if (name === "everything") {
      const endpoint = process.env["AWS_ENDPOINT_URL"] ?? "";
      writeFileSync(file, await makeExistingResources(endpoint, readFileSync(file, "utf8")));
    }
    stack = new TerraformFolder(join((await synthesizeProject(root, LARGE)).outdir, "stacks", name));
    stack.override(name === "everything" ? { ...EMULATED, resource: WITHOUT_TLS } : EMULATED);
    stack.run(["init", "-input=false"]);
    writeFileSync(join(root, "functions/api/handler.ts"), HANDLER_SOURCE.replace("200", "201"));
    withNewCode = join((await synthesizeProject(root, LARGE)).outdir, "stacks", name);
    writeFileSync(file, readFileSync(file, "utf8").replace(/^protected .*$/m, ""));
    unprotected = join((await synthesizeProject(root, LARGE)).outdir, "stacks", name);
  }, LIMIT_MS);

  const apply = () => stack.run(["apply", "-auto-approve", "-input=false"]);
  const expectNoChanges = () => {
    expect(listChanges(stack.plan())).toEqual([]);
  };

  test(
    "applies, and then has nothing left to change",
    () => {
      apply();
      expectNoChanges();
    },
    LIMIT_MS,
  );

  test("has the dashboard that AWS publishes the structure of, whose alarms are there", () => {
    // Prepare
    const { values } = JSON.parse(stack.run(["show", "-json"]).output) as {
      values: { root_module: { resources: { type: string; values: Record<string, string> }[] } };
    };
    const of = (type: string) => values.root_module.resources.filter((resource) => resource.type === type);
    const arns = of("aws_cloudwatch_metric_alarm").map((alarm) => alarm.values["arn"]);

    for (const dashboard of of("aws_cloudwatch_dashboard")) {
      // Act
      const written = dashboard.values["dashboard_body"] ?? "";
      const { variables } = JSON.parse(written) as { variables: [{ pattern: string; defaultValue: string }] };
      const [{ pattern, defaultValue }] = variables;
      const shown: unknown = JSON.parse(written.replaceAll(pattern, defaultValue));

      // Assess
      expect(checkDashboard(shown)).toEqual([]);
      const drawn = JSON.stringify(shown).match(/arn:aws:cloudwatch:[^"]+/g) ?? [];
      expect(drawn.length).toBeGreaterThan(10);
      for (const arn of drawn.filter((arn) => !EVENT_ALARMS.test(arn))) expect(arns).toContain(arn);
    }
  });

  test(
    "changes nothing but the function and what moves its traffic, through its gate, when its code changes",
    () => {
      const isRolledOut = name !== "dev";
      cpSync(withNewCode, stack.folder, { recursive: true });
      expect(listChanges(stack.plan())).toEqual([
        ...(isRolledOut ? [] : ["aws_lambda_alias.api_live", "aws_lambda_alias.api_warm"]),
        "aws_lambda_function.api_function",
        "aws_lambda_invocation.api_gate",
        ...(isRolledOut ? ["aws_lambda_invocation.api_rollout"] : []),
      ]);
      apply();
      expectNoChanges();
      expect(JSON.parse(stack.run(["show", "-json"]).output)).toHaveProperty(
        "values.root_module.resources",
        expect.arrayContaining([
          expect.objectContaining({
            address: "aws_lambda_alias.api_live",
            // The emulator runs no functions, so nothing moves what Terraform leaves to the controller.
            values: expect.objectContaining({ function_version: isRolledOut ? "1" : "2" }),
          }),
        ]),
      );
    },
    LIMIT_MS,
  );

  test(
    "is destroyed, if need be after its protection has been lifted",
    () => {
      if (name === "prod") {
        expect(stack.run(["destroy", "-auto-approve"], [1]).output).toContain("Instance cannot be destroyed");
        cpSync(unprotected, stack.folder, { recursive: true });
        apply();
      }
      stack.run(["destroy", "-auto-approve"]);
      expect(stack.run(["state", "list"]).output).toBe("");
    },
    LIMIT_MS,
  );
});
