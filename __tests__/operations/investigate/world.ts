import {
  type AlarmHistoryItem,
  CloudWatchClient,
  DescribeAlarmHistoryCommand,
  type DescribeAlarmHistoryCommandInput,
  DescribeAlarmsCommand,
  type DescribeAlarmsCommandInput,
  GetMetricDataCommand,
  type GetMetricDataCommandInput,
} from "@aws-sdk/client-cloudwatch";
import {
  CloudWatchLogsClient,
  GetQueryResultsCommand,
  StartQueryCommand,
  type StartQueryCommandInput,
  StopQueryCommand,
} from "@aws-sdk/client-cloudwatch-logs";
import {
  type FunctionConfiguration,
  GetFunctionConcurrencyCommand,
  LambdaClient,
  ListAliasesCommand,
  ListVersionsByFunctionCommand,
} from "@aws-sdk/client-lambda";
import { BatchGetTracesCommand, GetTraceSummariesCommand, type TraceSummary, XRayClient } from "@aws-sdk/client-xray";
import { mockClient } from "aws-sdk-client-mock";
import { type Diagnosed } from "../../../operations/investigate/diagnoses";
import { runOps } from "../../../operations/program";
import { QUERIES, type QueryKey, WARMING_RUNS } from "../../../model/queries";
import { makeProject, makeTfvars } from "../../support/project";
import { FakeCloudWatch } from "../report/fake-cloudwatch";

/** In milliseconds. */
export const MINUTE = 60_000;
/** In milliseconds. */
export const HOUR = 60 * MINUTE;
/** In milliseconds. */
export const DAY = 24 * HOUR;
/** What is investigated by default ends here. */
export const INVESTIGATION_NOW = Date.parse("2026-01-19T10:07:00.000Z");
/** And begins here. */
export const FROM = INVESTIGATION_NOW - HOUR;

/** Every client of these services. */
export const mockedCloudWatch = mockClient(CloudWatchClient);
const logs = mockClient(CloudWatchLogsClient);
const lambda = mockClient(LambdaClient);
const xray = mockClient(XRayClient);

/** What happens in each minute of a time. */
export interface TrafficRates {
  readonly requests?: number;
  readonly failures?: number;
  readonly milliseconds?: number;
  readonly throttles?: number;
  readonly timeouts?: number;
  /** Users' ones. */
  readonly coldStarts?: number;
  readonly initMilliseconds?: number;
  readonly memoryMb?: number;
  readonly concurrency?: number;
  readonly pings?: number;
  readonly pingFailures?: number;
}

/** A function without any trouble. */
export const NORMAL: TrafficRates = {
  requests: 10,
  milliseconds: 100,
  initMilliseconds: 400,
  memoryMb: 300,
  concurrency: 2,
  pings: 1,
};

/** A trace as X-Ray keeps it. */
export interface KeptTrace extends TraceSummary {
  readonly documents?: readonly string[];
}

/** What AWS holds of function `api` of environment `dev`, for a test to change: all is well. */
export class InvestigationWorld {
  metrics = new FakeCloudWatch();
  /** By alarm: since when it rings. */
  ringing = new Map<string, number>();
  history: AlarmHistoryItem[] = [];
  versions: FunctionConfiguration[] = [
    makeVersion("$LATEST"),
    makeVersion("41", { LastModified: "2026-01-05T10:00:00.000+0000" }),
  ];
  aliases: Record<string, string> = { live: "41", warm: "41" };
  reserved: number | undefined;
  rows: Partial<Record<QueryKey, readonly Readonly<Record<string, string>>[]>> = {};
  traces: readonly KeptTrace[] = [];
  /** Commands that AWS does not allow, by their classes' names. */
  denied = new Set<string>();
  dev: Parameters<typeof makeTfvars>[0] = { functions: 'api = { memory_mb = 512, endpoint = "iam" }' };
  /** What runs when a query waits. */
  onWait: () => void = () => undefined;
  /** The queries that were run, by log group and name. */
  asked: string[] = [];
  bytesScanned = 2_000_000;

  /** Traffic of some minutes, of a function that is deployed from here. */
  minutes(from: number, to: number, traffic: TrafficRates, name = "dev-api", alias = ":live"): this {
    const put = (namespace: string, metric: string, at: number, value: number | undefined, resource = "") => {
      if (value === undefined) return;
      const dimensions: Record<string, string> = namespace.endsWith(name) ? {} : { FunctionName: name };
      if (resource !== "") dimensions["Resource"] = name + resource;
      this.metrics.put(namespace, metric, dimensions, at, value);
    };
    for (let at = from; at < to; at += MINUTE) {
      const { requests = 0, milliseconds } = traffic;
      if (requests > 0) put("AWS/Lambda", "Invocations", at, requests, alias);
      for (let index = 0; index < requests; index++) put("AWS/Lambda", "Duration", at, milliseconds, alias);
      put("AWS/Lambda", "Errors", at, traffic.failures, alias);
      put("AWS/Lambda", "Throttles", at, traffic.throttles, alias);
      put("AWS/Lambda", "ConcurrentExecutions", at, traffic.concurrency);
      put("AWS/Lambda", "Invocations", at, traffic.pings, ":warm");
      put("Lambda/Performance", "ColdStarts", at, traffic.coldStarts);
      put("Lambda/Performance", "WarmingFailures", at, traffic.pingFailures);
      put(`Lambda/Performance/${name}`, "InitDuration", at, traffic.initMilliseconds);
      put(`Lambda/Performance/${name}`, "MaxMemoryUsed", at, traffic.memoryMb);
      put(`Lambda/Performance/${name}`, "Timeouts", at, traffic.timeouts);
    }
    return this;
  }

  /** The same traffic now, yesterday and last week. */
  always(traffic: TrafficRates): this {
    return this.before(traffic).minutes(FROM, INVESTIGATION_NOW, traffic);
  }

  /** Traffic of the same hour yesterday and last week, and of the hour before. */
  before(traffic: TrafficRates): this {
    for (const days of [1, 7]) this.minutes(FROM - days * DAY, INVESTIGATION_NOW - days * DAY, traffic);
    return this.minutes(FROM - HOUR, FROM, traffic);
  }

  /** Version 42 is published and gets the traffic. */
  deploys(at: number, facts: FunctionConfiguration = {}): this {
    this.versions.push(makeVersion("42", { LastModified: new Date(at).toISOString().replace("Z", "+0000"), ...facts }));
    this.aliases = { live: "42", warm: "42" };
    return this;
  }

  /** An alarm rings since then. */
  rings(name: string, at: number): this {
    this.ringing.set(name, at);
    this.history.push(makeStateChange(name, at, "ALARM"));
    return this;
  }
}

/** A version as Lambda lists it. */
export function makeVersion(Version: string, facts: FunctionConfiguration = {}): FunctionConfiguration {
  return {
    FunctionName: "dev-api",
    Version,
    LastModified: "2026-01-05T10:00:00.000+0000",
    MemorySize: 512,
    Timeout: 10,
    Runtime: "nodejs22.x",
    CodeSha256: `sha-of-${Version}`,
    CodeSize: 1000,
    ...facts,
  };
}

/** A change of an alarm's state as CloudWatch writes it. */
export function makeStateChange(
  AlarmName: string,
  at: number,
  to: "ALARM" | "OK",
  badSince?: number,
): AlarmHistoryItem {
  const evaluatedDatapoints = badSince === undefined ? [] : [{ timestamp: new Date(badSince).toISOString(), value: 9 }];
  return {
    AlarmName,
    Timestamp: new Date(at),
    HistoryItemType: "StateUpdate",
    HistoryData: JSON.stringify({
      version: "1.0",
      oldState: { stateValue: to === "ALARM" ? "OK" : "ALARM" },
      newState: { stateValue: to, stateReasonData: { threshold: 5, evaluatedDatapoints } },
    }),
  };
}

/** A segment of the function itself, as X-Ray keeps it. */
export function makeSegment(subsegments: readonly object[]): string {
  return JSON.stringify({ name: "dev-api", origin: "AWS::Lambda::Function", start_time: 0, end_time: 4, subsegments });
}

/** An error as the SDK throws it. */
export function makeSdkError(name: string, message: string): Error {
  return Object.assign(new Error(message), { name, $metadata: {} });
}

/** What a run of the command has told. */
export interface CommandResult {
  readonly exitCode: number;
  readonly stdout: readonly string[];
  readonly stderr: readonly string[];
}

/** Runs the command in a world. */
export async function runInvestigate(world: InvestigationWorld, ...args: readonly string[]): Promise<CommandResult> {
  answer(world);
  return startInvestigate(world, args);
}

/** Runs the command with answers that are set up already. */
export async function startInvestigate(world: InvestigationWorld, args: readonly string[]): Promise<CommandResult> {
  const stdout: string[] = [];
  const stderr: string[] = [];
  const root = makeProject({
    "environments/dev.tfvars": makeTfvars(world.dev),
    "functions/web/handler.ts": "",
  });
  const exitCode = await runOps(["investigate", "dev", ...args], {
    root,
    print: (line) => stdout.push(line),
    printAside: (line) => stderr.push(line),
    now: () => INVESTIGATION_NOW,
    wait: (_, signal) => {
      world.onWait();
      signal.throwIfAborted();
      return Promise.resolve();
    },
  });
  return { exitCode, stdout, stderr };
}

/** What scripts get of an investigation, as far as tests look at it. */
export interface InvestigationDocument {
  readonly window: { readonly from: string; readonly to: string };
  readonly isRead: boolean;
  readonly alarms?: readonly { readonly name: string; readonly isRinging: boolean; readonly threshold?: number }[];
  readonly rang: readonly string[];
  readonly changes?: { readonly differences: readonly string[]; readonly previous?: { readonly version: string } };
  readonly around?: { readonly before: { readonly failures: number }; readonly after: { readonly failures: number } };
  readonly queries: readonly {
    readonly query: string;
    readonly lines: readonly string[];
    readonly bytesScanned: number;
    readonly dollars: number;
  }[];
  readonly traces?: readonly {
    readonly id: string;
    readonly milliseconds: number;
    readonly parts: readonly { readonly name: string; readonly milliseconds: number }[];
  }[];
  readonly comparison?: Readonly<
    Record<string, { now?: number; yesterday?: number; lastWeek?: number; standsOut: boolean }>
  >;
  readonly diagnoses: readonly Diagnosed[];
  readonly unread: readonly { readonly what: string; readonly why: string }[];
  readonly metricsDollars: number;
}

/** What scripts get of an investigation. */
export async function investigateAsJson(
  world: InvestigationWorld,
  ...args: readonly string[]
): Promise<InvestigationDocument> {
  const { exitCode, stdout, stderr } = await runInvestigate(world, ...(args.length > 0 ? args : ["api"]), "--json");
  if (exitCode !== 0) throw new Error(`exit code ${exitCode}: ${stderr.join("\n")}`);
  return JSON.parse(stdout.join("\n")) as InvestigationDocument;
}

function answer(world: InvestigationWorld): void {
  for (const client of [mockedCloudWatch, logs, lambda, xray]) client.reset();
  const unless = <Input, Answer>(command: { readonly name: string }, give: (input: Input) => Answer) => {
    return (input: Input) => {
      if (world.denied.has(command.name)) throw makeSdkError("AccessDeniedException", "not authorized");
      return give(input);
    };
  };
  mockedCloudWatch.on(DescribeAlarmsCommand).callsFake(
    unless(DescribeAlarmsCommand, ({ AlarmNames = [] }: DescribeAlarmsCommandInput) => ({
      MetricAlarms: AlarmNames.map((AlarmName) => {
        const since = world.ringing.get(AlarmName);
        return {
          AlarmName,
          Threshold: 5,
          StateValue: since === undefined ? "OK" : "ALARM",
          StateReason: since === undefined ? "all fine" : "Threshold Crossed: 1 datapoint\n [50.0] was greater",
          StateTransitionedTimestamp: new Date(since ?? INVESTIGATION_NOW - 20 * DAY),
        };
      }),
    })),
  );
  mockedCloudWatch.on(DescribeAlarmHistoryCommand).callsFake(
    unless(DescribeAlarmHistoryCommand, (input: DescribeAlarmHistoryCommandInput) => ({
      AlarmHistoryItems: world.history.filter(
        ({ AlarmName, Timestamp = new Date(0) }) =>
          AlarmName === input.AlarmName &&
          Timestamp >= (input.StartDate ?? Timestamp) &&
          Timestamp <= (input.EndDate ?? Timestamp),
      ),
    })),
  );
  mockedCloudWatch
    .on(GetMetricDataCommand)
    .callsFake(unless(GetMetricDataCommand, (input: GetMetricDataCommandInput) => world.metrics.answer(input)));
  lambda.on(ListVersionsByFunctionCommand).callsFake(
    unless(ListVersionsByFunctionCommand, ({ Marker = "0" }: { Marker?: string }) => {
      const next = Number(Marker) + 2;
      const more = next < world.versions.length;
      return { Versions: world.versions.slice(Number(Marker), next), ...(more && { NextMarker: String(next) }) };
    }),
  );
  lambda.on(ListAliasesCommand).callsFake(
    unless(ListAliasesCommand, () => ({
      Aliases: Object.entries(world.aliases).map(([Name, FunctionVersion]) => ({ Name, FunctionVersion })),
    })),
  );
  lambda.on(GetFunctionConcurrencyCommand).callsFake(
    unless(GetFunctionConcurrencyCommand, () => ({
      ...(world.reserved !== undefined && { ReservedConcurrentExecutions: world.reserved }),
    })),
  );
  let running: QueryKey | undefined;
  logs.on(StartQueryCommand).callsFake(
    unless(StartQueryCommand, ({ queryString = "", logGroupNames = [] }: StartQueryCommandInput) => {
      const saved = Object.entries({ ...QUERIES, "warming-runs": { json: WARMING_RUNS } });
      const [key] = saved.find(([, texts]) => Object.values(texts).includes(queryString)) ?? [];
      running = key as QueryKey | undefined;
      world.asked.push(`${logGroupNames.join(",")} ${key ?? "unknown"}`);
      return { queryId: "query" };
    }),
  );
  let polled = 0;
  logs.on(GetQueryResultsCommand).callsFake(
    unless(GetQueryResultsCommand, () =>
      polled++ % 2 === 0
        ? { status: "Running" }
        : {
            status: "Complete",
            statistics: { bytesScanned: world.bytesScanned },
            results: ((running && world.rows[running]) ?? []).map((row) =>
              Object.entries(row).map(([field, value]) => ({ field, value })),
            ),
          },
    ),
  );
  logs.on(StopQueryCommand).resolves({});
  xray
    .on(GetTraceSummariesCommand)
    .callsFake(unless(GetTraceSummariesCommand, () => ({ TraceSummaries: [...world.traces] })));
  xray.on(BatchGetTracesCommand).callsFake(
    unless(BatchGetTracesCommand, ({ TraceIds = [] }: { TraceIds?: string[] }) => {
      if (TraceIds.length > 5) throw makeSdkError("InvalidRequestException", "too many trace ids");
      const found = world.traces.filter(({ Id = "" }) => TraceIds.includes(Id));
      return {
        Traces: found.map(({ Id, documents = [] }) => ({ Id, Segments: documents.map((Document) => ({ Document })) })),
      };
    }),
  );
}

/** The clients whose answers a test sets up by itself. */
export const clients = { cloudWatch: mockedCloudWatch, logs, lambda, xray };
