import { Apigatewayv2Api } from "@cdktf/provider-aws/lib/apigatewayv2-api";
import { Apigatewayv2DomainName } from "@cdktf/provider-aws/lib/apigatewayv2-domain-name";
import { CloudwatchLogGroup } from "@cdktf/provider-aws/lib/cloudwatch-log-group";
import { LambdaFunctionUrl } from "@cdktf/provider-aws/lib/lambda-function-url";
import { SnsTopic } from "@cdktf/provider-aws/lib/sns-topic";
import { SqsQueue } from "@cdktf/provider-aws/lib/sqs-queue";
import { DataResource, Fn, TerraformResource, type TerraformStack } from "cdktf";
import { type Construct } from "constructs";
import { RETENTION_DAYS } from "../environments/platform";
import { type Environment } from "../environments/schema";

/** What cannot be recovered: logs, messages and addresses. */
const KEPT = [CloudwatchLogGroup, Apigatewayv2Api, Apigatewayv2DomainName, LambdaFunctionUrl, SqsQueue, SnsTopic];

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
  for (const resource of kept) resource.lifecycle = { ...resource.lifecycle, ...lifecycle };
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

/** What functions' own infrastructure may consist of and has data, by Terraform's type. */
const STATEFUL = new Set([
  "aws_cognito_user_pool",
  "aws_db_instance",
  "aws_docdb_cluster",
  "aws_dynamodb_table",
  "aws_efs_file_system",
  "aws_elasticache_replication_group",
  "aws_kinesis_stream",
  "aws_kms_key",
  "aws_opensearch_domain",
  "aws_rds_cluster",
  "aws_s3_bucket",
  "aws_secretsmanager_secret",
]);

function isKept(node: unknown): node is TerraformResource {
  if (!TerraformResource.isTerraformResource(node)) return false;
  if (STATEFUL.has(node.terraformResourceType)) return isInFunction(node);
  if (node instanceof SqsQueue || node instanceof SnsTopic) return isInFunction(node);
  return KEPT.some((type) => node instanceof type);
}

/** Queues and topics of functions have data and addresses; those of monitoring and warming do not. */
function isInFunction({ node }: Construct): boolean {
  return node.scopes.at(2)?.node.id === "functions";
}

/** As in `access-logs of api`, or `queue of api events orders`. */
function describe({ node: { id, scopes } }: Construct): string {
  // Without the app, the stack, the group and the resource itself.
  return `${id} of ${scopes
    .slice(3, -1)
    .map(({ node }) => node.id)
    .join(" ")}`;
}
