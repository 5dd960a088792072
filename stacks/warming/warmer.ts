import { CloudwatchLogGroup } from "@cdktf/provider-aws/lib/cloudwatch-log-group";
import { LambdaFunction } from "@cdktf/provider-aws/lib/lambda-function";
import { LambdaFunctionEventInvokeConfig } from "@cdktf/provider-aws/lib/lambda-function-event-invoke-config";
import { LambdaInvocation } from "@cdktf/provider-aws/lib/lambda-invocation";
import { AssetType, Fn, TerraformAsset, TerraformLocal } from "cdktf";
import { Construct } from "constructs";
import { formatDefaultLogGroup, formatDeployedName, WARMER } from "../../environments/names";
import { type Environment } from "../../environments/schema";
import { selectArnPart } from "../arn";
import { type Bundle } from "../bundle";
import { addExecutionRole } from "../execution-role";
import { buildWarmUp } from "../../rollout/warm-up";
import { allow } from "../../model/permissions";
import { buildGateRequest, type WarmedFunction, WARMER_SETTINGS } from "../../model/warmed-functions";

/** A ping that is this late would arrive after its round: the next one is soon enough. */
export const LONGEST_WAIT_SECONDS = 60;

/** The function that keeps the others warm. The construct's id is its name in addresses. */
export class WarmerFunction extends Construct {
  readonly lambda: LambdaFunction;
  /** Its name in AWS. */
  readonly name: string;
  readonly logGroup: string;

  constructor(
    scope: Construct,
    id: string,
    environment: Environment,
    bundle: Bundle,
    warmed: readonly WarmedFunction[],
  ) {
    super(scope, id);
    const name = (this.name = formatDeployedName(environment.name, WARMER));
    this.logGroup = formatDefaultLogGroup(name);
    const logs = new CloudwatchLogGroup(this, "logs", {
      name: this.logGroup,
      retentionInDays: environment.logRetentionDays,
    });
    const { region } = environment;
    const { role, policies } = addExecutionRole(this, {
      functionName: WARMER,
      environment,
      logs,
      tracing: true,
      secrets: {},
      permissions: ({ arn }) => {
        const prefix = ["arn", selectArnPart(arn, 1), "lambda", region, selectArnPart(arn, 4), "function", ""];
        const functions = new TerraformLocal(this, "functions", Fn.join(":", prefix)).asString;
        return [
          // A gate pings a version by its number, which a policy's pattern cannot distinguish from an alias.
          ...warmed.map(({ name: warmedName, qualifier, isGated, settings }) =>
            allow(
              ["lambda:InvokeFunction", ...(settings.conditional.enabled ? ["lambda:GetFunctionConfiguration"] : [])],
              `${functions}${warmedName}:${isGated ? "*" : qualifier}`,
            ),
          ),
          // CloudWatch has no resource-level permission for it:
          // https://docs.aws.amazon.com/service-authorization/latest/reference/list_amazoncloudwatch.html
          ...(warmed.some(({ settings }) => settings.conditional.enabled)
            ? [allow(["cloudwatch:GetMetricData"], "*")]
            : []),
        ];
      },
    });
    this.lambda = new LambdaFunction(this, "function", {
      functionName: name,
      role: role.arn,
      filename: new TerraformAsset(this, "code", { path: bundle.zipFile, type: AssetType.FILE }).path,
      sourceCodeHash: bundle.sourceCodeHash,
      handler: bundle.handler,
      runtime: environment.nodeRuntime,
      architectures: [WARMER_SETTINGS.architecture],
      memorySize: WARMER_SETTINGS.memoryMb,
      timeout: WARMER_SETTINGS.timeoutSeconds,
      reservedConcurrentExecutions: environment.warmerReservedConcurrency,
      loggingConfig: { logFormat: "JSON", systemLogLevel: "INFO", applicationLogLevel: "INFO", logGroup: logs.name },
      tracingConfig: { mode: "Active" },
      dependsOn: [...policies],
    });
    new LambdaFunctionEventInvokeConfig(this, "asynchronous", {
      functionName: this.lambda.functionName,
      maximumRetryAttempts: 0,
      maximumEventAgeInSeconds: LONGEST_WAIT_SECONDS,
    });
  }

  /**
   * Warms a version when it is deployed, by its number, because no alias points to it yet. Everything that depends on
   * the gate waits until the version has answered; a failure ends the deployment.
   *
   * @param percent the share of requests that the version gets first
   */
  addGate(scope: Construct, warmed: WarmedFunction, version: string, percent: number): LambdaInvocation {
    return new LambdaInvocation(scope, "gate", {
      functionName: this.lambda.functionName,
      input: JSON.stringify(buildWarmUp(buildGateRequest(warmed, version), version, percent)),
      triggers: { version },
    });
  }
}
