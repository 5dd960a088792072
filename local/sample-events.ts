import { gzipSync } from "node:zlib";
import { type EventKind, type EventSource } from "../environments/events";
import { ACCOUNT } from "./lambda/function-configuration";

/** Kinds of sources that do not run on this computer. */
export type ForeignKind = Exclude<EventKind, "sqs" | "schedule">;

/** An event of a source that does not run on this computer. */
export interface ForeignEvent<Kind extends ForeignKind = ForeignKind> {
  /** The function's name in the environment's file. */
  readonly functionId: string;
  readonly event: string;
  readonly kind: Kind;
  readonly source: EventSource<Kind>;
}

type Build<Kind extends ForeignKind> = (
  source: EventSource<Kind>,
  context: { readonly event: string; readonly region: string; readonly time: Date },
) => object;

const MESSAGE = '{"hello":"world"}';

const OBJECT_EVENTS: readonly (readonly [pattern: RegExp, name: string])[] = [
  [/^s3:ObjectCreated:\*/, "ObjectCreated:Put"],
  [/^s3:ObjectRemoved:\*/, "ObjectRemoved:Delete"],
];

/** One event of each kind, as AWS documents it: https://docs.aws.amazon.com/lambda/latest/dg/lambda-services.html */
const BUILDERS: { readonly [Kind in ForeignKind]: Build<Kind> } = {
  kinesis: ({ streamArn }, { region, time }) => ({
    Records: [
      {
        kinesis: {
          kinesisSchemaVersion: "1.0",
          partitionKey: "1",
          sequenceNumber: "49590338271490256608559692538361571095921575989136588898",
          data: Buffer.from(MESSAGE).toString("base64"),
          approximateArrivalTimestamp: time.getTime() / 1000,
        },
        eventSource: "aws:kinesis",
        eventVersion: "1.0",
        eventID: "shardId-000000000006:49590338271490256608559692538361571095921575989136588898",
        eventName: "aws:kinesis:record",
        invokeIdentityArn: `arn:aws:iam::${ACCOUNT}:role/local`,
        awsRegion: region,
        eventSourceARN: streamArn.replace(/\/consumer\/.*$/, ""),
      },
    ],
  }),
  dynamodb_stream: ({ streamArn }, { region, time }) => ({
    Records: [
      {
        eventID: "1",
        eventVersion: "1.1",
        eventName: "INSERT",
        eventSource: "aws:dynamodb",
        awsRegion: region,
        dynamodb: {
          ApproximateCreationDateTime: Math.floor(time.getTime() / 1000),
          Keys: { id: { S: "1" } },
          NewImage: { id: { S: "1" }, message: { S: "hello" } },
          SequenceNumber: "111",
          SizeBytes: 26,
          StreamViewType: "NEW_AND_OLD_IMAGES",
        },
        eventSourceARN: streamArn,
      },
    ],
  }),
  event_pattern: ({ pattern }, { region, time }) => ({
    version: "0",
    id: "6a7e8feb-b491-4cf7-a9f1-bf3703467718",
    "detail-type": "Example",
    source: "example",
    account: ACCOUNT,
    time: formatSecond(time),
    region,
    resources: [],
    detail: {},
    ...matchPattern(pattern),
  }),
  sns: ({ topicArn }, { event, region, time }) => {
    const arn = topicArn ?? `arn:aws:sns:${region}:${ACCOUNT}:${event}`;
    return {
      Records: [
        {
          EventVersion: "1.0",
          EventSubscriptionArn: `${arn}:21be56ed-a058-49f5-8c98-aedd2564c486`,
          EventSource: "aws:sns",
          Sns: {
            SignatureVersion: "1",
            Timestamp: time.toISOString(),
            Signature: "example",
            SigningCertURL: "https://example.com/certificate.pem",
            MessageId: "95df01b4-ee98-5cb9-9903-4c221d41eb5e",
            Message: MESSAGE,
            MessageAttributes: {},
            Type: "Notification",
            UnsubscribeURL: "https://example.com/unsubscribe",
            TopicArn: arn,
            Subject: null,
          },
        },
      ],
    };
  },
  s3: ({ bucket, events: [first = ""], prefix = "", suffix = "" }, { event, region, time }) => ({
    Records: [
      {
        eventVersion: "2.1",
        eventSource: "aws:s3",
        awsRegion: region,
        eventTime: time.toISOString(),
        eventName: OBJECT_EVENTS.find(([pattern]) => pattern.test(first))?.[1] ?? first.replace(/^s3:/, ""),
        userIdentity: { principalId: "example" },
        requestParameters: { sourceIPAddress: "127.0.0.1" },
        responseElements: { "x-amz-request-id": "example", "x-amz-id-2": "example" },
        s3: {
          s3SchemaVersion: "1.0",
          configurationId: event,
          bucket: { name: bucket, ownerIdentity: { principalId: "example" }, arn: `arn:aws:s3:::${bucket}` },
          object: {
            key: encodeURIComponent(`${prefix}example${suffix}`).replaceAll("%2F", "/"),
            size: 1024,
            eTag: "0123456789abcdef0123456789abcdef",
            sequencer: "0A1B2C3D4E5F678901",
          },
        },
      },
    ],
  }),
  log_filter: ({ logGroup }, { event, time }) => {
    const data = {
      messageType: "DATA_MESSAGE",
      owner: ACCOUNT,
      logGroup,
      logStream: "example",
      subscriptionFilters: [event],
      logEvents: [{ id: "1", timestamp: time.getTime(), message: MESSAGE }],
    };
    return { awslogs: { data: gzipSync(JSON.stringify(data)).toString("base64") } };
  },
};

/** An event as such a source would send it. */
export function buildSampleEvent<Kind extends ForeignKind>(
  { kind, event, source }: ForeignEvent<Kind>,
  region: string,
  time: Date,
): object {
  return BUILDERS[kind](source, { event, region, time });
}

/**
 * Values that match a pattern:
 * https://docs.aws.amazon.com/eventbridge/latest/userguide/eb-create-pattern-operators.html
 */
function matchPattern(pattern: Readonly<Record<string, unknown>>): Record<string, unknown> {
  return Object.fromEntries(
    Object.entries(pattern).flatMap(([key, wanted]): [string, unknown][] => {
      if (key === "$or") return Object.entries(matchPattern((wanted as Record<string, unknown>[])[0] ?? {}));
      if (!Array.isArray(wanted)) return [[key, matchPattern(wanted as Record<string, unknown>)]];
      const value = matchOne(wanted[0]);
      if (value === undefined) return [];
      return [[key, key === "resources" ? [value] : value]];
    }),
  );
}

/** Undefined if the pattern wants that there is no value. */
function matchOne(wanted: unknown): unknown {
  if (typeof wanted !== "object" || wanted === null) return wanted;
  const [operator = "", operand] = Object.entries(wanted).flat() as [string?, unknown?];
  switch (operator) {
    case "prefix":
    case "suffix":
    case "equals-ignore-case":
      return typeof operand === "object" ? matchOne(operand) : operand;
    case "wildcard":
      return String(operand).replaceAll("*", "example");
    case "cidr":
      return String(operand).replace(/\/\d+$/, "");
    case "exists":
      return operand === true ? "example" : undefined;
    case "numeric":
      return matchNumber(operand as readonly (string | number)[]);
    default:
      return "example";
  }
}

function matchNumber([comparison, limit]: readonly (string | number)[]): number {
  const offset = { ">": 1, "<": -1 }[String(comparison)] ?? 0;
  return Number(limit) + offset;
}

function formatSecond(time: Date): string {
  return `${time.toISOString().slice(0, 19)}Z`;
}
