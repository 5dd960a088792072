import { type FunctionConfiguration } from "@aws-sdk/client-lambda";
import { toOneLine } from "../one-line";

const HASH_CHARACTERS = 12;

/** What a deployment can change of a function, as people read it. */
const SETTINGS: Readonly<Record<string, (of: FunctionConfiguration) => string | undefined>> = {
  code: ({ CodeSha256 }) => CodeSha256?.slice(0, HASH_CHARACTERS),
  "package size": ({ CodeSize }) => formatWithUnit(CodeSize, "bytes"),
  memory: ({ MemorySize }) => formatWithUnit(MemorySize, "MB"),
  timeout: ({ Timeout }) => formatWithUnit(Timeout, "s"),
  runtime: ({ Runtime }) => Runtime,
  handler: ({ Handler }) => Handler,
  architecture: ({ Architectures }) => Architectures?.join(", "),
  layers: ({ Layers = [] }) => Layers.map(({ Arn = "" }) => Arn.split(":").slice(-2).join(":")).join(", "),
  tracing: ({ TracingConfig }) => TracingConfig?.Mode,
  "log format": ({ LoggingConfig }) => LoggingConfig?.LogFormat,
  role: ({ Role }) => Role,
  network: ({ VpcConfig }) => VpcConfig?.VpcId,
  "temporary storage": ({ EphemeralStorage }) => formatWithUnit(EphemeralStorage?.Size, "MB"),
};

/**
 * How one configuration differs from another, a line each. Of environment variables only names are told: values may be
 * secrets.
 */
export function listConfigurationDifferences(before: FunctionConfiguration, after: FunctionConfiguration): string[] {
  const ofSettings = Object.entries(SETTINGS).flatMap(([name, of]) => {
    const [was, is] = [of(before) ?? "", of(after) ?? ""];
    return was === is ? [] : [`${name}: ${toOneLine(was) || "none"} -> ${toOneLine(is) || "none"}`];
  });
  return [...ofSettings, ...listVariableDifferences(before, after)];
}

function listVariableDifferences(before: FunctionConfiguration, after: FunctionConfiguration): string[] {
  const [was, is] = [before.Environment?.Variables ?? {}, after.Environment?.Variables ?? {}];
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
