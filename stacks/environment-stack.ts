import { AwsProvider } from "@cdktf/provider-aws/lib/provider";
import { TerraformElement, TerraformStack } from "cdktf";
import { Construct, type Node } from "constructs";
import { NOTIFIER, ROLLOUT_CONTROLLER, WARMER } from "../environments/names";
import { type Environment } from "../environments/schema";
import { buildTags } from "../environments/tags";
import { addBackend } from "./backend";
import { type Bundle } from "./bundle";
import { addBucketNotifications } from "./events/bucket-notifications";
import { type DefineInfrastructure } from "./infrastructure";
import { CodeBucket } from "./function-zip";
import { MonitoredFunction } from "./monitored-function";
import { type FunctionCode, identifyCode, selectCode } from "./function-code";
import { RolloutController } from "./rollouts/rollout-controller";
import { listRolledOutFunctions } from "../model/rollouts";
import { addMonitoring } from "./monitoring/monitoring";
import { rememberPlace } from "./place";
import { protect } from "./protection";
import { SensitiveVariables } from "./sensitive-variables";
import { makeModule } from "./terraform-module";
import { addWarming } from "./warming/warming";
import { AWS_PROVIDER_VERSION } from "./provider-version";

/** Input of an environment's stack, besides the environment itself. */
export interface EnvironmentStackProps {
  /** The code of every function, by what `identifyCode` says of it. */
  readonly bundles: ReadonlyMap<string, Bundle>;
  /** What functions need besides their settings, by name. */
  readonly infrastructure: ReadonlyMap<string, DefineInfrastructure>;
  /** Where Terraform will run, relative to the project's root; undefined makes the stack a module of another one. */
  readonly stackFolder: string | undefined;
}

/** Everything in AWS that belongs to one environment. */
export class EnvironmentStack extends TerraformStack {
  readonly codeBucket: CodeBucket;

  constructor(
    scope: Construct,
    readonly environment: Environment,
    { bundles, infrastructure, stackFolder }: EnvironmentStackProps,
  ) {
    super(scope, environment.name);
    if (stackFolder !== undefined) {
      new AwsProvider(this, "aws", {
        region: environment.region,
        allowedAccountIds: environment.accountId === undefined ? undefined : [environment.accountId],
        defaultTags: [{ tags: buildTags(environment) }],
      });
      this.addOverride("terraform.required_providers.aws.version", AWS_PROVIDER_VERSION);
      addBackend(this, environment, stackFolder);
    }
    rememberPlace(this, environment);

    const findBundle = (code: FunctionCode) => {
      const bundle = bundles.get(identifyCode(code));
      if (!bundle) throw new Error(`function ${code.name} has not been bundled`);
      return bundle;
    };
    const sensitiveVariables = new SensitiveVariables(this, "variables");
    const warming = addWarming(this, environment, findBundle({ name: WARMER }));
    const rolledOut = listRolledOutFunctions(environment);
    const rolloutController =
      rolledOut.length > 0
        ? new RolloutController(
            new Construct(this, "rollouts"),
            ROLLOUT_CONTROLLER,
            environment,
            findBundle({ name: ROLLOUT_CONTROLLER }),
            rolledOut,
          )
        : undefined;
    const codeBucket = (this.codeBucket = new CodeBucket(this, environment.name));
    const functions = new Construct(this, "functions");
    const deployed = new Map<string, MonitoredFunction>();
    for (const [name, settings] of Object.entries(environment.functions)) {
      const deployedFunction = new MonitoredFunction(functions, name, {
        environment,
        settings,
        bundle: settings.image === undefined ? findBundle(selectCode(environment.name, name, settings)) : undefined,
        codeBucket,
        sensitiveVariables,
        infrastructure: infrastructure.get(name),
        addGate: warming?.gateOf(name),
        rolloutController: rolloutController?.rollsOut(name) === true ? rolloutController : undefined,
      });
      deployed.set(name, deployedFunction);
    }
    addBucketNotifications(this, environment, deployed);
    const logGroups = new Map([...deployed].map(([name, { logs }]) => [name, logs.name]));
    const notifierBundle = environment.notify && findBundle({ name: NOTIFIER });
    addMonitoring(this, { environment, sensitiveVariables, logGroups, warming, rolloutController, notifierBundle });
    if (environment.protected) protect(this, environment);
    if (stackFolder === undefined) makeModule(this, environment);
  }

  /**
   * Readable addresses, as in `aws_lambda_alias.api_live`: the path of ids without the group, and without cdktf's hash.
   */
  protected override allocateLogicalId(element: TerraformElement | Node): string {
    const node = TerraformElement.isTerraformElement(element) ? element.node : element;
    const ids = node.scopes.slice(node.scopes.indexOf(this) + 1).map((scope) => scope.node.id);
    return (ids.length > 1 ? ids.slice(1) : ids).join("_");
  }
}
