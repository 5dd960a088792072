import { beforeAll, describe, expect, test } from "@jest/globals";
import { spawnSync } from "node:child_process";
import { createHash } from "node:crypto";
import { readFileSync } from "node:fs";
import { join } from "node:path";
import { ENVIRONMENTS, LARGE, makeProjectWithEnvironments, VARIABLES } from "../support/environments";
import { FILTERS } from "../../stacks/monitoring/platform-metrics";
import { QUERIES, ROLLOUTS, WARMING_RUNS } from "../../model/queries";
import { synthesizeProject } from "../support/project";
import { OFFLINE, type TerraformPlan, TerraformFolder, isTerraformUsable } from "../support/terraform";

const describeWithTerraform = isTerraformUsable("init, validate and plan of every environment")
  ? describe
  : describe.skip;

describeWithTerraform("real Terraform", () => {
  const stacks = new Map<string, TerraformFolder>();
  const plans = new Map<string, TerraformPlan>();
  const planned = (environment: string) => {
    const plan = plans.get(environment);
    if (!plan) throw new Error(`${environment} has not been planned`);
    return plan;
  };
  const after = (environment: string, address: string) => {
    const found = planned(environment).resource_changes.find((change) => change.address === address);
    if (!found) throw new Error(`the plan has no ${address}`);
    return found.change.after;
  };

  beforeAll(async () => {
    Object.assign(process.env, VARIABLES);
    const { outdir } = await synthesizeProject(makeProjectWithEnvironments(), LARGE);
    for (const name of ENVIRONMENTS) stacks.set(name, new TerraformFolder(join(outdir, "stacks", name)));
  });

  test.each(ENVIRONMENTS)(
    "initializes, validates and plans %s",
    (name) => {
      const stack = stacks.get(name);
      if (!stack) throw new Error(`no stack ${name}`);
      stack.run(["init", "-input=false", "-backend=false"]);
      stack.override(OFFLINE);
      stack.run(["init", "-input=false", "-reconfigure"]);
      plans.set(name, stack.plan());
      expect(new Set(planned(name).resource_changes.flatMap(({ change }) => change.actions))).toEqual(
        new Set(["create"]),
      );
    },
    60_000,
  );

  test("plans what each file says", () => {
    for (const [name, memory, days] of [
      ["dev", 256, 7],
      ["staging", 512, 30],
      ["prod", 1024, 365],
    ] as const) {
      expect(after(name, "aws_lambda_function.api_function")).toMatchObject({
        function_name: `${name}-api`,
        memory_size: memory,
        publish: true,
        reserved_concurrent_executions: -1,
        tracing_config: [{ mode: "Active" }],
        logging_config: [{ log_format: "JSON", system_log_level: "INFO" }],
      });
      expect(after(name, "aws_cloudwatch_log_group.api_logs")["retention_in_days"]).toBe(days);
      expect(after(name, "aws_lambda_function_url.api_url")).toMatchObject({
        authorization_type: "AWS_IAM",
        qualifier: "live",
      });
    }
  });

  test("plans the tags on everything that takes tags", () => {
    for (const name of ENVIRONMENTS) {
      const tagged = planned(name).resource_changes.filter(
        // An object in S3 has room for ten only.
        ({ address, change }) => "tags_all" in change.after && !address.startsWith("aws_s3_object."),
      );
      expect(tagged.length).toBeGreaterThanOrEqual(3);
      for (const { change } of tagged) {
        expect(change.after["tags_all"]).toEqual({
          Service: "LambdaMonitoring",
          CostCenter: "Performance",
          Environment: name,
          ...(name === "everything" ? { Team: "shop" } : {}),
          // A function's own.
          ...(change.after["tags"] as object | null),
        });
      }
    }
    expect(after("everything", "aws_lambda_function.web_function")["tags_all"]).toMatchObject({ CostCenter: "Web" });
    expect(after("everything", "aws_lambda_function.api_function")["tags_all"]).toMatchObject({
      CostCenter: "Performance",
    });
  });

  test("plans code whose hash is that of the file it uploads", () => {
    const { filename, source_code_hash: hash } = after("dev", "aws_lambda_function.api_function");
    const folder = stacks.get("dev")?.folder ?? "";
    const zip = readFileSync(join(folder, filename as string));
    expect(hash).toBe(createHash("sha256").update(zip).digest("base64"));
  });

  test("plans an upload for code that Lambda does not take directly, whose key says what is in it", () => {
    const { source, key } = after("everything", "aws_s3_object.worker_zip");
    const zip = readFileSync(join(stacks.get("everything")?.folder ?? "", source as string));
    expect(key).toBe(`worker/${createHash("sha256").update(zip).digest("hex")}.zip`);
    expect(after("everything", "aws_lambda_function.worker_function")).toMatchObject({ filename: null, s3_key: key });
  });

  test("plans escaped templates as text, and variables with their values", () => {
    expect(after("everything", "aws_lambda_function.api_function")["environment"]).toEqual([
      {
        variables: {
          TEMPLATE: "${not_an_expression}",
          LOGIN: "arn:aws:secretsmanager:eu-west-1:123456789012:secret:login-AbCdEf",
          TOKEN: "/shop/token",
          HOOK: VARIABLES.TF_VAR_hook,
        },
      },
    ]);
  });

  test("plans alarms, filters and queries as they are written, with nothing taken for a template", () => {
    const queries = planned("everything").resource_changes.filter(({ address }) =>
      address.startsWith("aws_cloudwatch_query_definition."),
    );
    expect(queries).toHaveLength(12);
    const known: (string | undefined)[] = [
      ...Object.values(QUERIES).flatMap(({ json, text }) => [json, text]),
      WARMING_RUNS,
      ROLLOUTS,
    ];
    for (const { change } of queries) expect(known).toContain(change.after["query_string"]);
    expect(after("everything", "aws_cloudwatch_log_metric_filter.old_init-duration")["pattern"]).toBe(
      FILTERS.text.InitDuration.pattern,
    );
    expect(after("everything", "aws_cloudwatch_metric_alarm.api_response-time")).toMatchObject({
      alarm_name: "everything-api-response-time",
      threshold: 1000,
      dimensions: { FunctionName: "everything-api", Resource: "everything-api:live" },
    });
    expect(after("everything", "aws_cloudwatch_metric_alarm.old_errors")).toMatchObject({
      alarm_name: "everything-old-errors",
      threshold: 0,
      dimensions: { FunctionName: "old" },
    });
  });

  test("finds the environments' files formatted as Terraform formats them", () => {
    expect(spawnSync("terraform", ["fmt", "-check", "-diff", "environments"], { encoding: "utf8" })).toMatchObject({
      status: 0,
      stdout: "",
    });
  });
});
