import { beforeAll, describe, expect, test } from "@jest/globals";
import { makeProjectWithEnvironments, TABLE_STREAM } from "../support/environments";
import { type Attributes, findResource, type StackUnderTest, synthesizeProject } from "../support/project";

let stack: StackUnderTest;
let summary: string;

beforeAll(async () => {
  const { stacks, ...synthesized } = await synthesizeProject(makeProjectWithEnvironments());
  summary = synthesized.summary;
  stack = stacks["everything"] as StackUnderTest;
});

const listResources = (type: string) => Object.entries(stack.resource[type] ?? {});

function readStatements(policy: Attributes): readonly Record<string, unknown>[] {
  return (JSON.parse(String(policy["policy"])) as { Statement: readonly Record<string, unknown>[] }).Statement;
}

describe("every event", () => {
  test("enters through alias live, never through the function itself", () => {
    const mappings = listResources("aws_lambda_event_source_mapping");
    expect(mappings).toHaveLength(5);
    for (const [name, mapping] of mappings) {
      const [owner] = name.split("_");
      expect(mapping).toHaveProperty("function_name", `\${aws_lambda_alias.${owner ?? ""}_live.arn}`);
    }
    const permissions = listResources("aws_lambda_permission").filter(([name]) => name.includes("_events_"));
    expect(permissions.map(([, { principal }]) => principal).sort()).toEqual([
      "events.amazonaws.com",
      "logs.amazonaws.com",
      "s3.amazonaws.com",
      "sns.amazonaws.com",
      "sns.amazonaws.com",
    ]);
    for (const [, permission] of permissions) {
      expect(permission).toMatchObject({ qualifier: "${aws_lambda_alias.jobs_live.name}" });
      expect(permission["source_arn"]).toBeDefined();
    }
  });

  test("has somewhere to go when it fails", () => {
    const failed = "${aws_sqs_queue.jobs_failed-events.arn}";
    expect(findResource(stack, "aws_lambda_function_event_invoke_config", "jobs_asynchronous")).toMatchObject({
      qualifier: "${aws_lambda_alias.jobs_live.name}",
      destination_config: { on_failure: { destination: failed } },
    });
    expect(findResource(stack, "aws_cloudwatch_event_target", "jobs_events_stopped_target")).toMatchObject({
      dead_letter_config: { arn: failed },
    });
    expect(findResource(stack, "aws_scheduler_schedule", "jobs_events_nightly_schedule")).toMatchObject({
      target: { dead_letter_config: { arn: failed } },
    });
    for (const name of ["news", "others"]) {
      expect(
        findResource(stack, "aws_sns_topic_subscription", `jobs_events_${name}_subscription`)["redrive_policy"],
      ).toContain(failed);
    }
    for (const name of ["clicks", "changes"]) {
      expect(findResource(stack, "aws_lambda_event_source_mapping", `streams_events_${name}_mapping`)).toMatchObject({
        destination_config: { on_failure: { destination_arn: "${aws_sqs_queue.streams_failed-events.arn}" } },
      });
    }
    const senders = readStatements(findResource(stack, "aws_sqs_queue_policy", "jobs_failed-events-policy"));
    expect(senders.map(({ Principal }) => (Principal as { Service: string }).Service).sort()).toEqual([
      "events.amazonaws.com",
      "sns.amazonaws.com",
      "sns.amazonaws.com",
    ]);
  });
});

describe("a queue that is made", () => {
  test("gives a message back only after the function had time for it, and at last to its dead-letter queue", () => {
    expect(findResource(stack, "aws_sqs_queue", "jobs_events_orders_queue")).toMatchObject({
      name: "everything-jobs-orders",
      sqs_managed_sse_enabled: true,
      visibility_timeout_seconds: 6 * 10 + 5,
      redrive_policy: expect.stringContaining('"maxReceiveCount":5'),
    });
    expect(findResource(stack, "aws_sqs_queue", "jobs_events_sorted_queue")).toMatchObject({
      name: "everything-jobs-sorted.fifo",
      fifo_queue: true,
      redrive_policy: expect.stringContaining('"maxReceiveCount":3'),
    });
    expect(findResource(stack, "aws_sqs_queue", "jobs_events_sorted_dead-letters")).toMatchObject({
      name: "everything-jobs-sorted-dead-letters.fifo",
      fifo_queue: true,
      message_retention_seconds: 1_209_600,
    });
  });

  test("is in the function's output", () => {
    expect(stack.output["jobs"]?.value).toMatchObject({
      events: {
        orders: { queue_url: "${aws_sqs_queue.jobs_events_orders_queue.url}" },
        news: { topic_arn: "${aws_sns_topic.jobs_events_news_topic.arn}" },
      },
      failed_events_url: "${aws_sqs_queue.jobs_failed-events.url}",
    });
  });
});

describe("alarms about events", () => {
  const alarm = (name: string) => findResource(stack, "aws_cloudwatch_metric_alarm", name);

  test("watch the oldest message of all queues, existing ones too", () => {
    expect(alarm("jobs_queue-age")).toMatchObject({
      threshold: 600,
      metric_query: expect.arrayContaining([
        expect.objectContaining({ expression: "MAX([FILL(m1, 0), FILL(m2, 0), FILL(m3, 0)])", return_data: true }),
        expect.objectContaining({
          id: "m3",
          metric: expect.objectContaining({ namespace: "AWS/SQS", dimensions: { QueueName: "theirs" } }),
        }),
      ]),
    });
  });

  test("watch everything that failed for good", () => {
    const { metric_query: queries } = alarm("jobs_dead-letters") as unknown as {
      metric_query: { metric?: { dimensions: { QueueName: string } } }[];
    };
    expect(queries.flatMap(({ metric }) => metric?.dimensions.QueueName ?? [])).toEqual([
      "everything-jobs-orders-dead-letters",
      "everything-jobs-sorted-dead-letters.fifo",
      "everything-jobs-failed-events",
    ]);
    expect(alarm("streams_dead-letters")).toMatchObject({
      metric_name: "ApproximateNumberOfMessagesVisible",
      dimensions: { QueueName: "everything-streams-failed-events" },
    });
  });

  test("watch streams, schedules and rules, and are not there for functions without them", () => {
    expect(alarm("streams_iterator-age")).toMatchObject({
      metric_name: "IteratorAge",
      dimensions: { FunctionName: "everything-streams", Resource: "everything-streams:live" },
    });
    const measured = JSON.stringify(alarm("jobs_failed-deliveries"));
    expect(measured).toContain('{"RuleName":"everything-jobs-stopped"}');
    expect(measured).toContain('{"ScheduleGroup":"everything-jobs"}');
    const names = listResources("aws_cloudwatch_metric_alarm").map(([name]) => name);
    expect(names.filter((name) => /^(jobs_iterator-age|streams_(queue-age|failed-deliveries))$/.test(name))).toEqual(
      [],
    );
    expect(names.filter((name) => /^worker_(queue|iterator|failed|dead)/.test(name))).toEqual([]);
  });
});

test("a mapping says what its event says", () => {
  expect(findResource(stack, "aws_lambda_event_source_mapping", "jobs_events_orders_mapping")).toMatchObject({
    batch_size: 20,
    maximum_batching_window_in_seconds: 5,
    function_response_types: ["ReportBatchItemFailures"],
    scaling_config: { maximum_concurrency: 4 },
    enabled: true,
  });
  expect(findResource(stack, "aws_lambda_event_source_mapping", "jobs_events_theirs_mapping")).toMatchObject({
    event_source_arn: "arn:aws:sqs:eu-west-1:123456789012:theirs",
    filter_criteria: { filter: [{ pattern: '{"body":{"kind":["a"]}}' }] },
  });
  expect(findResource(stack, "aws_lambda_event_source_mapping", "streams_events_changes_mapping")).toMatchObject({
    event_source_arn: TABLE_STREAM,
    starting_position: "LATEST",
    bisect_batch_on_function_error: true,
    maximum_retry_attempts: 10,
    maximum_record_age_in_seconds: 3600,
  });
});

test("a role may read its own queues and streams, write its failed events, and nothing else", () => {
  const of = (name: string) =>
    readStatements(findResource(stack, "aws_iam_role_policy", name)).flatMap(({ Action, Resource }) =>
      (Action as string[]).map((action) => `${action} ${String(Resource)}`),
    );
  expect(of("jobs_policy").filter((line) => line.startsWith("sqs:ReceiveMessage"))).toEqual([
    "sqs:ReceiveMessage ${aws_sqs_queue.jobs_events_orders_queue.arn}",
    "sqs:ReceiveMessage ${aws_sqs_queue.jobs_events_sorted_queue.arn}",
    "sqs:ReceiveMessage arn:aws:sqs:eu-west-1:123456789012:theirs",
  ]);
  expect(of("jobs_policy").filter((line) => line.startsWith("sqs:SendMessage"))).toEqual([
    "sqs:SendMessage ${aws_sqs_queue.jobs_failed-events.arn}",
  ]);
  expect(of("streams_policy").filter((line) => /^(kinesis|dynamodb):/.test(line))).toEqual(
    expect.arrayContaining([
      "kinesis:GetRecords arn:aws:kinesis:eu-west-1:123456789012:stream/clicks",
      `dynamodb:GetRecords ${TABLE_STREAM}`,
    ]),
  );
  expect(of("jobs_schedules-policy")).toEqual([
    "lambda:InvokeFunction ${aws_lambda_alias.jobs_live.arn}",
    "sqs:SendMessage ${aws_sqs_queue.jobs_failed-events.arn}",
  ]);
});

test("a bucket's notifications are one list, for one account's bucket", () => {
  expect(findResource(stack, "aws_s3_bucket_notification")).toMatchObject({
    bucket: "everything-uploads",
    lambda_function: [
      {
        id: "jobs-uploads",
        lambda_function_arn: "${aws_lambda_alias.jobs_live.arn}",
        events: ["s3:ObjectCreated:*"],
        filter_prefix: "in/",
        filter_suffix: ".csv",
      },
    ],
  });
  expect(findResource(stack, "aws_lambda_permission", "jobs_events_uploads_permission")).toHaveProperty(
    "source_account",
  );
});

test("synth tells what Terraform takes over, and which queue it knows nothing of", () => {
  expect(summary).toContain(
    "everything: for jobs, Terraform takes over all notifications of everything-uploads and removes others",
  );
  expect(summary).toContain(
    "everything: jobs keeps no messages that fail for good: arn:aws:sqs:eu-west-1:123456789012:theirs should have a dead-letter queue",
  );
});
