import { type Metafile } from "esbuild";
import { existsSync, readFileSync } from "node:fs";
import { join, resolve } from "node:path";
import { type Mistake } from "../environments/mistakes";
import { placeOf } from "./import-place";

interface Manifest {
  readonly optionalDependencies?: Readonly<Record<string, string>>;
}

/** A package's folder in a file's path. */
const PACKAGE = /^(.*node_modules\/((?:@[^/]+\/)?[^/]+))\//;

/** Find a compiled file and load it: what requires them cannot do without, unless it says so with `try`. */
const LOADERS = new Set(["bindings", "node-gyp-build", "@mapbox/node-pre-gyp", "node-gyp-build-optional-packages"]);

/**
 * Packages that need a compiled file, which is no JavaScript and not in the bundle, and that the program does not do without: those that it
 * imports outside of `try`.
 *
 * @param root the project's folder
 * @param entry the handler's file, relative to it
 */
export async function nativeMistakes(root: string, entry: string, { inputs }: Metafile): Promise<Mistake[]> {
  const isSuspect = Object.keys(inputs).some((file) => isNativeFile(file) || isNativePackage(root, file));
  if (!isSuspect) return [];
  const needed = new Map([[entry, entry]]);
  const mistakes = new Map<string, Mistake>();
  for (const [file, importer] of needed) {
    const [, , name = ""] = PACKAGE.exec(file) ?? [];
    if (isNativeFile(file) || LOADERS.has(name) || needsPlatformPackage(root, file)) {
      const needy = LOADERS.has(name) || isNativeFile(file) ? importer : file;
      const [, , culprit = needy] = PACKAGE.exec(needy) ?? [];
      mistakes.set(culprit, {
        file: entry,
        message:
          `${culprit} needs files that are compiled for one platform (${PACKAGE.test(needy) ? `as ${needy} says` : file}) and cannot be bundled: ` +
          "put it into a Lambda layer and require() it without installing it here, or leave it out",
      });
      continue;
    }
    for (const { path, kind, original } of inputs[file]?.imports ?? []) {
      if (!inputs[path] || needed.has(path)) continue;
      const isStatement = kind === "import-statement" || original === undefined;
      if (!isStatement && (await placeOf(resolve(root, file), original)) === "guarded") continue;
      needed.set(path, file);
    }
  }
  return [...mistakes.values()];
}

function isNativeFile(file: string): boolean {
  return file.endsWith(".node");
}

function isNativePackage(root: string, file: string): boolean {
  const [, folder, name = ""] = PACKAGE.exec(file) ?? [];
  if (folder === undefined) return false;
  return LOADERS.has(name) || existsSync(resolve(root, folder, "binding.gyp")) || needsPlatformPackage(root, file);
}

/** Whether a file's package has its compiled part in packages of its own, one for each platform: Lambda's is Linux. */
function needsPlatformPackage(root: string, file: string): boolean {
  const [, folder] = PACKAGE.exec(file) ?? [];
  if (folder === undefined) return false;
  const manifest = join(resolve(root, folder), "package.json");
  if (!existsSync(manifest)) return false;
  const { optionalDependencies = {} } = JSON.parse(readFileSync(manifest, "utf8")) as Manifest;
  return Object.keys(optionalDependencies).some((name) => /[-/]linux-(x64|arm64)/.test(name));
}
