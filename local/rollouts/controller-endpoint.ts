import { randomUUID } from "node:crypto";
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
  /** Seconds since 1970, both included. */
  readonly startTime: number;
  readonly endTime: number;
}

interface AlarmsInput {
  readonly AlarmNames: readonly string[];
  readonly StateValue?: AlarmState;
}

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
    if (service.startsWith("DynamoDB")) return this.table.answer(operation, input as ItemOperation);
    switch (operation) {
      case "StartQuery":
        return this.startQuery(input as QueryInput);
      case "GetQueryResults":
        return this.readResults((input as { readonly queryId: string }).queryId);
      case "GetMetricData":
        return { MetricDataResults: this.readMetrics(input as MetricInput) };
      case "DescribeAlarms":
        return this.describeAlarms(input as AlarmsInput);
      default:
        throw new LambdaServiceError("UnknownOperationException", 404, `not here: ${service}.${operation}`);
    }
  }

  private startQuery({ logGroupName, queryString, startTime, endTime }: QueryInput): object {
    const queryId = randomUUID();
    const window = { from: startTime * 1000, to: (endTime + 1) * 1000 };
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

  /** Alarms on metrics and on other alarms are not told apart: the controller asks for both. */
  private describeAlarms({ AlarmNames, StateValue: wanted }: AlarmsInput): object {
    const states = this.parts.readAlarms();
    const found = AlarmNames.flatMap((name) => {
      const state = states[name];
      return state === undefined || (wanted && state !== wanted) ? [] : [{ AlarmName: name, StateValue: state }];
    });
    return { MetricAlarms: found, CompositeAlarms: [] };
  }
}
