import { build } from "esbuild";
import { findOwnFile } from "../../stacks/own-file";

/** The script of pages with charts. */
const LIVE_CHARTS = "operations/document/browser/live-charts.ts";

const bundled = new Map<string, Promise<string>>();

/**
 * A page's script, with the parts of ECharts that it uses; made once.
 *
 * @param entry its file, relative to the project's folder
 */
export function bundlePageScript(entry = LIVE_CHARTS): Promise<string> {
  const known = bundled.get(entry) ?? bundle(entry);
  bundled.set(entry, known);
  return known;
}

async function bundle(entry: string): Promise<string> {
  const { outputFiles } = await build({
    entryPoints: [findOwnFile(entry)],
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
