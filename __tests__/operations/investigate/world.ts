import { type StartQueryCommandInput } from "@aws-sdk/client-cloudwatch-logs";
import { type FunctionConfiguration } from "@aws-sdk/client-lambda";
import { type Diagnosed } from "../../../operations/investigate/diagnoses";
import { QUERIES, type QueryKey, WARMING_RUNS } from "../../../model/queries";
import { type CommandRun, runCommand } from "../../support/command";
import { FakeAws, makeStateChange, type QueryRow } from "../../support/fake-aws";
import { makeProject, makeTfvars } from "../../support/project";

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

/** Every alarm of a function. */
const ALARM_KEYS = [
  ...["errors", "throttles", "timeouts", "cold-starts", "init-duration", "memory", "response-time", "warming"],
  ...["degraded", "dropped-events"],
];

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

/** What AWS holds of function `api` of environment `dev`, for a test to change: all is well. */
export class InvestigationWorld extends FakeAws {
  rows: Partial<Record<QueryKey, readonly QueryRow[]>> = {};
  dev: Parameters<typeof makeTfvars>[0] = { functions: 'api = { memory_mb = 512, endpoint = "iam" }' };
  /** Of the controller's log. */
  rolloutRows: readonly QueryRow[] = [];
  /** What runs when a query waits. */
  onWait: () => void = () => undefined;
  /** The queries that were run, by log group and name. */
  asked: string[] = [];

  constructor() {
    super();
    this.versions = [makeVersion("$LATEST"), makeVersion("41", { LastModified: "2026-01-05T10:00:00.000+0000" })];
    this.aliases.set("dev-api", { live: "41", warm: "41" });
    for (const key of ["api", "Old_Service"].flatMap((name) => ALARM_KEYS.map((key) => `dev-${name}-${key}`))) {
      this.alarms.set(key, {
        Threshold: 5,
        StateReason: "all fine",
        StateTransitionedTimestamp: new Date(INVESTIGATION_NOW - 20 * DAY),
      });
    }
  }

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
    this.aliases.set("dev-api", { live: "42", warm: "42" });
    return this;
  }

  /** An alarm rings since then. */
  rings(name: string, at: number): this {
    const reason = "Threshold Crossed: 1 datapoint\n [50.0] was greater";
    this.alarms.set(name, { ...this.alarms.get(name), StateReason: reason });
    this.ring(name, at);
    this.history.push(makeStateChange(name, at, "ALARM"));
    return this;
  }

  protected override runQuery({ queryString = "", logGroupNames = [] }: StartQueryCommandInput): readonly QueryRow[] {
    if (logGroupNames.includes("/aws/lambda/dev-rollout-controller")) return this.rolloutRows;
    const saved = Object.entries({ ...QUERIES, "warming-runs": { json: WARMING_RUNS } });
    const [key = "unknown"] = saved.find(([, texts]) => Object.values(texts).includes(queryString)) ?? [];
    this.asked.push(`${logGroupNames.join(",")} ${key}`);
    return this.rows[key as QueryKey] ?? [];
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

/** A segment of the function itself, as X-Ray keeps it. */
export function makeSegment(subsegments: readonly object[]): string {
  return JSON.stringify({ name: "dev-api", origin: "AWS::Lambda::Function", start_time: 0, end_time: 4, subsegments });
}

/** Runs the command in a world. */
export function runInvestigate(world: InvestigationWorld, ...args: readonly string[]): Promise<CommandRun> {
  const root = makeProject({
    "environments/dev.tfvars": makeTfvars({ more: "objectives = false", ...world.dev }),
    "functions/web/handler.ts": "",
  });
  return runCommand(["investigate", "dev", ...args], {
    root,
    now: () => INVESTIGATION_NOW,
    onWait: () => {
      world.onWait();
    },
  });
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
  if (stdout.length === 0) throw new Error(`exit code ${exitCode}: ${stderr.join("\n")}`);
  return JSON.parse(stdout.join("\n")) as InvestigationDocument;
}
