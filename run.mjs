// Runs a TypeScript file of this project: node run.mjs <file.ts> [argument ...]
// esbuild bundles it (packages stay outside), which is several times faster than compiling file by file while loading.
import { build } from "esbuild";
import { rmSync } from "node:fs";
import { dirname, join } from "node:path";
import { fileURLToPath, pathToFileURL } from "node:url";

const root = dirname(fileURLToPath(import.meta.url));
const [entry = "main.ts"] = process.argv.splice(2, 1);
const outfile = join(root, "node_modules/.cache/warmwatch", `${process.pid}.cjs`);

try {
  await build({
    absWorkingDir: root,
    entryPoints: [entry],
    outfile,
    bundle: true,
    packages: "external",
    platform: "node",
    format: "cjs",
    target: "node20",
    sourcemap: "inline",
    sourcesContent: false,
  });
} catch {
  process.exit(1); // esbuild has already said what is wrong, with file and line
}
process.setSourceMapsEnabled(true);
try {
  await import(pathToFileURL(outfile).href);
} finally {
  rmSync(outfile);
}
