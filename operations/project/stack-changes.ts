import { execFile } from "node:child_process";
import { existsSync, readdirSync, readFileSync } from "node:fs";
import { join } from "node:path";
import { promisify } from "node:util";
import { TemporaryFolder } from "../../stacks/temporary-folder";
import { OperationFailure } from "../cli/operation-failure";

/** What a new version changes in one environment, by resource addresses. */
export interface StackChanges {
  readonly environment: string;
  readonly added: readonly string[];
  readonly changed: readonly string[];
  readonly removed: readonly string[];
}

/** Resources by address, as JSON. */
type Resources = ReadonlyMap<string, string>;

/**
 * Compares what two versions of this package make of a project. Writes nothing into the project.
 *
 * @param before the older version's program
 * @param after the newer one's
 * @throws OperationFailure if one of them cannot synthesize the project
 */
export async function compareStacks(root: string, before: string, after: string): Promise<StackChanges[]> {
  const folder = new TemporaryFolder(join(root, "cdktf.out."));
  try {
    const older = await synthesizeBy(root, before, join(folder.path, "before"));
    const newer = await synthesizeBy(root, after, join(folder.path, "after"));
    return [...newer].map(([environment, resources]) => compare(environment, older.get(environment), resources));
  } finally {
    folder.remove();
  }
}

async function synthesizeBy(root: string, program: string, outdir: string): Promise<ReadonlyMap<string, Resources>> {
  try {
    const env = { ...process.env, CDKTF_OUTDIR: outdir };
    await promisify(execFile)(process.execPath, [program, "synth"], { cwd: root, env });
  } catch (error) {
    const { stderr = "", message } = error as Error & { readonly stderr?: string };
    throw new OperationFailure(`${program} synth failed: ${stderr.trim() || message}`);
  }
  const stacks = join(outdir, "stacks");
  return new Map(readdirSync(stacks).map((name) => [name, readResources(join(stacks, name, "cdk.tf.json"))]));
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
