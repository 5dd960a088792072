import { build } from "esbuild";
import { copyFileSync, mkdirSync, rmSync } from "node:fs";
import { dirname, join } from "node:path";
import { globSync } from "tinyglobby";
import ts from "typescript";
import { NOTIFIER, ROLLOUT_CONTROLLER, WARMER } from "../environments/names";
import { listTemplateSources } from "../operations/project/templates";
import { bundleFunctions } from "../stacks/bundle";

const OUTPUT = "dist";

/** What a project imports: `warmwatch/constructs` and `warmwatch/performance`. */
const PUBLIC = ["stacks/index.ts", "performance/index.ts"];

/** The folder of functions that are finished: the warmer, the notifier and the rollout controller. */
const FINISHED = join(OUTPUT, "functions");

/** What a project's code and handlers run. */
const LIBRARY = ["environments", "functions/warmer", "model", "performance", "rollout", "stacks", "warming"];

/** What only commands run: no project debugs it, and its source maps would make the package a third larger. */
const COMMANDS = ["advisor", "local", "operations"];

/** Read as they are when they are needed: in another process, in a browser, or as data. */
const COPIED = ["local/lambda/bootstrap.mjs", "operations/*/browser/*.ts", "model/*.json"];

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
  mkdirSync(FINISHED, { recursive: true });
  await Promise.all([
    compileRooms(LIBRARY, copied, true),
    compileRooms(COMMANDS, copied, false),
    compileForHandlers(),
    bundleFunctions(".", [{ name: WARMER }, { name: NOTIFIER }, { name: ROLLOUT_CONTROLLER }], FINISHED),
  ]);
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
async function compileRooms(rooms: readonly string[], copied: string[], sourcemap: boolean): Promise<void> {
  await build({
    entryPoints: globSync(
      rooms.map((room) => `${room}/**/*.ts`),
      { ignore: copied },
    ),
    outbase: ".",
    outdir: OUTPUT,
    format: "cjs",
    platform: "node",
    target: "node20",
    sourcemap,
    supported: { "dynamic-import": false },
  });
}

/** What handlers import, as an ES module, from which a bundler takes only what is used. */
async function compileForHandlers(): Promise<void> {
  await build({
    entryPoints: ["performance/index.ts"],
    outfile: join(OUTPUT, "performance/index.mjs"),
    bundle: true,
    packages: "external",
    format: "esm",
    platform: "node",
    target: "node22",
    sourcemap: true,
  });
}
