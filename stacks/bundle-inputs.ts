import { createHash } from "node:crypto";
import { existsSync, readdirSync, readFileSync, readlinkSync, realpathSync, statSync } from "node:fs";
import { dirname, join, relative, resolve, sep } from "node:path";

/** Files in a module's folder and in the folders above it that decide where its imports lead. */
export const MANIFESTS = ["package.json", "tsconfig.json", "jsconfig.json"];

/** With these options, a tsconfig.json resolves imports through folders or files that no bundled file shows. */
const REACHES_ELSEWHERE = /"(paths|baseUrl|extends)"/;

const PACKAGES = "node_modules";

/** Maximum time by which a file's time may be behind the clock: FAT stores times with a precision of two seconds. */
const CLOCK_MILLISECONDS = 2000;

/** The inputs of one bundle. */
export interface Inputs {
  /** While this stays the same, bundling the same entry in the same way gives the same bytes. */
  readonly fingerprint: string;
  /** Whether any of it may have changed since a time, in milliseconds since 1970. */
  readonly changedSince: (time: number) => boolean;
}

/**
 * The inputs of bundles: their files, what decides where their imports lead, and the names of files and folders that
 * could take precedence. Each is read once, so use one object per run.
 */
export class BundleInputs {
  private readonly root: string;
  /** Folders that change in each run, or in the first one, so their times show nothing. */
  private readonly unsteady: readonly string[];
  private readonly digests = new Map<string, string>();

  /** @param root the project's folder */
  constructor(root: string) {
    // The bundler resolves symbolic links.
    this.root = realpathSync(root);
    this.unsteady = [this.root, join(this.root, PACKAGES)];
    // Read before anything is bundled: the next run will detect files that are added in the meantime.
    this.digested(this.unsteady.filter(existsSync), (folder) => this.listNames(folder));
  }

  /**
   * @param files every file in the bundle, relative to the project's folder
   * @throws Error if the inputs of the bundle cannot be determined
   */
  of(files: readonly string[]): Inputs {
    const sources = this.sources(files);
    const hash = createHash("sha256");
    for (const [path, digest] of sources) hash.update(`${relative(this.root, path)}\0${digest}\n`);
    return {
      fingerprint: hash.digest("hex"),
      changedSince: (time) =>
        sources.some(([path]) => !this.unsteady.includes(path) && statSync(path).ctimeMs > time - CLOCK_MILLISECONDS),
    };
  }

  /** Paths with a digest of their relevant content, in an order that depends only on the list. */
  private sources(files: readonly string[]): [path: string, digest: string][] {
    const paths = files.map((file) => resolve(this.root, file));
    const above = new Set<string>();
    for (const path of paths) {
      for (let folder = dirname(path); !above.has(folder); folder = dirname(folder)) above.add(folder);
    }
    const folders = [...above].filter((folder) => !isBelow(this.root, folder));
    const packages = folders.map((folder) => join(folder, PACKAGES)).filter((folder) => existsSync(folder));
    const scopes = packages.flatMap((folder) =>
      readdirSync(folder)
        .filter((name) => name.startsWith("@"))
        .map((name) => join(folder, name)),
    );
    return [
      ...this.digested(paths, readContent),
      ...this.digested(new Set([...folders, ...packages, ...scopes]), (folder) => this.listNames(folder)),
      ...this.digested(listManifests(above), readManifest),
    ];
  }

  private digested(paths: Iterable<string>, read: (path: string) => Buffer | string): [string, string][] {
    return [...paths].map((path) => {
      const digest = this.digests.get(path) ?? createHash("sha256").update(read(path)).digest("hex");
      this.digests.set(path, digest);
      return [path, digest];
    });
  }

  /**
   * Leaves out what changes often: output folders in the project's folder (a folder cannot shadow a file), and tools'
   * caches.
   */
  private listNames(folder: string): string {
    return readdirSync(folder, { withFileTypes: true })
      .filter((entry) => entry.name !== ".cache" && !(folder === this.root && entry.isDirectory()))
      .map((entry) => `${entry.name}\0${entry.isSymbolicLink() ? readlinkSync(join(folder, entry.name)) : ""}\n`)
      .sort()
      .join("");
  }
}

function isBelow(path: string, folder: string): boolean {
  return path.startsWith(folder.endsWith(sep) ? folder : folder + sep);
}

function listManifests(folders: ReadonlySet<string>): string[] {
  return [...folders]
    .flatMap((folder) => MANIFESTS.map((name) => join(folder, name)))
    .filter((path) => existsSync(path));
}

function readContent(path: string): Buffer {
  return readFileSync(path);
}

function readManifest(path: string): Buffer {
  const content = readContent(path);
  const isSettings = !path.endsWith("package.json") && !path.includes(`${sep}${PACKAGES}${sep}`);
  if (isSettings && REACHES_ELSEWHERE.test(content.toString())) throw new Error(`${path} uses other files`);
  return content;
}
