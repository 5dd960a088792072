import {
  CloudWatchClient,
  DescribeAlarmsCommand,
  type DescribeAlarmsCommandInput,
  GetMetricDataCommand,
} from "@aws-sdk/client-cloudwatch";
import {
  CloudWatchLogsClient,
  GetQueryResultsCommand,
  StartQueryCommand,
  type StartQueryCommandInput,
} from "@aws-sdk/client-cloudwatch-logs";
import {
  GetFunctionConfigurationCommand,
  type GetFunctionConfigurationCommandInput,
  LambdaClient,
  ListVersionsByFunctionCommand,
} from "@aws-sdk/client-lambda";
import { GetParameterCommand, type GetParameterCommandInput, SSMClient } from "@aws-sdk/client-ssm";
import { afterEach, beforeEach, describe, expect, jest, test } from "@jest/globals";
import { mockClient } from "aws-sdk-client-mock";
import { handler } from "../../../functions/alarm-notifier/handler";
import { IncidentTable } from "../../../functions/alarm-notifier/incident-table";
import { type Means, notify } from "../../../functions/alarm-notifier/notify";
import { PagerDuty } from "../../../functions/alarm-notifier/pagerduty";
import { type Service } from "../../../functions/alarm-notifier/service";
import { SlackBot, SlackWebhook } from "../../../functions/alarm-notifier/slack";
import { TeamsWebhook } from "../../../functions/alarm-notifier/teams";
import { Stdout } from "../../support/lambda";
import {
  type FakeService,
  makeMessage,
  mockTable,
  startPagerDuty,
  startSlackApi,
  startSlackWebhook,
  startTeams,
} from "./support";

const MINUTE = 60_000;
const RANG_AT = Date.UTC(2026, 10, 29, 22, 40);
const TOKEN = "xoxb-123456789012-abcdefghijkl";
const ROUTING_KEY = "0123456789abcdef0123456789abcdef";

const lambda = mockClient(LambdaClient);
const cloudWatch = mockClient(CloudWatchClient);
const logs = mockClient(CloudWatchLogsClient);

let stdout: Stdout;
let services: FakeService[] = [];
let items: ReturnType<typeof mockTable>;

beforeEach(() => {
  stdout = new Stdout();
  services = [];
  items = mockTable();
  lambda.reset();
  logs.reset();
  cloudWatch.reset();
  cloudWatch.on(GetMetricDataCommand).resolves({
    MetricDataResults: [
      { Id: "bad_requests", Values: [10, 15] },
      { Id: "all_requests", Values: [4000, 6000] },
    ],
  });
  lambda
    .on(GetFunctionConfigurationCommand)
    .callsFake(({ FunctionName, Qualifier }: GetFunctionConfigurationCommandInput) => {
      if (FunctionName !== "prod-api" || Qualifier !== "live") throw new Error("AccessDenied");
      return {
        FunctionName,
        Version: "42",
        LastModified: "2026-11-29T22:31:00.000+0000",
        LoggingConfig: { LogGroup: "/aws/lambda/prod-api", LogFormat: "JSON" },
      };
    });
  lambda
    .on(ListVersionsByFunctionCommand)
    .resolves({ Versions: ["$LATEST", "40", "41", "42", "43"].map((Version) => ({ Version })) });
  logs.on(StartQueryCommand).callsFake(({ queryString }: StartQueryCommandInput) => ({
    queryId: queryString?.includes("stats") === true ? "failures" : "example",
  }));
  const record = (fields: Readonly<Record<string, string>>) =>
    Object.entries(fields).map(([field, value]) => ({ field, value }));
  logs.on(GetQueryResultsCommand, { queryId: "failures" }).resolves({
    status: "Complete",
    results: [
      record({ what: "error", failures: "15", example: "request-1" }),
      record({ what: "TimeoutError", failures: "12", example: "request-1" }),
      record({ what: "Http503", failures: "3", example: "request-2" }),
    ],
  });
  const line = {
    timestamp: "2026-11-29T22:39:00Z",
    level: "ERROR",
    requestId: "request-1",
    message: {
      errorType: "TimeoutError",
      errorMessage: "no answer from https://user:hunter2@db.example.com",
      stackTrace: [],
    },
  };
  logs
    .on(GetQueryResultsCommand, { queryId: "example" })
    .resolves({ status: "Complete", results: [record({ "@message": JSON.stringify(line) })] });
});

afterEach(async () => {
  jest.restoreAllMocks();
  await Promise.all(services.map(({ close }) => close()));
});

async function start(starting: Promise<FakeService>): Promise<FakeService> {
  const service = await starting;
  services.push(service);
  return service;
}

function makeMeans(all: Readonly<Record<string, Service>>, milliseconds = 90_000): Means {
  const endsAt = Date.now() + milliseconds;
  return {
    configuration: {
      environment: "prod",
      region: "eu-west-1",
      table: "prod-alarm-notifier-incidents",
      alarmEnds: ["-errors", "-timeouts", "-degraded", "-cold-starts"],
      recipients: {},
      objectives: { "*": { targetPercent: 99, days: 30 }, Legacy_Orders: null },
    },
    services: new Map(Object.entries(all)),
    table: new IncidentTable("prod-alarm-notifier-incidents"),
    requestId: crypto.randomUUID(),
    endsAt,
    stopsAt: endsAt + 5000,
  };
}

async function startBot(): Promise<{ api: FakeService; bot: SlackBot }> {
  const api = await start(startSlackApi());
  return { api, bot: new SlackBot(TOKEN, "C0123ABC", api.url) };
}

async function startPager(): Promise<{ events: FakeService; pager: PagerDuty }> {
  const events = await start(startPagerDuty());
  return { events, pager: new PagerDuty(ROUTING_KEY, "us", events.url) };
}

const OK = makeMessage({ state: "OK", at: RANG_AT + 12 * MINUTE });

describe("a card", () => {
  test("says what, since when, what was deployed before, what fails, where to look and how to go back", async () => {
    const { api, bot } = await startBot();

    await notify(makeMessage(), makeMeans({ slack: bot }));

    const [card] = api.posted;
    expect(card?.path).toBe("/chat.postMessage");
    expect(card?.headers.authorization).toBe(`Bearer ${TOKEN}`);
    const said = JSON.stringify(card?.body);
    for (const part of [
      "Urgent: api (prod): more than 5 failed requests in 5 minutes",
      "2026-11-29 22:40 UTC",
      "version 42 on alias live (2026-11-29 22:31 UTC, 9 minutes before the alarm); before it version 41",
      "TimeoutError: 12\\nHttp503: 3",
      "TimeoutError: no answer from https://(masked)@db.example.com",
      "First: check which category fails.",
      "Back to version 41",
      "npm run ops -- rollback prod api --to 41",
      "npm run ops -- investigate prod api",
      "75 % left (99 % of 30 days)",
      "|Dashboard>",
      "|Query prod/failures>",
      "|Logs>",
      "|Traces>",
    ]) {
      expect(said).toContain(part);
    }
    expect(said).not.toContain("hunter2");
    expect(api.mistakes).toEqual([]);
  });

  test("leaves out what AWS does not tell", async () => {
    const hook = await start(startSlackWebhook());
    lambda.on(ListVersionsByFunctionCommand).rejects(new Error("throttled"));
    logs.on(StartQueryCommand).rejects(new Error("no such group"));

    await notify(makeMessage(), makeMeans({ slack: new SlackWebhook(hook.url) }));

    const said = JSON.stringify(hook.posted[0]?.body);
    expect(said).toContain("version 42 on alias live");
    expect(said).not.toContain("ops -- rollback");
    expect(said).not.toContain("Failures");
    expect(hook.mistakes).toEqual([]);
  });

  test("does not wait for a log that does not answer in time", async () => {
    const hook = await start(startSlackWebhook());
    logs.on(GetQueryResultsCommand).resolves({ status: "Running" });

    await notify(makeMessage(), makeMeans({ slack: new SlackWebhook(hook.url) }, 26_000));

    expect(JSON.stringify(hook.posted[0]?.body)).toContain("before it version 41");
  });

  test("about a function from elsewhere has the name that Lambda knows, and no way back", async () => {
    const hook = await start(startTeams());
    lambda
      .on(GetFunctionConfigurationCommand)
      .callsFake(({ FunctionName, Qualifier }: GetFunctionConfigurationCommandInput) => {
        if (FunctionName !== "Legacy_Orders" || Qualifier !== undefined) throw new Error("AccessDenied");
        return { FunctionName, Version: "$LATEST", LastModified: "2026-11-20T10:00:00.000+0000" };
      });
    const description = "legacy (prod), although nothing fails: starts are slow.";

    await notify(
      makeMessage({ name: "prod-Legacy_Orders-degraded", topic: "notice", description }),
      makeMeans({ teams: new TeamsWebhook(hook.url) }),
    );

    const said = JSON.stringify(hook.posted[0]?.body);
    expect(said).toContain("the function, last changed (2026-11-20 10:00 UTC, 10 days before the alarm)");
    expect(said).toContain("npm run ops -- investigate prod legacy");
    expect(said).not.toContain("ops -- rollback");
    expect(logs.commandCalls(StartQueryCommand)[0]?.args[0].input.logGroupName).toBe("/aws/lambda/Legacy_Orders");
    expect(hook.mistakes).toEqual([]);
  });
});

test("a card has the usual objective for a function whose name every object has", async () => {
  const hook = await start(startSlackWebhook());
  lambda.on(GetFunctionConfigurationCommand).resolves({
    ...{ FunctionName: "toString", Version: "$LATEST", LastModified: "2026-11-20T10:00:00.000+0000" },
  });

  await notify(makeMessage({ name: "prod-toString-errors" }), makeMeans({ slack: new SlackWebhook(hook.url) }));

  expect(JSON.stringify(hook.posted[0]?.body)).toContain("75 % left (99 % of 30 days)");
});

test("a card tells how far an error budget is overdrawn", async () => {
  const hook = await start(startSlackWebhook());
  cloudWatch.on(GetMetricDataCommand).resolves({
    MetricDataResults: [
      { Id: "bad_requests", Values: [150] },
      { Id: "all_requests", Values: [10_000] },
    ],
  });

  await notify(makeMessage(), makeMeans({ slack: new SlackWebhook(hook.url) }));

  expect(JSON.stringify(hook.posted[0]?.body)).toContain("spent, and 50 % more (99 % of 30 days)");
});

describe("alarms of one function that ring together", () => {
  const timeouts = makeMessage({
    name: "prod-api-timeouts",
    at: RANG_AT + MINUTE,
    description: "api (prod): more than 0 requests reached the function's timeout.",
  });

  test("are one message of a Slack bot, changed with each alarm, and when the last one is over", async () => {
    const { api, bot } = await startBot();
    const tell = (message: ReturnType<typeof makeMessage>) => notify(message, makeMeans({ slack: bot }));

    await tell(makeMessage());
    await tell(timeouts);
    await tell(OK);
    await tell(makeMessage({ name: "prod-api-timeouts", state: "OK", at: RANG_AT + 30 * MINUTE }));

    expect(api.posted.map(({ path, body: { ts } }) => [path, ts])).toEqual([
      ["/chat.postMessage", undefined],
      ["/chat.update", "1700000001.000100"],
      ["/chat.update", "1700000001.000100"],
      ["/chat.update", "1700000001.000100"],
    ]);
    expect(JSON.stringify(api.posted[1]?.body)).toContain("reached the function's timeout");
    const over = JSON.stringify(api.posted[3]?.body);
    expect(over).toContain("Over: ");
    expect(over).toContain("2026-11-29 22:40 UTC to 2026-11-29 23:10 UTC (30 minutes)");
    expect(api.mistakes).toEqual([]);
  });

  test("are one card and one short message through a webhook", async () => {
    const [slack, teams] = [await start(startSlackWebhook()), await start(startTeams())];
    const all = { slack: new SlackWebhook(slack.url), teams: new TeamsWebhook(teams.url) };

    for (const message of [
      makeMessage(),
      timeouts,
      OK,
      makeMessage({ name: "prod-api-timeouts", state: "OK", at: RANG_AT + 13 * MINUTE }),
    ]) {
      await notify(message, makeMeans(all));
    }

    for (const { posted, mistakes } of [slack, teams]) {
      expect(posted).toHaveLength(2);
      expect(JSON.stringify(posted[1]?.body)).toContain(
        "Over after 13 minutes: api (prod): more than 5 failed requests in 5 minutes",
      );
      expect(mistakes).toEqual([]);
    }
  });

  test("that arrive at the same moment are one card, too", async () => {
    const hook = await start(startSlackWebhook());
    const services = { slack: new SlackWebhook(hook.url) };

    await Promise.all([notify(makeMessage(), makeMeans(services)), notify(timeouts, makeMeans(services))]);

    expect(hook.posted).toHaveLength(1);
  });

  test("are one alert of PagerDuty, or two if an urgent one follows, and all are resolved", async () => {
    const { events, pager } = await startPager();
    const slow = { name: "prod-api-degraded", topic: "notice", description: "api (prod): slow." } as const;

    for (const message of [
      makeMessage(slow),
      makeMessage({ ...slow, name: "prod-api-cold-starts", at: RANG_AT + 1000 }),
      timeouts,
      makeMessage({ ...slow, state: "OK", at: RANG_AT + 5 * MINUTE }),
      makeMessage({ ...slow, name: "prod-api-cold-starts", state: "OK", at: RANG_AT + 5 * MINUTE }),
      makeMessage({ name: "prod-api-timeouts", state: "OK", at: RANG_AT + 6 * MINUTE }),
    ]) {
      await notify(message, makeMeans({ pagerduty: pager }));
    }

    const place = "arn:aws:cloudwatch:eu-west-1:123456789012/prod-api";
    expect(events.posted.map(({ body }) => [body["event_action"], body["dedup_key"]])).toEqual([
      ["trigger", `${place}/warning`],
      ["trigger", `${place}/critical`],
      ["resolve", `${place}/warning`],
      ["resolve", `${place}/critical`],
    ]);
    expect(events.posted[0]?.body).toMatchObject({ routing_key: ROUTING_KEY, payload: { severity: "warning" } });
    expect(events.posted[1]?.body).toMatchObject({ payload: { severity: "critical", summary: "api (prod): slow" } });
    expect(events.mistakes).toEqual([]);
  });

  test("of another function are another card", async () => {
    const hook = await start(startSlackWebhook());
    const services = { slack: new SlackWebhook(hook.url) };

    await notify(makeMessage(), makeMeans(services));
    await notify(makeMessage({ name: "prod-shop-errors" }), makeMeans(services));

    expect(hook.posted).toHaveLength(2);
  });

  test("open a new card the next time", async () => {
    const { api, bot } = await startBot();

    for (const message of [makeMessage(), OK, makeMessage({ at: RANG_AT + 60 * MINUTE })]) {
      await notify(message, makeMeans({ slack: bot }));
    }

    expect(api.posted.map(({ path }) => path)).toEqual(["/chat.postMessage", "/chat.update", "/chat.postMessage"]);
  });
});

describe("an alarm that was deleted while it rang", () => {
  beforeEach(() => {
    cloudWatch.on(DescribeAlarmsCommand).callsFake(({ AlarmNames = [] }: DescribeAlarmsCommandInput) => ({
      MetricAlarms: AlarmNames.filter((name) => name !== "prod-api-errors").map((AlarmName) => ({ AlarmName })),
    }));
  });
  const later = makeMessage({ name: "prod-api-timeouts", at: RANG_AT + 60 * MINUTE });

  test("hides no later alarm of its function: its card is over, and a new one comes", async () => {
    const hook = await start(startSlackWebhook());
    const { events, pager } = await startPager();
    const services = { slack: new SlackWebhook(hook.url), pagerduty: pager };

    for (const message of [makeMessage(), later, later]) await notify(message, makeMeans(services));

    expect(hook.posted).toHaveLength(3);
    expect(hook.posted[1]?.body["text"]).toContain("Over after 60 minutes");
    expect(events.posted.map(({ body }) => body["event_action"])).toEqual(["trigger", "resolve", "trigger"]);
  });

  test("hides no later alarm either if a service cannot be told that it is over", async () => {
    const hook = await start(startSlackWebhook());
    const services = { slack: new SlackWebhook(hook.url) };
    await notify(makeMessage(), makeMeans(services));
    hook.answers.push([500, "internal_error"]);

    await expect(notify(later, makeMeans(services))).rejects.toThrow("Slack answered 500");

    expect(hook.posted).toHaveLength(3);
    expect(hook.posted[2]?.body).toHaveProperty("blocks");
  });

  test("does not keep an incident open that other alarms belong to", async () => {
    const { api, bot } = await startBot();
    const both = makeMessage({ name: "prod-api-timeouts", at: RANG_AT - MINUTE });
    const ok = makeMessage({ name: "prod-api-timeouts", state: "OK", at: RANG_AT + 5 * MINUTE });

    for (const message of [both, makeMessage(), ok]) await notify(message, makeMeans({ slack: bot }));

    expect(api.posted.map(({ path }) => path)).toEqual(["/chat.postMessage", "/chat.update", "/chat.update"]);
    expect(api.posted.at(-1)?.body["text"]).toContain("Over: ");
  });

  test("still counts if CloudWatch does not answer", async () => {
    const hook = await start(startSlackWebhook());
    cloudWatch.on(DescribeAlarmsCommand).rejects(new Error("AccessDenied"));

    for (const message of [makeMessage(), later])
      await notify(message, makeMeans({ slack: new SlackWebhook(hook.url) }));

    expect(hook.posted).toHaveLength(1);
  });
});

describe("a message", () => {
  test("that comes twice, or late, changes nothing", async () => {
    const hook = await start(startSlackWebhook());
    const services = { slack: new SlackWebhook(hook.url) };

    for (const message of [makeMessage(), makeMessage(), OK, makeMessage(), OK]) {
      await notify(message, makeMeans(services));
    }

    expect(hook.posted).toHaveLength(2);
  });

  test("that nothing is wrong, such as for a new alarm, tells nobody", async () => {
    const hook = await start(startSlackWebhook());

    await notify(OK, makeMeans({ slack: new SlackWebhook(hook.url) }));

    expect(hook.posted).toEqual([]);
  });

  test("about the notifier's own alarms goes another way", async () => {
    const hook = await start(startSlackWebhook());

    for (const name of ["prod-alarm-notifier-errors", "prod-alarm-notifier-undelivered"]) {
      await notify(makeMessage({ name }), makeMeans({ slack: new SlackWebhook(hook.url) }));
    }

    expect(hook.posted).toEqual([]);
  });

  test("about a function whose name begins like the notifier's is sent", async () => {
    const hook = await start(startSlackWebhook());

    await notify(
      makeMessage({ name: "prod-alarm-notifier-billing-errors" }),
      makeMeans({ slack: new SlackWebhook(hook.url) }),
    );

    expect(hook.posted).toHaveLength(1);
  });

  test.each(["Is this on? <!channel>", "{}", "null", '{"AlarmName":7}'])(
    "that is not about an alarm is passed on: %s",
    async (Message) => {
      const [slack, teams] = [await start(startSlackWebhook()), await start(startTeams())];
      const { events, pager } = await startPager();

      await notify(
        { TopicArn: "arn:aws:sns:eu-west-1:123456789012:prod-alarms-notice", Message },
        makeMeans({ slack: new SlackWebhook(slack.url), teams: new TeamsWebhook(teams.url), pagerduty: pager }),
      );

      expect(slack.posted[0]?.body["text"]).toBe(Message.replace("<", "&lt;").replace(">", "&gt;"));
      expect(events.posted[0]?.body).toMatchObject({ payload: { summary: Message } });
      expect([...slack.mistakes, ...teams.mistakes, ...events.mistakes]).toEqual([]);
    },
  );
});

describe("if a service", () => {
  test.each([400, 403, 413])("refuses a card with %i, it gets the plain message", async (status) => {
    const hook = await start(startSlackWebhook());
    hook.answers.push([status, "invalid_blocks"]);

    await notify(makeMessage(), makeMeans({ slack: new SlackWebhook(hook.url) }));

    expect(hook.posted).toHaveLength(2);
    expect(hook.posted[1]?.body).not.toHaveProperty("blocks");
    expect(hook.posted[1]?.body["text"]).toContain(
      "api (prod): more than 5 failed requests in 5 minutes\nDashboard: https://",
    );
    expect(stdout.text).toContain(`Slack answered ${status}: invalid_blocks`);
  });

  test("refuses to change a message, it gets a new one, which is changed from then on", async () => {
    const { api, bot } = await startBot();
    await notify(makeMessage(), makeMeans({ slack: bot }));
    api.answers.push([200, JSON.stringify({ ok: false, error: "message_not_found" })]);

    await notify(makeMessage({ name: "prod-api-timeouts", at: RANG_AT + MINUTE }), makeMeans({ slack: bot }));
    await notify(OK, makeMeans({ slack: bot }));

    expect(api.posted.map(({ path }) => path)).toEqual([
      "/chat.postMessage",
      "/chat.update",
      "/chat.postMessage",
      "/chat.update",
    ]);
    expect(api.posted[3]?.body["ts"]).toBe("1700000002.000100");
  });

  test.each([408, 429, 500, 503])(
    "answers %i, the message fails, and tells it when it is tried again",
    async (status) => {
      const { events, pager } = await startPager();
      const hook = await start(startSlackWebhook());
      const services = { slack: new SlackWebhook(hook.url), pagerduty: pager };
      events.answers.push([status, "later"]);

      await expect(notify(makeMessage(), makeMeans(services))).rejects.toThrow(`PagerDuty answered ${status}: later`);
      await notify(makeMessage(), makeMeans(services));

      expect(events.posted).toHaveLength(2);
      expect(hook.posted).toHaveLength(1);
    },
  );

  test("asks a bot to wait, the message fails, and tells it when it is tried again", async () => {
    const { api, bot } = await startBot();
    api.answers.push([200, JSON.stringify({ ok: false, error: "ratelimited" })]);

    await expect(notify(makeMessage(), makeMeans({ slack: bot }))).rejects.toThrow("Slack answered ratelimited");
    await notify(makeMessage(), makeMeans({ slack: bot }));

    expect(api.posted.map(({ path }) => path)).toEqual(["/chat.postMessage", "/chat.postMessage"]);
  });

  test("refuses the plain message as well, the message fails", async () => {
    const hook = await start(startTeams());
    hook.answers.push([404, "gone"], [404, "gone"]);

    await expect(notify(makeMessage(), makeMeans({ teams: new TeamsWebhook(hook.url) }))).rejects.toThrow(
      "Teams answered 404: gone",
    );
  });

  test("cannot be reached, the message fails without the address in its error", async () => {
    const hook = await startSlackWebhook();
    await hook.close();
    const address = `${hook.url}services/T000/B000/secret`;

    const failure = await notify(makeMessage(), makeMeans({ slack: new SlackWebhook(address) })).catch(String);

    expect(failure).toBe("Error: Slack could not be reached: ECONNREFUSED");
    expect([...items.values()].some((item) => "lockedUntil" in item)).toBe(false);
  });

  test("repeats the secret in its answer, the log does not", async () => {
    const { events, pager } = await startPager();
    events.answers.push([400, `bad key ${ROUTING_KEY}`]);

    await notify(makeMessage(), makeMeans({ pagerduty: pager }));

    expect(stdout.text).toContain("bad key (masked)");
    expect(stdout.text).not.toContain(ROUTING_KEY);
  });
});

describe("the function in Lambda", () => {
  const ssm = mockClient(SSMClient);
  const context = { awsRequestId: "r-1", getRemainingTimeInMillis: () => 100_000 };
  const event = { Records: [{ Sns: makeMessage() }] };
  const before = { ...process.env };

  beforeEach(() => {
    ssm.reset();
    Object.assign(process.env, {
      AWS_REGION: "eu-west-1",
      ENVIRONMENT: "prod",
      INCIDENTS_TABLE: "prod-alarm-notifier-incidents",
      ALARM_ENDS: "-errors,-timeouts",
      OBJECTIVES: "{}",
    });
  });

  afterEach(() => {
    process.env = { ...before };
  });

  test("reads the addresses from encrypted parameters", async () => {
    const hook = await start(startTeams());
    process.env["RECIPIENTS"] = JSON.stringify({ teams: { parameter: "/warmwatch/prod/notify/teams" } });
    ssm
      .on(GetParameterCommand)
      .callsFake(({ Name, WithDecryption }: GetParameterCommandInput) =>
        Name === "/warmwatch/prod/notify/teams" && WithDecryption === true
          ? { Parameter: { Value: `${hook.url}\n` } }
          : {},
      );

    await handler(event, context);

    expect(hook.posted).toHaveLength(1);
  });

  test("takes a bot's token only with a channel", async () => {
    process.env["RECIPIENTS"] = JSON.stringify({ slack: { parameter: "/warmwatch/prod/notify/slack" } });
    ssm.on(GetParameterCommand).resolves({ Parameter: { Value: TOKEN } });

    await expect(handler(event, context)).rejects.toThrow("notify.slack_channel");
  });

  test("fails with the parameter's name if it has no value", async () => {
    process.env["RECIPIENTS"] = JSON.stringify({ pagerduty: { parameter: "/warmwatch/prod/notify/x", region: "eu" } });
    ssm.on(GetParameterCommand).resolves({});

    await expect(handler(event, context)).rejects.toThrow("/warmwatch/prod/notify/x");
  });
});
