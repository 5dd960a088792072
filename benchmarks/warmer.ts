import { writeFileSync } from "node:fs";
import { createServer, request } from "node:http";
import { type AddressInfo } from "node:net";
import { join } from "node:path";
import { setTimeout as sleep } from "node:timers/promises";
import { type WarmingRecord, type WarmingRequest } from "../warming/contract";
import { type LocalLambda, startLambda } from "../local/lambda/start-lambda";
import { bundleHandler } from "./bundle-handler";
import { describeComputer, formatFigureTable, formatTargetRow, TARGET_HEADINGS, makeBenchmarkFolder } from "./measure";

const SIZES = [1, 3, 10, 50];
const chooseRounds = (instances: number) => (instances <= 10 ? 100 : 10);

/**
 * What lies between a warmer and Lambda: each call arrives this much later, more or less. On one computer nothing would
 * spread the arrivals.
 */
const NETWORK_MILLISECONDS = 45;

/** Calls that nobody waits for may still be under way when a round has ended. */
const STRAGGLERS_MILLISECONDS = 200;

/** At sizes up to 10: rounds that have to reach as many instances as asked. */
const SHARE_OF_ROUNDS = 0.99;
/** Of a round over 10 warm instances, in terms of its hold. */
const ROUND_TO_HOLD = 2;

/** One round of pings: what it took, and what it says of itself. */
type Round = (
  lambda: LocalLambda,
  instances: number,
) => Promise<{ readonly holdMilliseconds?: number; readonly repeated?: boolean }>;

interface Contestant {
  readonly name: string;
  readonly file: string;
  readonly round: Round;
}

const CONTESTANTS: readonly Contestant[] = [
  { name: "Warmwatch", file: "pinged.ts", round: warmWithWarmwatch },
  { name: "lambda-warmer", file: "lambda-warmer.mjs", round: warmWithLambdaWarmer },
  { name: "serverless-plugin-warmup", file: "plugin-warmup.mjs", round: warmWithPlugin },
];

interface Measured {
  readonly name: string;
  readonly instances: number;
  readonly first: { readonly distinct: number; readonly milliseconds: number };
  /** Of the rounds over instances that are warm. */
  readonly complete: number;
  readonly fewest: number;
  readonly milliseconds: number;
  readonly holdMilliseconds: number | undefined;
}

/** `npm run bench:warmer`: what a round of warming costs, beside its peers. */
export default async function main(): Promise<void> {
  const folder = makeBenchmarkFolder();
  const warmer = await bundleHandler("../../functions/warmer/handler.ts", folder);
  const measured: Measured[] = [];
  const starts = new Map<number, number>();
  for (const instances of SIZES) {
    for (const contestant of CONTESTANTS) measured.push(await measure(contestant, instances, warmer.folder, folder));
    starts.set(instances, await startTogether(instances, folder));
  }
  console.log(`Rounds of pings on Lambda as it is on this computer, each call up to ${NETWORK_MILLISECONDS} ms late, as by a network.
${describeComputer(process.version)}
`);
  console.log(
    formatFigureTable([
      ["Instances", "", "First round", "", "Starting them anyway", "Warm: all reached", "Fewest", "Round", "Hold"],
      ...measured.map((one) => [
        String(one.instances),
        one.name,
        `${one.first.distinct} of ${one.instances}`,
        `${one.first.milliseconds.toFixed(0)} ms`,
        `${(starts.get(one.instances) ?? NaN).toFixed(0)} ms`,
        `${one.complete} of ${chooseRounds(one.instances)}`,
        String(one.fewest),
        `${one.milliseconds.toFixed(0)} ms`,
        one.holdMilliseconds === undefined ? "" : `${one.holdMilliseconds.toFixed(0)} ms`,
      ]),
    ]),
  );
  console.log();
  const ours = measured.filter(({ name }) => name === "Warmwatch");
  const small = ours.filter(({ instances }) => instances <= 10);
  const ten = ours.find(({ instances }) => instances === 10);
  console.log(
    formatFigureTable([
      TARGET_HEADINGS,
      formatTargetRow(
        "Rounds that miss an instance, of 100, at most 10 instances",
        Math.max(...small.map(({ complete, instances }) => chooseRounds(instances) - complete)),
        100 * (1 - SHARE_OF_ROUNDS),
      ),
      formatTargetRow(
        "A round over 10 warm instances, in holds",
        (ten?.milliseconds ?? NaN) / (ten?.holdMilliseconds ?? NaN),
        ROUND_TO_HOLD,
      ),
    ]),
  );
  console.log(`
The warmer's package has ${warmer.bytes} bytes. Its cold start here: ${(await measureWarmerStart(warmer.folder, folder)).toFixed(0)} ms.`);
}

async function measure(
  { name, file, round }: Contestant,
  instances: number,
  warmerFolder: string,
  folder: string,
): Promise<Measured> {
  const { folder: codeFolder } = await bundleHandler(file, folder);
  return runWithLambda({ codeFolder, warmerFolder, folder }, async (lambda, served) => {
    const once = async () => {
      served.clear();
      const startedAt = performance.now();
      const told = await round(lambda, instances);
      const milliseconds = performance.now() - startedAt;
      await sleep(STRAGGLERS_MILLISECONDS);
      return { ...told, distinct: served.size, milliseconds };
    };
    const first = await once();
    // Those that were not reached have to be there, or a warm round would start them.
    while (lambda.listInstances("pinged").length < instances) {
      await Promise.all(Array.from({ length: instances }, () => lambda.invoke("pinged", "warm", {})));
    }
    const all = [];
    for (let count = 0; count < chooseRounds(instances); count++) all.push(await once());
    return {
      name,
      instances,
      first,
      complete: all.filter(({ distinct, repeated }) => distinct >= instances && !repeated).length,
      fewest: Math.min(...all.map(({ distinct }) => distinct)),
      milliseconds: findMedian(all.map(({ milliseconds }) => milliseconds)),
      holdMilliseconds:
        all[0]?.holdMilliseconds === undefined
          ? undefined
          : findMedian(all.map(({ holdMilliseconds = 0 }) => holdMilliseconds)),
    };
  });
}

async function warmWithWarmwatch(lambda: LocalLambda, instances: number) {
  const price = { perSecond: 0, perRequest: 0 };
  const request: WarmingRequest = {
    strategy: "scheduled",
    targets: [{ functionName: "pinged", qualifier: "warm", concurrency: instances, price }],
    price,
  };
  const { payload } = await lambda.invoke("warmer", undefined, request);
  const [result] = (JSON.parse(payload) as WarmingRecord).targets;
  if (!result || result.failures.length > 0) throw new Error(`the warmer failed: ${payload}`);
  return { holdMilliseconds: result.holdMilliseconds, repeated: result.invocations > instances };
}

async function warmWithLambdaWarmer(lambda: LocalLambda, instances: number) {
  await lambda.invoke("pinged", "warm", { warmer: true, concurrency: instances });
  return {};
}

/** Its warmer calls as many times as instances are to be warm, all at the same time. */
async function warmWithPlugin(lambda: LocalLambda, instances: number) {
  await Promise.all(
    Array.from({ length: instances }, async () => {
      await sleep(Math.random() * NETWORK_MILLISECONDS);
      return lambda.invoke("pinged", "warm", { source: "serverless-plugin-warmup" });
    }),
  );
  return {};
}

/** How long it takes to start so many environments at once, whoever asks. */
async function startTogether(instances: number, folder: string): Promise<number> {
  const { folder: codeFolder } = await bundleHandler("pinged.ts", folder);
  return runWithLambda({ codeFolder, warmerFolder: codeFolder, folder }, async (lambda) => {
    const startedAt = performance.now();
    await Promise.all(Array.from({ length: instances }, () => lambda.invoke("pinged", "live", {})));
    return performance.now() - startedAt;
  });
}

/** From an invocation that finds no environment to the answer to a request that asks for no work. */
async function measureWarmerStart(warmerFolder: string, folder: string): Promise<number> {
  return runWithLambda({ codeFolder: warmerFolder, warmerFolder, folder }, async (lambda) => {
    const startedAt = performance.now();
    await lambda.invoke("warmer", undefined, {});
    return performance.now() - startedAt;
  });
}

interface Folders {
  readonly codeFolder: string;
  readonly warmerFolder: string;
  readonly folder: string;
}

async function runWithLambda<Result>(
  { codeFolder, warmerFolder, folder }: Folders,
  use: (lambda: LocalLambda, served: Set<string>) => Promise<Result>,
): Promise<Result> {
  const served = new Set<string>();
  const network = createServer((incoming, outgoing) => {
    setTimeout(() => {
      const { method, url = "", headers } = incoming;
      const forwarded = request(lambda.url + url, { method, headers }, (answer) => {
        outgoing.writeHead(answer.statusCode ?? 500, answer.headers);
        answer.pipe(outgoing);
      });
      incoming.pipe(forwarded);
    }, Math.random() * NETWORK_MILLISECONDS);
  });
  await new Promise<void>((done) => network.listen(0, "127.0.0.1", done));
  const credentials = join(folder, "credentials");
  writeFileSync(credentials, "[default]\naws_access_key_id = made-up\naws_secret_access_key = made-up\n");
  const environment = {
    AWS_ENDPOINT_URL_LAMBDA: `http://127.0.0.1:${(network.address() as AddressInfo).port}`,
    AWS_SHARED_CREDENTIALS_FILE: credentials,
  };
  const common = { version: "1", memoryMb: 512, timeoutSeconds: 60, environment };
  const lambda = await startLambda({
    functions: [
      { ...common, name: "pinged", codeFolder, aliases: ["warm", "live"] },
      { ...common, name: "warmer", codeFolder: warmerFolder },
    ],
    onLog: (line) => {
      const [, process] = /served by (\d+)/.exec(line) ?? [];
      if (process !== undefined) served.add(process);
    },
  });
  try {
    return await use(lambda, served);
  } finally {
    await lambda.close();
    network.closeAllConnections();
    network.close();
  }
}

function findMedian(values: readonly number[]): number {
  return values.toSorted((a, b) => a - b)[Math.floor(values.length / 2)] ?? NaN;
}
