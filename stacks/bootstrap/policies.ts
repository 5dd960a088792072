import { hasRollouts } from "../../environments/rollout";
import { type Environment } from "../../environments/schema";
import { listEventStatements } from "../../model/event-sources";
import { type Condition, listAskedStatements } from "../../model/permissions";
import { nameRolloutsTable } from "../../model/rollouts";
import { type Grant, GRANTS, type Place } from "./grants";

/** How much of a managed policy's 6,144 characters is left for what functions ask for. */
const ASKED_CHARACTERS = 4500;

/** One statement that allows actions. */
export interface PolicyStatement {
  readonly Effect: "Allow";
  readonly Action: readonly string[];
  readonly Resource: readonly string[];
  readonly Condition?: Condition;
}

/**
 * Permissions of a plan: read the environment's resources, its state and its error budgets. It changes nothing, not
 * even the state's lock.
 */
export function buildPlanPolicy(environment: Environment, place: Place): PolicyStatement[] {
  return [
    ...mergeStatements(environment, place, ({ read = [] }) => read),
    allowReadingMetrics(place.region),
    ...buildStateStatements(environment, place, { object: ["s3:GetObject"], lock: [] }),
  ];
}

/** Permissions of an apply. */
export function buildDeployPolicy(environment: Environment, place: Place): PolicyStatement[] {
  return [
    ...mergeStatements(environment, place, ({ read = [], write = [] }) => [...read, ...write]),
    ...buildStateStatements(environment, place, {
      object: ["s3:GetObject", "s3:PutObject"],
      lock: ["s3:GetObject", "s3:PutObject", "s3:DeleteObject"],
    }),
  ];
}

/** Permissions of the smoke check: call functions as traffic does, and read alarms and metrics. */
export function buildSmokePolicy({ partition, region, account, name }: Place): PolicyStatement[] {
  return [
    allow(
      ["lambda:InvokeFunctionUrl", "lambda:InvokeFunction"],
      [`arn:${partition}:lambda:${region}:${account}:function:${name}-*:live`],
    ),
    allowReadingMetrics(region, "cloudwatch:DescribeAlarms"),
  ];
}

function allowReadingMetrics(region: string, ...more: readonly string[]): PolicyStatement {
  // CloudWatch supports no narrower resources for these:
  // https://docs.aws.amazon.com/service-authorization/latest/reference/list_amazoncloudwatch.html
  return allow([...more, "cloudwatch:GetMetricData", "cloudwatch:ListMetrics"], ["*"], {
    StringEquals: { "aws:RequestedRegion": region },
  });
}

/**
 * Maximum permissions of a function in the environment: those that its role gets, in its account and region, and those
 * that the environment's file asks for. What policies of others allow is not known here.
 */
export function buildBoundaryPolicy(
  environment: Environment,
  { partition, account, region, name }: Place,
): PolicyStatement[] {
  const isRolledOut = hasRollouts(environment);
  const arn = (service: string, resource: string) => `arn:${partition}:${service}:${region}:${account}:${resource}`;
  return [
    allow(["logs:CreateLogStream", "logs:PutLogEvents"], [arn("logs", `log-group:/aws/lambda/${name}-*`)]),
    allow(["secretsmanager:GetSecretValue"], [arn("secretsmanager", "secret:*")]),
    allow(["ssm:GetParameter"], [arn("ssm", "parameter/*")]),
    // The warmer reads when a version was deployed.
    allow(["lambda:InvokeFunction", "lambda:GetFunctionConfiguration"], [arn("lambda", "function:*")]),
    // Schedules, for what they could not deliver.
    allow(["sqs:SendMessage"], [arn("sqs", `${name}-*`)]),
    // Tables of functions' own infrastructure.
    allow(
      ["dynamodb:DeleteItem", "dynamodb:GetItem", "dynamodb:PutItem", "dynamodb:Query", "dynamodb:UpdateItem"],
      [arn("dynamodb", `table/${name}-*`)],
    ),
    // These have no resource-level permissions.
    allow(
      ["xray:PutTraceSegments", "xray:PutTelemetryRecords", "cloudwatch:DescribeAlarms", "cloudwatch:GetMetricData"],
      ["*"],
    ),
    // The notifier reads what was deployed.
    ...(environment.notify ? [allow(["lambda:ListVersionsByFunction"], [arn("lambda", "function:*")])] : []),
    // The rollout controller moves aliases, and looks for rollouts in its table.
    ...(isRolledOut
      ? [
          allow(["lambda:GetAlias", "lambda:UpdateAlias"], [arn("lambda", `function:${name}-*`)]),
          allow(["dynamodb:Scan"], [arn("dynamodb", `table/${nameRolloutsTable(name)}`)]),
        ]
      : []),
    // Both read what fails.
    ...(environment.notify || isRolledOut
      ? [allow(["logs:StartQuery"], [arn("logs", "log-group:*")]), allow(["logs:GetQueryResults"], ["*"])]
      : []),
    ...listAskedPermissions(environment, (queue) => arn("sqs", queue), arn("lambda", `function:${name}-*`)),
  ];
}

/** What the functions' files ask for: each action on its resources, or on any if that would be too long. */
function listAskedPermissions(
  { name, functions }: Environment,
  formatQueueArn: (queue: string) => string,
  ownFunctions: string,
): PolicyStatement[] {
  const resources = new Map<string, Set<string>>();
  const ownQueues = formatQueueArn(`${name}-*`);
  for (const settings of Object.values(functions)) {
    const statements = [
      ...listAskedStatements(settings, () => ownFunctions),
      ...listEventStatements(settings, { findQueue: () => ownQueues, findFailedEventsQueue: () => ownQueues }),
    ];
    for (const { Effect, Action, Resource } of statements) {
      if (Effect === "Deny") continue;
      const key = [...Action].sort().join();
      resources.set(key, new Set([...(resources.get(key) ?? []), ...[Resource].flat()]));
    }
  }
  const exact = [...resources].map(([actions, arns]) => allow(actions.split(","), [...arns].sort()));
  if (JSON.stringify(exact).length <= ASKED_CHARACTERS) return exact;
  return [allow([...new Set(exact.flatMap(({ Action }) => Action))].sort(), ["*"])];
}

/** Merges everything that is allowed on the same resources with the same condition into one statement. */
function mergeStatements(
  environment: Environment,
  place: Place,
  actionsOf: (grant: Grant) => readonly string[],
): PolicyStatement[] {
  const merged = new Map<string, PolicyStatement>();
  for (const grant of Object.values(GRANTS).flat()) {
    const actions = actionsOf(grant);
    if (actions.length === 0 || grant.neededBy?.(environment) === false) continue;
    const resources = grant.on(place, environment);
    const condition = grant.if?.(place, environment);
    const key = JSON.stringify([resources, condition]);
    const known = merged.get(key)?.Action ?? [];
    merged.set(key, allow([...new Set([...known, ...actions])].sort(), resources, condition));
  }
  return [...merged.values()];
}

/** https://developer.hashicorp.com/terraform/language/backend/s3#permissions-required */
function buildStateStatements(
  { state }: Environment,
  { partition }: Place,
  { object, lock }: { readonly object: readonly string[]; readonly lock: readonly string[] },
): PolicyStatement[] {
  if (state.backend !== "s3") return [];
  const bucket = `arn:${partition}:s3:::${state.bucket}`;
  return [
    // For the whole bucket: otherwise S3 answers 403 instead of 404 for a state that does not exist yet.
    allow(["s3:ListBucket"], [bucket]),
    allow(object, [`${bucket}/${state.key}`]),
    ...(lock.length > 0 ? [allow(lock, [`${bucket}/${state.key}.tflock`])] : []),
  ];
}

function allow(actions: readonly string[], resources: readonly string[], condition?: Condition): PolicyStatement {
  return { Effect: "Allow", Action: actions, Resource: resources, ...(condition && { Condition: condition }) };
}
