// Runs a TypeScript file of this project, by calling its default export: node run.js <file.ts> [argument ...] esbuild
// bundles it (packages stay external), which is several times faster than compiling file by file while loading.
const { build } = require("esbuild");
const { createRequire } = require("node:module");
const { constants } = require("node:os");
const { dirname, join } = require("node:path");
const { compileFunction } = require("node:vm");

const [entry = "main.ts"] = process.argv.splice(2, 1);

// A signal ends the process like process.exit(), so that temporary files are removed. Another listener overrides this.
for (const signal of ["SIGINT", "SIGTERM", "SIGHUP"]) {
  process.on(signal, () => {
    if (process.listenerCount(signal) === 1) process.exit(128 + constants.signals[signal]);
  });
}

// Nothing is left to wait for, but the work is not done: without this, the process would exit as if it were.
const tellUnfinished = () => {
  console.error(`${entry}: ended before its work was done`);
  process.exitCode = 1;
};
process.once("beforeExit", tellUnfinished);

run().then(
  (exitCode) => {
    process.off("beforeExit", tellUnfinished);
    process.exitCode ??= exitCode;
  },
  (error) => {
    process.off("beforeExit", tellUnfinished);
    throw error;
  },
);

async function run() {
  const code = await bundled();
  if (code === undefined) return 1; // esbuild has already said what is wrong, with file and line
  // Loaded as if it were a file in a folder of this project, where packages are found. It is not a real file, so
  // nothing can be left behind.
  const filename = join(__dirname, "node_modules/.cache/warmwatch", "program.js");
  const module = { exports: {} };
  const parameters = ["exports", "require", "module", "__filename", "__dirname"];
  const load = compileFunction(code, parameters, { filename });
  load(module.exports, createRequire(filename), module, filename, dirname(filename));
  const { default: main } = module.exports;
  if (typeof main !== "function") throw new Error(`${entry} has no function as its default export`);
  return main();
}

async function bundled() {
  try {
    const { outputFiles } = await build({
      absWorkingDir: __dirname,
      entryPoints: [entry],
      outfile: join(__dirname, "program.js"),
      write: false,
      bundle: true,
      packages: "external",
      platform: "node",
      target: "node20",
      // Code compiled in memory can use require(), but import() only experimentally.
      supported: { "dynamic-import": false },
      sourcemap: "inline",
      sourcesContent: false,
    });
    return outputFiles[0].text;
  } catch (error) {
    if (!error.errors) throw error;
    return undefined;
  }
}
