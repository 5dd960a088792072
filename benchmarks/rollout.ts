import { execFile } from "node:child_process";
import { availableParallelism } from "node:os";
import { parseArgs, promisify } from "node:util";
import { describeComputer, formatFigureTable, formatTargetRow, TARGET_HEADINGS } from "./measure";
import { FAULT_KINDS } from "./rollout/faults";
import { type Lateness } from "./rollout/late-logs";
import { measureProcesses } from "./rollout/processes/measure-processes";
import { HURTING_SHARE, type Outcome, type Score, scoreOutcomes, takeMedianScore, TOOLS } from "./rollout/score";
import { DAMAGES, listTrials, LOW_RATES, RATES, runTrial } from "./rollout/trials";

/**
 * How well rollouts find versions that do harm, and how often they blame one that does not, beside CodeDeploy: npm run
 * bench:rollout -- [--late <from>-<to> | --processes] The first option is how late lines of the log can be queried, in
 * seconds; with the second one, the real controller moves the traffic of real processes, on this computer.
 */

/** Not looked at while the limits of rollout/measures.ts were chosen. */
const SEEDS = [201, 202, 203];

const MOST_OUTPUT_BYTES = 1e9;
const DEFAULT_LATE = "5-60";

interface Outcomes {
  readonly measured: readonly Outcome[];
  readonly low: readonly Outcome[];
}

/** Resolves to the exit code. */
export default async function main(): Promise<number> {
  try {
    const { values } = parseArgs({
      args: process.argv.slice(2),
      options: {
        late: { type: "string", default: DEFAULT_LATE },
        part: { type: "string" },
        processes: { type: "boolean", default: false },
      },
    });
    if (values.processes) {
      await measureProcesses();
      return 0;
    }
    const lateness = readLateness(values.late);
    if (values.part === undefined) await measure(values.late);
    else console.log(JSON.stringify(runPart(values.part, lateness)));
    return 0;
  } catch (failure) {
    console.error(failure instanceof Error ? failure.message : failure);
    return 1;
  }
}

function readLateness(text: string): Lateness {
  const [, least, most] = /^(\d+)-(\d+)$/.exec(text) ?? [];
  const lateness = { least: Number(least), most: Number(most) };
  if (lateness.least <= lateness.most) return lateness;
  throw new Error(`--late: ${text} is not two numbers of seconds, as in ${DEFAULT_LATE}`);
}

async function measure(late: string): Promise<void> {
  const { measured, low } = await runAll(late);
  console.log(`${describeComputer()}\n`);
  console.log(`Medians of ${SEEDS.length} seeds; lines of the log are ${late} s late\n`);
  const scores = RATES.map((rate) => TOOLS.map((tool) => scoreSeeds(measured, rate, tool)));
  for (const table of [
    [
      ["", ...SCORES],
      ...RATES.flatMap((rate, index) =>
        TOOLS.map((tool, column) => [`${rate}/s, ${tool}`, ...formatScore(scores[index]?.[column])]),
      ),
    ],
    [
      ["Warmwatch, by fault: found, half of them in", ...RATES.map((rate) => `${rate}/s`)],
      ...FAULT_KINDS.map((kind) => [kind, ...RATES.map((rate) => formatKind(measured, kind, rate))]),
    ],
    [
      ["Requests a minute: found, half of them in", ...DAMAGES.map((damage) => `${100 * damage} % fail`)],
      ...LOW_RATES.map((rate) => [String(rate), ...DAMAGES.map((damage) => formatLow(low, rate, damage))]),
    ],
    [
      ["Warmwatch, all seeds together", "Missed", "Equal versions rolled back"],
      ...RATES.map((rate) => [`${rate}/s`, ...formatCounts(measured, rate)]),
    ],
    [TARGET_HEADINGS, ...RATES.flatMap((rate, index) => listTargets(rate, scores[index]?.[0]))],
  ]) {
    console.log(`${formatFigureTable(table)}\n`);
  }
}

const SCORES = [
  `Found of >= ${100 * HURTING_SHARE} %`,
  "Back: half in",
  "9 in 10",
  "All requests harmed",
  "False rollbacks",
  "Completes in",
];

function formatScore(score: Score | undefined): string[] {
  if (!score) return [];
  return [
    formatPercent(score.found),
    formatSeconds(score.secondsToGoBack.median),
    formatSeconds(score.secondsToGoBack.p90),
    `${score.harmed.toFixed(2)} %`,
    formatPercent(score.falseRollbacks),
    `${score.minutesToComplete.toFixed(1)} min`,
  ];
}

function listTargets(rate: number, score: Score | undefined): string[][] {
  if (!score) return [];
  return [
    formatTargetRow(`${rate}/s: % of versions missed that hurt at least 2 %`, 100 - score.found, 1),
    formatTargetRow(`${rate}/s: seconds until half of them are back`, score.secondsToGoBack.median, 180, 0),
    formatTargetRow(`${rate}/s: % of all requests harmed`, score.harmed, 1),
    formatTargetRow(`${rate}/s: % of equal versions rolled back`, score.falseRollbacks, 1),
  ];
}

function scoreSeeds(measured: readonly Outcome[], rate: number, tool: string): Score {
  return takeMedianScore(
    SEEDS.map((seed) =>
      scoreOutcomes(measured.filter((one) => one.seed === seed && one.ratePerSecond === rate && one.tool === tool)),
    ),
  );
}

function formatKind(measured: readonly Outcome[], kind: string, rate: number): string {
  const { hurting, found, secondsToGoBack } = scoreOutcomes(
    measured.filter((one) => one.kind === kind && one.ratePerSecond === rate && one.tool === TOOLS[0]),
  );
  return hurting === 0
    ? "-"
    : `${((found * hurting) / 100).toFixed(0)} of ${hurting}, ${formatSeconds(secondsToGoBack.median)}`;
}

function formatCounts(measured: readonly Outcome[], rate: number): string[] {
  const { hurting, found, equal, falseRollbacks } = scoreOutcomes(
    measured.filter((one) => one.ratePerSecond === rate && one.tool === TOOLS[0]),
  );
  const count = (percent: number, all: number) => `${((percent * all) / 100).toFixed(0)} of ${all}`;
  return [count(100 - found, hurting), count(falseRollbacks, equal)];
}

function formatLow(low: readonly Outcome[], requestsAMinute: number, damage: number): string {
  const { found, secondsToGoBack } = scoreOutcomes(
    low.filter(({ ratePerSecond, harmShare }) => ratePerSecond === requestsAMinute / 60 && harmShare === damage),
  );
  return `${formatPercent(found)}, ${formatSeconds(secondsToGoBack.median)}`;
}

/** In as many processes as there are processors. */
async function runAll(late: string): Promise<Outcomes> {
  const parts = availableParallelism();
  const program = process.argv[1] ?? "run.js";
  const outputs = await Promise.all(
    Array.from({ length: parts }, (_, part) =>
      promisify(execFile)(
        process.execPath,
        [program, "benchmarks/rollout.ts", "--part", `${part}/${parts}`, "--late", late],
        { maxBuffer: MOST_OUTPUT_BYTES },
      ),
    ),
  );
  const all = outputs.map(({ stdout }) => JSON.parse(stdout) as Outcomes);
  return { measured: all.flatMap(({ measured }) => measured), low: all.flatMap(({ low }) => low) };
}

/** Of every second trial, for `1/2`. */
function runPart(text: string, lateness: Lateness): Outcomes {
  const [part, parts = 1] = text.split("/").map(Number);
  const { measured, low } = listTrials(SEEDS);
  const run = (trials: typeof measured) =>
    trials.filter((_, index) => index % parts === part).flatMap((trial) => runTrial(trial, lateness));
  return { measured: run(measured), low: run(low) };
}

function formatPercent(percent: number): string {
  return Number.isNaN(percent) ? "-" : `${percent.toFixed(1)} %`;
}

function formatSeconds(seconds: number): string {
  return Number.isNaN(seconds) ? "-" : `${seconds.toFixed(0)} s`;
}
