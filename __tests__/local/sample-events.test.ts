import { describe, expect, test } from "@jest/globals";
import { gunzipSync } from "node:zlib";
import { eventKeys, type EventSource } from "../../environments/events";
import { buildSampleEvent, type ForeignKind } from "../../local/sample-events";

const TIME = new Date("2026-03-02T09:05:07.250Z");

const ARNS = {
  stream: "arn:aws:kinesis:eu-west-1:123456789012:stream/clicks/consumer/mine:1693236600",
  table: "arn:aws:dynamodb:eu-west-1:123456789012:table/orders/stream/2026-01-01T00:00:00.000",
};

/** An event of a source with these settings, as a tfvars file has them. */
function build(kind: ForeignKind, settings: Readonly<Record<string, unknown>>): Record<string, unknown> {
  const { sample } = eventKeys.events.parse({ sample: { [kind]: settings } });
  const source = (sample as Record<string, unknown>)[kind] as EventSource<typeof kind>;
  return buildSampleEvent({ functionId: "jobs", event: "sample", kind, source }, "eu-west-1", TIME) as Record<
    string,
    unknown
  >;
}

describe("an event of a source that does not run here", () => {
  test("has a stream's records, with the stream in place of its consumer", () => {
    const event = build("kinesis", { stream_arn: ARNS.stream });

    expect(event).toMatchObject({
      Records: [
        {
          eventSource: "aws:kinesis",
          awsRegion: "eu-west-1",
          eventSourceARN: "arn:aws:kinesis:eu-west-1:123456789012:stream/clicks",
          kinesis: { data: Buffer.from('{"hello":"world"}').toString("base64") },
        },
      ],
    });
  });

  test("has a table's changes", () => {
    const event = build("dynamodb_stream", { stream_arn: ARNS.table });

    expect(event).toMatchObject({
      Records: [{ eventName: "INSERT", eventSource: "aws:dynamodb", eventSourceARN: ARNS.table }],
    });
  });

  test.each([
    [
      { source: ["aws.ec2"], "detail-type": ["State change"] },
      { source: "aws.ec2", "detail-type": "State change" },
    ],
    [
      { source: [{ prefix: "aws." }], detail: { state: ["running", "stopped"] } },
      { source: "aws.", detail: { state: "running" } },
    ],
    [{ detail: { order: { total: [{ numeric: [">", 100] }] } } }, { detail: { order: { total: 101 } } }],
    [{ detail: { total: [{ numeric: ["<=", 100] }] } }, { detail: { total: 100 } }],
    [{ detail: { note: [{ exists: false }], id: [{ exists: true }] } }, { detail: { id: "example" } }],
    [{ detail: { name: [{ suffix: { "equals-ignore-case": ".PNG" } }] } }, { detail: { name: ".PNG" } }],
    [{ detail: { name: [{ wildcard: "a/*.png" }] } }, { detail: { name: "a/example.png" } }],
    [{ detail: { ip: [{ cidr: "10.0.0.0/24" }] } }, { detail: { ip: "10.0.0.0" } }],
    [{ $or: [{ source: ["a"] }, { source: ["b"] }] }, { source: "a" }],
    [{ resources: ["arn:one", "arn:two"] }, { resources: ["arn:one"] }],
  ])("matches its pattern %j", (pattern, expected) => {
    const event = build("event_pattern", { pattern });

    expect(event).toMatchObject({ ...expected, time: "2026-03-02T09:05:07Z", region: "eu-west-1" });
  });

  test("has no value where its pattern wants none", () => {
    const event = build("event_pattern", { pattern: { detail: { note: [{ exists: false }] } } });

    expect(event["detail"]).toEqual({});
  });

  test("has a topic's message, also of a topic that is made", () => {
    const event = build("sns", { create: true });

    expect(event).toMatchObject({
      Records: [{ EventSource: "aws:sns", Sns: { TopicArn: "arn:aws:sns:eu-west-1:000000000000:sample" } }],
    });
  });

  test.each([
    [["s3:ObjectCreated:*"], "ObjectCreated:Put"],
    [["s3:ObjectRemoved:*"], "ObjectRemoved:Delete"],
    [["s3:ObjectCreated:Copy"], "ObjectCreated:Copy"],
  ])("has a bucket's change of %j, of an object that is asked for", (events, eventName) => {
    const event = build("s3", { bucket: "uploads", events, prefix: "in box/", suffix: ".png" });

    expect(event).toMatchObject({
      Records: [{ eventName, s3: { bucket: { name: "uploads" }, object: { key: "in%20box/example.png" } } }],
    });
  });

  test("has lines of a log group, packed as CloudWatch Logs packs them", () => {
    const { awslogs } = build("log_filter", { log_group: "/app" }) as { awslogs: { data: string } };

    const data = JSON.parse(gunzipSync(Buffer.from(awslogs.data, "base64")).toString()) as unknown;

    expect(data).toMatchObject({ messageType: "DATA_MESSAGE", logGroup: "/app", subscriptionFilters: ["sample"] });
  });
});
