import {
  build,
  type BuildFailure,
  type BuildOptions,
  type BuildResult,
  type Message,
  type Metafile,
  type OnResolveArgs,
  type OutputFile,
  type Plugin,
} from "esbuild";
import { existsSync } from "node:fs";
import { readFile } from "node:fs/promises";
import { basename, dirname, extname, posix, relative, resolve, sep } from "node:path";
import { findHandlerExport } from "../environments/handler-files";
import { isFinishedFunction } from "../environments/names";
import { InvalidInput, type Mistake, show } from "../environments/mistakes";
import { readCommonJsExports } from "./commonjs-exports";
import { mayCreateRequire, replaceCreatedRequire } from "./created-require";
import { compileDecorators, findLostMetadata, mayHaveDecorators } from "./decorators";
import { type FunctionCode, makeCodeMistake } from "./function-code";
import { findLostFiles } from "./lost-files";
import { isDeclaredEsModule, isTypeScript } from "./module-format";
import { findImportPlace } from "./import-place";
import { completeRequired, hasVariable, isPattern, leaveRequired, REQUIRED_PATTERNS } from "./required-patterns";
import { isReordered } from "./run-order";
import { mayUseOwnPath, replaceOwnPath } from "./module-paths";
import { findNativePackages } from "./native-packages";
import { type PackagedFiles } from "./packaged-files";
import { type Packages } from "./packages/packages";

/** A function's code, compiled. */
export interface Compiled {
  readonly files: readonly OutputFile[];
  readonly metafile: Metafile;
  /** Folders in the zip that the program starts from to find files, with slashes at their ends. */
  readonly folders: readonly string[];
  /** Imports that are left out on purpose. */
  readonly leftOut: ReadonlySet<string>;
  /** Every file that it was made from, relative to the project's folder. */
  readonly sources: readonly string[];
  /** Finds notes about code that fails only if the program reaches a certain line. */
  readonly findNotes: () => Promise<readonly string[]>;
}

/** What esbuild is asked. */
export type AttemptOptions = BuildOptions & { readonly write: false; readonly metafile: true };

/** What comes of it. */
export type Attempt = BuildResult<AttemptOptions>;

/**
 * Modules that are not files: the program that exports the handler, and modules between others where `import` and
 * CommonJS meet.
 */
const MADE_UP = "made-up";
const ENTRY = `${MADE_UP}:entry`;

/** Modules that are not files either, each of which requires a package that is not in the bundle. */
const REQUIRED = "required";
/** The same for `import()`. */
const REQUIRED_LATER = "required-later";

const BANNER = 'const require=process.getBuiltinModule("module").createRequire(import.meta.url);';

/** Distinguishes the bundler's imports from a plugin's own requests to resolve an import. */
const ASKED = Symbol("asked");

/**
 * What attempts have shown about a function's code. Bundling is repeated with this knowledge; few functions need it.
 */
class Lessons {
  /** Imports that cannot be resolved, but that the program may never reach. */
  readonly missing = new Map<string, Mistake>();
  /** CommonJS modules that `import()` loads, as absolute paths. */
  readonly importedLazily = new Set<string>();
  /** ES modules that say what `require()` of them gives, as absolute paths. */
  readonly exportingForRequire = new Set<string>();
  /** Whether modules would run in another order if what is imported lazily were in files of its own. */
  isInOneFile = false;
  /** TypeScript files that export in both ways. */
  readonly exportingBothWays = new Set<string>();
  /** Packages' files that require a name with a variable in it, for which there is no file. */
  readonly requiringUnknown = new Set<string>();
  /** Files that require a name with a variable in it, for which there are files, as absolute paths. */
  readonly requiringPatterns = new Set<string>();
  /** Files beside what packages require with a variable in the name, which are not code. */
  readonly besideCode = new Set<string>();
  /** ES modules that create their own `require`. */
  readonly creatingRequire = new Set<string>();
  /** Imports that are left out of the bundle, as in the code. */
  readonly leftOut = new Set<string>();
  /** Modules with decorators. */
  readonly decorated = new Set<string>();
  /** Files of packages that are left out, by which it was decided how to import them. */
  readonly consulted = new Set<string>();
  /** Folders in the zip, with slashes at their ends, whose modules use their own path. */
  readonly folders = new Set<string>();

  /** What attempts have shown that the next one must do in another way. */
  get count(): number {
    const { missing, importedLazily, exportingForRequire } = this;
    const { exportingBothWays, requiringUnknown, requiringPatterns, besideCode, creatingRequire } = this;
    return [
      ...[missing, importedLazily, exportingForRequire],
      ...[exportingBothWays, requiringUnknown, requiringPatterns, besideCode, creatingRequire],
    ].reduce((sum, { size }) => sum + size, Number(this.isInOneFile));
  }
}

/** What is compiled. */
export interface Program {
  /** The project's folder. */
  readonly root: string;
  /** The function's name. */
  readonly name: string;
  /** The handler's file, relative to the project's folder. */
  readonly source: string;
  readonly packaged: PackagedFiles;
  readonly packages: Packages;
  readonly code: FunctionCode;
}

/**
 * Bundles a function as Node.js would load it.
 *
 * @param rebuild what is faster than `build` for a program that is compiled again
 * @throws InvalidInput with every compile error, and for a handler file without an export `handler`
 */
export async function compile(
  program: Program,
  rebuild: (options: AttemptOptions) => Promise<Attempt> = build,
): Promise<Compiled> {
  const { root, name, source, packaged, code } = program;
  const lessons = new Lessons();
  for (;;) {
    const attempt = await tryToBundle(program, lessons, isPlain(program, lessons) ? rebuild : build);
    const learned = await learn(program, attempt, lessons);
    if (learned) continue;
    if (attempt instanceof Error) throw await explainFailure(program, attempt);
    await checkHandler(program, attempt.metafile);
    checkEffects(program, attempt.metafile, lessons);
    const native = await findNativePackages(root, source, attempt.metafile);
    if (native.mistakes.length > 0) throw new InvalidInput(native.mistakes);
    const { outputFiles: files, metafile } = attempt;
    return {
      files,
      metafile,
      folders: [...lessons.folders],
      leftOut: lessons.leftOut,
      sources: [...Object.keys(metafile.inputs), ...lessons.consulted].filter(
        (input) => ![MADE_UP, REQUIRED, REQUIRED_LATER].some((namespace) => input.startsWith(`${namespace}:`)),
      ),
      findNotes: async () =>
        [
          // Compiled files are reported only for packages that need them.
          ...[...lessons.missing].filter(([specifier]) => !specifier.endsWith(".node")).map(([, mistake]) => mistake),
          ...native.notes,
          ...(code.bundle?.decoratorMetadata === true ? [] : findLostMetadata(root, Object.keys(metafile.inputs))),
          ...(isFinishedFunction(name) ? [] : await findLostFiles(root, source, metafile, packaged)),
        ].map(({ file, message }) => `${file}: ${message}`),
    };
  }
}

function buildOptions({ root, name, code }: Program): BuildOptions {
  const { loader, conditions = [] } = code.bundle ?? {};
  return {
    absWorkingDir: resolve(root),
    outdir: "bundle",
    entryNames: "handler",
    outExtension: { ".js": ".mjs" },
    bundle: true,
    minify: true,
    // The class of an error names the failure in metrics and logs. Minified, the class could be called t.
    keepNames: true,
    // The maps of Warmwatch's own functions would be larger than the functions.
    sourcemap: !isFinishedFunction(name),
    sourcesContent: false,
    platform: "node",
    loader,
    ...(isFinishedFunction(name)
      ? // AWS's SDK as ES modules, from which esbuild removes unused code.
        { mainFields: ["module", "main"] }
      : // The conditions that Node.js knows: https://nodejs.org/api/packages.html#conditional-exports
        { mainFields: ["main"], conditions: ["node-addons", "module-sync", ...conditions] }),
    format: "esm",
    target: "node22",
    // Variables that CommonJS modules have and ES modules do not. For every module, the folder is the bundle's folder.
    banner: { js: BANNER },
    define: { __dirname: "import.meta.dirname", __filename: "import.meta.filename" },
    logLevel: "silent",
    logLimit: 0,
  };
}

/** Whether the plugins do the same however often they are asked. */
function isPlain({ packaged, packages, code }: Program, lessons: Lessons): boolean {
  const { external = [], decoratorMetadata = false } = code.bundle ?? {};
  const isWhole = packages.isEmpty && external.length === 0;
  return isWhole && packaged.files.length === 0 && !decoratorMetadata && lessons.count === 0;
}

async function tryToBundle(
  program: Program,
  lessons: Lessons,
  bundle: (options: AttemptOptions) => Promise<Attempt>,
): Promise<Attempt | (Error & BuildFailure)> {
  const { root } = program;
  try {
    return await bundle({
      ...buildOptions(program),
      splitting: !lessons.isInOneFile,
      stdin: { contents: formatEntry(program), resolveDir: resolve(root), sourcefile: ENTRY },
      write: false,
      metafile: true,
      plugins: [leaveOut(program, lessons), asNodeImports(resolve(root), lessons), rewriteModules(program, lessons)],
    });
  } catch (failure) {
    if (isBuildFailure(failure)) return failure;
    throw failure;
  }
}

/** The module that exports the handler. */
function formatEntry({ source, code }: Program): string {
  const exported = findHandlerExport(code);
  const preloaded = (code.bundle?.preload ?? []).map((path) => posix.join(posix.dirname(source), path));
  return [
    ...preloaded.map((path) => `import ${JSON.stringify(`./${path}`)};\n`),
    `export { ${exported === "handler" ? exported : `${exported} as handler`} } from "./${source}";`,
  ].join("");
}

function isBuildFailure(failure: unknown): failure is Error & BuildFailure {
  return failure instanceof Error && "errors" in failure;
}

/** Whether an attempt showed something new. */
async function learn(program: Program, attempt: Attempt | BuildFailure, lessons: Lessons): Promise<boolean> {
  const { root } = program;
  const before = lessons.count;

  for (const { id, location } of attempt.warnings) {
    if (id !== "commonjs-variable-in-esm" || !location) continue;
    const file = resolve(root, location.file);
    if (isTypeScript(file) && !isDeclaredEsModule(file)) lessons.exportingBothWays.add(file);
  }
  for (const error of attempt.errors) {
    const { text, location } = error;
    if (text.startsWith("Could not resolve require(") && location && isOfPackage(location.file)) {
      lessons.requiringUnknown.add(resolve(root, location.file));
    }
    const unreadable = findUnreadable(text);
    if (
      unreadable !== undefined &&
      location &&
      isOfPackage(location.file) &&
      hasVariable(location.lineText.slice(location.column))
    ) {
      lessons.besideCode.add(resolve(root, unreadable));
    }
    const specifier = findMissing(error);
    if (specifier === undefined || lessons.missing.has(specifier) || !(await mayBeMissing(root, error, specifier)))
      continue;
    lessons.missing.set(specifier, {
      file: formatPlace(error),
      message: `${specifier} is not installed: the program fails if it reaches this line`,
    });
  }
  if ("metafile" in attempt) {
    const { inputs } = attempt.metafile;
    for (const [input, { imports }] of Object.entries(inputs)) {
      for (const { kind, path } of imports) {
        if (isPattern(path)) lessons.requiringPatterns.add(resolve(root, input));
        if (kind === "dynamic-import" && inputs[path]?.format === "cjs")
          lessons.importedLazily.add(resolve(root, path));
        if (kind === "require-call" && inputs[path]?.format === "esm" && (await exportsForRequire(resolve(root, path))))
          lessons.exportingForRequire.add(resolve(root, path));
      }
    }
    lessons.isInOneFile ||= await isReordered(ENTRY, attempt.metafile, (input) => readModule(program, input));
    if (
      attempt.outputFiles.some(({ text }) => text.split("createRequire").length > BANNER.split("createRequire").length)
    ) {
      for (const file of Object.keys(inputs).filter((input) => /\.[cm]?[jt]sx?$/.test(input))) {
        const path = resolve(root, file);
        if (existsSync(path) && mayCreateRequire(await readFile(path, "utf8"))) lessons.creatingRequire.add(path);
      }
    }
  }
  return lessons.count > before;
}

/**
 * Whether an ES module names what `require()` gives:
 * https://nodejs.org/api/modules.html#loading-ecmascript-modules-using-require
 */
async function exportsForRequire(file: string): Promise<boolean> {
  return existsSync(file) && /\bas\s*["']module\.exports["']/.test(await readFile(file, "utf8"));
}

async function readModule(program: Program, input: string): Promise<string> {
  if (input === ENTRY) return formatEntry(program);
  const file = resolve(program.root, input);
  return existsSync(file) ? await readFile(file, "utf8") : "";
}

/** What an import is of that is neither code nor JSON. */
function findUnreadable(text: string): string | undefined {
  return /^No loader is configured for ".*" files: (.+)$/.exec(text)?.[1];
}

function isOfPackage(file: string): boolean {
  return file.includes("node_modules/");
}

/** The name in an import that cannot be resolved. */
function findMissing({ text }: Message): string | undefined {
  return /^Could not resolve "(.+)"$/.exec(text)?.[1];
}

/**
 * In the user's own code, a misspelled file is a mistake, and so is a missing package that is imported at start. In
 * packages, missing imports are assumed to be optional.
 */
async function mayBeMissing(root: string, { location }: Message, specifier: string): Promise<boolean> {
  if (!location) return false;
  if (isOfPackage(location.file)) return true;
  if (specifier.startsWith(".")) return false;
  return (await findImportPlace(resolve(root, location.file), specifier)) !== "start";
}

/** Leaves out packages that are installed beside the bundle, and those that a layer or Lambda has. */
function leaveOut({ root, packages, code }: Program, lessons: Lessons): Plugin {
  const { external = [] } = code.bundle ?? {};
  return {
    name: "leave-out",
    setup(bundler) {
      if (packages.isEmpty && external.length === 0) return;
      bundler.onResolve({ filter: /^[^./]/ }, async ({ path, pluginData, ...from }: OnResolveArgs) => {
        if (pluginData === ASKED) return undefined;
        if (external.some((pattern) => matchesExternal(pattern, path))) {
          lessons.leftOut.add(path);
          // Only require() looks into layers.
          if (from.kind === "import-statement") return { path, namespace: REQUIRED };
          if (from.kind === "dynamic-import") return { path, namespace: REQUIRED_LATER };
          return { path, external: true };
        }
        if (!packages.provide(path)) return undefined;
        lessons.leftOut.add(path);
        if (from.kind !== "import-statement") return { path, external: true };
        // Node.js knows the exports of an ES module. Those of CommonJS it guesses, and the bundler reads.
        const found = await bundler.resolve(path, { ...from, pluginData: ASKED });
        if (found.errors.length === 0) lessons.consulted.add(relative(resolve(root), found.path));
        const isEsModule = found.errors.length === 0 && isDeclaredEsModule(found.path);
        return isEsModule ? { path, external: true } : { path, namespace: REQUIRED };
      });
      bundler.onLoad({ filter: /.*/, namespace: REQUIRED }, ({ path }) => ({
        contents: `module.exports = require(${JSON.stringify(path)});`,
      }));
      bundler.onLoad({ filter: /.*/, namespace: REQUIRED_LATER }, ({ path }) => ({ contents: formatLater(path) }));
    },
  };
}

/** Whether an import is of what `external` names: a package, or all whose names begin in a certain way. */
function matchesExternal(pattern: string, specifier: string): boolean {
  if (pattern.endsWith("*")) return specifier.startsWith(pattern.slice(0, -1));
  return specifier === pattern || specifier.startsWith(`${pattern}/`);
}

/** A module between `import()` and CommonJS. */
function formatLater(specifier: string): string {
  // A promise resolves to what `then` of its value provides, so import() resolves to the whole module.
  return `import * as exported from ${JSON.stringify(specifier)};
            export const then = (resolve) => resolve(exported);`;
}

/** A module between `require()` and an ES module that exports what this gives. */
function formatRequired(specifier: string): string {
  return `module.exports = require(${JSON.stringify(specifier)})["module.exports"];`;
}

/** Cases in which esbuild differs from Node.js. */
function asNodeImports(root: string, lessons: Lessons): Plugin {
  return {
    name: "as-node-imports",
    setup(bundler) {
      // Compiled for one platform, and not JavaScript. Treated as missing: some packages work without it.
      bundler.onLoad({ filter: /\.node$/, namespace: "file" }, ({ path }) => ({
        contents: `throw Object.assign(new Error(${JSON.stringify(`Cannot find module '${basename(path)}'`)}), { code: "MODULE_NOT_FOUND" }); module.exports;`,
      }));
      if (lessons.besideCode.size > 0) {
        bundler.onLoad({ filter: /.*/, namespace: "file" }, ({ path }) =>
          lessons.besideCode.has(path) ? { contents: "", loader: "empty" } : undefined,
        );
      }
      if (lessons.missing.size > 0) {
        bundler.onResolve({ filter: /.*/ }, ({ path, kind }) => {
          const isLeftOut = lessons.missing.has(path) && (kind === "dynamic-import" || kind === "require-call");
          return isLeftOut ? { path, external: true } : undefined;
        });
      }
      const { importedLazily, exportingForRequire } = lessons;
      if (importedLazily.size + exportingForRequire.size > 0) {
        bundler.onResolve({ filter: /.*/ }, async ({ path, pluginData, ...from }: OnResolveArgs) => {
          const isLazy = from.kind === "dynamic-import" && importedLazily.size > 0;
          const isRequired = from.kind === "require-call" && exportingForRequire.size > 0;
          if (!(isLazy || isRequired) || pluginData === ASKED || from.namespace === MADE_UP) return undefined;
          const found = await bundler.resolve(path, { ...from, pluginData: ASKED });
          const target = relative(root, found.path).split(sep).join(posix.sep);
          // The bundler decides by the name which rules a module follows.
          if (isRequired && exportingForRequire.has(found.path)) {
            return { namespace: MADE_UP, path: `${target}.cjs`, pluginData: formatRequired(`./${target}`) };
          }
          if (!isLazy || !importedLazily.has(found.path)) return found;
          // In a split bundle, import() of a CommonJS module provides only `default`.
          const isByNodesRules = !isTypeScript(from.importer) || isDeclaredEsModule(from.importer);
          const name = target + (isByNodesRules ? ".mjs" : "");
          return { namespace: MADE_UP, path: name, pluginData: formatLater(`./${target}`) };
        });
        bundler.onLoad({ filter: /.*/, namespace: MADE_UP }, ({ pluginData }) => ({
          contents: String(pluginData),
          resolveDir: root,
        }));
      }
    },
  };
}

/** Changes modules' texts before they are bundled. */
function rewriteModules(program: Program, lessons: Lessons): Plugin {
  const isRewriting =
    program.packaged.files.length > 0 ||
    program.code.bundle?.decoratorMetadata === true ||
    lessons.requiringUnknown.size > 0 ||
    lessons.requiringPatterns.size > 0 ||
    lessons.creatingRequire.size > 0;
  return {
    name: "rewrite-modules",
    setup(bundler) {
      if (isRewriting) {
        bundler.onLoad({ filter: /\.[cm]?[jt]sx?$/, namespace: "file" }, async ({ path }) => {
          const text = await readFile(path, "utf8");
          const contents = await rewriteModule(program, lessons, path, text);
          return contents === text ? undefined : { contents, loader: "default" };
        });
      }
      if (lessons.exportingBothWays.size > 0) {
        bundler.onLoad({ filter: /.*/, namespace: "file" }, async ({ path }) =>
          lessons.exportingBothWays.has(path) ? { contents: await asCommonJs(path) } : undefined,
        );
      }
    },
  };
}

async function rewriteModule(
  { packaged, code }: Program,
  lessons: Lessons,
  path: string,
  original: string,
): Promise<string> {
  let text = original;
  if (lessons.requiringUnknown.has(path)) text = leaveRequired(text);
  if (lessons.requiringPatterns.has(path)) text = completeRequired(text);
  if (lessons.creatingRequire.has(path)) text = await replaceCreatedRequire(path, text);
  if (dirname(path) !== packaged.folder && packaged.mirrors(path) && mayUseOwnPath(text)) {
    const place = packaged.locate(path);
    text = await replaceOwnPath(path, text, posix.relative(packaged.prefix, place));
    lessons.folders.add(`${posix.dirname(place)}/`);
  }
  if (code.bundle?.decoratorMetadata === true && mayHaveDecorators(path, text)) {
    lessons.decorated.add(path);
    text = await compileDecorators(path, text);
  }
  return text;
}

/** @throws InvalidInput for settings that change nothing */
function checkEffects({ code }: Program, { inputs }: Metafile, lessons: Lessons): void {
  const { external = [], loader = {}, decoratorMetadata = false } = code.bundle ?? {};
  const unused = [
    ...external
      .filter((pattern) => ![...lessons.leftOut].some((specifier) => matchesExternal(pattern, specifier)))
      .map((pattern) =>
        makeCodeMistake(code, "bundle.external", `expected what the code imports, got ${show(pattern)}`),
      ),
    ...Object.keys(loader)
      .filter((ending) => !Object.keys(inputs).some((file) => file.endsWith(ending)))
      .map((ending) =>
        makeCodeMistake(code, "bundle.loader", `expected endings of imported files, got ${show(ending)}`),
      ),
    ...(decoratorMetadata && lessons.decorated.size === 0
      ? [makeCodeMistake(code, "bundle.decorator_metadata", "expected code with decorators, got none")]
      : []),
  ];
  if (unused.length > 0) throw new InvalidInput(unused.flatMap(({ mistakes }) => mistakes));
}

/** Compiles a TypeScript file to CommonJS with TypeScript, so that its exports and `exports` are one object. */
async function asCommonJs(path: string): Promise<string> {
  const { outputFiles } = await build({
    entryPoints: [path],
    write: false,
    format: "cjs",
    platform: "node",
    target: "node22",
    define: { exports: "module.exports" },
    sourcemap: "inline",
    sourcesContent: false,
    outdir: ".",
    logLevel: "silent",
  });
  return outputFiles[0]?.text ?? "";
}

/**
 * If an ES module does not export a handler, that is a compile error. The exports of CommonJS are known at run time,
 * and mostly before.
 */
async function checkHandler({ root, source, code }: Program, { inputs }: Metafile): Promise<void> {
  if (inputs[source]?.format === "esm") return;
  const exported = findHandlerExport(code);
  const { names, mayHaveHandler } = await readCommonJsExports(resolve(root, source), exported);
  if (!mayHaveHandler) throw makeNoHandler(source, exported, names);
}

function makeNoHandler(source: string, exported: string, names: readonly string[]): InvalidInput {
  return new InvalidInput([
    { file: source, message: `expected an export named ${exported}, got ${names.join(", ") || "none"}` },
  ]);
}

async function explainFailure({ root, source, code }: Program, { errors }: BuildFailure): Promise<InvalidInput> {
  const isWithoutHandler = errors.every(
    ({ location, text }) => location?.file === ENTRY && text.startsWith("No matching export"),
  );
  if (!isWithoutHandler) return new InvalidInput(errors.map((error) => explainError(error, source)));
  const { metafile } = await build({
    absWorkingDir: resolve(root),
    entryPoints: [source],
    outdir: ".",
    write: false,
    metafile: true,
    bundle: true,
    packages: "external",
    platform: "node",
    format: "esm",
    logLevel: "silent",
  });
  return makeNoHandler(source, findHandlerExport(code), Object.values(metafile.outputs)[0]?.exports ?? []);
}

/** What is wrong with the module that exports the handler is wrong with the handler's file. */
function explainError(error: Message, source: string): Mistake {
  const file = error.location?.file === ENTRY ? source : formatPlace(error);
  return { file, message: rewordError(error.text) };
}

function rewordError(text: string): string {
  const file = findUnreadable(text);
  return file === undefined
    ? text
    : `${file} is neither code nor JSON and is not bundled: say what its import gives, as in bundle = { loader = { "${extname(file)}" = "text" } }, or name it in the function's files and read it when the program runs`;
}

function formatPlace({ location }: Message): string {
  return location ? `${location.file}:${location.line}:${location.column + 1}` : "functions";
}

/** Everything except the inputs that decides the result of compiling. */
export const COMPILATION = [
  buildOptions,
  tryToBundle,
  learn,
  findUnreadable,
  mayBeMissing,
  findImportPlace,
  asNodeImports,
  leaveOut,
  matchesExternal,
  formatLater,
  formatRequired,
  exportsForRequire,
  isReordered,
  formatEntry,
  compileDecorators,
  rewriteModules,
  rewriteModule,
  ...REQUIRED_PATTERNS,
  replaceOwnPath,
  isDeclaredEsModule,
  findNativePackages,
  findLostFiles,
  replaceCreatedRequire,
  asCommonJs,
].join("\n");
