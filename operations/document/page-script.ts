import { build } from "esbuild";
import { existsSync } from "node:fs";
import { dirname, join } from "node:path";

const ENTRY = "operations/document/browser/live-charts.ts";

let bundled: Promise<string> | undefined;

/** The script of pages with charts, with the parts of ECharts that it uses; made once. */
export function bundlePageScript(): Promise<string> {
  return (bundled ??= bundle());
}

async function bundle(): Promise<string> {
  const { outputFiles } = await build({
    entryPoints: [findEntry()],
    bundle: true,
    minify: true,
    write: false,
    format: "iife",
    target: "es2022",
    legalComments: "none",
    banner: { js: "/* With Apache ECharts: https://www.apache.org/licenses/LICENSE-2.0 */" },
  });
  return (outputFiles[0]?.text ?? "").replaceAll("</script", "<\\/script");
}

/** This program may be bundled into a file elsewhere below the project's folder. */
function findEntry(): string {
  for (let folder = __dirname; ; folder = dirname(folder)) {
    if (existsSync(join(folder, ENTRY))) return join(folder, ENTRY);
    if (folder === dirname(folder)) throw new Error(`no ${ENTRY} in any folder above ${__dirname}`);
  }
}
