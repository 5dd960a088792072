import { readFileSync } from "node:fs";
import { setTimeout as sleep } from "node:timers/promises";
import { type LocalLambda, startLambda } from "../local/lambda/start-lambda";
import { runClosedLoop } from "./local/closed-loop";
import { type ServerContestant, startContestant, type Started } from "./local/server";
import { describeComputer, formatFigureTable } from "./measure";

const ROUNDS = 5;
const SECONDS = 2;
const CONNECTIONS = 8;
const STARTS = 15;
const TOGETHER = 100;
const TOGETHER_ROUNDS = 3;

const formatInvokePath = (name: string) => `/2015-03-31/functions/${name}/invocations`;

const CONTESTANTS: readonly ServerContestant[] = [
  {
    name: "Warmwatch",
    instance: "a process, frozen in between",
    args: () => ["run.js", "benchmarks/local/warmwatch.ts"],
    path: formatInvokePath("api"),
    body: "{}",
  },
  {
    name: "serverless-offline",
    instance: "a worker thread",
    args: (port) => [
      "node_modules/serverless/bin/serverless.js",
      "offline",
      "--host=127.0.0.1",
      `--lambdaPort=${port}`,
      "--httpPort=0",
    ],
    cwd: "benchmarks/local",
    path: formatInvokePath("measured-dev-api"),
    body: "{}",
  },
  {
    name: "lambda-local",
    instance: "the server itself",
    args: (port) => ["benchmarks/local/lambda-local.js", String(port)],
    path: "/",
    body: '{"event":{}}',
  },
];

const FUNCTION = { name: "api", codeFolder: "benchmarks/local/function", memoryMb: 128, timeoutSeconds: 60 };

/** `npm run bench:local`: the local Lambda, compared with similar tools. */
export default async function main(): Promise<void> {
  console.log(`A function that does nothing, on Lambda as it is on this computer, medians.
${describeComputer()}
`);
  await compare();
  const starts = await startOneByOne();
  const rounds = [];
  for (let count = 0; count < TOGETHER_ROUNDS; count++) rounds.push(await startTogether());
  console.log(`
From an instance's spawn to its first answer: ${findMedian(starts).toFixed(0)} ms (${Math.min(...starts).toFixed(0)} to ${Math.max(...starts).toFixed(0)}, ${STARTS} times).

${TOGETHER} instances at once, ${TOGETHER_ROUNDS} times:`);
  console.log(
    formatFigureTable([
      ["", "All have answered after", "Processes", "Memory in all", "Of each"],
      ...rounds.map(({ milliseconds, pids, megabytes }, index) => [
        `Round ${index + 1}`,
        `${(milliseconds / 1000).toFixed(2)} s`,
        `${pids} of ${TOGETHER}`,
        `${megabytes.toFixed(0)} MB`,
        `${(megabytes / pids).toFixed(1)} MB`,
      ]),
    ]),
  );
  if (rounds.some(({ pids }) => pids !== TOGETHER)) {
    throw new Error(`${TOGETHER} requests at once did not get a process each`);
  }
}

/** In turn (A B C A B C …), so that other work of the computer affects all of them equally. */
async function compare(): Promise<void> {
  const measured = [];
  const servers: Started[] = [];
  try {
    for (const contestant of CONTESTANTS) {
      const server = await startContestant(contestant);
      servers.push(server);
      // Warm-up: instances start, and the server's code is compiled.
      await load(server, CONNECTIONS);
      measured.push({ server, perSecond: [] as number[], milliseconds: [] as number[], instances: new Set<number>() });
    }
    for (let count = 0; count < ROUNDS; count++) {
      for (const { server, perSecond, milliseconds, instances } of measured) {
        milliseconds.push((await load(server, 1)).milliseconds);
        const answered = await load(server, CONNECTIONS);
        perSecond.push(answered.perSecond);
        answered.pids.forEach((pid) => instances.add(pid));
      }
    }
    console.log(
      formatFigureTable([
        ["", "An instance is", "Requests a second", "Warm round trip", "Server", "Each instance"],
        ...measured.map(({ server: { contestant, pid }, perSecond, milliseconds, instances }) => {
          const others = [...instances].filter((instance) => instance !== pid);
          return [
            contestant.name,
            contestant.instance,
            findMedian(perSecond).toFixed(0),
            `${findMedian(milliseconds).toFixed(2)} ms`,
            `${readProportionalMb(pid).toFixed(0)} MB`,
            others.length === 0 ? "within" : `${findMedian(others.map(readProportionalMb)).toFixed(1)} MB`,
          ];
        }),
      ]),
    );
  } finally {
    await Promise.all(servers.map((server) => server.stop()));
  }
}

function load({ url, contestant }: Started, connections: number) {
  return runClosedLoop(url, contestant.body, connections, SECONDS);
}

/** Each time with a new version, which has no instance yet. */
async function startOneByOne(): Promise<number[]> {
  return runWithLambda(async (lambda) => {
    const starts: number[] = [];
    for (let count = 0; count < STARTS; count++) {
      lambda.deploy({ ...FUNCTION, version: String(count + 2) });
      const startedAt = performance.now();
      await lambda.invoke(FUNCTION.name, undefined, {});
      starts.push(performance.now() - startedAt);
      await sleep(100);
    }
    return starts;
  });
}

async function startTogether() {
  return runWithLambda(async (lambda) => {
    const startedAt = performance.now();
    const answers = await Promise.all(Array.from({ length: TOGETHER }, () => lambda.invoke(FUNCTION.name, "1", {})));
    const milliseconds = performance.now() - startedAt;
    const pids = new Set(answers.map(({ payload }) => (JSON.parse(payload) as { readonly pid: number }).pid));
    const megabytes = [...pids].reduce((sum, pid) => sum + readProportionalMb(pid), 0);
    return { milliseconds, pids: pids.size, megabytes };
  });
}

async function runWithLambda<Result>(use: (lambda: LocalLambda) => Promise<Result>): Promise<Result> {
  const lambda = await startLambda({ functions: [{ ...FUNCTION, version: "1" }] });
  try {
    return await use(lambda);
  } finally {
    await lambda.close();
  }
}

/**
 * The memory of a process, with its share of shared memory: Pss, in megabytes; NaN if unknown.
 * https://docs.kernel.org/filesystems/proc.html
 */
function readProportionalMb(pid: number): number {
  try {
    const [, kilobytes] = /^Pss:\s+(\d+) kB$/m.exec(readFileSync(`/proc/${pid}/smaps_rollup`, "utf8")) ?? [];
    return Number(kilobytes) / 1024;
  } catch {
    return NaN;
  }
}

function findMedian(values: readonly number[]): number {
  return values.toSorted((a, b) => a - b)[Math.floor(values.length / 2)] ?? NaN;
}
