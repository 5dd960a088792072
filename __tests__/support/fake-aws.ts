import {
  type AlarmHistoryItem,
  type AlarmMuteRuleStatus,
  CloudWatchClient,
  DeleteAlarmMuteRuleCommand,
  type DeleteAlarmMuteRuleCommandInput,
  DescribeAlarmHistoryCommand,
  type DescribeAlarmHistoryCommandInput,
  DescribeAlarmsCommand,
  type DescribeAlarmsCommandInput,
  GetAlarmMuteRuleCommand,
  type GetAlarmMuteRuleCommandInput,
  GetMetricDataCommand,
  type GetMetricDataCommandInput,
  ListAlarmMuteRulesCommand,
  type ListAlarmMuteRulesCommandInput,
  ListMetricsCommand,
  type ListMetricsCommandInput,
  type Metric,
  type MetricAlarm,
  PutAlarmMuteRuleCommand,
  type PutAlarmMuteRuleCommandInput,
} from "@aws-sdk/client-cloudwatch";
import {
  CloudWatchLogsClient,
  DescribeLogGroupsCommand,
  type DescribeLogGroupsCommandInput,
  DescribeMetricFiltersCommand,
  type DescribeMetricFiltersCommandInput,
  type FilteredLogEvent,
  FilterLogEventsCommand,
  type FilterLogEventsCommandInput,
  GetQueryResultsCommand,
  type GetQueryResultsCommandInput,
  type LogGroup,
  StartQueryCommand,
  type StartQueryCommandInput,
  StopQueryCommand,
} from "@aws-sdk/client-cloudwatch-logs";
import {
  type FunctionConfiguration,
  GetAliasCommand,
  type GetAliasCommandInput,
  GetFunctionConcurrencyCommand,
  type GetFunctionConcurrencyCommandInput,
  GetFunctionConfigurationCommand,
  type GetFunctionConfigurationCommandInput,
  InvokeCommand,
  LambdaClient,
  ListAliasesCommand,
  type ListAliasesCommandInput,
  ListVersionsByFunctionCommand,
  type ListVersionsByFunctionCommandInput,
  UpdateAliasCommand,
  type UpdateAliasCommandInput,
} from "@aws-sdk/client-lambda";
import { S3Client } from "@aws-sdk/client-s3";
import {
  GetScheduleCommand,
  type GetScheduleCommandInput,
  type GetScheduleCommandOutput,
  SchedulerClient,
} from "@aws-sdk/client-scheduler";
import {
  ListSubscriptionsByTopicCommand,
  type ListSubscriptionsByTopicCommandInput,
  SNSClient,
  type Subscription,
} from "@aws-sdk/client-sns";
import {
  BatchGetTracesCommand,
  type BatchGetTracesCommandInput,
  GetTraceSummariesCommand,
  type TraceSummary,
  XRayClient,
} from "@aws-sdk/client-xray";
import { mockClient } from "aws-sdk-client-mock";
import { FakeMetrics } from "./fake-metrics";

/** Every client of these services: what it was asked, and other answers than the account's. */
export const mocks = {
  cloudWatch: mockClient(CloudWatchClient),
  logs: mockClient(CloudWatchLogsClient),
  lambda: mockClient(LambdaClient),
  s3: mockClient(S3Client),
  scheduler: mockClient(SchedulerClient),
  sns: mockClient(SNSClient),
  xray: mockClient(XRayClient),
};

/** A trace as X-Ray keeps it. */
export interface KeptTrace extends TraceSummary {
  readonly documents?: readonly string[];
}

/** A mute rule as CloudWatch keeps it. */
export interface KeptMuteRule extends PutAlarmMuteRuleCommandInput {
  readonly Status: AlarmMuteRuleStatus;
}

/** What is not as usual in a mute rule. */
export type MadeMuteRule = Partial<KeptMuteRule> & { readonly at?: string };

/** A row that a query finds. */
export type QueryRow = Readonly<Record<string, string>>;

/** Few, so that most lists have several pages. */
const PER_PAGE = 3;

/**
 * What AWS holds in an account, for a test to fill; every client answers from the one that was made last. Each call can
 * be told to fail.
 */
export class FakeAws {
  readonly metrics = new FakeMetrics();
  readonly alarms = new Map<string, MetricAlarm>();
  history: AlarmHistoryItem[] = [];
  /** By name; a new one is active. */
  readonly muteRules = new Map<string, KeptMuteRule>();
  /** By name, or by name and qualifier as in `dev-api:live`. */
  functions = new Map<string, FunctionConfiguration>();
  /** Of any function that is asked for. */
  versions: FunctionConfiguration[] = [];
  readonly aliases = new Map<string, Readonly<Record<string, string>>>();
  /** Shares of other versions than an alias's own, by function and alias as in `dev-api:live`. */
  readonly weights = new Map<string, Readonly<Record<string, number>>>();
  reserved: number | undefined;
  readonly logGroups = new Map<string, LogGroup>();
  /** Metric filters by log group. */
  readonly filters = new Map<string, readonly string[]>();
  /** By group and name, as in `dev-warmer/peak-816ea4`. */
  readonly schedules = new Map<string, Partial<GetScheduleCommandOutput>>();
  /** By topic. */
  readonly subscriptions = new Map<string, Subscription[]>();
  traces: readonly KeptTrace[] = [];
  /** What is listed as metrics. */
  listed: readonly Metric[] = [];
  bytesScanned = 2_000_000;
  /** What a call fails with, by its name, as in `DescribeAlarms`. */
  readonly errors = new Map<string, Error>();

  constructor() {
    const { cloudWatch, logs, lambda, scheduler, sns, xray } = mocks;
    Object.values(mocks).forEach((mock) => mock.reset());
    cloudWatch
      .on(GetMetricDataCommand)
      .callsFake(this.unless("GetMetricData", (input: GetMetricDataCommandInput) => this.metrics.answer(input)));
    cloudWatch.on(ListMetricsCommand).callsFake(
      this.unless("ListMetrics", (input: ListMetricsCommandInput) => {
        const { items, NextToken } = cutPage(
          this.listed.filter(
            ({ Namespace, MetricName, Dimensions = [] }) =>
              Namespace === input.Namespace &&
              (input.MetricName ?? MetricName) === MetricName &&
              (input.Dimensions ?? []).every((asked) =>
                Dimensions.some(({ Name, Value }) => Name === asked.Name && Value === asked.Value),
              ),
          ),
          input.NextToken,
        );
        return { Metrics: items, NextToken };
      }),
    );
    cloudWatch.on(DescribeAlarmsCommand).callsFake(
      this.unless("DescribeAlarms", ({ AlarmNames, AlarmNamePrefix = "", NextToken }: DescribeAlarmsCommandInput) => {
        const found = [...this.alarms]
          .filter(([name]) => AlarmNames?.includes(name) ?? name.startsWith(AlarmNamePrefix))
          .map(([AlarmName, alarm]) => ({ AlarmName, StateValue: "OK" as const, ...alarm }));
        const page = cutPage(found, NextToken);
        const isComposite = ({ AlarmName }: MetricAlarm) => AlarmName?.endsWith("-degraded") === true;
        return {
          MetricAlarms: page.items.filter((alarm) => !isComposite(alarm)),
          CompositeAlarms: page.items.filter(isComposite),
          NextToken: page.NextToken,
        };
      }),
    );
    cloudWatch.on(DescribeAlarmHistoryCommand).callsFake(
      this.unless("DescribeAlarmHistory", (input: DescribeAlarmHistoryCommandInput) => {
        const { AlarmName, StartDate, EndDate, AlarmTypes = [] } = input;
        if (AlarmTypes.length !== 2) throw new Error("composite alarms are left out");
        const found = this.history.filter(({ AlarmName: name, Timestamp = new Date(0) }) => {
          const isInTime = Timestamp >= (StartDate ?? Timestamp) && Timestamp <= (EndDate ?? Timestamp);
          return isInTime && (AlarmName === undefined || AlarmName === name);
        });
        const { items, NextToken } = cutPage(found, input.NextToken);
        return { AlarmHistoryItems: items, NextToken };
      }),
    );
    cloudWatch.on(PutAlarmMuteRuleCommand).callsFake(
      this.unless("PutAlarmMuteRule", (input: PutAlarmMuteRuleCommandInput) => {
        const { Name = "", Rule, MuteTargets: { AlarmNames = [] } = {} } = input;
        const { Expression = "", Duration = "" } = Rule?.Schedule ?? {};
        // Without names, a rule would mute every alarm of the account.
        if (AlarmNames.length < 1 || AlarmNames.length > 100 || !AlarmNames.every((name) => this.alarms.has(name)))
          throw makeSdkError("ValidationError", "AlarmNames");
        if (
          !/^at\(\d{4}-\d\d-\d\dT\d\d:\d\d\)$/.test(Expression) ||
          !/^P(?=.)(\d+D)?(T(?=.)(\d+H)?(\d+M)?)?$/.test(Duration)
        )
          throw makeSdkError("ValidationError", "Schedule");
        this.muteRules.set(Name, { ...input, Status: "ACTIVE" });
        return {};
      }),
    );
    cloudWatch.on(ListAlarmMuteRulesCommand).callsFake(
      this.unless("ListAlarmMuteRules", ({ Statuses = [], NextToken: token }: ListAlarmMuteRulesCommandInput) => {
        const found = [...this.muteRules].filter(([, { Status }]) => Statuses.includes(Status));
        const { items, NextToken } = cutPage(found, token);
        const arn = (name: string) => `arn:aws:cloudwatch:eu-west-1:123456789012:alarm-mute-rule:${name}`;
        const summaries = items.map(([name, { Status }]) => ({ AlarmMuteRuleArn: arn(name), Status }));
        return { AlarmMuteRuleSummaries: summaries, NextToken };
      }),
    );
    cloudWatch
      .on(GetAlarmMuteRuleCommand)
      .callsFake(
        this.unless("GetAlarmMuteRule", ({ AlarmMuteRuleName = "" }: GetAlarmMuteRuleCommandInput) =>
          expectThere(this.muteRules.get(AlarmMuteRuleName)),
        ),
      );
    cloudWatch.on(DeleteAlarmMuteRuleCommand).callsFake(
      this.unless("DeleteAlarmMuteRule", ({ AlarmMuteRuleName = "" }: DeleteAlarmMuteRuleCommandInput) => {
        this.muteRules.delete(AlarmMuteRuleName);
        return {};
      }),
    );
    lambda.on(InvokeCommand).callsFake(this.unless("Invoke", () => ({ StatusCode: 202 })));
    lambda.on(GetFunctionConfigurationCommand).callsFake(
      this.unless("GetFunctionConfiguration", (input: GetFunctionConfigurationCommandInput) => {
        const { FunctionName = "", Qualifier } = input;
        return expectThere(this.functions.get([FunctionName, Qualifier ?? []].flat().join(":")));
      }),
    );
    lambda.on(ListVersionsByFunctionCommand).callsFake(
      this.unless("ListVersionsByFunction", ({ Marker }: ListVersionsByFunctionCommandInput) => {
        const { items, NextToken } = cutPage(this.versions, Marker);
        return { Versions: items, NextMarker: NextToken };
      }),
    );
    lambda.on(ListAliasesCommand).callsFake(
      this.unless("ListAliases", ({ FunctionName = "" }: ListAliasesCommandInput) => {
        const aliases = Object.keys(this.aliases.get(FunctionName) ?? {});
        return { Aliases: aliases.flatMap((Name) => this.findAlias(FunctionName, Name) ?? []) };
      }),
    );
    lambda
      .on(GetAliasCommand)
      .callsFake(
        this.unless("GetAlias", ({ FunctionName = "", Name = "" }: GetAliasCommandInput) =>
          expectThere(this.findAlias(FunctionName, Name)),
        ),
      );
    lambda.on(UpdateAliasCommand).callsFake(
      this.unless("UpdateAlias", (input: UpdateAliasCommandInput) => {
        const { FunctionName = "", Name = "", FunctionVersion = "", RevisionId, RoutingConfig } = input;
        const { RevisionId: current } = expectThere(this.findAlias(FunctionName, Name));
        expectThere(this.versions.find(({ Version }) => Version === FunctionVersion));
        if (RevisionId !== undefined && RevisionId !== current) {
          throw makeSdkError("PreconditionFailedException", "The Revision Id provided does not match");
        }
        this.aliases.set(FunctionName, { ...this.aliases.get(FunctionName), [Name]: FunctionVersion });
        // Without a routing configuration, Lambda leaves the weights as they are.
        const { AdditionalVersionWeights: weights } = RoutingConfig ?? {};
        if (weights && Object.keys(weights).length === 0) this.weights.delete(`${FunctionName}:${Name}`);
        return this.findAlias(FunctionName, Name);
      }),
    );
    lambda.on(GetFunctionConcurrencyCommand).callsFake(
      this.unless("GetFunctionConcurrency", (_: GetFunctionConcurrencyCommandInput) => ({
        ReservedConcurrentExecutions: this.reserved,
      })),
    );
    logs.on(DescribeLogGroupsCommand).callsFake(
      this.unless("DescribeLogGroups", ({ logGroupNamePrefix = "", nextToken }: DescribeLogGroupsCommandInput) => {
        const all = [...this.logGroups].map(([logGroupName, group]) => ({ logGroupName, ...group }));
        const found = all.filter(({ logGroupName }) => logGroupName.startsWith(logGroupNamePrefix)).reverse();
        const { items, NextToken } = cutPage(found, nextToken);
        return { logGroups: items, nextToken: NextToken };
      }),
    );
    logs.on(DescribeMetricFiltersCommand).callsFake(
      this.unless("DescribeMetricFilters", ({ logGroupName = "", nextToken }: DescribeMetricFiltersCommandInput) => {
        const { items, NextToken } = cutPage(this.filters.get(logGroupName) ?? [], nextToken);
        return { metricFilters: items.map((filterName) => ({ filterName })), nextToken: NextToken };
      }),
    );
    logs.on(FilterLogEventsCommand).callsFake(
      this.unless("FilterLogEvents", (input: FilterLogEventsCommandInput) => {
        const { items, NextToken } = cutPage(expectThere(this.findEvents(input)), input.nextToken);
        return { events: items, nextToken: NextToken };
      }),
    );
    const running: (StartQueryCommandInput | undefined)[] = [];
    logs.on(StartQueryCommand).callsFake(
      this.unless("StartQuery", (input: StartQueryCommandInput) => {
        return { queryId: String(running.push(input) - 1) };
      }),
    );
    const polled = new Set<string>();
    logs.on(GetQueryResultsCommand).callsFake(
      this.unless("GetQueryResults", ({ queryId = "" }: GetQueryResultsCommandInput) => {
        const query = running[Number(queryId)];
        if (!query || !polled.has(queryId)) {
          polled.add(queryId);
          return { status: "Running" };
        }
        const results = this.runQuery(query).map((row) =>
          Object.entries(row).map(([field, value]) => ({ field, value })),
        );
        return { status: "Complete", statistics: { bytesScanned: this.bytesScanned }, results };
      }),
    );
    logs.on(StopQueryCommand).resolves({});
    scheduler
      .on(GetScheduleCommand)
      .callsFake(
        this.unless("GetSchedule", ({ GroupName = "", Name = "" }: GetScheduleCommandInput) =>
          expectThere(this.schedules.get(`${GroupName}/${Name}`)),
        ),
      );
    sns.on(ListSubscriptionsByTopicCommand).callsFake(
      this.unless(
        "ListSubscriptionsByTopic",
        ({ TopicArn, NextToken: token }: ListSubscriptionsByTopicCommandInput) => {
          const [, topic = ""] = /^arn:aws:sns:eu-west-1:123456789012:(.*)$/.exec(TopicArn ?? "") ?? [];
          const { items, NextToken } = cutPage(expectThere(this.subscriptions.get(topic)), token);
          return { Subscriptions: items, NextToken };
        },
      ),
    );
    xray
      .on(GetTraceSummariesCommand)
      .callsFake(this.unless("GetTraceSummaries", () => ({ TraceSummaries: [...this.traces] })));
    xray.on(BatchGetTracesCommand).callsFake(
      this.unless("BatchGetTraces", ({ TraceIds = [] }: BatchGetTracesCommandInput) => {
        if (TraceIds.length > 5) throw makeSdkError("InvalidRequestException", "too many trace ids");
        const found = this.traces.filter(({ Id = "" }) => TraceIds.includes(Id));
        const toSegments = (documents: readonly string[] = []) => documents.map((Document) => ({ Document }));
        return { Traces: found.map(({ Id, documents }) => ({ Id, Segments: toSegments(documents) })) };
      }),
    );
  }

  /** These calls are not allowed. */
  deny(...calls: readonly string[]): void {
    for (const call of calls) this.errors.set(call, makeSdkError("AccessDeniedException", "not authorized"));
  }

  /** An alarm rings since then. */
  ring(name: string, at: number): void {
    this.alarms.set(name, { ...this.alarms.get(name), StateValue: "ALARM", StateTransitionedTimestamp: new Date(at) });
  }

  /** A rule mutes alarms, for an hour by default. */
  mute(name: string, alarms: readonly string[], { at = "2026-01-19T10:08", ...more }: MadeMuteRule = {}): void {
    const Rule = { Schedule: { Expression: `at(${at})`, Duration: "PT1H", Timezone: "UTC" } };
    const made = { Name: name, Description: "rollout", Rule, MuteTargets: { AlarmNames: [...alarms] } };
    this.muteRules.set(name, { ...made, Status: "ACTIVE", ...more });
  }

  /** The lines of a log group; undefined where there is no such group. */
  protected findEvents(_: FilterLogEventsCommandInput): readonly FilteredLogEvent[] | undefined {
    return undefined;
  }

  /** What a query finds. */
  protected runQuery(_: StartQueryCommandInput): readonly QueryRow[] {
    return [];
  }

  private findAlias(functionName: string, Name: string) {
    const FunctionVersion = this.aliases.get(functionName)?.[Name];
    if (FunctionVersion === undefined) return undefined;
    const AdditionalVersionWeights = this.weights.get(`${functionName}:${Name}`);
    return {
      ...{ Name, FunctionVersion, RevisionId: `revision-${FunctionVersion}` },
      ...(AdditionalVersionWeights && { RoutingConfig: { AdditionalVersionWeights } }),
    };
  }

  private unless<Input, Answer>(name: string, give: (input: Input) => Answer): (input: Input) => Promise<Answer> {
    return async (input) => {
      const error = this.errors.get(name);
      if (error) throw error;
      return give(input);
    };
  }
}

/** An error as the SDK throws it. */
export function makeSdkError(name: string, message = "a reason"): Error {
  return Object.assign(new Error(message), { name, $metadata: {} });
}

/** A change of an alarm's state, as CloudWatch writes it. */
export function makeStateChange(
  alarm: string,
  at: number,
  to: "ALARM" | "OK",
  { threshold = 5, badAt = [] as readonly number[], from = to === "ALARM" ? "OK" : "ALARM" } = {},
): AlarmHistoryItem {
  const time = (at: number) => new Date(at).toISOString().replace("Z", "+0000");
  const stateReasonData = {
    version: "1.0",
    queryDate: time(at),
    startDate: time(at - 300_000),
    statistic: "Sum",
    period: 300,
    recentDatapoints: [7],
    threshold,
    evaluatedDatapoints: [
      ...badAt.map((bad) => ({ timestamp: time(bad), sampleCount: 9, value: threshold + 2 })),
      { timestamp: time(at - 900_000), sampleCount: 9, value: 0 },
    ],
  };
  const isComposite = alarm.endsWith("-degraded");
  return {
    AlarmName: alarm,
    AlarmType: isComposite ? "CompositeAlarm" : "MetricAlarm",
    Timestamp: new Date(at),
    HistoryItemType: "StateUpdate",
    HistorySummary: `Alarm updated from ${from} to ${to}`,
    HistoryData: JSON.stringify({
      version: "1.0",
      oldState: { stateValue: from, stateReason: "Unchecked: Initial alarm creation" },
      newState: { stateValue: to, stateReason: "Threshold Crossed", ...(!isComposite && { stateReasonData }) },
    }),
  };
}

function cutPage<T>(all: readonly T[], token = "0"): { readonly items: T[]; readonly NextToken: string | undefined } {
  const next = Number(token) + PER_PAGE;
  return { items: all.slice(Number(token), next), NextToken: next < all.length ? String(next) : undefined };
}

function expectThere<T>(found: T | undefined): T {
  if (found === undefined) throw makeSdkError("ResourceNotFoundException");
  return found;
}
