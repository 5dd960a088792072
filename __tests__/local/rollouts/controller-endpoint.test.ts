import { CloudWatchClient, DescribeAlarmsCommand, GetMetricDataCommand } from "@aws-sdk/client-cloudwatch";
import { CloudWatchLogsClient } from "@aws-sdk/client-cloudwatch-logs";
import { DynamoDBClient, GetItemCommand, PutItemCommand, UpdateItemCommand } from "@aws-sdk/client-dynamodb";
import { afterEach, expect, test } from "@jest/globals";
import { askLog } from "../../../functions/alarm-notifier/log-query";
import { LogStore } from "../../../local/cloudwatch/log-store";
import { createMetricStore } from "../../../local/cloudwatch/metric-data";
import { type LocalLambda, startLambda } from "../../../local/lambda/start-lambda";
import { ControllerEndpoint } from "../../../local/rollouts/controller-endpoint";

const MINUTE = 60_000;
const LOG_GROUP = "/aws/lambda/prod-api";

const started: LocalLambda[] = [];

afterEach(async () => {
  await Promise.all(started.splice(0).map((lambda) => lambda.close()));
});

/** An endpoint, and AWS's clients for it. */
async function start() {
  const logs = new LogStore();
  const metrics = createMetricStore();
  const endpoint = new ControllerEndpoint({
    queryLogs: (logGroups, query, window) => logs.query(logGroups, query, window, Infinity),
    metrics,
    readAlarms: () => ({ "prod-api-errors": "ALARM", "prod-api-throttles": "OK" }),
  });
  const lambda = await startLambda({ functions: [], answerOther: endpoint.answer });
  started.push(lambda);
  const variables = endpoint.buildVariables(lambda.url);
  const common = {
    region: "eu-west-1",
    credentials: { accessKeyId: "local", secretAccessKey: "local" },
    maxAttempts: 1,
  };
  return {
    ...{ logs, metrics, lambda },
    dynamo: new DynamoDBClient({ ...common, endpoint: variables["AWS_ENDPOINT_URL_DYNAMODB"] }),
    logsClient: new CloudWatchLogsClient({ ...common, endpoint: variables["AWS_ENDPOINT_URL_CLOUDWATCH_LOGS"] }),
    cloudWatch: new CloudWatchClient({ ...common, endpoint: variables["AWS_ENDPOINT_URL_CLOUDWATCH"] }),
    /** As other functions have it. */
    elsewhere: new CloudWatchClient({ ...common, endpoint: lambda.url }),
  };
}

test("items are written under conditions, with AWS's own error if one is not met", async () => {
  const { dynamo } = await start();
  const put = new PutItemCommand({
    TableName: "rollouts",
    Item: { id: { S: "prod-api" }, figures: { B: Buffer.from("a") } },
    ConditionExpression: "attribute_not_exists(#id)",
    ExpressionAttributeNames: { "#id": "id" },
  });

  await dynamo.send(put);
  const again = dynamo.send(put);

  await expect(again).rejects.toMatchObject({ name: "ConditionalCheckFailedException" });
  const update = new UpdateItemCommand({
    TableName: "rollouts",
    Key: { id: { S: "prod-api" } },
    UpdateExpression: "SET #status = :status",
    ExpressionAttributeNames: { "#status": "status" },
    ExpressionAttributeValues: { ":status": { S: "running" } },
  });
  await dynamo.send(update);
  const { Item } = await dynamo.send(new GetItemCommand({ TableName: "rollouts", Key: { id: { S: "prod-api" } } }));
  expect([Item?.["status"]?.S, Buffer.from(Item?.["figures"]?.B ?? []).toString()]).toEqual(["running", "a"]);
});

test("a log is queried by whole seconds, both included", async () => {
  const { logs, logsClient } = await start();
  for (const at of [999, 1000, 2500, 3000]) logs.add(LOG_GROUP, { at, logStreamName: "[1]", line: String(at) });

  const question = { logGroup: LOG_GROUP, query: "fields @message as line", from: 1000, to: 2000 };
  const found = await askLog(logsClient, question, new AbortController().signal);

  expect(found).toEqual([{ line: "1000" }, { line: "2500" }]);
});

test("a query that makes no sense is refused", async () => {
  const { logsClient } = await start();

  const question = { logGroup: LOG_GROUP, query: "guess", from: 0, to: 1000 };

  await expect(askLog(logsClient, question, new AbortController().signal)).rejects.toMatchObject({
    name: "MalformedQueryException",
    message: "the command guess is not supported here",
  });
});

test("metrics have a value for each period in which there was one", async () => {
  const { metrics, cloudWatch } = await start();
  const metric = { namespace: "AWS/Lambda", name: "Throttles", dimensions: { FunctionName: "prod-api" } };
  const sampled = [0, 1000, 2 * MINUTE].map((timestampMilliseconds) => ({
    ...metric,
    timestampMilliseconds,
    value: 1,
  }));
  metrics.add(sampled);

  const { MetricDataResults } = await cloudWatch.send(
    new GetMetricDataCommand({
      StartTime: new Date(0),
      EndTime: new Date(3 * MINUTE),
      MetricDataQueries: [
        {
          Id: "throttles",
          MetricStat: {
            Metric: {
              Namespace: "AWS/Lambda",
              MetricName: "Throttles",
              Dimensions: [{ Name: "FunctionName", Value: "prod-api" }],
            },
            Period: 60,
            Stat: "Sum",
          },
        },
      ],
    }),
  );

  expect(MetricDataResults).toEqual([
    { Id: "throttles", StatusCode: "Complete", Timestamps: [new Date(0), new Date(2 * MINUTE)], Values: [2, 1] },
  ]);
});

test("of the alarms that are asked for, those that ring are named", async () => {
  const { cloudWatch } = await start();
  const AlarmNames = ["prod-api-errors", "prod-api-throttles", "prod-api-unknown"];

  const { MetricAlarms } = await cloudWatch.send(new DescribeAlarmsCommand({ AlarmNames, StateValue: "ALARM" }));

  expect(MetricAlarms).toEqual([{ AlarmName: "prod-api-errors", StateValue: "ALARM" }]);
});

const metricData = (period: number, end: number) => ({
  StartTime: 0,
  EndTime: end,
  MetricDataQueries: [
    { Id: "a", MetricStat: { Metric: { Namespace: "a", MetricName: "a" }, Period: period, Stat: "Sum" } },
  ],
});

test.each([
  ["metrics in periods of no length", "GraniteServiceVersion20100801.GetMetricData", metricData(0, 60)],
  ["metrics in periods that go back", "GraniteServiceVersion20100801.GetMetricData", metricData(-60, 60)],
  ["metrics of all times", "GraniteServiceVersion20100801.GetMetricData", metricData(60, 1e11)],
  ["metrics without a query", "GraniteServiceVersion20100801.GetMetricData", {}],
  ["alarms without a name", "GraniteServiceVersion20100801.DescribeAlarms", null],
  ["a query without a time", "Logs_20140328.StartQuery", { logGroupName: "a", queryString: "limit 1" }],
  ["results of no query", "Logs_20140328.GetQueryResults", null],
  ["an item that is a list", "DynamoDB_20120810.PutItem", { TableName: "rollouts", Item: [1] }],
  ["a long condition", "DynamoDB_20120810.PutItem", { TableName: "a", ConditionExpression: "NOT ".repeat(100_000) }],
])("a request is refused that asks for %s", async (_, target, input) => {
  const { lambda } = await start();

  const response = await fetch(`${lambda.url}/_rollouts/`, {
    method: "POST",
    headers: { "X-Amz-Target": target },
    body: JSON.stringify(input),
  });

  expect([response.status, response.headers.get("X-Amzn-ErrorType")]).toEqual([400, "ValidationException"]);
});

test("functions other than the controller get an error", async () => {
  const { elsewhere } = await start();

  await expect(elsewhere.send(new DescribeAlarmsCommand({}))).rejects.toMatchObject({
    name: "UnknownOperationException",
  });
});
