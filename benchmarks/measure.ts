import { execFile, spawn } from "node:child_process";
import { once } from "node:events";
import { mkdtempSync, readFileSync, rmSync } from "node:fs";
import { arch, cpus, platform, tmpdir } from "node:os";
import { join, resolve } from "node:path";
import { setTimeout as sleep } from "node:timers/promises";
import { promisify } from "node:util";

/** Something to measure: a Node.js program, which runs in a separate process. */
export interface Contestant {
  readonly name: string;
  /** Path of its Node.js; by default the one that runs this program. */
  readonly node?: string;
  /** The arguments of `node`. */
  readonly args: readonly string[];
  /** Its working folder; by default this one. */
  readonly cwd?: string;
  /** Its additional environment variables, for a folder that is empty at each run. */
  readonly env?: (folder: string) => Readonly<Record<string, string>>;
  /** Where its standard output goes: nowhere by default, or into a pipe that is always read. */
  readonly stdout?: "ignore" | "pipe";
}

/** Several values of the same thing. */
export interface Spread {
  readonly median: number;
  readonly least: number;
  readonly most: number;
}

/** The measurements of a contestant. */
export interface ContestantResult<Who extends Contestant = Contestant> {
  readonly contestant: Who;
  /** From start to end of the process. */
  readonly seconds: Spread;
  /** Maximum resident set size of the process, according to the operating system. */
  readonly megabytes: Spread;
  /** Peak memory of it and its child processes, sampled in one run; missing if there is no `ps`. */
  readonly megabytesWithChildren: number | undefined;
  /** The program's `globalThis.figures`, and `bytes`, the length of its standard output, if that is read. */
  readonly figures: Readonly<Record<string, Spread>>;
}

interface Run {
  readonly seconds: number;
  readonly megabytes: number;
  readonly figures: Readonly<Record<string, number>>;
  readonly withChildren: number | undefined;
}

const FIGURES_HOOK = resolve("benchmarks/figures.js");
const SAMPLE_MILLISECONDS = 20;
const KIB_PER_MB = 1e6 / 1024;

/**
 * Measures contestants in turn (A B C A B C …), so that other work of the computer affects all of them equally. Each
 * first runs once more, uncounted: to warm the disk's cache, and to sample its child processes, which takes time
 * itself.
 *
 * @param folder an existing folder for their output
 */
export async function interleave<Key extends string, Who extends Contestant>(
  contestants: Readonly<Record<Key, Who>>,
  runs: number,
  folder: string,
): Promise<Record<Key, ContestantResult<Who>>> {
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
  const results = measured.map(({ key, contestant, runs, withChildren }): [string, ContestantResult<Who>] => [
    key,
    {
      contestant,
      seconds: computeSpread(runs.map(({ seconds }) => seconds)),
      megabytes: computeSpread(runs.map(({ megabytes }) => megabytes)),
      megabytesWithChildren: withChildren,
      figures: computeSpreads(runs.map(({ figures }) => figures)),
    },
  ]);
  return Object.fromEntries(results) as Record<Key, ContestantResult<Who>>;
}

async function run(
  { name, node = process.execPath, args, cwd, env, stdout = "ignore" }: Contestant,
  parent: string,
  sample?: typeof sampleTree,
): Promise<Run> {
  const folder = mkdtempSync(join(parent, "run-"));
  const figuresFile = join(parent, "figures.json");
  const ended = new AbortController();
  const start = performance.now();
  const child = spawn(node, ["--require", FIGURES_HOOK, ...args], {
    cwd,
    env: { ...process.env, FIGURES_FILE: figuresFile, ...env?.(folder) },
    stdio: ["ignore", stdout, "pipe"],
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
    child.stderr?.setEncoding("utf8").on("data", (text: string) => (complaints += text));
    let bytes = 0;
    child.stdout?.on("data", ({ length }: Buffer) => (bytes += length));
    const sampling = child.pid === undefined ? undefined : sample?.(child.pid, ended.signal);
    await once(child, "close");
    if (child.exitCode !== 0) throw new Error(`${name} failed:\n${complaints}`);
    const told = JSON.parse(readFileSync(figuresFile, "utf8")) as { maxRSS: number; figures: Record<string, number> };
    const megabytes = told.maxRSS / KIB_PER_MB;
    const sampled = await sampling;
    return {
      seconds,
      megabytes,
      figures: child.stdout ? { ...told.figures, bytes } : told.figures,
      withChildren: sampled === undefined ? undefined : Math.max(sampled, megabytes),
    };
  } finally {
    process.off("exit", stop);
    rmSync(folder, { recursive: true, force: true });
  }
}

/** Shared memory, such as Node.js' own code, counts for each of the processes. */
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

function computeSpreads(runs: readonly Readonly<Record<string, number>>[]): Record<string, Spread> {
  const names = Object.keys(runs[0] ?? {});
  return Object.fromEntries(
    names.map((name) => [name, computeSpread(runs.map((figures) => figures[name] ?? Number.NaN))]),
  );
}

function computeSpread(values: readonly number[]): Spread {
  const sorted = [...values].sort((a, b) => a - b);
  const at = (index: number) => sorted[index] ?? Number.NaN;
  const middle = (sorted.length - 1) / 2;
  return { median: (at(Math.floor(middle)) + at(Math.ceil(middle))) / 2, least: at(0), most: at(sorted.length - 1) };
}

/** As in `1.23 s (1.20 to 1.41)`. */
export function showSeconds(seconds: Spread): string {
  return showSpread(seconds, "s", 2);
}

/** As in `123 MB (120 to 141)`. */
export function showMegabytes(megabytes: Spread): string {
  return showSpread(megabytes, "MB", 0);
}

/** As in `123 KB (120 to 141)`, with this many decimals. */
export function showSpread({ median, least, most }: Spread, unit: string, digits: number): string {
  return `${median.toFixed(digits)} ${unit} (${least.toFixed(digits)} to ${most.toFixed(digits)})`;
}

/** Rows as lines with aligned cells: the first column is left-aligned, the others are right-aligned. */
export function formatFigureTable(rows: readonly (readonly string[])[]): string {
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

/** Header of a table of targets. */
export const TARGET_HEADINGS = ["Target", "Measured", "At most", "Met"];

/** Row of a table of targets. */
export function formatTargetRow(what: string, measured: number, limit: number, digits = 2): string[] {
  return [what, measured.toFixed(digits), limit.toFixed(digits), measured <= limit ? "yes" : "no"];
}

/** What the numbers depend on. */
export function describeComputer(version = process.version): string {
  const processors = cpus();
  return `Node.js ${version}, ${platform()} ${arch()}, ${processors.length} x ${processors[0]?.model.trim() ?? "processor"}`;
}

/** Makes a folder that is removed when this process ends, for any reason. */
export function makeBenchmarkFolder(): string {
  const folder = mkdtempSync(join(tmpdir(), "warmwatch-benchmark-"));
  process.once("exit", () => {
    rmSync(folder, { recursive: true, force: true });
  });
  for (const signal of ["SIGINT", "SIGTERM", "SIGHUP"] as const) process.once(signal, () => process.exit(1));
  return folder;
}
