import { InvokeCommand, LambdaClient } from "@aws-sdk/client-lambda";
import { version } from "../../../package.json";
import { describe, expect, jest, test } from "@jest/globals";
import { mockClient } from "aws-sdk-client-mock";
import fs from "node:fs";
import { mkdirSync, readdirSync, readFileSync, writeFileSync } from "node:fs";
import { join } from "node:path";
import { prepareFolder, writeFiles } from "../../../operations/cli/files";
import { loadReportSchema } from "../../../operations/load/report-schema";
import { type TargetResponse } from "../../../operations/load/target";
import { createHeaderSigner } from "../../../operations/aws/signed-headers";
import { makeTemporaryFolder } from "../../support/project";
import { UrlTarget } from "../../../operations/load/targets/url-target";
import { makeFakeTarget, runLoadCommand, makeSettings, startServer } from "../load/support";

const SHORT = ["sustained", "--rate", "50", "--seconds", "2"];
const GOOD: TargetResponse = { status: 200, report: { memoryMb: 256, usedMemoryMb: 180 } };

function goodTarget() {
  return makeFakeTarget(() => Promise.resolve(GOOD), { instances: () => ({ present: 2, busy: 1 }) });
}

describe("a run", () => {
  test("that meets every target exits 0, and leaves a page and a JSON file with all figures", async () => {
    const out = makeTemporaryFolder();

    const { exitCode, stdout, stderr } = await runLoadCommand([...SHORT, "--out", out], goodTarget());

    expect(exitCode).toBe(0);
    expect(stderr).toContain("Written: ");
    expect(stdout).toContain("Nothing is missed: 7 met, 0 missed, 1 not measurable here.");
    const files = readdirSync(out).sort();
    expect(files.map((file) => file.replace(/\d{4}-.*Z/, "<time>"))).toEqual([
      "sustained-dev-<time>.html",
      "sustained-dev-<time>.json",
    ]);
    const report = loadReportSchema.parse(JSON.parse(readFileSync(join(out, files[1] ?? ""), "utf8")));
    expect(report).toMatchObject({
      settings: { profile: "sustained", target: "local", ratePerSecond: 50, seconds: 2 },
      environment: { name: "dev", function: "api", settings: { memory_mb: "256", endpoint: "iam" } },
      versions: { warmwatch: version, node: process.version },
      figures: { requests: 100, coldStartPercent: 0, errorPercent: 0, maxInstances: 2 },
    });
    expect(report.series.reduce((sum, { requests }) => sum + requests, 0)).toBe(100);
  });

  test("that misses a target exits 1 and says by how much, and why requests failed", async () => {
    let requests = 0;
    const target = makeFakeTarget(() => Promise.resolve({ ...GOOD, status: requests++ % 10 === 0 ? 503 : 200 }));

    const { exitCode, stdout } = await runLoadCommand([...SHORT, "--out", makeTemporaryFolder()], target);

    expect(exitCode).toBe(1);
    expect(stdout).toMatch(/missed +errors +< 0.1 % +10 % +by 9.9 points/);
    expect(stdout).toContain("Failures: HTTP 503 x 10");
  });

  test("with --json writes one line of JSON, and with --compare the change since then", async () => {
    const out = makeTemporaryFolder();
    await runLoadCommand([...SHORT, "--out", out], goodTarget());
    const before = join(out, readdirSync(out).find((file) => file.endsWith(".json")) ?? "");

    const args = ["sustained", "--rate", "40", "--seconds", "2", "--out", out, "--json", "--compare", before];
    const { stdout } = await runLoadCommand(args, goodTarget());

    const report = loadReportSchema.parse(JSON.parse(stdout));
    expect(report.comparison?.figures.requests).toBe(100);
    expect(report.comparison?.differences).toEqual(["ratePerSecond: 50, now 40"]);
  });

  test("ends what was started when it fails", async () => {
    const close = jest.fn(() => Promise.resolve());
    const target = makeFakeTarget(() => Promise.resolve(GOOD), {
      close,
      checkWarmer: () => Promise.reject(new Error("no")),
    });

    await expect(runLoadCommand(["cold-start", "--out", makeTemporaryFolder()], target)).rejects.toThrow("no");
    expect(close).toHaveBeenCalledTimes(1);
  });

  test("ends at Ctrl-C: what was started is ended, nothing is written, exit code 130", async () => {
    const out = makeTemporaryFolder();
    const close = jest.fn(() => Promise.resolve());
    let requests = 0;
    const target = makeFakeTarget(
      () => {
        if (++requests === 2) process.emit("SIGINT");
        // Never answers: there is nothing to wait for.
        return new Promise(() => undefined);
      },
      { close },
    );

    const { exitCode, stderr } = await runLoadCommand(["sustained", "--seconds", "60", "--out", out], target);

    expect(exitCode).toBe(130);
    expect(stderr).toContain("Interrupted: nothing was written.");
    expect(close).toHaveBeenCalledTimes(1);
    expect(readdirSync(out)).toEqual([]);
  });
});

describe("wrong input exits 2 with a line for each mistake, and nothing is sent", () => {
  test.each([
    [
      ["sustained", "--environment", "prod"],
      "environments/prod.tfvars: protected: expected --force to load a protected environment",
    ],
    [["sustained", "--environment", "qa"], '--environment: there is no "qa"; environments are: dev, prod'],
    [["sustained", "--function", "shop"], '--function: dev has no "shop"; functions are: api'],
    [["soak"], 'profile: expected one of cold-start, sustained, stress, got "soak"'],
    [["cold-start", "--rate", "5"], "--rate: has no effect on cold-start"],
    [["stress", "--idle", "5"], "--idle: has no effect on stress"],
    [
      ["sustained", "--rate", "0.1", "--seconds", "1"],
      "--seconds: expected time for at least one request, got none: 0.1/s for 1 s",
    ],
    [["sustained", "--rate", "0"], '--rate: expected a number above 0, at most 20000, got "0"'],
    [
      ["sustained", "--target", "example", "--environment", "dev"],
      '--target: expected local or an address, got "example"',
    ],
    [
      ["sustained", "--target", "https://example.com"],
      "--environment: expected the environment of the address, got nothing",
    ],
    [["sustained", "--path", "health"], '--path: expected a path that begins with /, got "health"'],
    [["sustained", "--compare", "none.json"], "none.json: cannot be read: no such file"],
    [["sustained", "--compare", "package.json"], /^package.json: expected the JSON file of an earlier run: /],
  ] as const)("%j", async (args, line) => {
    const send = jest.fn(() => Promise.resolve(GOOD));
    const { exitCode, stdout, stderr } = await runLoadCommand(
      [...args, "--out", makeTemporaryFolder()],
      makeFakeTarget(send),
    );

    expect({ exitCode, stdout }).toEqual({ exitCode: 2, stdout: "" });
    if (typeof line === "string") expect(stderr).toBe(line);
    else expect(stderr).toMatch(line);
    expect(send).not.toHaveBeenCalled();
  });

  test("--force loads a protected environment", async () => {
    const args = [...SHORT, "--environment", "prod", "--force", "--out", makeTemporaryFolder()];

    expect((await runLoadCommand(args, goodTarget())).exitCode).toBe(0);
  });
});

describe("reports that cannot be written are told in one line", () => {
  test("before anything is sent, when the folder cannot be made", async () => {
    const folder = makeTemporaryFolder();
    writeFileSync(join(folder, "file"), "");
    const send = jest.fn(() => Promise.resolve(GOOD));

    const out = join(folder, "file", "reports");
    const { exitCode, stderr } = await runLoadCommand([...SHORT, "--out", out], makeFakeTarget(send));

    expect({ exitCode, stderr }).toEqual({
      exitCode: 1,
      stderr: `files cannot be written to ${out}: part of the path is a file`,
    });
    expect(send).not.toHaveBeenCalled();
  });

  test("with nothing half written, when a file cannot take its name", async () => {
    const folder = makeTemporaryFolder();
    mkdirSync(join(folder, "b", "full"), { recursive: true });
    writeFileSync(join(folder, "old"), "");

    const written = writeFiles(folder, { a: "whole", old: "whole", b: "whole" });

    await expect(written).rejects.toThrow(/^files cannot be written to/);
    expect(readdirSync(folder)).toEqual(["b", "old"]);
  });

  // A device on which every write fails as on a full disk.
  (fs.existsSync("/dev/full") ? test : test.skip)("when the disk is full", async () => {
    const folder = makeTemporaryFolder();
    const { writeFileSync: write } = fs;
    jest.spyOn(fs, "writeFileSync").mockImplementation((path, ...rest) => {
      if (String(path).includes("b.")) write("/dev/full", "never");
      else write(path, ...rest);
    });

    await expect(writeFiles(folder, { a: "whole", b: "never" })).rejects.toThrow(
      `files cannot be written to ${folder}: the disk is full`,
    );
    expect(readdirSync(folder)).toEqual([]);
    jest.restoreAllMocks();
  });

  test("and a folder that can be written keeps no trace of having been tried", async () => {
    const folder = join(makeTemporaryFolder(), "new", "reports");

    await prepareFolder(folder);

    expect(readdirSync(folder)).toEqual([]);
  });
});

test("--help shows profiles, exit codes and examples", async () => {
  const { exitCode, stdout } = await runLoadCommand(["--help"]);

  expect(exitCode).toBe(0);
  expect(stdout).toMatch(/^Usage: npm run ops -- load \[options\] <profile>\n/);
  expect(stdout).toMatch(/^ {2}\$ npm run load -- cold-start /m);
});

test.each(["--rate", "--seconds", "--idle"])(
  "--help tells the range of %s that a wrong number is told",
  async (option) => {
    const profile = option === "--idle" ? "cold-start" : "sustained";
    const { stderr } = await runLoadCommand([profile, option, "wrong", "--out", makeTemporaryFolder()]);
    const [range = "none told"] = /above 0, at most \d+/.exec(stderr) ?? [];

    const { stdout } = await runLoadCommand(["--help"]);

    expect(helpOf(stdout, option)).toContain(range);
  },
);

test("--help asks for the environment where the command does", async () => {
  const { stderr } = await runLoadCommand([
    "sustained",
    "--target",
    "https://example.com",
    "--out",
    makeTemporaryFolder(),
  ]);

  expect(stderr).toMatch(/^--environment: expected/);
  expect(helpOf((await runLoadCommand(["--help"])).stdout, "--environment")).toContain("needed with an address");
});

/** What the help says of an option, on one line. */
function helpOf(help: string, option: string): string {
  const [, after = ""] = help.split(new RegExp(`^ {2}${option} `, "m"));
  return (after.split(/^ {2}-/m)[0] ?? "").replaceAll(/\s+/g, " ");
}

test("at an address, the warmer of the environment is asked in AWS", async () => {
  const lambda = mockClient(LambdaClient);
  const record = { targets: [{ asked: 5, instances: 4, failures: ["throttled"] }] };
  const bytes = Buffer.from(JSON.stringify(record));
  const payload = Object.assign(bytes, { transformToString: () => bytes.toString() });
  lambda.on(InvokeCommand).callsFake(() => ({ Payload: payload }));
  const url = new URL("https://example.com");
  const target = new UrlTarget(
    await makeSettings({ profile: "cold-start", target: url.href, environment: "dev" }),
    url,
  );

  await target.checkWarmer();

  expect(await target.warm(5)).toEqual({ asked: 5, instances: 4, failures: ["throttled"] });
  const inputs = lambda.commandCalls(InvokeCommand).map(({ args: [{ input }] }) => input);
  expect(inputs).toMatchObject([
    { FunctionName: "dev-warmer", InvocationType: "DryRun" },
    { FunctionName: "dev-warmer", InvocationType: "RequestResponse" },
  ]);
  expect(JSON.parse(inputs[1]?.Payload as string)).toMatchObject({
    strategy: "pre_deployment",
    targets: [{ functionName: "dev-api", qualifier: "warm", concurrency: 5 }],
  });
});

test("requests to a function URL are signed for the service lambda, once in a while and not each", async () => {
  Object.assign(process.env, { AWS_ACCESS_KEY_ID: "id", AWS_SECRET_ACCESS_KEY: "key" });
  const headers = createHeaderSigner(new URL("https://abc.lambda-url.eu-west-1.on.aws/notes?limit=1"), "eu-west-1");

  const first = await headers();

  expect(first["authorization"]).toMatch(
    /^AWS4-HMAC-SHA256 Credential=id\/\d{8}\/eu-west-1\/lambda\/aws4_request, SignedHeaders=host;x-amz-content-sha256;x-amz-date, Signature=[\da-f]{64}$/,
  );
  expect(await headers()).toBe(first);
});

test("an address with a path keeps it, and is not signed unless it is a function URL", async () => {
  const asked: (string | undefined)[] = [];
  const url = await startServer((request, response) => {
    asked.push(request.url, request.headers.authorization);
    response.end();
  });
  url.pathname = "/stage/";
  const target = new UrlTarget(
    await makeSettings({ target: url.href, environment: "dev", path: "/health?deep=1" }),
    url,
  );

  expect(await target.send()).toEqual({ status: 200 });
  await target.close();
  expect(asked).toEqual(["/stage/health?deep=1", undefined]);
});

test("of an address, idle takes a quarter of an hour by default; here, seconds", async () => {
  const local = await makeSettings({ profile: "cold-start" });
  const url = await makeSettings({ profile: "cold-start", target: "https://example.com", environment: "dev" });

  expect([local.idleSeconds, url.idleSeconds]).toEqual([15, 900]);
});
