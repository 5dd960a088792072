import { describe, expect, test } from "@jest/globals";
import { resolveAlarmSettings } from "../../environments/alarms";
import { loadEnvironments } from "../../environments/load";
import { TARGET_DEFAULTS } from "../../environments/targets";
import { resolveWarmingSettings } from "../../environments/warming";
import { listWatchedFunctions } from "../../model/watched-function";
import { makeProject, findMistakes, makeTfvars } from "../support/project";

/** The mistakes of one environment, dev, without the file's name. */
async function mistakesOf(text: string | Uint8Array): Promise<string[]> {
  const mistakes = await findMistakes({ "environments/dev.tfvars": text });
  return mistakes.map((line) => line.replace(/^environments\/dev\.tfvars:? ?/, ""));
}

const inFunction = (settings: string) => mistakesOf(makeTfvars({ functions: `api = { ${settings} }` }));

describe("an environment's file", () => {
  test("becomes an environment with every default filled in", async () => {
    // Prepare
    const root = makeProject({ "environments/dev.tfvars": makeTfvars() });

    // Act
    const environments = await loadEnvironments(root);

    // Assess
    expect(environments).toEqual([
      {
        name: "dev",
        nodeRuntime: "nodejs22.x",
        region: "eu-west-1",
        protected: false,
        logRetentionDays: 30,
        tags: {},
        state: { backend: "local" },
        functions: {
          api: {
            memoryMb: 512,
            timeoutSeconds: 10,
            architecture: "arm64",
            runtime: "nodejs22.x",
            environment: {},
            files: [],
            packages: [],
            secrets: {},
            endpoint: "none",
            http: {},
            allowedTriggers: {},
            tracing: true,
            ephemeralStorageMb: 512,
            layers: [],
            policyStatements: {},
            managedPolicies: [],
            events: {},
            tags: {},
            asynchronous: false,
            alarms: {},
            warming: {},
            rollout: {},
            targets: {},
            objectives: {},
          },
        },
        existingFunctions: {},
        alarmEmails: [],
        urgentEmails: [],
        alarms: {},
        warming: {},
        rollout: {},
        targets: {},
        objectives: {},
      },
    ]);
  });

  test("is read as HCL: comments, here-documents, both kinds of map, escaped templates, a byte order mark", async () => {
    const functions = `
      # a comment
      "api" : { // another
        environment = { GREETING = <<-EOT
          hello
          EOT
          TEMPLATE = "$\${name}" /* and one more */ }
      }`;
    const [environment] = await loadEnvironments(
      makeProject({ "environments/dev.tfvars": `\uFEFF${makeTfvars({ functions })}` }),
    );
    expect(environment?.functions["api"]?.environment).toEqual({ GREETING: "hello\n", TEMPLATE: "$${name}" });
  });

  test("cannot be changed once loaded", async () => {
    const [environment] = await loadEnvironments(makeProject({ "environments/dev.tfvars": makeTfvars() }));
    expect(Object.isFrozen(environment)).toBe(true);
    expect(Object.isFrozen(environment?.functions["api"]?.environment)).toBe(true);
  });

  test("adds an environment when it is copied, in alphabetical order", async () => {
    const root = makeProject({
      "environments/qa.tfvars": makeTfvars(),
      "environments/dev.tfvars": makeTfvars(),
      "environments/notes.md": "",
    });
    expect((await loadEnvironments(root)).map(({ name }) => name)).toEqual(["dev", "qa"]);
  });

  test("takes each kind of state", async () => {
    const withState = (state: string) =>
      mistakesOf(`region = "eu-west-1"\nfunctions = { api = {} }\nstate = { ${state} }`);
    expect(
      await withState('backend = "cloud"\n organization = "o"\n workspace = "w"\n project = "my project"'),
    ).toEqual([]);
    expect(
      await withState('backend = "s3"\n bucket = "states"\n key = "a/b.tfstate"\n region = "us-gov-west-1"'),
    ).toEqual([]);
    expect(await withState('backend = "local"')).toEqual([]);
  });
});

describe("an alarm's settings", () => {
  const settingsOf = async (functions: string, more: string) => {
    const root = makeProject({ "environments/dev.tfvars": makeTfvars({ functions, more }) });
    const [environment] = await loadEnvironments(root);
    return resolveAlarmSettings("errors", environment?.alarms ?? {}, environment?.functions["api"]?.alarms ?? {});
  };

  test("are the function's, else the environment's, else the defaults", async () => {
    expect(
      await settingsOf(
        "api = { alarms = { errors = { threshold = 1 } } }",
        "alarms = { errors = { threshold = 20, period_seconds = 60 } }",
      ),
    ).toMatchObject({ enabled: true, threshold: 1, periodSeconds: 60, evaluationPeriods: 1, datapointsToAlarm: 1 });
  });

  test.each([
    [
      "a share above 100 %",
      "memory = { threshold_percent = 120 }",
      "memory.threshold_percent: expected 1 to 99, got 120",
    ],
    ["no unit", "memory = { threshold = 80 }", "memory.threshold: unknown key, did you mean threshold_percent?"],
    [
      "a period that CloudWatch refuses",
      "errors = { period_seconds = 90 }",
      "errors.period_seconds: expected a multiple of 60, got 90",
    ],
    [
      "more datapoints than periods",
      "errors = { datapoints_to_alarm = 2 }",
      "errors.datapoints_to_alarm: expected at most evaluation_periods, which is 1, got 2",
    ],
    [
      "more than a day",
      "errors = { evaluation_periods = 300 }",
      "errors.evaluation_periods: expected at most 86400 seconds together, 288 periods of 300, got 300",
    ],
    [
      "more than seven days, if periods are an hour or longer",
      "errors = { period_seconds = 3600, evaluation_periods = 169 }",
      "errors.evaluation_periods: expected at most 604800 seconds together, 168 periods of 3600, got 169",
    ],
    ["an alarm that is none", "error = { threshold = 1 }", "error: unknown key, did you mean errors?"],
  ])("cannot be %s, for all functions or for one", async (_, alarms, mistake) => {
    expect(await mistakesOf(makeTfvars({ more: `alarms = { ${alarms} }` }))).toEqual([`alarms.${mistake}`]);
    expect(await inFunction(`alarms = { ${alarms} }`)).toEqual([`functions.api.alarms.${mistake}`]);
  });

  test("that do not go together are told where the last of them is", async () => {
    const text = makeTfvars({
      functions: "api = { alarms = { errors = { datapoints_to_alarm = 3 } } }",
      more: "alarms = { errors = { evaluation_periods = 2 } }",
    });
    expect(await mistakesOf(text)).toEqual([
      "functions.api.alarms.errors.datapoints_to_alarm: expected at most evaluation_periods, which is 2, got 3",
    ]);
  });

  test("have no effect for dropped events of a function that has none", async () => {
    expect(await inFunction("alarms = { dropped_events = { threshold = 3 } }")).toEqual([
      "functions.api.alarms.dropped_events: expected asynchronous = true or an asynchronous event as well, without which it cannot ring, got nothing",
    ]);
    expect(await inFunction("asynchronous = true\n alarms = { dropped_events = { threshold = 3 } }")).toEqual([]);
  });
});

describe("targets", () => {
  test.each([
    ["cold_start_percent = 0", "cold_start_percent: expected 0.01 to 100, got 0"],
    ['error_percent = "1 %"', 'error_percent: expected a number, 0.001 to 100, got "1 %"'],
    ["availability_percent = 100", "availability_percent: expected 1 to 99.999, got 100"],
    ["init_seconds = 1", "init_seconds: unknown key, did you mean init_milliseconds?"],
    [
      "response_milliseconds = { p90 = 100 }",
      "response_milliseconds.p90: expected at least p50, which is 200, got 100",
    ],
    [
      "response_milliseconds = { p90 = 2000 }",
      "response_milliseconds.p99: expected at least p90, which is 2000, got 1000",
    ],
    ["memory_percent = { from = 80 }", "memory_percent.to: expected more than from, which is 80, got 80"],
  ])("that cannot be are told in one line, for all functions or for one: %s", async (targets, mistake) => {
    const told = await mistakesOf(makeTfvars({ more: `targets = { ${targets} }` }));
    const ofOne = await inFunction(`targets = { ${targets} }`);

    expect([told.length, ofOne.length]).toEqual([1, 1]);
    expect(told[0]).toContain(`targets.${mistake}`);
    expect(ofOne[0]).toContain(`functions.api.targets.${mistake}`);
  });

  test("of a function come before those of its environment, and those before the defaults, key by key", async () => {
    const functions = `
      api = { targets = { response_milliseconds = { p99 = 3000 } } }
      old = { existing = true, targets = { memory_percent = { to = 95 } } }`;
    const more =
      "targets = { error_percent = 1, response_milliseconds = { p90 = 800 }, memory_percent = { from = 20 } }";
    const [environment] = await loadEnvironments(
      makeProject({ "environments/dev.tfvars": makeTfvars({ functions, more }) }),
    );

    const targets = environment ? listWatchedFunctions(environment).map((watched) => watched.targets) : [];
    const ofAll = { ...TARGET_DEFAULTS, errorPercent: 1 };
    expect(targets).toEqual([
      { ...ofAll, responseMilliseconds: { p50: 200, p90: 800, p99: 3000 }, memoryPercent: { from: 20, to: 80 } },
      { ...ofAll, responseMilliseconds: { p50: 200, p90: 800, p99: 1000 }, memoryPercent: { from: 20, to: 95 } },
    ]);
  });
});

describe("how functions are kept warm", () => {
  test.each([
    [
      "scheduled = { every_minutes = 7 }",
      "scheduled.every_minutes: expected one of 1, 2, 3, 4, 5, 6, 10, 12, 15, 20, 30, 60, got 7",
    ],
    ["scheduled = { concurrency = 0 }", "scheduled.concurrency: expected 1 to 200, got 0"],
    ['peak = { days = "MON-MON" }', 'peak.days: expected days as in MON-FRI or SAT,SUN, got "MON-MON"'],
    [
      'peak = { timezone = "Berlin" }',
      'peak.timezone: expected a time zone of the IANA database, as in Europe/Berlin, got "Berlin"',
    ],
    [
      'peak = { timezone = "EUROPE/Berlin" }',
      'peak.timezone: expected a time zone of the IANA database, as in Europe/Berlin, got "EUROPE/Berlin"',
    ],
    [
      'peak = { timezone = "asia/kolkata" }',
      'peak.timezone: expected a time zone of the IANA database, as in Europe/Berlin, got "asia/kolkata"',
    ],
    ["peak = { from_hour = 25 }", "peak.from_hour: expected 0 to 23, got 25"],
    ["peak = { to_hour = 9 }", "peak.to_hour: expected another hour than from_hour, got 9"],
    [
      "peak = { from_hour = 0, to_hour = 24 }",
      "scheduled.enabled: expected false, because the peak leaves no hour to the schedule, got true",
    ],
    ["pre_deployment = { for_minutes = 20 }", "pre_deployment.for_minutes: expected 1 to 14, got 20"],
    [
      "conditional = { enabled = true, minimum = 40 }",
      "conditional.minimum: expected at most maximum, which is 30, got 40",
    ],
    [
      "conditional = { enabled = true }\n scheduled = { enabled = false }\n peak = { enabled = false }",
      "conditional.enabled: expected scheduled or peak warming as well, whose number of instances it decides, got true",
    ],
    ["schedule = {}", "schedule: unknown key, did you mean scheduled?"],
  ])("cannot be %s, for all functions or for one", async (warming, mistake) => {
    expect(await mistakesOf(makeTfvars({ more: `warming = {\n ${warming}\n }` }))).toEqual([`warming.${mistake}`]);
    expect(await inFunction(`warming = {\n ${warming}\n }`)).toEqual([`functions.api.warming.${mistake}`]);
  });

  test("is the function's, else the environment's, else the default", async () => {
    const functions = "api = { warming = { peak = { concurrency = 20 } } }";
    const more = 'warming = { peak = { concurrency = 5, days = "MON-FRI" } }';
    const root = makeProject({ "environments/dev.tfvars": makeTfvars({ functions, more }) });
    const [environment] = await loadEnvironments(root);
    expect(
      resolveWarmingSettings(environment?.warming ?? {}, environment?.functions["api"]?.warming ?? {}).peak,
    ).toEqual({
      enabled: true,
      everyMinutes: 2,
      fromHour: 9,
      toHour: 18,
      days: "MON-FRI",
      timezone: "UTC",
      concurrency: 20,
    });
  });

  test("has no effect on a function that is deployed elsewhere and says no alias for pings", async () => {
    expect(await inFunction("existing = true\n warming = { gate = { enabled = false } }")).toEqual([
      "functions.api.warming: expected warming_qualifier as well, without which the function is not kept warm, got nothing",
    ]);
  });

  test("cannot follow the usage of a function deployed elsewhere whose pings are not apart from its requests", async () => {
    const byUse = (qualifier: string) =>
      inFunction(
        `existing = true\n warming_qualifier = "${qualifier}"\n warming = { conditional = { enabled = true } }`,
      );
    expect(await byUse("warm")).toEqual([]);
    expect(await byUse("prod")).toEqual([
      'functions.api.warming.conditional: expected warming_qualifier = "warm" as well: usage is known if requests enter through alias live, and pings through warm, got nothing',
    ]);
  });

  test("leaves no function of the user's the warmer's name", async () => {
    const [mistake] = await findMistakes({
      "functions/warmer/handler.ts": "",
      "environments/dev.tfvars": makeTfvars({ functions: "warmer = {}" }),
    });
    expect(mistake).toBe(
      'environments/dev.tfvars: functions.warmer: expected a name that Warmwatch does not use itself, got "warmer"',
    );
  });
});

describe("who gets alarms", () => {
  test.each([
    ['alarm_emails = ["a@example.com", "nobody"]', 'alarm_emails.1: expected an e-mail address, got "nobody"'],
    [
      'alarm_emails = "a@example.com"',
      'alarm_emails: expected a list, as in ["team@example.com"], got "a@example.com"',
    ],
    ['alarm_emails = ["a@example.com", "a@example.com"]', "alarm_emails: expected each address once, got a list"],
    [
      'alarm_emails = ["a@example.com"]\nurgent_emails = ["a@example.com"]',
      'urgent_emails.0: expected an address that is not in alarm_emails, which get every alarm, got "a@example.com"',
    ],
    [
      'alarm_webhook_variable = "Hook"',
      'alarm_webhook_variable: expected a name of a-z, 0-9 and _ that starts with a letter, got "Hook"',
    ],
    [
      'runbooks_url = "http://example.com"',
      'runbooks_url: expected an address that begins with https://, of at most 100 characters, got "http://example.com"',
    ],
  ])("%s", async (more, mistake) => {
    expect(await mistakesOf(makeTfvars({ more }))).toEqual([mistake]);
  });
});

describe("a function that is deployed elsewhere", () => {
  test("needs no code here", async () => {
    const functions = 'api = {}\nlegacy = { existing = true, function_name = "Shop_Legacy", log_format = "json" }';
    const [environment] = await loadEnvironments(makeProject({ "environments/dev.tfvars": makeTfvars({ functions }) }));
    expect(Object.keys(environment?.functions ?? {})).toEqual(["api"]);
    expect(environment?.existingFunctions).toEqual({
      legacy: {
        existing: true,
        functionName: "Shop_Legacy",
        logFormat: "json",
        asynchronous: false,
        alarms: {},
        warming: {},
        targets: {},
        objectives: {},
      },
    });
  });

  test.each([
    [
      "timeout_seconds = 5",
      "functions.api.timeout_seconds: unknown key; timeout_seconds belongs to a function that is deployed from here",
    ],
    ['log_format = "xml"', 'functions.api.log_format: expected one of json, text, got "xml"'],
    ['function_name = "a b"', "functions.api.function_name: expected 1 to 64 letters, digits, - and _, got"],
  ])("takes no setting that would have no effect: %s", async (settings, mistake) => {
    const [first] = await inFunction(`existing = true\n ${settings}`);
    expect(first).toContain(mistake);
  });
});

describe("mistakes in a file", () => {
  test.each([
    ["a value is missing", 'region = "eu-west-1"\nstate = \n', "2:9: Invalid expression; "],
    [
      "the file ends too early",
      "functions = {\n api = {",
      "2:9: expected a value or a closing bracket, got the end of the file",
    ],
    ["a key is set twice", 'region = "a"\nregion = "b"\n', "2:1: Attribute redefined; "],
    [
      "a block is written",
      "functions {\n}\n",
      "1:11: expected = between key and map, as in functions = { … }, got a block",
    ],
    ["it is JSON", "{}", '1:1: expected lines as in region = "eu-west-1", got JSON'],
  ])("in its syntax, with line and column: %s", async (_, text, expected) => {
    const [mistake, ...others] = await findMistakes({ "environments/dev.tfvars": text });
    expect(mistake).toContain(`environments/dev.tfvars:${expected}`);
    expect(others).toEqual([]);
  });

  test.each([
    ["api = { tracing = true }\napi = {}", "5:1: functions.api"],
    ['"api" = {}\napi = {}', "5:1: functions.api"],
    ['api = {}\n"api" = {}', "5:2: functions.api"],
    ["api = { environment = { ONE = 1, TWO = 2, ONE = 3 } }", "4:43: functions.api.environment.ONE"],
  ])("a key that is set twice in a map, of which HCL takes the last in silence: %s", async (functions, expected) => {
    const [mistake] = await findMistakes({ "environments/dev.tfvars": makeTfvars({ functions }) });
    expect(mistake).toBe(`environments/dev.tfvars:${expected}: set twice`);
  });

  test("not UTF-8", async () => {
    expect(await mistakesOf(Buffer.from(makeTfvars(), "utf16le"))).toEqual(["expected UTF-8 text, got other bytes"]);
    expect(await mistakesOf(Buffer.from('region = "\xff"', "latin1"))).toEqual([
      "expected UTF-8 text, got other bytes",
    ]);
  });

  test("what is required is missing", async () => {
    expect(await mistakesOf("# nothing yet\n")).toEqual([
      "region: expected an AWS region, as in eu-west-1, got nothing",
      'state: expected a map, as in state = { backend = "local" }, got nothing',
      "functions: expected a map, as in functions = { api = {} }, got nothing",
    ]);
    expect(await mistakesOf(makeTfvars({ functions: "" }))).toEqual([
      "functions: expected at least one function, as in functions = { api = {} }, got none",
    ]);
  });

  test.each([
    ["memory_mb = 64", "functions.api.memory_mb: expected 128 to 10240, got 64"],
    ["memory_mb = 10241", "functions.api.memory_mb: expected 128 to 10240, got 10241"],
    ["memory_mb = 256.5", "functions.api.memory_mb: expected a whole number, 128 to 10240, got 256.5"],
    [
      'memory_mb = "512"',
      'functions.api.memory_mb: expected a whole number, 128 to 10240, got "512"; without quotes: 512',
    ],
    ["memory_mb = { a = 1 }", "functions.api.memory_mb: expected a whole number, 128 to 10240, got a map"],
    ["timeout_seconds = 901", "functions.api.timeout_seconds: expected 1 to 900, got 901"],
    ['architecture = "arm"', 'functions.api.architecture: expected one of arm64, x86_64, got "arm"'],
    ['runtime = "nodejs18.x"', 'functions.api.runtime: expected one of nodejs22.x, nodejs24.x, got "nodejs18.x"'],
    ["reserved_concurrency = -1", "functions.api.reserved_concurrency: expected 0 to 100000, got -1"],
    ['endpoint = "open"', 'functions.api.endpoint: expected one of none, iam, public, got "open"'],
    ['tracing = "yes"', 'functions.api.tracing: expected true or false, got "yes"'],
    ["memry_mb = 512", "functions.api.memry_mb: unknown key, did you mean memory_mb?"],
    ["memory_mb = null", "functions.api.memory_mb: expected a value, got null; leave the key out for its default"],
    ["memory_mb = var.memory", 'functions.api.memory_mb: expected a plain value, got the expression "${var.memory}"'],
    ["timeout_seconds = 5 * 2", 'functions.api.timeout_seconds: expected a plain value, got the expression "${5 * 2}"'],
    [
      'environment = { URL = "https://${var.host}" }',
      'functions.api.environment.URL: expected a plain value, got the expression "https://${var.host}"',
    ],
    [
      "environment = { (local.name) = 1 }",
      'functions.api.environment."${(local.name)}": expected a plain key, got the expression "${(local.name)}"',
    ],
    ["environment = { PORT = 80 }", 'functions.api.environment.PORT: expected text in quotes, as in "10", got 80'],
    [
      'environment = { AWS_REGION = "x" }',
      'functions.api.environment.AWS_REGION: expected a name that Lambda does not reserve, got "AWS_REGION"',
    ],
    [
      'environment = { _X_AMZN_TRACE_ID = "x" }',
      'functions.api.environment._X_AMZN_TRACE_ID: expected a name of 2 or more letters, digits and _ that starts with a letter, got "_X_AMZN_TRACE_ID"',
    ],
    [
      "secrets = { KEY = {} }",
      "functions.api.secrets.KEY: expected exactly one of ssm_parameter, secret_arn and terraform_variable, got none",
    ],
    [
      'secrets = { KEY = { secret_arn = "orders-db" } }',
      'functions.api.secrets.KEY.secret_arn: expected the ARN of a Secrets Manager secret, got "orders-db"',
    ],
    [
      'secrets = { KEY = { terraform_variable = "count" } }',
      'functions.api.secrets.KEY.terraform_variable: expected a name that Terraform does not reserve, got "count"',
    ],
    [
      'environment = { KEY = "a" }, secrets = { KEY = { ssm_parameter = "a" } }',
      'functions.api.secrets.KEY: expected a name that `environment` does not also set, got "KEY"',
    ],
  ])("in a function: %s", async (settings, expected) => {
    expect(await inFunction(settings)).toEqual([expected]);
  });

  test.each([
    ['region = "Ireland"', 'region: expected an AWS region, as in eu-west-1, got "Ireland"'],
    ["account_id = 123456789012", "account_id: expected 12 digits in quotes, got 123456789012"],
    ["log_retention_days = 8", /^log_retention_days: expected one of 1, 3, 5, 7, .*, 3653, got 8$/],
    ['protected = "true"', 'protected: expected true or false, got "true"; without quotes: true'],
    [
      'tags = { environment = "mine" }',
      'tags.environment: expected a name that Warmwatch does not set itself, got "environment"',
    ],
    [
      'tags = { service = "mine" }',
      'tags.service: expected a name that differs from Service in more than case, got "service"',
    ],
    [
      'tags = { "aws:owner" = "me" }',
      'tags."aws:owner": expected a name that does not begin with aws:, got "aws:owner"',
    ],
    ['tags = { owner = "<me>" }', /^tags\.owner: expected at most 256 letters.*, got "<me>"$/],
    ["log_retention = 7", "log_retention: unknown key, did you mean log_retention_days?"],
    ["kubernetes = {}", /^kubernetes: unknown key; known here: region, account_id, /],
  ])("at the top: %s", async (line, expected) => {
    const key = line.split(" ")[0] ?? "";
    const rest = makeTfvars().replace(new RegExp(`^${key} = .*\n`, "m"), "");
    const mistakes = await mistakesOf(`${rest}${line}\n`);
    expect(mistakes).toEqual([typeof expected === "string" ? expected : expect.stringMatching(expected)]);
  });

  test.each([
    ['{ backend = "gcs" }', 'state.backend: expected one of cloud, s3, local, got "gcs"'],
    ['"local"', 'state: expected a map, as in state = { backend = "local" }, got "local"'],
    ['{ backend = "local", path = "x" }', "state.path: unknown key; known here: backend"],
    [
      '{ backend = "cloud", organization = "o" }',
      "state.workspace: expected at most 90 letters, digits, - and _, got nothing",
    ],
    [
      '{ backend = "s3", bucket = "B", key = "k", region = "eu-west-1" }',
      'state.bucket: expected a bucket\'s name, got "B"',
    ],
    [
      '{ backend = "s3", bucket = "states", key = "/k", region = "eu-west-1" }',
      'state.key: expected a path that does not begin or end with /, got "/k"',
    ],
  ])("in the state: %s", async (state, expected) => {
    expect(await mistakesOf(`region = "eu-west-1"\nfunctions = { api = {} }\nstate = ${state}`)).toEqual([expected]);
  });

  test("environment variables that are larger together than Lambda takes", async () => {
    const exactly = (bytes: number) => inFunction(`environment = { TEXT = "${"é".repeat((bytes - 4) / 2)}" }`);
    expect(await exactly(4096)).toEqual([]);
    expect(await exactly(4098)).toEqual([
      "functions.api.environment: expected names and values of at most 4096 bytes together, got a map",
    ]);
  });

  test("a secret, which is not repeated in the message", async () => {
    const key = "AKIAIOSFODNN7EXAMPLE";
    const [mistake] = await inFunction(`environment = { LOGIN = "${key}" }`);
    expect(mistake).toBe(
      "functions.api.environment.LOGIN: expected no secret here but a reference to it under `secrets`, got a secret",
    );
    expect(await inFunction('environment = { DB_PASSWORD = "hunter2" }')).toEqual([
      'functions.api.environment.DB_PASSWORD: expected no secret here but a reference to it under `secrets`, got "DB_PASSWORD"',
    ]);
  });

  test("a function without a folder, naming those that exist", async () => {
    const files = {
      "environments/dev.tfvars": makeTfvars({ functions: "web = {}" }),
      "functions/jobs/handler.ts": "",
      "functions/empty/notes.md": "",
    };
    expect(await findMistakes(files)).toEqual([
      "environments/dev.tfvars: functions.web: expected a file functions/web/handler.ts; functions there are: api, jobs",
    ]);
  });

  test("names that AWS would refuse", async () => {
    const long = "a".repeat(61);
    const files = {
      "environments/dev.tfvars": makeTfvars({ functions: `${long} = {}` }),
      [`functions/${long}/handler.ts`]: "",
    };
    expect(await findMistakes(files)).toEqual([
      `environments/dev.tfvars: functions.${long}: expected dev-${long} to have at most 64 characters, got 65`,
    ]);
    expect(
      await findMistakes({
        "environments/dev.tfvars": makeTfvars({ functions: "My_API = {}" }),
        "functions/My_API/handler.ts": "",
      }),
    ).toEqual([
      'environments/dev.tfvars: functions.My_API: expected a name of at most 64 characters a-z, 0-9 and - that starts with a letter, got "My_API"',
    ]);
  });

  test.each(["xn--shop", "sthree", "sthree-eu", "amzn-s3-demo"])(
    "an environment whose bucket S3 would refuse: %s",
    async (name) => {
      expect(await findMistakes({ [`environments/${name}.tfvars`]: makeTfvars() })).toEqual([
        `environments/${name}.tfvars: expected a file name that does not begin with xn--, sthree- or amzn-s3-demo-, which S3 reserves, got "${name}"`,
      ]);
    },
  );

  test.each(["Prod", "my env", "1st", "a_b", "x".repeat(33), ""])("an environment named %p", async (name) => {
    const [mistake] = await findMistakes({ [`environments/${name}.tfvars`]: makeTfvars() });
    expect(mistake).toBe(
      `environments/${name}.tfvars: expected a file name of at most 32 characters a-z, 0-9 and - that starts with a letter, got "${name}"`,
    );
  });
});

describe("mistakes across files", () => {
  test("are all told in one run, file by file", async () => {
    const mistakes = await findMistakes({
      "environments/a.tfvars": "region = ",
      "environments/b.tfvars": makeTfvars({ functions: "api = { memory_mb = 1, tracing = 2 }", more: "regoin = 1" }),
      "environments/c.tfvars": Buffer.from([0xff]),
      "environments/d.tfvars": makeTfvars(),
      "environments/e.tfvars": makeTfvars({ functions: "web = {}" }),
    });
    expect(mistakes.map((line) => line.replace(/(tfvars\S*( \S+:)?).*/, "$1"))).toEqual([
      "environments/a.tfvars:1:10:",
      "environments/b.tfvars: functions.api.memory_mb:",
      "environments/b.tfvars: functions.api.tracing:",
      "environments/b.tfvars: regoin:",
      "environments/c.tfvars:",
      "environments/e.tfvars: functions.web:",
    ]);
  });

  test("two environments that would share one state", async () => {
    const cloud =
      'region = "eu-west-1"\nfunctions = { api = {} }\nstate = { backend = "cloud", organization = "o", workspace = "w" }';
    expect(await findMistakes({ "environments/a.tfvars": cloud, "environments/b.tfvars": cloud })).toEqual([
      "environments/b.tfvars: state: expected its own location, got HCP Terraform: o/w, as in environments/a.tfvars",
    ]);
    const s3 = cloud.replace(/state.*/, 'state = { backend = "s3", bucket = "bbb", key = "k", region = "eu-west-1" }');
    const elsewhere = s3.replace('"k"', '"k2"');
    expect(await findMistakes({ "environments/a.tfvars": s3, "environments/b.tfvars": elsewhere })).toEqual([]);
    expect(await findMistakes({ "environments/a.tfvars": s3, "environments/b.tfvars": s3 })).toHaveLength(1);
  });

  test("no environment at all", async () => {
    expect(await findMistakes({})).toEqual(["environments: expected a file <environment>.tfvars, found none"]);
    expect(await findMistakes({ "environments/README.md": "" })).toEqual([
      "environments: expected a file <environment>.tfvars, found none",
    ]);
  });

  test("a file that cannot be read", async () => {
    expect(await findMistakes({ "environments/dev.tfvars/x": "" })).toEqual([
      "environments/dev.tfvars: cannot be read: it is a folder",
    ]);
  });
});
