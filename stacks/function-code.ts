import { createHash } from "node:crypto";
import { type Environment, type FunctionSettings } from "../environments/schema";

/** What one function's code is made from. Functions of several environments that agree in it share a bundle. */
export interface FunctionCode {
  /** The function's name in the environments' files. */
  readonly name: string;
  /** An environment that has this function, whose file mistakes name. */
  readonly environment?: string;
  readonly files?: FunctionSettings["files"];
}

/** The code of an environment's functions. */
export function listFunctionCode({ name: environment, functions }: Environment): FunctionCode[] {
  return Object.entries(functions).map(([name, settings]) => selectCode(environment, name, settings));
}

/** Selects what decides a function's code. */
export function selectCode(environment: string, name: string, { files }: FunctionSettings): FunctionCode {
  return { name, environment, files };
}

/** What tells bundles apart: the function's name, and its settings for code if it has any. */
export function identifyCode({ name, files = [] }: Omit<FunctionCode, "environment">): string {
  const settings = Object.entries({ files }).filter(([, value]) => Object.keys(value).length > 0);
  if (settings.length === 0) return name;
  const digest = createHash("sha256").update(JSON.stringify(settings)).digest("hex");
  return `${name}.${digest.slice(0, 12)}`;
}
