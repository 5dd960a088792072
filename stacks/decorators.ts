import { existsSync, readFileSync } from "node:fs";
import { dirname, join, resolve } from "node:path";
import type ts from "typescript";
import { type Mistake } from "../environments/mistakes";
import { type TypeScript } from "./import-place";
import { isTypeScript } from "./module-format";

/** Whether a module may have decorators whose types are wanted when the program runs. */
export function mayHaveDecorators(file: string, text: string): boolean {
  return isTypeScript(file) && !file.includes("node_modules") && /(^|[\s(,;{])@[A-Za-z_$]/.test(text);
}

/**
 * Finds the first module whose decorators should have types when the program runs, by the nearest settings of
 * TypeScript.
 *
 * @param root the project's folder
 * @param files relative to it
 */
export function findLostMetadata(root: string, files: readonly string[]): Mistake[] {
  const found = files.find((file) => {
    const path = resolve(root, file);
    const isOwn = isTypeScript(path) && !path.includes("node_modules") && existsSync(path);
    return isOwn && mayHaveDecorators(path, readFileSync(path, "utf8")) && wantsMetadata(dirname(path));
  });
  const message = "its decorators have no types when the program runs: set bundle = { decorator_metadata = true }";
  return found === undefined ? [] : [{ file: found, message }];
}

function wantsMetadata(folder: string): boolean {
  const settings = join(folder, "tsconfig.json");
  if (existsSync(settings)) return /"emitDecoratorMetadata"\s*:\s*true/.test(readFileSync(settings, "utf8"));
  return folder !== dirname(folder) && wantsMetadata(dirname(folder));
}

/**
 * Compiles the decorators of a module with TypeScript, because only TypeScript gives them types at run time. Its other
 * code stays, as ES modules.
 *
 * @param file its absolute path
 */
export async function compileDecorators(file: string, text: string): Promise<string> {
  const { default: ts } = await import("typescript");
  const { target, useDefineForClassFields } = readOptions(ts, file);
  const { outputText } = ts.transpileModule(text, {
    fileName: file,
    compilerOptions: {
      module: ts.ModuleKind.ESNext,
      target: ts.ScriptTarget.ESNext,
      jsx: ts.JsxEmit.Preserve,
      experimentalDecorators: true,
      emitDecoratorMetadata: true,
      inlineSourceMap: true,
      // As TypeScript would choose by the module's own settings.
      useDefineForClassFields: useDefineForClassFields ?? (target === undefined || target >= ts.ScriptTarget.ES2022),
    },
  });
  return outputText;
}

function readOptions(ts: TypeScript, file: string): ts.CompilerOptions {
  const found = ts.findConfigFile(dirname(file), (path) => existsSync(path));
  if (found === undefined) return {};
  const host = { ...ts.sys, onUnRecoverableConfigFileDiagnostic: () => undefined };
  return ts.getParsedCommandLineOfConfigFile(found, {}, host)?.options ?? {};
}
