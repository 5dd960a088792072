import { beforeAll, describe, expect, test } from "@jest/globals";
import { cpSync, readFileSync, writeFileSync } from "node:fs";
import { join } from "node:path";
import { ENVIRONMENTS, EXISTING_LOG_GROUPS, makeProjectWithEnvironments, VARIABLES } from "../support/environments";
import { checkDashboard } from "../support/dashboard";
import { HANDLER_SOURCE, synthesizeProject } from "../support/project";
import { skip, TerraformFolder, isTerraformUsable } from "../support/terraform";

const TESTED = "apply, change and destroy of every environment";
/** Ends what never ends: no step may depend on how busy the computer is. */
const LIMIT_MS = 900_000;

/** State in the test's folder, and made-up credentials, so that nothing but an emulator can be meant. */
const EMULATED = {
  terraform: { backend: { local: {} } },
  provider: { aws: { access_key: "made-up", secret_key: "made-up" } },
};

const usable = process.env["AWS_ENDPOINT_URL"]
  ? isTerraformUsable(TESTED)
  : skip(TESTED, "AWS_ENDPOINT_URL names no AWS emulator");

(usable ? describe : describe.skip).each(ENVIRONMENTS)("%s on an AWS emulator", (name) => {
  let stack: TerraformFolder;
  let withNewCode: string;
  let unprotected: string;

  beforeAll(async () => {
    Object.assign(process.env, VARIABLES);
    if (name === "everything") await Promise.all(EXISTING_LOG_GROUPS.map(makeLogGroup));
    const root = makeProjectWithEnvironments(name === "everything" ? await makeZone("example.com") : undefined);
    stack = new TerraformFolder(join((await synthesizeProject(root)).outdir, "stacks", name));
    stack.override(EMULATED);
    stack.run(["init", "-input=false"]);
    writeFileSync(join(root, "functions/api/handler.ts"), HANDLER_SOURCE.replace("200", "201"));
    withNewCode = join((await synthesizeProject(root)).outdir, "stacks", name);
    const file = join(root, `environments/${name}.tfvars`);
    writeFileSync(file, readFileSync(file, "utf8").replace(/^protected .*$/m, ""));
    unprotected = join((await synthesizeProject(root)).outdir, "stacks", name);
  }, LIMIT_MS);

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
      for (const arn of drawn.filter((arn) => !arn.endsWith("dropped-events"))) expect(arns).toContain(arn);
    }
  });

  test(
    "changes nothing but the function and its aliases, through its gate, when its code changes",
    () => {
      cpSync(withNewCode, stack.folder, { recursive: true });
      const changed = stack.plan().resource_changes.filter(({ change }) => !change.actions.includes("no-op"));
      expect(changed.map(({ address, change }) => [address, ...change.actions])).toEqual([
        ["aws_lambda_alias.api_live", "update"],
        ["aws_lambda_alias.api_warm", "update"],
        ["aws_lambda_function.api_function", "update"],
        ["aws_lambda_invocation.api_gate", "delete", "create"],
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

/** What somebody else has made. */
async function makeLogGroup(logGroupName: string): Promise<void> {
  const response = await fetch(process.env["AWS_ENDPOINT_URL"] ?? "", {
    method: "POST",
    headers: {
      "content-type": "application/x-amz-json-1.1",
      "x-amz-target": "Logs_20140328.CreateLogGroup",
      authorization:
        "AWS4-HMAC-SHA256 Credential=made-up/20260101/eu-west-1/logs/aws4_request, SignedHeaders=host, Signature=0",
    },
    body: JSON.stringify({ logGroupName }),
  });
  if (!response.ok && !(await response.clone().text()).includes("AlreadyExists"))
    throw new Error(await response.text());
}

/** @returns its id */
async function makeZone(name: string): Promise<string> {
  const body = `<CreateHostedZoneRequest xmlns="https://route53.amazonaws.com/doc/2013-04-01/"><Name>${name}</Name><CallerReference>${Date.now()}</CallerReference></CreateHostedZoneRequest>`;
  const response = await fetch(`${process.env["AWS_ENDPOINT_URL"] ?? ""}/2013-04-01/hostedzone`, {
    method: "POST",
    headers: { authorization: "AWS4-HMAC-SHA256 Credential=made-up/20260101/us-east-1/route53/aws4_request" },
    body,
  });
  const [, id] = /<Id>\/hostedzone\/(\w+)<\/Id>/.exec(await response.text()) ?? [];
  if (id === undefined) throw new Error("the emulator makes no hosted zone");
  return id;
}
