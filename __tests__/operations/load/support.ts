import { afterEach } from "@jest/globals";
import { createServer, type RequestListener, type Server } from "node:http";
import { type AddressInfo } from "node:net";
import { loadEnvironments } from "../../../environments/load";
import { TARGET_DEFAULTS } from "../../../environments/targets";
import { OpenLoop } from "../../../operations/load/open-loop";
import { defineLoad } from "../../../operations/commands/load";
import { type LoadReport, LOAD_SCHEMA_VERSION } from "../../../operations/load/report-schema";
import { Run } from "../../../operations/load/run";
import { type LoadSettings, resolveLoadSettings, type LoadArguments } from "../../../operations/load/settings";
import { type TargetResponse, type LoadTarget } from "../../../operations/load/target";
import { HttpSender } from "../../../operations/http/http-sender";
import { judgeTargets } from "../../../operations/targets/verdict";
import { runCommand } from "../../support/command";
import { makeProject, makeTfvars } from "../../support/project";

const servers: Server[] = [];
const senders: HttpSender[] = [];
const runs: Run[] = [];

afterEach(() => {
  senders.splice(0).forEach((sender) => {
    sender.close();
  });
  runs.splice(0).forEach((run) => {
    run.stop();
  });
  for (const server of servers.splice(0)) {
    server.closeAllConnections();
    server.close();
  }
});

/** A server on a port of its own; ended after the test. */
export async function startServer(listener: RequestListener): Promise<URL> {
  const server = createServer(listener);
  servers.push(server);
  await new Promise<void>((resolve) => server.listen(0, "127.0.0.1", resolve));
  return new URL(`http://127.0.0.1:${(server.address() as AddressInfo).port}`);
}

/** Sends requests to an address, unsigned; its connections end after the test. */
export function makeSender(url: URL): HttpSender {
  const sender = new HttpSender(url, () => Promise.resolve({}));
  senders.push(sender);
  return sender;
}

/** An open loop that nothing interrupts. */
export function makeLoop(send: () => Promise<TargetResponse>): OpenLoop {
  return new OpenLoop(send, new AbortController().signal);
}

/** A target that is nowhere: answers as it is told to. */
export function makeFakeTarget(send: () => Promise<TargetResponse>, more: Partial<LoadTarget> = {}): LoadTarget {
  return {
    kind: "local",
    address: "nowhere",
    tellsReports: true,
    send,
    checkWarmer: () => Promise.resolve(),
    warm: (instances) => Promise.resolve({ asked: instances, instances, failures: [] }),
    waitUntilIdle: () => Promise.resolve(),
    close: () => Promise.resolve(),
    ...more,
  };
}

/** A run that nothing interrupts; its sampling ends after the test. */
export function makeRun(target: LoadTarget): Run {
  const run = new Run(target, new AbortController().signal);
  runs.push(run);
  return run;
}

/** A project with environments `dev`, and `prod`, which is protected. */
export function makeLoadProject(): string {
  return makeProject({
    "environments/dev.tfvars": makeTfvars({ functions: 'api = { memory_mb = 256, endpoint = "iam" }' }),
    "environments/prod.tfvars": makeTfvars({ more: "protected = true" }),
  });
}

/** Settings as they come of what is typed. */
export async function makeSettings(wish: Partial<LoadArguments>): Promise<LoadSettings> {
  const defaults = { profile: "sustained", function: "api", target: "local", path: "/health" };
  return resolveLoadSettings({ ...defaults, ...wish }, await loadEnvironments(makeLoadProject()));
}

/** Runs the command in a project, with a target instead of a real one. */
export async function runLoadCommand(
  args: readonly string[],
  target: LoadTarget = makeFakeTarget(() => Promise.resolve({ status: 200 })),
  root = makeLoadProject(),
) {
  const load = () => Promise.resolve({ default: defineLoad(() => Promise.resolve(target)) });
  const commands = [{ name: "load", parameters: "", description: "", load }];
  const { exitCode, stdout, stderr } = await runCommand(["load", ...args], { root, commands });
  return { exitCode, stdout: stdout.join("\n"), stderr: stderr.join("\n") };
}

/** A report of a sustained run whose figures meet every target, or differ as told. */
export function makeLoadReport(more: Partial<LoadReport> = {}): LoadReport {
  const figures: LoadReport["figures"] = {
    requests: 2000,
    coldStartPercent: 1,
    averageInitMilliseconds: 200,
    p50Milliseconds: 10,
    p90Milliseconds: 20,
    p99Milliseconds: 30,
    errorPercent: 0,
    availabilityPercent: 100,
    averageMemoryPercent: 70,
    ...more.figures,
  };
  return {
    schemaVersion: LOAD_SCHEMA_VERSION,
    startedAt: "2026-01-05T10:00:00.000Z",
    durationSeconds: 3,
    settings: {
      profile: "sustained",
      target: "local",
      address: "dev-api",
      path: "/health",
      ratePerSecond: 10,
      seconds: 3,
    },
    environment: { name: "dev", region: "eu-west-1", function: "api", settings: { memory_mb: "256" } },
    versions: { warmwatch: "1.2.3", node: "v20.0.0", platform: "linux x64" },
    scope: "all requests",
    targetSettings: TARGET_DEFAULTS,
    verdicts: judgeTargets({ figures, tellsReports: true, targets: TARGET_DEFAULTS }),
    phases: [
      { name: "10/s", part: "sustained", startSecond: 0, broken: false, requests: 2000, failed: 0, coldStarts: 20 },
    ],
    series: [0, 1, 2].map((second) => ({
      second,
      requests: 10,
      failed: second,
      coldStarts: 1,
      p50Milliseconds: 10,
      p90Milliseconds: 20,
      p99Milliseconds: 300,
      instances: 3,
      busyInstances: 1,
      memoryMb: 50,
    })),
    distribution: [{ fromMilliseconds: 5, toMilliseconds: 50, cold: 20, warm: 1980 }],
    failures: { "HTTP 500": 3 },
    ...more,
    figures,
  };
}
