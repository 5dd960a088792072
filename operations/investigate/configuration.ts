import { type DeployedFunction } from "../aws/functions";
import { toOneLine } from "../../performance/foreign-text";

const HASH_CHARACTERS = 12;

/** What a deployment can change in a function, in readable form. */
const SETTINGS: Readonly<Record<string, (of: DeployedFunction) => string | undefined>> = {
  code: ({ codeHash }) => codeHash?.slice(0, HASH_CHARACTERS),
  "package size": ({ codeBytes }) => formatWithUnit(codeBytes, "bytes"),
  memory: ({ memoryMb }) => formatWithUnit(memoryMb, "MB"),
  timeout: ({ timeoutSeconds }) => formatWithUnit(timeoutSeconds, "s"),
  runtime: ({ runtime }) => runtime,
  handler: ({ handler }) => handler,
  architecture: ({ architectures }) => architectures.join(", "),
  layers: ({ layers }) => layers.map((arn) => arn.split(":").slice(-2).join(":")).join(", "),
  tracing: ({ tracing }) => tracing,
  "log format": ({ logFormat }) => logFormat,
  role: ({ role }) => role,
  network: ({ network }) => network,
  "temporary storage": ({ temporaryStorageMb }) => formatWithUnit(temporaryStorageMb, "MB"),
};

/**
 * Lists how one configuration differs from another, one line each. Only the names of environment variables are shown,
 * because values may be secrets.
 */
export function listConfigurationDifferences(before: DeployedFunction, after: DeployedFunction): string[] {
  const ofSettings = Object.entries(SETTINGS).flatMap(([name, of]) => {
    const [was, is] = [of(before) ?? "", of(after) ?? ""];
    return was === is ? [] : [`${name}: ${toOneLine(was) || "none"} -> ${toOneLine(is) || "none"}`];
  });
  return [...ofSettings, ...listVariableDifferences(before, after)];
}

function listVariableDifferences(before: DeployedFunction, after: DeployedFunction): string[] {
  const [was, is] = [before.variables, after.variables];
  const names = [...new Set([...Object.keys(was), ...Object.keys(is)])].sort();
  return names.flatMap((name) => {
    if (was[name] === is[name]) return [];
    const how = name in was ? (name in is ? "changed" : "removed") : "added";
    return [`variable ${toOneLine(name)}: ${how}`];
  });
}

function formatWithUnit(value: number | undefined, unit: string): string | undefined {
  return value === undefined ? undefined : `${value} ${unit}`;
}
