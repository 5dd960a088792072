// Runs a TypeScript file of this project: node run.js <file.ts> [argument ...]
// esbuild bundles it (packages stay outside), which is several times faster than compiling file by file while loading.
const { build } = require("esbuild");
const { rmSync } = require("node:fs");
const { join } = require("node:path");

const [entry = "main.ts"] = process.argv.splice(2, 1);
const outfile = join(__dirname, "node_modules/.cache/warmwatch", `${process.pid}.js`);

build({
  absWorkingDir: __dirname,
  entryPoints: [entry],
  outfile,
  bundle: true,
  packages: "external",
  platform: "node",
  target: "node20",
  sourcemap: "inline",
  sourcesContent: false,
}).then(
  () => {
    try {
      require(outfile);
    } finally {
      rmSync(outfile);
    }
  },
  () => {
    process.exitCode = 1; // esbuild has already said what is wrong, with file and line
  },
);
