import { GetMetricDataCommand, type GetMetricDataCommandInput } from "@aws-sdk/client-cloudwatch";
import { beforeEach, describe, expect, test } from "@jest/globals";
import { readdirSync, readFileSync, statSync, chmodSync, writeFileSync } from "node:fs";
import { join } from "node:path";
import { loadEnvironments } from "../../../environments/load";
import { resolveWarmingSettings } from "../../../environments/warming";
import { adviceReport } from "../../../operations/advise/report";
import { runCommand } from "../../support/command";
import { FakeAws, makeSdkError, mocks } from "../../support/fake-aws";
import { HANDLER_SOURCE, makeProject, makeTfvars } from "../../support/project";
import { putRequests } from "../advise/support";

const NOW = Date.UTC(2026, 0, 20, 12, 30, 20);

/** A request now and then, and five at once every half hour. */
const COUNTS = [
  "minute,count,peak_concurrency",
  ...Array.from({ length: 1440 }, (_, minute) => {
    const count = minute % 30 === 0 ? 5 : minute % 9 === 0 ? 1 : 0;
    return `${minute},${count},${count}`;
  }),
].join("\n");
const TRACE = ["--trace", "day.csv", "--duration-ms", "50,100,400"];

let aws: FakeAws;

beforeEach(() => {
  aws = new FakeAws();
  for (const name of ["dev-api", "dev-web"]) putRequests(aws.metrics, name, NOW);
});

interface Run {
  readonly exitCode: number;
  readonly stdout: readonly string[];
  readonly stderr: readonly string[];
  readonly root: string;
}

async function run(
  args: readonly string[],
  files: Readonly<Record<string, string>> = {},
  progress?: () => void,
): Promise<Run> {
  const root = makeProject({ "environments/dev.tfvars": makeTfvars(), "day.csv": COUNTS, ...files });
  return runIn(root, args, progress);
}

async function runIn(root: string, args: readonly string[], progress?: () => void): Promise<Run> {
  const terminal = progress && { writeProgress: progress };
  const { exitCode, stdout, stderr } = await runCommand(["advise", ...args], { root, now: () => NOW, ...terminal });
  return { exitCode, stdout, stderr, root };
}

const tfvarsOf = ({ root }: Pick<Run, "root">) => readFileSync(join(root, "environments/dev.tfvars"), "utf8");

async function settingsOf(root: string, id: string) {
  const [environment] = await loadEnvironments(root);
  return resolveWarmingSettings(environment?.warming ?? {}, environment?.functions[id]?.warming ?? {});
}

describe("a trace without any environment", () => {
  test("is advised on: a table, one sentence with its reason, a block, and a page", async () => {
    const args = [...TRACE, "--memory-mb", "1024", "--architecture", "x86_64"];

    const { exitCode, stdout, stderr, root } = await run(args);

    const text = stdout.join("\n");
    expect(exitCode).toBe(0);
    expect(stdout[1]).toMatch(/^\d+ requests from 1970-01-05 00:00 to 1970-01-06 00:00 UTC, 1024 MB x86_64$/);
    expect(stderr).toEqual([]);
    expect(text.match(/no start was reported/g)).toHaveLength(1);
    expect(text).toMatch(/^ +none +\d/m);
    expect(text).toMatch(/^ +best +every /m);
    expect(text).toMatch(/^Warm it .*: for \$0\.\d+ a month, .* it avoids \d[\d,]* cold requests a month\./m);
    expect(text).toContain("  warming = {\n    scheduled   = { enabled = true, every_minutes = ");
    expect(text).toContain("Assumed: idle life 5 to 7 minutes (mikhailio-hugo, 2021)");
    expect(readFileSync(join(root, "advice/day.html"), "utf8")).toContain("<h1>Warming day</h1>");
    expect(mocks.cloudWatch.calls()).toEqual([]);
  });

  test("is advised on for scripts: one document, as its schema says, the same each time", async () => {
    const first = await run([...TRACE, "--json"]);
    const second = await run([...TRACE, "--json"]);

    const report = (stdout: readonly string[]) => adviceReport.parse(JSON.parse(stdout.join("\n")));
    expect(first.stdout).toHaveLength(1);
    expect({ ...report(first.stdout), pages: [] }).toEqual({ ...report(second.stdout), pages: [] });
    expect(report(first.stdout).functions[0]?.sensitivity.map(({ guess }) => guess)).toContain(
      "idle life 11 to 24 minutes",
    );
  });
});

describe("an environment", () => {
  test("has each of its functions advised on from CloudWatch, and says first what reading costs", async () => {
    const { exitCode, stdout, stderr, root } = await run(["dev"], {
      "environments/dev.tfvars": makeTfvars({
        functions: "api = {}\nweb = { reserved_concurrency = 0 }\nold = { existing = true }",
      }),
      "functions/web/handler.ts": HANDLER_SOURCE,
    });

    expect(exitCode).toBe(0);
    expect(stderr).toEqual([
      "old is left out: the cost of warming depends on its memory; set functions.old.memory_mb",
      "reading 25 metrics of 15 days from CloudWatch for $0.00025",
    ]);
    expect(stdout[1]).toMatch(/^144 requests from 2026-01-19 12:30 /);
    expect(stdout.join("\n")).toMatch(/^ +now +every 5 min x 3, MON-SUN 9-18 h every 2 min x 3 /m);
    expect(readdirSync(join(root, "advice"))).toEqual(["dev-api.html"]);
  });
});

test("too little data ends with one line, without a table, a page or settings", async () => {
  const few = ["minute,count", ...Array.from({ length: 200 }, (_, minute) => `${minute},1`)].join("\n");

  const { exitCode, stdout, stderr, root } = await run(["dev", "api", ...TRACE, "--write"], { "day.csv": few });

  expect({ exitCode, stdout, stderr }).toEqual({
    exitCode: 0,
    stdout: [
      "api: Too little data: 3.3 hours, from 1970-01-05 00:00 to 1970-01-05 03:20 UTC, and at least 20 are needed.",
    ],
    stderr: ["api: nothing was written: nothing is recommended"],
  });
  expect(readdirSync(join(root, "advice"))).toEqual([]);
});

describe("--write", () => {
  const FILE = `# Development.
region = "eu-west-1"
state  = { backend = "local" }
functions = {
  api = { # the shop
    memory_mb = 256
    warming = {
      gate = { enabled = false } # slow to start
    }
  }
}
`;

  test("puts what is recommended into the file, shows a diff, and leaves everything else", async () => {
    const result = await run(["dev", "api", ...TRACE, "--write"], { "environments/dev.tfvars": FILE });
    const { exitCode, stdout, root } = result;

    const settings = await settingsOf(root, "api");
    expect(exitCode).toBe(0);
    expect(settings.gate.enabled).toBe(false);
    expect(settings.scheduled.enabled || settings.peak.enabled).toBe(true);
    const added = tfvarsOf(result)
      .split("\n")
      .filter((line) => !FILE.split("\n").includes(line));
    const kept = tfvarsOf(result)
      .split("\n")
      .filter((line) => !added.includes(line));
    expect(kept.join("\n")).toBe(FILE);
    expect(added.length).toBeGreaterThan(0);
    for (const line of added) expect(stdout).toContain(`+ ${line}`);
    expect(stdout.filter((line) => line.startsWith("- "))).toEqual([]);
  });

  test("changes nothing where the file says so already, and keeps the file's mode", async () => {
    const first = await run(["dev", ...TRACE, "--write"]);
    chmodSync(join(first.root, "environments/dev.tfvars"), 0o640);
    const before = tfvarsOf(first);
    const again = await runIn(first.root, ["dev", ...TRACE, "--write"]);

    expect(again.stdout.at(-1)).toBe("environments/dev.tfvars already has these settings");
    expect(tfvarsOf(again)).toBe(before);
    expect(statSync(join(again.root, "environments/dev.tfvars")).mode & 0o777).toBe(0o640);
    expect(readdirSync(join(again.root, "environments"))).toEqual(["dev.tfvars"]);
  });

  test("says it once for the environment where all functions are to have the same", async () => {
    aws.metrics.clear();
    const result = await run(["dev", "--write"], {
      "environments/dev.tfvars": makeTfvars({ functions: "api = {}\nweb = {}" }),
      "functions/web/handler.ts": HANDLER_SOURCE,
    });

    expect(tfvarsOf(result)).toMatch(/^warming = \{\n/m);
    expect(await settingsOf(result.root, "web")).toEqual(await settingsOf(result.root, "api"));
  });

  test("buys provisioned concurrency, instead of warming", async () => {
    const file = makeTfvars({ functions: "api = { reserved_concurrency = 1 }" });

    const result = await run(["dev", "api", "--trace", "rare.csv", "--duration-ms", "50", "--write"], {
      "environments/dev.tfvars": file,
      "rare.csv": ["minute,count", ...Array.from({ length: 96 }, (_, index) => `${index * 15},1`)].join("\n"),
    });

    expect(result.exitCode).toBe(0);
    expect(result.stdout.join("\n")).toContain("Buy provisioned concurrency x 1, because warming cannot reach 5 %");
    expect(tfvarsOf(result)).toContain("provisioned_concurrency = { instances = 1 }");
    const { scheduled, peak, conditional } = await settingsOf(result.root, "api");
    expect([scheduled, peak, conditional].some(({ enabled }) => enabled)).toBe(false);
    expect(
      (await runIn(result.root, ["dev", "api", "--trace", "rare.csv", "--duration-ms", "50", "--write"])).stdout.at(-1),
    ).toBe("environments/dev.tfvars already has these settings");
  });

  test("refuses a file that would load to something else afterwards", async () => {
    const file = makeTfvars({ functions: '"\\u0061pi" = { memory_mb = 256 }' });

    const result = await run(["dev", "api", ...TRACE, "--write"], { "environments/dev.tfvars": file });

    expect(result.exitCode).toBe(2);
    expect(result.stderr.at(-1)).toBe(
      "environments/dev.tfvars: --write cannot safely change the way it is written: add the block by hand; nothing was written",
    );
    expect(tfvarsOf(result)).toBe(file);
  });
});

describe("Ctrl-C", () => {
  test("ends the work with 130, and nothing is written", async () => {
    const { exitCode, stdout, root } = await run([...TRACE], {}, () => {
      process.emit("SIGINT");
    });

    expect({ exitCode, stdout }).toEqual({ exitCode: 130, stdout: [] });
    expect(readdirSync(join(root, "advice"))).toEqual([]);
  });
});

describe("wrong input is told in one line and exits 2:", () => {
  const file = (functions: string) => ({
    "environments/dev.tfvars": makeTfvars({ functions }),
    "functions/web/handler.ts": HANDLER_SOURCE,
  });
  test.each([
    [[], {}, "advise: name an environment, or a trace with --trace"],
    [["qa"], {}, 'environments: there is no "qa"; environments are: dev'],
    [["dev", "web"], {}, 'environments/dev.tfvars: there is no function "web"; functions are: api'],
    [
      ["dev", "api"],
      file("api = { reserved_concurrency = 0 }"),
      "environments/dev.tfvars: api is durable, or stopped by reserved_concurrency = 0",
    ],
    [
      ["dev"],
      file("old = { existing = true }"),
      "environments/dev.tfvars: functions.old.memory_mb: expected its memory, which the cost of warming depends on, got nothing",
    ],
    [["dev", ...TRACE], file("api = {}\nweb = {}"), "--trace: say of which function it is: api, web"],
    [[...TRACE, "--write"], {}, "--write: name the environment whose file to change"],
    [
      ["dev", "--memory-mb", "512"],
      {},
      "advise: --memory-mb, --architecture, --duration-ms and --init-ms describe a trace's function: name the trace with --trace",
    ],
    [["--trace", "none.csv"], {}, "none.csv: cannot be read: no such file"],
    [
      ["--trace", "day.csv", "--duration-ms", "5"],
      { "day.csv": "timestamp,duration_ms\n0,1\n" },
      "--duration-ms: leave it out: day.csv has durations",
    ],
    [
      ["--trace", "day.csv", "--init-ms", "500"],
      { "day.csv": "@timestamp,@duration,@initDuration\n2026-01-31 09:00:00.000,10,300\n" },
      "--init-ms: leave it out: day.csv has durations of starts",
    ],
    [["--trace", "day.csv"], {}, "day.csv: expected --duration-ms as well, because it has no durations"],
  ])("%j", async (args, files, message) => {
    const { exitCode, stdout, stderr } = await run(args, files);

    expect({ exitCode, stdout, stderr }).toEqual({ exitCode: 2, stdout: [], stderr: [message] });
  });

  test.each([
    [["--memory-mb", "64"], "It is not a whole number from 128 to 10240."],
    [["--architecture", "mips"], "It is not one of arm64, x86_64."],
    [["--duration-ms", "20,x"], "It is not a list of numbers from 0 to 900000, as in 20,35,120."],
  ])("%j", async (args, message) => {
    const { exitCode, stderr } = await run(["--trace", "day.csv", ...args]);

    expect(exitCode).toBe(2);
    expect(stderr.join("\n")).toContain(message);
  });
});

describe("what AWS refuses is told in one line and exits 1:", () => {
  test.each([
    ["AccessDenied", "not authorized", "AWS does not allow cloudwatch:GetMetricData: not authorized"],
    ["CredentialsProviderError", "none found", "there are no AWS credentials: none found"],
    ["Throttling", "Rate exceeded", "AWS in eu-west-1 throttles requests, try again later: Rate exceeded"],
  ])("%s", async (name, message, expected) => {
    aws.errors.set("GetMetricData", makeSdkError(name, message));

    const { exitCode, stdout, stderr, root } = await run(["dev"]);

    expect({ exitCode, stdout, last: stderr.at(-1) }).toEqual({ exitCode: 1, stdout: [], last: expected });
    expect(readdirSync(join(root, "advice"))).toEqual([]);
  });

  test("of one function alone, that function is named, and the others are advised", async () => {
    mocks.cloudWatch.on(GetMetricDataCommand).callsFake((input: GetMetricDataCommandInput) => {
      if (JSON.stringify(input).includes('"dev-api"')) throw makeSdkError("AccessDenied", "no");
      return aws.metrics.answer(input);
    });
    const files = { "environments/dev.tfvars": makeTfvars({ functions: "api = {}\nweb = {}" }) };

    const { exitCode, stdout, root } = await run(["dev"], { ...files, "functions/web/handler.ts": HANDLER_SOURCE });

    expect(stdout).toContain("usage of api not read: AWS does not allow cloudwatch:GetMetricData: no");
    expect(stdout.join("\n")).toMatch(/^Warming web of dev\n144 requests from /m);
    expect(readdirSync(join(root, "advice"))).toEqual(["dev-web.html"]);
    expect(exitCode).toBe(1);
  });

  test("so is a folder that cannot be written", async () => {
    const root = makeProject({ "environments/dev.tfvars": makeTfvars(), "day.csv": COUNTS });
    writeFileSync(join(root, "advice"), "");

    const { exitCode, stderr } = await runIn(root, TRACE);

    expect(exitCode).toBe(1);
    expect(stderr).toHaveLength(1);
  });
});
