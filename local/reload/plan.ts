import { basename, dirname, join, sep } from "node:path";
import { formatInfrastructureFile } from "../../environments/handler-files";
import { formatLockFile } from "../../environments/provider-lock";
import { MANIFESTS } from "../../stacks/bundle-inputs";
import { listFolders } from "./folder-watcher";

/** What changed files mean for what runs. */
export interface ReloadPlan {
  /** Whether the environment, with all its functions, is to be synthesized again. */
  readonly environment: boolean;
  /** The functions that are to be bundled again. */
  readonly functions: readonly string[];
  /** Files that count only after a restart, by their paths in the project. */
  readonly restart: readonly string[];
}

/** What runs, as far as it was made from files. */
export interface RunningSources {
  /** The project's folder, absolute and without symbolic links. */
  readonly root: string;
  readonly environment: string;
  /** The files of each function's bundle, absolute, by its name in the environment's file. */
  readonly functions: ReadonlyMap<string, readonly string[]>;
  /** Functions whose newest code cannot be bundled. */
  readonly brokenFunctions: ReadonlySet<string>;
  /** Whether the newest environment cannot run. */
  readonly isEnvironmentBroken: boolean;
}

const LOCK_FILES = ["package-lock.json", "npm-shrinkwrap.json", "yarn.lock", "pnpm-lock.yaml", "bun.lock"];

/**
 * What changed files mean. A file that no bundle has may be new and get into one: as a module that comes before another
 * one, or as one of a function's `files`. What is broken may be cured by any file.
 *
 * @param changes paths of files and folders, absolute
 */
export function planReload(changes: ReadonlySet<string>, running: RunningSources): ReloadPlan {
  const { root, functions, brokenFunctions, isEnvironmentBroken } = running;
  const own = new Map([...functions].map(([id, sources]) => [id, new Set(sources.filter(isOwn))]));
  const isKnown = (path: string) => [...own.values()].some((sources) => sources.has(path));
  const unknown = new Set([...changes].filter((path) => !isKnown(path)));
  const isAffected = (id: string, sources: ReadonlySet<string>) =>
    brokenFunctions.has(id) ||
    [...sources].some((source) => changes.has(source)) ||
    [...unknown].some((path) => mayMatter(path, sources, root));
  const infrastructure = [...functions.keys()].map((id) => join(root, formatInfrastructureFile(id)));
  const names = ["package.json", ...LOCK_FILES];
  const restart = [...changes].filter((path) => names.includes(basename(path)) || infrastructure.includes(path));
  return {
    environment: isEnvironmentBroken || [...changes].some((path) => isOfEnvironment(path, running)),
    functions: [...own].filter(([id, sources]) => isAffected(id, sources)).map(([id]) => id),
    restart: restart.map((path) => path.slice(root.length + 1)),
  };
}

/** The files, existing or not, whose changes matter. Others may matter as well. */
export function listWatchedFiles({ root, environment, functions }: RunningSources): string[] {
  return [...[...functions.values()].flat().filter(isOwn), ...listEnvironmentFiles(root, environment)];
}

/** The folders in which changes matter. */
export function listWatchedFolders(running: RunningSources): ReadonlySet<string> {
  const { root, brokenFunctions, isEnvironmentBroken } = running;
  const folders = [...new Set(listWatchedFiles(running).map((path) => dirname(path)))];
  const isBroken = isEnvironmentBroken || brokenFunctions.size > 0;
  const tops = isBroken ? [root] : [join(root, "functions"), ...folders.filter((folder) => !isInside(folder, root))];
  return new Set([root, ...folders, ...listFolders(tops)]);
}

function listEnvironmentFiles(root: string, environment: string): string[] {
  return [join(root, "environments", `${environment}.tfvars`), join(root, formatLockFile(environment))];
}

/** A mistake in another environment's file counts as well: it would keep this one from starting. */
function isOfEnvironment(path: string, { root, environment }: RunningSources): boolean {
  const files = listEnvironmentFiles(root, environment);
  const isTfvars = dirname(path) === join(root, "environments") && path.endsWith(".tfvars");
  return isTfvars || files.some((file) => isInside(path, file));
}

/** Packages do not change while an environment runs. */
function isOwn(source: string): boolean {
  return !source.includes(`${sep}node_modules${sep}`);
}

/** Whether something that is not in a bundle may change it. */
function mayMatter(path: string, sources: ReadonlySet<string>, root: string): boolean {
  // Editors write hidden files beside what is edited, again and again.
  if (basename(path).startsWith(".")) return false;
  const folder = dirname(path);
  const isManifest = MANIFESTS.includes(basename(path));
  return [...sources].some((source) => {
    const ofSource = dirname(source);
    return (
      ofSource === folder ||
      isInside(path, source) ||
      (isManifest && isInside(folder, source)) ||
      (isInside(ofSource, path) && !isInside(ofSource, root))
    );
  });
}

/** Whether a path is a folder, or in it at any depth. */
function isInside(folder: string, path: string): boolean {
  return path === folder || path.startsWith(folder.endsWith(sep) ? folder : folder + sep);
}
