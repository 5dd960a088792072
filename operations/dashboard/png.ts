import { execFile } from "node:child_process";
import { existsSync, readFileSync, writeFileSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { promisify } from "node:util";
import { TemporaryFolder } from "../../stacks/temporary-folder";
import { writeWholeFile } from "../cli/files";
import { OperationFailure } from "../cli/operation-failure";
import { type DashboardPicture } from "./picture";

/** Where Chromium or Chrome is, unless CHROMIUM says it. */
const PLACES = [
  "/usr/bin/chromium",
  "/usr/bin/chromium-browser",
  "/usr/bin/google-chrome",
  "/Applications/Google Chrome.app/Contents/MacOS/Google Chrome",
];

const LONGEST_MILLISECONDS = 60_000;

/** The path of Chromium or Chrome; undefined if there is none. */
export function findBrowser(): string | undefined {
  const { CHROMIUM } = process.env;
  return (CHROMIUM === undefined ? PLACES : [CHROMIUM]).find((place) => existsSync(place));
}

/**
 * Makes sure that pictures can become PNGs.
 *
 * @returns the browser that does it
 * @throws OperationFailure if there is none
 */
export function demandBrowser(): string {
  const browser = findBrowser();
  if (browser !== undefined) return browser;
  throw new OperationFailure(
    "a PNG needs Chromium or Chrome: install one, or say in CHROMIUM where it is; an SVG needs none",
  );
}

/**
 * Writes a picture as PNG, with a browser.
 *
 * @throws OperationFailure if the browser does not do it within a minute
 * @throws InvalidInput if the file cannot be written
 */
export async function writePng(browser: string, { svg, width, height }: DashboardPicture, file: string): Promise<void> {
  const folder = new TemporaryFolder(join(tmpdir(), "warmwatch-picture-"));
  try {
    const [source, drawn] = [join(folder.path, "dashboard.svg"), join(folder.path, "dashboard.png")];
    writeFileSync(source, svg);
    const size = `--window-size=${width},${Math.ceil(height)}`;
    const places = [`--user-data-dir=${join(folder.path, "profile")}`, `--screenshot=${drawn}`, `file://${source}`];
    await promisify(execFile)(
      browser,
      ["--headless", "--no-sandbox", "--disable-gpu", "--hide-scrollbars", size, ...places],
      { timeout: LONGEST_MILLISECONDS },
    ).catch((error: unknown) => {
      throw new OperationFailure(`${browser} did not make a picture: ${getReason(error)}`);
    });
    if (!existsSync(drawn)) throw new OperationFailure(`${browser} has made no picture for ${file}`);
    await writeWholeFile(file, readFileSync(drawn));
  } finally {
    folder.remove();
  }
}

function getReason(error: unknown): string {
  return (error instanceof Error ? error.message : String(error)).split("\n")[0] ?? "";
}
