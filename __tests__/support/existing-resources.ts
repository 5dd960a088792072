import { EXISTING_LOG_GROUPS, TABLE_STREAM } from "./environments";

interface Request {
  readonly method: string;
  readonly headers?: Readonly<Record<string, string>>;
  readonly body: string;
}

/** Signs nothing: an emulator only reads the region and the service. */
const sign = (service: string) =>
  `AWS4-HMAC-SHA256 Credential=made-up/20260101/eu-west-1/${service}/aws4_request, SignedHeaders=host, Signature=0`;

/**
 * Makes on an AWS emulator what somebody else has made before `everything` is applied.
 *
 * @returns the environment's text with the ARNs that the emulator has chosen, and without what it cannot do
 */
export async function makeExistingResources(endpoint: string, tfvars: string): Promise<string> {
  const send = async (service: string, path: string, request: Request): Promise<string> => {
    const response = await fetch(`${endpoint}${path}`, {
      ...request,
      headers: { ...request.headers, authorization: sign(service) },
    });
    const text = await response.text();
    if (!response.ok && !/Already|InUse|Owned/.test(text)) throw new Error(`${service} ${path}: ${text}`);
    return text;
  };
  const call = (service: string, target: string, body: object) =>
    send(service, "/", {
      method: "POST",
      headers: { "content-type": "application/x-amz-json-1.1", "x-amz-target": target },
      body: JSON.stringify(body),
    });

  for (const logGroupName of EXISTING_LOG_GROUPS) await call("logs", "Logs_20140328.CreateLogGroup", { logGroupName });
  await call("sqs", "AmazonSQS.CreateQueue", { QueueName: "theirs" });
  await call("kinesis", "Kinesis_20131202.CreateStream", { StreamName: "clicks", ShardCount: 1 });
  await send("sns", "/", {
    method: "POST",
    headers: { "content-type": "application/x-www-form-urlencoded" },
    body: "Action=CreateTopic&Version=2010-03-31&Name=others",
  });
  await send("s3", "/everything-uploads", {
    method: "PUT",
    body: "<CreateBucketConfiguration><LocationConstraint>eu-west-1</LocationConstraint></CreateBucketConfiguration>",
  });
  const dynamodb = (operation: string, body: object) => call("dynamodb", `DynamoDB_20120810.${operation}`, body);
  await dynamodb("CreateTable", {
    TableName: "orders",
    KeySchema: [{ AttributeName: "id", KeyType: "HASH" }],
    AttributeDefinitions: [{ AttributeName: "id", AttributeType: "S" }],
    BillingMode: "PAY_PER_REQUEST",
    StreamSpecification: { StreamEnabled: true, StreamViewType: "NEW_IMAGE" },
  });
  const { Table: table } = JSON.parse(await dynamodb("DescribeTable", { TableName: "orders" })) as {
    Table: { LatestStreamArn: string };
  };
  await send("iam", "/", {
    method: "POST",
    headers: { "content-type": "application/x-www-form-urlencoded" },
    body: `Action=CreatePolicy&Version=2010-05-08&PolicyName=shared&PolicyDocument=${encodeURIComponent('{"Version":"2012-10-17","Statement":[{"Effect":"Allow","Action":"s3:ListAllMyBuckets","Resource":"*"}]}')}`,
  });
  return (
    tfvars
      .replace(TABLE_STREAM, table.LatestStreamArn)
      // Emulators never say that a domain is ready, find no layers, forget keys and file systems of functions, and know
      // neither provisioned concurrency, with tags of its hours, nor when a runtime is updated.
      .replace(/^( +)(domain|file_system|provisioned_concurrency) += \{\n[^]*?^\1\}\n/gm, "")
      .replace(/^ +(runtime_settings|layers|kms_key|provisioned_concurrency) += .*\n/gm, "")
  );
}
