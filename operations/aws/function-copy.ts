import {
  CreateFunctionCommand,
  type CreateFunctionRequest,
  DeleteFunctionCommand,
  type FunctionConfiguration,
  GetFunctionCommand,
  GetLayerVersionByArnCommand,
  type GetFunctionResponse,
  InvokeCommand,
  LambdaClient,
  type LambdaClientConfig,
  PublishVersionCommand,
  UpdateFunctionConfigurationCommand,
} from "@aws-sdk/client-lambda";
import { createHash } from "node:crypto";
import { toOneLine } from "../../performance/foreign-text";
import { type AwsAccess } from "./access";
import { AwsFailure, MAX_ATTEMPTS } from "./failure";
import { findFunction, type QualifiedName, toQualifiedInput } from "./functions";

/** A second attempt would be a second request to the function, which does and costs what the first one did. */
class OnceLambdaClient extends LambdaClient {
  constructor(settings: LambdaClientConfig) {
    super({ ...settings, maxAttempts: 1 });
  }
}

/** A function to copy, with everything that its copies need. */
export type OriginalFunction = ReturnType<typeof toOriginal>;

/** The name and the size of a copy. */
export interface FunctionCopy {
  readonly name: string;
  readonly memoryMb: number;
  readonly architecture: "arm64" | "x86_64";
  readonly description: string;
}

/** How one request went. */
export interface InvocationAnswer {
  /** As text. */
  readonly answer: string;
  /** Whether the function failed: its answer is then the error. */
  readonly hasFailed: boolean;
  /** The last 4 KB of the request's log: https://docs.aws.amazon.com/lambda/latest/api/API_Invoke.html */
  readonly log: string;
}

const BETWEEN_LOOKS_MILLISECONDS = 1_000;
/** Long enough for the network interfaces of a function in a VPC, and for optimizing an image. */
const MOST_LOOKS = 300;

const BETWEEN_ATTEMPTS_MILLISECONDS = 2_000;

/**
 * A function, or the version behind a qualifier, to copy it.
 *
 * @throws AwsFailure
 */
export async function readOriginal(aws: AwsAccess, of: QualifiedName): Promise<OriginalFunction> {
  const command = new GetFunctionCommand(toQualifiedInput(of));
  const name = [of.name, of.qualifier ?? []].flat().join(":");
  return toOriginal(await aws.ask(`there is no function ${name}`, "lambda:GetFunction", LambdaClient, command));
}

/**
 * Downloads a function's zip.
 *
 * @throws AwsFailure if it does not arrive as it is deployed
 */
export async function downloadZip({ codeUrl, codeHash }: OriginalFunction, signal: AbortSignal): Promise<Uint8Array> {
  const response = await fetch(codeUrl, { signal }).catch((error: unknown) => {
    signal.throwIfAborted();
    const { cause = error } = error as Error;
    throw new AwsFailure(`the function's zip cannot be downloaded: ${toOneLine(String(cause))}`);
  });
  if (!response.ok) throw new AwsFailure(`the function's zip cannot be downloaded: status ${response.status}`);
  const zip = new Uint8Array(await response.arrayBuffer());
  const hash = createHash("sha256").update(zip).digest("base64");
  if (hash !== codeHash) throw new AwsFailure("the function's zip was not downloaded completely: try again");
  return zip;
}

/**
 * Creates a copy of a function. Nothing invokes it: it has no alias, no events and no permissions for others.
 *
 * @param zip undefined for an image
 * @throws AwsFailure
 */
export async function createCopy(
  aws: AwsAccess,
  { settings, imageUri }: OriginalFunction,
  { name, memoryMb, architecture, description }: FunctionCopy,
  zip: Uint8Array | undefined,
): Promise<void> {
  const command = new CreateFunctionCommand({
    ...settings,
    ...{ FunctionName: name, Description: description, MemorySize: memoryMb, Architectures: [architecture] },
    Code: zip ? { ZipFile: zip } : { ImageUri: imageUri },
  });
  await aws.ask("the role does not exist anymore", "lambda:CreateFunction", LambdaClient, command);
}

/** @throws AwsFailure */
export async function resizeCopy(aws: AwsAccess, name: string, memoryMb: number): Promise<void> {
  const command = new UpdateFunctionConfigurationCommand({ FunctionName: name, MemorySize: memoryMb });
  await aws.ask(`there is no function ${name}`, "lambda:UpdateFunctionConfiguration", LambdaClient, command);
}

/**
 * Publishes a function as it is.
 *
 * @returns the version's number
 * @throws AwsFailure
 */
export async function publishVersion(aws: AwsAccess, name: string): Promise<string> {
  const command = new PublishVersionCommand({ FunctionName: name });
  const { Version } = await aws.ask(`there is no function ${name}`, "lambda:PublishVersion", LambdaClient, command);
  return Version ?? "";
}

/**
 * Waits until AWS has finished changing a function, or one of its versions.
 *
 * @throws AwsFailure if it fails, or does not finish in five minutes
 */
export async function waitUntilReady(
  aws: AwsAccess,
  of: QualifiedName,
  wait: (milliseconds: number, signal: AbortSignal) => Promise<unknown>,
): Promise<void> {
  for (let look = 0; look < MOST_LOOKS; look++) {
    const found = await findFunction(aws, of);
    if (!found) throw new AwsFailure(`there is no function ${of.name}`);
    const { state, stateReason, updateStatus, updateReason } = found;
    if (state === "Failed" || updateStatus === "Failed")
      throw new AwsFailure(`${of.name} cannot run: ${stateReason ?? updateReason ?? "no reason given"}`);
    if (state !== "Pending" && updateStatus !== "InProgress") return;
    await wait(BETWEEN_LOOKS_MILLISECONDS, aws.signal);
  }
  throw new AwsFailure(`${of.name} is not ready after ${(MOST_LOOKS * BETWEEN_LOOKS_MILLISECONDS) / 60_000} minutes`);
}

/**
 * Deletes a function with all its versions.
 *
 * @throws AwsFailure
 */
export async function deleteFunction(aws: AwsAccess, name: string): Promise<void> {
  await aws.send("lambda:DeleteFunction", LambdaClient, new DeleteFunctionCommand({ FunctionName: name }));
}

/**
 * Sends one request to a function, and waits for its answer. It is sent again only if AWS refused it for having too
 * many: then it did not run.
 *
 * @param payload JSON
 * @param notFound the message if there is no such function
 * @throws AwsFailure
 */
export async function invokeOnce(
  aws: AwsAccess,
  { payload, ...of }: QualifiedName & { readonly payload: string },
  wait: (milliseconds: number, signal: AbortSignal) => Promise<unknown>,
  notFound = `there is no function ${of.name}`,
): Promise<InvocationAnswer> {
  for (let attempt = 1; ; attempt++) {
    const found = await aws.find("lambda:InvokeFunction", async (options) => {
      const command = new InvokeCommand({ ...toQualifiedInput(of), LogType: "Tail", Payload: payload });
      try {
        return await aws.client(OnceLambdaClient).send(command, options);
      } catch (error) {
        const isRefused = error instanceof Error && error.name === "TooManyRequestsException";
        if (isRefused && attempt < MAX_ATTEMPTS) return "refused";
        throw error;
      }
    });
    if (found === undefined) throw new AwsFailure(notFound);
    if (found !== "refused") {
      return {
        answer: found.Payload?.transformToString() ?? "",
        hasFailed: found.FunctionError !== undefined,
        log: Buffer.from(found.LogResult ?? "", "base64").toString("utf8"),
      };
    }
    await wait(BETWEEN_ATTEMPTS_MILLISECONDS, aws.signal);
  }
}

/**
 * The architectures that a layer's version is for; undefined if it does not say so.
 *
 * @throws AwsFailure
 */
export async function readLayerArchitectures(aws: AwsAccess, arn: string): Promise<readonly string[] | undefined> {
  const command = new GetLayerVersionByArnCommand({ Arn: arn });
  const found = await aws.ask(`there is no layer ${arn}`, "lambda:GetLayerVersion", LambdaClient, command);
  return found.CompatibleArchitectures;
}

function toOriginal({ Configuration = {}, Code = {} }: GetFunctionResponse) {
  const { Version, MemorySize = 128, Timeout = 3, Architectures = [], Layers = [], Environment } = Configuration;
  return {
    version: Version ?? "",
    memoryMb: MemorySize,
    timeoutSeconds: Timeout,
    temporaryStorageMb: Configuration.EphemeralStorage?.Size ?? 512,
    architecture: Architectures[0] === "arm64" ? ("arm64" as const) : ("x86_64" as const),
    isImage: Configuration.PackageType === "Image",
    /** Durable executions, or snapshots of instances: their requests are charged in other ways. */
    isSpecial: Configuration.DurableConfig !== undefined || Configuration.SnapStart?.ApplyOn === "PublishedVersions",
    /** Their ARNs. */
    layers: Layers.map(({ Arn = "" }) => Arn),
    /** Why its variables cannot be read, as without permission for their key. */
    unreadableVariables: Environment?.Error?.Message,
    codeBytes: Configuration.CodeSize ?? 0,
    codeHash: Configuration.CodeSha256 ?? "",
    /** Of its zip, for ten minutes. */
    codeUrl: Code.Location ?? "",
    imageUri: Code.ResolvedImageUri ?? Code.ImageUri,
    settings: selectSettings(Configuration),
  };
}

/**
 * What a copy has in common with the function. It is not traced, and has a log of its own, which nobody watches, in
 * text, where each request ends with its report.
 */
function selectSettings(
  found: FunctionConfiguration,
): Omit<CreateFunctionRequest, "FunctionName" | "Description" | "MemorySize" | "Architectures" | "Code"> {
  const { VpcConfig, Environment, ImageConfigResponse } = found;
  const { SubnetIds = [], SecurityGroupIds, Ipv6AllowedForDualStack } = VpcConfig ?? {};
  return {
    Role: found.Role,
    Runtime: found.Runtime,
    Handler: found.Handler,
    Timeout: found.Timeout,
    PackageType: found.PackageType,
    ImageConfig: ImageConfigResponse?.ImageConfig,
    Environment: Environment?.Variables && { Variables: Environment.Variables },
    KMSKeyArn: found.KMSKeyArn,
    Layers: found.Layers?.map(({ Arn = "" }) => Arn),
    EphemeralStorage: found.EphemeralStorage,
    FileSystemConfigs: found.FileSystemConfigs,
    ...(SubnetIds.length > 0 && { VpcConfig: { SubnetIds, SecurityGroupIds, Ipv6AllowedForDualStack } }),
  };
}
