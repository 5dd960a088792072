import { Apigatewayv2Api } from "@cdktf/provider-aws/lib/apigatewayv2-api";
import { CloudwatchLogGroup } from "@cdktf/provider-aws/lib/cloudwatch-log-group";
import { LambdaFunctionUrl } from "@cdktf/provider-aws/lib/lambda-function-url";
import { DataResource, Fn, type TerraformStack } from "cdktf";
import { type Construct } from "constructs";
import { type Environment, RETENTION_DAYS } from "../environments/schema";

/** What cannot be had back: logs and addresses. */
const KEPT = [CloudwatchLogGroup, Apigatewayv2Api, LambdaFunctionUrl];

/**
 * Makes Terraform refuse to destroy what cannot be had back, whatever becomes of the configuration. To be called when
 * everything else is in the stack.
 *
 * `prevent_destroy` of a resource refuses a destroy and a replacement, but goes together with the resource when that
 * leaves the configuration. So there is a guard beside, with an instance for each thing that is kept: Terraform refuses
 * to destroy an instance that is not among them any more, for as long as the guard itself is there.
 */
export function protect(stack: TerraformStack, { logRetentionDays }: Environment): void {
  const lifecycle = { preventDestroy: true };
  const kept = stack.node.findAll().filter(isKept);
  for (const resource of kept) resource.lifecycle = lifecycle;
  // A shorter retention deletes logs, too. Each step up to the present one stands for itself, so that a longer one is
  // no loss.
  const retention = RETENTION_DAYS.filter((days) => days <= logRetentionDays).map(
    (days) => `log_retention_days >= ${days}`,
  );
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
