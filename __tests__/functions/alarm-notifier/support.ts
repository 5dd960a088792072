import {
  ConditionalCheckFailedException,
  DynamoDBClient,
  PutItemCommand,
  type PutItemCommandInput,
  UpdateItemCommand,
  type UpdateItemCommandInput,
} from "@aws-sdk/client-dynamodb";
import { mockClient } from "aws-sdk-client-mock";
import Ajv, { type ValidateFunction } from "ajv";
import { createServer, type IncomingHttpHeaders } from "node:http";
import { type AddressInfo } from "node:net";
import { type TopicMessage } from "../../../functions/alarm-notifier/alarm";

/** What a service got, if it was what the service takes. */
export interface Posted {
  readonly path: string;
  readonly headers: IncomingHttpHeaders;
  readonly body: Readonly<Record<string, unknown>>;
}

/** A service on this computer, which takes only what its documentation says. */
export interface FakeService {
  readonly url: string;
  readonly posted: Posted[];
  /** What the documentation does not allow in what it got. */
  readonly mistakes: string[];
  /** Answers with these first, and then as it always does. */
  readonly answers: (readonly [status: number, body: string])[];
  readonly close: () => Promise<void>;
}

interface Rules {
  readonly schema: object;
  readonly mostBytes: number;
  readonly answer: (path: string, body: Readonly<Record<string, unknown>>) => readonly [number, string];
}

/** Starts a service. */
export async function startService({ schema, mostBytes, answer }: Rules): Promise<FakeService> {
  const validate: ValidateFunction = new Ajv({ allErrors: true }).compile(schema);
  const posted: Posted[] = [];
  const mistakes: string[] = [];
  const answers: (readonly [number, string])[] = [];
  const server = createServer((request, response) => {
    const chunks: Buffer[] = [];
    request.on("data", (chunk: Buffer) => chunks.push(chunk));
    request.on("end", () => {
      const bytes = Buffer.concat(chunks);
      const body = JSON.parse(bytes.toString("utf8")) as Readonly<Record<string, unknown>>;
      if (bytes.length > mostBytes) mistakes.push(`${bytes.length} bytes`);
      if (!validate(body))
        mistakes.push(...(validate.errors ?? []).map((error) => `${error.instancePath} ${error.message ?? ""}`));
      posted.push({ path: request.url ?? "", headers: request.headers, body });
      const [status, text] = answers.shift() ?? answer(request.url ?? "", body);
      response.writeHead(status).end(text);
    });
  });
  await new Promise<void>((resolve) => server.listen(0, "127.0.0.1", resolve));
  const { port } = server.address() as AddressInfo;
  return {
    url: `http://127.0.0.1:${port}/`,
    posted,
    mistakes,
    answers,
    close: () =>
      new Promise((resolve) => {
        server.closeAllConnections();
        server.close(() => {
          resolve();
        });
      }),
  };
}

const text = (most: number) => ({ type: "string", minLength: 1, maxLength: most });

/**
 * https://docs.slack.dev/reference/block-kit/blocks, https://docs.slack.dev/reference/block-kit/blocks/header-block,
 * https://docs.slack.dev/reference/block-kit/blocks/section-block
 */
const SLACK_MESSAGE = {
  type: "object",
  required: ["text"],
  additionalProperties: false,
  properties: {
    text: text(40_000),
    channel: { type: "string", pattern: "^C[A-Z0-9]+$" },
    ts: { type: "string", pattern: "^\\d+\\.\\d{6}$" },
    unfurl_links: { type: "boolean" },
    blocks: {
      type: "array",
      minItems: 1,
      maxItems: 50,
      items: {
        oneOf: [
          {
            type: "object",
            required: ["type", "text"],
            additionalProperties: false,
            properties: {
              type: { const: "header" },
              text: {
                type: "object",
                required: ["type", "text"],
                additionalProperties: false,
                properties: { type: { const: "plain_text" }, text: text(150), emoji: { type: "boolean" } },
              },
            },
          },
          {
            type: "object",
            required: ["type", "text"],
            additionalProperties: false,
            properties: {
              type: { const: "section" },
              text: {
                type: "object",
                required: ["type", "text"],
                additionalProperties: false,
                properties: { type: { const: "mrkdwn" }, text: text(3000), verbatim: { type: "boolean" } },
              },
            },
          },
        ],
      },
    },
  },
};

/** An incoming webhook of Slack: https://docs.slack.dev/messaging/sending-messages-using-incoming-webhooks */
export async function startSlackWebhook(): Promise<FakeService> {
  return startService({ schema: SLACK_MESSAGE, mostBytes: 200_000, answer: () => [200, "ok"] });
}

/** Slack's Web API: https://docs.slack.dev/reference/methods/chat.postMessage */
export async function startSlackApi(): Promise<FakeService> {
  let count = 0;
  return startService({
    schema: { ...SLACK_MESSAGE, required: ["text", "channel"] },
    mostBytes: 200_000,
    answer: (_, { channel, ts = `170000000${++count}.000100` }) => [200, JSON.stringify({ ok: true, channel, ts })],
  });
}

const RUN = {
  type: "object",
  required: ["type", "text"],
  additionalProperties: false,
  properties: {
    type: { const: "TextRun" },
    text: { type: "string" },
    color: { enum: ["Default", "Dark", "Light", "Accent", "Good", "Warning", "Attention"] },
    fontType: { enum: ["Default", "Monospace"] },
    size: { enum: ["Default", "Small", "Medium", "Large", "ExtraLarge"] },
    weight: { enum: ["Default", "Lighter", "Bolder"] },
  },
};

/**
 * https://learn.microsoft.com/en-us/microsoftteams/platform/webhooks-and-connectors/how-to/connectors-using and
 * https://adaptivecards.io/schemas/adaptive-card.json, of which these are the parts that are used
 */
const TEAMS_MESSAGE = {
  type: "object",
  required: ["type", "attachments"],
  additionalProperties: false,
  properties: {
    type: { const: "message" },
    attachments: {
      type: "array",
      minItems: 1,
      maxItems: 1,
      items: {
        type: "object",
        required: ["contentType", "content"],
        additionalProperties: false,
        properties: {
          contentType: { const: "application/vnd.microsoft.card.adaptive" },
          contentUrl: { type: "null" },
          content: {
            type: "object",
            required: ["$schema", "type", "version", "body"],
            additionalProperties: false,
            properties: {
              $schema: { const: "http://adaptivecards.io/schemas/adaptive-card.json" },
              type: { const: "AdaptiveCard" },
              version: { enum: ["1.4", "1.5"] },
              msteams: { type: "object" },
              body: {
                type: "array",
                minItems: 1,
                items: {
                  type: "object",
                  required: ["type", "inlines"],
                  additionalProperties: false,
                  properties: {
                    type: { const: "RichTextBlock" },
                    spacing: { enum: ["Default", "None", "Small", "Medium", "Large", "ExtraLarge", "Padding"] },
                    inlines: { type: "array", minItems: 1, items: RUN },
                  },
                },
              },
              actions: {
                type: "array",
                maxItems: 6,
                items: {
                  type: "object",
                  required: ["type", "title", "url"],
                  additionalProperties: false,
                  properties: {
                    type: { const: "Action.OpenUrl" },
                    title: { type: "string" },
                    url: { type: "string", pattern: "^https://" },
                  },
                },
              },
            },
          },
        },
      },
    },
  },
};

/** The webhook of a workflow, which takes messages of at most 28 KB. */
export async function startTeams(): Promise<FakeService> {
  return startService({ schema: TEAMS_MESSAGE, mostBytes: 28 * 1024, answer: () => [202, ""] });
}

/** https://developer.pagerduty.com/docs/send-alert-event */
const PAGERDUTY_EVENT = {
  type: "object",
  required: ["routing_key", "event_action", "dedup_key"],
  additionalProperties: false,
  properties: {
    routing_key: { type: "string", minLength: 32, maxLength: 32 },
    event_action: { enum: ["trigger", "resolve"] },
    dedup_key: text(255),
    payload: {
      type: "object",
      required: ["summary", "source", "severity"],
      additionalProperties: false,
      properties: {
        summary: text(1024),
        source: text(1024),
        severity: { enum: ["critical", "error", "warning", "info"] },
        timestamp: { type: "string", pattern: "^\\d{4}-\\d\\d-\\d\\dT\\d\\d:\\d\\d:\\d\\d\\.\\d{3}Z$" },
        custom_details: { type: "object" },
      },
    },
    links: {
      type: "array",
      items: {
        type: "object",
        required: ["href"],
        additionalProperties: false,
        properties: { href: { type: "string", pattern: "^https://" }, text: { type: "string" } },
      },
    },
  },
  if: { properties: { event_action: { const: "trigger" } } },
  then: { required: ["payload"] },
};

/** PagerDuty's Events API v2, which takes events of at most 512 KB. */
export async function startPagerDuty(): Promise<FakeService> {
  const taken = JSON.stringify({ status: "success", message: "Event processed" });
  return startService({ schema: PAGERDUTY_EVENT, mostBytes: 512 * 1024, answer: () => [202, taken] });
}

type Item = NonNullable<PutItemCommandInput["Item"]>;

/** A table of DynamoDB that keeps the conditions that the notifier sets. */
export function mockTable(): Map<string, Item> {
  const items = new Map<string, Item>();
  const refuse = () => {
    throw new ConditionalCheckFailedException({ message: "The conditional request failed", $metadata: {} });
  };
  const mock = mockClient(DynamoDBClient);
  mock.on(UpdateItemCommand).callsFake(({ Key, ExpressionAttributeValues: values }: UpdateItemCommandInput) => {
    const id = Key?.["id"]?.S ?? "";
    const item = items.get(id) ?? { id: { S: id } };
    if (Number(item["lockedUntil"]?.N ?? 0) >= Number(values?.[":now"]?.N)) refuse();
    const { ":until": lockedUntil, ":owner": lockedBy, ":expiresAt": expiresAt } = values ?? {};
    const locked = { ...item, lockedUntil, lockedBy, expiresAt } as Item;
    items.set(id, locked);
    return { Attributes: locked };
  });
  mock.on(PutItemCommand).callsFake(({ Item: item = {}, ExpressionAttributeValues: values }: PutItemCommandInput) => {
    const id = item["id"]?.S ?? "";
    if (items.get(id)?.["lockedBy"]?.S !== values?.[":owner"]?.S) refuse();
    items.set(id, item);
    return {};
  });
  return items;
}

/** What CloudWatch says about an alarm, besides what every test needs. */
export interface Said {
  readonly name?: string;
  readonly state?: "ALARM" | "OK" | "INSUFFICIENT_DATA";
  readonly at?: number;
  readonly topic?: "urgent" | "notice";
  readonly description?: string | null;
}

/** A text as the stack gives it to an alarm. */
export const DESCRIPTION = `api (prod): more than 5 failed requests in 5 minutes.
Likely: the last deployment; a dependency that is down.
First: check which category fails.
Dashboard: https://console.aws.amazon.com/cloudwatch/home?region=eu-west-1#dashboards/dashboard/prod?start=PT3H
Query prod/failures: https://console.aws.amazon.com/cloudwatch/home?region=eu-west-1#logsV2:logs-insights$3FqueryDetail$3D~(queryId~'1-2)
Logs: https://console.aws.amazon.com/cloudwatch/home?region=eu-west-1#logsV2:log-groups/log-group/$252Faws$252Flambda$252Fprod-api
Runbook: docs/runbooks/errors.md`;

/**
 * A message as CloudWatch sends it about an alarm on a metric:
 * https://docs.aws.amazon.com/AmazonCloudWatch/latest/monitoring/Notify_Users_Alarm_Changes.html
 */
export function makeMessage({
  name = "prod-api-errors",
  state = "ALARM",
  at = Date.UTC(2026, 10, 29, 22, 40),
  topic = "urgent",
  description = DESCRIPTION,
}: Said = {}): TopicMessage {
  return {
    TopicArn: `arn:aws:sns:eu-west-1:123456789012:prod-alarms-${topic}`,
    Message: JSON.stringify({
      AlarmName: name,
      AlarmDescription: description,
      AWSAccountId: "123456789012",
      AlarmConfigurationUpdatedTimestamp: "2026-11-01T00:00:00.000+0000",
      NewStateValue: state,
      NewStateReason: "Threshold Crossed: 1 datapoint [7.0 (29/11/26 22:35:00)] was greater than the threshold (5.0).",
      StateChangeTime: new Date(at).toISOString().replace("Z", "+0000"),
      Region: "EU (Ireland)",
      AlarmArn: `arn:aws:cloudwatch:eu-west-1:123456789012:alarm:${name}`,
      OldStateValue: state === "ALARM" ? "OK" : "ALARM",
      OKActions: [],
      AlarmActions: [],
      InsufficientDataActions: [],
      Trigger: {
        MetricName: "Errors",
        Namespace: "AWS/Lambda",
        StatisticType: "Statistic",
        Statistic: "SUM",
        Unit: null,
        Dimensions: [{ value: "prod-api", name: "FunctionName" }],
        Period: 300,
        EvaluationPeriods: 1,
        DatapointsToAlarm: 1,
        ComparisonOperator: "GreaterThanThreshold",
        Threshold: 5,
        TreatMissingData: "notBreaching",
        EvaluateLowSampleCountPercentile: "",
      },
    }),
  };
}
