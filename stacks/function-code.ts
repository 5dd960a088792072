import { createHash } from "node:crypto";
import { makeInvalidInput, type InvalidInput } from "../environments/mistakes";
import { NOTIFIER, ROLLOUT_CONTROLLER, WARMER } from "../environments/names";
import { hasRollouts } from "../environments/rollout";
import { type Environment, type FunctionSettings } from "../environments/schema";

/** What one function's code is made from. Functions of several environments that agree in it share a bundle. */
export interface FunctionCode {
  /** The function's name in the environments' files. */
  readonly name: string;
  /** An environment that has this function, whose file mistakes name. */
  readonly environment?: string;
  readonly handler?: FunctionSettings["handler"];
  readonly entry?: FunctionSettings["entry"];
  readonly files?: FunctionSettings["files"];
  readonly packages?: FunctionSettings["packages"];
  readonly bundle?: FunctionSettings["bundle"];
  readonly package?: FunctionSettings["package"];
  readonly architecture?: FunctionSettings["architecture"];
  readonly runtime?: FunctionSettings["runtime"];
}

/** The code of an environment's functions, except for images. */
export function listFunctionCode({ name: environment, functions }: Environment): FunctionCode[] {
  return Object.entries(functions)
    .filter(([, { image }]) => image === undefined)
    .map(([name, settings]) => selectCode(environment, name, settings));
}

/** The code of the project's own functions that an environment needs. */
export function listOwnCode(environment: Environment): FunctionCode[] {
  return [
    { name: WARMER },
    ...(environment.notify ? [{ name: NOTIFIER }] : []),
    ...(hasRollouts(environment) ? [{ name: ROLLOUT_CONTROLLER }] : []),
  ];
}

/** Selects what decides a function's code. */
export function selectCode(environment: string, name: string, settings: FunctionSettings): FunctionCode {
  const { handler, entry, files, packages, bundle, package: finished, architecture, runtime } = settings;
  return { name, environment, handler, entry, files, packages, bundle, package: finished, architecture, runtime };
}

/** What tells bundles apart: the function's name, and its settings for code if it has any. */
export function identifyCode(code: FunctionCode): string {
  const { name, handler, entry, files = [], packages = [], bundle, architecture, runtime } = code;
  const settings = [
    ...(handler === undefined ? [] : [{ handler }]),
    ...(entry === undefined ? [] : [{ entry }]),
    ...(files.length > 0 ? [{ files }] : []),
    ...(bundle ? [{ bundle }] : []),
    ...(code.package ? [{ package: code.package }] : []),
    ...(packages.length > 0 ? [{ packages, architecture, runtime }] : []),
  ];
  if (settings.length === 0) return name;
  const digest = createHash("sha256").update(JSON.stringify(settings)).digest("hex");
  return `${name}.${digest.slice(0, 12)}`;
}

/** A mistake in a function's settings for its code, at a key of them. */
export function makeCodeMistake(
  { name, environment = "<environment>" }: FunctionCode,
  key: string,
  message: string,
): InvalidInput {
  return makeInvalidInput(`environments/${environment}.tfvars`, `functions.${name}.${key}: ${message}`);
}
