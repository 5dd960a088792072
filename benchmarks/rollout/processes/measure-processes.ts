import { setTimeout as sleep } from "node:timers/promises";
import { buildLambdaMetrics } from "../../../local/cloudwatch/lambda-metrics";
import { delayMetrics } from "./late-metrics";
import { LogStore } from "../../../local/cloudwatch/log-store";
import { createMetricStore } from "../../../local/cloudwatch/metric-data";
import { type InvocationResult } from "../../../local/lambda/execution-environment";
import { type LocalLambda, startLambda } from "../../../local/lambda/start-lambda";
import { ControllerEndpoint } from "../../../local/rollouts/controller-endpoint";
import { parseRolloutRecord } from "../../../local/rollouts/rollout-record";
import { MEASURE_KEYS, type RolloutPlan, type RolloutRecord, type StartRequest } from "../../../rollout/contract";
import { bundleHandler } from "../../bundle-handler";
import { describeComputer, formatFigureTable, makeBenchmarkFolder } from "../../measure";
import { FAULT_KINDS, type FaultKind } from "../faults";
import { EVENT_KINDS, FAULTY_FUNCTION, USUAL_MILLISECONDS } from "./faulty-function";

/**
 * Rollouts with the real controller, the real warmer, and functions in real processes under load. Only CloudWatch and
 * DynamoDB are made up: logs and metrics come as late as CloudWatch has them.
 */

const OLD = "1";
const NEW = "2";
const CONTROLLER = "rollout-controller";
const WARMER = "warmer";

/** How late a line of a log can be found by a query, and a metric can be read. */
const LATE_MILLISECONDS = { logs: 5000, metrics: 90_000 };

/** So many instances of the old version start, and have all requests for so long: what is usual is known then. */
const BEFORE = { instances: 8, milliseconds: 10_000 };

/** Shorter than anybody would choose, so that all of this takes five minutes at most. */
const PLAN: RolloutPlan = {
  percents: [10, 100],
  stepSeconds: 25,
  bakeSeconds: 20,
  maximumSeconds: 80,
  judgedBy: MEASURE_KEYS,
  tooFewRequests: "proceed",
};

type Tried = FaultKind | "none";

/** What is rolled out at the same time: no more than two cores serve in time. */
const BATCHES: readonly { readonly perSecond: number; readonly faults: readonly Tried[] }[] = [
  { perSecond: 5, faults: ["none", ...FAULT_KINDS] },
  { perSecond: 50, faults: ["none", ...FAULT_KINDS.slice(0, 4)] },
  { perSecond: 50, faults: FAULT_KINDS.slice(4) },
];

/** Nothing that a request of the old version would have met. */
const HARM = {
  milliseconds: (FAULTY_FUNCTION.slowFactor - 0.5) * USUAL_MILLISECONDS,
  initMilliseconds: 0.8 * FAULTY_FUNCTION.initMilliseconds,
};

const NO_PRICE = { perSecond: 0, perRequest: 0 };

/** One rollout, as its users saw it. */
interface Experience {
  readonly fault: Tried;
  readonly perSecond: number;
  readonly functionName: string;
  requestsOfNew: number;
  harmed: number;
  /** Milliseconds since 1970. */
  firstHarmAt?: number;
  /** When the new version had lost its requests again. */
  endedAt?: number;
  /** The controller's last record. */
  end?: RolloutRecord;
}

/** Runs every fault at every rate, and prints what happened. Takes less than five minutes. */
export async function measureProcesses(): Promise<void> {
  const folder = makeBenchmarkFolder();
  const [controller, warmer, faulty] = await Promise.all(
    ["../../functions/rollout-controller/handler.ts", "../../functions/warmer/handler.ts", "faulty.ts"].map((file) =>
      bundleHandler(file, folder),
    ),
  );
  const code = { controller: controller?.folder ?? "", warmer: warmer?.folder ?? "", faulty: faulty?.folder ?? "" };
  const startedAt = performance.now();
  const all: Experience[] = [];
  for (const { perSecond, faults } of BATCHES) all.push(...(await runBatch(perSecond, faults, code)));
  print(all, (performance.now() - startedAt) / 1000);
}

interface CodeFolders {
  readonly controller: string;
  readonly warmer: string;
  readonly faulty: string;
}

async function runBatch(perSecond: number, faults: readonly Tried[], code: CodeFolders): Promise<Experience[]> {
  const experiences = faults.map((fault): Experience => {
    const functionName = `${fault.replaceAll(/\W+/g, "-")}-${perSecond}`;
    return { fault, perSecond, functionName, requestsOfNew: 0, harmed: 0 };
  });
  const find = (name: string) => experiences.find(({ functionName }) => functionName === name);
  const logs = new LogStore(LATE_MILLISECONDS.logs);
  const metrics = createMetricStore();
  const endpoint = new ControllerEndpoint({
    queryLogs: (logGroups, query, window) => logs.query(logGroups, query, window, Date.now()),
    metrics: delayMetrics(metrics, LATE_MILLISECONDS.metrics, Date.now),
    readAlarms: () => ({}),
  });
  const lambda = await startLambda({
    functions: [],
    answerOther: endpoint.answer,
    onLog: (line, functionName, logStreamName) => {
      logs.add(formatLogGroup(functionName), { at: Date.now(), logStreamName, line });
      const record = functionName === CONTROLLER ? parseRolloutRecord(line) : undefined;
      const experience = find(record?.functionName ?? "");
      if (!experience || record?.event !== "end") return;
      experience.end = record;
      if (record.percent === 0) experience.endedAt = Date.now();
    },
    onInvocation: (invocation) => {
      // Only throttles are asked for.
      const ofAlias = buildLambdaMetrics(invocation, Date.now()).filter(
        ({ dimensions }) => "Resource" in dimensions && !("ExecutedVersion" in dimensions),
      );
      metrics.add(ofAlias.filter(({ name }) => name === "Throttles" || name === "Invocations"));
    },
  });
  const load = new AbortController();
  try {
    deployControllers(lambda, endpoint, code);
    for (const { functionName, fault } of experiences) deployVersions(lambda, functionName, fault, code.faulty);
    for (const { functionName } of experiences) {
      await Promise.all(Array.from({ length: BEFORE.instances }, () => lambda.invoke(functionName, "live", {})));
    }
    const sending = experiences.map((experience) => sendRequests(lambda, experience, load.signal));
    await sleep(BEFORE.milliseconds);
    await Promise.all(experiences.map(({ functionName }) => rollOut(lambda, functionName)));
    load.abort();
    await Promise.all(sending);
  } finally {
    load.abort();
    await lambda.close();
  }
  return experiences;
}

function deployControllers(
  lambda: LocalLambda,
  endpoint: ControllerEndpoint,
  { controller, warmer }: CodeFolders,
): void {
  const environment = {
    AWS_ACCESS_KEY_ID: "made-up",
    AWS_SECRET_ACCESS_KEY: "made-up",
    AWS_ENDPOINT_URL_LAMBDA: lambda.url,
    ...endpoint.buildVariables(lambda.url),
    ROLLOUTS_TABLE: "rollouts",
  };
  const common = { version: "1", memoryMb: 512, timeoutSeconds: 900, environment };
  lambda.deploy({ ...common, name: CONTROLLER, codeFolder: controller });
  lambda.deploy({ ...common, name: WARMER, codeFolder: warmer });
}

function deployVersions(lambda: LocalLambda, name: string, fault: Tried, codeFolder: string): void {
  const { memoryMb, timeoutSeconds } = FAULTY_FUNCTION;
  const common = { name, codeFolder, memoryMb, timeoutSeconds };
  lambda.deploy({ ...common, version: OLD, aliases: ["live", "warm"] });
  lambda.deploy({ ...common, version: NEW, environment: { FAULT: fault } });
}

/** Sends requests evenly, whether or not earlier ones were answered. */
async function sendRequests(lambda: LocalLambda, experience: Experience, signal: AbortSignal): Promise<void> {
  const open = new Set<Promise<void>>();
  let due = performance.now();
  for (let count = 0; !signal.aborted; count++) {
    const sent = sendRequest(lambda, experience, EVENT_KINDS[count % EVENT_KINDS.length] ?? "").finally(() =>
      open.delete(sent),
    );
    open.add(sent);
    due += 1000 / experience.perSecond;
    await sleep(Math.max(0, due - performance.now()));
  }
  await Promise.all(open);
}

async function sendRequest(lambda: LocalLambda, experience: Experience, kind: string): Promise<void> {
  const sentAt = Date.now();
  const result = await lambda.invoke(experience.functionName, "live", { kind });
  if (result.executedVersion !== NEW) return;
  experience.requestsOfNew++;
  if (!isHarmed(result)) return;
  experience.harmed++;
  experience.firstHarmAt = Math.min(experience.firstHarmAt ?? sentAt, sentAt);
}

function isHarmed({ functionError, payload, initMilliseconds = 0 }: InvocationResult): boolean {
  if (functionError !== undefined || initMilliseconds > HARM.initMilliseconds) return true;
  return (JSON.parse(payload) as { readonly milliseconds: number }).milliseconds > HARM.milliseconds;
}

/** Resolves when the rollout has ended, however. */
async function rollOut(lambda: LocalLambda, functionName: string): Promise<void> {
  const target = { functionName, qualifier: NEW, version: NEW, concurrency: 2, price: NO_PRICE };
  const request: StartRequest = {
    action: "start",
    version: NEW,
    plan: PLAN,
    subject: {
      functionName,
      logGroup: formatLogGroup(functionName),
      publishesMetrics: true,
      memoryMb: FAULTY_FUNCTION.memoryMb,
      timeoutSeconds: FAULTY_FUNCTION.timeoutSeconds,
      alarms: [],
      warming: { warmer: WARMER, request: { strategy: "gate", targets: [target], price: NO_PRICE } },
    },
  };
  await lambda.invoke(CONTROLLER, undefined, request);
}

function formatLogGroup(functionName: string): string {
  return `/aws/lambda/${functionName}`;
}

function print(all: readonly Experience[], seconds: number): void {
  const { percents, stepSeconds, bakeSeconds } = PLAN;
  console.log(`Rollouts with the real controller and real processes: ${percents.join(" %, then ")} % of the requests, a step of ${stepSeconds} s, judged for ${bakeSeconds} s more.
Logs can be read after ${LATE_MILLISECONDS.logs / 1000} s and metrics after ${LATE_MILLISECONDS.metrics / 1000} s. All of this took ${seconds.toFixed(0)} s.
${describeComputer(process.version)}
`);
  const headings = [
    "Fault",
    "Requests/s",
    "Outcome",
    "Because of",
    "Harmed",
    "Of the new version's",
    "First harm to none",
  ];
  console.log(formatFigureTable([headings, ...all.map(formatRow)]));
}

function formatRow({ fault, perSecond, harmed, requestsOfNew, firstHarmAt, endedAt, end }: Experience): string[] {
  const seconds = firstHarmAt !== undefined && endedAt !== undefined ? (endedAt - firstHarmAt) / 1000 : undefined;
  return [
    fault,
    String(perSecond),
    end?.status.replace("_", " ") ?? "not ended",
    end?.status === "rolled_back" && end.findings.length === 0
      ? "out of time"
      : (end?.findings.map(({ measure }) => measure).join(", ") ?? ""),
    String(harmed),
    String(requestsOfNew),
    seconds === undefined ? "" : `${seconds.toFixed(0)} s`,
  ];
}
