import { randomUUID } from "node:crypto";
import * as z from "zod";
import { type AlarmState } from "../cloudwatch/alarm";
import { InsightsQueryError } from "../cloudwatch/insights/error";
import { type InsightsRecord } from "../cloudwatch/insights/query";
import { type MetricSource, type TimeWindow } from "../cloudwatch/metric-data";
import { readJsonBody } from "../lambda/http-body";
import { type AnswerOther } from "../lambda/invoke-endpoint";
import { LambdaServiceError } from "../lambda/service-errors";
import { type ItemOperation, ItemTable } from "./item-table";

/** What the endpoint answers from. All times are real, in milliseconds since 1970. */
export interface ControllerEndpointParts {
  /** @throws InsightsQueryError for a query that is not valid, or not supported here */
  readonly queryLogs: (logGroups: readonly string[], query: string, window: TimeWindow) => readonly InsightsRecord[];
  readonly metrics: MetricSource;
  /** By name. */
  readonly readAlarms: () => Readonly<Record<string, AlarmState>>;
}

/** What the rollout controller's addresses for AWS begin with. Other functions do not know them. */
const PATH = "/_rollouts";

const MOST_BYTES = 1_000_000;

/** Answers that nobody fetches are forgotten. */
const MOST_RESULTS = 100;

/** Of an expression of DynamoDB, in characters. */
const LONGEST_EXPRESSION = 4096;

/** Values in one answer of CloudWatch. */
const MOST_VALUES = 100_800;

/** Milliseconds since 1970, sent in seconds. */
const time = z
  .number()
  .min(0)
  .max(1e11)
  .transform((seconds) => seconds * 1000);

const metricInput = z
  .object({
    StartTime: time,
    EndTime: time,
    MetricDataQueries: z.array(
      z.object({
        Id: z.string(),
        MetricStat: z.object({
          Metric: z.object({
            Namespace: z.string(),
            MetricName: z.string(),
            Dimensions: z.array(z.object({ Name: z.string(), Value: z.string() })).default([]),
          }),
          /** Metrics are kept by the minute. */
          Period: z
            .number()
            .min(60)
            .multipleOf(60)
            .transform((seconds) => seconds * 1000),
          Stat: z.string(),
        }),
      }),
    ),
  })
  .refine(
    ({ StartTime, EndTime, MetricDataQueries }) =>
      MetricDataQueries.reduce((sum, { MetricStat }) => sum + (EndTime - StartTime) / MetricStat.Period, 0) <=
      MOST_VALUES,
    `asks for more than ${MOST_VALUES} values`,
  );

const queryInput = z.object({
  logGroupName: z.string(),
  queryString: z.string(),
  /** Both included. */
  startTime: time,
  endTime: time,
});

const resultsInput = z.object({ queryId: z.string() });

const alarmsInput = z.object({ AlarmNames: z.array(z.string()), StateValue: z.string().optional() });

const attributes = z.record(z.string(), z.record(z.string(), z.unknown()));
const expression = z.string().max(LONGEST_EXPRESSION).optional();
const itemInput = z.object({
  TableName: z.string(),
  Key: attributes.optional(),
  Item: attributes.optional(),
  ConditionExpression: expression,
  UpdateExpression: expression,
  ExpressionAttributeNames: z.record(z.string(), z.string()).optional(),
  ExpressionAttributeValues: attributes.optional(),
});

/**
 * The few actions of AWS that the rollout controller asks for beside Lambda's: for a table, log queries, metrics and
 * alarms.
 */
export class ControllerEndpoint {
  private readonly table = new ItemTable();
  /** The oldest one first. */
  private readonly results = new Map<string, readonly InsightsRecord[]>();

  constructor(private readonly parts: ControllerEndpointParts) {}

  /**
   * The controller's variables with the endpoint's address.
   *
   * @param url the address at which {@link answer} answers
   */
  buildVariables(url: string): Readonly<Record<string, string>> {
    const address = `${url}${PATH}`;
    return {
      AWS_ENDPOINT_URL_CLOUDWATCH: address,
      AWS_ENDPOINT_URL_CLOUDWATCH_LOGS: address,
      AWS_ENDPOINT_URL_DYNAMODB: address,
    };
  }

  /** Answers what the controller asks for. */
  readonly answer: AnswerOther = async (request, { pathname }) => {
    if (!pathname.startsWith(`${PATH}/`)) return undefined;
    const [service = "", operation = ""] = String(request.headers["x-amz-target"] ?? "").split(".");
    return { status: 200, body: this.answerOperation(service, operation, await readJsonBody(request, MOST_BYTES)) };
  };

  private answerOperation(service: string, operation: string, input: unknown): object {
    if (service.startsWith("DynamoDB")) return this.table.answer(operation, parse(itemInput, input) as ItemOperation);
    switch (operation) {
      case "StartQuery":
        return this.startQuery(parse(queryInput, input));
      case "GetQueryResults":
        return this.readResults(parse(resultsInput, input).queryId);
      case "GetMetricData":
        return { MetricDataResults: this.readMetrics(parse(metricInput, input)) };
      case "DescribeAlarms":
        return this.describeAlarms(parse(alarmsInput, input));
      default:
        throw new LambdaServiceError("UnknownOperationException", 404, `not here: ${service}.${operation}`);
    }
  }

  private startQuery({ logGroupName, queryString, startTime, endTime }: z.output<typeof queryInput>): object {
    const queryId = randomUUID();
    const window = { from: startTime, to: endTime + 1000 };
    try {
      this.results.set(queryId, this.parts.queryLogs([logGroupName], queryString, window));
    } catch (error) {
      if (!(error instanceof InsightsQueryError)) throw error;
      throw new LambdaServiceError("MalformedQueryException", 400, error.message);
    }
    for (const oldest of [...this.results.keys()].slice(0, -MOST_RESULTS)) this.results.delete(oldest);
    return { queryId };
  }

  private readResults(queryId: string): object {
    const records = this.results.get(queryId) ?? [];
    const results = records.map((record) => Object.entries(record).map(([field, value]) => ({ field, value })));
    return { status: "Complete", results };
  }

  private readMetrics({ StartTime, EndTime, MetricDataQueries }: z.output<typeof metricInput>): object[] {
    return MetricDataQueries.map(({ Id, MetricStat: { Metric, Period, Stat } }) => {
      const { Namespace: namespace, MetricName: name, Dimensions } = Metric;
      const dimensions = Object.fromEntries(Dimensions.map(({ Name, Value }) => [Name, Value]));
      const values: { readonly at: number; readonly value: number }[] = [];
      for (let at = StartTime; at < EndTime; at += Period) {
        const window = { from: at, to: at + Period };
        const value = this.parts.metrics.readStatistic({ namespace, name, dimensions }, Stat, window);
        if (value !== undefined) values.push({ at: at / 1000, value });
      }
      return {
        ...{ Id, StatusCode: "Complete" },
        Timestamps: values.map(({ at }) => at),
        Values: values.map(({ value }) => value),
      };
    });
  }

  /** Alarms on metrics and on other alarms are not told apart: the controller asks for both. */
  private describeAlarms({ AlarmNames, StateValue: wanted }: z.output<typeof alarmsInput>): object {
    const states = this.parts.readAlarms();
    const found = AlarmNames.flatMap((name) => {
      const state = states[name];
      return state === undefined || (wanted && state !== wanted) ? [] : [{ AlarmName: name, StateValue: state }];
    });
    return { MetricAlarms: found, CompositeAlarms: [] };
  }
}

/** @throws LambdaServiceError for another input */
function parse<T>(shape: z.ZodType<T>, input: unknown): T {
  const { data, error } = shape.safeParse(input);
  if (error) throw new LambdaServiceError("ValidationException", 400, z.prettifyError(error));
  return data;
}
