import { Apigatewayv2Api } from "@cdktf/provider-aws/lib/apigatewayv2-api";
import { Apigatewayv2DomainName } from "@cdktf/provider-aws/lib/apigatewayv2-domain-name";
import { CloudwatchLogGroup } from "@cdktf/provider-aws/lib/cloudwatch-log-group";
import { LambdaFunctionUrl } from "@cdktf/provider-aws/lib/lambda-function-url";
import { Route53Record } from "@cdktf/provider-aws/lib/route53-record";
import { SnsTopic } from "@cdktf/provider-aws/lib/sns-topic";
import { SqsQueue } from "@cdktf/provider-aws/lib/sqs-queue";
import { DataResource, Fn, TerraformResource, type TerraformStack } from "cdktf";
import { type Construct } from "constructs";
import { RETENTION_DAYS } from "../environments/platform";
import { type Environment } from "../environments/schema";

/** What cannot be recovered: logs, messages and addresses. */
const KEPT = [
  CloudwatchLogGroup,
  Apigatewayv2Api,
  Apigatewayv2DomainName,
  LambdaFunctionUrl,
  Route53Record,
  SqsQueue,
  SnsTopic,
];

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
  // With a domain of its own, an API has no address of AWS anymore.
  const addresses = Object.entries(functions).flatMap(([name, { endpoint, http }]) =>
    endpoint === "public" && !http.domain ? `address at AWS of ${name}` : [],
  );
  new DataResource(stack, "protected", { lifecycle }).addOverride(
    "for_each",
    Fn.toset([...kept.map(describe), ...retention, ...addresses]),
  );
}

/** What functions' own infrastructure may consist of and has data, by Terraform's type. */
const STATEFUL = new Set([
  "aws_cognito_user_pool",
  "aws_db_instance",
  "aws_docdb_cluster",
  "aws_dsql_cluster",
  "aws_dynamodb_table",
  "aws_ecr_repository",
  "aws_efs_file_system",
  "aws_elasticache_cluster",
  "aws_elasticache_replication_group",
  "aws_elasticache_serverless_cache",
  "aws_keyspaces_table",
  "aws_kinesis_stream",
  "aws_kms_key",
  "aws_memorydb_cluster",
  "aws_msk_cluster",
  "aws_msk_serverless_cluster",
  "aws_neptune_cluster",
  "aws_opensearch_domain",
  "aws_opensearchserverless_collection",
  "aws_rds_cluster",
  "aws_redshift_cluster",
  "aws_redshiftserverless_namespace",
  "aws_s3_bucket",
  "aws_s3_directory_bucket",
  "aws_s3tables_table",
  "aws_s3vectors_index",
  "aws_secretsmanager_secret",
  "aws_ssm_parameter",
  "aws_timestreamwrite_table",
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
