import { version as bundler } from "esbuild";
import { version as zipper } from "fflate/package.json";
import { createHash } from "node:crypto";
import { mkdirSync, readFileSync } from "node:fs";
import { join } from "node:path";
import { writeCacheFile } from "../environments/cache-file";
import { BundleInputs, type Inputs } from "./bundle-inputs";

/** Next to other tools' caches: `npm ci` empties it, and version control ignores it. */
const FOLDER = "node_modules/.cache/warmwatch/bundles";

interface Entry {
  /** The bundle's files, relative to the project's folder. */
  readonly files: readonly string[];
  readonly fingerprint: string;
  /** In base64. */
  readonly zip: string;
  readonly checksum: string;
}

/** A zip, and its sources, relative to the project's folder. */
export interface CachedZip {
  readonly zip: Uint8Array;
  readonly sources: readonly string[];
}

/**
 * Caches the last bundle of each function of a project, as long as nothing that it was made from has changed. It only
 * saves time: if the cache cannot be read or written, functions are bundled.
 */
export class BundleCache {
  private readonly began = Date.now();
  private readonly inputs: BundleInputs;

  /**
   * @param root the project's folder
   * @param recipe how bundles are made: another recipe gives other bundles
   */
  constructor(
    private readonly root: string,
    private readonly recipe: string,
  ) {
    this.inputs = new BundleInputs(root);
  }

  /**
   * The zip that bundling would produce, if that is certain.
   *
   * @param key what tells the bundle from others of the project
   * @param additions what decides its content besides its sources
   */
  find(key: string, additions: string): CachedZip | undefined {
    try {
      const { files, fingerprint, zip, checksum } = JSON.parse(
        readFileSync(this.formatEntryFile(key), "utf8"),
      ) as Entry;
      if (fingerprint !== this.fingerprint(this.inputs.of(files), additions)) return undefined;
      const bytes = Buffer.from(zip, "base64");
      return hashSha256(bytes) === checksum ? { zip: bytes, sources: files } : undefined;
    } catch {
      return undefined;
    }
  }

  /**
   * Stores a zip, unless something that it was made from has changed since this cache was opened: it would be unclear
   * which version the zip contains.
   *
   * @param files the zip's sources, relative to the project's folder
   */
  keep(key: string, additions: string, zip: Uint8Array, files: readonly string[]): void {
    try {
      mkdirSync(join(this.root, FOLDER), { recursive: true });
      const inputs = this.inputs.of(files);
      if (inputs.changedSince(this.began)) return;
      const entry: Entry = {
        files,
        fingerprint: this.fingerprint(inputs, additions),
        zip: Buffer.from(zip).toString("base64"),
        checksum: hashSha256(zip),
      };
      writeCacheFile(this.formatEntryFile(key), entry);
    } catch {
      return;
    }
  }

  private formatEntryFile(key: string): string {
    return join(this.root, FOLDER, `${key}.json`);
  }

  private fingerprint({ fingerprint }: Inputs, additions: string): string {
    const searched = process.env["NODE_PATH"] ?? "";
    return hashSha256([bundler, zipper, this.recipe, searched, fingerprint, additions].join("\n"));
  }
}

function hashSha256(data: string | Uint8Array): string {
  return createHash("sha256").update(data).digest("hex");
}
