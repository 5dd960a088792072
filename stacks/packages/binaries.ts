import { execFile } from "node:child_process";
import { existsSync, openSync, closeSync, readdirSync, readFileSync, readSync } from "node:fs";
import { createRequire } from "node:module";
import { join } from "node:path";
import { promisify } from "node:util";
import { type Platform } from "./platform";

/** How packages get files that are compiled for a platform. */

interface Manifest {
  readonly name?: string;
  readonly version?: string;
  readonly scripts?: Readonly<Record<string, string>>;
  readonly dependencies?: Readonly<Record<string, string>>;
  readonly binary?: { readonly napi_versions?: readonly number[] };
}

/** Packages that find and load a compiled file: code that requires them needs it, unless it uses `try`. */
export const LOADERS = new Set([
  "bindings",
  "node-gyp-build",
  "@mapbox/node-pre-gyp",
  "node-gyp-build-optional-packages",
]);

/** Programs that download what a package's author has compiled, with the options that name a platform. */
const DOWNLOADERS: readonly {
  readonly name: string;
  readonly file: string;
  readonly buildOptions: (platform: Platform) => string[];
}[] = [
  {
    // https://github.com/prebuild/prebuild-install
    name: "prebuild-install",
    file: "prebuild-install/bin.js",
    buildOptions: ({ os, cpu, libc = "" }) => [`--platform=${os}`, `--arch=${cpu}`, `--libc=${libc}`],
  },
  {
    // https://github.com/mapbox/node-pre-gyp
    name: "node-pre-gyp",
    file: "@mapbox/node-pre-gyp/bin/node-pre-gyp",
    buildOptions: ({ os, cpu, libc = "" }) => [
      `--target_platform=${os}`,
      `--target_arch=${cpu}`,
      `--target_libc=${libc}`,
      "--fallback-to-build=false",
    ],
  },
];

/**
 * Downloads the compiled files of a package, if it has a script that downloads them. Nothing is compiled, and no other
 * script runs: they would make files for this computer.
 *
 * @param folder the package's folder, absolute
 * @returns why it failed, in one line; undefined if it did not
 */
export async function downloadBinaries(folder: string, platform: Platform): Promise<string | undefined> {
  const { scripts = {}, binary } = readManifest(folder);
  // What follows is for computers on which the download fails.
  const [command = ""] = (scripts["install"] ?? "").split(/\|\||&&|;/);
  const [program, ...own] = command.trim().split(/\s+/);
  const downloader = DOWNLOADERS.find(({ name }) => name === program);
  if (!downloader) return undefined;
  const { file, buildOptions } = downloader;
  const options = own.filter((option) => !option.startsWith("--fallback-to-build"));
  const isNodeApi = binary?.napi_versions !== undefined || options.includes("napi");
  const isForAllVersions = isNodeApi || options.some((option) => /^(-t|--target)/.test(option));
  const target = isForAllVersions ? [] : [`--target=${platform.node}`];
  try {
    const path = createRequire(join(folder, "package.json")).resolve(file);
    await promisify(execFile)(process.execPath, [path, ...options, ...buildOptions(platform), ...target], {
      cwd: folder,
    });
    return undefined;
  } catch (error) {
    return findReason(error);
  }
}

/**
 * Whether a package works only with a file that is compiled for a platform, of its own.
 *
 * @param folder the package's folder, absolute
 */
export function needsBinary(folder: string): boolean {
  const { dependencies = {} } = readManifest(folder);
  return existsSync(join(folder, "binding.gyp")) || Object.keys(dependencies).some((name) => LOADERS.has(name));
}

/** Whether a package has a compiled file for a platform. Only Linux's files are told apart. */
export function hasBinary(folder: string, platform: Platform): boolean {
  return readdirSync(folder, { withFileTypes: true }).some((entry) => {
    const path = join(folder, entry.name);
    if (entry.isDirectory()) return entry.name !== "node_modules" && hasBinary(path, platform);
    return entry.name.endsWith(".node") && isCompiledFor(path, platform);
  });
}

/** The machine's number in a file's header: https://refspecs.linuxfoundation.org/elf/gabi4+/ch4.eheader.html */
const MACHINES: Readonly<Record<string, number>> = { x64: 62, arm64: 183 };

/** Whether a compiled file is for a platform. Only Linux's files are told apart. */
export function isCompiledFor(path: string, { os, cpu }: Platform): boolean {
  return os !== "linux" || findMachine(path) === MACHINES[cpu];
}

/** Whether a file of a package is useless on a platform: it is compiled for another processor, or not for Linux. */
export function isCompiledForOthers(path: string, platform: Platform): boolean {
  if (platform.os !== "linux") return false;
  const machine = findMachine(path);
  return machine === undefined ? /\.(node|dll|dylib|exe)$/.test(path) : machine !== MACHINES[platform.cpu];
}

/** The machine that a compiled file of Linux is for; undefined for other files. */
function findMachine(path: string): number | undefined {
  const header = Buffer.alloc(20);
  const file = openSync(path, "r");
  try {
    readSync(file, header, 0, header.length, 0);
  } finally {
    closeSync(file);
  }
  return header.toString("latin1", 0, 4) === "\x7fELF" ? header.readUInt16LE(18) : undefined;
}

function readManifest(folder: string): Manifest {
  return JSON.parse(readFileSync(join(folder, "package.json"), "utf8")) as Manifest;
}

/** Why a program failed, in one line: the first complaint of npm or one of its friends that says more than a code. */
export function findReason(error: unknown): string {
  const { stderr = "", message } = error as Error & { readonly stderr?: string };
  const complaints = stderr.split("\n").flatMap((line) => {
    const [, complaint] =
      /^(?:npm|prebuild-install|node-pre-gyp)\s+(?:error|err!|warn)\s+(?:install\s+)?(.+)/i.exec(line) ?? [];
    return complaint === undefined || /^(code|errno|syscall|path|stack|cwd) /.test(complaint) ? [] : complaint.trim();
  });
  return complaints[0] ?? message.split("\n")[0] ?? "unknown";
}
