import { existsSync, readdirSync } from "node:fs";
import { dirname, join, resolve } from "node:path";
import ts from "typescript";
import { findHandlerFile, findRepository, formatInfrastructureFile } from "../environments/handler-files";
import { isOwnFunction } from "../environments/names";
import { type FunctionCode } from "./function-code";

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

/** The errors of a `tsconfig.json` that names no files, as one that only refers to others. */
const NO_FILES = [18002, 18003];

/**
 * Checks the types of users' functions, deployed or not: with the `tsconfig.json` in the handler's folder or the next
 * one above, which is also used to bundle it, or otherwise without strictness.
 *
 * @param root the project's folder
 * @param deployed the code of the environments' functions, whose handlers may be anywhere in the repository
 * @returns the errors, to print as they are; empty if there are none
 */
export function findTypeMistakes(root: string, deployed: readonly FunctionCode[]): string {
  const folder = resolve(root, "functions");
  const names = existsSync(folder) ? readdirSync(folder).filter((name) => !isOwnFunction(name)) : [];
  const users = deployed.filter(({ name, entry }) => entry !== undefined || names.includes(name));
  const places: readonly FunctionCode[] = [...names.map((name) => ({ name })), ...users];
  const found = places.flatMap((place) => findHandlerFile(root, place.name, place) ?? []);
  const handlers = [...new Set(found)]
    .map((file) => resolve(root, file))
    .map((file) => ({ file, config: findConfig(root, file) }));
  const listHandlers = (by: string | undefined) =>
    handlers.filter(({ config }) => config === by).map(({ file }) => file);
  const infrastructure = names
    .map((name) => resolve(root, formatInfrastructureFile(name)))
    .filter((file) => existsSync(file));
  const plain = [...listHandlers(undefined), ...infrastructure];
  const configs = new Set(handlers.flatMap(({ config }) => config ?? []));
  const mistakes = [
    ...(plain.length > 0 ? ts.getPreEmitDiagnostics(ts.createProgram(plain, LENIENT)) : []),
    ...[...configs].flatMap((config) => findMistakesBy(config, listHandlers(config), folder)),
  ];
  // The user's rules do not apply to files of others: of packages, and of this project.
  const project = formatFolder(resolve(root));
  const own = [
    ...names.map((name) => join(folder, name)),
    ...handlers.map(({ file, config = file }) => dirname(config)),
  ]
    .map(formatFolder)
    .filter((path) => path.startsWith(project));
  const isOwn = ({ fileName }: ts.SourceFile) =>
    !fileName.includes("/node_modules/") &&
    (!fileName.startsWith(project) || own.some((path) => fileName.startsWith(path)));
  const told = mistakes.filter(({ file }) => !file || isOwn(file));
  return ts.formatDiagnostics(told, { ...ts.createCompilerHost({}), getCurrentDirectory: () => resolve(root) });
}

/** In TypeScript's way of writing, with a slash at its end. */
function formatFolder(path: string): string {
  return `${ts.sys.resolvePath(path).replaceAll("\\", "/")}/`;
}

/** The `tsconfig.json` of a handler; never the project's own. */
function findConfig(root: string, file: string): string | undefined {
  const ends = [resolve(root), dirname(findRepository(root))];
  for (let folder = dirname(file); !ends.includes(folder); folder = dirname(folder)) {
    if (existsSync(join(folder, "tsconfig.json"))) return join(folder, "tsconfig.json");
  }
  return undefined;
}

/** Checks handlers, and in the folder of functions all that belongs to them. */
function findMistakesBy(configFile: string, handlers: readonly string[], folder: string): readonly ts.Diagnostic[] {
  const broken: ts.Diagnostic[] = [];
  const config = ts.getParsedCommandLineOfConfigFile(
    configFile,
    { noEmit: true, composite: false, rootDir: undefined },
    {
      ...ts.sys,
      onUnRecoverableConfigFileDiagnostic: (diagnostic) => broken.push(diagnostic),
    },
  );
  if (!config) return broken;
  // Elsewhere, the nearest one may be of many programs: others than this are none of ours.
  const files = configFile.startsWith(folder)
    ? config.fileNames
    : config.fileNames.filter((file) => /\.d\.[cm]?ts$/.test(file));
  const program = ts.createProgram([...files, ...handlers.filter((file) => file.endsWith("ts"))], config.options);
  return [...config.errors.filter(({ code }) => !NO_FILES.includes(code)), ...ts.getPreEmitDiagnostics(program)];
}
