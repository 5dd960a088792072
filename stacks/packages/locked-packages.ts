import { existsSync, readFileSync, realpathSync } from "node:fs";
import { dirname, join, posix, relative, resolve, sep } from "node:path";
import * as z from "zod";
import { type Platform } from "./platform";
import { parseJson } from "../../environments/parse-json";

const LOCK_FILE = "package-lock.json";

/** Lock files of other package managers, whose packages npm would get in other versions. */
const FOREIGN_LOCK_FILES = ["yarn.lock", "pnpm-lock.yaml", "bun.lock", "bun.lockb"];

const names = z.union([z.string().transform((one) => [one]), z.array(z.string())]);
const ranges = z.record(z.string(), z.string()).default({});

/** https://docs.npmjs.com/cli/configuring-npm/package-lock-json#packages */
const lockedPackage = z.looseObject({
  name: z.string().optional(),
  version: z.string().optional(),
  resolved: z.string().optional(),
  link: z.boolean().default(false),
  os: names.optional(),
  cpu: names.optional(),
  libc: names.optional(),
  dependencies: ranges,
  optionalDependencies: ranges,
  peerDependencies: ranges,
  peerDependenciesMeta: z.record(z.string(), z.object({ optional: z.boolean().optional() })).default({}),
});

const lockFile = z.object({
  lockfileVersion: z.literal([2, 3]),
  packages: z.record(z.string(), z.looseObject({})),
});

type LockedPackage = z.output<typeof lockedPackage>;

/** A package with everything that it needs, as a lock file says. */
export interface LockedPackages {
  /** The manifest and the lock file of a project that has just these packages. */
  readonly manifest: object;
  readonly lock: object;
  /** The folder of the lock file that they come from, absolute. */
  readonly folder: string;
  /** Packages that must not be missing, by their folders in the project. */
  readonly required: ReadonlyMap<string, LockedPackage>;
}

/** Why packages cannot be taken from a lock file: an expectation, and what there is instead. */
export class UnlockedPackage extends Error {
  constructor(
    readonly expected: string,
    readonly got: string,
  ) {
    super(`expected ${expected}, got ${got}`);
  }
}

/**
 * Selects packages from the nearest lock file.
 *
 * @param root the project's folder
 * @param folder where the function is, absolute
 * @throws UnlockedPackage if the lock file does not have them
 */
export function selectLockedPackages(
  root: string,
  folder: string,
  wanted: readonly string[],
  platform: Platform,
): LockedPackages {
  const file = findLockFile(root, folder);
  const parsed = lockFile.safeParse(parseJson(readFileSync(file, "utf8")));
  if (!parsed.success) throw new UnlockedPackage(`${LOCK_FILE} as npm 7 or later writes it`, "another file");
  const project = dirname(file);
  const start = relative(project, folder).split(sep).join(posix.sep);
  return new Selection(project, parsed.data.packages, platform).select(start, wanted);
}

function findLockFile(root: string, folder: string): string {
  for (let each = folder; ; each = dirname(each)) {
    if (existsSync(join(each, LOCK_FILE))) return join(each, LOCK_FILE);
    const foreign = FOREIGN_LOCK_FILES.find((name) => existsSync(join(each, name)));
    if (foreign !== undefined) {
      const place = relative(realpathSync(root), each).split(sep).join(posix.sep) || ".";
      throw new UnlockedPackage(`a ${LOCK_FILE}, as npm install --package-lock-only writes it in ${place}`, foreign);
    }
    if (each === dirname(each)) {
      throw new UnlockedPackage(`a ${LOCK_FILE} of npm in the function's folder or above`, "none");
    }
  }
}

class Selection {
  /** By folder in the lock file's project; whether it is required. */
  private readonly chosen = new Map<string, boolean>();
  private readonly specifiers: Record<string, string> = {};

  constructor(
    private readonly project: string,
    private readonly packages: Readonly<Record<string, object>>,
    private readonly platform: Platform,
  ) {}

  select(start: string, wanted: readonly string[]): LockedPackages {
    for (const name of wanted) {
      const place = this.find(start, name);
      if (place === undefined) throw new UnlockedPackage(`a package in ${LOCK_FILE}`, JSON.stringify(name));
      const found = this.read(place);
      if (found.link) throw new UnlockedPackage("a package that npm downloads, not a folder", JSON.stringify(name));
      this.specifiers[name] = this.formatSpecifier(found);
      this.choose(place, true);
    }
    const packages: Record<string, object> = {};
    const required = new Map<string, LockedPackage>();
    for (const [place, isRequired] of [...this.chosen].sort(([a], [b]) => (a < b ? -1 : 1))) {
      // Packages of a workspace's own are at the top here.
      const own = place.slice(place.indexOf("node_modules/"));
      if (own in packages) throw new UnlockedPackage(`one version of ${own.slice("node_modules/".length)}`, "two");
      packages[own] = this.rewrite(place, isRequired);
      if (isRequired) required.set(own, this.read(place));
    }
    const manifest = { name: "packages", version: "1.0.0", private: true, dependencies: this.specifiers };
    const lock = { ...manifest, lockfileVersion: 3, requires: true, packages: { "": manifest, ...packages } };
    return { manifest, lock, folder: this.project, required };
  }

  /** Where Node.js finds a package from a folder of the project. */
  private find(from: string, name: string): string | undefined {
    for (let folder = from; ; folder = posix.dirname(folder)) {
      const isTop = folder === "" || folder === ".";
      const place = isTop ? `node_modules/${name}` : `${folder}/node_modules/${name}`;
      if (place in this.packages) return place;
      if (isTop) return undefined;
    }
  }

  private read(place: string): LockedPackage {
    return lockedPackage.parse(this.packages[place]);
  }

  private choose(place: string, isRequired: boolean): void {
    const before = this.chosen.get(place);
    if (before === true || before === isRequired) return;
    const found = this.read(place);
    if (!isRequired && !fits(found, this.platform)) return;
    this.chosen.set(place, isRequired);
    const follow = (name: string, isNeeded: boolean) => {
      const next = this.find(place, name);
      if (next !== undefined) this.choose(next, isNeeded);
    };
    for (const name of Object.keys(found.dependencies)) {
      if (!(name in found.optionalDependencies)) follow(name, isRequired);
    }
    for (const name of Object.keys(found.optionalDependencies)) follow(name, false);
    for (const name of Object.keys(found.peerDependencies)) {
      if (found.peerDependenciesMeta[name]?.optional !== true) follow(name, isRequired);
    }
  }

  /** An entry as it is in a lock file that has only what is chosen. */
  private rewrite(place: string, isRequired: boolean): object {
    const entry: Record<string, unknown> = { ...this.packages[place] };
    const { resolved, optionalDependencies } = this.read(place);
    for (const flag of ["dev", "devOptional", "optional", "peer", "extraneous"]) Reflect.deleteProperty(entry, flag);
    if (!isRequired) entry["optional"] = true;
    if (resolved?.startsWith("file:") === true) entry["resolved"] = this.formatFile(resolved);
    entry["optionalDependencies"] = Object.fromEntries(
      Object.entries(optionalDependencies).filter(([name]) => {
        const found = this.find(place, name);
        return found !== undefined && this.chosen.has(found);
      }),
    );
    return entry;
  }

  private formatSpecifier({ name, version = "", resolved = "" }: LockedPackage): string {
    if (resolved.startsWith("file:")) return this.formatFile(resolved);
    if (/^git/.test(resolved)) return resolved;
    return name === undefined ? version : `npm:${name}@${version}`;
  }

  private formatFile(resolved: string): string {
    return `file:${resolve(this.project, resolved.slice("file:".length))}`;
  }
}

/** Whether a package is for a platform, by npm's rules. */
export function fits({ os, cpu, libc }: Pick<LockedPackage, "os" | "cpu" | "libc">, platform: Platform): boolean {
  const accepts = (list: readonly string[] | undefined, value: string | undefined) => {
    if (list === undefined || value === undefined) return true;
    const allowed = list.filter((each) => !each.startsWith("!"));
    return !list.includes(`!${value}`) && (allowed.length === 0 || allowed.includes(value) || allowed.includes("any"));
  };
  return accepts(os, platform.os) && accepts(cpu, platform.cpu) && accepts(libc, platform.libc);
}
