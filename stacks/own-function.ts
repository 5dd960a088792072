import { CloudwatchLogGroup } from "@cdktf/provider-aws/lib/cloudwatch-log-group";
import { type IamRole } from "@cdktf/provider-aws/lib/iam-role";
import { LambdaFunction } from "@cdktf/provider-aws/lib/lambda-function";
import { AssetType, TerraformAsset } from "cdktf";
import { type Construct } from "constructs";
import { formatDefaultLogGroup, formatDeployedName } from "../environments/names";
import { type Environment } from "../environments/schema";
import { type RoleStatement } from "../model/permissions";
import { type Bundle } from "./bundle";
import { addExecutionRole } from "./execution-role";

/** So many functions can be named one by one in the policies of a role. */
export const MAX_NAMED_FUNCTIONS = 100;

/** One of the project's own functions. */
export interface OwnFunctionProps {
  readonly environment: Environment;
  /** Its folder in functions/. */
  readonly folder: string;
  readonly bundle: Bundle;
  readonly size: {
    readonly memoryMb: number;
    readonly timeoutSeconds: number;
    readonly architecture: "arm64" | "x86_64";
  };
  readonly reservedConcurrency?: number | undefined;
  readonly variables?: Readonly<Record<string, string>>;
  /** What it may do, besides writing its logs and traces. */
  readonly permissions: (role: IamRole) => readonly RoleStatement[];
}

/** Makes one of the project's own functions, with its role and its log group. */
export function addOwnFunction(
  scope: Construct,
  { environment, folder, bundle, size, reservedConcurrency, variables, permissions }: OwnFunctionProps,
): LambdaFunction {
  const name = formatDeployedName(environment.name, folder);
  const logs = new CloudwatchLogGroup(scope, "logs", {
    name: formatDefaultLogGroup(name),
    retentionInDays: environment.logRetentionDays,
  });
  const { role, policies } = addExecutionRole(scope, {
    functionName: folder,
    environment,
    logs,
    tracing: true,
    secrets: {},
    permissions,
  });
  return new LambdaFunction(scope, "function", {
    functionName: name,
    role: role.arn,
    filename: new TerraformAsset(scope, "code", { path: bundle.zipFile, type: AssetType.FILE }).path,
    sourceCodeHash: bundle.sourceCodeHash,
    handler: bundle.handler,
    runtime: environment.nodeRuntime,
    architectures: [size.architecture],
    memorySize: size.memoryMb,
    timeout: size.timeoutSeconds,
    reservedConcurrentExecutions: reservedConcurrency,
    environment: variables && { variables },
    loggingConfig: { logFormat: "JSON", systemLogLevel: "INFO", applicationLogLevel: "INFO", logGroup: logs.name },
    tracingConfig: { mode: "Active" },
    dependsOn: [...policies],
  });
}
