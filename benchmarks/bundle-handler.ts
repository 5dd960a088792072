import { unzipSync } from "fflate";
import { mkdirSync, readFileSync, statSync, writeFileSync } from "node:fs";
import { join, resolve } from "node:path";
import { bundleFunctions } from "../stacks/bundle";

/**
 * Bundles a handler as for deployment, and unpacks it.
 *
 * @param file its path from benchmarks/handlers
 * @param folder an existing folder for the result
 */
export async function bundleHandler(
  file: string,
  folder: string,
): Promise<{ readonly folder: string; readonly bytes: number }> {
  const name = file.replaceAll(/[^a-z]+/g, "-").replace(/^-/, "");
  const source = join(folder, "functions", name);
  const unpacked = join(folder, "bundles", name);
  for (const path of [source, unpacked]) mkdirSync(path, { recursive: true });
  const handler = JSON.stringify(resolve("benchmarks/handlers", file));
  writeFileSync(join(source, "handler.ts"), `export { handler } from ${handler};\n`);
  const zipFile = (await bundleFunctions(folder, [{ name }], folder)).get(name)?.zipFile ?? "";
  for (const [path, contents] of Object.entries(unzipSync(readFileSync(zipFile)))) {
    writeFileSync(join(unpacked, path), contents);
  }
  return { folder: unpacked, bytes: statSync(zipFile).size };
}
