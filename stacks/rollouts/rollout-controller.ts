import { DynamodbTable } from "@cdktf/provider-aws/lib/dynamodb-table";
import { type LambdaAlias } from "@cdktf/provider-aws/lib/lambda-alias";
import { type LambdaFunction } from "@cdktf/provider-aws/lib/lambda-function";
import { LambdaFunctionEventInvokeConfig } from "@cdktf/provider-aws/lib/lambda-function-event-invoke-config";
import { LambdaInvocation } from "@cdktf/provider-aws/lib/lambda-invocation";
import { SchedulerSchedule } from "@cdktf/provider-aws/lib/scheduler-schedule";
import { type SqsQueue } from "@cdktf/provider-aws/lib/sqs-queue";
import { Fn, type ITerraformDependable } from "cdktf";
import { Construct } from "constructs";
import { formatDefaultLogGroup, formatDeployedName, ROLLOUT_CONTROLLER, WARMER } from "../../environments/names";
import { type Environment } from "../../environments/schema";
import { allow } from "../../model/permissions";
import { nameMissedTicksQueue } from "../../model/rollout-alarms";
import {
  buildStartRequest,
  CONTROLLER_SETTINGS,
  nameRolloutsTable,
  type RolledOutFunction,
  TICK_SCHEDULE,
} from "../../model/rollouts";
import { type TickRequest } from "../../rollout/contract";
import { describeSteps } from "../../rollout/describe";
import { addArnPrefix } from "../arn";
import { type Bundle } from "../bundle";
import { addOwnFunction, MAX_NAMED_FUNCTIONS } from "../own-function";
import { addScheduleGroup } from "../schedule-group";
import { addUndeliveredQueue } from "../undelivered";

/** The next tick is soon enough. */
const LONGEST_WAIT_SECONDS = 60;

/** The function that moves traffic to new versions. The construct's id is its name in addresses. */
export class RolloutController extends Construct {
  readonly logGroup: string;
  /** The queue of ticks that could not be delivered. */
  readonly missed: SqsQueue;
  private readonly lambda: LambdaFunction;
  private readonly rolledOut: ReadonlyMap<string, RolledOutFunction>;
  private readonly ready: readonly ITerraformDependable[];

  constructor(
    scope: Construct,
    id: string,
    environment: Environment,
    bundle: Bundle,
    rolledOut: readonly RolledOutFunction[],
  ) {
    super(scope, id);
    const { name: environmentName, region } = environment;
    this.rolledOut = new Map(rolledOut.map((one) => [one.id, one]));
    const name = formatDeployedName(environmentName, ROLLOUT_CONTROLLER);
    this.logGroup = formatDefaultLogGroup(name);
    const table = new DynamodbTable(this, "rollouts", {
      name: nameRolloutsTable(environmentName),
      billingMode: "PAY_PER_REQUEST",
      hashKey: "id",
      attribute: [{ name: "id", type: "S" }],
      ttl: { attributeName: "expiresAt", enabled: true },
      serverSideEncryption: { enabled: true },
    });
    this.lambda = addOwnFunction(this, {
      environment,
      folder: ROLLOUT_CONTROLLER,
      bundle,
      size: CONTROLLER_SETTINGS,
      variables: { ROLLOUTS_TABLE: table.name },
      permissions: ({ arn }) => {
        const functions = addArnPrefix(this, "function-arns", arn, `lambda:${region}`, "function:");
        const logGroups = addArnPrefix(this, "log-group-arns", arn, `logs:${region}`, "log-group:");
        const all = rolledOut.map(({ subject }) => subject);
        // With more, the role's policies would be too large.
        const isNamed = all.length <= MAX_NAMED_FUNCTIONS;
        const names = isNamed ? all.map(({ functionName }) => functionName) : [`${environmentName}-*`];
        return [
          // Lambda has no permission for a single alias:
          // https://docs.aws.amazon.com/service-authorization/latest/reference/list_awslambda.html
          allow(
            ["lambda:GetAlias", "lambda:UpdateAlias"],
            names.map((one) => `${functions}${one}`),
          ),
          ...(all.some(({ warming }) => warming)
            ? [allow(["lambda:InvokeFunction"], `${functions}${formatDeployedName(environmentName, WARMER)}`)]
            : []),
          allow(["dynamodb:GetItem", "dynamodb:PutItem", "dynamodb:Scan", "dynamodb:UpdateItem"], table.arn),
          allow(
            ["logs:StartQuery"],
            (isNamed ? all.map(({ logGroup }) => logGroup) : [formatDefaultLogGroup(`${environmentName}-*`)]).map(
              (group) => `${logGroups}${group}:*`,
            ),
          ),
          // CloudWatch Logs has no resource-level permission for it:
          // https://docs.aws.amazon.com/service-authorization/latest/reference/list_amazoncloudwatchlogs.html
          allow(["logs:GetQueryResults"], "*"),
          // As above: https://docs.aws.amazon.com/service-authorization/latest/reference/list_amazoncloudwatch.html
          allow(["cloudwatch:DescribeAlarms", "cloudwatch:GetMetricData"], "*"),
        ];
      },
    });
    const once = new LambdaFunctionEventInvokeConfig(this, "asynchronous", {
      functionName: this.lambda.functionName,
      maximumRetryAttempts: 0,
      maximumEventAgeInSeconds: LONGEST_WAIT_SECONDS,
    });
    this.missed = addUndeliveredQueue(this, "missed", nameMissedTicksQueue(environmentName));
    this.ready = [once, this.addTicks(environment, name)];
  }

  /** Continues rollouts whose run has ended, and puts right what a run that was killed has left. */
  private addTicks(environment: Environment, name: string): SchedulerSchedule {
    const { group, role, policy } = addScheduleGroup(this, {
      environment,
      id: ROLLOUT_CONTROLLER,
      name,
      invokedArn: this.lambda.arn,
      undelivered: this.missed,
    });
    const tick: TickRequest = { action: "tick" };
    return new SchedulerSchedule(this, "tick", {
      name: "tick",
      groupName: group.name,
      description: `Continues rollouts of ${environment.name}`,
      scheduleExpression: TICK_SCHEDULE,
      flexibleTimeWindow: { mode: "OFF" },
      target: {
        arn: this.lambda.arn,
        roleArn: role.arn,
        input: JSON.stringify(tick),
        retryPolicy: { maximumRetryAttempts: 0, maximumEventAgeInSeconds: LONGEST_WAIT_SECONDS },
        deadLetterConfig: { arn: this.missed.arn },
      },
      dependsOn: [policy],
    });
  }

  /** Whether a function, by its name in the environment's file, gets new versions in steps. */
  rollsOut(id: string): boolean {
    return this.rolledOut.has(id);
  }

  /**
   * Moves a function's traffic to a version, in a deployment. It fails, and the deployment with it, if the version
   * loses the traffic again. When a version has gone back, the description of `live` says so, also if that was after
   * the deployment: the next one tries again.
   *
   * @param id the function's name in the environment's file
   * @param dependsOn what must be there before
   */
  addRollout(
    scope: Construct,
    id: string,
    version: string,
    live: LambdaAlias,
    dependsOn: readonly ITerraformDependable[],
  ): LambdaInvocation {
    const one = this.rolledOut.get(id);
    if (!one) throw new Error(`function ${id} gets its versions at once`);
    return new LambdaInvocation(scope, "rollout", {
      functionName: this.lambda.functionName,
      // A digest, because the description has lines of logs, which may have quotation marks.
      input: JSON.stringify(buildStartRequest(one, version, Fn.sha256(live.description))),
      // The steps are what people see of it in a plan, where the input is not known yet.
      triggers: { version, last_rollback: live.description, steps: describeSteps(one.plan) },
      // What puts a rollout right must be there before one begins.
      dependsOn: [...dependsOn, ...this.ready],
    });
  }
}
