import {
  CloudWatchClient,
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
} from "@aws-sdk/client-cloudwatch-logs";
import {
  ConditionalCheckFailedException,
  DynamoDBClient,
  GetItemCommand,
  PutItemCommand,
  ScanCommand,
  UpdateItemCommand,
} from "@aws-sdk/client-dynamodb";
import {
  GetAliasCommand,
  type GetAliasCommandInput,
  InvokeCommand,
  type InvokeCommandInput,
  LambdaClient,
  UpdateAliasCommand,
  type UpdateAliasCommandInput,
} from "@aws-sdk/client-lambda";
import { jest } from "@jest/globals";
import { mockClient } from "aws-sdk-client-mock";
import { AsyncLocalStorage } from "node:async_hooks";
import { handler } from "../../../functions/rollout-controller/handler";
import { compileInsightsQuery, type StoredLine } from "../../../local/cloudwatch/insights/query";
import { LambdaServiceError } from "../../../local/lambda/service-errors";
import { type ItemOperation, ItemTable } from "../../../local/rollouts/item-table";
import { findBucket } from "../../../rollout/histogram";
import { type RolloutPlan, type RolloutState, type RolloutSubject, type StartRequest } from "../../../rollout/contract";
import { type WarmingRequest } from "../../../warming/contract";
import { Stdout } from "../../support/lambda";

const NAME = "prod-api";
const SECOND = 1000;
const MINUTE = 60_000;
const RUN_SECONDS = 900;
/** Everything ends sooner. */
const LONGEST_SIMULATION = 3 * 3_600_000;

const PRICE = { perSecond: 0.001, perRequest: 0.01 };

/** A subject with a warmer and an alarm. */
export const SUBJECT: RolloutSubject = {
  functionName: NAME,
  logGroup: `/aws/lambda/${NAME}`,
  publishesMetrics: true,
  memoryMb: 512,
  timeoutSeconds: 10,
  alarms: [`${NAME}-errors`],
  warming: {
    warmer: "prod-warmer",
    request: {
      strategy: "gate",
      targets: [{ functionName: NAME, qualifier: "", version: "", concurrency: 5, price: PRICE }],
      price: PRICE,
    },
  },
};

/** Half of the requests first, and then all. */
export const PLAN: RolloutPlan = {
  percents: [50, 100],
  stepSeconds: 24,
  bakeSeconds: 24,
  maximumSeconds: 600,
  judgedBy: ["errors", "timeouts", "throttles", "alarms", "pings"],
  tooFewRequests: "proceed",
};

/** A deployment's request to roll out version 42. */
export function makeStart(plan: Partial<RolloutPlan> = {}, more: Partial<StartRequest> = {}): StartRequest {
  return { action: "start", subject: SUBJECT, plan: { ...PLAN, ...plan }, version: "42", ...more };
}

/** What one version's requests are like. */
export interface Behavior {
  /** The share of requests that fail, from 0 to 1. */
  readonly failing?: number;
  readonly category?: string;
  readonly milliseconds?: number;
}

/** An alias of the fake function. */
export interface FakeAlias {
  version: string;
  weights: Record<string, number>;
  description: string;
  revision: number;
}

interface CountedLines {
  readonly at: number;
  readonly version: string;
  /** As JSON. */
  readonly fields: string;
  readonly lines: number;
}

interface Process {
  dead: boolean;
  calls: number;
}

/** What a call of AWS does instead of what it always does. */
export type Interference = (
  call: string,
  process: { readonly calls: number },
) => "die before" | "die after" | Error | undefined;

const running = new AsyncLocalStorage<Process>();

/**
 * AWS as the controller sees it: a function with versions 41 and 42 and aliases, whose requests write a log, and a
 * table. Time passes only with `pass` and while something is awaited with `finish`.
 */
export class World {
  readonly stdout = new Stdout();
  readonly table = new ItemTable();
  readonly aliases = new Map<string, FakeAlias>([
    ["live", { version: "41", weights: {}, description: "Traffic enters here, and only here", revision: 1 }],
    ["warm", { version: "41", weights: {}, description: "Warming pings enter here, and only here", revision: 1 }],
  ]);
  readonly versions = new Set(["41", "42", "43"]);
  readonly behaviors: Record<string, Behavior> = {};
  readonly ringing = new Set<string>();
  readonly warmed: WarmingRequest[] = [];
  readonly lines: StoredLine[] = [];
  readonly queries: StartQueryCommandInput[] = [];
  readonly calls: string[] = [];
  requestsPerSecond = 10;
  throttlesPerMinute = 0;
  warmerAnswer: { readonly FunctionError?: string; readonly answer: unknown } | undefined;
  interference: Interference = () => undefined;
  /** What the query for figures counts, by the second; figures.test.ts compares the query itself with the log. */
  private readonly rows = new Map<string, CountedLines>();
  private readonly answers = new Map<string, { field: string; value: string }[][]>();
  /** Until when there are requests, in milliseconds since 1970. */
  writtenUntil: number;
  private requests = 0;
  private invocations = 0;

  constructor() {
    jest.useFakeTimers({ now: Date.UTC(2026, 10, 30, 13, 0, 30) });
    const setFakeTimeout = globalThis.setTimeout;
    // What a process that has ended was waiting for never happens.
    globalThis.setTimeout = ((work: () => void, milliseconds?: number) => {
      const process = running.getStore();
      return setFakeTimeout(() => {
        if (process?.dead !== true) work();
      }, milliseconds);
    }) as typeof setTimeout;
    process.env["ROLLOUTS_TABLE"] = "prod-rollouts";
    this.writtenUntil = Date.now() - MINUTE;
    this.mockLambda();
    this.mockLogs();
    this.mockCloudWatch();
    this.mockTable();
  }

  /** Invokes the controller. */
  invoke(event: unknown, seconds = RUN_SECONDS): Promise<unknown> {
    const stopsAt = Date.now() + seconds * SECOND;
    const process: Process = { dead: false, calls: 0 };
    setTimeout(() => (process.dead = true), seconds * SECOND);
    const context = {
      awsRequestId: `request-${++this.invocations}`,
      getRemainingTimeInMillis: () => stopsAt - Date.now(),
    };
    const result = running.run(process, () => handler(event, context));
    // A failure is looked at later.
    result.catch(() => undefined);
    return result;
  }

  /** Invokes the controller, and lets time pass until it has answered. */
  async call(event: unknown): Promise<unknown> {
    return this.finish(this.invoke(event));
  }

  /** The message of the error that an invocation fails with. */
  async fail(event: unknown): Promise<string> {
    const outcome = await this.call(event).then(
      () => "did not fail",
      (error: unknown) => error,
    );
    return outcome instanceof Error ? outcome.message : String(outcome);
  }

  /** Lets time pass until something has happened. */
  async finish<Result>(promise: Promise<Result>): Promise<Result> {
    const waiting = { goesOn: true };
    const stop = () => {
      waiting.goesOn = false;
    };
    promise.then(stop, stop);
    const until = Date.now() + LONGEST_SIMULATION;
    while (waiting.goesOn) {
      if (Date.now() > until) throw new Error("still waiting after hours");
      await jest.advanceTimersByTimeAsync(SECOND);
    }
    return promise;
  }

  /** Lets time pass. */
  async pass(milliseconds: number): Promise<void> {
    await jest.advanceTimersByTimeAsync(milliseconds);
  }

  /** Ticks every minute until no rollout goes on. */
  async tickUntilEnded(): Promise<RolloutState> {
    const until = Date.now() + LONGEST_SIMULATION;
    while (this.state.endedAt === undefined && Date.now() < until) {
      const tick = this.invoke({ action: "tick" });
      const minute = this.pass(MINUTE);
      await Promise.all([minute, Promise.race([tick.catch(() => undefined), minute])]);
    }
    return this.state;
  }

  /** The rollout as the table has it. */
  get state(): RolloutState {
    const state = this.findState();
    if (!state) throw new Error("no rollout");
    return state;
  }

  findState(functionName = NAME): RolloutState | undefined {
    const { document } = this.table.get(functionName) ?? {};
    return document?.S === undefined ? undefined : (JSON.parse(document.S) as { state: RolloutState }).state;
  }

  /** Alias `live`, as in `41`, or `41 and 42: 0.1`. */
  get live(): string {
    const { version, weights } = this.alias("live");
    return [version, ...Object.entries(weights).map(([other, share]) => `and ${other}: ${share}`)].join(" ");
  }

  alias(name: string): FakeAlias {
    const alias = this.aliases.get(name);
    if (!alias) throw new Error(`no alias ${name}`);
    return alias;
  }

  /** Moves an alias as a person does. */
  moveByHand(name: string, version: string, weights: Record<string, number> = {}): void {
    this.write();
    const alias = this.alias(name);
    this.aliases.set(name, { ...alias, version, weights, revision: alias.revision + 1 });
  }

  /** What was logged, without metrics. */
  get records(): Readonly<Record<string, unknown>>[] {
    return this.stdout.lines.filter((line) => !("_aws" in line));
  }

  get events(): unknown[] {
    return this.records.filter(({ message }) => message === "rollout").map(({ event }) => event);
  }

  private on<Input>(call: string, answer: (input: Input) => unknown): (input: Input) => Promise<unknown> {
    return async (input) => {
      const process = running.getStore() ?? { dead: false, calls: 0 };
      if (process.dead) return new Promise(() => undefined);
      process.calls++;
      this.calls.push(call);
      const outcome = this.interference(call, process);
      if (outcome instanceof Error) throw outcome;
      if (outcome === "die before") return die(process);
      this.write();
      const result = answer(input);
      if (outcome === "die after") return die(process);
      return result;
    };
  }

  private mockLambda(): void {
    const lambda = mockClient(LambdaClient);
    lambda.on(GetAliasCommand).callsFake(
      this.on("GetAlias", ({ FunctionName, Name = "" }: GetAliasCommandInput) => {
        const alias = FunctionName === NAME ? this.aliases.get(Name) : undefined;
        if (!alias) throw makeAwsError("ResourceNotFoundException", `Cannot find alias ${Name}`);
        return toAnswer(Name, alias);
      }),
    );
    lambda.on(UpdateAliasCommand).callsFake(
      this.on("UpdateAlias", ({ FunctionName, Name = "", ...change }: UpdateAliasCommandInput) => {
        const alias = FunctionName === NAME ? this.aliases.get(Name) : undefined;
        if (!alias) throw makeAwsError("ResourceNotFoundException", `Cannot find alias ${Name}`);
        if (change.RevisionId !== String(alias.revision)) {
          throw makeAwsError("PreconditionFailedException", "The Revision Id provided does not match");
        }
        const weights = change.RoutingConfig?.AdditionalVersionWeights ?? alias.weights;
        const version = change.FunctionVersion ?? alias.version;
        for (const each of [version, ...Object.keys(weights)]) {
          if (!this.versions.has(each)) throw makeAwsError("ResourceNotFoundException", `Function not found: ${each}`);
        }
        const description = change.Description ?? alias.description;
        if (description.length > 256) throw makeAwsError("ValidationException", "description");
        const changed = { version, weights: { ...weights }, description, revision: alias.revision + 1 };
        this.aliases.set(Name, changed);
        return toAnswer(Name, changed);
      }),
    );
    lambda.on(InvokeCommand).callsFake(
      this.on("Invoke", ({ Payload }: InvokeCommandInput) => {
        const request = JSON.parse(Buffer.from((Payload ?? []) as Uint8Array).toString()) as WarmingRequest;
        this.warmed.push(request);
        const targets = request.targets.map(({ functionName, concurrency }) => ({
          functionName,
          asked: concurrency,
          invocations: concurrency,
          successful: concurrency,
          instances: concurrency,
          coldStarts: 0,
          holdMilliseconds: 5,
          failures: [],
        }));
        const { answer, FunctionError } = this.warmerAnswer ?? { answer: { message: "warming", targets } };
        return { StatusCode: 200, FunctionError, Payload: Buffer.from(JSON.stringify(answer)) };
      }),
    );
  }

  private mockLogs(): void {
    const logs = mockClient(CloudWatchLogsClient);
    logs.on(StartQueryCommand).callsFake(
      this.on("StartQuery", (input: StartQueryCommandInput) => {
        this.queries.push(input);
        const queryId = `query-${this.queries.length}`;
        if (input.queryString?.includes("count(*) as lines") === true) {
          this.answers.set(queryId, this.listRows(input));
          return { queryId };
        }
        const [from, to] = [(input.startTime ?? 0) * SECOND, ((input.endTime ?? 0) + 1) * SECOND];
        const found = compileInsightsQuery(input.queryString ?? "")(
          this.lines.filter(({ at }) => at >= from && at < to),
        );
        this.answers.set(
          queryId,
          found.map((record) => Object.entries(record).map(([field, value]) => ({ field, value }))),
        );
        return { queryId };
      }),
    );
    logs.on(GetQueryResultsCommand).callsFake(
      this.on("GetQueryResults", ({ queryId = "" }: { readonly queryId?: string }) => ({
        status: "Complete",
        results: this.answers.get(queryId) ?? [],
      })),
    );
  }

  private mockCloudWatch(): void {
    const cloudWatch = mockClient(CloudWatchClient);
    cloudWatch.on(DescribeAlarmsCommand).callsFake(
      this.on("DescribeAlarms", ({ AlarmNames = [] }: DescribeAlarmsCommandInput) => {
        if (AlarmNames.length > 100) throw makeAwsError("ValidationError", "too many names");
        return {
          MetricAlarms: AlarmNames.filter((name) => this.ringing.has(name)).map((AlarmName) => ({ AlarmName })),
          CompositeAlarms: [],
        };
      }),
    );
    cloudWatch.on(GetMetricDataCommand).callsFake(
      this.on("GetMetricData", ({ StartTime, EndTime }: GetMetricDataCommandInput) => {
        const from = Number(StartTime);
        const minutes = Math.max(0, Math.floor((Math.min(Number(EndTime), Date.now()) - from) / MINUTE));
        const Timestamps = Array.from({ length: minutes }, (_, index) => new Date(from + index * MINUTE));
        return {
          MetricDataResults: [
            { Id: "throttles", Timestamps, Values: Timestamps.map(() => this.throttlesPerMinute) },
            { Id: "invocations", Timestamps, Values: Timestamps.map(() => this.requestsPerSecond * 60) },
          ],
        };
      }),
    );
  }

  private mockTable(): void {
    const dynamo = mockClient(DynamoDBClient);
    const answer = (operation: string) =>
      this.on(operation, (input: ItemOperation) => answerItems(this.table, operation, input));
    dynamo.on(GetItemCommand).callsFake(answer("GetItem"));
    dynamo.on(ScanCommand).callsFake(answer("Scan"));
    dynamo.on(PutItemCommand).callsFake(answer("PutItem"));
    dynamo.on(UpdateItemCommand).callsFake(answer("UpdateItem"));
  }

  /** Writes what has been requested since the last time to the log. */
  private write(): void {
    const { version = "none", weights = {} } = this.aliases.get("live") ?? {};
    const [other = version, share = 0] = Object.entries(weights)[0] ?? [];
    for (; this.writtenUntil < Date.now(); this.writtenUntil += SECOND) {
      for (let index = 0; index < this.requestsPerSecond; index++) {
        const number = this.requests++;
        // As evenly as possible.
        const isOther = Math.floor((number + 1) * share) > Math.floor(number * share);
        this.serve(isOther ? other : version, number);
      }
    }
  }

  private serve(version: string, number: number): void {
    const { failing = 0, category = "TypeError", milliseconds = 20 } = this.behaviors[version] ?? {};
    const requestId = `request-${number}`;
    const log = (fields: object) =>
      this.lines.push({
        at: this.writtenUntil,
        logStreamName: `2026/11/30/[${version}]0123456789abcdef`,
        line: JSON.stringify(fields),
      });
    const hasFailed = (number * 0.618_033_988_75) % 1 < failing;
    log({ ExecutionTime: milliseconds, MemoryUtilization: 20, FunctionName: NAME, requestId });
    this.count(version, { duration: 1 + findBucket(milliseconds) });
    if (hasFailed) {
      log({ Category: category, Failures: [1], FunctionName: NAME, requestId });
      log({
        level: "ERROR",
        requestId,
        message: { errorType: category, errorMessage: "no answer from https://user:hunter2@db.example.com" },
      });
      this.count(version, { failed: category.length });
    }
    const status = hasFailed ? "error" : "success";
    const metrics = { durationMs: milliseconds, memorySizeMB: 512, maxMemoryUsedMB: 100 };
    log({ type: "platform.report", record: { requestId, metrics, status } });
    this.count(version, { status, memory: 1 + findBucket((100 * 100) / 512) });
  }

  private count(version: string, row: Readonly<Record<string, unknown>>): void {
    const at = this.writtenUntil;
    const fields = JSON.stringify({ version, status: "none", failed: 0, duration: 0, init: 0, memory: 0, ...row });
    const key = `${at} ${fields}`;
    this.rows.set(key, { at, version, fields, lines: (this.rows.get(key)?.lines ?? 0) + 1 });
  }

  private listRows({ queryString = "", startTime = 0, endTime = 0 }: StartQueryCommandInput) {
    const [from, to] = [startTime * SECOND, endTime * SECOND];
    const counts = new Map<string, number>();
    for (const { at, version, fields, lines } of this.rows.values()) {
      if (at < from || at >= to || !queryString.includes(`"${version}"`)) continue;
      const time = new Date(Math.floor(at / MINUTE) * MINUTE).toISOString().replace("T", " ").replace("Z", "");
      const key = JSON.stringify([time, fields]);
      counts.set(key, (counts.get(key) ?? 0) + lines);
    }
    return [...counts].map(([key, lines]) => {
      const [minute, fields] = JSON.parse(key) as [string, string];
      const row = { ...(JSON.parse(fields) as object), minute, lines };
      return Object.entries(row).map(([field, value]) => ({ field, value: String(value) }));
    });
  }
}

/** With errors as the SDK throws them. */
function answerItems(table: ItemTable, operation: string, input: ItemOperation): object {
  try {
    return table.answer(operation, input);
  } catch (error) {
    if (!(error instanceof LambdaServiceError)) throw error;
    const { type, message } = error;
    throw type === "ConditionalCheckFailedException"
      ? new ConditionalCheckFailedException({ message, $metadata: {} })
      : makeAwsError(type, message);
  }
}

function die(process: Process): Promise<never> {
  process.dead = true;
  return new Promise(() => undefined);
}

function toAnswer(name: string, { version, weights, description, revision }: FakeAlias): object {
  return {
    Name: name,
    FunctionVersion: version,
    Description: description,
    RevisionId: String(revision),
    ...(Object.keys(weights).length > 0 && { RoutingConfig: { AdditionalVersionWeights: weights } }),
  };
}

/** An error as the SDK throws it. */
export function makeAwsError(name: string, message = "no"): Error {
  return Object.assign(new Error(message), { name, $metadata: { httpStatusCode: 400 } });
}
