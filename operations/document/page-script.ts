import { build } from "esbuild";
import { findOwnFile } from "../../stacks/own-file";

const ENTRY = "operations/document/browser/live-charts.ts";

let bundled: Promise<string> | undefined;

/** The script of pages with charts, with the parts of ECharts that it uses; made once. */
export function bundlePageScript(): Promise<string> {
  return (bundled ??= bundle());
}

async function bundle(): Promise<string> {
  const { outputFiles } = await build({
    entryPoints: [findOwnFile(ENTRY)],
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
