import { build } from "esbuild";
import { copyFileSync, mkdirSync, rmSync } from "node:fs";
import { dirname, join } from "node:path";
import { globSync } from "tinyglobby";
import ts from "typescript";
import { listTemplateSources } from "../operations/project/templates";

const OUTPUT = "dist";

/** What a project imports: `warmwatch/constructs` and `warmwatch/performance`. */
const PUBLIC = ["stacks/index.ts", "performance/index.ts"];

/** As ES modules, from which a bundler takes what is used: what handlers import, and the warmer's handler. */
const FOR_BUNDLERS = ["performance/index.ts", "functions/warmer/handler.ts"];

const ROOMS = ["advisor", "environments", "functions/warmer", "local", "model", "operations", "performance", "stacks"];

/** Read as they are when they are needed: in another process, in a browser, or as data. */
const COPIED = ["local/lambda/bootstrap.mjs", "operations/document/browser/*.ts", "model/*.json"];

/** `npm run build`: makes `dist`, the compiled part of the npm package. Resolves to the exit code. */
export default async function main(): Promise<number> {
  rmSync(OUTPUT, { recursive: true, force: true });
  const mistakes = declareTypes();
  if (mistakes !== "") {
    process.stderr.write(mistakes);
    return 1;
  }
  const copied = [...globSync(COPIED), ...listTemplateSources()];
  for (const file of copied) {
    mkdirSync(join(OUTPUT, dirname(file)), { recursive: true });
    copyFileSync(file, join(OUTPUT, file));
  }
  await Promise.all([compileRooms(copied), compileForBundlers()]);
  return 0;
}

/** Writes the declarations of what is public. Returns the mistakes in it, to print as they are. */
function declareTypes(): string {
  const { config } = ts.readConfigFile("tsconfig.json", (file) => ts.sys.readFile(file)) as { config: object };
  const { options } = ts.parseJsonConfigFileContent(config, ts.sys, ".");
  const program = ts.createProgram(PUBLIC, {
    ...options,
    ...{ noEmit: false, incremental: false, tsBuildInfoFile: undefined },
    ...{ declaration: true, emitDeclarationOnly: true, rootDir: ".", outDir: OUTPUT },
  });
  const { diagnostics } = program.emit();
  return ts.formatDiagnostics([...ts.getPreEmitDiagnostics(program), ...diagnostics], ts.createCompilerHost({}));
}

/** File by file, so that a command loads only what it uses. */
async function compileRooms(copied: string[]): Promise<void> {
  await build({
    entryPoints: globSync(
      [...ROOMS, "warming"].map((room) => `${room}/**/*.ts`),
      { ignore: [...copied, "functions/warmer/handler.ts"] },
    ),
    outbase: ".",
    outdir: OUTPUT,
    format: "cjs",
    platform: "node",
    target: "node20",
    sourcemap: true,
    sourcesContent: false,
    supported: { "dynamic-import": false },
  });
}

async function compileForBundlers(): Promise<void> {
  await build({
    entryPoints: FOR_BUNDLERS,
    outbase: ".",
    outdir: OUTPUT,
    outExtension: { ".js": ".mjs" },
    bundle: true,
    splitting: true,
    chunkNames: "chunks/[hash]",
    packages: "external",
    format: "esm",
    platform: "node",
    target: "node22",
    sourcemap: true,
    sourcesContent: false,
  });
}
