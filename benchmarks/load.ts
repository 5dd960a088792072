import { spawn } from "node:child_process";
import { once } from "node:events";
import { createInterface } from "node:readline";
import { listLatencies } from "../operations/load/figures";
import { generateConstantRate, isLate, OpenLoop } from "../operations/load/open-loop";
import { sortAscending, computePercentile } from "../operations/load/statistics";
import { HttpSender } from "../operations/http/http-sender";
import { describeComputer, formatFigureTable, formatTargetRow, TARGET_HEADINGS } from "./measure";

const ROUNDS = 5;
const WARM_UP_SECONDS = 1;
const FLOOR_REQUESTS = 500;

/** The judged percentiles, and the maximum, which a single busy moment of the computer decides. */
const JUDGED_PERCENTS = [50, 90, 99];
const PERCENTS = [...JUDGED_PERCENTS, 100];

/** A percentile is correct if it is off by at most the larger of these. */
const TOLERANCE = { milliseconds: 1, share: 0.02 };

interface Scenario {
  readonly name: string;
  /** Milliseconds, in sequence, repeated. */
  readonly delays: readonly number[];
  readonly ratePerSecond: number;
  readonly seconds: number;
  readonly stall?: { readonly request: number; readonly milliseconds: number };
}

/** A hundred approximately exponential delays, 40 ms on average, in an order that mixes short and long ones. */
const MIXED = Array.from({ length: 100 }, (_, index) => -40 * Math.log(1 - (((index * 37) % 100) + 0.5) / 100));

const SCENARIOS: readonly Scenario[] = [
  { name: "Answers at once, 200/s", delays: [0], ratePerSecond: 200, seconds: 5 },
  { name: "20 ms, 200/s", delays: [20], ratePerSecond: 200, seconds: 5 },
  { name: "0.2 to 212 ms, 200/s", delays: MIXED, ratePerSecond: 200, seconds: 5 },
  { name: "0.2 to 212 ms, 500/s", delays: MIXED, ratePerSecond: 500, seconds: 5 },
  {
    name: "20 ms, 100/s, a stall of 1.5 s",
    delays: [20],
    ratePerSecond: 100,
    seconds: 10,
    stall: { request: 300, milliseconds: 1500 },
  },
];

/** The result of one round for one percentile. */
interface Percentile {
  readonly truth: number;
  readonly measured: number;
}

interface Round {
  readonly percentiles: readonly Percentile[];
  readonly lateSends: number;
  /** The apparent latency of the fastest server. */
  readonly floorMilliseconds: number;
}

/** `npm run bench:load`: the accuracy of the load tester, compared with known values. */
export default async function main(): Promise<void> {
  const rounds = SCENARIOS.map((): Round[] => []);
  for (let count = 0; count < ROUNDS; count++) {
    for (const [index, scenario] of SCENARIOS.entries()) rounds[index]?.push(await measure(scenario));
  }
  console.log(`Latencies that the load tester tells, and what the server did to those requests, medians of ${ROUNDS} rounds.
${describeComputer()}
`);
  const judged = SCENARIOS.map((scenario, index) => judge(scenario, rounds[index] ?? []));
  console.log(
    formatFigureTable([
      ["", ...PERCENTS.flatMap((percent) => [formatPercentile(percent), "truth", "off by"]), "Sent late"],
      ...judged.map(({ cells }) => cells),
    ]),
  );
  const floors = rounds.flat().map(({ floorMilliseconds }) => floorMilliseconds);
  console.log(`
A request that is answered at once takes ${findMedian(floors).toFixed(2)} ms when nothing else is asked; that is part of the truth.
`);
  console.log(
    formatFigureTable([
      TARGET_HEADINGS,
      ...judged.map(({ name, worst }) =>
        formatTargetRow(`${name}: off by, in terms of 1 ms or ${100 * TOLERANCE.share} %`, worst, 1),
      ),
    ]),
  );
}

/** For each percentile: medians of the reported value, of the true value, and of their difference in the same round. */
function judge({ name }: Scenario, rounds: readonly Round[]) {
  const computeMedian = (value: (round: Round) => number) => findMedian(rounds.map(value));
  const cells = [name];
  let worst = 0;
  for (const [index, percent] of PERCENTS.entries()) {
    const of = ({ percentiles }: Round): Percentile => percentiles[index] ?? { truth: NaN, measured: NaN };
    const truth = computeMedian((round) => of(round).truth);
    const off = computeMedian((round) => Math.abs(of(round).measured - of(round).truth));
    if (JUDGED_PERCENTS.includes(percent)) {
      worst = Math.max(worst, off / Math.max(TOLERANCE.milliseconds, TOLERANCE.share * truth));
    }
    cells.push(computeMedian((round) => of(round).measured).toFixed(1), truth.toFixed(1), `${off.toFixed(2)} ms`);
  }
  const lateSends = rounds.reduce((sum, round) => sum + round.lateSends, 0);
  return { name, worst, cells: [...cells, String(lateSends)] };
}

async function measure(scenario: Scenario): Promise<Round> {
  const { delays, stall, ratePerSecond, seconds } = scenario;
  const child = spawn(
    process.execPath,
    ["benchmarks/load/server.js", JSON.stringify(delays), JSON.stringify(stall ?? null)],
    { stdio: ["ignore", "pipe", "inherit"] },
  );
  const stop = () => child.kill();
  process.prependOnceListener("exit", stop);
  try {
    const [port] = (await once(createInterface(child.stdout), "line")) as [string];
    const url = new URL(`http://127.0.0.1:${port}/`);
    const floorMilliseconds = await measureFloor(url);
    const sender = new HttpSender(url, () => Promise.resolve({}));
    // The stall must affect counted requests.
    await load(sender, ratePerSecond, Math.min(WARM_UP_SECONDS, (stall?.request ?? Infinity) / ratePerSecond / 2));
    await askServer(url);
    const loop = await load(sender, ratePerSecond, seconds);
    sender.close();
    const { took, stalledMilliseconds } = await askServer(url);
    const measured = listLatencies(loop.requests);
    if (took.length !== measured.length)
      throw new Error(`${measured.length} requests were sent, ${took.length} arrived`);
    const stalledAt = stall?.request ?? Infinity;
    // While the server stalls, it does not even see arrivals.
    const unseen = (index: number) =>
      index > stalledAt ? Math.max(0, stalledMilliseconds - ((index - stalledAt) * 1000) / ratePerSecond) : 0;
    const truth = sortAscending(took.map((milliseconds, index) => milliseconds + unseen(index) + floorMilliseconds));
    return {
      floorMilliseconds,
      lateSends: loop.requests.filter(isLate).length,
      percentiles: PERCENTS.map((percent) => ({
        truth: computePercentile(truth, percent) ?? NaN,
        measured: computePercentile(measured, percent) ?? NaN,
      })),
    };
  } finally {
    process.off("exit", stop);
    if (child.exitCode === null && child.kill()) await once(child, "exit");
  }
}

async function load(sender: HttpSender, ratePerSecond: number, seconds: number): Promise<OpenLoop> {
  const loop = new OpenLoop(() => sender.send(), new AbortController().signal);
  await loop.run(generateConstantRate(ratePerSecond, seconds), 0, loop.now);
  await loop.settle();
  const failed = loop.requests.find(({ ending }) => ending?.status !== 200);
  if (failed) throw new Error(`a request failed: ${JSON.stringify(failed)}`);
  return loop;
}

/** The round trip, including Node.js on both sides: the median of sequential requests that are answered at once. */
async function measureFloor(url: URL): Promise<number> {
  const sender = new HttpSender(new URL("/took", url), () => Promise.resolve({}));
  const milliseconds: number[] = [];
  for (let count = 0; count < FLOOR_REQUESTS; count++) {
    const startedAt = performance.now();
    await sender.send();
    milliseconds.push(performance.now() - startedAt);
  }
  sender.close();
  return findMedian(milliseconds);
}

async function askServer(
  url: URL,
): Promise<{ readonly took: readonly number[]; readonly stalledMilliseconds: number }> {
  const response = await fetch(new URL("/took", url), { headers: { connection: "close" } });
  return (await response.json()) as { took: number[]; stalledMilliseconds: number };
}

function formatPercentile(percent: number): string {
  return percent === 100 ? "longest" : `p${percent}`;
}

function findMedian(values: readonly number[]): number {
  return computePercentile(sortAscending(values), 50) ?? NaN;
}
