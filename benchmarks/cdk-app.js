/**
 * Warmwatch's included environments in AWS CDK: node cdk-app.js [monitored], run in the project's folder. CDK's
 * variable CDK_OUTDIR sets the output folder.
 */
const { App, CfnOutput, Duration, Stack, Tags } = require("aws-cdk-lib");
const iam = require("aws-cdk-lib/aws-iam");
const lambda = require("aws-cdk-lib/aws-lambda");
const { NodejsFunction, OutputFormat } = require("aws-cdk-lib/aws-lambda-nodejs");
const logs = require("aws-cdk-lib/aws-logs");

const monitored = process.argv[2] === "monitored";
const app = new App();

for (const { environment, memorySize, retention } of [
  { environment: "dev", memorySize: 256, retention: logs.RetentionDays.ONE_WEEK },
  { environment: "staging", memorySize: 512, retention: logs.RetentionDays.ONE_MONTH },
  { environment: "prod", memorySize: 1024, retention: logs.RetentionDays.ONE_YEAR },
]) {
  const stack = new Stack(app, environment, { env: { region: "eu-west-1" } });
  for (const [key, value] of Object.entries({
    Service: "LambdaMonitoring",
    CostCenter: "Performance",
    Environment: environment,
  })) {
    Tags.of(stack).add(key, value);
  }

  const functionName = `${environment}-api`;
  const logGroup = new logs.LogGroup(stack, "logs", { logGroupName: `/aws/lambda/${functionName}`, retention });
  const role = new iam.Role(stack, "role", {
    roleName: functionName,
    assumedBy: new iam.ServicePrincipal("lambda.amazonaws.com"),
    inlinePolicies: {
      execution: new iam.PolicyDocument({
        statements: [
          new iam.PolicyStatement({
            actions: ["logs:CreateLogStream", "logs:PutLogEvents"],
            resources: [logGroup.logGroupArn],
          }),
          new iam.PolicyStatement({
            actions: ["xray:PutTraceSegments", "xray:PutTelemetryRecords"],
            resources: ["*"],
          }),
        ],
      }),
    },
  });
  const lambdaFunction = new NodejsFunction(stack, "api", {
    functionName,
    // Without generated permissions, because the role has them all.
    role: role.withoutPolicyUpdates(),
    logGroup,
    entry: "functions/api/handler.ts",
    depsLockFilePath: "package-lock.json",
    bundling: {
      minify: true,
      sourceMap: true,
      sourcesContent: false,
      format: OutputFormat.ESM,
      target: "node22",
      forceDockerBundling: false,
    },
    runtime: lambda.Runtime.NODEJS_22_X,
    architecture: lambda.Architecture.ARM_64,
    memorySize,
    timeout: Duration.seconds(10),
    loggingFormat: lambda.LoggingFormat.JSON,
    systemLogLevelV2: lambda.SystemLogLevel.INFO,
    applicationLogLevelV2: lambda.ApplicationLogLevel.INFO,
    tracing: lambda.Tracing.ACTIVE,
  });
  const version = lambdaFunction.currentVersion;
  const warm = new lambda.Alias(stack, "warm", { aliasName: "warm", version });
  const live = new lambda.Alias(stack, "live", { aliasName: "live", version });
  const { url } = live.addFunctionUrl({ authType: lambda.FunctionUrlAuthType.AWS_IAM });

  for (const [name, value] of Object.entries({
    Url: url,
    FunctionName: lambdaFunction.functionName,
    FunctionArn: lambdaFunction.functionArn,
    LiveArn: live.functionArn,
    WarmArn: warm.functionArn,
    RoleArn: role.roleArn,
    LogGroup: logGroup.logGroupName,
  })) {
    new CfnOutput(stack, name, { value });
  }

  if (monitored) {
    const { MonitoringFacade } = require("cdk-monitoring-constructs");
    new MonitoringFacade(stack, "monitoring").monitorLambdaFunction({ lambdaFunction });
  }
}

app.synth();
