import { randomUUID } from "node:crypto";
import { type IncomingMessage } from "node:http";
import { type LogStore } from "../../../local/cloudwatch/log-store";
import { type MetricSource } from "../../../local/cloudwatch/metric-data";
import { readBody } from "../../../local/lambda/http-body";
import { type AnswerOther, type JsonAnswer } from "../../../local/lambda/invoke-endpoint";
import { LambdaServiceError } from "../../../local/lambda/service-errors";
import { ItemTable, type ItemOperation } from "./item-table";

/** An alias as Lambda's API has it: https://docs.aws.amazon.com/lambda/latest/api/API_AliasConfiguration.html */
export interface KeptAlias {
  readonly Name: string;
  readonly FunctionVersion: string;
  readonly Description: string;
  readonly RevisionId: string;
  readonly RoutingConfig?: { readonly AdditionalVersionWeights?: Readonly<Record<string, number>> };
}

/** What the endpoint answers from. */
export interface AwsEndpointParts {
  readonly logs: LogStore;
  readonly metrics: MetricSource;
  /** Gets every change of an alias, and does it. */
  readonly onAlias: (functionName: string, alias: KeptAlias) => void;
}

const MOST_BYTES = 1_000_000;
const ALIAS_PATH = /^\/2015-03-31\/functions\/([\w-]+)\/aliases\/([\w-]+)$/;

interface MetricQuery {
  readonly Id: string;
  readonly MetricStat: {
    readonly Metric: {
      readonly Namespace: string;
      readonly MetricName: string;
      readonly Dimensions: readonly { readonly Name: string; readonly Value: string }[];
    };
    readonly Period: number;
    readonly Stat: string;
  };
}

interface MetricInput {
  /** Seconds since 1970. */
  readonly StartTime: number;
  readonly EndTime: number;
  readonly MetricDataQueries: readonly MetricQuery[];
}

interface QueryInput {
  readonly logGroupName: string;
  readonly queryString: string;
  /** Seconds since 1970. */
  readonly startTime: number;
  readonly endTime: number;
}

/**
 * The few actions of AWS that the rollout controller asks for, beside Invoke: for aliases, a table, log queries and
 * metrics.
 * No alarm ever rings.
 */
export class AwsEndpoint {
  private readonly aliases = new Map<string, KeptAlias>();
  private readonly table = new ItemTable();
  private readonly results = new Map<string, object>();

  constructor(private readonly parts: AwsEndpointParts) {}

  /** Keeps an alias that points to a version. */
  addAlias(functionName: string, Name: string, FunctionVersion: string): void {
    this.setAlias(functionName, { Name, FunctionVersion, Description: "", RevisionId: randomUUID() });
  }

  /** Answers what is not an invocation. */
  readonly answer: AnswerOther = async (request, { pathname }) => {
    const [, functionName, name] = ALIAS_PATH.exec(pathname) ?? [];
    if (functionName !== undefined && name !== undefined) return this.answerAlias(request, functionName, name);
    const [service = "", operation = ""] = String(request.headers["x-amz-target"] ?? "").split(".");
    if (service === "") return undefined;
    const body = this.answerOperation(service, operation, await readJson(request));
    return { status: 200, body };
  };

  private async answerAlias(request: IncomingMessage, functionName: string, name: string): Promise<JsonAnswer> {
    const known = this.aliases.get(`${functionName}:${name}`);
    if (!known) throw new LambdaServiceError("ResourceNotFoundException", 404, `there is no alias ${name}`);
    if (request.method === "GET") return { status: 200, body: known };
    const { RevisionId: expected, ...changes } = (await readJson(request)) as Partial<KeptAlias>;
    if (expected !== undefined && expected !== known.RevisionId) {
      throw new LambdaServiceError("PreconditionFailedException", 412, "The RevisionId provided does not match.");
    }
    const changed = { ...known, ...changes, RevisionId: randomUUID() };
    this.setAlias(functionName, changed);
    return { status: 200, body: changed };
  }

  private setAlias(functionName: string, alias: KeptAlias): void {
    this.parts.onAlias(functionName, alias);
    this.aliases.set(`${functionName}:${alias.Name}`, alias);
  }

  private answerOperation(service: string, operation: string, input: unknown): object {
    if (service.startsWith("DynamoDB")) return this.answerItems(operation, input as ItemOperation);
    switch (operation) {
      case "StartQuery":
        return this.startQuery(input as QueryInput);
      case "GetQueryResults":
        return { status: "Complete", results: this.results.get((input as { queryId: string }).queryId) };
      case "GetMetricData":
        return { MetricDataResults: this.readMetrics(input as MetricInput) };
      case "DescribeAlarms":
        return { MetricAlarms: [], CompositeAlarms: [] };
      default:
        throw new LambdaServiceError("UnknownOperationException", 404, `not here: ${service}.${operation}`);
    }
  }

  private answerItems(operation: string, input: ItemOperation): object {
    try {
      return this.table.answer(operation, input);
    } catch (error) {
      const { name, message } = error as Error;
      throw new LambdaServiceError(name === "Error" ? "ValidationException" : name, 400, message);
    }
  }

  private startQuery({ logGroupName, queryString, startTime, endTime }: QueryInput): object {
    const queryId = randomUUID();
    const window = { from: startTime * 1000, to: endTime * 1000 };
    const records = this.parts.logs.query([logGroupName], queryString, window, Date.now());
    const results = records.map((record) => Object.entries(record).map(([field, value]) => ({ field, value })));
    this.results.set(queryId, results);
    return { queryId };
  }

  private readMetrics({ StartTime, EndTime, MetricDataQueries }: MetricInput): object[] {
    return MetricDataQueries.map(({ Id, MetricStat: { Metric, Period, Stat } }) => {
      const { Namespace: namespace, MetricName: name, Dimensions } = Metric;
      const dimensions = Object.fromEntries(Dimensions.map(({ Name, Value }) => [Name, Value]));
      const values: { readonly at: number; readonly value: number }[] = [];
      for (let at = StartTime; at < EndTime; at += Period) {
        const window = { from: at * 1000, to: (at + Period) * 1000 };
        const value = this.parts.metrics.readStatistic({ namespace, name, dimensions }, Stat, window);
        if (value !== undefined) values.push({ at, value });
      }
      return {
        ...{ Id, StatusCode: "Complete" },
        Timestamps: values.map(({ at }) => at),
        Values: values.map(({ value }) => value),
      };
    });
  }
}

async function readJson(request: IncomingMessage): Promise<unknown> {
  const text = await readBody(request, MOST_BYTES);
  if (text === undefined) throw new LambdaServiceError("RequestTooLargeException", 413, "The request is too large.");
  return JSON.parse(text);
}
