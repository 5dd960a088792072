import { CloudwatchLogGroup } from "@cdktf/provider-aws/lib/cloudwatch-log-group";
import { IamRole } from "@cdktf/provider-aws/lib/iam-role";
import { IamRolePolicyAttachment } from "@cdktf/provider-aws/lib/iam-role-policy-attachment";
import { LambdaAlias } from "@cdktf/provider-aws/lib/lambda-alias";
import { LambdaFunction } from "@cdktf/provider-aws/lib/lambda-function";
import { AwsProvider } from "@cdktf/provider-aws/lib/provider";
import { App, AssetType, TerraformAsset, TerraformStack } from "cdktf";
import { type Construct } from "constructs";
import { resolve } from "node:path";
import { Monitoring } from "warmwatch/constructs";

const REGION = "eu-west-1";

/** A stack with a function of its own. */
class Shop extends TerraformStack {
  constructor(scope: Construct, id: string) {
    super(scope, id);
    new AwsProvider(this, "aws", { region: REGION });
    const code = new TerraformAsset(this, "code", { path: resolve("dist"), type: AssetType.ARCHIVE });
    const logGroup = new CloudwatchLogGroup(this, "logs", { name: "/aws/lambda/shop-orders", retentionInDays: 30 });
    const role = new IamRole(this, "role", {
      assumeRolePolicy: JSON.stringify({
        Version: "2012-10-17",
        Statement: [{ Effect: "Allow", Action: "sts:AssumeRole", Principal: { Service: "lambda.amazonaws.com" } }],
      }),
    });
    new IamRolePolicyAttachment(this, "logging", {
      role: role.name,
      policyArn: "arn:aws:iam::aws:policy/service-role/AWSLambdaBasicExecutionRole",
    });
    const orders = new LambdaFunction(this, "orders", {
      functionName: "shop-orders",
      role: role.arn,
      filename: code.path,
      sourceCodeHash: code.assetHash,
      handler: "orders.handler",
      runtime: "nodejs22.x",
      memorySize: 512,
      publish: true,
      loggingConfig: { logFormat: "JSON", logGroup: logGroup.name },
    });

    // What Warmwatch adds: alarms, a dashboard, saved queries, and three warm instances.
    const { functionName, version: functionVersion } = orders;
    const warmAlias = new LambdaAlias(this, "warm", { name: "warm", functionName, functionVersion });
    new Monitoring(this, "monitoring", {
      name: "shop",
      region: REGION,
      functions: { orders: { function: orders, logGroup, warmAlias } },
      settings: { alarm_emails: ["team@example.com"] },
    });
  }
}

const app = new App();
new Shop(app, "shop");
app.synth();
