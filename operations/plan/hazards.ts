import { formatCode, formatReason } from "./markdown";
import { type ResourceChange } from "./plan";

/**
 * Resources that hold unrecoverable data, or that requests or alarms pass through, with the effect of their removal.
 */
const HAZARDS: Readonly<Record<string, readonly [noun: string, loss: string]>> = {
  aws_cloudwatch_log_group: ["log group", "its logs are lost"],
  aws_kms_key: ["KMS key", "what it has encrypted cannot be read anymore"],
  aws_sqs_queue: ["queue", "the messages in it are lost"],
  aws_sns_topic: ["topic", "its subscriptions are lost and must be confirmed again"],
  aws_dynamodb_table: ["table", "its data is lost"],
  aws_s3_bucket: ["bucket", "its objects are lost"],
  aws_lambda_function_url: ["function URL", "its address is lost for good"],
  aws_apigatewayv2_api: ["HTTP API", "its address is lost for good"],
  aws_apigatewayv2_domain_name: ["domain", "requests to it fail until its DNS record points to the new one"],
  aws_lambda_alias: ["alias", "requests through it fail in the meantime"],
  aws_lambda_function: ["function", "it does not answer requests in the meantime"],
};

/** Deletions and replacements that lose data or affect requests, one line each, deletions first. */
export function formatHazards(changes: readonly ResourceChange[]): string[] {
  const order = { destroy: 0, replace: 1, forget: 2 };
  return changes
    .flatMap((change) => {
      const hazard = HAZARDS[change.type];
      const { kind } = change;
      return hazard && (kind === "destroy" || kind === "replace" || kind === "forget")
        ? [{ change, hazard, kind }]
        : [];
    })
    .sort((one, other) => order[one.kind] - order[other.kind])
    .map(({ change: { label, address, replacedFor, replacedBecause }, hazard: [noun, loss], kind }) => {
      const thing = `${noun} ${formatCode(label)} (${formatCode(address)})`;
      if (kind === "destroy") return `- ⚠️ **destroyed**: ${thing}: ${loss}`;
      if (kind === "forget") return `- ⚠️ **forgotten**: ${thing}: it stays in AWS, but Terraform no longer manages it`;
      return `- ⚠️ **replaced**${formatReason(replacedFor, replacedBecause)}: ${thing}: ${loss}`;
    });
}
