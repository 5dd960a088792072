import { FilterLogEventsCommand, type FilterLogEventsCommandInput } from "@aws-sdk/client-cloudwatch-logs";
import { InvokeCommand } from "@aws-sdk/client-lambda";
import { beforeEach, describe, expect, test } from "@jest/globals";
import { type TargetResult, type WarmingRecord } from "../../../warming/contract";
import { type RunRequest } from "../../../operations/warming/plan";
import { FakeAws, makeSdkError, mocks } from "../../support/fake-aws";
import { runCommand } from "../../support/command";
import { makeTfvars } from "../../support/project";

const STARTED_AT = Date.parse("2026-01-05T10:00:00.000Z");
const LOG_GROUP = "/aws/lambda/dev-warmer";
const START_LINES = 4;

/** An account in which the warmer writes what the script says. */
class WarmingWorld extends FakeAws {
  protected override findEvents({ filterPattern = "" }: FilterLogEventsCommandInput) {
    return arrivedLines(filterPattern);
  }
}

const { lambda, logs } = mocks;
let aws = new WarmingWorld();

/** What the warmer is going to write, and when. */
interface ScriptedLine {
  readonly second: number;
  /** The run, by its place in the order in which they are started. */
  readonly run: number;
  readonly message: (runId: string) => string;
}

let now = STARTED_AT;
let script: ScriptedLine[] = [];
let printed: string[] = [];
let afterWait: (second: number) => unknown = () => undefined;

beforeEach(() => {
  now = STARTED_AT;
  script = [];
  printed = [];
  afterWait = () => undefined;
  aws = new WarmingWorld();
});

/** The lines of a run that have arrived by now, as CloudWatch would find them. */
function arrivedLines(filterPattern: string) {
  return script.flatMap(({ second, run, message }, index) => {
    const { runId = "none" } = startedRuns()[run] ?? {};
    const timestamp = STARTED_AT + second * 1000;
    const isFound = filterPattern === `{ $.runId = "${runId}" }` && timestamp <= now;
    return isFound ? [{ eventId: `event-${index}`, timestamp, message: message(runId) }] : [];
  });
}

/** What the warmer has been asked, in order. */
function startedRuns(): RunRequest[] {
  return lambda
    .commandCalls(InvokeCommand)
    .map(({ args: [{ input }] }) => JSON.parse(input.Payload as string) as RunRequest);
}

function writes(second: number, { run = 0, ...facts }: Partial<WarmingRecord> & { readonly run?: number }): void {
  script.push({ second, run, message: (runId) => JSON.stringify({ ...record(facts), runId }) });
}

function record(facts: Partial<WarmingRecord>): WarmingRecord {
  return {
    level: "INFO",
    message: "warming",
    runId: "replaced",
    strategy: "pre_deployment",
    round: 1,
    rounds: 20,
    last: false,
    durationMilliseconds: 800,
    estimatedDollars: 0.00004,
    targets: [result({})],
    ...facts,
  };
}

function result(facts: Partial<TargetResult>): TargetResult {
  return {
    functionName: "dev-api",
    asked: 10,
    invocations: 10,
    successful: 10,
    instances: 10,
    coldStarts: 0,
    holdMilliseconds: 200,
    failures: [],
    ...facts,
  };
}

/** Runs a command in a project with this `dev`. */
async function run(args: readonly string[], dev: Parameters<typeof makeTfvars>[0] = {}) {
  const files = {
    "environments/dev.tfvars": makeTfvars(dev),
    "environments/staging.tfvars": makeTfvars(),
    "functions/web/handler.ts": "",
  };
  const { exitCode, stdout, stderr } = await runCommand(args, {
    files,
    now: () => now,
    onWait: (milliseconds) => {
      now += milliseconds;
      afterWait((now - STARTED_AT) / 1000);
    },
    onLine: (line) => printed.push(line),
  });
  return { exitCode, stdout, stderr };
}

/** The lines that have shown a round by now. */
function roundsShown(): string[] {
  return printed.filter((line) => /^\d\d:/.test(line));
}

describe("what the warmer is asked", () => {
  test("an asynchronous run of every function that can be kept warm, as the environment's file says", async () => {
    writes(3, { last: true });

    await run(["warm", "dev"], {
      functions: `
        api     = { reserved_concurrency = 50 }
        web     = { warming = { pre_deployment = { concurrency = 4 } } }
        legacy  = { existing = true }
        service = { existing = true, function_name = "Service", warming_qualifier = "v" }`,
    });

    expect(lambda.commandCalls(InvokeCommand).map(({ args: [{ input }] }) => input)).toEqual([
      { FunctionName: "dev-warmer", InvocationType: "Event", Payload: expect.any(String) },
    ]);
    expect(startedRuns()).toEqual([
      {
        strategy: "pre_deployment",
        runId: expect.stringMatching(/^[\da-f-]{36}$/),
        rounds: { everySeconds: 30, forMinutes: 10, fullTime: false },
        price: { perSecond: expect.any(Number), perRequest: expect.any(Number) },
        targets: [
          expect.objectContaining({
            functionName: "dev-api",
            qualifier: "warm",
            concurrency: 10,
            reservedConcurrency: 50,
          }),
          expect.objectContaining({ functionName: "dev-web", qualifier: "warm", concurrency: 4 }),
          expect.objectContaining({ functionName: "Service", qualifier: "v", concurrency: 10 }),
        ],
      },
    ]);
  });

  test("only the functions that are named, each once, for the full time if that is asked for", async () => {
    writes(3, { last: true });
    await run(["warm", "dev", "web", "web", "--full-time"], { functions: "api = {}\nweb = {}" });
    expect(startedRuns()).toEqual([
      expect.objectContaining({
        targets: [expect.objectContaining({ functionName: "dev-web" })],
        rounds: { everySeconds: 30, forMinutes: 10, fullTime: true },
      }),
    ]);
  });

  test("one run for all functions with the same rounds", async () => {
    writes(3, { last: true });
    writes(3, { last: true, run: 1 });

    await run(["warm", "dev"], {
      functions: `
        api   = {}
        web   = { warming = { pre_deployment = { every_seconds = 10, for_minutes = 2 } } }
        other = { existing = true, warming_qualifier = "v", warming = { pre_deployment = { concurrency = 1 } } }`,
    });

    expect(
      startedRuns().map(({ rounds, targets }) => [rounds, targets.map(({ functionName }) => functionName)]),
    ).toEqual([
      [{ everySeconds: 30, forMinutes: 10, fullTime: false }, ["dev-api", "other"]],
      [{ everySeconds: 10, forMinutes: 2, fullTime: false }, ["dev-web"]],
    ]);
    expect(new Set(startedRuns().map(({ runId }) => runId)).size).toBe(2);
  });
});

describe("watching", () => {
  test("says first that the warmer does the rounds, what Ctrl-C does, and that records take some time", async () => {
    writes(3, { last: true });
    const { stdout } = await run(["warm", "dev"]);
    expect(stdout.slice(0, START_LINES)).toEqual([
      "Warming dev in eu-west-1: dev-api x 10; a round every 30 s, until proven warm, at most 10 min",
      "dev-warmer does the rounds: they continue if you close this terminal, and Ctrl-C only stops watching.",
      "A round appears here some seconds after its end, when its log record has arrived.",
      "",
    ]);
  });

  test("shows each round, then sums up and exits 0", async () => {
    writes(3, { targets: [result({ instances: 8, coldStarts: 8, failures: ["Rate\nExceeded.\u001b[2J"] })] });
    writes(33, { round: 2, targets: [result({ coldStarts: 2 })] });
    writes(63, { round: 3, last: true, targets: [result({ reason: "all that it may have" })] });

    const { exitCode, stdout, stderr } = await run(["warm", "dev"]);

    expect(stdout.slice(START_LINES)).toEqual([
      "10:00:03Z  round  1/20  dev-api  8/10 instances, 8 cold starts",
      "                                 failed: Rate Exceeded.",
      "10:00:33Z  round  2/20  dev-api  10/10 instances, 2 cold starts",
      "10:01:03Z  round  3/20  dev-api  10/10 instances (all that it may have)",
      "",
      "dev-api  10/10 instances in the last of 3 rounds, 10 cold starts",
      "Found in total: 10 cold starts. Estimated cost, without starting them: $0.00012",
      "Warmed as requested.",
    ]);
    expect({ exitCode, stderr }).toEqual({ exitCode: 0, stderr: [] });
  });

  test("shows a round as soon as its record has arrived, not at the end", async () => {
    writes(3, {});
    writes(33, { round: 2, last: true });
    const roundsBySecond = new Map<number, number>();
    afterWait = (second) => roundsBySecond.set(second, roundsShown().length);

    await run(["warm", "dev"]);

    expect([2, 4, 6, 34].map((second) => roundsBySecond.get(second))).toEqual([0, 0, 1, 1]);
    expect(roundsShown()).toHaveLength(2);
  });

  test("asks for the run's own records, every 2 seconds, even if this computer's clock is ahead", async () => {
    writes(5, { last: true });
    await run(["warm", "dev"]);
    const queries = logs.commandCalls(FilterLogEventsCommand).map(({ args: [{ input }] }) => input);
    expect(queries).toHaveLength(3);
    expect(queries[0]).toMatchObject({
      logGroupName: LOG_GROUP,
      filterPattern: `{ $.runId = "${startedRuns()[0]?.runId ?? ""}" }`,
    });
    expect(queries[0]?.startTime).toBeLessThanOrEqual(STARTED_AT - 60_000);
  });

  test("reads every page, in the order of the rounds, and shows no event twice", async () => {
    const event = (round: number, last = false) => ({
      eventId: `event-${round}`,
      timestamp: STARTED_AT + round * 1000,
      message: JSON.stringify(record({ round, last, runId: startedRuns()[0]?.runId ?? "" })),
    });
    logs.on(FilterLogEventsCommand).callsFake(({ nextToken }: { nextToken?: string }) => {
      if (now < STARTED_AT + 4000) return { events: [event(1)] };
      return nextToken === "more"
        ? { events: [event(2), event(3, true)] }
        : { events: [event(1), event(3, true)], nextToken: "more" };
    });

    await run(["warm", "dev"]);

    expect(roundsShown().map((line) => line.slice(11, 23))).toEqual(["round  1/20 ", "round  2/20 ", "round  3/20 "]);
  });

  test("passes over lines that are no record of this run", async () => {
    const lines = ["not JSON", "null", "5", "{}", '{"message":"warming"}', JSON.stringify(record({ last: true }))];
    for (const line of lines) script.push({ second: 1, run: 0, message: () => line });
    writes(5, { last: true });
    const { exitCode } = await run(["warm", "dev"]);
    expect({ exitCode, shown: roundsShown() }).toEqual({
      exitCode: 0,
      shown: ["10:00:05Z  round  1/20  dev-api  10/10 instances"],
    });
  });

  test("goes on until every run is over", async () => {
    writes(3, { last: true });
    writes(5, { run: 1, rounds: 12, targets: [result({ functionName: "dev-web", instances: 2, coldStarts: 1 })] });
    writes(15, { run: 1, rounds: 12, round: 2, last: true, targets: [result({ functionName: "dev-web" })] });

    const { exitCode, stdout } = await run(["warm", "dev"], {
      functions: "api = {}\nweb = { warming = { pre_deployment = { every_seconds = 10, for_minutes = 2 } } }",
    });

    expect(stdout.slice(START_LINES + 1)).toEqual([
      "10:00:03Z  round  1/20  dev-api  10/10 instances",
      "10:00:05Z  round  1/12  dev-web  2/10 instances, 1 cold start",
      "10:00:15Z  round  2/12  dev-web  10/10 instances",
      "",
      "dev-api  10/10 instances in the last of 1 round, 0 cold starts",
      "dev-web  10/10 instances in the last of 2 rounds, 1 cold start",
      "Found in total: 1 cold start. Estimated cost, without starting them: $0.00012",
      "Warmed as requested.",
    ]);
    expect(exitCode).toBe(0);
  });

  test("says of which function the cost is unknown", async () => {
    writes(3, { last: true, targets: [result({ functionName: "service" })] });
    const { stdout } = await run(["warm", "dev", "service"], {
      functions: 'api = {}\nservice = { existing = true, warming_qualifier = "v" }',
    });
    expect(stdout).toContain("The cost leaves out service: set memory_mb to have it counted.");
  });

  test("ends 2 minutes after the rounds should have, exits 1 and says that the end is unknown", async () => {
    writes(3, {});
    const { exitCode, stdout, stderr } = await run(["warm", "dev"]);
    expect(now).toBe(STARTED_AT + 12 * 60_000);
    expect(stdout.at(-2)).toBe("dev-api  10/10 instances in the last of 1 round, 0 cold starts");
    expect({ exitCode, stderr }).toEqual({
      exitCode: 1,
      stderr: [`No last record after 12 min, so the result is unknown: see ${LOG_GROUP}`],
    });
  });

  test("says of a function of which nothing was seen just that", async () => {
    const { stdout } = await run(["warm", "dev"]);
    expect(stdout.at(-2)).toBe("dev-api  no round seen, 10 instances planned");
  });

  test("ends with Ctrl-C, exits 130 and says that the run goes on", async () => {
    writes(3, {});
    afterWait = (second) => {
      if (second === 8) process.emit("SIGINT");
    };

    const { exitCode, stdout, stderr } = await run(["warm", "dev"]);

    expect(stdout[START_LINES]).toBe("10:00:03Z  round  1/20  dev-api  10/10 instances");
    expect({ exitCode, stderr }).toEqual({
      exitCode: 130,
      stderr: [`No longer watching: dev-warmer continues its rounds, and writes to ${LOG_GROUP}`],
    });
    expect(process.listenerCount("SIGINT")).toBe(0);
  });
});

describe("at the end", () => {
  test("fewer instances than asked for exit 1", async () => {
    writes(3, { last: true, targets: [result({ instances: 9 })] });
    const { exitCode, stdout } = await run(["warm", "dev"]);
    expect({ exitCode, verdict: stdout.at(-1) }).toEqual({ exitCode: 1, verdict: "Not warmed as requested." });
  });

  test("an instance that may not even be asked for exits 1", async () => {
    const reason = "0 of 10: of 1 reserved, 1 stay free for requests";
    writes(3, { last: true, targets: [result({ asked: 0, instances: 0, reason })] });
    const { exitCode, stdout } = await run(["warm", "dev"]);
    expect({ exitCode, verdict: stdout.at(-1) }).toEqual({ exitCode: 1, verdict: "Not warmed as requested." });
  });

  test("a failure exits 1 and is told again in the summary", async () => {
    writes(3, { last: true, targets: [result({ failures: ["one ping timed out"] })] });
    const { exitCode, stdout } = await run(["warm", "dev"]);
    expect({ exitCode, lines: stdout.slice(-4) }).toEqual({
      exitCode: 1,
      lines: [
        "dev-api  10/10 instances in the last of 1 round, 0 cold starts",
        "         failed: one ping timed out",
        "Found in total: 0 cold starts. Estimated cost, without starting them: $0.00004",
        "Not warmed as requested.",
      ],
    });
  });

  test("a function that the last record leaves out exits 1", async () => {
    writes(3, { last: true, targets: [] });
    expect((await run(["warm", "dev"])).exitCode).toBe(1);
  });
});

describe("--json", () => {
  test("writes a line for each record and one for the summary to standard output, and nothing else", async () => {
    writes(3, { targets: [result({ instances: 8, coldStarts: 8 })] });
    writes(33, { round: 2, last: true });

    const { exitCode, stdout, stderr } = await run(["warm", "dev", "--json"]);

    const { runId } = startedRuns()[0] ?? {};
    expect(stdout.map((line) => JSON.parse(line) as unknown)).toEqual([
      { ...record({ targets: [result({ instances: 8, coldStarts: 8 })] }), runId },
      { ...record({ round: 2, last: true }), runId },
      {
        message: "summary",
        environment: "dev",
        outcome: "warmed",
        targets: [{ functionName: "dev-api", rounds: 2, asked: 10, instances: 10, coldStarts: 8, failures: [] }],
        coldStarts: 8,
        estimatedDollars: 0.00008,
        unpriced: [],
      },
    ]);
    expect(exitCode).toBe(0);
    expect(stderr[1]).toContain("Ctrl-C only stops watching");
  });

  test("sums up what was seen when the end is unknown", async () => {
    afterWait = () => process.emit("SIGINT");
    const { stdout } = await run(["warm", "dev", "--json"]);
    expect(stdout.map((line) => JSON.parse(line) as unknown)).toEqual([
      expect.objectContaining({ message: "summary", outcome: "interrupted" }),
    ]);
  });
});

describe("wrong input is told without a stack trace, exits 2 and starts nothing:", () => {
  test.each([
    [["warm", "qa"], ['environments: there is no "qa"; environments are: dev, staging']],
    [
      ["warm", "dev", "web", "api", "wbe"],
      ["web", "wbe"].map(
        (name) => `environments/dev.tfvars: there is no function "${name}" that can be kept warm; available: api`,
      ),
    ],
    [["warm"], ["error: missing required argument 'environment'"]],
    [["warm", "dev", "--fulltime"], ["error: unknown option '--fulltime'\n(Did you mean --full-time?)"]],
    [["wram", "dev"], ["error: unknown command 'wram'\n(Did you mean warm?)"]],
    [["help", "wram"], ["error: unknown command 'wram'\n(Did you mean warm?)"]],
  ])("%p", async (args, expected) => {
    const { exitCode, stdout, stderr } = await run(args);
    expect({ exitCode, stdout }).toEqual({ exitCode: 2, stdout: [] });
    expect(stderr.flatMap((text) => (text.startsWith("error") ? [text] : text.split("\n")))).toEqual(expected);
    expect(lambda.calls()).toHaveLength(0);
  });

  test("a mistake in a file", async () => {
    const { exitCode, stderr } = await run(["warm", "dev"], { more: "log_retention_days = -1" });
    expect(exitCode).toBe(2);
    expect(stderr).toEqual([expect.stringMatching(/^environments\/dev\.tfvars: log_retention_days: expected .*$/)]);
  });

  test("an environment in which nothing can be kept warm", async () => {
    const { exitCode, stderr } = await run(["warm", "dev"], { functions: "api = { reserved_concurrency = 0 }" });
    expect({ exitCode, stderr }).toEqual({
      exitCode: 2,
      stderr: ["environments/dev.tfvars: functions: expected one that can be kept warm, found none"],
    });
  });
});

describe("what AWS refuses is told in one line and exits 1:", () => {
  test.each([
    [
      makeSdkError("ResourceNotFoundException", "Function not found: arn"),
      "the warmer dev-warmer is not deployed in eu-west-1: npx cdktf deploy dev",
    ],
    [
      makeSdkError("AccessDeniedException", "User: someone is not authorized\nto perform: lambda:InvokeFunction"),
      "AWS does not allow lambda:InvokeFunction: User: someone is not authorized to perform: lambda:InvokeFunction",
    ],
    [
      makeSdkError("CredentialsProviderError", "Could not load credentials from any providers"),
      "there are no AWS credentials: Could not load credentials from any providers",
    ],
    [
      makeSdkError("ExpiredTokenException", "The security token included in the request is expired"),
      "AWS does not accept the credentials: The security token included in the request is expired",
    ],
    [
      Object.assign(new AggregateError([]), { code: "ECONNREFUSED" }),
      "AWS cannot be reached in eu-west-1: ECONNREFUSED",
    ],
    [
      makeSdkError("ServiceException", "Internal error"),
      "a request to AWS in eu-west-1 failed: ServiceException: Internal error",
    ],
  ])("%s", async (error, expected) => {
    aws.errors.set("Invoke", error);
    const { exitCode, stdout, stderr } = await run(["warm", "dev"]);
    expect({ exitCode, stdout, stderr }).toEqual({ exitCode: 1, stdout: [], stderr: [expected] });
  });

  test("a run that cannot be started is told, and those after it are started and watched", async () => {
    const why = "a request to AWS in eu-west-1 failed: ServiceException: Internal error";
    lambda
      .on(InvokeCommand)
      .rejectsOnce(makeSdkError("ServiceException", "Internal error"))
      .resolves({ StatusCode: 202 });
    writes(3, { run: 1, last: true, targets: [result({ functionName: "dev-web" })] });

    const { exitCode, stdout, stderr } = await run(["warm", "dev"], {
      functions: "api = {}\nweb = { warming = { pre_deployment = { every_seconds = 10 } } }",
    });

    expect(stdout[0]).toBe(`Not started: dev-api x 10: ${why}`);
    expect(stdout.slice(-5)).toEqual([
      "dev-api  no round seen, 10 instances planned",
      `         failed: not started: ${why}`,
      "dev-web  10/10 instances in the last of 1 round, 0 cold starts",
      "Found in total: 0 cold starts. Estimated cost, without starting them: $0.00004",
      "Not warmed as requested.",
    ]);
    expect({ exitCode, stderr }).toEqual({ exitCode: 1, stderr: [] });
  });

  test.each([
    [
      makeSdkError("AccessDeniedException", "not logs:FilterLogEvents"),
      "AWS does not allow logs:FilterLogEvents: not logs:FilterLogEvents",
    ],
    [makeSdkError("ResourceNotFoundException", "none"), `there is no log group ${LOG_GROUP} in eu-west-1`],
  ])("a log that cannot be read: the run goes on (%s)", async (error, expected) => {
    aws.errors.set("FilterLogEvents", error);
    const { exitCode, stdout, stderr } = await run(["warm", "dev"]);
    expect({ exitCode, stderr }).toEqual({ exitCode: 1, stderr: [`${expected}; dev-warmer continues, unwatched`] });
    expect(stdout.at(-1)).toBe("No round was seen: cold starts and cost are unknown.");
  });

  test("but a fault of the program is none of AWS's", async () => {
    aws.errors.set("Invoke", new TypeError("a bug"));
    await expect(run(["warm", "dev"])).rejects.toThrow("a bug");
  });
});
