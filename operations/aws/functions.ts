import {
  type FunctionConfiguration,
  GetFunctionConcurrencyCommand,
  GetFunctionConfigurationCommand,
  type InvocationType,
  InvokeCommand,
  LambdaClient,
  paginateListAliases,
  paginateListVersionsByFunction,
} from "@aws-sdk/client-lambda";
import { toOneLine } from "../../performance/foreign-text";
import { type AwsAccess } from "./access";

/** The function itself, which runs if no versions are published. */
export const LATEST_VERSION = "$LATEST";

/** A function in Lambda, or one of its versions; unknown properties are undefined. */
export type DeployedFunction = ReturnType<typeof toDeployedFunction>;

/** The target of an alias: one version, or several with their shares of the traffic. */
export interface Alias {
  readonly version: string;
  readonly others: Readonly<Record<string, number>>;
}

/** A function's aliases, by their names. */
export type Aliases = Readonly<Record<string, Alias>>;

/** A function, or one of its versions or aliases. */
export interface QualifiedName {
  readonly name: string;
  readonly qualifier?: string | undefined;
}

/**
 * A function, or the version behind a qualifier.
 *
 * @throws AwsFailure
 */
export async function findFunction(aws: AwsAccess, of: QualifiedName): Promise<DeployedFunction | undefined> {
  const command = new GetFunctionConfigurationCommand(toQualifiedInput(of));
  const found = await aws.send("lambda:GetFunctionConfiguration", LambdaClient, command);
  return found && toDeployedFunction(found);
}

/**
 * A function's current state, and every existing version.
 *
 * @throws AwsFailure
 */
export async function readVersions(aws: AwsAccess, name: string): Promise<DeployedFunction[]> {
  const versions = await aws.askAll(
    "lambda:ListVersionsByFunction",
    `there is no function ${name}`,
    (options) => paginateListVersionsByFunction({ client: aws.client(LambdaClient) }, { FunctionName: name }, options),
    ({ Versions }) => Versions,
  );
  return versions.map(toDeployedFunction);
}

/** @throws AwsFailure */
export async function readAliases(aws: AwsAccess, name: string): Promise<Aliases> {
  const aliases = await aws.askAll(
    "lambda:ListAliases",
    `there is no function ${name}`,
    (options) => paginateListAliases({ client: aws.client(LambdaClient) }, { FunctionName: name }, options),
    ({ Aliases }) => Aliases,
  );
  return Object.fromEntries(
    aliases.map(({ Name = "", FunctionVersion = "", RoutingConfig }) => [
      Name,
      { version: FunctionVersion, others: RoutingConfig?.AdditionalVersionWeights ?? {} },
    ]),
  );
}

/**
 * Maximum number of a function's instances.
 *
 * @returns undefined if it shares the account's limit with all others
 * @throws AwsFailure
 */
export async function readReservedConcurrency(aws: AwsAccess, name: string): Promise<number | undefined> {
  const command = new GetFunctionConcurrencyCommand({ FunctionName: name });
  const notFound = `there is no function ${name}`;
  const found = await aws.ask(notFound, "lambda:GetFunctionConcurrency", LambdaClient, command);
  return found.ReservedConcurrentExecutions;
}

/**
 * The kind of invocation: synchronous with an answer, asynchronous without one, or a dry run that only checks
 * permissions.
 */
export type InvocationKind = InvocationType;

/**
 * Invokes a function.
 *
 * @param notFound the message if it does not exist
 * @returns its answer, as text
 * @throws AwsFailure
 */
export async function invokeFunction(
  aws: AwsAccess,
  { name, kind, payload }: { readonly name: string; readonly kind: InvocationKind; readonly payload: unknown },
  notFound: string,
): Promise<string> {
  const command = new InvokeCommand({ FunctionName: name, InvocationType: kind, Payload: JSON.stringify(payload) });
  const { Payload } = await aws.ask(notFound, "lambda:InvokeFunction", LambdaClient, command);
  return Payload?.transformToString() ?? "";
}

/** The SDK's input for it. */
export function toQualifiedInput({ name, qualifier }: QualifiedName): { FunctionName: string; Qualifier?: string } {
  return { FunctionName: name, ...(qualifier !== undefined && { Qualifier: qualifier }) };
}

function toDeployedFunction(found: FunctionConfiguration) {
  const changedAt = Date.parse(found.LastModified ?? "");
  return {
    version: found.Version ?? LATEST_VERSION,
    description: found.Description ?? "",
    /** When it was last changed, or published, in milliseconds since 1970. */
    changedAt: Number.isNaN(changedAt) ? undefined : changedAt,
    /** As in `Active` or `Failed`. */
    state: found.State ?? "Active",
    stateReason: found.StateReason && toOneLine(found.StateReason),
    /** As in `Successful` or `InProgress`. */
    updateStatus: found.LastUpdateStatus ?? "Successful",
    updateReason: found.LastUpdateStatusReason && toOneLine(found.LastUpdateStatusReason),
    memoryMb: found.MemorySize,
    timeoutSeconds: found.Timeout,
    temporaryStorageMb: found.EphemeralStorage?.Size,
    codeHash: found.CodeSha256,
    codeBytes: found.CodeSize,
    runtime: found.Runtime,
    handler: found.Handler,
    architectures: found.Architectures ?? [],
    /** Their ARNs. */
    layers: (found.Layers ?? []).map(({ Arn = "" }) => Arn),
    /** `Active` or `PassThrough`. */
    tracing: found.TracingConfig?.Mode ?? "PassThrough",
    /** `JSON` or `Text`. */
    logFormat: found.LoggingConfig?.LogFormat ?? "Text",
    /** Undefined if it is Lambda's default for the function. */
    logGroup: found.LoggingConfig?.LogGroup,
    systemLogLevel: found.LoggingConfig?.SystemLogLevel,
    applicationLogLevel: found.LoggingConfig?.ApplicationLogLevel,
    role: found.Role,
    network: found.VpcConfig?.VpcId,
    /** Environment variables, whose values may be secrets. */
    variables: found.Environment?.Variables ?? {},
  };
}
