import { unzipSync } from "fflate";
import { createHash } from "node:crypto";
import { mkdirSync, readFileSync, writeFileSync } from "node:fs";
import { dirname, join } from "node:path";

/** A function's code in a zip. */
export class ZippedCode {
  private constructor(private readonly files: Readonly<Record<string, Uint8Array>>) {}

  /** Reads a zip. */
  static read(zipFile: string): ZippedCode {
    return new ZippedCode(unzipSync(readFileSync(zipFile)));
  }

  /** Tells code apart, however it is compressed. */
  get hash(): string {
    const hash = createHash("sha256");
    for (const path of Object.keys(this.files).sort()) {
      const contents = this.files[path] ?? new Uint8Array();
      hash.update(`${path}\0${contents.byteLength}\0`).update(contents);
    }
    return hash.digest("base64");
  }

  /** Unpacks it into a folder, as Lambda does into /var/task. */
  unpack(folder: string): void {
    for (const [path, contents] of Object.entries(this.files)) {
      const file = join(folder, path);
      mkdirSync(path.endsWith("/") ? file : dirname(file), { recursive: true });
      if (!path.endsWith("/")) writeFileSync(file, contents, { mode: 0o755 });
    }
  }
}
