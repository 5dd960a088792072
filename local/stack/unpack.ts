import { unzipSync } from "fflate";
import { mkdirSync, readFileSync, writeFileSync } from "node:fs";
import { dirname, join } from "node:path";

/** Unpacks a function's code into a folder, as Lambda does into /var/task. */
export function unpack(zipFile: string, folder: string): void {
  for (const [path, content] of Object.entries(unzipSync(readFileSync(zipFile)))) {
    const file = join(folder, path);
    mkdirSync(path.endsWith("/") ? file : dirname(file), { recursive: true });
    if (!path.endsWith("/")) writeFileSync(file, content, { mode: 0o755 });
  }
}
