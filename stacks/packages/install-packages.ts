import { execFile } from "node:child_process";
import { createHash } from "node:crypto";
import {
  copyFileSync,
  existsSync,
  mkdirSync,
  readFileSync,
  realpathSync,
  renameSync,
  rmSync,
  writeFileSync,
} from "node:fs";
import { join, resolve } from "node:path";
import { promisify } from "node:util";
import { TemporaryFolder } from "../temporary-folder";
import { downloadBinaries, findReason, hasBinary, isCompiledForOthers, needsBinary } from "./binaries";
import { listFolder } from "./folder-files";
import { type LockedPackages, UnlockedPackage } from "./locked-packages";
import { type Platform } from "./platform";

/** Next to the cache of bundles: `npm ci` empties it, and version control ignores it. */
const CACHE = "node_modules/.cache/warmwatch/packages";

/** What identifies installed packages: the same packages for the same platform are the same files. */
export function identifyPackages({ lock }: LockedPackages, platform: Platform): string {
  const recipe = [installPackages, install, downloadBinaries, readPackages, isCompiledForOthers].join("\n");
  return createHash("sha256")
    .update(JSON.stringify([recipe, platform, lock]))
    .digest("hex");
}

/**
 * Installs packages for a platform, exactly as locked. Takes them from the project's cache if they were installed
 * before.
 *
 * @param root the project's folder
 * @returns the folder `node_modules`, absolute
 * @throws UnlockedPackage if a package cannot be downloaded, or does not exist for the platform
 */
export async function installPackages(root: string, locked: LockedPackages, platform: Platform): Promise<string> {
  mkdirSync(resolve(root, CACHE), { recursive: true });
  // npm takes a lock file below a symbolic link, as of node_modules, for another project's.
  const folder = join(realpathSync(resolve(root, CACHE)), identifyPackages(locked, platform));
  if (existsSync(folder)) return join(folder, "node_modules");
  const draft = new TemporaryFolder(`${folder}.`);
  try {
    const installed = join(draft.path, "packages");
    mkdirSync(installed);
    await install(installed, locked, platform);
    await checkBinaries(installed, locked, platform);
    try {
      renameSync(installed, folder);
    } catch (error) {
      // Another process was faster.
      if (!existsSync(folder)) throw error;
    }
  } finally {
    draft.remove();
  }
  return join(folder, "node_modules");
}

async function install(folder: string, { manifest, lock, folder: project }: LockedPackages, platform: Platform) {
  writeFileSync(join(folder, "package.json"), JSON.stringify(manifest));
  writeFileSync(join(folder, "package-lock.json"), JSON.stringify(lock));
  // Says where a project's packages come from, and how to get them.
  const settings = join(folder, ".npmrc");
  if (existsSync(join(project, ".npmrc"))) copyFileSync(join(project, ".npmrc"), settings);
  const { os, cpu, libc } = platform;
  const options = ["--ignore-scripts", "--no-audit", "--no-fund", "--no-bin-links", "--prefer-offline"];
  const target = [`--os=${os}`, `--cpu=${cpu}`, ...(libc === undefined ? [] : [`--libc=${libc}`])];
  const npm = process.env["npm_execpath"];
  const [program, first] = npm?.endsWith("npm-cli.js") === true ? [process.execPath, [npm]] : ["npm", []];
  try {
    await promisify(execFile)(program, [...first, "ci", "--prefix", folder, ...options, ...target], { cwd: folder });
  } catch (error) {
    throw new UnlockedPackage("packages that npm can install", findReason(error));
  } finally {
    rmSync(settings, { force: true });
  }
}

/** Adds compiled files that are not in the packages themselves. */
async function checkBinaries(folder: string, { required }: LockedPackages, platform: Platform): Promise<void> {
  for (const [place, { version = "", optionalDependencies }] of required) {
    const path = join(folder, place);
    const name = place.slice(place.lastIndexOf("node_modules/") + "node_modules/".length);
    const missing = (reason: string) =>
      new UnlockedPackage(`a version of ${name} with compiled files for ${platform.os}-${platform.cpu}`, reason);
    const parts = Object.keys(optionalDependencies).filter((part) => /[-/](linux|darwin|win32)-/.test(part));
    const isPartOf = (part: string) =>
      existsSync(join(folder, "node_modules", part)) || existsSync(join(path, "node_modules", part));
    if (parts.length > 0) {
      if (!parts.some(isPartOf)) throw missing(`${version}, whose parts for it are not in package-lock.json`);
    } else if (needsBinary(path) && !hasBinary(path, platform)) {
      const failure = await downloadBinaries(path, platform);
      if (!hasBinary(path, platform)) throw missing(`${version}${failure === undefined ? "" : ` (${failure})`}`);
    }
  }
}

/** The files of installed packages, by their paths in a zip: without those that are compiled for other platforms. */
export function readPackages(modules: string, platform: Platform): ReadonlyMap<string, Uint8Array> {
  const files = listFolder(modules).filter(
    ({ path, place }) => place !== ".package-lock.json" && !isCompiledForOthers(path, platform),
  );
  return new Map(files.map(({ path, place }) => [`node_modules/${place}`, readFileSync(path)]));
}
