import { afterAll, beforeAll, describe, expect, test } from "@jest/globals";
import { makeSdkError } from "../../support/fake-aws";
import { judgeRuntime } from "../../../operations/doctor/functions";
import {
  makeReadyConfiguration,
  runDiagnosis,
  runDoctor,
  startSts,
  stopSts,
  makeSubscription,
  DoctorWorld,
} from "./world";

beforeAll(startSts);
afterAll(stopSts);

/** A world that is right but for this. */
function worldWith(fault: (world: DoctorWorld) => unknown): DoctorWorld {
  const world = new DoctorWorld();
  fault(world);
  return world;
}

describe("an environment that is set up right", () => {
  test("passes every check, in one line each, with exit code 0", async () => {
    const { exitCode, stdout, stderr } = await runDoctor(new DoctorWorld(), "dev");

    expect(stdout.filter((line) => !line.startsWith("  ok  "))).toEqual([
      "dev:",
      expect.stringMatching(/^\d+ ok, 0 to look at, 0 failed, 0 skipped$/),
    ]);
    expect(stdout.join("\n")).toMatch(/ok +credentials +arn:aws:iam::123456789012:user\/ann/);
    expect(stdout.join("\n")).toMatch(/ok +api: aliases +live and warm point to version 7/);
    expect(stdout.join("\n")).toMatch(/ok +api: kept warm +3 instances at 2026-01-05 09:50/);
    expect(stdout.join("\n")).toMatch(/ok +alarms +all 16 exist/);
    // As the summary of synth counts them: one more exists only in Terraform's state.
    expect(stdout.join("\n")).toMatch(/ok +synthesis +53 resources/);
    expect(stderr).toEqual([]);
    expect(exitCode).toBe(0);
  });

  test("is told to scripts as one JSON document", async () => {
    const { environment, passed, findings, exitCode } = await runDiagnosis(new DoctorWorld());

    expect({ environment, passed, exitCode }).toEqual({ environment: "dev", passed: true, exitCode: 0 });
    expect(findings.map(({ outcome }) => outcome)).toEqual(findings.map(() => "ok"));
    expect(findings.map(({ check }) => check)).toEqual([
      "Node.js",
      "environment's file",
      "synthesis",
      "synthesized output",
      "Terraform",
      "AWS provider",
      "credentials",
      "account",
      "region",
      "clock",
      "state",
      "complete state",
      "api: deployed",
      "api: aliases",
      "api: live version",
      "api: log format",
      "api: tracing",
      "api: runtime",
      "api: log group",
      "api: metric filters",
      "api: its own metrics",
      "api: platform reports",
      "warmer: deployed",
      "warmer: log group",
      "warmer: schedule",
      "warmer: missed runs",
      "api: kept warm",
      "alarms",
      "alarms on",
      "alarms muted",
      "urgent alarms",
      "urgent alarms: team@example.com",
      "notice alarms",
      "notice alarms: team@example.com",
    ]);
  });
});

interface Fault {
  readonly fault: string;
  readonly break: (world: DoctorWorld) => unknown;
  readonly check: string;
  readonly detail: RegExp;
  readonly fix: RegExp;
}

const live = (facts: Parameters<typeof makeReadyConfiguration>[0]) => (world: DoctorWorld) =>
  world.functions.set("dev-api:live", makeReadyConfiguration(facts));
const logging = (facts: NonNullable<Parameters<typeof makeReadyConfiguration>[0]["LoggingConfig"]>) =>
  live({ LoggingConfig: { LogFormat: "JSON", SystemLogLevel: "INFO", ApplicationLogLevel: "INFO", ...facts } });

/** Each makes its check fail, and tells how to fix it. */
const FAULTS: readonly Fault[] = [
  {
    fault: "no Terraform on the PATH",
    break: (world) => (world.terraform = undefined),
    check: "Terraform",
    detail: /not on the PATH/,
    fix: /developer\.hashicorp\.com\/terraform\/install/,
  },
  {
    fault: "a Terraform without native locking in S3",
    break: (world) => (world.terraform = '{"terraform_version":"1.9.8"}'),
    check: "Terraform",
    detail: /1\.9\.8 is older than 1\.10\.0/,
    fix: /terraform\/install/,
  },
  {
    fault: "something else that is called terraform",
    break: (world) => (world.terraform = "Terraform v0.11"),
    check: "Terraform",
    detail: /does not show its version/,
    fix: /terraform\/install/,
  },
  {
    fault: "a provider outside the range",
    break: (world) =>
      (world.terraform =
        '{"terraform_version":"1.11.4","provider_selections":{"registry.terraform.io/hashicorp/aws":"7.1.0"}}'),
    check: "AWS provider",
    detail: /7\.1\.0 is not in >= 5\.100\.0, < 7\.0\.0/,
    fix: /^terraform -chdir=cdktf\.out\/stacks\/dev init -upgrade$/,
  },
  {
    fault: "a provider that does not know the runtime",
    break: (world) => (world.dev = { functions: 'api = { runtime = "nodejs24.x" }' }),
    check: "AWS provider",
    detail: /5\.100\.0 does not know nodejs24\.x, the runtime of api/,
    fix: /init -upgrade$/,
  },
  {
    fault: "an apply that was interrupted before the state was written",
    break: (world) => (world.lackingInState = ["aws_cloudwatch_log_group.api_logs", "aws_lambda_alias.api_live"]),
    check: "complete state",
    detail: /^2 resources are in AWS but not in the state \(terraform\.dev\.tfstate\)$/,
    fix: /^terraform -chdir=cdktf\.out\/stacks\/dev import aws_cloudwatch_log_group\.api_logs \/aws\/lambda\/dev-api\nterraform -chdir=cdktf\.out\/stacks\/dev import aws_lambda_alias\.api_live dev-api\/live$/,
  },
  {
    fault: "output that was never synthesized",
    break: (world) => (world.isSynthesized = false),
    check: "synthesized output",
    detail: /cdktf\.out\/stacks\/dev\/cdk\.tf\.json does not exist/,
    fix: /^npm run synth$/,
  },
  {
    fault: "code that does not compile",
    break: (world) => {
      world.isSynthesized = false;
      world.files = { "functions/api/handler.ts": "export const handler = " };
    },
    check: "synthesis",
    detail: /functions\/api\/handler\.ts:1:24: Unexpected/,
    fix: /correct/,
  },
  {
    fault: "credentials of another account",
    break: (world) => (world.account = "999999999999"),
    check: "account",
    detail: /to 999999999999, but dev is in 123456789012/,
    fix: /AWS_PROFILE.*account_id in environments\/dev\.tfvars/,
  },
  {
    fault: "credentials that AWS does not know",
    break: (world) => {
      world.identityErrors.set("eu-west-1", "InvalidClientTokenId").set("us-east-1", "InvalidClientTokenId");
    },
    check: "credentials",
    detail: /AWS does not accept the credentials/,
    fix: /sign in to AWS/,
  },
  {
    fault: "credentials that have expired",
    break: (world) => world.identityErrors.set("eu-west-1", "ExpiredToken"),
    check: "credentials",
    detail: /AWS does not accept the credentials/,
    fix: /sign in to AWS/,
  },
  {
    fault: "a region that is not enabled",
    break: (world) => world.identityErrors.set("eu-west-1", "InvalidClientTokenId"),
    check: "region",
    detail: /eu-west-1 is not enabled/,
    fix: /^aws account enable-region --region-name eu-west-1$/,
  },
  {
    fault: "a clock that is an hour behind",
    break: (world) => (world.clockSeconds = 3600),
    check: "clock",
    detail: /clock is (3600|3599|3601) s behind AWS's/,
    fix: /NTP/,
  },
  {
    fault: "a function that is not deployed",
    break: (world) => world.functions.delete("dev-api"),
    check: "api: deployed",
    detail: /there is no function dev-api/,
    fix: /^npx cdktf deploy dev$/,
  },
  {
    fault: "a function that cannot start",
    break: (world) =>
      world.functions.set("dev-api", makeReadyConfiguration({ State: "Failed", StateReason: "the role is gone" })),
    check: "api: deployed",
    detail: /dev-api is Failed: the role is gone/,
    fix: /get-function-configuration/,
  },
  {
    fault: "no alias for pings",
    break: (world) => world.aliases.set("dev-api", { live: "7" }),
    check: "api: aliases",
    detail: /no alias warm$/,
    fix: /cdktf deploy dev/,
  },
  {
    fault: "pings that keep a version warm which users do not meet any more",
    break: (world) => world.aliases.set("dev-api", { live: "9", warm: "10" }),
    check: "api: aliases",
    detail: /live points to version 9, but pings keep 10 warm/,
    fix: /^npm run ops -- rollback dev api --to 9, and fix the code of api/,
  },
  {
    fault: "pings that keep another version warm than users meet",
    break: (world) => world.aliases.set("dev-api", { live: "8", warm: "7" }),
    check: "api: aliases",
    detail: /live points to version 8, but pings keep 7 warm/,
    fix: /^npm run ops -- rollback dev api --to 8, and fix the code of api/,
  },
  {
    fault: "logs as text",
    break: logging({ LogFormat: "Text" }),
    check: "api: log format",
    detail: /writes Text/,
    fix: /cdktf deploy dev/,
  },
  {
    fault: "a system level without reports",
    break: logging({ SystemLogLevel: "WARN" }),
    check: "api: log format",
    detail: /system level WARN leaves out reports/,
    fix: /cdktf deploy dev/,
  },
  {
    fault: "an application level without metrics",
    break: logging({ ApplicationLogLevel: "ERROR" }),
    check: "api: log format",
    detail: /application level ERROR/,
    fix: /cdktf deploy dev/,
  },
  {
    fault: "no traces",
    break: live({ TracingConfig: { Mode: "PassThrough" } }),
    check: "api: tracing",
    detail: /is PassThrough, not Active/,
    fix: /cdktf deploy dev/,
  },
  {
    fault: "no log group, but one with a longer name",
    break: (world) => world.logGroups.delete("/aws/lambda/dev-api"),
    check: "api: log group",
    detail: /no log group \/aws\/lambda\/dev-api$/,
    fix: /cdktf deploy dev/,
  },
  {
    fault: "logs that are kept forever",
    break: (world) => world.logGroups.set("/aws/lambda/dev-api", {}),
    check: "api: log group",
    detail: /kept forever, the file says 30/,
    fix: /cdktf deploy dev/,
  },
  {
    fault: "a log group of a class that makes no metrics",
    break: (world) =>
      world.logGroups.set("/aws/lambda/dev-api", { retentionInDays: 30, logGroupClass: "INFREQUENT_ACCESS" }),
    check: "api: log group",
    detail: /class INFREQUENT_ACCESS makes no metrics/,
    fix: /delete-log-group/,
  },
  {
    fault: "a metric filter that is gone",
    break: (world) => world.filters.set("/aws/lambda/dev-api", ["platform-timeouts"]),
    check: "api: metric filters",
    detail: /missing: platform-init-duration, platform-max-memory-used/,
    fix: /cdktf deploy dev/,
  },
  {
    fault: "a handler without monitor()",
    break: (world) => {
      world.metrics.delete("Lambda/Performance Successes dev-api");
      world.metrics.delete("Lambda/Performance Failures dev-api");
    },
    check: "api: its own metrics",
    detail: /40 requests in 6 hours, but none of the function's own metrics/,
    fix: /monitor\(handler\) from functions\/api\/handler\.ts.*log level.*class/,
  },
  {
    fault: "requests that all end before the function can count them",
    break: (world) => {
      world.metrics.delete("Lambda/Performance Successes dev-api");
      world.metrics.delete("Lambda/Performance Failures dev-api");
      world.count("AWS/Lambda Errors dev-api,dev-api:live", [[20, 40]]);
    },
    check: "api: its own metrics",
    detail: /all 40 requests failed before/,
    fix: /dev\/failures/,
  },
  {
    fault: "reports that are not read",
    break: (world) => world.metrics.delete("Lambda/Performance/dev-api MaxMemoryUsed "),
    check: "api: platform reports",
    detail: /50 invocations in 6 hours, but no report/,
    fix: /JSON at system level INFO/,
  },
  {
    fault: "no warmer",
    break: (world) => world.functions.delete("dev-warmer"),
    check: "warmer: deployed",
    detail: /there is no function dev-warmer/,
    fix: /cdktf deploy dev/,
  },
  {
    fault: "a schedule that is switched off, and one that is not there",
    break: ({ schedules }) => {
      schedules.set("dev-warmer/peak-816ea4", { State: "DISABLED" });
      schedules.delete("dev-warmer/scheduled-e10c4c");
    },
    check: "warmer: schedule",
    detail: /^switched off, or not there: peak-816ea4, scheduled-e10c4c of dev-warmer$/,
    fix: /cdktf deploy dev/,
  },
  {
    fault: "a schedule that does not start the warmer",
    break: (world) => {
      world.count("AWS/Scheduler InvocationAttemptCount dev-warmer", [[40, 2]]);
    },
    check: "warmer: schedule",
    detail: /^not started since 2026-01-05 09:50/,
    fix: /cdktf deploy dev/,
  },
  {
    fault: "a schedule that may not start the warmer",
    break: (world) => {
      world.count("AWS/Scheduler TargetErrorCount dev-warmer", [[20, 4]]);
    },
    check: "warmer: schedule",
    detail: /could not be started 4 times/,
    fix: /cdktf deploy dev/,
  },
  {
    fault: "runs that were missed",
    break: (world) => {
      world.count("AWS/SQS ApproximateNumberOfMessagesVisible dev-warming-missed", [
        [30, 1],
        [5, 3],
      ]);
    },
    check: "warmer: missed runs",
    detail: /3 runs that could not be started are in dev-warming-missed/,
    fix: /aws sqs receive-message.*dev-warming-missed/,
  },
  {
    fault: "rounds that do not happen",
    break: (world) => {
      world.count("Lambda/Performance WarmedInstances dev-api", [[80, 3]]);
    },
    check: "api: kept warm",
    detail: /no round since 2026-01-05 09:50/,
    fix: /aws logs tail \/aws\/lambda\/dev-warmer/,
  },
  {
    fault: "pings that fail",
    break: (world) => {
      world.count("Lambda/Performance WarmingFailures dev-api", [[15, 6]]);
    },
    check: "api: kept warm",
    detail: /6 pings failed in the last hour/,
    fix: /dev\/warming-runs/,
  },
  {
    fault: "an alarm that is gone",
    break: (world) => world.alarms.delete("dev-api-degraded"),
    check: "alarms",
    detail: /1 of 16 are missing: dev-api-degraded/,
    fix: /cdktf deploy dev/,
  },
  {
    fault: "alarms that were made quiet",
    break: (world) => world.alarms.set("dev-api-errors", { ActionsEnabled: false, StateValue: "ALARM" }),
    check: "alarms on",
    detail: /these notify nobody: dev-api-errors/,
    fix: /^aws cloudwatch enable-alarm-actions --alarm-names dev-api-errors$/,
  },
  {
    fault: "no topic",
    break: (world) => world.subscriptions.delete("dev-alarms-notice"),
    check: "notice alarms",
    detail: /no topic arn:aws:sns:eu-west-1:123456789012:dev-alarms-notice/,
    fix: /cdktf deploy dev/,
  },
  {
    fault: "an address that has not confirmed",
    break: (world) =>
      world.subscriptions.set("dev-alarms-urgent", [
        makeSubscription("email", "team@example.com", "PendingConfirmation"),
        makeSubscription("email", "boss@example.com"),
      ]),
    check: "urgent alarms: team@example.com",
    detail: /has not confirmed/,
    fix: /link in AWS's message to team@example\.com; .*aws sns subscribe --topic-arn arn:aws:sns:eu-west-1:123456789012:dev-alarms-urgent --protocol email --notification-endpoint team@example\.com/,
  },
  {
    fault: "an address that was never subscribed",
    break: (world) => world.subscriptions.set("dev-alarms-urgent", [makeSubscription("email", "boss@example.com")]),
    check: "urgent alarms: team@example.com",
    detail: /is not subscribed/,
    fix: /cdktf deploy dev/,
  },
];

test.each(FAULTS)("$fault: $check fails, says how to fix it, and the exit code is 1", async (fault) => {
  const { findings, passed, exitCode } = await runDiagnosis(worldWith(fault.break));

  expect(findings.find(({ check }) => check === fault.check)).toEqual({
    check: fault.check,
    outcome: "fail",
    detail: expect.stringMatching(fault.detail),
    fix: expect.stringMatching(fault.fix),
  });
  expect({ passed, exitCode }).toEqual({ passed: false, exitCode: 1 });
});

describe("what is no fault but should be known", () => {
  test.each([
    {
      fact: "any account would do",
      break: (world: DoctorWorld) => (world.dev = { more: 'alarm_emails = ["team@example.com"]' }),
      check: "account",
      fix: /account_id = "123456789012" into environments\/dev\.tfvars/,
    },
    {
      fact: "nobody gets alarms",
      break: (world: DoctorWorld) => {
        world.dev = { more: 'account_id = "123456789012"' };
        world.subscriptions.set("dev-alarms-urgent", []).set("dev-alarms-notice", []);
      },
      check: "urgent alarms",
      fix: /alarm_emails in environments\/dev\.tfvars/,
    },
    {
      fact: "no state is here",
      break: (world: DoctorWorld) => (world.isDeployed = false),
      check: "state",
      fix: /cdktf deploy dev/,
    },
    {
      fact: "nobody has called a function yet",
      break: (world: DoctorWorld) => world.metrics.delete("AWS/Lambda Invocations dev-api,dev-api:live"),
      check: "api: its own metrics",
      fix: /aws lambda invoke --function-name dev-api:live/,
    },
    {
      fact: "fewer instances than asked for are kept",
      break: (world: DoctorWorld) => {
        world.count("Lambda/Performance WarmedInstances dev-api", [[10, 2]]);
      },
      check: "api: kept warm",
      fix: /warming-runs/,
    },
    {
      fact: "the provider has not been chosen",
      break: (world: DoctorWorld) => (world.terraform = '{"terraform_version":"1.10.0"}'),
      check: "AWS provider",
      fix: /stacks\/dev init$/,
    },
    {
      fact: "alarms are muted",
      break: (world: DoctorWorld) => {
        world.mute("dev-mute-20260119100700000", ["dev-api-errors", "dev-api-memory"]);
      },
      check: "alarms muted",
      fix: /^npm run ops -- mute dev --end, if that is over$/,
    },
  ])("$fact: a warning, exit code 0", async ({ break: change, check, fix }) => {
    const { findings, exitCode } = await runDiagnosis(worldWith(change));

    expect(findings.find((finding) => finding.check === check)).toMatchObject({
      outcome: "warn",
      fix: expect.stringMatching(fix),
    });
    expect(exitCode).toBe(0);
  });

  test.each([
    ["supports for half a year", "nodejs22.x", "2026-06-01", "ok"],
    ["deprecates within half a year", "nodejs22.x", "2026-12-01", "warn"],
    ["has deprecated", "python3.9", "2026-06-01", "warn"],
    ["takes no new functions of", "ruby3.3", "2027-05-01", "fail"],
  ] as const)("a runtime that AWS %s: %s on %s", (_, runtime, day, outcome) => {
    const verdict = judgeRuntime("dev", "api", runtime, Date.parse(day));

    expect(verdict.outcome).toBe(outcome);
    if (outcome === "ok") return;
    expect(verdict.fix).toBe(
      "set a newer runtime of functions.api in environments/dev.tfvars; nodejs24.x needs AWS provider 6.21.0 or later in providers/dev/.terraform.lock.hcl",
    );
  });

  test.each(["dev-warmer", "dev-api"])(
    "rounds that were not due since %s was deployed are not missed",
    async (name) => {
      const world = new DoctorWorld();
      world.functions.set(name, makeReadyConfiguration({ LastModified: "2026-01-05T09:58:00.000+0000" }));
      const missing = name === "dev-warmer" ? /Warm|Scheduler/ : /Warm/;
      for (const key of [...world.metrics.keys()]) if (missing.test(key)) world.metrics.delete(key);

      const { findings } = await runDiagnosis(world);

      expect(findings.filter(({ check }) => /warm/.test(check)).map(({ outcome }) => outcome)).not.toContain("fail");
    },
  );
});

describe("what cannot be looked at", () => {
  test("after credentials that do not work, all that needs AWS is skipped, and the rest is told", async () => {
    const world = worldWith(({ identityErrors }) => identityErrors.set("eu-west-1", "ExpiredToken"));

    const { findings } = await runDiagnosis(world);

    const outcomes = new Map(findings.map(({ check, outcome }) => [check, outcome]));
    expect(findings.filter(({ outcome }) => outcome === "fail").map(({ check }) => check)).toEqual(["credentials"]);
    expect(outcomes.get("Terraform")).toBe("ok");
    expect(outcomes.get("synthesized output")).toBe("ok");
    expect(findings.find(({ check }) => check === "alarms")).toMatchObject({
      outcome: "skipped",
      detail: "because of credentials",
    });
  });

  test("people read one line for all that was skipped for one cause, and scripts read each", async () => {
    const broken = () => worldWith(({ identityErrors }) => identityErrors.set("eu-west-1", "ExpiredToken"));

    const { stdout } = await runDoctor(broken(), "dev");
    const { findings } = await runDiagnosis(broken());

    const skipped = findings.filter(({ outcome }) => outcome === "skipped");
    expect(skipped.length).toBeGreaterThan(15);
    expect(stdout.filter((line) => line.startsWith("  skipped"))).toEqual([
      expect.stringMatching(
        `^  skipped  ${skipped.length} checks +because of credentials: AWS does not accept the credentials: a reason$`,
      ),
    ]);
    expect(stdout.at(-1)).toMatch(new RegExp(`, ${skipped.length} skipped$`));
  });

  test("nothing of another account is looked at", async () => {
    const { findings } = await runDiagnosis(worldWith((world) => (world.account = "999999999999")));
    expect(findings.filter(({ check }) => check.startsWith("api")).map(({ outcome }) => outcome)).not.toContain("ok");
  });

  test.each([
    ["GetFunctionConfiguration", "lambda:GetFunctionConfiguration", "api: deployed"],
    ["ListAliases", "lambda:ListAliases", "api: aliases"],
    ["DescribeLogGroups", "logs:DescribeLogGroups", "api: log group"],
    ["DescribeMetricFilters", "logs:DescribeMetricFilters", "api: metric filters"],
    ["GetMetricData", "cloudwatch:GetMetricData", "api: its own metrics"],
    ["GetSchedule", "scheduler:GetSchedule", "warmer: schedule"],
    ["DescribeAlarms", "cloudwatch:DescribeAlarms", "alarms"],
    ["ListSubscriptionsByTopic", "sns:ListSubscriptionsByTopic", "urgent alarms"],
  ])("without permission for %s, that check names %s, and the others go on", async (command, action, check) => {
    const name = command === "ListSubscriptionsByTopic" ? "AuthorizationError" : "AccessDeniedException";
    const world = worldWith(({ errors }) => errors.set(command, makeSdkError(name, "User ann is not\nauthorized")));

    const { findings, exitCode } = await runDiagnosis(world);

    expect(findings.find((finding) => finding.check === check)).toEqual({
      check,
      outcome: "fail",
      detail: `AWS does not allow ${action}: User ann is not authorized`,
      fix: `allow ${action} to these credentials`,
    });
    expect(findings.filter(({ outcome }) => outcome === "ok").length).toBeGreaterThan(10);
    expect(exitCode).toBe(1);
  });

  test.each([
    ["throttling", makeSdkError("ThrottlingException", "Rate exceeded"), /throttles requests/],
    [
      "a network that breaks",
      Object.assign(new Error("connect ECONNREFUSED"), { code: "ECONNREFUSED" }),
      /cannot be reached/,
    ],
    ["a fault of AWS", makeSdkError("InternalFailure", "oops"), /failed: InternalFailure: oops/],
  ])("%s is one line", async (_, error, detail) => {
    const { findings, exitCode } = await runDiagnosis(worldWith(({ errors }) => errors.set("DescribeAlarms", error)));
    expect(findings.find(({ check }) => check === "alarms")).toMatchObject({
      outcome: "fail",
      detail: expect.stringMatching(detail),
    });
    expect(exitCode).toBe(1);
  });

  test("files with mistakes are told, with all of them, and nothing else is", async () => {
    const world = worldWith(({ files }) => {
      Object.assign(files, { "environments/dev.tfvars": 'region = "nowhere"\nstate = { backend = "local" }\n' });
    });
    world.isSynthesized = false;

    const { findings, exitCode } = await runDiagnosis(world);

    expect(findings.map(({ check, outcome }) => [check, outcome])).toEqual([
      ["environment's file", "fail"],
      ["environment's file", "fail"],
    ]);
    expect(findings.map(({ detail }) => detail).join("\n")).toMatch(/dev\.tfvars: region: expected an AWS region/);
    expect(exitCode).toBe(1);
  });

  test("an environment that there is not is wrong input", async () => {
    const { exitCode, stdout, stderr } = await runDoctor(new DoctorWorld(), "prod");
    expect(stderr.join("\n")).toContain('there is no "prod"; environments are: dev');
    expect(stdout).toEqual([]);
    expect(exitCode).toBe(2);
  });

  test("Ctrl-C ends it with exit code 130 and without a diagnosis", async () => {
    const world = new DoctorWorld();
    world.functions = new (class extends Map<string, never> {
      override get(): never {
        process.emit("SIGINT");
        throw makeSdkError("AbortError");
      }
    })();
    const { exitCode, stdout } = await runDoctor(world);
    expect({ exitCode, stdout }).toEqual({ exitCode: 130, stdout: [] });
  });
});

test("output of an earlier day is told from output of today", async () => {
  const world = new DoctorWorld();
  world.isSynthesized = false;
  world.files = { "cdktf.out/stacks/dev/cdk.tf.json": "{}" };

  const { findings } = await runDiagnosis(world);

  expect(findings.find(({ check }) => check === "synthesized output")).toMatchObject({
    outcome: "fail",
    detail: expect.stringContaining("does not match the current files"),
  });
});

describe("a webhook", () => {
  const withWebhook = (arn?: string) => {
    const world = new DoctorWorld();
    world.dev = { more: 'account_id = "123456789012"\nalarm_webhook_variable = "pager"' };
    for (const topic of ["dev-alarms-urgent", "dev-alarms-notice"]) {
      world.subscriptions.set(topic, [makeSubscription("https", "https://pager.example.com/secret", arn)]);
    }
    return world;
  };

  test("that has confirmed is fine", async () => {
    expect(await runDiagnosis(withWebhook())).toMatchObject({ exitCode: 0 });
  });

  test("that has not is told by its variable, without its address, which is a secret", async () => {
    const { findings } = await runDiagnosis(withWebhook("PendingConfirmation"));
    expect(findings.find(({ check }) => check === "urgent alarms: webhook in pager")).toMatchObject({
      outcome: "fail",
      fix: expect.stringContaining("SubscribeURL"),
    });
    expect(JSON.stringify(findings)).not.toContain("secret");
  });
});

describe("the notifier", () => {
  const withNotifier = (waiting: number) => {
    const world = new DoctorWorld();
    world.dev = { more: 'account_id = "123456789012"\nnotify = { teams_variable = "teams" }' };
    for (const topic of ["dev-alarms-urgent", "dev-alarms-notice"]) {
      const endpoint = "arn:aws:lambda:eu-west-1:123456789012:function:dev-alarm-notifier";
      world.subscriptions.set(topic, [makeSubscription("lambda", endpoint)]);
    }
    world.functions.set("dev-alarm-notifier", makeReadyConfiguration({}));
    world.logGroups.set("/aws/lambda/dev-alarm-notifier", { retentionInDays: 30 });
    world.count("AWS/SQS ApproximateNumberOfMessagesVisible dev-alarm-notifier-undelivered", [[10, waiting]]);
    return world;
  };

  test("that is subscribed and has delivered every card is fine", async () => {
    const { findings } = await runDiagnosis(withNotifier(0));

    const own = findings.filter(({ check }) => check.includes("notifier"));
    expect(own.map(({ check, outcome }) => [check, outcome])).toEqual([
      ["notifier: deployed", "ok"],
      ["notifier: log group", "ok"],
      ["notifier: undelivered cards", "ok"],
      ["urgent alarms: notifier", "ok"],
      ["notice alarms: notifier", "ok"],
    ]);
  });

  test("that could not deliver cards is told", async () => {
    const { findings } = await runDiagnosis(withNotifier(3));

    expect(findings.find(({ check }) => check === "notifier: undelivered cards")).toMatchObject({
      outcome: "fail",
      detail: expect.stringContaining("3 messages about alarms"),
    });
  });
});

describe("a function that is deployed elsewhere", () => {
  const existing = (facts: Parameters<typeof makeReadyConfiguration>[0] = {}) => {
    const world = new DoctorWorld();
    world.dev = {
      functions:
        'api = {}\nlegacy = { existing = true, function_name = "Legacy", memory_mb = 512, warming_qualifier = "v", objectives = false }',
    };
    const text = makeReadyConfiguration({
      LoggingConfig: { LogFormat: "Text", LogGroup: "/aws/lambda/Legacy" },
      ...facts,
    });
    world.functions.set("Legacy", text).set("Legacy:v", text);
    world.logGroups.set("/aws/lambda/Legacy", {});
    world.filters.set("/aws/lambda/Legacy", [
      "platform-init-duration",
      "platform-max-memory-used",
      "platform-timeouts",
    ]);
    world.count("AWS/Lambda Invocations Legacy", [[20, 5]]);
    world.count("Lambda/Performance/Legacy MaxMemoryUsed ", [[20, 5]]);
    world.count("Lambda/Performance WarmedInstances Legacy", [[10, 3]]);
    for (const key of [
      "cold-starts",
      "errors",
      "init-duration",
      "memory",
      "response-time",
      "throttles",
      "timeouts",
      "warming",
      "degraded",
    ]) {
      world.alarms.set(`dev-Legacy-${key}`, { ActionsEnabled: true, StateValue: "OK" });
    }
    return world;
  };
  const ofLegacy = async (world: DoctorWorld, check: string) =>
    (await runDiagnosis(world)).findings.find((finding) => finding.check === `legacy: ${check}`);

  test("is fine when it is as the file says", async () => {
    const { findings, exitCode } = await runDiagnosis(existing());
    expect(findings.filter(({ outcome }) => outcome !== "ok")).toEqual([]);
    expect(findings.filter(({ check }) => check.startsWith("legacy")).map(({ check }) => check)).toEqual([
      "legacy: deployed",
      "legacy: log format",
      "legacy: memory",
      "legacy: warming qualifier",
      "legacy: log group",
      "legacy: metric filters",
      "legacy: platform reports",
      "legacy: kept warm",
    ]);
    expect(exitCode).toBe(0);
  });

  test("is told when it is not there", async () => {
    const world = existing();
    world.functions.delete("Legacy");
    expect(await ofLegacy(world, "deployed")).toMatchObject({
      outcome: "fail",
      fix: "correct functions.legacy.function_name in environments/dev.tfvars",
    });
  });

  test.each([
    [
      { LogFormat: "JSON" as const, LogGroup: "/aws/lambda/Legacy" },
      'set functions.legacy.log_format in environments/dev.tfvars to "json"',
    ],
    [
      { LogFormat: "Text" as const, LogGroup: "/other" },
      'set functions.legacy.log_group in environments/dev.tfvars to "/other"',
    ],
  ])("is told when it logs in another way than the file says", async (LoggingConfig, fix) => {
    expect(await ofLegacy(existing({ LoggingConfig }), "log format")).toMatchObject({ outcome: "fail", fix });
  });

  test("is told when it has another memory", async () => {
    expect(await ofLegacy(existing({ MemorySize: 256 }), "memory")).toMatchObject({
      outcome: "fail",
      fix: "set functions.legacy.memory_mb in environments/dev.tfvars to 256",
    });
  });

  test("is told when pings have nowhere to go", async () => {
    const world = existing();
    world.functions.delete("Legacy:v");
    expect(await ofLegacy(world, "warming qualifier")).toMatchObject({ outcome: "fail" });
  });
});
