import { Apigatewayv2Api } from "@cdktf/provider-aws/lib/apigatewayv2-api";
import { CloudwatchLogGroup } from "@cdktf/provider-aws/lib/cloudwatch-log-group";
import { LambdaFunctionUrl } from "@cdktf/provider-aws/lib/lambda-function-url";
import { DataResource, Fn, type TerraformStack } from "cdktf";
import { type Construct } from "constructs";
import { RETENTION_DAYS } from "../environments/platform";
import { type Environment } from "../environments/schema";

/** What cannot be recovered: logs and addresses. */
const KEPT = [CloudwatchLogGroup, Apigatewayv2Api, LambdaFunctionUrl];

/**
 * Makes Terraform refuse to destroy what cannot be recovered, however the configuration changes. Call it when
 * everything else is in the stack.
 *
 * `prevent_destroy` on a resource refuses a destroy and a replacement, but disappears together with the resource when
 * that leaves the configuration. So a separate guard has one instance for each thing that is kept: Terraform refuses to
 * destroy an instance that leaves it, as long as the guard itself exists.
 */
export function protect(stack: TerraformStack, { logRetentionDays, functions }: Environment): void {
  const lifecycle = { preventDestroy: true };
  const kept = stack.node.findAll().filter(isKept);
  for (const resource of kept) resource.lifecycle = lifecycle;
  // A shorter retention deletes logs, too. Each step up to the current one has its own instance, so a longer one loses
  // nothing.
  const listSteps = (of: string, retention = 0) =>
    RETENTION_DAYS.filter((days) => days <= retention).map((days) => `${of} >= ${days}`);
  const retention = [
    ...listSteps("log_retention_days", logRetentionDays),
    ...Object.entries(functions).flatMap(([name, own]) =>
      listSteps(`log_retention_days of ${name}`, own.logRetentionDays),
    ),
  ];
  new DataResource(stack, "protected", { lifecycle }).addOverride(
    "for_each",
    Fn.toset([...kept.map(describe), ...retention]),
  );
}

function isKept(node: unknown): node is InstanceType<(typeof KEPT)[number]> {
  return KEPT.some((type) => node instanceof type);
}

/** As in `access-logs of api`. */
function describe({ node: { id, scope } }: Construct): string {
  return `${id} of ${scope?.node.id ?? ""}`;
}
