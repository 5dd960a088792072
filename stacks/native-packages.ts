import { type Metafile } from "esbuild";
import { existsSync, readFileSync } from "node:fs";
import { join, resolve } from "node:path";
import { type Mistake } from "../environments/mistakes";
import { type ImportPlace, findImportPlace } from "./import-place";
import { LOADERS } from "./packages/binaries";

interface Manifest {
  readonly optionalDependencies?: Readonly<Record<string, string>>;
}

/** A package's folder in a file's path. */
const PACKAGE = /^(.*node_modules\/((?:@[^/]+\/)?[^/]+))\//;

/** How a program uses compiled files, which a bundle cannot contain. */
export interface NativePackages {
  /** For packages without which it does not start. */
  readonly mistakes: readonly Mistake[];
  /** For packages that it may load later, or never. */
  readonly notes: readonly Mistake[];
}

/**
 * Finds packages that need a compiled file, which is not JavaScript and not in the bundle, and that the program imports
 * outside of `try`.
 *
 * @param root the project's folder
 * @param entry the handler's file, relative to it
 */
export async function findNativePackages(root: string, entry: string, metafile: Metafile): Promise<NativePackages> {
  const { inputs } = metafile;
  const isSuspect = Object.keys(inputs).some((file) => isNativeFile(file) || isNativePackage(root, file));
  if (!isSuspect) return { mistakes: [], notes: [] };
  const started = await findReached(root, metafile, new Map([[entry, entry]]), isAtStart);
  const maybe = await findReached(root, metafile, started, (place) => place !== "guarded");
  const required = listNeeds(root, started);
  const notes = [...listNeeds(root, maybe)].filter(([culprit]) => !required.has(culprit));
  return {
    mistakes: [...required].map(([culprit, reason]) => ({
      file: entry,
      message: `${describe(culprit, reason)} and cannot be bundled: ${describeWayOut(culprit)}, or leave it out`,
    })),
    notes: notes.map(([culprit, reason]) => ({
      file: entry,
      message: `${describe(culprit, reason)} and is not in the bundle: the program fails if it loads it. To use it, ${describeWayOut(culprit)}`,
    })),
  };
}

/** @param culprit a package, or a file of the project's own */
function describeWayOut(culprit: string): string {
  return /\.[cm]?[jt]sx?$/.test(culprit) && culprit.includes("/")
    ? "put it into a package of its own"
    : `install it beside the code, as in packages = ["${culprit}"]`;
}

type IsFollowed = (place: ImportPlace, isWithinNative: boolean) => boolean;

/** A package with compiled files is useless without them, even if it loads them late. */
const isAtStart: IsFollowed = (place, isWithinNative) => place === "start" || (isWithinNative && place === "later");

/** Adds the files that the program reaches, each with the file that imports it. */
async function findReached(
  root: string,
  { inputs }: Metafile,
  from: ReadonlyMap<string, string>,
  isFollowed: IsFollowed,
): Promise<ReadonlyMap<string, string>> {
  const files = new Map(from);
  for (const [file, importer] of files) {
    if (findNeed(root, file, importer)) continue;
    for (const { path, kind, original } of inputs[file]?.imports ?? []) {
      if (!inputs[path] || files.has(path)) continue;
      const isStatement = kind === "import-statement" || original === undefined;
      const place = isStatement ? "start" : await findImportPlace(resolve(root, file), original);
      if (isFollowed(place, isNativePackage(root, file))) files.set(path, file);
    }
  }
  return files;
}

/** The packages or files that need compiled files, each with the reason. */
function listNeeds(root: string, files: ReadonlyMap<string, string>): ReadonlyMap<string, string> {
  return new Map([...files].flatMap(([file, importer]) => findNeed(root, file, importer) ?? []));
}

function findNeed(root: string, file: string, importer: string): [needy: string, reason: string][] | undefined {
  const isLoader = LOADERS.has(findPackage(file) ?? "");
  if (!isNativeFile(file) && !isLoader && !namesPlatformPackage(root, file)) return undefined;
  const needy = isLoader || isNativeFile(file) ? importer : file;
  const name = findPackage(needy);
  return [[name ?? needy, name === undefined ? file : `as ${needy} says`]];
}

function findPackage(file: string): string | undefined {
  return PACKAGE.exec(file)?.[2];
}

function describe(needy: string, reason: string): string {
  return `${needy} needs files compiled for one platform (${reason})`;
}

function isNativeFile(file: string): boolean {
  return file.endsWith(".node");
}

function isManifest(file: string): boolean {
  return file.endsWith("/package.json");
}

function isNativePackage(root: string, file: string): boolean {
  const [, folder, name = ""] = PACKAGE.exec(file) ?? [];
  if (folder === undefined) return false;
  return (
    LOADERS.has(name) || existsSync(resolve(root, folder, "binding.gyp")) || listPlatformPackages(root, file).length > 0
  );
}

/** Whether a file may load its package's compiled part. Others are there for tools, or for other files. */
function namesPlatformPackage(root: string, file: string): boolean {
  const names = isManifest(file) ? [] : listPlatformPackages(root, file);
  if (names.length === 0) return false;
  const text = readFileSync(resolve(root, file), "utf8");
  return names.some((name) => text.includes(name));
}

/**
 * What names of packages begin with that have the compiled part of a file's package, one per platform: Lambda runs on
 * Linux.
 */
function listPlatformPackages(root: string, file: string): string[] {
  const [, folder] = PACKAGE.exec(file) ?? [];
  if (folder === undefined) return [];
  const manifest = join(resolve(root, folder), "package.json");
  if (!existsSync(manifest)) return [];
  const { optionalDependencies = {} } = JSON.parse(readFileSync(manifest, "utf8")) as Manifest;
  return Object.keys(optionalDependencies).flatMap((name) => /^(.*[-/])linux-(x64|arm64)/.exec(name)?.[1] ?? []);
}
