import { type Metafile } from "esbuild";

type Import = Metafile["inputs"][string]["imports"][number];

/**
 * Whether a module that is imported only to be run, as in `import "dotenv/config"`, runs after modules that it should
 * run before: what is also imported lazily is in a file of its own, which runs first.
 * https://github.com/evanw/esbuild/issues/399
 *
 * @param entry where the program starts
 * @param readModule returns the text of a module
 */
export async function isReordered(
  entry: string,
  { inputs, outputs }: Metafile,
  readModule: (path: string) => Promise<string>,
): Promise<boolean> {
  const main = Object.keys(outputs).find((path) => outputs[path]?.entryPoint === entry) ?? "";
  const files = listInOrder(main, (path) => outputs[path]?.imports)
    .map((path) => Object.entries(outputs[path]?.inputs ?? {}))
    .map((written) => written.flatMap(([path, { bytesInOutput }]) => (bytesInOutput > 0 ? [path] : [])))
    .filter((written) => written.length > 0);
  if (files.length < 2) return false;
  const importsOf = (path: string): readonly Import[] => inputs[path]?.imports ?? [];
  const isCommonJs = ({ path }: Pick<Import, "path">): boolean => inputs[path]?.format === "cjs";
  // The number of the file, and how far into it.
  const places = new Map(
    files.flatMap((written, file) => written.map((path, index) => [path, file + index / written.length] as const)),
  );
  const modules = listInOrder(entry, importsOf);
  let earliest = Infinity;
  const earliestAfter = new Map<string, number>();
  for (const path of modules.toReversed()) {
    earliestAfter.set(path, earliest);
    const place = places.get(path);
    if (place === undefined || isCommonJs({ path })) continue;
    // The place of a module that imports CommonJS is that of its imports.
    earliest = Math.min(earliest, importsOf(path).some(isCommonJs) ? Math.floor(place) + 1 : place);
  }
  for (const importer of modules) {
    const late = importsOf(importer).filter((each) => {
      // CommonJS runs where it is imported.
      const place = places.get(isCommonJs(each) ? importer : each.path) ?? -Infinity;
      return each.kind === "import-statement" && place > (earliestAfter.get(each.path) ?? Infinity);
    });
    if (late.length === 0) continue;
    const running = listRunning(await readModule(importer));
    if (late.some(({ original }) => running.has(original))) return true;
  }
  return false;
}

/** All that is reached by import statements, in the order in which Node.js runs it. */
function listInOrder(
  start: string,
  listImports: (path: string) => readonly { readonly path: string; readonly kind: string }[] | undefined,
): string[] {
  const reached = new Set<string>();
  const order: string[] = [];
  const visit = (path: string) => {
    if (reached.has(path)) return;
    reached.add(path);
    for (const each of listImports(path) ?? []) if (each.kind === "import-statement") visit(each.path);
    order.push(path);
  };
  visit(start);
  return order;
}

/** What a module imports only to run it. */
function listRunning(text: string): ReadonlySet<string | undefined> {
  return new Set([...text.matchAll(/\bimport\s*["']([^"'\n]+)["']/g)].map(([, specifier]) => specifier));
}
