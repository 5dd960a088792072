import { afterEach, describe, expect, test } from "@jest/globals";
import { readdirSync, readFileSync } from "node:fs";
import { join } from "node:path";
import { type LocalEnvironment, type LocalEvent, startLocalEnvironment } from "../../local/local-environment";
import { makeProject, makeTemporaryFolder, makeTfvars } from "../support/project";
import { waitUntil } from "./lambda/support";

/** Reports bad messages, and fails for every other event. */
const HANDLER = `export const handler = async (event) => {
  if (!event.Records) throw new RangeError("no records");
  const bad = event.Records.filter(({ body }) => body === "bad");
  return { batchItemFailures: bad.map(({ messageId }) => ({ itemIdentifier: messageId })) };
};
`;

const started: LocalEnvironment[] = [];

afterEach(async () => {
  await Promise.all(started.splice(0).map((environment) => environment.close()));
});

async function start(events: string, { queueFolder = makeTemporaryFolder(), more = "" } = {}) {
  const told: LocalEvent[] = [];
  const environment = await startLocalEnvironment({
    environment: "dev",
    root: makeProject({
      "environments/dev.tfvars": makeTfvars({
        functions: `api = { timeout_seconds = 5\nevents = { ${events} }\n${more}\n}`,
      }),
      "functions/api/handler.ts": HANDLER,
    }),
    ...{ port: 0, warming: false, speed: 600, queueFolder, onEvent: (event) => told.push(event) },
  });
  started.push(environment);
  return { environment, told, queueFolder };
}

async function countMessages({ queues }: LocalEnvironment, name: string): Promise<unknown> {
  const response = await fetch(new URL(name, queues[0]?.url));
  return response.json();
}

const EMPTY = { ApproximateNumberOfMessages: 0, ApproximateNumberOfMessagesNotVisible: 0 };

describe("events on this computer", () => {
  test("messages of a queue are handled; a bad one is tried, and stays among the dead letters", async () => {
    const events = "orders = { sqs = { create = true, maximum_receives = 2 } }";
    const { environment, told, queueFolder } = await start(events);
    const [{ name, url } = { name: "", url: "" }] = environment.queues;

    for (const body of ["good", "bad"]) await fetch(url, { method: "POST", body });
    await waitUntil(() => told.some(({ kind }) => kind === "dead-letter"));
    await waitUntil(() => environment.snapshot().functions[0]?.requests === 3);
    const counts = await countMessages(environment, name);
    const hasRung = (alarm: string) =>
      told.some((event) => event.kind === "alarm" && event.to === "ALARM" && event.name === alarm);
    await waitUntil(() => hasRung("dev-api-dead-letters"));
    await environment.close();
    const { environment: again } = await start(events, { queueFolder });

    expect([name, counts]).toEqual(["dev-api-orders", EMPTY]);
    expect(told.filter(({ kind }) => kind === "dead-letter")).toMatchObject([
      { receiveCount: 2, queueName: "dev-api-orders", deadLetterQueueName: "dev-api-orders-dead-letters" },
    ]);
    expect(await countMessages(again, "dev-api-orders-dead-letters")).toEqual({
      ...EMPTY,
      ApproximateNumberOfMessages: 1,
    });
  });

  test("a schedule fires, and its event goes to the failed events in the end", async () => {
    const { environment, told, queueFolder } = await start(
      'nightly = { schedule = { schedule_expression = "rate(1 day)", input = { kind = "nightly" } } }',
      { more: "event_invoke_config = { maximum_retry_attempts = 1 }" },
    );

    await waitUntil(() => told.some(({ kind }) => kind === "event-failed"));

    expect(told.filter(({ kind }) => kind === "event-failed")).toMatchObject([
      { id: "api", condition: "RetriesExhausted", attempts: 2, queueName: "dev-api-failed-events" },
    ]);
    expect(environment.snapshot().functions[0]).toMatchObject({ requests: 2, errors: 2 });
    const folder = join(queueFolder, "dev-api-failed-events");
    const [file = ""] = readdirSync(folder);
    const { body } = JSON.parse(readFileSync(join(folder, file), "utf8")) as { readonly body: string };
    expect(JSON.parse(body)).toMatchObject({
      requestContext: { functionArn: "arn:aws:lambda:eu-west-1:000000000000:function:dev-api:live" },
      requestPayload: { kind: "nightly" },
      responseContext: { functionError: "Unhandled" },
      responsePayload: { errorType: "RangeError", errorMessage: "no records" },
    });
  });

  test("other kinds are named, with how to try one", async () => {
    const { environment } = await start(
      'uploads = { s3 = { bucket = "some-uploads" } }\nchanges = { event_pattern = { pattern = { source = ["aws.ec2"] } } }',
    );

    const how = environment.functions[0]?.invokeUrl ?? "";
    expect(environment.notes).toEqual([
      `events.changes of api: event_pattern does not run on this computer; try one with curl -d @event.json ${how}`,
      `events.uploads of api: s3 does not run on this computer; try one with curl -d @event.json ${how}`,
    ]);
  });
});
