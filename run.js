// Runs a TypeScript file of this project, by calling its default export: node run.js <file.ts> [argument ...]
// esbuild bundles it (packages stay external), which is several times faster than compiling file by file while loading.
const { createHash } = require("node:crypto");
const { existsSync, mkdirSync, readdirSync, readFileSync, renameSync, statSync, writeFileSync } = require("node:fs");
const { createRequire } = require("node:module");
const { constants } = require("node:os");
const { dirname, join, resolve } = require("node:path");
const { compileFunction } = require("node:vm");

const [entry = "main.ts"] = process.argv.splice(2, 1);
const startedAt = Date.now();
const CACHE = join(__dirname, "node_modules/.cache/warmwatch");
const kept = join(CACHE, "programs", `${entry.replaceAll(/[^\w.-]+/g, "-")}.js`);

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
  const module = { exports: {} };
  if (existsSync(resolve(__dirname, entry))) {
    const code = readKept() ?? (await bundle());
    if (code === undefined) return 1; // esbuild has already said what is wrong, with file and line
    load(code, module);
  } else {
    // In the npm package, programs are compiled.
    module.exports = require(join(__dirname, "dist", entry.replace(/\.ts$/, ".js")));
  }
  const { default: main } = module.exports;
  if (typeof main !== "function") throw new Error(`${entry} has no function as its default export`);
  return main();
}

/** As if it were a file in a folder of this project, where packages are found. */
function load(code, module) {
  const filename = join(CACHE, "program.js");
  const parameters = ["exports", "require", "module", "__filename", "__dirname"];
  const define = compileFunction(code, parameters, { filename });
  define(module.exports, createRequire(filename), module, filename, dirname(filename));
}

/** The program as it was bundled last, if that was from what its files are now. */
function readKept() {
  try {
    const text = readFileSync(kept, "utf8");
    const end = text.indexOf("\n");
    const { files, hash } = JSON.parse(text.slice(0, end));
    return hash === hashInputs(files) ? text.slice(end) : undefined;
  } catch {
    return undefined;
  }
}

/**
 * Of all that a bundle depends on: its files, what lies beside them, and what bundles them. A file is known by when it
 * last changed in any way, which only the system sets: to read them all takes longer.
 */
function hashInputs(files) {
  const folders = [...new Set(files.map(dirname))].map((folder) => [folder, readdirSync(resolve(__dirname, folder))]);
  const settings = folders.flatMap(([folder, names]) =>
    names.filter((name) => /^(package|tsconfig)\.json$/.test(name)).map((name) => join(folder, name)),
  );
  const tools = [__filename, "package-lock.json", "package.json", "tsconfig.json"];
  const hash = createHash("sha256").update(JSON.stringify([folders, process.sourceMapsEnabled]));
  for (const file of [...files, ...settings, ...tools]) {
    const { ctimeNs, ino, size } = statSync(resolve(__dirname, file), { bigint: true });
    hash.update(`${file}:${ctimeNs}:${ino}:${size}\n`);
  }
  return hash.digest("hex");
}

async function bundle() {
  // Loading it takes longer than reading the files of a program that is kept.
  const { build } = require("esbuild");
  try {
    const { outputFiles, metafile } = await build({
      absWorkingDir: __dirname,
      entryPoints: [entry],
      outfile: join(__dirname, "program.js"),
      write: false,
      bundle: true,
      packages: "external",
      // Of this one, a program gets what it uses: all of it takes as long to load as Node.js itself.
      alias: { zod: join(__dirname, "node_modules/zod/index.js") },
      platform: "node",
      target: "node20",
      // Code compiled in memory can use require(), but import() only experimentally.
      supported: { "dynamic-import": false },
      sourcemap: process.sourceMapsEnabled ? "inline" : false,
      sourcesContent: false,
      metafile: true,
    });
    const [{ text }] = outputFiles;
    // The lock file tells those of packages.
    keep(
      text,
      Object.keys(metafile.inputs).filter((file) => !file.startsWith("node_modules/")),
    );
    return text;
  } catch (error) {
    if (!error.errors) throw error;
    return undefined;
  }
}

/** For the next time; not where a file may have changed since it was read, or nothing can be written. */
function keep(code, files) {
  const temporary = `${kept}.${process.pid}`;
  try {
    if (files.some((file) => statSync(resolve(__dirname, file)).mtimeMs > startedAt - 2000)) return;
    mkdirSync(dirname(kept), { recursive: true });
    writeFileSync(temporary, `${JSON.stringify({ files, hash: hashInputs(files) })}\n${code}`);
    renameSync(temporary, kept);
  } catch {
    return;
  }
}
