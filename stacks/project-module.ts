import { build, type BuildFailure, type BuildResult } from "esbuild";
import { createRequire } from "node:module";
import { dirname, resolve } from "node:path";
import { compileFunction } from "node:vm";
import { InvalidInput, makeInvalidInput } from "../environments/mistakes";

/** What must exist only once in a program. */
const SHARED_PACKAGES = /^(cdktf|constructs|@cdktf\/provider-aws|warmwatch)(\/|$)/;

/**
 * Loads a TypeScript file of a project, with everything that it imports.
 *
 * @param root the project's folder
 * @param file relative to it
 * @returns its default export, a function
 * @throws InvalidInput for a file that does not compile or has no function as its default export
 */
export async function loadDefaultExport(root: string, file: string): Promise<(...args: never[]) => unknown> {
  const filename = resolve(root, file);
  const fromProject = createRequire(filename);
  const fromHere = createRequire(__filename);
  const module: { exports: { readonly default?: unknown } } = { exports: {} };
  const requirePackage = (id: string) => (SHARED_PACKAGES.test(id) ? fromHere : fromProject)(id) as unknown;
  const code = await bundle(root, file);
  const parameters = ["exports", "require", "module", "__filename", "__dirname"];
  const run = compileFunction(code, parameters, { filename }) as (...args: unknown[]) => void;
  try {
    run(module.exports, requirePackage, module, filename, dirname(filename));
  } catch (error) {
    throw makeInvalidInput(file, `cannot be loaded: ${readMessage(error)}`);
  }
  const { default: exported } = module.exports;
  if (typeof exported !== "function") {
    throw makeInvalidInput(file, `expected a function as the default export, got ${typeof exported}`);
  }
  return exported as (...args: never[]) => unknown;
}

async function bundle(root: string, file: string): Promise<string> {
  let result: BuildResult<{ write: false }>;
  try {
    result = await build({
      absWorkingDir: resolve(root),
      entryPoints: [file],
      write: false,
      bundle: true,
      packages: "external",
      format: "cjs",
      platform: "node",
      target: "node20",
      supported: { "dynamic-import": false },
      logLevel: "silent",
    });
  } catch (error) {
    if (!(error instanceof Error && "errors" in error)) throw error;
    throw new InvalidInput(
      (error as Error & BuildFailure).errors.map(({ text, location }) => ({
        file: location ? `${location.file}:${location.line}:${location.column + 1}` : file,
        message: text,
      })),
    );
  }
  return result.outputFiles[0]?.text ?? "";
}

/** An error's message on one line: some errors of cdktf have several. */
export function readMessage(error: unknown): string {
  const { message = String(error) } = error as Partial<Error>;
  return message.replaceAll(/\s*\n\s*/g, " ");
}
