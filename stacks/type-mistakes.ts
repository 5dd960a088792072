import { existsSync, readdirSync } from "node:fs";
import { join, resolve } from "node:path";
import ts from "typescript";
import { findHandlerFile, formatInfrastructureFile } from "../environments/handler-files";
import { isOwnFunction } from "../environments/names";

/** Options for a function without its own: only definite errors are reported, and the author decides on style. */
const LENIENT: ts.CompilerOptions = {
  target: ts.ScriptTarget.ES2023,
  lib: ["lib.es2023.d.ts"],
  module: ts.ModuleKind.Preserve,
  moduleDetection: ts.ModuleDetectionKind.Force,
  strict: false,
  allowJs: true,
  checkJs: false,
  allowImportingTsExtensions: true,
  skipLibCheck: true,
  noEmit: true,
  types: ["node"],
};

/**
 * Checks the types of users' functions: with the function's own `tsconfig.json`, which is also used to bundle it, or
 * otherwise without strictness.
 *
 * @param root the project's folder
 * @returns the errors, to print as they are; empty if there are none
 */
export function findTypeMistakes(root: string): string {
  const folder = resolve(root, "functions");
  const names = existsSync(folder) ? readdirSync(folder).filter((name) => !isOwnFunction(name)) : [];
  const handlers = names.flatMap((name) => findHandlerFile(root, name) ?? []).map((file) => resolve(root, file));
  const findConfig = (file: string) => join(file, "../tsconfig.json");
  const infrastructure = names
    .map((name) => resolve(root, formatInfrastructureFile(name)))
    .filter((file) => existsSync(file));
  const plain = [...handlers.filter((file) => !existsSync(findConfig(file))), ...infrastructure];
  const host = ts.createCompilerHost({});
  const mistakes = [
    ...(plain.length > 0 ? ts.getPreEmitDiagnostics(ts.createProgram(plain, LENIENT)) : []),
    ...handlers
      .map(findConfig)
      .filter((file) => existsSync(file))
      .flatMap(findMistakesBy),
  ];
  // The user's rules do not apply to files of others.
  const own = names.map((name) => `${ts.sys.resolvePath(join(folder, name)).replaceAll("\\", "/")}/`);
  const told = mistakes.filter(({ file }) => !file || own.some((path) => file.fileName.startsWith(path)));
  return ts.formatDiagnostics(told, { ...host, getCurrentDirectory: () => resolve(root) });
}

function findMistakesBy(configFile: string): readonly ts.Diagnostic[] {
  const broken: ts.Diagnostic[] = [];
  const config = ts.getParsedCommandLineOfConfigFile(
    configFile,
    { noEmit: true },
    {
      ...ts.sys,
      onUnRecoverableConfigFileDiagnostic: (diagnostic) => broken.push(diagnostic),
    },
  );
  if (!config) return broken;
  const program = ts.createProgram(config.fileNames, config.options);
  return [...config.errors, ...ts.getPreEmitDiagnostics(program)];
}
