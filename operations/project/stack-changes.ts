import { execFile } from "node:child_process";
import { existsSync, readdirSync, readFileSync } from "node:fs";
import { dirname, join, resolve } from "node:path";
import { promisify } from "node:util";
import { TemporaryFolder } from "../../stacks/temporary-folder";

/** The package's program. */
export const PROGRAM = "bin.js";

/** What a new version changes in one environment, by resource addresses. */
export interface StackChanges {
  readonly environment: string;
  readonly added: readonly string[];
  readonly changed: readonly string[];
  readonly removed: readonly string[];
}

/** Resources by address, as JSON. */
type Resources = ReadonlyMap<string, string>;

/** The comparison's result, or why there is none: a line for each version that cannot synthesize the project. */
export interface Comparison {
  readonly changes: readonly StackChanges[];
  readonly failures: readonly string[];
  /** Whether the new version can synthesize it. */
  readonly isReady: boolean;
}

/**
 * Compares what two versions of this package make of a project, each of its own state of the files.
 *
 * @param before the older version's program
 * @param after the newer one's
 * @param update brings the files up to date
 */
export async function compareStacks(
  root: string,
  before: string,
  after: string,
  update: () => Promise<unknown>,
): Promise<Comparison> {
  const folder = new TemporaryFolder(join(root, "cdktf.out."));
  try {
    const older = await synthesizeBy(root, before, join(folder.path, "before"));
    await update();
    const newer = await synthesizeBy(root, after, join(folder.path, "after"));
    const isReady = typeof newer !== "string";
    if (typeof older !== "string" && isReady) {
      const changes = [...newer].map(([name, resources]) => compare(name, older.get(name), resources));
      return { changes, failures: [], isReady };
    }
    const failures = Object.entries({ "the installed version": older, "the new version": newer });
    return {
      changes: [],
      failures: failures.flatMap(([version, failure]) =>
        typeof failure === "string" ? [`${version} cannot synthesize the project: ${failure}`] : [],
      ),
      isReady,
    };
  } finally {
    folder.remove();
  }
}

/** Returns the resources by environment, or the line that says why it fails. */
async function synthesizeBy(
  root: string,
  program: string,
  outdir: string,
): Promise<ReadonlyMap<string, Resources> | string> {
  try {
    const env = { ...process.env, CDKTF_OUTDIR: outdir };
    await promisify(execFile)(process.execPath, [program, "synth"], { cwd: root, env });
    const stacks = join(outdir, "stacks");
    return new Map(readdirSync(stacks).map((name) => [name, readResources(join(stacks, name, "cdk.tf.json"))]));
  } catch (error) {
    const { stderr = "", message } = error as Error & { readonly stderr?: string };
    const lines = (stderr.trim() || message).split("\n");
    // A crash begins with a place in the code.
    return lines.find((line) => /^\w*Error( \[\w+\])?: /.test(line)) ?? lines[0] ?? message;
  }
}

function readResources(file: string): Resources {
  if (!existsSync(file)) return new Map();
  const { resource = {} } = JSON.parse(readFileSync(file, "utf8")) as {
    readonly resource?: Readonly<Record<string, Readonly<Record<string, unknown>>>>;
  };
  return new Map(
    Object.entries(resource).flatMap(([type, named]) =>
      Object.entries(named).map(([name, block]): [string, string] => [`${type}.${name}`, JSON.stringify(block)]),
    ),
  );
}

function compare(environment: string, older: Resources = new Map(), newer: Resources): StackChanges {
  const addresses = [...newer.keys()];
  return {
    environment,
    added: addresses.filter((address) => !older.has(address)),
    changed: addresses.filter((address) => older.has(address) && older.get(address) !== newer.get(address)),
    removed: [...older.keys()].filter((address) => !newer.has(address)),
  };
}

/** The program of the version that the project has installed, where Node.js would look for it. */
export function findInstalled(root: string): string | undefined {
  for (let folder = resolve(root); ; folder = dirname(folder)) {
    const program = join(folder, "node_modules/warmwatch", PROGRAM);
    if (existsSync(program)) return program;
    if (folder === dirname(folder)) return undefined;
  }
}
