import { build } from "esbuild";
import { unzipSync } from "fflate";
import { execFileSync } from "node:child_process";
import { mkdirSync, readFileSync, writeFileSync } from "node:fs";
import { join, parse, resolve } from "node:path";
import { pathToFileURL } from "node:url";
import { bundleFunctions } from "../stacks/bundle";
import {
  describeComputer,
  type Contestant,
  interleave,
  type ContestantResult,
  showSpread,
  type Spread,
  formatFigureTable,
  formatTargetRow,
  TARGET_HEADINGS,
  makeBenchmarkFolder,
} from "./measure";

const COLD_RUNS = 61;
const WARM_RUNS = 11;
const INVOCATIONS = 20_000;

/** Paths of the Node.js binaries to measure with, separated by commas, for example those of Lambda's runtimes. */
const NODES = (process.env["BENCH_NODES"] || process.execPath).split(",");

/** The maximum cost of monitoring. */
const COLD_MILLISECONDS = 1.5;
const COLD_TO_POWERTOOLS = 0.15;
const WARM_TO_POWERTOOLS = 0.35;
const MONITOR_BYTES = 5120;

/** Lambda's own runtime has already loaded these before it loads a function, so no contestant has to. */
const LOADED_BY_LAMBDA = ["assert", "http"];

/** Files in handlers/. All but the first publish the same metrics about the same work. */
const HANDLERS = {
  none: { name: "No monitoring", file: "nothing.ts" },
  ours: { name: "Warmwatch", file: "warmwatch.ts" },
  powertools: { name: "Powertools Metrics", file: "powertools.mjs" },
  middy: { name: "Powertools Metrics, middy", file: "powertools-middy.mjs" },
  embedded: { name: "aws-embedded-metrics", file: "embedded-metrics.mjs" },
  suite: { name: "Powertools Metrics, Logger, Tracer", file: "powertools-suite.mjs" },
};

type Key = keyof typeof HANDLERS;
type PerHandler<Value> = Readonly<Record<Key, Value>>;

const KEYS = Object.keys(HANDLERS) as Key[];

/** Variables that Lambda sets, and those that Powertools additionally needs. */
const ENVIRONMENT = {
  AWS_EXECUTION_ENV: "AWS_Lambda_nodejs22.x",
  AWS_LAMBDA_FUNCTION_MEMORY_SIZE: "512",
  AWS_LAMBDA_FUNCTION_NAME: "dev-api",
  AWS_LAMBDA_FUNCTION_VERSION: "1",
  AWS_LAMBDA_INITIALIZATION_TYPE: "on-demand",
  AWS_LAMBDA_LOG_FORMAT: "JSON",
  AWS_LAMBDA_LOG_GROUP_NAME: "/aws/lambda/dev-api",
  AWS_LAMBDA_LOG_STREAM_NAME: "2026/01/01/[1]0123456789abcdef0123456789abcdef",
  AWS_REGION: "eu-west-1",
  AWS_XRAY_CONTEXT_MISSING: "LOG_ERROR",
  AWS_XRAY_DAEMON_ADDRESS: "127.0.0.1:2000",
  LAMBDA_TASK_ROOT: "/var/task",
  POWERTOOLS_METRICS_NAMESPACE: "Lambda/Performance",
  POWERTOOLS_SERVICE_NAME: "dev-api",
  _HANDLER: "handler.handler",
};

type Figure = (result: ContestantResult) => Spread;

interface Bundle {
  readonly url: string;
  readonly bytes: number;
}

/** `npm run bench:monitor`: the overhead of monitoring, compared with similar tools. */
export default async function main(): Promise<void> {
  const folder = makeBenchmarkFolder();
  const bundles = mapToHandlers(await Promise.all(KEYS.map((key) => bundleHandler(HANDLERS[key].file, folder))));
  const monitorBytes = await measureMinifiedBytes("monitor.ts");
  console.log(
    `What monitoring adds to a handler that does nothing; the first row is that handler itself.\n` +
      `Medians of interleaved processes, with the least and the most: ${COLD_RUNS} cold, ${WARM_RUNS} warm.`,
  );
  for (const node of NODES) {
    console.log(`\n${describeComputer(execFileSync(node, ["--version"], { encoding: "utf8" }).trim())}\n`);
    await compare(node, bundles, monitorBytes, folder);
  }
  console.log(`
Cold    to load the bundle and to answer the first request; ${LOADED_BY_LAMBDA.join(" and ")} are loaded before, as in Lambda, or nothing is (bare)
Warm    per further request, of ${INVOCATIONS} in a process; standard output goes to a pipe that is read, or to /dev/null
Memory  the most that the process held, as the operating system counts it: cold, and with all its warm requests to a pipe
Bundle  as it is deployed: minified, but with the names of functions and classes
Log     what is written per request`);
}

async function compare(node: string, bundles: PerHandler<Bundle>, monitorBytes: number, folder: string): Promise<void> {
  const measure = (runs: number, invocations: number, stdout: Contestant["stdout"], modules = LOADED_BY_LAMBDA) =>
    interleave(listContestants(node, bundles, invocations, stdout, modules), runs, folder);
  const cold = await measure(COLD_RUNS, 0, "pipe");
  const bare = await measure(COLD_RUNS, 0, "pipe", []);
  const piped = await measure(WARM_RUNS, INVOCATIONS, "pipe");
  const discarded = await measure(WARM_RUNS, INVOCATIONS, "ignore");

  console.log(
    formatFigureTable([
      ["", "Cold", "Cold, bare", "Warm, pipe", "Warm, /dev/null", "Memory, cold", "Memory, warm", "Bundle", "Log"],
      ...KEYS.map((key) => [
        HANDLERS[key].name,
        showSpread(subtractBase(cold, key, readFigure("cold")), "ms", 2),
        showSpread(subtractBase(bare, key, readFigure("cold")), "ms", 2),
        showSpread(subtractBase(piped, key, readFigure("warm")), "us", 1),
        showSpread(subtractBase(discarded, key, readFigure("warm")), "us", 1),
        showSpread(subtractBase(cold, key, readMegabytes), "MB", 1),
        showSpread(subtractBase(piped, key, readMegabytes), "MB", 1),
        `${bundles[key].bytes} B`,
        `${(readFigure("bytes")(piped[key]).median / readFigure("invocations")(piped[key]).median).toFixed(0)} B`,
      ]),
    ]),
  );

  const ours = (results: PerHandler<ContestantResult>, figure: Figure) => subtractBase(results, "ours", figure).median;
  const share = (results: PerHandler<ContestantResult>, figure: Figure) =>
    ours(results, figure) / subtractBase(results, "powertools", figure).median;
  const { name } = HANDLERS.powertools;
  console.log();
  console.log(
    formatFigureTable([
      TARGET_HEADINGS,
      formatTargetRow("Cold, milliseconds", ours(cold, readFigure("cold")), COLD_MILLISECONDS),
      formatTargetRow(`Cold, as a share of ${name}`, share(cold, readFigure("cold")), COLD_TO_POWERTOOLS),
      formatTargetRow(`Cold, bare, as a share of ${name}`, share(bare, readFigure("cold")), COLD_TO_POWERTOOLS),
      formatTargetRow(`Warm, pipe, as a share of ${name}`, share(piped, readFigure("warm")), WARM_TO_POWERTOOLS),
      formatTargetRow("monitor() alone, minified, bytes", monitorBytes, MONITOR_BYTES, 0),
    ]),
  );
}

const readMegabytes: Figure = (result) => result.megabytes;

function readFigure(name: string): Figure {
  return ({ figures, contestant }) => {
    const figure = figures[name];
    if (!figure) throw new Error(`${contestant.name} has not told its figure ${name}`);
    return figure;
  };
}

/** The difference to the median of the handler without monitoring; for that one, the whole value. */
function subtractBase(results: PerHandler<ContestantResult>, key: Key, figure: Figure): Spread {
  const { median, least, most } = figure(results[key]);
  const base = key === "none" ? 0 : figure(results.none).median;
  return { median: median - base, least: least - base, most: most - base };
}

function listContestants(
  node: string,
  bundles: PerHandler<Bundle>,
  invocations: number,
  stdout: Contestant["stdout"],
  modules: readonly string[],
): PerHandler<Contestant> {
  return mapToHandlers(
    KEYS.map((key) => ({
      name: HANDLERS[key].name,
      node,
      args: [
        "benchmarks/invoke.mjs",
        bundles[key].url,
        String(invocations),
        ...(modules.length > 0 ? [modules.join()] : []),
      ],
      env: () => ENVIRONMENT,
      stdout,
    })),
  );
}

/** Bundles a file of handlers/ as synthesis bundles functions, and unpacks what Lambda would get. */
async function bundleHandler(file: string, folder: string): Promise<Bundle> {
  const { name } = parse(file);
  const source = join(folder, "functions", name);
  const unpacked = join(folder, "bundles", name);
  for (const path of [source, unpacked]) mkdirSync(path, { recursive: true });
  const handler = JSON.stringify(resolve("benchmarks/handlers", file));
  writeFileSync(join(source, "handler.ts"), `export { handler } from ${handler};\n`);

  const zip = (await bundleFunctions(folder, [{ name }], folder)).get(name);
  let code = "";
  for (const [path, contents] of Object.entries(unzipSync(readFileSync(zip?.zipFile ?? "")))) {
    writeFileSync(join(unpacked, path), contents);
    if (path.endsWith(".mjs")) code += Buffer.from(contents).toString();
  }
  return { url: pathToFileURL(join(unpacked, "handler.mjs")).href, bytes: Buffer.byteLength(code) };
}

/**
 * The size without the additions of a deployed bundle: the names of functions and classes, a banner, and the name of
 * its source map.
 */
async function measureMinifiedBytes(file: string): Promise<number> {
  const { outputFiles } = await build({
    entryPoints: [join("benchmarks/handlers", file)],
    write: false,
    bundle: true,
    minify: true,
    platform: "node",
    format: "esm",
    target: "node22",
  });
  return outputFiles.reduce((bytes, { contents }) => bytes + contents.length, 0);
}

/** @param values in the order of the handlers */
function mapToHandlers<Value>(values: readonly Value[]): PerHandler<Value> {
  return Object.fromEntries(KEYS.map((key, index) => [key, values[index]])) as PerHandler<Value>;
}
