import { init, parse } from "cjs-module-lexer";
import { transform } from "esbuild";
import { readFile } from "node:fs/promises";
import { extname } from "node:path";

/** The exports of a CommonJS module, as far as they are known without running it. */
export interface CommonJsExports {
  readonly names: readonly string[];
  /** Whether the handler may be among them; only running the module shows it for certain. */
  readonly mayHaveHandler: boolean;
}

/**
 * Reads the exports of a CommonJS module; TypeScript is read as it would be compiled.
 *
 * @param handler the export that is wanted
 */
export async function readCommonJsExports(file: string, handler: string): Promise<CommonJsExports> {
  const { code } = await transform(await readFile(file, "utf8"), {
    loader: extname(file).endsWith("ts") ? "ts" : "js",
    format: "cjs",
    platform: "node",
    minifyWhitespace: true,
    logLevel: "silent",
  });
  await init();
  const { exports, reexports } = parse(code);
  // What the lexer reads reliably: https://github.com/nodejs/cjs-module-lexer#grammar
  const unread = code
    .replace(/\bmodule\.exports=__toCommonJS\(\w+\)/g, "")
    .replace(/\bObject\.defineProperty\((module\.)?exports,"[^"]+"/g, "")
    .replace(/\b(module\.)?exports(\.[\w$]+|=\{)/g, "");
  const isNamed = code.split(/[^\w$]/).includes(handler);
  const isObject = /\bexports=\{/.test(code) && (isNamed || code.includes("..."));
  const names = [...exports].filter((name) => name !== "__esModule");
  const mayHaveHandler =
    names.includes(handler) ||
    [...reexports].length > 0 ||
    isObject ||
    /\bexports\b/.test(unread) ||
    unread.includes(`this.${handler}`);
  return { names, mayHaveHandler };
}
