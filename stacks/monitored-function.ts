import { CloudwatchLogGroup } from "@cdktf/provider-aws/lib/cloudwatch-log-group";
import { IamRolePolicy } from "@cdktf/provider-aws/lib/iam-role-policy";
import { LambdaAlias } from "@cdktf/provider-aws/lib/lambda-alias";
import { LambdaFunction } from "@cdktf/provider-aws/lib/lambda-function";
import { LambdaRuntimeManagementConfig } from "@cdktf/provider-aws/lib/lambda-runtime-management-config";
import { type ITerraformDependable, TerraformLocal, TerraformOutput, TerraformResource } from "cdktf";
import { Construct } from "constructs";
import { findRuntime } from "../environments/code";
import { formatDefaultLogGroup, formatDeployedName } from "../environments/names";
import { type Environment, type FunctionSettings } from "../environments/schema";
import { listEventStatements } from "../model/event-sources";
import { listAskedStatements, type RoleStatement } from "../model/permissions";
import { formatArn } from "./arn";
import { type Bundle } from "./bundle";
import { addIamEndpoint } from "./endpoint";
import { addEventQueues } from "./events/event-queues";
import { addEvents } from "./events/events";
import { addExecutionRole, formatPolicyDocument } from "./execution-role";
import { addZip, type CodeBucket } from "./function-zip";
import { type DefineInfrastructure, type InfrastructureOwner, runInfrastructure } from "./infrastructure";
import { allowInvocation } from "./invocation-permission";
import { addHttpApi } from "./http-api";
import { lostWith } from "./lost-with";
import { addProvisionedConcurrency } from "./provisioned-concurrency";
import { type SensitiveVariables } from "./sensitive-variables";
import { type RolloutController } from "./rollouts/rollout-controller";
import { type AddGate } from "./warming/warming";

/** https://docs.aws.amazon.com/lambda/latest/api/API_PutRuntimeManagementConfig.html */
const RUNTIME_UPDATES = { auto: "Auto", function_update: "FunctionUpdate", manual: "Manual" } as const;

/** Of aliases, when the rollout controller moves them; it also notes there why a version went back. */
const MOVED_BY_ROLLOUTS = ["function_version", "routing_config", "description"];

/** The function to deploy, and its code. */
export interface MonitoredFunctionProps {
  readonly environment: Environment;
  readonly settings: FunctionSettings;
  /** Undefined for an image. */
  readonly bundle: Bundle | undefined;
  readonly codeBucket: CodeBucket;
  readonly sensitiveVariables: SensitiveVariables;
  /** What the function needs besides its settings. */
  readonly infrastructure: DefineInfrastructure | undefined;
  /** Creates what must succeed before a version gets traffic. */
  readonly addGate: AddGate | undefined;
  /** Moves traffic to new versions; undefined if Terraform does, all of it at once. */
  readonly rolloutController: RolloutController | undefined;
}

/**
 * One function of an environment with its role, logs, published versions, the aliases `live` (traffic) and `warm`
 * (pings), and its endpoint. The construct's id is the function's name in the environment's file.
 */
export class MonitoredFunction extends Construct {
  readonly logs: CloudwatchLogGroup;
  /** Where traffic and events enter. */
  readonly live: LambdaAlias;

  constructor(scope: Construct, id: string, props: MonitoredFunctionProps) {
    super(scope, id);
    const { environment, settings, bundle, codeBucket, sensitiveVariables, addGate, rolloutController } = props;
    const name = formatDeployedName(environment.name, id);

    const { logRetentionDays = environment.logRetentionDays } = settings;
    const logs = (this.logs = new CloudwatchLogGroup(this, "logs", {
      name: formatDefaultLogGroup(name),
      retentionInDays: logRetentionDays,
    }));
    const { tracing, secrets } = settings;
    const made = addEventQueues(this, name, settings);
    const { role, policies } = addExecutionRole(this, {
      functionName: id,
      environment,
      logs,
      tracing,
      secrets,
      permissions: ({ arn }) => {
        const functionArn = formatArn(arn, `lambda:${environment.region}`, `function:${name}`);
        let local: TerraformLocal | undefined;
        return [
          ...listAskedStatements(settings, () => (local ??= new TerraformLocal(this, "arn", functionArn)).asString),
          ...listEventStatements(settings, {
            findQueue: (event) => made.queues.get(event)?.queue.arn ?? "",
            findFailedEventsQueue: () => made.failedEvents?.arn ?? "",
          }),
        ];
      },
      managedPolicies: settings.managedPolicies,
    });
    const { vpc, fileSystem, runtimeSettings, durable } = settings;
    const variables = { ...settings.environment, ...sensitiveVariables.resolve(secrets) };
    const lambda = new LambdaFunction(this, "function", {
      functionName: name,
      description: settings.description,
      role: role.arn,
      ...(bundle
        ? {
            ...addZip(this, bundle, codeBucket),
            sourceCodeHash: bundle.sourceCodeHash,
            handler: bundle.handler,
            runtime: findRuntime(settings),
          }
        : { packageType: "Image", imageUri: settings.image }),
      architectures: [settings.architecture],
      memorySize: settings.memoryMb,
      timeout: settings.timeoutSeconds,
      reservedConcurrentExecutions: settings.reservedConcurrency,
      publish: true,
      // An empty block would publish a new version with every apply.
      environment: Object.keys(variables).length > 0 ? { variables } : undefined,
      kmsKeyArn: settings.kmsKey,
      layers: settings.layers.length > 0 ? [...settings.layers] : undefined,
      ephemeralStorage: settings.ephemeralStorageMb === 512 ? undefined : { size: settings.ephemeralStorageMb },
      vpcConfig: vpc && {
        subnetIds: [...vpc.subnetIds],
        securityGroupIds: [...vpc.securityGroupIds],
        ipv6AllowedForDualStack: vpc.ipv6,
      },
      durableConfig: durable && {
        executionTimeout: durable.executionTimeoutSeconds,
        retentionPeriod: durable.retentionDays,
      },
      fileSystemConfig: fileSystem && { arn: fileSystem.accessPointArn, localMountPath: fileSystem.mountPath },
      // Cold starts, init time and memory come from the platform's records, which exist only at system level INFO.
      loggingConfig: { logFormat: "JSON", systemLogLevel: "INFO", applicationLogLevel: "INFO", logGroup: logs.name },
      tracingConfig: { mode: tracing ? "Active" : "PassThrough" },
      dependsOn: [...policies],
    });

    if (runtimeSettings) {
      new LambdaRuntimeManagementConfig(this, "runtime", {
        functionName: lambda.functionName,
        updateRuntimeOn: RUNTIME_UPDATES[runtimeSettings.updateOn],
        runtimeVersionArn: runtimeSettings.updateOn === "manual" ? runtimeSettings.runtimeVersionArn : undefined,
        lifecycle: lostWith(lambda),
      });
    }

    const alias = (aliasName: string, description: string, dependsOn?: ITerraformDependable[]) =>
      new LambdaAlias(this, aliasName, {
        name: aliasName,
        description,
        functionName: lambda.functionName,
        functionVersion: lambda.version,
        dependsOn,
        lifecycle: { ...lostWith(lambda), ignoreChanges: listIgnored(aliasName) },
      });
    const listIgnored = (aliasName: string) => {
      if (rolloutController) return MOVED_BY_ROLLOUTS;
      // While provisioned concurrency moves to a new version, AWS sets weights of its own.
      return aliasName === "live" && settings.provisionedConcurrency ? ["routing_config"] : undefined;
    };
    const gate = addGate?.(this, lambda.version);
    const live = (this.live = alias("live", "Traffic enters here, and only here", gate && [gate]));
    // Moves after live, even if a deployment ends early: pings must keep the serving version warm.
    const warm = alias("warm", "Warming pings enter here, and only here", [live]);
    const rollout = rolloutController?.addRollout(this, id, lambda.version, live, [warm, ...(gate ? [gate] : [])]);

    const addEndpoint = { none: undefined, iam: addIamEndpoint, public: addHttpApi }[settings.endpoint];
    const outputs = addEndpoint?.(this, {
      name,
      live,
      http: settings.http,
      logRetentionDays,
    });

    for (const [trigger, allowed] of Object.entries(settings.allowedTriggers)) {
      allowInvocation(this, `trigger-${trigger}`, live, { statementId: trigger, ...allowed });
    }

    if (settings.provisionedConcurrency) {
      addProvisionedConcurrency(this, name, live, settings.provisionedConcurrency);
    }

    if (props.infrastructure) {
      this.addInfrastructure(props.infrastructure, environment, { name, role, live, logs, lambda, variables });
    }

    const events = addEvents(this, { environment, id, name, settings, live, made });

    new TerraformOutput(this, "output", {
      description: `The function ${id}: its URL, names and ARNs`,
      value: {
        ...outputs,
        function_name: lambda.functionName,
        function_arn: lambda.arn,
        live_arn: live.arn,
        warm_arn: warm.arn,
        role_arn: role.arn,
        log_group: logs.name,
        ...(gate ? { gate: gate.result } : {}),
        ...(rollout ? { rollout: rollout.result } : {}),
        ...events,
      },
    }).overrideLogicalId(id);

    if (Object.keys(settings.tags).length > 0) tagAll(this, settings.tags);
  }

  private addInfrastructure(
    define: DefineInfrastructure,
    environment: Environment,
    {
      lambda,
      variables,
      ...own
    }: Omit<InfrastructureOwner, "grant" | "setVariable"> & {
      readonly lambda: LambdaFunction;
      readonly variables: Readonly<Record<string, string>>;
    },
  ): void {
    const statements: RoleStatement[] = [];
    const all: Record<string, string> = { ...variables };
    runInfrastructure(define, new Construct(this, "infrastructure"), this.node.id, {
      environment,
      deployed: {
        ...own,
        grant(actions, resources, condition) {
          statements.push({
            Effect: "Allow",
            Action: actions,
            Resource: resources,
            ...(condition && { Condition: condition }),
          });
        },
        setVariable(name, value) {
          if (name in all) throw new Error(`expected a variable that the function does not have yet, got ${name}`);
          all[name] = value;
        },
      },
    });
    if (Object.keys(all).length > 0) lambda.putEnvironment({ variables: all });
    if (statements.length === 0) return;
    const policy = new IamRolePolicy(this, "infrastructure-policy", {
      name: "infrastructure",
      role: own.role.name,
      policy: formatPolicyDocument(statements),
      lifecycle: { createBeforeDestroy: true },
    });
    lambda.dependsOn = [...(lambda.dependsOn ?? []), `${policy.terraformResourceType}.${policy.friendlyUniqueId}`];
  }
}

/** Sets a function's own tags; the provider adds the environment's. */
function tagAll(scope: Construct, tags: Readonly<Record<string, string>>): void {
  for (const node of scope.node.findAll()) {
    if (TerraformResource.isTerraformResource(node) && "tagsAll" in node) Object.assign(node, { tags: { ...tags } });
  }
}
