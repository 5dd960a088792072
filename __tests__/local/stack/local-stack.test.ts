import { describe, expect, test } from "@jest/globals";
import { join } from "node:path";
import { LocalEnvironmentError } from "../../../local/problem";
import { readLocalStack } from "../../../local/stack/local-stack";
import { References } from "../../../local/stack/references";
import { type StackJson, synthesizeEnvironment } from "../../../local/stack/synthesize";
import { HANDLER_SOURCE, makeProject, makeTemporaryFolder, makeTfvars } from "../../support/project";

const STACK: StackJson = {
  provider: { aws: [{ region: "eu-west-1" }] },
  resource: {
    aws_lambda_function: { api: { function_name: "dev-api", publish: true, memory_size: 256 } },
    aws_lambda_alias: { live: { name: "live", function_name: "${aws_lambda_function.api.function_name}" } },
    aws_sqs_queue: { one: { name: "${aws_sqs_queue.two.name}" }, two: { name: "${aws_sqs_queue.one.name}" } },
  },
  locals: { prefix: "x-${aws_lambda_function.api.function_name}" },
  variable: { token: { sensitive: true }, region: { default: "here" } },
};

function resolve(text: string, variables = {}): unknown {
  const references = new References(STACK, variables);
  const resolved = references.resolve({ text }, "here") as { readonly text: unknown };
  references.check();
  return resolved.text;
}

describe("a reference", () => {
  test.each([
    ["plain", "plain"],
    ["${aws_lambda_function.api.function_name}", "dev-api"],
    ["${aws_lambda_function.api.memory_size}", 256],
    ["${aws_lambda_function.api.version}", "1"],
    ["${aws_lambda_alias.live.arn}", "arn:aws:lambda:eu-west-1:000000000000:function:dev-api:live"],
    ['ALARM("${local.prefix}-${aws_lambda_alias.live.name}")', 'ALARM("x-dev-api-live")'],
    ["${var.token}", "secret"],
    ["${var.region}", "here"],
    ["${sha256(var.region)}", "fcec91509759ad995c2cd14bcb26b2720993faf61c29d379b270d442d92290eb"],
    ["$${literal} %%{too}", "${literal} %{too}"],
  ])("%s is %p", (text, expected) => {
    expect(resolve(text, { TF_VAR_token: "secret" })).toEqual(expected);
  });

  test.each([
    ["${var.token}", "the variable token has no value: set TF_VAR_token"],
    ["${local.absent}", "here.text: there is no local absent"],
    ["${aws_lambda_function.other.arn}", "here.text: there is no aws_lambda_function.other"],
    [
      "${aws_lambda_function.api.last_modified}",
      "here.text: only AWS knows the value of aws_lambda_function.api.last_modified",
    ],
    [
      "${upper(local.prefix)}",
      "here.text: ${upper(local.prefix)} is not supported here; known are attributes of resources, local.<name> and var.<name>",
    ],
    ['x${join(":", ["a"])}', 'here.text: x${join(":", ["a"])} is not supported here'],
    ["%{ if true }x%{ endif }", "here.text: %{ if true }x%{ endif } is not supported here"],
    ["${aws_sqs_queue.one.name}", "aws_sqs_queue.two.name: aws_sqs_queue.one.name refers to itself"],
  ])("%s is told: %s", (text, message) => {
    expect(() => resolve(text)).toThrow(new LocalEnvironmentError(message));
  });
});

async function readDev(text: string, variables = {}) {
  const root = makeProject({ "environments/dev.tfvars": text, "functions/worker/handler.ts": HANDLER_SOURCE });
  return readLocalStack(await synthesizeEnvironment(root, "dev", makeTemporaryFolder()), variables);
}

describe("the stack of an environment", () => {
  test("has what moves requests to new versions of the functions that get them step by step", async () => {
    const functions = `api = { rollout = { strategy = "linear", percent = 50 } }\nworker = {}`;
    const { rollouts, ...stack } = await readDev(
      makeTfvars({ functions, more: 'notify = { teams_variable = "teams" }' }),
    );

    expect(stack.functions.map(({ id }) => id)).toEqual(["api", "rollout-controller", "warmer", "worker"]);
    const controller = { functionName: "dev-rollout-controller" };
    expect(rollouts.ticks).toMatchObject([{ ...controller, expression: "rate(1 minute)", input: { action: "tick" } }]);
    expect(rollouts.starts).toMatchObject([
      {
        ...controller,
        input: {
          ...{ action: "start", version: "1", attempt: expect.stringMatching(/^[0-9a-f]{64}$/) },
          subject: { functionName: "dev-api" },
          plan: { percents: [50, 100], stepSeconds: 300 },
        },
      },
    ]);
    expect(stack.invocations.map(({ functionName }) => functionName)).toEqual(["dev-warmer", "dev-warmer"]);
    expect(stack.events.schedules).toEqual([]);
  });

  test("has functions, schedules, filters and alarms, with all references resolved", async () => {
    const stack = await readDev(
      makeTfvars({
        functions: `api = {
          memory_mb = 512
          timeout_seconds = 7
          endpoint = "public"
          environment = { GREETING = "hi" }
          secrets = { TOKEN = { terraform_variable = "token" } }
        }`,
      }),
      { TF_VAR_token: "s3cret" },
    );

    expect(JSON.stringify({ ...stack, dashboards: [] })).not.toContain("${");
    expect(stack.functions).toMatchObject([
      {
        id: "api",
        name: "dev-api",
        memoryMb: 512,
        timeoutSeconds: 7,
        variables: { GREETING: "hi", TOKEN: "s3cret" },
        aliases: ["live", "warm"],
        endpoint: { kind: "http-api", qualifier: "live", throttling: { rateLimit: 100, burstLimit: 200 } },
      },
      { id: "warmer", name: "dev-warmer", aliases: [], endpoint: undefined },
    ]);
    expect(stack.schedules.map(({ functionName, expression }) => [functionName, expression])).toEqual([
      ["dev-warmer", "cron(0/2 9-17 * * ? *)"],
      ["dev-warmer", "cron(0/5 0-8,18-23 * * ? *)"],
    ]);
    expect(stack.metricFilters.map(({ functionName }) => functionName)).toEqual(["dev-api", "dev-api", "dev-api"]);
    expect(stack.alarms.map(({ name }) => name)).toContain("dev-api-errors");
    expect(stack.compositeAlarms.map(({ name }) => name)).toEqual(["dev-api-degraded"]);
  });

  test("has queues, schedules, and what happens to asynchronous events", async () => {
    const { events } = await readDev(
      makeTfvars({
        functions: `api = {
          timeout_seconds = 7
          events = {
            orders = { sqs = {
              create = true, batch_size = 20, batching_window_seconds = 5, maximum_concurrency = 3, filters = [{ body = { a = [1] } }]
            } }
            theirs = { sqs = { queue_arn = "arn:aws:sqs:eu-west-1:123456789012:theirs.fifo", partial_responses = false } }
            off = { sqs = { create = true, enabled = false } }
            nightly = { schedule = {
              schedule_expression = "cron(0 3 * * ? *)", timezone = "Europe/Berlin", input = { kind = "nightly" }
            } }
            never = { schedule = { schedule_expression = "rate(1 day)", enabled = false } }
          }
          event_invoke_config = { maximum_retry_attempts = 1, maximum_event_age_seconds = 600 }
        }`,
      }),
    );

    const arnOf = (name: string) => `arn:aws:sqs:eu-west-1:000000000000:${name}`;
    const invoked = { functionName: "dev-api", qualifier: "live" };
    const theirs = "arn:aws:sqs:eu-west-1:123456789012:theirs.fifo";
    expect(events.mappings).toEqual([
      {
        ...{ ...invoked, queueArn: arnOf("dev-api-orders"), batchSize: 20, windowMilliseconds: 5000 },
        ...{ reportsFailures: true, filters: ['{"body":{"a":[1]}}'], maximumConcurrency: 3 },
      },
      {
        ...{ ...invoked, queueArn: theirs, batchSize: 10, windowMilliseconds: 0 },
        ...{ reportsFailures: false, filters: [] },
      },
    ]);
    expect(events.queues).toEqual(
      expect.arrayContaining([
        expect.objectContaining({
          arn: arnOf("dev-api-orders"),
          visibilityMilliseconds: 47_000,
          redrive: { deadLetterArn: arnOf("dev-api-orders-dead-letters"), maximumReceives: 5 },
        }),
        expect.objectContaining({ name: "theirs.fifo", arn: theirs }),
        expect.objectContaining({ name: "dev-api-failed-events", retentionMilliseconds: 1_209_600_000 }),
      ]),
    );
    // Not those of the warmer, which run unless warming is off.
    expect(events.schedules).toEqual([
      {
        ...{ ...invoked, region: "eu-west-1", group: "dev-api", name: "nightly" },
        ...{ expression: "cron(0 3 * * ? *)", timezone: "Europe/Berlin", input: '{"kind":"nightly"}' },
      },
    ]);
    expect(events.invokeConfigs.filter(({ functionName }) => functionName === "dev-api")).toEqual([
      {
        ...invoked,
        ...{ maximumRetries: 1, maximumAgeMilliseconds: 600_000, onFailure: arnOf("dev-api-failed-events") },
      },
    ]);
  });

  test("has the code that goes through S3", () => {
    const function_name = "dev-api";
    const json = {
      ...STACK,
      resource: {
        aws_lambda_function: {
          api_function: {
            ...{ function_name, handler: "handler.handler", memory_size: 128, timeout: 3 },
            s3_key: "${aws_s3_object.api_zip.key}",
          },
        },
        aws_s3_object: {
          api_zip: { bucket: "${aws_s3_bucket.code.id}", key: "api/0123.zip", source: "assets/api.zip" },
        },
      },
    };

    const { functions } = readLocalStack({ json, folder: "stack" }, {});

    expect(functions.map(({ zipFile }) => zipFile)).toEqual([join("stack", "assets/api.zip")]);
  });

  test("leaves out what infrastructure.ts makes if only AWS knows a value that it needs", () => {
    const functionName = "arn:aws:lambda:eu-west-1:000000000000:function:dev-api:live";
    const json = {
      ...STACK,
      resource: {
        aws_dynamodb_table: { api_infrastructure_notes: { name: "notes" } },
        aws_sqs_queue: { api_infrastructure_orders: { name: "orders" } },
        aws_lambda_event_source_mapping: {
          api_infrastructure_changes: {
            event_source_arn: "${aws_dynamodb_table.api_infrastructure_notes.stream_arn}",
            function_name: functionName,
          },
          api_infrastructure_messages: {
            event_source_arn: "${aws_sqs_queue.api_infrastructure_orders.arn}",
            function_name: functionName,
          },
        },
      },
    };

    const { events } = readLocalStack({ json, folder: "" }, {});

    expect(events.mappings.map(({ queueArn }) => queueArn)).toEqual(["arn:aws:sqs:eu-west-1:000000000000:orders"]);
  });

  test("names every variable without a value", async () => {
    const functions = `api = { secrets = { FIRST = { terraform_variable = "one" }, OTHER = { terraform_variable = "two" } } }`;

    const reading = readDev(makeTfvars({ functions }));

    await expect(reading).rejects.toThrow(
      "the variable one has no value: set TF_VAR_one\nthe variable two has no value: set TF_VAR_two",
    );
  });
});
