import { build } from "esbuild";
import { readFileSync, rmSync } from "node:fs";
import { join, resolve } from "node:path";
import { copyProject, generateProject } from "./generated-project";
import {
  describeComputer,
  type Contestant,
  interleave,
  type ContestantResult,
  showMegabytes,
  showSeconds,
  formatFigureTable,
  formatTargetRow,
  TARGET_HEADINGS,
  makeBenchmarkFolder,
} from "./measure";

const RUNS = 7;
const GROWTH_RUNS = 5;

/** Environments, and functions in each of them. */
const SIZES = [
  { environments: 3, functions: 1 },
  { environments: 10, functions: 10 },
  { environments: 10, functions: 50 },
];

/** The maximum cost of synthesis, as a multiple of the others'. */
const TIME_TO_CDK = 0.3;
const MEMORY_TO_CDK = 0.35;
const TIME_TO_FLOOR = 2.5;

/** `npm run bench:synth`: the cost of synthesis, compared with plain cdktf and similar tools. */
export default async function main(): Promise<void> {
  const folder = makeBenchmarkFolder();
  console.log(`${describeComputer()}. Medians of interleaved runs, with the least and the most.\n`);
  await compare(folder);
  await measureGrowth(folder);
}

/** The included environments, compared with the same in AWS CDK and with the minimum of cdktf. */
async function compare(folder: string): Promise<void> {
  const fresh = join(folder, "fresh");
  copyProject(fresh);
  const results = await interleave(
    {
      ours: makeWarmwatchContestant("Warmwatch"),
      first: emptyCacheBefore(fresh, makeWarmwatchContestant("Warmwatch, first time")),
      monitored: makeCdkContestant("AWS CDK, monitored", ["monitored"], true),
      monitoredUnchecked: makeCdkContestant("AWS CDK, monitored, unchecked", ["monitored"], false),
      plain: makeCdkContestant("AWS CDK", [], true),
      plainUnchecked: makeCdkContestant("AWS CDK, unchecked", [], false),
      floor: { name: "cdktf, one empty stack", args: ["benchmarks/floor.js"], env: setOutdir },
      bundling: emptyCacheBefore(fresh, await compileBundling(folder)),
      node: { name: "Node.js, empty program", args: ["--eval", ""] },
    },
    RUNS,
    folder,
  );
  const { ours, first, monitored, monitoredUnchecked, floor, bundling, node } = results;
  const time = (other: ContestantResult, own: ContestantResult = ours) => own.seconds.median / other.seconds.median;
  const memory = (other: ContestantResult) => ours.megabytes.median / other.megabytes.median;

  console.log(`Synthesis of dev, staging and prod with one function each, ${RUNS} runs\n`);
  console.log(
    formatFigureTable([
      ["", "Time", "Memory", "With children", "Warmwatch's time", "Warmwatch's memory"],
      ...Object.values<ContestantResult>(results).map((result) => [
        result.contestant.name,
        showSeconds(result.seconds),
        showMegabytes(result.megabytes),
        result.megabytesWithChildren === undefined ? "unknown" : `${result.megabytesWithChildren.toFixed(0)} MB`,
        ...(result === ours ? [] : [`x ${time(result).toFixed(2)}`, `x ${memory(result).toFixed(2)}`]),
      ]),
    ]),
  );
  console.log(`
first time     without a cache of bundles, as after npm ci; otherwise with that of the run before. AWS CDK bundles in each run,
               also into a folder that holds what it bundled before
monitored      with cdk-monitoring-constructs' dashboard of the function
unchecked      with CDK_VALIDATION=false: without the check of the templates that AWS CDK makes by default since 2.262
Memory         the most that the program's own process held, as the operating system counts it
With children  the most that it and its child processes (esbuild, npx) held together, sampled at one run
`);

  const bundlingSeconds = bundling.seconds.median - node.seconds.median;
  const floorLimit = TIME_TO_FLOOR * floor.seconds.median + bundlingSeconds;
  const againstCdk = (other: ContestantResult) => [
    formatTargetRow(`Time, as a share of ${other.contestant.name}`, time(other), TIME_TO_CDK),
    formatTargetRow(`Time of the first run, as a share of ${other.contestant.name}`, time(other, first), TIME_TO_CDK),
    formatTargetRow(`Memory, as a share of ${other.contestant.name}`, memory(other), MEMORY_TO_CDK),
  ];
  console.log(
    formatFigureTable([
      TARGET_HEADINGS,
      ...againstCdk(monitored),
      ...againstCdk(monitoredUnchecked),
      formatTargetRow(
        `Seconds, ${TIME_TO_FLOOR} x ${floor.contestant.name} + ${bundlingSeconds.toFixed(2)} s of bundling`,
        ours.seconds.median,
        floorLimit,
      ),
    ]),
  );
}

function makeWarmwatchContestant(name: string, cwd?: string): Contestant {
  const { app } = JSON.parse(readFileSync("cdktf.json", "utf8")) as { app: string };
  return { name, args: app.split(" ").slice(1), cwd, env: setOutdir };
}

function setOutdir(folder: string): Record<string, string> {
  return { CDKTF_OUTDIR: folder };
}

function makeCdkContestant(name: string, args: readonly string[], checked: boolean): Contestant {
  return {
    name,
    args: ["benchmarks/cdk-app.js", ...args],
    env: (folder) => ({ CDK_OUTDIR: folder, CDK_VALIDATION: String(checked) }),
  };
}

/** In a project whose cache is emptied before each run. */
function emptyCacheBefore(project: string, contestant: Contestant): Contestant {
  const { env = () => ({}) } = contestant;
  return {
    ...contestant,
    cwd: project,
    env: (folder) => {
      rmSync(join(project, "node_modules/.cache"), { recursive: true, force: true });
      return env(folder);
    },
  };
}

/**
 * Compiled beforehand, so that starting esbuild counts as bundling, which it does not in a program that run.js runs.
 */
async function compileBundling(folder: string): Promise<Contestant> {
  const outfile = join(folder, "bundling.cjs");
  await build({
    entryPoints: ["benchmarks/bundling.ts"],
    outfile,
    bundle: true,
    packages: "external",
    platform: "node",
    target: "node20",
  });
  const env = (output: string) => ({ ...setOutdir(output), NODE_PATH: resolve("node_modules") });
  return { name: "Bundling, with Node.js' start", args: [outfile], env };
}

/** Projects of growing size. What each further function costs tells how synthesis grows, apart from its start. */
async function measureGrowth(folder: string): Promise<void> {
  const projects = SIZES.map(({ environments, functions }) => {
    const name = `${environments} environments x ${functions}`;
    const project = join(folder, name.replaceAll(" ", "-"));
    generateProject(project, environments, functions);
    return { ...makeWarmwatchContestant(name, project), functions: environments * functions };
  });
  const byName = Object.fromEntries(projects.map((project) => [project.name, project]));
  const results = Object.values(await interleave(byName, GROWTH_RUNS, folder));

  console.log(`\nGrowth: generated projects, ${GROWTH_RUNS} runs\n`);
  console.log(
    formatFigureTable([
      ["", "Functions", "Time", "Memory", "Per function", "Per further function"],
      ...results.map(({ contestant: { name, functions }, seconds, megabytes }, index) => {
        const before = results[index - 1];
        return [
          name,
          String(functions),
          showSeconds(seconds),
          showMegabytes(megabytes),
          formatMilliseconds(seconds.median / functions),
          before
            ? formatMilliseconds((seconds.median - before.seconds.median) / (functions - before.contestant.functions))
            : "",
        ];
      }),
    ]),
  );
  console.log(`
Functions             each counts once per environment; their bundles come out of the cache
Per further function  of the time beyond the row above: growth is linear where it stays the same`);
}

function formatMilliseconds(seconds: number): string {
  return `${(seconds * 1000).toFixed(1)} ms`;
}
