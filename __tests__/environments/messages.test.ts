import { expect, test } from "@jest/globals";
import { findMistakes, makeTfvars } from "../support/project";

/** What a file with this text is told, without the file's name. */
async function toldOf(text: string): Promise<string[]> {
  const mistakes = await findMistakes({ "environments/dev.tfvars": text, "functions/jobs/handler.ts": "" });
  return mistakes.map((line) => line.replace(/^environments\/dev\.tfvars:? ?/, ""));
}

const inFunction = (settings: string) => makeTfvars({ functions: `api = { ${settings} }` });
const atTop = (more: string) => makeTfvars({ more });
const withRegion = (line: string) => makeTfvars().replace(/^region.*\n/, line);
const withState = (line: string) => makeTfvars().replace(/^state.*\n/m, line);
const withFunctions = (line: string) => `region = "eu-west-1"\nstate = { backend = "local" }\n${line}\n`;

/** Each is told in one line. */
test.each([
  [
    makeTfvars({ functions: "constructor = {}" }),
    'functions.constructor: expected another name than "constructor", got "constructor"',
  ],
  // Keys as AWS, Terraform and other tools call them.
  [inFunction("timeout = 3"), "functions.api.timeout: unknown key, did you mean timeout_seconds?"],
  [inFunction("memory = 512"), "functions.api.memory: unknown key, did you mean memory_mb?"],
  [inFunction("memory_size = 512"), "functions.api.memory_size: unknown key, did you mean memory_mb?"],
  [inFunction("memoryMb = 512"), "functions.api.memoryMb: unknown key, did you mean memory_mb?"],
  [inFunction("Memory_MB = 512"), "functions.api.Memory_MB: unknown key, did you mean memory_mb?"],
  [inFunction("memorySize = 512"), "functions.api.memorySize: unknown key, did you mean memory_mb?"],
  [inFunction("timeoutSecs = 3"), "functions.api.timeoutSecs: unknown key, did you mean timeout_seconds?"],
  [
    inFunction("environment_variables = {}"),
    "functions.api.environment_variables: unknown key, did you mean environment?",
  ],
  [
    inFunction("reserved_concurrent_executions = 5"),
    "functions.api.reserved_concurrent_executions: unknown key, did you mean reserved_concurrency?",
  ],
  [inFunction('tracing_mode = "Active"'), "functions.api.tracing_mode: unknown key, did you mean tracing?"],
  [inFunction('url = "public"'), "functions.api.url: unknown key, did you mean endpoint?"],
  [inFunction('image_uri = "x"'), "functions.api.image_uri: unknown key, did you mean image?"],
  [inFunction('filename = "x.zip"'), "functions.api.filename: unknown key, did you mean package?"],
  [inFunction('code_uri = "src"'), "functions.api.code_uri: unknown key, did you mean entry?"],
  [
    inFunction("provisioned_concurrency = 5"),
    "functions.api.provisioned_concurrency: expected a map, as in provisioned_concurrency = { instances = … }, got 5",
  ],
  [
    inFunction("provisioned_concurrent_executions = 5"),
    "functions.api.provisioned_concurrent_executions: unknown key, did you mean provisioned_concurrency?",
  ],
  [atTop("log_retention_in_days = 7"), "log_retention_in_days: unknown key, did you mean log_retention_days?"],
  [atTop('Region = "eu-west-1"'), "Region: unknown key, did you mean region?"],
  [atTop("alarms = { error_rate = { threshold = 1 } }"), "alarms.error_rate: unknown key, did you mean errors?"],
  [
    atTop("alarms = { throttles = { threshold_percent = 5 } }"),
    "alarms.throttles.threshold_percent: unknown key, did you mean threshold?",
  ],
  [
    atTop('warming = { peak = { hours = "9-18" } }'),
    "warming.peak.hours: unknown key, did you mean from_hour and to_hour?",
  ],
  [atTop("warming = { scheduled = { rate = 5 } }"), "warming.scheduled.rate: unknown key, did you mean every_minutes?"],
  [
    inFunction("toString = 1"),
    expect.stringMatching(/^functions\.api\.toString: unknown key; known here: existing, memory_mb, /),
  ],
  // Keys that belong elsewhere.
  [inFunction("log_retention = 7"), "functions.api.log_retention: unknown key, did you mean log_retention_days?"],
  [inFunction("vpc_config = {}"), "functions.api.vpc_config: unknown key, did you mean vpc?"],
  [
    inFunction("alarm_emails = []"),
    "functions.api.alarm_emails: unknown key; alarm_emails belongs at the top of the file",
  ],
  [
    atTop("memory_size = 512"),
    "memory_size: unknown key; memory_mb belongs to a function, as in functions = { api = { memory_mb = … } }",
  ],
  [
    inFunction('function_name = "old"'),
    "functions.api.function_name: unknown key; function_name belongs next to existing = true",
  ],
  // A switch for what is none.
  [
    inFunction("warmer_reserved_concurrency = 2"),
    "functions.api.warmer_reserved_concurrency: unknown key; warmer_reserved_concurrency belongs at the top of the file",
  ],
  [atTop("warming = 3"), "warming: expected true, false or a map, as in warming = { scheduled = { … } }, got 3"],
  [
    inFunction('warming = "off"'),
    'functions.api.warming: expected true, false or a map, as in warming = { scheduled = { … } }, got "off"',
  ],
  [atTop("warming = { enabled = false }"), "warming.enabled: unknown key; to switch warming off: warming = false"],
  [
    atTop("warming = { peak = false }"),
    "warming.peak: expected a map, got false; to switch it off: peak = { enabled = false }",
  ],
  [
    atTop("warming = { conditional = true }"),
    "warming.conditional: expected a map, got true; to switch it on: conditional = { enabled = true }",
  ],
  [
    atTop("alarms = false"),
    "alarms: expected a map, got false; to switch one off: alarms = { errors = { enabled = false } }",
  ],
  [
    atTop("alarms = { errors = false }"),
    "alarms.errors: expected a map, got false; to switch it off: errors = { enabled = false }",
  ],
  [atTop("alarms = { errors = 5 }"), "alarms.errors: expected a map, as in errors = { threshold = … }, got 5"],
  [inFunction("endpoint = true"), "functions.api.endpoint: expected one of none, iam, public, got true"],
  [
    inFunction('runtime = "nodejs18.x"'),
    'functions.api.runtime: expected one of nodejs22.x, nodejs24.x, got "nodejs18.x"',
  ],
  // Nothing, or something of another shape.
  [
    withFunctions("functions = {}"),
    "functions: expected at least one function, as in functions = { api = {} }, got none",
  ],
  [withFunctions('functions = ["api"]'), "functions: expected a map, as in functions = { api = {} }, got a list"],
  [makeTfvars({ functions: "api = true" }), "functions.api: expected a map, as in api = { … }, got true"],
  [atTop("alarms = []"), "alarms: expected a map, as in alarms = { cold_starts = … }, got an empty list"],
  [
    inFunction("secrets = { DB = {} }"),
    "functions.api.secrets.DB: expected exactly one of ssm_parameter, secret_arn and terraform_variable, got none",
  ],
  // What may be the secret is not repeated.
  [
    inFunction('secrets = { DB = "hunter2" }'),
    'functions.api.secrets.DB: expected a reference, as in { ssm_parameter = "/shop/token" }, { secret_arn = … } or { terraform_variable = … }, got text',
  ],
  [withState('state = "local"\n'), 'state: expected a map, as in state = { backend = "local" }, got "local"'],
  [withState('state = { backend = "gcs" }\n'), 'state.backend: expected one of cloud, s3, local, got "gcs"'],
  [atTop('alarm_emails = "a@b.c"'), 'alarm_emails: expected a list, as in ["team@example.com"], got "a@b.c"'],
  // Quotes too many or too few.
  [
    inFunction('memory_mb = "512"'),
    'functions.api.memory_mb: expected a whole number, 128 to 10240, got "512"; without quotes: 512',
  ],
  [inFunction("memory_mb = 0.5"), "functions.api.memory_mb: expected a whole number, 128 to 10240, got 0.5"],
  [inFunction('tracing = "true"'), 'functions.api.tracing: expected true or false, got "true"; without quotes: true'],
  [
    inFunction("tracing = yes"),
    'functions.api.tracing: expected a plain value, got yes: write true, or "yes" for text',
  ],
  [atTop("account_id = 123456789012"), "account_id: expected 12 digits in quotes, got 123456789012"],
  [
    withRegion("region = eu-west-1\n"),
    'region: expected a plain value, got eu-west-1: text needs quotes, as in "eu-west-1"',
  ],
  [
    inFunction("endpoint = public"),
    'functions.api.endpoint: expected a plain value, got public: text needs quotes, as in "public"',
  ],
  [
    inFunction("memory_mb = local.memory"),
    'functions.api.memory_mb: expected a plain value, got the expression "${local.memory}"',
  ],
  // Other notations.
  ['region: "eu-west-1"\n', "1:1: region: expected = after the key, as in region = …, got a colon"],
  ['{ "region": "eu-west-1" }\n', '1:1: expected lines as in region = "eu-west-1", got JSON'],
  ['region "eu-west-1"\n', "1:19: region: expected = after the key, as in region = …"],
  ["region = 'eu-west-1'\n", '1:10: expected double quotes, as in "eu-west-1", got single quotes'],
  ['region = "eu-west-1\n', '1:20: expected a " at the end of the text, got the end of the line'],
  [
    'region = "eu-west-1",\n',
    "1:21: expected no comma at the end of the line: outside of maps and lists, each key has its own line",
  ],
  [inFunction("memory_mb 512"), "4:19: memory_mb: expected = after the key, as in memory_mb = …"],
  [
    inFunction("memory_mb = 512MB"),
    "4:24: expected a number alone, as in 512, got 512MB: units are in the keys' names",
  ],
  [atTop("alarm_emails = [a@b.c]"), '6:18: expected text in quotes, as in "a@b.c"'],
  ["functions { api {} }\n", "1:13: expected = between key and map, as in functions = { … }, got a block"],
  [makeTfvars({ functions: "api {\n}" }), "4:5: expected = between key and map, as in api = { … }, got a block"],
  ['variable "region" {}\n', '1:10: expected values only, as in region = "eu-west-1", got the block variable'],
  ["functions.api.memory_mb = 512\n", "1:1: expected a key, got a path: write functions = { api = { memory_mb = … } }"],
  [withFunctions("functions = {\n  api = {\n}"), "6:1: expected a value or a closing bracket, got the end of the file"],
  // Functions.
  [
    makeTfvars({ functions: "web = {}" }),
    "functions.web: expected a file functions/web/handler.ts; functions there are: api, jobs",
  ],
  [
    makeTfvars({ functions: "Api = {}" }),
    'functions.Api: expected a name of at most 64 characters a-z, 0-9 and - that starts with a letter, got "Api"',
  ],
])("%j is told what is meant", async (text, message) => {
  expect(await toldOf(text)).toEqual([message]);
});
