import { resolve } from "node:path";
import { buildHttpEvent } from "../../local/endpoint/http-event";
import { omitUndefined } from "../../environments/fields";
import { InvalidInput, makeInvalidInput, show } from "../../environments/mistakes";
import { type Environment } from "../../environments/schema";
import { readJson, UnusableFile } from "../../environments/text-file";
import { listWatchedFunctions, type WatchedFunction } from "../../model/watched-function";
import { type AwsAccess } from "../aws/access";
import { type OriginalFunction, readLayerArchitectures } from "../aws/function-copy";
import { type TunedSize } from "./bench";
import { type SizeRequirements } from "./judge";

/** What the user asks for. */
export interface TuningOptions {
  readonly functionId: string;
  /** A file with the event of each request. */
  readonly event: string | undefined;
  /** Or a path, for a GET request as its endpoint would pass it on. */
  readonly path: string | undefined;
  /** Allows a protected environment. */
  readonly force: boolean;
  readonly write: boolean;
}

/**
 * The function to tune.
 *
 * @throws InvalidInput
 */
export function selectTuned(environment: Environment, { functionId, ...options }: TuningOptions): WatchedFunction {
  const all = listWatchedFunctions(environment);
  const watched = all.find(({ id }) => id === functionId);
  const file = `environments/${environment.name}.tfvars`;
  if (!watched) {
    const known = all.map(({ id }) => id).join(", ");
    throw makeInvalidInput(file, `there is no function ${show(functionId)}; functions are: ${known}`);
  }
  const settings = environment.functions[functionId];
  if (settings?.durable) throw makeInvalidInput(file, `${functionId} is durable: each request would be an execution`);
  if ((options.event === undefined) === (options.path === undefined))
    throw makeInvalidInput("tune", "say what to send, either with --event or with --path");
  if (options.path !== undefined && (settings?.endpoint ?? "none") === "none")
    throw makeInvalidInput("--path", `${functionId} has no endpoint: use --event`);
  if (options.write && !settings)
    throw makeInvalidInput("--write", `${functionId} is deployed elsewhere: change it where it is deployed from`);
  if (environment.protected && !options.force) {
    throw makeInvalidInput(
      file,
      `${environment.name} is protected, and the requests do what the function does: allow them with --force`,
    );
  }
  return watched;
}

/**
 * The event of each request.
 *
 * @param now milliseconds since 1970
 * @throws InvalidInput
 */
export async function readEvent(
  root: string,
  { event, path }: Pick<TuningOptions, "event" | "path">,
  now: number,
): Promise<unknown> {
  if (event === undefined) {
    const headers = { host: "tune", "user-agent": "warmwatch" };
    const target = `/${path?.replace(/^\/+/, "") ?? ""}`;
    const request = { method: "GET", target, headers, protocol: "HTTP/1.1", sourceIp: "127.0.0.1" };
    return buildHttpEvent({ ...request, body: Buffer.alloc(0) }, now);
  }
  try {
    return await readJson(resolve(root, event));
  } catch (error) {
    throw error instanceof UnusableFile ? new InvalidInput([{ file: event, message: error.message }]) : error;
  }
}

/** What an environment's file asks of a function. Default targets are no reason to pay more. */
export function selectRequirements(
  { targets, functions, existingFunctions }: Environment,
  { id, targets: resolved }: WatchedFunction,
): Omit<SizeRequirements, "coldShare" | "temporaryStorageMb"> {
  const own = (functions[id] ?? existingFunctions[id])?.targets ?? {};
  const initMilliseconds = own.init_milliseconds ?? targets.init_milliseconds;
  return {
    responseMilliseconds: {
      ...omitUndefined(targets.response_milliseconds ?? {}),
      ...omitUndefined(own.response_milliseconds ?? {}),
    },
    ...(initMilliseconds !== undefined && { initMilliseconds }),
    memoryPercent: resolved.memoryPercent.to,
  };
}

/**
 * Why a function cannot run on another architecture; undefined if it may.
 *
 * @throws AwsFailure
 */
export async function explainBound(
  aws: AwsAccess,
  architecture: TunedSize["architecture"],
  { isImage, layers }: OriginalFunction,
  packages: readonly string[],
): Promise<string | undefined> {
  if (isImage) return "its image is for one architecture";
  if (packages.length > 0) return "its packages are installed for one architecture";
  for (const arn of layers) {
    const known = await readLayerArchitectures(aws, arn);
    if (known && known.length > 0 && !known.includes(architecture)) return `the layer ${arn} is not for it`;
  }
  return undefined;
}
