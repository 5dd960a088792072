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
 * A function's code, ready to deploy. The same sources give the same bytes on any computer, in any folder, on any day.
 */
export interface Bundle {
  /** The zip's absolute path. */
  readonly zipFile: string;
  /** Base64 SHA-256 of the zip, in the format of Terraform's `source_code_hash`. */
  readonly sourceCodeHash: string;
  /** Notes about it, one per line. */
  readonly notes: readonly string[];
}

type Code = Pick<Bundle, "notes"> & { readonly zip: Uint8Array };

/** Lambda's handler setting for a bundle: `<file>.<export>`. */
export const HANDLER = "handler.handler";

/** How bundles are made: besides the inputs, only these functions decide their bytes. */
const RECIPE = [COMPILATION, zipFiles].join("\n");

/**
 * Bundles the handler in `functions/<name>` for every given name, each once, and writes `<folder>/<name>.zip`.
 * Unchanged bundles come from the project's cache.
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

/** Whether an optional import was not found; it may exist later. */
function mayFindMore({ inputs }: Metafile): boolean {
  return Object.values(inputs).some(({ imports }) =>
    // An import statement must be found, unless it imports only types.
    imports.some(({ path, kind, external }) => external && kind !== "import-statement" && !isBuiltin(path)),
  );
}

function zipFiles(files: readonly OutputFile[]): Uint8Array {
  // The earliest time that a zip can contain, in any time zone: zip times have none.
  const mtime = new Date(1980, 0, 1, 12);
  const unix = 3;
  const readableFile = 0o100644 << 16;
  const entries: Zippable = {};
  for (const { path, contents } of [...files].sort((a, b) => (a.path < b.path ? -1 : 1))) {
    entries[basename(path)] = [contents, { mtime, os: unix, attrs: readableFile, level: 6 }];
  }
  return zipSync(entries);
}
