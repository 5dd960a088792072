import { CloudWatchClient, DescribeAlarmsCommand, GetMetricDataCommand } from "@aws-sdk/client-cloudwatch";
import {
  CloudWatchLogsClient,
  DescribeLogGroupsCommand,
  DescribeMetricFiltersCommand,
  type LogGroup,
} from "@aws-sdk/client-cloudwatch-logs";
import {
  type FunctionConfiguration,
  GetFunctionConfigurationCommand,
  LambdaClient,
  ListAliasesCommand,
} from "@aws-sdk/client-lambda";
import { ListSubscriptionsByTopicCommand, SNSClient, type Subscription } from "@aws-sdk/client-sns";
import { mockClient } from "aws-sdk-client-mock";
import { chmodSync, cpSync, mkdirSync, readFileSync, writeFileSync } from "node:fs";
import { createServer, type Server } from "node:http";
import { type AddressInfo } from "node:net";
import { delimiter, join } from "node:path";
import { runOps } from "../../../operations/program";
import {
  listAddresses,
  makeProject,
  readFiles,
  type StackUnderTest,
  makeTemporaryFolder,
  makeTfvars,
} from "../../support/project";

/** A Monday morning, in the peak. */
export const NOW = Date.parse("2026-01-05T10:00:30.000Z");
const MINUTE = 60_000;
const ACCOUNT = "123456789012";

/** Everything right for `api` and the warmer of `dev`, written down as AWS answers; tests break one thing of it. */
export class DoctorWorld {
  functions = new Map<string, FunctionConfiguration>();
  readonly aliases = new Map<string, Record<string, string>>([["dev-api", { live: "7", warm: "7" }]]);
  readonly logGroups = new Map<string, LogGroup>([
    ["/aws/lambda/dev-api", { retentionInDays: 30, logGroupClass: "STANDARD" }],
    ["/aws/lambda/dev-api-other", { retentionInDays: 1 }],
    ["/aws/lambda/dev-warmer", { retentionInDays: 30, logGroupClass: "STANDARD" }],
  ]);
  readonly filters = new Map<string, string[]>([
    ["/aws/lambda/dev-api", ["platform-init-duration", "platform-max-memory-used", "platform-timeouts"]],
  ]);
  readonly alarms = new Map<string, { ActionsEnabled: boolean; StateValue: "ALARM" | "OK" }>();
  readonly subscriptions = new Map<string, Subscription[]>([
    ["dev-alarms-urgent", [makeSubscription("email", "team@example.com")]],
    ["dev-alarms-notice", [makeSubscription("email", "team@example.com")]],
  ]);
  /** By namespace, metric and values of dimensions; how many minutes ago, and the value. */
  readonly metrics = new Map<string, readonly (readonly [minutesAgo: number, value: number])[]>();
  /** What AWS answers instead, by the command's name. */
  readonly errors = new Map<string, Error>();
  /** What STS answers, by region. */
  readonly identityErrors = new Map<string, string>();
  account = ACCOUNT;
  clockSeconds = 0;
  terraform: string | undefined = JSON.stringify({
    terraform_version: "1.11.4",
    provider_selections: { "registry.terraform.io/hashicorp/aws": "5.100.0" },
  });
  dev: Parameters<typeof makeTfvars>[0] = {};
  files: Record<string, string> = {};
  /** Whether `npm run synth` has been run since. */
  isSynthesized = true;
  isDeployed = true;
  /** Whether `terraform init` has been run. */
  isInitialized = true;
  /** Addresses that the state does not have. */
  lackingInState: readonly string[] = [];

  constructor() {
    for (const name of ["dev-api", "dev-api:live", "dev-warmer"]) this.functions.set(name, makeReadyConfiguration({}));
    for (const key of ["cold-starts", "errors", "init-duration", "memory", "response-time", "throttles", "timeouts"]) {
      this.alarms.set(`dev-api-${key}`, { ActionsEnabled: true, StateValue: "OK" });
    }
    for (const name of ["dev-api-warming", "dev-api-degraded", "dev-warmer-errors", "dev-warmer-missed"]) {
      this.alarms.set(name, { ActionsEnabled: true, StateValue: "OK" });
    }
    this.metrics.set("AWS/Lambda Invocations dev-api", [[20, 50]]);
    this.metrics.set("AWS/Lambda Invocations dev-api,dev-api:live", [[20, 40]]);
    this.metrics.set("Lambda/Performance Successes dev-api", [[20, 38]]);
    this.metrics.set("Lambda/Performance Failures dev-api", [[20, 2]]);
    this.metrics.set("Lambda/Performance/dev-api MaxMemoryUsed ", [[20, 50]]);
    this.metrics.set("Lambda/Performance WarmedInstances dev-api", [
      [80, 3],
      [10, 3],
    ]);
    this.metrics.set("AWS/Events Invocations dev-warming-peak-816ea4", [[10, 2]]);
    this.metrics.set("AWS/Events Invocations dev-warming-scheduled-e10c4c", [
      [70, 1],
      [65, 1],
    ]);
  }
}

/** A function's settings as Terraform has made them. */
export function makeReadyConfiguration(facts: FunctionConfiguration): FunctionConfiguration {
  return {
    State: "Active",
    LastUpdateStatus: "Successful",
    LastModified: "2026-01-01T00:00:00.000+0000",
    MemorySize: 512,
    LoggingConfig: { LogFormat: "JSON", SystemLogLevel: "INFO", ApplicationLogLevel: "INFO" },
    TracingConfig: { Mode: "Active" },
    ...facts,
  };
}

/** A subscriber of a topic, who has confirmed unless said otherwise. */
export function makeSubscription(
  Protocol: string,
  Endpoint: string,
  SubscriptionArn = "arn:aws:sns:x:y:z",
): Subscription {
  return { Protocol, Endpoint, SubscriptionArn };
}

/** An error as the AWS clients throw it. */
export function makeAwsError(name: string, message = "a reason"): Error {
  return Object.assign(new Error(message), { name, $metadata: {} });
}

const lambda = mockClient(LambdaClient);
const logs = mockClient(CloudWatchLogsClient);
const cloudWatch = mockClient(CloudWatchClient);
const sns = mockClient(SNSClient);

const PATH = process.env["PATH"] ?? "";
let world = new DoctorWorld();
let sts: Server;

/** STS itself, because the clock is in a header that only a server sends. */
export async function startSts(): Promise<void> {
  await Promise.all([import("../../../operations/doctor/checks"), import("../../../stacks/synthesize")]);
  sts = createServer((request, response) => {
    const [, region = ""] = /Credential=[^/]+\/\d+\/([^/]+)\//.exec(request.headers.authorization ?? "") ?? [];
    const error = world.identityErrors.get(region);
    response.writeHead(error === undefined ? 200 : 403, {
      "content-type": "text/xml",
      // With a refusal, a clock that is off would make the SDK try again and again.
      date: new Date(error === undefined ? NOW + world.clockSeconds * 1000 : Date.now()).toUTCString(),
    });
    response.end(
      error === undefined
        ? `<GetCallerIdentityResponse xmlns="https://sts.amazonaws.com/doc/2011-06-15/"><GetCallerIdentityResult><Arn>arn:aws:iam::${world.account}:user/ann</Arn><UserId>AIDA</UserId><Account>${world.account}</Account></GetCallerIdentityResult></GetCallerIdentityResponse>`
        : `<ErrorResponse><Error><Type>Sender</Type><Code>${error}</Code><Message>a reason</Message></Error></ErrorResponse>`,
    );
  });
  await new Promise<void>((resolve) => sts.listen(0, "127.0.0.1", resolve));
  process.env["AWS_ENDPOINT_URL_STS"] = `http://127.0.0.1:${(sts.address() as AddressInfo).port}`;
  process.env["AWS_ACCESS_KEY_ID"] = "made-up";
  process.env["AWS_SECRET_ACCESS_KEY"] = "made-up";
}

/** Ends what {@link startSts} has started. */
export function stopSts(): Promise<void> {
  return new Promise((resolve) => {
    sts.close(() => {
      resolve();
    });
    sts.closeAllConnections();
  });
}

/** What a script reads. */
export interface DoctorReport {
  readonly environment: string;
  readonly passed: boolean;
  readonly findings: readonly { check: string; outcome: string; detail: string; mend?: string }[];
}

/** What was printed, and the exit code. */
export interface Examined {
  readonly exitCode: number;
  readonly stdout: readonly string[];
  readonly stderr: readonly string[];
}

/** Runs `doctor` in a world, in a project with its `dev`. */
export async function runDoctor(of: DoctorWorld, ...args: readonly string[]): Promise<Examined> {
  world = of;
  answerAs(world);
  const root = makeProject({ "environments/dev.tfvars": devOf(world), ...world.files });
  process.env["PATH"] = world.terraform === undefined ? makeTemporaryFolder() : pathWithTerraform(world.terraform);
  const quiet = {
    root,
    print: () => undefined,
    printAside: () => undefined,
    now: () => NOW,
    wait: async () => undefined,
  };
  if (world.isSynthesized) await writeStack(root);
  if (world.isSynthesized && world.isInitialized) writeState(root, world.lackingInState);
  if (world.isDeployed) writeFileSync(join(root, "terraform.dev.tfstate"), "{}");
  const stdout: string[] = [];
  const stderr: string[] = [];
  const exitCode = await runOps(["doctor", ...(args.length > 0 ? args : ["dev", "--json"])], {
    ...quiet,
    print: (line) => stdout.push(line),
    printAside: (line) => stderr.push(line),
  });
  return { exitCode, stdout, stderr };
}

/** The finding of one check. */
export async function findFinding(
  of: DoctorWorld,
  wanted: string,
): Promise<DoctorReport["findings"][number] | undefined> {
  return (await runDiagnosis(of)).findings.find(({ check }) => check === wanted);
}

/** Runs `doctor` for a script. */
export async function runDiagnosis(of: DoctorWorld): Promise<DoctorReport & { readonly exitCode: number }> {
  const { exitCode, stdout } = await runDoctor(of);
  return { ...(JSON.parse(stdout.join("\n")) as DoctorReport), exitCode };
}

function devOf({ dev = {} }: DoctorWorld): string {
  const own = `account_id = "${ACCOUNT}"\nalarm_emails = ["team@example.com"]`;
  return makeTfvars({ ...dev, more: dev.more ?? own });
}

/** Stacks by what they are made from: most tests have the same. */
const stacks = new Map<string, string>();

async function writeStack(root: string): Promise<void> {
  const { loadEnvironments } = await import("../../../environments/load");
  const { bundleFunctions } = await import("../../../stacks/bundle");
  const { synthesize } = await import("../../../stacks/synthesize");
  const sources = JSON.stringify(readFiles(root));
  const known = stacks.get(sources);
  const folder = known ?? makeTemporaryFolder();
  if (known === undefined) {
    const environments = await loadEnvironments(root);
    const names = ["warmer", ...environments.flatMap(({ functions }) => Object.keys(functions))];
    synthesize(environments, { bundles: await bundleFunctions(root, names, folder), folder, outdir: "cdktf.out" });
    stacks.set(sources, folder);
  }
  cpSync(folder, join(root, "cdktf.out"), { recursive: true });
}

/** What the stand-in for Terraform finds in the state. */
function writeState(root: string, lacking: readonly string[]): void {
  const folder = join(root, "cdktf.out/stacks/dev");
  const stack = JSON.parse(readFileSync(join(folder, "cdk.tf.json"), "utf8")) as StackUnderTest;
  mkdirSync(join(folder, ".terraform"));
  const present = listAddresses(stack).filter((address) => !lacking.includes(address));
  writeFileSync(join(folder, ".terraform/state-list"), present.join("\n"));
}

function pathWithTerraform(answer: string): string {
  const folder = makeTemporaryFolder();
  writeFileSync(
    join(folder, "terraform"),
    `#!/bin/sh\n[ "$1" = state ] && exec cat .terraform/state-list\ncat <<'END'\n${answer}\nEND\n`,
  );
  chmodSync(join(folder, "terraform"), 0o755);
  return [folder, PATH].join(delimiter);
}

/** AWS as the world says: recorded shapes, without what nobody reads. */
function answerAs({
  functions,
  aliases,
  logGroups,
  filters,
  alarms,
  subscriptions,
  metrics,
  errors,
}: DoctorWorld): void {
  for (const client of [lambda, logs, cloudWatch, sns]) client.reset();
  const answering =
    <Input, Output>(name: string, answer: (input: Input) => Output) =>
    async (input: Input): Promise<Output> => {
      const error = errors.get(name);
      if (error) throw error;
      return answer(input);
    };
  lambda.on(GetFunctionConfigurationCommand).callsFake(
    answering(
      "GetFunctionConfiguration",
      ({ FunctionName, Qualifier }: { FunctionName: string; Qualifier?: string }) => {
        const found = functions.get(Qualifier === undefined ? FunctionName : `${FunctionName}:${Qualifier}`);
        if (!found) throw makeAwsError("ResourceNotFoundException");
        return found;
      },
    ),
  );
  lambda.on(ListAliasesCommand).callsFake(
    answering("ListAliases", ({ FunctionName }: { FunctionName: string }) => ({
      Aliases: Object.entries(aliases.get(FunctionName) ?? {}).map(([Name, FunctionVersion]) => ({
        Name,
        FunctionVersion,
      })),
    })),
  );
  logs.on(DescribeLogGroupsCommand).callsFake(
    answering("DescribeLogGroups", ({ logGroupNamePrefix: prefix }: { logGroupNamePrefix: string }) => ({
      logGroups: [...logGroups]
        .filter(([name]) => name.startsWith(prefix))
        .map(([logGroupName, group]) => ({ logGroupName, ...group }))
        .reverse(),
    })),
  );
  logs.on(DescribeMetricFiltersCommand).callsFake(
    answering("DescribeMetricFilters", ({ logGroupName }: { logGroupName: string }) => ({
      metricFilters: (filters.get(logGroupName) ?? []).map((filterName) => ({ filterName })),
    })),
  );
  cloudWatch.on(DescribeAlarmsCommand).callsFake(
    answering("DescribeAlarms", ({ AlarmNamePrefix }: { AlarmNamePrefix: string }) => {
      const all = [...alarms].filter(([name]) => name.startsWith(AlarmNamePrefix));
      const some = (isComposite: boolean) =>
        all
          .filter(([name]) => name.endsWith("-degraded") === isComposite)
          .map(([AlarmName, alarm]) => ({ AlarmName, ...alarm }));
      return { MetricAlarms: some(false), CompositeAlarms: some(true) };
    }),
  );
  sns.on(ListSubscriptionsByTopicCommand).callsFake(
    answering("ListSubscriptionsByTopic", ({ TopicArn }: { TopicArn: string }) => {
      const [, , , region, account, topic = ""] = TopicArn.split(":");
      const found = region === "eu-west-1" && account === ACCOUNT ? subscriptions.get(topic) : undefined;
      if (!found) throw makeAwsError("NotFoundException");
      return { Subscriptions: found };
    }),
  );
  cloudWatch
    .on(GetMetricDataCommand)
    .callsFake(answering("GetMetricData", (input: MetricDataInput) => answerMetricData(input, metrics)));
}

interface MetricDataInput {
  readonly StartTime: Date;
  readonly EndTime: Date;
  readonly MetricDataQueries: readonly {
    readonly Id: string;
    readonly MetricStat: {
      readonly Metric: {
        readonly Namespace: string;
        readonly MetricName: string;
        readonly Dimensions: readonly { readonly Value: string }[];
      };
    };
  }[];
}

/** What CloudWatch answers of metrics, as far as their time was asked for. */
export function answerMetricData(
  { StartTime, EndTime, MetricDataQueries }: MetricDataInput,
  metrics: DoctorWorld["metrics"],
): object {
  return {
    MetricDataResults: MetricDataQueries.map(({ Id, MetricStat: { Metric } }) => {
      const { Namespace, MetricName, Dimensions } = Metric;
      const values = metrics.get(`${Namespace} ${MetricName} ${Dimensions.map(({ Value }) => Value).join(",")}`) ?? [];
      const points = values
        .map(([minutesAgo, value]) => ({ at: Math.floor(NOW / MINUTE) * MINUTE - minutesAgo * MINUTE, value }))
        .filter(({ at }) => at >= StartTime.getTime() && at < EndTime.getTime());
      return {
        Id,
        StatusCode: "Complete",
        Timestamps: points.map(({ at }) => new Date(at)),
        Values: points.map(({ value }) => value),
      };
    }),
  };
}
