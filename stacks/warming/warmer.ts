import { type LambdaFunction } from "@cdktf/provider-aws/lib/lambda-function";
import { LambdaFunctionEventInvokeConfig } from "@cdktf/provider-aws/lib/lambda-function-event-invoke-config";
import { LambdaInvocation } from "@cdktf/provider-aws/lib/lambda-invocation";
import { Construct } from "constructs";
import { formatDefaultLogGroup, formatDeployedName, WARMER } from "../../environments/names";
import { type Environment } from "../../environments/schema";
import { addArnPrefix } from "../arn";
import { type Bundle } from "../bundle";
import { addOwnFunction } from "../own-function";
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
    const { region } = environment;
    this.lambda = addOwnFunction(this, {
      environment,
      folder: WARMER,
      bundle,
      size: WARMER_SETTINGS,
      reservedConcurrency: environment.warmerReservedConcurrency,
      permissions: ({ arn }) => {
        const functions = addArnPrefix(this, "functions", arn, `lambda:${region}`, "function:");
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
