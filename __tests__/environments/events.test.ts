import { expect, test } from "@jest/globals";
import { isSchedule } from "../../environments/schedule-expression";
import { findMistakes, makeTfvars } from "../support/project";

async function toldOf(source: string, more = ""): Promise<string[]> {
  const functions = `api = { events = { work = { ${source} } } ${more} }`;
  const mistakes = await findMistakes({ "environments/dev.tfvars": makeTfvars({ functions }) });
  return mistakes.map((line) => line.replace("environments/dev.tfvars: functions.api.", ""));
}

const QUEUE = "arn:aws:sqs:eu-west-1:123456789012:jobs";
const STREAM = "arn:aws:kinesis:eu-west-1:123456789012:stream/clicks";

test.each([
  ["sqs = { create = true }"],
  [`sqs = { queue_arn = "${QUEUE}", batch_size = 10000, batching_window_seconds = 300 }`],
  [`sqs = { queue_arn = "${QUEUE}.fifo", batch_size = 10 }`],
  [`sqs = { queue_arn = "${QUEUE}", filters = [{ body = { kind = ["a"] } }, "{\\"body\\":{\\"n\\":[null]}}"] }`],
  [`kinesis = { stream_arn = "${STREAM}/consumer/mine:1700000000", tumbling_window_seconds = 60 }`],
  [
    'dynamodb_stream = { stream_arn = "arn:aws:dynamodb:eu-west-1:123456789012:table/orders/stream/2026-11-01T00:00:00.000" }',
  ],
  ['schedule = { schedule_expression = "cron(0 3 ? * MON-FRI *)", timezone = "America/New_York" }'],
  ['event_pattern = { pattern = { source = ["aws.s3"] }, bus = "partners/shop" }'],
  ['sns = { create = true, filter_policy = { kind = ["a"] }, filter_policy_scope = "MessageBody" }'],
  ['s3 = { bucket = "uploads", events = ["s3:ObjectCreated:Put"], suffix = ".csv" }'],
  ['s3 = { bucket = "uploads", events = ["s3:ObjectTagging:*", "s3:LifecycleTransition"] }'],
  [
    'event_pattern = { pattern = { detail = { size = [{ numeric = [">", 0] }], "$or" = [{ a = [1] }, { b = [2] }] } } }',
  ],
  ['sns = { create = true, filter_policy = { a = { b = [1] } }, filter_policy_scope = "MessageBody" }'],
  ['log_filter = { log_group = "/aws/lambda/other" }'],
])("an event is taken: %s", async (source) => {
  expect(await toldOf(source)).toEqual([]);
});

test.each([
  [
    "",
    "events.work: expected exactly one of sqs, kinesis, dynamodb_stream, schedule, event_pattern, sns, s3, log_filter, got none",
  ],
  ["sqs = { create = true }, sns = { create = true }", /^events\.work: expected exactly one of sqs, /],
  ["sqs = {}", "events.work.sqs.queue_arn: expected either queue_arn or create = true, got nothing"],
  [
    `sqs = { queue_arn = "${QUEUE}", create = true }`,
    `events.work.sqs.queue_arn: expected either queue_arn or create = true, got "${QUEUE}"`,
  ],
  [
    'sqs = { queue_arn = "arn:aws:sqs:us-east-1:123456789012:jobs" }',
    'events.work.sqs.queue_arn: expected an ARN in the environment\'s region, eu-west-1, got "us-east-1"',
  ],
  [
    `sqs = { queue_arn = "${QUEUE}", maximum_receives = 3 }`,
    "events.work.sqs.maximum_receives: expected create = true as well: an existing queue has its own, got 3",
  ],
  [
    "sqs = { create = true, batch_size = 11 }",
    "events.work.sqs.batching_window_seconds: expected at least 1 with a batch_size above 10, got 0",
  ],
  [
    "sqs = { create = true, fifo = true, batch_size = 11 }",
    "events.work.sqs.batch_size: expected at most 10 for a FIFO queue, got 11",
  ],
  [
    "sqs = { create = true, fifo = true, batching_window_seconds = 1 }",
    "events.work.sqs.batching_window_seconds: expected 0 for a FIFO queue, got 1",
  ],
  [
    "sqs = { create = true, maximum_concurrency = 1 }",
    "events.work.sqs.maximum_concurrency: expected 2 to 1000, got 1",
  ],
  [
    "sqs = { create = true, filters = [1] }",
    'events.work.sqs.filters.0: expected a map or JSON text of one, as in { body = { kind = ["order"] } }, got 1',
  ],
  [
    'sqs = { create = true, filters = ["{"] }',
    'events.work.sqs.filters.0: expected a map or JSON text of one, as in { body = { kind = ["order"] } }, got "{"',
  ],
  [
    `kinesis = { stream_arn = "${STREAM}", tumbling_window_seconds = 60, parallelization_factor = 2 }`,
    "events.work.kinesis.parallelization_factor: expected 1 with tumbling_window_seconds, because a window has one state, got 2",
  ],
  [
    'schedule = { schedule_expression = "every day" }',
    'events.work.schedule.schedule_expression: expected cron(…), rate(…) or at(…), as in cron(0 3 * * ? *), got "every day"',
  ],
  [
    'schedule = { schedule_expression = "cron(0 3 * * * *)" }',
    'events.work.schedule.schedule_expression: expected cron(…), rate(…) or at(…) as EventBridge Scheduler takes it, got "cron(0 3 * * * *)"',
  ],
  [
    'schedule = { schedule_expression = "cron(0 3 * * ? *)", timezone = "Europe/Bern" }',
    'events.work.schedule.timezone: expected a time zone of the IANA database, as in Europe/Berlin, got "Europe/Bern"',
  ],
  [
    'schedule = { schedule_expression = "rate(5 minutes)", timezone = "Europe/Berlin" }',
    'events.work.schedule.timezone: expected no time zone for a rate, which counts from its creation, got "Europe/Berlin"',
  ],
  [
    'sns = { create = true, filter_policy_scope = "MessageBody" }',
    'events.work.sns.filter_policy_scope: expected filter_policy as well, without which it has no effect, got "MessageBody"',
  ],
  ['s3 = { bucket = "uploads", events = [] }', "events.work.s3.events: expected at least one, got an empty list"],
  [
    's3 = { bucket = "uploads", events = ["s3:ObjectCreate:*"] }',
    'events.work.s3.events.0: expected an event of S3, as in s3:ObjectCreated:*, got "s3:ObjectCreate:*"',
  ],
  [
    'event_pattern = { pattern = { source = "aws.s3" } }',
    'events.work.event_pattern.pattern: expected a pattern whose values are lists, as in { source = ["aws.ec2"] }, got a map',
  ],
  [
    "sqs = { create = true, filters = [{ body = { kind = [] } }] }",
    'events.work.sqs.filters.0: expected a pattern whose values are lists, as in { body = { kind = ["order"] } }, got a map',
  ],
  [
    "sns = { create = true, filter_policy = { a = [1], b = [1], c = [1], d = [1], e = [1], f = [1] } }",
    "events.work.sns.filter_policy: expected at most 5 keys with a list, got a map",
  ],
  [
    "sns = { create = true, filter_policy = { a = { b = [1] } } }",
    'events.work.sns.filter_policy: expected no maps in it without filter_policy_scope = "MessageBody": attributes of messages have none, got a map',
  ],
  [
    `sqs = { queue_arn = "${QUEUE}" } }, work-2 = { sqs = { queue_arn = "${QUEUE}" }`,
    `events.work-2.sqs.queue_arn: expected another one than that of events.work, got "${QUEUE}"`,
  ],
  [
    `kinesis = { stream_arn = "${STREAM}" } }, work-2 = { kinesis = { stream_arn = "${STREAM}" }`,
    `events.work-2.kinesis.stream_arn: expected another one than that of events.work, got "${STREAM}"`,
  ],
  [
    'sns = { topic_arn = "arn:aws:sns:eu-west-1:123456789012:a" } }, work-2 = { sns = { topic_arn = "arn:aws:sns:eu-west-1:123456789012:a" }',
    'events.work-2.sns.topic_arn: expected another one than that of events.work, got "arn:aws:sns:eu-west-1:123456789012:a"',
  ],
])("an event that AWS would refuse is a mistake: %s", async (source, message) => {
  const [first = ""] = await toldOf(source);
  if (typeof message === "string") expect(first).toBe(message);
  else expect(first).toMatch(message);
});

test("more instances for a queue than the function may have is a mistake", async () => {
  expect(await toldOf("sqs = { create = true, maximum_concurrency = 5 }", ", reserved_concurrency = 4")).toEqual([
    "events.work.sqs.maximum_concurrency: expected at most reserved_concurrency, which is 4, got 5",
  ]);
});

test("what becomes of failed events is set only where Lambda queues events itself", async () => {
  const more = ", event_invoke_config = { maximum_retry_attempts = 0 }";
  expect(await toldOf("sqs = { create = true }", more)).toEqual([
    "event_invoke_config: expected an event of schedule, event_pattern, sns, s3 or log_filter, or asynchronous = true, got nothing",
  ]);
  expect(await toldOf("sns = { create = true }", more)).toEqual([]);
  expect(await toldOf("sqs = { create = true }", `${more}, asynchronous = true`)).toEqual([]);
});

const TARGET = "expected the ARN of a standard queue, a standard topic, a bus or a function, got";

test.each([
  [QUEUE, undefined],
  ["arn:aws:sns:eu-west-1:123456789012:failures", undefined],
  ["arn:aws:events:eu-west-1:123456789012:event-bus/partners/shop", undefined],
  ["arn:aws:lambda:eu-west-1:123456789012:function:handle:live", undefined],
  [`${QUEUE}.fifo`, TARGET],
  ["arn:aws:sqs:eu-west-1:123456789012:*", TARGET],
  ["arn:aws:lambda:eu-west-1:123456789012:function:a?", TARGET],
  ["arn:aws:events:eu-west-1:123456789012:rule/a", TARGET],
  [QUEUE.replace("aws", "aws-cn"), "expected an ARN in partition aws, to which eu-west-1 belongs, got"],
])("what Lambda could not send results to, or more than one thing, is refused: %s", async (arn, message) => {
  for (const key of ["on_failure_arn", "on_success_arn"]) {
    const told = await toldOf("sns = { create = true }", `, event_invoke_config = { ${key} = "${arn}" }`);
    const expected = message === undefined ? [] : [`event_invoke_config.${key}: ${message}`];
    expect(told.map((line) => line.slice(0, expected[0]?.length))).toEqual(expected);
  }
});

test.each([
  ["rate(1 minute)", true],
  ["rate(1 minutes)", false],
  ["rate(2 minute)", false],
  ["rate(0 minutes)", false],
  ["at(2027-02-28T12:00:00)", true],
  ["at(2027-02-30T12:00:00)", false],
  ["at(2027-02-28)", false],
  ["cron(0/15 9-17 ? * 2-6 2027)", true],
  ["cron(0 10 L * ? *)", true],
  ["cron(60 10 * * ? *)", false],
  ["cron(0 10 * * ?)", false],
])("%s is a schedule of EventBridge Scheduler: %s", (expression, is) => {
  expect(isSchedule(expression)).toBe(is);
});
