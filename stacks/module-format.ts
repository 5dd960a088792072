import { existsSync, readFileSync } from "node:fs";
import { dirname, extname, join } from "node:path";

const TYPESCRIPT = /\.[cm]?tsx?$/;

/** Whether a file is TypeScript, by its name. */
export function isTypeScript(file: string): boolean {
  return TYPESCRIPT.test(file);
}

/**
 * Whether a file's name or its package marks it as an ES module; for other files, the syntax decides:
 * https://nodejs.org/api/packages.html#determining-module-system
 */
export function isDeclaredEsModule(file: string): boolean {
  const extension = extname(file);
  if (extension === ".mjs" || extension === ".mts") return true;
  if (extension === ".cjs" || extension === ".cts") return false;
  for (let folder = dirname(file); ; folder = dirname(folder)) {
    const manifest = join(folder, "package.json");
    if (existsSync(manifest)) {
      return (JSON.parse(readFileSync(manifest, "utf8")) as { type?: unknown }).type === "module";
    }
    if (folder === dirname(folder)) return false;
  }
}
