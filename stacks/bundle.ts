import { unzipSync, type ZipOptions, zipSync, type Zippable } from "fflate";
import { createHash } from "node:crypto";
import { existsSync, readFileSync } from "node:fs";
import { writeFile } from "node:fs/promises";
import { isBuiltin } from "node:module";
import { basename, dirname, resolve } from "node:path";
import { findHandlerFile, formatHandlerFile } from "../environments/handler-files";
import { InvalidInput, makeInvalidInput, type Mistake, show } from "../environments/mistakes";
import { isFinishedFunction } from "../environments/names";
import { BundleCache } from "./bundle-cache";
import { compile, COMPILATION, type Compiled, type Program } from "./compile";
import { type FunctionCode, identifyCode, makeCodeMistake } from "./function-code";
import { findOwnFile } from "./own-file";
import { PackagedFiles } from "./packaged-files";
import { Packages } from "./packages/packages";
import { findLambdaPlatform, type Platform } from "./packages/platform";
import { Rebuild } from "./rebuild";

/**
 * A function's code, ready to deploy. The same sources give the same bytes on any computer, in any folder, on any day.
 */
export interface Bundle {
  /** The zip's absolute path. */
  readonly zipFile: string;
  /** The zip's size. */
  readonly zipBytes: number;
  /** Base64 SHA-256 of the zip, in the format of Terraform's `source_code_hash`. */
  readonly sourceCodeHash: string;
  /** Lambda's handler setting: `<file>.<export>`. */
  readonly handler: string;
  /** Notes about it, one per line. */
  readonly notes: readonly string[];
  /** Every file that it was made from, absolute; not those of `packages`. */
  readonly sources: readonly string[];
}

/** A bundle whose notes have not been looked for yet, because that takes time. */
export type UnnotedBundle = Omit<Bundle, "notes"> & { readonly findNotes: () => Promise<readonly string[]> };

type Code = Pick<UnnotedBundle, "sources" | "findNotes"> & { readonly zip: Uint8Array };

/** Makes a function's code. */
type Make = (program: Program, key: string) => Promise<Code>;

/**
 * Lambda's limit for unpacked code, in bytes:
 * https://docs.aws.amazon.com/lambda/latest/dg/gettingstarted-limits.html
 */
const MAX_UNPACKED_BYTES = 250 * 2 ** 20;

/** How much a zip is compressed, from 0 for not at all to 9. */
type Level = ZipOptions["level"];

/** How bundles are made: besides the inputs, only these functions decide their bytes. */
const RECIPE = [COMPILATION, make, listFiles, isExecutable, zipFiles].join("\n");

/**
 * Bundles the code of functions, each once, and writes a zip into a folder for each. Unchanged bundles come from the
 * project's cache.
 *
 * @param root the project's folder
 * @param folder an existing folder
 * @param findPlatform what a function's installed packages run on; AWS by default
 * @returns the bundles by what `identifyCode` says of each function's code
 * @throws InvalidInput with every compile error, for a handler file without an export `handler`, and for code that
 *   Lambda does not take
 */
export async function bundleFunctions(
  root: string,
  functions: Iterable<FunctionCode>,
  folder: string,
  findPlatform: (code: FunctionCode) => Platform = findLambdaPlatform,
): Promise<ReadonlyMap<string, Bundle>> {
  const mistakes: Mistake[] = [];
  const bundles = new Map<string, Bundle>();
  const cache = new BundleCache(root, RECIPE);
  const findOrMake: Make = async (program, key) => {
    const cached = cache.find(key, describeAdditions(program));
    return cached ? { ...cached, findNotes: findNone } : makeAndKeep(program, key, cache);
  };
  const bundle = async (key: string, code: FunctionCode) => {
    try {
      const { findNotes, ...found } = await bundleFunction({ root, folder, findPlatform }, code, findOrMake);
      bundles.set(key, { ...found, notes: await findNotes() });
    } catch (error) {
      if (!(error instanceof InvalidInput)) throw error;
      mistakes.push(...error.mistakes);
    }
  };
  const different = new Map([...functions].map((code) => [identifyCode(code), code]));
  await Promise.all([...different].map(([key, code]) => bundle(key, code)));
  if (mistakes.length > 0) throw new InvalidInput(mistakes.sort((a, b) => (a.file < b.file ? -1 : 1)));
  return bundles;
}

/** Where bundles are made, and what for. */
export interface BundlePlace {
  /** The project's folder. */
  readonly root: string;
  /** An existing folder for zips. */
  readonly folder: string;
  /** What a function's installed packages run on. */
  readonly findPlatform: (code: FunctionCode) => Platform;
}

/**
 * Bundles functions again and again while their sources change, faster than `bundleFunctions`: its zips are not
 * compressed and not cached, but have the same files.
 */
export class Rebundler {
  private readonly rebuilds = new Map<string, Rebuild>();

  constructor(private readonly place: BundlePlace) {}

  /** @throws InvalidInput as `bundleFunctions` does */
  bundle(code: FunctionCode): Promise<UnnotedBundle> {
    return bundleFunction(this.place, code, (program, key) => {
      const rebuild = this.rebuilds.get(key) ?? new Rebuild();
      this.rebuilds.set(key, rebuild);
      return make(program, { level: 0, rebuild: (options) => rebuild.run(options) });
    });
  }

  /** Forgets everything. */
  async close(): Promise<void> {
    await Promise.all([...this.rebuilds.values()].map((rebuild) => rebuild.close()));
  }
}

async function bundleFunction(
  { root, folder, findPlatform }: BundlePlace,
  code: FunctionCode,
  makeCode: Make,
): Promise<UnnotedBundle> {
  if (code.package) return { ...readFinishedPackage(root, code, code.package), findNotes: findNone };
  const found = findHandlerFile(root, code.name, code);
  if (found === undefined && isFinishedFunction(code.name)) {
    return { ...readPackaged(code.name), findNotes: findNone };
  }
  const key = identifyCode(code);
  const source = found ?? `${formatHandlerFile(code.name, code)}.ts`;
  const packaged = await PackagedFiles.find(root, dirname(source), code);
  const packages = Packages.find(root, packaged.folder, code, findPlatform);
  checkPreloaded(root, dirname(source), code);
  const program = { root, name: code.name, source, packaged, packages, code };
  const { zip, sources, findNotes } = await makeCode(program, key);
  const zipFile = resolve(folder, `${key}.zip`);
  await writeFile(zipFile, zip);
  return {
    ...describeZip(zipFile, zip),
    handler: `${packaged.prefix}handler.handler`,
    sources: [...sources.map((path) => resolve(root, path)), ...packaged.files.map(({ path }) => path)],
    findNotes,
  };
}

function findNone(): Promise<readonly string[]> {
  return Promise.resolve([]);
}

/** The code of one of the project's own functions, which the npm package has finished. */
export function readPackaged(name: string): Bundle {
  const zipFile = findOwnFile(`functions/${name}.zip`);
  return { ...describeZip(zipFile, readFileSync(zipFile)), handler: "handler.handler", notes: [], sources: [] };
}

/** @throws InvalidInput for a file that is not a zip, or more than Lambda takes */
function readFinishedPackage(
  root: string,
  code: FunctionCode,
  { file, handler }: NonNullable<FunctionCode["package"]>,
): Bundle {
  const zipFile = resolve(root, file);
  const zip = readFileSync(zipFile);
  let unpacked = 0;
  try {
    unzipSync(zip, {
      filter: ({ originalSize }) => {
        unpacked += originalSize;
        return false;
      },
    });
  } catch {
    throw makeCodeMistake(code, "package.file", `expected a zip, got ${show(file)}`);
  }
  checkSize(file, unpacked);
  return { ...describeZip(zipFile, zip), handler, notes: [], sources: [zipFile] };
}

function describeZip(zipFile: string, zip: Uint8Array): Pick<Bundle, "zipFile" | "zipBytes" | "sourceCodeHash"> {
  return { zipFile, zipBytes: zip.byteLength, sourceCodeHash: createHash("sha256").update(zip).digest("base64") };
}

/** @throws InvalidInput for modules of `preload` that do not exist */
function checkPreloaded(root: string, folder: string, code: FunctionCode): void {
  const missing = (code.bundle?.preload ?? []).filter((path) => !existsSync(resolve(root, folder, path)));
  const mistakes = missing.flatMap(
    (path) => makeCodeMistake(code, "bundle.preload", `expected files of ${folder}, got ${show(path)}`).mistakes,
  );
  if (mistakes.length > 0) throw new InvalidInput(mistakes);
}

/** @param options how much the zip is compressed, from 0 to 9, and what is faster than esbuild's `build` */
async function make(
  program: Program,
  { level = 6, rebuild }: { readonly level?: Level; readonly rebuild?: Parameters<typeof compile>[1] } = {},
): Promise<Code & { readonly compiled: Compiled }> {
  const { source, packages } = program;
  const [compiled, installed] = await Promise.all([compile(program, rebuild), packages.install()]);
  const { sources, findNotes } = compiled;
  const files = listFiles(program, compiled, installed);
  checkSize(source, sumBytes(files.values()));
  return { zip: zipFiles(files, level), sources, findNotes, compiled };
}

async function makeAndKeep(program: Program, key: string, cache: BundleCache): Promise<Code> {
  const { zip, sources, findNotes, compiled } = await make(program);
  const notes = await findNotes();
  if (notes.length === 0 && !mayFindMore(compiled)) {
    cache.keep(key, describeAdditions(program), zip, sources);
  }
  return { zip, sources, findNotes: () => Promise.resolve(notes) };
}

/** Identifies everything in a bundle that is not compiled. */
function describeAdditions({ packaged, packages }: Program): string {
  const digests = packaged.files.map(
    ({ path, contents }) => `${packaged.locate(path)}\0${createHash("sha256").update(contents).digest("hex")}`,
  );
  return [...digests, packages.id].join("\n");
}

/** Whether an optional import was not found; it may exist later. */
function mayFindMore({ metafile, leftOut }: Compiled): boolean {
  return Object.values(metafile.inputs).some(({ imports }) =>
    imports.some(
      ({ path, kind, external }) =>
        // An import statement must be found, unless it imports only types.
        external && kind !== "import-statement" && !isBuiltin(path) && !leftOut.has(path),
    ),
  );
}

/** The contents of a zip, by their paths in it; a folder's ends with a slash. */
function listFiles(
  { source, packaged }: Program,
  { files: compiled, folders }: Pick<Compiled, "files" | "folders">,
  installed: ReadonlyMap<string, Uint8Array>,
): ReadonlyMap<string, Uint8Array> {
  const files = new Map(compiled.map(({ path, contents }) => [packaged.prefix + basename(path), contents]));
  for (const folder of folders) files.set(folder, new Uint8Array());
  for (const { path, contents } of packaged.files) {
    const place = packaged.locate(path);
    if (files.has(place) || installed.has(place)) {
      throw makeInvalidInput(source, `${place} of files is in the way of the function's compiled code or packages`);
    }
    files.set(place, contents);
  }
  return new Map([...files, ...installed]);
}

function sumBytes(all: Iterable<Uint8Array>): number {
  return [...all].reduce((sum, { byteLength }) => sum + byteLength, 0);
}

function checkSize(source: string, unpacked: number): void {
  if (unpacked <= MAX_UNPACKED_BYTES) return;
  const [most, got] = [MAX_UNPACKED_BYTES, unpacked].map((bytes, index) => `${(bytes / 2 ** 20).toFixed(index)} MB`);
  throw makeInvalidInput(source, `expected at most ${most} of code unpacked, which is Lambda's limit, got ${got}`);
}

/** Whether a file is a program: by its content, because not every system has file modes. */
function isExecutable(contents: Uint8Array): boolean {
  const start = Buffer.from(contents.subarray(0, 4)).toString("latin1");
  return start.startsWith("#!") || start === "\x7fELF";
}

function zipFiles(files: ReadonlyMap<string, Uint8Array>, level: Level): Uint8Array {
  // The earliest time that a zip can contain, in any time zone: zip times have none.
  const mtime = new Date(1980, 0, 1, 12);
  const unix = 3;
  const entries: Zippable = {};
  for (const [path, contents] of [...files].sort(([a], [b]) => (a < b ? -1 : 1))) {
    const mode = path.endsWith("/") ? 0o40755 : isExecutable(contents) ? 0o100755 : 0o100644;
    entries[path] = [contents, { mtime, os: unix, attrs: mode << 16, level }];
  }
  return zipSync(entries);
}
