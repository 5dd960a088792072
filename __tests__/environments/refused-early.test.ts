import { describe, expect, test } from "@jest/globals";
import { ALARM_KEYS, URGENT_ALARMS } from "../../environments/alarms";
import { isRegionName, suggestRegion, findPartition } from "../../environments/regions";
import { loadEnvironments } from "../../environments/load";
import { findDeprecation, RUNTIMES } from "../../environments/runtimes";
import { ALARMS } from "../../model/alarms";
import { makeProject, findMistakes, synthesizeProject, makeTfvars } from "../support/project";

async function toldOf(text: string, more: Readonly<Record<string, string>> = {}): Promise<string[]> {
  const mistakes = await findMistakes({ "environments/dev.tfvars": text, "functions/web/handler.ts": "", ...more });
  return mistakes.map((line) => line.replace("environments/dev.tfvars: ", ""));
}

const inFunction = (settings: string, more = "") => makeTfvars({ functions: `api = { ${settings} }`, more });

describe("a runtime", () => {
  const lockOf = (version: string) => ({
    "providers/dev/.terraform.lock.hcl": `# Terraform's own.\n\nprovider "registry.terraform.io/hashicorp/aws" {\n  version     = "${version}"\n  constraints = ">= 5.100.0, < 7.0.0"\n  hashes = [\n    "zh:00",\n  ]\n}\n`,
  });

  test.each(["5.100.0", "6.9.0", "6.20.1"])("that the locked provider %s does not know is refused", async (version) => {
    expect(await toldOf(inFunction('runtime = "nodejs24.x"'), lockOf(version))).toEqual([
      `functions.api.runtime: expected AWS provider 6.21.0 or later in providers/dev/.terraform.lock.hcl, which has ${version}, got "nodejs24.x"`,
    ]);
    expect(await toldOf(inFunction('runtime = "nodejs22.x"'), lockOf(version))).toEqual([]);
  });

  test("is taken with a provider that knows it, and where none is locked", async () => {
    expect(await toldOf(inFunction('runtime = "nodejs24.x"'), lockOf("6.21.0"))).toEqual([]);
    expect(await toldOf(inFunction('runtime = "nodejs24.x"'), lockOf("6.100.0"))).toEqual([]);
    expect(await toldOf(inFunction('runtime = "nodejs24.x"'))).toEqual([]);
    expect(
      await toldOf(inFunction('runtime = "nodejs24.x"'), {
        "providers/dev/.terraform.lock.hcl":
          'provider "registry.terraform.io/hashicorp/random" {\n  version = "3.0.0"\n}\n',
      }),
    ).toEqual([]);
  });

  test.each([
    ["6.20.1", "nodejs22.x"],
    ["6.21.0", "nodejs24.x"],
    ["6.100.0", "nodejs24.x"],
    [undefined, "nodejs22.x"],
  ])("is by default the newest that the locked provider %s knows: %s", async (version, runtime) => {
    const functions = 'api = {}\nweb = { runtime = "nodejs22.x" }';
    const lock = version === undefined ? {} : lockOf(version);
    const files = { "environments/dev.tfvars": makeTfvars({ functions }), "functions/web/handler.ts": "", ...lock };

    const [dev] = await loadEnvironments(makeProject(files));

    expect(dev?.nodeRuntime).toBe(runtime);
    expect(Object.values(dev?.functions ?? {}).map((one) => one.runtime)).toEqual([runtime, "nodejs22.x"]);
  });

  test.each([
    ["nodejs22.x", "2026-10-31", undefined],
    [
      "nodejs22.x",
      "2026-11-01",
      "AWS deprecates nodejs22.x on 2027-04-30, and no function can be created with it from 2027-06-01 on",
    ],
    [
      "python3.9",
      "2026-06-01",
      "AWS deprecated python3.9 on 2025-12-15, and no function can be created with it from 2027-02-01 on",
    ],
    [
      "ruby3.3",
      "2027-04-30",
      "AWS deprecated ruby3.3 on 2027-03-31, and no function can be created with it since 2027-04-30",
    ],
  ] as const)("%s that is deprecated within 180 days of %s is told with its dates", (runtime, day, sentence) => {
    expect(findDeprecation(runtime, Date.parse(day))?.sentence).toBe(sentence);
  });

  test("can be created for a month after it is deprecated, at the least", () => {
    for (const { deprecated, createBlocked } of Object.values(RUNTIMES)) {
      expect(Date.parse(createBlocked) - Date.parse(deprecated)).toBeGreaterThanOrEqual(30 * 24 * 3_600_000);
    }
  });

  test("is refused beside durable executions that the provider does not know either", async () => {
    const settings = 'runtime = "nodejs24.x", durable = { execution_timeout_seconds = 60 }';
    expect(await toldOf(inFunction(settings), lockOf("5.100.0"))).toEqual([
      'functions.api.runtime: expected AWS provider 6.21.0 or later in providers/dev/.terraform.lock.hcl, which has 5.100.0, got "nodejs24.x"',
      "functions.api.durable: expected AWS provider 6.25.0 or later in providers/dev/.terraform.lock.hcl, which has 5.100.0, got a map",
    ]);
    expect(await toldOf(inFunction(settings), lockOf("6.25.0"))).toEqual([]);
  });

  test("is not judged by a lock file that cannot be read", async () => {
    expect(await toldOf(makeTfvars(), { "providers/dev/.terraform.lock.hcl/x": "" })).toEqual([
      "providers/dev/.terraform.lock.hcl cannot be read: it is a folder",
    ]);
  });
});

describe("a region", () => {
  test.each([
    ["eu-wst-1", "eu-west-1"],
    ["eu-west1", "eu-west-1"],
    ["euwest-1", "eu-west-1"],
    ["ue-west-1", "eu-west-1"],
    ["us-esat-1", "us-east-1"],
    ["eu_central_1", "eu-central-1"],
    ["us-east-1a", "us-east-1"],
    ["AP-SOUTHEAST-2", "ap-southeast-2"],
    ["us-gvo-west-1", "us-gov-west-1"],
  ])("%s is refused, and %s proposed", async (written, meant) => {
    const text = makeTfvars().replace("eu-west-1", written);
    expect(await toldOf(text)).toEqual([
      `region: expected an AWS region, as in eu-west-1, got "${written}", did you mean ${meant}?`,
    ]);
    const state = `{ backend = "s3", bucket = "acme-states", key = "dev.tfstate", region = "${written}" }`;
    expect(await toldOf(makeTfvars().replace('{ backend = "local" }', state))).toEqual([
      `state.region: expected an AWS region, as in eu-west-1, got "${written}", did you mean ${meant}?`,
    ]);
  });

  test.each(["eu-west-4", "sa-north-1", "me-west-2", "us-gov-central-1", "nz-north-1", "eusc-de-east-2"])(
    "that AWS may open after this was written is taken: %s",
    async (name) => {
      expect(await toldOf(makeTfvars().replace("eu-west-1", name))).toEqual([]);
    },
  );

  test.each([
    ["us-east-1", "aws"],
    ["mx-central-1", "aws"],
    ["eu-west-4", "aws"],
    ["cn-northwest-1", "aws-cn"],
    ["us-gov-west-1", "aws-us-gov"],
    ["us-isob-east-1", "aws-iso-b"],
    ["eusc-de-east-1", "aws-eusc"],
  ])("%s is taken as it is, and in partition %s", (name, partition) => {
    expect([isRegionName(name), suggestRegion(name), findPartition(name)]).toEqual([true, undefined, partition]);
  });
});

const SECRET = "arn:aws:secretsmanager:eu-west-1:123456789012:secret:shop/db-AbCdEf";
const secretOf = (arn: string) => inFunction(`secrets = { DB = { secret_arn = "${arn}" } }`);
const BOUNDARY = "arn:aws:iam::123456789012:policy/boundary";

/** What each file is told; nothing where AWS takes it. */
describe.each<[string, [string, string[]][]]>([
  [
    "a public endpoint's timeout",
    [
      [inFunction('endpoint = "public", timeout_seconds = 30'), []],
      [inFunction('endpoint = "iam", timeout_seconds = 900'), []],
      [
        inFunction('endpoint = "public", timeout_seconds = 31'),
        [
          'functions.api.timeout_seconds: expected at most 30 with endpoint = "public", because an HTTP API waits no longer for an answer, got 31',
        ],
      ],
    ],
  ],
  [
    "warming beside reserved concurrency",
    [
      [inFunction("reserved_concurrency = 5"), []],
      [inFunction("reserved_concurrency = 5, warming = { scheduled = { concurrency = 4 } }"), []],
      [inFunction("reserved_concurrency = 1, warming = { gate = { concurrency = 1 } }"), []],
      [inFunction("reserved_concurrency = 5, warming = { conditional = { enabled = true } }"), []],
      [
        inFunction("reserved_concurrency = 5, warming = { scheduled = { concurrency = 20 } }"),
        [
          "functions.api.warming.scheduled.concurrency: expected at most 4: of reserved_concurrency = 5, one instance stays free for requests, got 20",
        ],
      ],
      [
        inFunction("reserved_concurrency = 5", "warming = { peak = { concurrency = 20 } }"),
        [
          "functions.api.warming.peak.concurrency: expected at most 4: of reserved_concurrency = 5, one instance stays free for requests, got 20",
        ],
      ],
      [
        inFunction(
          "reserved_concurrency = 5, warming = { gate = { concurrency = 6 }, pre_deployment = { concurrency = 5 } }",
        ),
        [
          "functions.api.warming.pre_deployment.concurrency: expected at most 4: of reserved_concurrency = 5, one instance stays free for requests, got 5",
          "functions.api.warming.gate.concurrency: expected at most 4: of reserved_concurrency = 5, one instance stays free for requests, got 6",
        ],
      ],
      [
        inFunction(
          "reserved_concurrency = 5, warming = { conditional = { enabled = true, maximum = 30, minimum = 5 } }",
        ),
        [
          "functions.api.warming.conditional.minimum: expected at most 4: of reserved_concurrency = 5, one instance stays free for requests, got 5",
          "functions.api.warming.conditional.maximum: expected at most 4: of reserved_concurrency = 5, one instance stays free for requests, got 30",
        ],
      ],
      [
        inFunction("reserved_concurrency = 1, warming = { scheduled = { concurrency = 1 } }"),
        [
          "functions.api.warming.scheduled.concurrency: expected reserved_concurrency above 1: one instance stays free for requests, got 1",
        ],
      ],
      [
        inFunction("reserved_concurrency = 0, warming = { gate = { enabled = false } }"),
        [
          "functions.api.warming: expected reserved_concurrency above 0, without which the function is not kept warm, got 0",
        ],
      ],
      [
        inFunction("reserved_concurrency = 0", "warming = { gate = { enabled = false } }"),
        ["warming: expected a function that is kept warm, got nothing"],
      ],
      [inFunction("", "warmer_reserved_concurrency = 2"), []],
      [inFunction("", "warmer_reserved_concurrency = 1"), ["warmer_reserved_concurrency: expected 2 to 1000, got 1"]],
      [
        inFunction("reserved_concurrency = 0", "warmer_reserved_concurrency = 2"),
        ["warmer_reserved_concurrency: expected a function that is kept warm, got nothing"],
      ],
      [inFunction("reserved_concurrency = 0, warming = false", "warming = false"), []],
      [
        inFunction("reserved_concurrency = 0, warming = true"),
        [
          "functions.api.warming: expected reserved_concurrency above 0, without which the function is not kept warm, got 0",
        ],
      ],
      [inFunction("reserved_concurrency = 2, warming = false", "warming = { peak = { concurrency = 20 } }"), []],
      [
        inFunction("reserved_concurrency = 2, asynchronous = true", "warming = { gate = { concurrency = 2 } }"),
        [
          "functions.api.warming.gate.concurrency: expected at most 1: of reserved_concurrency = 2, one instance stays free for requests, got 2",
        ],
      ],
      [
        inFunction("reserved_concurrency = 2, warming = true", "warming = { peak = { concurrency = 20 } }"),
        [
          "functions.api.warming.peak.concurrency: expected at most 1: of reserved_concurrency = 2, one instance stays free for requests, got 20",
        ],
      ],
    ],
  ],
  [
    "warming that no function gets, because nobody waits",
    [
      [inFunction("asynchronous = true", "warming = { gate = { concurrency = 1 } }"), []],
      [inFunction("asynchronous = true, warming = true", "warming = { scheduled = { concurrency = 1 } }"), []],
      [inFunction("asynchronous = true", "warming = false"), []],
      [inFunction("warming = false", "warming = { scheduled = { concurrency = 1 } }"), []],
      [
        inFunction("asynchronous = true", "warming = { scheduled = { concurrency = 1 } }"),
        ["warming: expected a function for whose answers somebody waits, or warming = true under one, got nothing"],
      ],
    ],
  ],
  [
    "what is switched off, and its settings",
    [
      [inFunction("", "warming = { peak = { enabled = false }, gate = { enabled = false } }"), []],
      [inFunction("warming = { conditional = { enabled = true } }", "warming = { conditional = { maximum = 9 } }"), []],
      [inFunction("warming = { peak = { enabled = false } }", "warming = { peak = { from_hour = 8 } }"), []],
      [
        inFunction("", "warming = { peak = { enabled = false, from_hour = 8 } }"),
        ["warming.peak.enabled: expected true, without which the other settings have no effect, got false"],
      ],
      [
        inFunction('warming = { peak = { days = "MON-FRI" } }', "warming = { peak = { enabled = false } }"),
        [
          "functions.api.warming.peak.enabled: expected true, without which the other settings have no effect, got nothing",
        ],
      ],
      [
        inFunction('warming = { peak = { days = "MON-FRI" } }', "warming = false"),
        [
          "functions.api.warming.peak.enabled: expected true, without which the other settings have no effect, got nothing",
        ],
      ],
      [
        inFunction("warming = { gate = { enabled = false, concurrency = 5 } }"),
        [
          "functions.api.warming.gate.enabled: expected true, without which the other settings have no effect, got false",
        ],
      ],
      [
        inFunction("", "warming = { conditional = { maximum = 9 } }"),
        ["warming.conditional.enabled: expected true, without which the other settings have no effect, got nothing"],
      ],
      [
        inFunction("alarms = { memory = { enabled = false, threshold_percent = 90 } }"),
        [
          "functions.api.alarms.memory.enabled: expected true, without which the other settings have no effect, got false",
        ],
      ],
      [
        inFunction("", "alarms = { errors = { enabled = false, threshold = 3 } }"),
        ["alarms.errors.enabled: expected true, without which the other settings have no effect, got false"],
      ],
    ],
  ],
  [
    "the ARN of a secret",
    [
      [secretOf(SECRET), []],
      [
        secretOf("arn:aws:secretsmanager:eu-west-1:123456789012:secret:shop/db"),
        [
          "functions.api.secrets.DB.secret_arn: expected the whole ARN, with the hyphen and the six characters that AWS added to the secret's name, " +
            'got "arn:aws:secretsmanager:eu-west-1:123456789012:secret:shop/…',
        ],
      ],
      [
        secretOf(SECRET.replace("eu-west-1", "eu-west-2")),
        [
          'functions.api.secrets.DB.secret_arn: expected an ARN in the environment\'s region, eu-west-1, got "eu-west-2"',
        ],
      ],
      [
        secretOf(SECRET.replace("arn:aws:", "arn:aws-cn:")),
        [
          'functions.api.secrets.DB.secret_arn: expected an ARN in partition aws, to which eu-west-1 belongs, got "aws-cn"',
        ],
      ],
      [
        `${secretOf(SECRET)}account_id = "210987654321"\n`,
        [
          'functions.api.secrets.DB.secret_arn: expected an ARN in the environment\'s account, 210987654321, got "123456789012"',
        ],
      ],
      [`${secretOf(SECRET)}account_id = "123456789012"\n`, []],
      [
        secretOf(SECRET.replace("arn:aws:", "arn:aws-us-gov:").replace("eu-west-1", "us-gov-west-1")).replace(
          'region = "eu-west-1"',
          'region = "us-gov-west-1"',
        ),
        [],
      ],
    ],
  ],
  [
    "a permissions boundary",
    [
      [makeTfvars({ more: `permissions_boundary = "${BOUNDARY}"` }), []],
      [
        makeTfvars({ more: `permissions_boundary = "${BOUNDARY}"\naccount_id = "210987654321"` }),
        [`permissions_boundary: expected an ARN in the environment's account, 210987654321, got "123456789012"`],
      ],
      [
        makeTfvars({ more: `permissions_boundary = "${BOUNDARY}"` }).replace("eu-west-1", "cn-north-1"),
        ['permissions_boundary: expected an ARN in partition aws-cn, to which cn-north-1 belongs, got "aws"'],
      ],
    ],
  ],
  [
    "an SSM parameter that AWS lets nobody make",
    [
      [inFunction('secrets = { KEY = { ssm_parameter = "/shop/aws" } }'), []],
      ...["/aws/reference/token", "ssm-token", "AWS_token"].map((name): [string, string[]] => [
        inFunction(`secrets = { KEY = { ssm_parameter = "${name}" } }`),
        [
          `functions.api.secrets.KEY.ssm_parameter: expected a parameter of yours, whose name cannot begin with aws or ssm, got "${name}"`,
        ],
      ]),
    ],
  ],
  [
    "an alarm that nothing can ring",
    [
      [inFunction("timeout_seconds = 5, alarms = { response_time = { threshold_milliseconds = 4999 } }"), []],
      [
        inFunction("timeout_seconds = 5, alarms = { response_time = { threshold_milliseconds = 5000 } }"),
        [
          "functions.api.alarms.response_time.threshold_milliseconds: expected less than timeout_seconds, which is 5: no request takes longer, got 5000",
        ],
      ],
      [
        inFunction("alarms = { memory = { threshold_percent = 100 } }"),
        ["functions.api.alarms.memory.threshold_percent: expected 1 to 99, got 100"],
      ],
      [
        inFunction("", "alarms = { dropped_events = { threshold = 3 } }"),
        [
          "alarms.dropped_events: expected a function with asynchronous = true or an asynchronous event, without which it cannot ring, got nothing",
        ],
      ],
      [
        makeTfvars({
          functions: "api = {}\nweb = { asynchronous = true }",
          more: "alarms = { dropped_events = { threshold = 3 } }",
        }),
        [],
      ],
      [
        inFunction("existing = true, alarms = { warming = { threshold = 3 } }"),
        [
          "functions.api.alarms.warming: expected a function that is kept warm, without which no ping can fail, got nothing",
        ],
      ],
      [
        inFunction("existing = true", "alarms = { warming = { threshold = 3 } }"),
        ["alarms.warming: expected a function that is kept warm, got nothing"],
      ],
    ],
  ],
  [
    "an alarm's statistic, or its share of requests",
    [
      [
        inFunction('alarms = { response_time = { statistic = "p99.9" }, init_duration = { statistic = "Maximum" } }'),
        [],
      ],
      ...["P99", "p100", "p99.999", "Sum"].map((statistic): [string, string[]] => [
        inFunction(`alarms = { response_time = { statistic = "${statistic}" } }`),
        [
          `functions.api.alarms.response_time.statistic: expected Average, Maximum or a percentile, as in p90, got "${statistic}"`,
        ],
      ]),
      [inFunction("alarms = { errors = { threshold_percent = 0.1, minimum_requests = 1 } }"), []],
      [
        inFunction("alarms = { errors = { threshold_percent = 0 } }"),
        ["functions.api.alarms.errors.threshold_percent: expected 0.1 to 99, got 0"],
      ],
      [
        inFunction("alarms = { errors = { threshold_percent = 1, threshold = 5 } }"),
        ["functions.api.alarms.errors: expected either threshold or threshold_percent, got a map"],
      ],
      [
        inFunction("alarms = { errors = { minimum_requests = 50 } }"),
        [
          "functions.api.alarms.errors.minimum_requests: expected threshold_percent as well, without which it has no effect, got 50",
        ],
      ],
      [
        inFunction(
          "alarms = { errors = { threshold = 5 } }",
          "alarms = { errors = { threshold_percent = 1, minimum_requests = 50 } }",
        ),
        [],
      ],
      [
        inFunction("", "alarms = { errors = { minimum_requests = 50 } }"),
        ["alarms.errors.minimum_requests: expected threshold_percent as well, without which it has no effect, got 50"],
      ],
    ],
  ],
  [
    "addresses for urgent alarms",
    [
      [inFunction("", 'urgent_emails = ["a@example.com"]\nalarms = { errors = { enabled = false } }'), []],
      [
        inFunction(
          "",
          'urgent_emails = ["a@example.com"]\nalarms = { errors = { enabled = false }, throttles = { enabled = false }, timeouts = { enabled = false } }',
        ),
        [],
      ],
      [
        inFunction(
          "",
          'urgent_emails = ["a@example.com"]\nalarms = { errors = { enabled = false }, throttles = { enabled = false }, timeouts = { enabled = false } }\nobjectives = { availability = { enabled = false }, latency = { enabled = false } }',
        ),
        [
          "urgent_emails: expected no addresses if no objective of availability or latency and no urgent alarm (errors, throttles, timeouts) is switched on, got a list",
        ],
      ],
    ],
  ],
])("%s", (_, files) => {
  test.each(files)("%s", async (text, told) => {
    expect(await toldOf(text)).toEqual(told);
  });
});

test("urgent are the alarms that stacks make so", () => {
  expect([...URGENT_ALARMS].sort()).toEqual(ALARM_KEYS.filter((key) => ALARMS[key].route === "urgent").sort());
});

test("a default that reserved concurrency has no room for is lowered, and the summary says so", async () => {
  const functions = "api = { reserved_concurrency = 5 }\nweb = { reserved_concurrency = 50 }";
  const { summary } = await synthesizeProject(
    makeProject({
      "environments/dev.tfvars": makeTfvars({ functions }),
      "functions/web/handler.ts": "export const handler = async () => 1;\n",
    }),
  );
  expect(summary.split("\n").filter((line) => line.includes("reserved_concurrency"))).toEqual([
    "dev: for api, at most 4 of 10 instances are kept warm: reserved_concurrency is 5, and one stays free for requests",
  ]);
});
