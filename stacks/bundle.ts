import { type Metafile, type OutputFile } from "esbuild";
import { zipSync, type Zippable } from "fflate";
import { createHash } from "node:crypto";
import { writeFile } from "node:fs/promises";
import { isBuiltin } from "node:module";
import { basename, resolve } from "node:path";
import { findHandlerFile } from "../environments/handler-files";
import { InvalidInput, type Mistake } from "../environments/mistakes";
import { BundleCache } from "./bundle-cache";
import { compile, COMPILATION } from "./compile";

/**
 * A function's code, ready to deploy: the same sources give the same bytes on any computer, in any folder, on any day.
 */
export interface Bundle {
  /** The zip's absolute path. */
  readonly zipFile: string;
  /** Base64 SHA-256 of the zip, as Terraform's `source_code_hash` wants it. */
  readonly sourceCodeHash: string;
  /** What people should know of it, each on a line. */
  readonly notes: readonly string[];
}

type Code = Pick<Bundle, "notes"> & { readonly zip: Uint8Array };

/** What Lambda calls in a bundle: `<file>.<export>`. */
export const HANDLER = "handler.handler";

/** How bundles are made: all that decides their bytes, besides what goes in, stands in these functions. */
const RECIPE = [COMPILATION, zipFiles].join("\n");

/**
 * Bundles the handler in `functions/<name>` of every name given, each once, and writes `<folder>/<name>.zip`. What has
 * not changed since it was last bundled comes out of the project's cache.
 *
 * @param root the project's folder
 * @param folder an existing folder
 * @throws InvalidInput with every compile error, and for a handler file without an export `handler`
 */
export async function bundleFunctions(
  root: string,
  names: Iterable<string>,
  folder: string,
): Promise<ReadonlyMap<string, Bundle>> {
  const mistakes: Mistake[] = [];
  const bundles = new Map<string, Bundle>();
  const cache = new BundleCache(root, RECIPE);
  const bundle = async (name: string) => {
    try {
      const cached = cache.find(name);
      const { zip, notes } = cached ? { zip: cached, notes: [] } : await make(root, name, cache);
      const zipFile = resolve(folder, `${name}.zip`);
      await writeFile(zipFile, zip);
      bundles.set(name, { zipFile, sourceCodeHash: createHash("sha256").update(zip).digest("base64"), notes });
    } catch (error) {
      if (!(error instanceof InvalidInput)) throw error;
      mistakes.push(...error.mistakes);
    }
  };
  await Promise.all([...new Set(names)].map(bundle));
  if (mistakes.length > 0) throw new InvalidInput(mistakes.sort((a, b) => (a.file < b.file ? -1 : 1)));
  return bundles;
}

async function make(root: string, name: string, cache: BundleCache): Promise<Code> {
  const source = findHandlerFile(root, name) ?? `functions/${name}/handler.ts`;
  const { files, metafile, sources, notes } = await compile(root, name, source);
  const zip = zipFiles(files);
  if (notes.length === 0 && !mayFindMore(metafile)) cache.keep(name, zip, sources);
  return { zip, notes };
}

/** Whether an import that a program can do without was not found: some day it may be. */
function mayFindMore({ inputs }: Metafile): boolean {
  return Object.values(inputs).some(({ imports }) =>
    // An import statement has to be found, unless it is one of types only.
    imports.some(({ path, kind, external }) => external && kind !== "import-statement" && !isBuiltin(path)),
  );
}

function zipFiles(files: readonly OutputFile[]): Uint8Array {
  // The earliest time that a zip can hold, in whatever time zone: zip times have none.
  const mtime = new Date(1980, 0, 1, 12);
  const unix = 3;
  const readableFile = 0o100644 << 16;
  const entries: Zippable = {};
  for (const { path, contents } of [...files].sort((a, b) => (a.path < b.path ? -1 : 1))) {
    entries[basename(path)] = [contents, { mtime, os: unix, attrs: readableFile, level: 6 }];
  }
  return zipSync(entries);
}
