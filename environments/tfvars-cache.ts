import { version as parser } from "@cdktf/hcl2json/package.json";
import { createHash } from "node:crypto";
import { existsSync, readFileSync } from "node:fs";
import { basename, join } from "node:path";
import { writeCacheFile } from "./cache-file";
import { parseTfvars, type Tfvars } from "./parse-tfvars";

interface Entry {
  readonly hash: string;
  readonly values: Tfvars["values"];
}

/**
 * Like {@link parseTfvars}, but a file that has no mistakes and has not changed since comes from the project's cache:
 * loading the parser takes longer than all else that many a command does. If the cache cannot be used, it is parsed.
 *
 * @param root the project's folder
 * @param file relative to it
 */
export async function parseTfvarsOnce(root: string, file: string, bytes: Uint8Array): Promise<Tfvars> {
  const packages = join(root, "node_modules");
  if (!existsSync(packages)) return parseTfvars(file, bytes);
  const cache = join(packages, ".cache/warmwatch/tfvars", `${basename(file)}.json`);
  const hash = createHash("sha256").update(`${parser}\n`).update(bytes).digest("hex");
  const kept = read(cache);
  if (kept?.hash === hash) return { values: kept.values, mistakes: [] };
  const parsed = await parseTfvars(file, bytes);
  if (parsed.values && parsed.mistakes.length === 0) writeCacheFile(cache, { hash, values: parsed.values });
  return parsed;
}

function read(cache: string): Entry | undefined {
  try {
    return JSON.parse(readFileSync(cache, "utf8")) as Entry;
  } catch {
    return undefined;
  }
}
