import { execFile, spawn } from "node:child_process";
import { once } from "node:events";
import { mkdtempSync, readFileSync, rmSync } from "node:fs";
import { arch, cpus, platform, tmpdir } from "node:os";
import { join, resolve } from "node:path";
import { setTimeout as sleep } from "node:timers/promises";
import { promisify } from "node:util";

/** Something to measure: a Node.js program, which runs in a process of its own. */
export interface Contestant {
  readonly name: string;
  /** What follows `node` on the command line. */
  readonly args: readonly string[];
  /** Where it runs; here by default. */
  readonly cwd?: string;
  /** Its environment variables besides ours, given a folder that is empty at each run. */
  readonly env?: (folder: string) => Readonly<Record<string, string>>;
}

/** Several values of the same thing. */
export interface Spread {
  readonly median: number;
  readonly least: number;
  readonly most: number;
}

/** What has been measured of a contestant. */
export interface Result<Who extends Contestant = Contestant> {
  readonly contestant: Who;
  /** From start to end of the process. */
  readonly seconds: Spread;
  /** Maximum resident set size of the process, as the operating system counts it. */
  readonly megabytes: Spread;
  /** The most that it and its child processes held at one time, sampled at one run; missing where there is no `ps`. */
  readonly megabytesWithChildren: number | undefined;
}

interface Run {
  readonly seconds: number;
  readonly megabytes: number;
  readonly withChildren: number | undefined;
}

const PEAK_MEMORY_HOOK = resolve("benchmarks/peak-memory.js");
const SAMPLE_MILLISECONDS = 20;
const KIB_PER_MB = 1e6 / 1024;

/**
 * Measures contestants in turn (A B C A B C …), so that whatever else the computer does meanwhile meets all of them alike.
 * Each runs once more before, uncounted: to warm the disk's cache, and to sample its child processes, which takes time itself.
 *
 * @param folder an existing folder for what they write
 */
export async function interleave<Key extends string, Who extends Contestant>(
  contestants: Readonly<Record<Key, Who>>,
  runs: number,
  folder: string,
): Promise<Record<Key, Result<Who>>> {
  const measured = Object.entries<Who>(contestants).map(([key, contestant]) => ({
    key,
    contestant,
    runs: [] as Run[],
    withChildren: undefined as number | undefined,
  }));
  for (const entry of measured) {
    entry.withChildren = (await run(entry.contestant, folder, sampleTree)).withChildren;
  }
  for (let count = 0; count < runs; count++) {
    for (const entry of measured) entry.runs.push(await run(entry.contestant, folder));
  }
  const results = measured.map(({ key, contestant, runs, withChildren }): [string, Result<Who>] => [
    key,
    {
      contestant,
      seconds: spread(runs.map(({ seconds }) => seconds)),
      megabytes: spread(runs.map(({ megabytes }) => megabytes)),
      megabytesWithChildren: withChildren,
    },
  ]);
  return Object.fromEntries(results) as Record<Key, Result<Who>>;
}

async function run({ name, args, cwd, env }: Contestant, parent: string, sample?: typeof sampleTree): Promise<Run> {
  const folder = mkdtempSync(join(parent, "run-"));
  const peakMemoryFile = join(parent, "peak-memory");
  const ended = new AbortController();
  const start = performance.now();
  const child = spawn(process.execPath, ["--require", PEAK_MEMORY_HOOK, ...args], {
    cwd,
    env: { ...process.env, PEAK_MEMORY_FILE: peakMemoryFile, ...env?.(folder) },
    stdio: ["ignore", "ignore", "pipe"],
  });
  const stop = () => child.kill();
  process.prependOnceListener("exit", stop);
  try {
    let seconds = Number.NaN;
    child.once("exit", () => {
      seconds = (performance.now() - start) / 1000;
      ended.abort();
    });
    let complaints = "";
    child.stderr.setEncoding("utf8").on("data", (text: string) => (complaints += text));
    const sampling = child.pid === undefined ? undefined : sample?.(child.pid, ended.signal);
    await once(child, "close");
    if (child.exitCode !== 0) throw new Error(`${name} failed:\n${complaints}`);
    const megabytes = Number(readFileSync(peakMemoryFile, "utf8")) / KIB_PER_MB;
    const sampled = await sampling;
    return { seconds, megabytes, withChildren: sampled === undefined ? undefined : Math.max(sampled, megabytes) };
  } finally {
    process.off("exit", stop);
    rmSync(folder, { recursive: true, force: true });
  }
}

/** Memory that processes share, such as Node.js' own code, counts for each of them. */
async function sampleTree(root: number, ended: AbortSignal): Promise<number | undefined> {
  let peak: number | undefined;
  while (!ended.aborted) {
    const processes = await listProcesses();
    if (!processes) return undefined;
    const tree = new Set([root]);
    for (const ancestor of tree) {
      for (const { pid, parent } of processes) if (parent === ancestor) tree.add(pid);
    }
    const held = processes.filter(({ pid }) => tree.has(pid)).reduce((sum, { kib }) => sum + kib, 0);
    peak = Math.max(peak ?? 0, held / KIB_PER_MB);
    await sleep(SAMPLE_MILLISECONDS);
  }
  return peak;
}

async function listProcesses(): Promise<{ pid: number; parent: number; kib: number }[] | undefined> {
  try {
    const { stdout } = await promisify(execFile)("ps", ["-A", "-o", "pid=,ppid=,rss="]);
    return stdout
      .trim()
      .split("\n")
      .map((line) => line.trim().split(/\s+/).map(Number))
      .map(([pid = 0, parent = 0, kib = 0]) => ({ pid, parent, kib }));
  } catch {
    return undefined;
  }
}

function spread(values: readonly number[]): Spread {
  const sorted = [...values].sort((a, b) => a - b);
  const at = (index: number) => sorted[index] ?? Number.NaN;
  const middle = (sorted.length - 1) / 2;
  return { median: (at(Math.floor(middle)) + at(Math.ceil(middle))) / 2, least: at(0), most: at(sorted.length - 1) };
}

/** As in `1.23 s (1.20 to 1.41)`. */
export function showSeconds(seconds: Spread): string {
  return show(seconds, "s", 2);
}

/** As in `123 MB (120 to 141)`. */
export function showMegabytes(megabytes: Spread): string {
  return show(megabytes, "MB", 0);
}

function show({ median, least, most }: Spread, unit: string, digits: number): string {
  return `${median.toFixed(digits)} ${unit} (${least.toFixed(digits)} to ${most.toFixed(digits)})`;
}

/** Rows as lines, with cells below each other: the first column's to the left, the others' to the right. */
export function table(rows: readonly (readonly string[])[]): string {
  const columns = Math.max(...rows.map((row) => row.length));
  const widths = Array.from({ length: columns }, (_, column) =>
    Math.max(...rows.map((row) => row[column]?.length ?? 0)),
  );
  return rows
    .map((row) =>
      widths
        .map((width, column) => (row[column] ?? "")[column === 0 ? "padEnd" : "padStart"](width))
        .join("  ")
        .trimEnd(),
    )
    .join("\n");
}

/** What the numbers depend on. */
export function computer(): string {
  const processors = cpus();
  return `Node.js ${process.version}, ${platform()} ${arch()}, ${processors.length} x ${processors[0]?.model.trim() ?? "processor"}`;
}

/** Makes a folder that is gone when this process has ended, however it ends. */
export function temporaryFolder(): string {
  const folder = mkdtempSync(join(tmpdir(), "warmwatch-benchmark-"));
  process.once("exit", () => {
    rmSync(folder, { recursive: true, force: true });
  });
  for (const signal of ["SIGINT", "SIGTERM", "SIGHUP"] as const) process.once(signal, () => process.exit(1));
  return folder;
}
