import { existsSync, readdirSync } from "node:fs";
import { join, resolve } from "node:path";
import ts from "typescript";
import { findHandlerFile } from "../environments/handler-files";
import { isOwnFunction } from "../environments/names";

/** How a function is checked that says nothing of it: what cannot be right is told, and style is left to its author. */
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
 * Checks the types of the users' functions: by a function's own `tsconfig.json`, which is what it is bundled by, or
 * else without strictness.
 *
 * @param root the project's folder
 * @returns what is wrong, to be printed as it is; empty if nothing is
 */
export function findTypeMistakes(root: string): string {
  const folder = resolve(root, "functions");
  const names = existsSync(folder) ? readdirSync(folder).filter((name) => !isOwnFunction(name)) : [];
  const handlers = names.flatMap((name) => findHandlerFile(root, name) ?? []).map((file) => resolve(root, file));
  const findConfig = (file: string) => join(file, "../tsconfig.json");
  const plain = handlers.filter((file) => !existsSync(findConfig(file)));
  const host = ts.createCompilerHost({});
  const mistakes = [
    ...(plain.length > 0 ? ts.getPreEmitDiagnostics(ts.createProgram(plain, LENIENT)) : []),
    ...handlers
      .map(findConfig)
      .filter((file) => existsSync(file))
      .flatMap(findMistakesBy),
  ];
  // What is not the user's is not to be judged by the user's rules.
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
