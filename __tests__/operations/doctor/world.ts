import { hyphenate } from "../../../model/alarms";
import { OBJECTIVE_ALARM_KEYS } from "../../../model/objectives";
import { type FunctionConfiguration } from "@aws-sdk/client-lambda";
import { type Subscription } from "@aws-sdk/client-sns";
import { chmodSync, cpSync, mkdirSync, readFileSync, writeFileSync } from "node:fs";
import { createServer, type Server } from "node:http";
import { type AddressInfo } from "node:net";
import { delimiter, join } from "node:path";
import { type CommandRun, runCommand } from "../../support/command";
import { FakeAws } from "../../support/fake-aws";
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
export class DoctorWorld extends FakeAws {
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
    super();
    this.aliases.set("dev-api", { live: "7", warm: "7" });
    this.logGroups
      .set("/aws/lambda/dev-api", { retentionInDays: 30, logGroupClass: "STANDARD" })
      .set("/aws/lambda/dev-api-other", { retentionInDays: 1 })
      .set("/aws/lambda/dev-warmer", { retentionInDays: 30, logGroupClass: "STANDARD" });
    this.filters.set("/aws/lambda/dev-api", [
      "platform-init-duration",
      "platform-max-memory-used",
      "platform-timeouts",
    ]);
    this.subscriptions
      .set("dev-alarms-urgent", [makeSubscription("email", "team@example.com")])
      .set("dev-alarms-notice", [makeSubscription("email", "team@example.com")]);
    for (const name of ["dev-api", "dev-api:live", "dev-warmer"]) this.functions.set(name, makeReadyConfiguration({}));
    for (const key of ["cold-starts", "errors", "init-duration", "memory", "response-time", "throttles", "timeouts"]) {
      this.alarms.set(`dev-api-${key}`, { ActionsEnabled: true, StateValue: "OK" });
    }
    for (const key of OBJECTIVE_ALARM_KEYS) {
      this.alarms.set(`dev-api-${hyphenate(key)}`, { ActionsEnabled: true, StateValue: "OK" });
    }
    for (const name of ["dev-api-warming", "dev-api-degraded", "dev-warmer-errors", "dev-warmer-missed"]) {
      this.alarms.set(name, { ActionsEnabled: true, StateValue: "OK" });
    }
    this.count("AWS/Lambda Invocations dev-api", [[20, 50]]);
    this.count("AWS/Lambda Invocations dev-api,dev-api:live", [[20, 40]]);
    this.count("Lambda/Performance Successes dev-api", [[20, 38]]);
    this.count("Lambda/Performance Failures dev-api", [[20, 2]]);
    this.count("Lambda/Performance/dev-api MaxMemoryUsed ", [[20, 50]]);
    this.count("Lambda/Performance WarmedInstances dev-api", [
      [80, 3],
      [10, 3],
    ]);
    this.schedules.set("dev-warmer/peak-816ea4", { State: "ENABLED" });
    this.schedules.set("dev-warmer/scheduled-e10c4c", { State: "ENABLED" });
    this.count("AWS/Scheduler InvocationAttemptCount dev-warmer", [[10, 2]]);
  }

  /** CloudWatch has these values of a metric. */
  count(metric: string, values: readonly (readonly [minutesAgo: number, value: number])[]): void {
    const now = Math.floor(NOW / MINUTE) * MINUTE;
    this.metrics.set(
      metric,
      values.map(([minutesAgo, value]) => ({ at: now - minutesAgo * MINUTE, value })),
    );
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

const PATH = process.env["PATH"] ?? "";
let world: Pick<DoctorWorld, "identityErrors" | "account" | "clockSeconds">;
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
  readonly findings: readonly { check: string; outcome: string; detail: string; fix?: string }[];
}

/** Runs `doctor` in a world, in a project with its `dev`. */
export async function runDoctor(of: DoctorWorld, ...args: readonly string[]): Promise<CommandRun> {
  world = of;
  const root = makeProject({ "environments/dev.tfvars": devOf(of), ...of.files });
  process.env["PATH"] = of.terraform === undefined ? makeTemporaryFolder() : pathWithTerraform(of.terraform);
  if (of.isSynthesized) await writeStack(root);
  if (of.isSynthesized && of.isInitialized) writeState(root, of.lackingInState);
  if (of.isDeployed) writeFileSync(join(root, "terraform.dev.tfstate"), "{}");
  return runCommand(["doctor", ...(args.length > 0 ? args : ["dev", "--json"])], { root, now: NOW });
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
  const { listFunctionCode, listOwnCode } = await import("../../../stacks/function-code");
  const { synthesize } = await import("../../../stacks/synthesize");
  const sources = JSON.stringify(readFiles(root));
  const known = stacks.get(sources);
  const folder = known ?? makeTemporaryFolder();
  if (known === undefined) {
    const environments = await loadEnvironments(root);
    const code = [...environments.flatMap(listOwnCode), ...environments.flatMap(listFunctionCode)];
    synthesize(environments, {
      bundles: await bundleFunctions(root, code, folder),
      infrastructure: new Map(),
      folder,
      outdir: "cdktf.out",
    });
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
