import { beforeEach, describe, expect, test } from "@jest/globals";
import { CreateFunctionCommand, InvokeCommand } from "@aws-sdk/client-lambda";
import { runCommand } from "../../support/command";
import { makeSdkError, mocks } from "../../support/fake-aws";
import { makeTfvars } from "../../support/project";
import { type TuningReport } from "../../../operations/tune/report";
import { type Answer, failWith, FakeLambda } from "./fake-lambda";

const NOW = Date.parse("2026-01-05T10:00:00.000Z");
const MINUTE = 60_000;
const COPIES = ["dev-api-tune-arm64", "dev-api-tune-x86_64"];
const EVENT = { "event.json": '{ "order": 17 }' };

let aws = new FakeLambda();

beforeEach(() => {
  useAws();
});

function useAws(settings?: ConstructorParameters<typeof FakeLambda>[0]): void {
  aws = new FakeLambda(settings);
  aws.now = NOW;
}

interface Project {
  /** Of the function `api`. */
  readonly settings?: string;
  readonly more?: string;
  readonly files?: Readonly<Record<string, string>>;
}

async function tune(
  args: readonly string[] = ["--event", "event.json"],
  { settings = "", more = "", files = {} }: Project = {},
) {
  const tfvars = makeTfvars({ functions: `api = { ${settings} }`, more });
  const run = await runCommand(["tune", "dev", "api", ...args], {
    files: { "environments/dev.tfvars": tfvars, ...EVENT, ...files },
    now: NOW,
  });
  const report = run.stdout.length === 1 ? (JSON.parse(run.stdout[0] ?? "") as TuningReport) : undefined;
  return { ...run, report, stderr: run.stderr.join("\n"), text: run.stdout.join("\n") };
}

const tuneJson = async (args: readonly string[] = [], project: Project = {}) => {
  const { report, ...rest } = await tune(["--event", "event.json", "--json", ...args], project);
  if (!report) throw new Error(rest.stderr);
  return { ...rest, report };
};

const sizeOf = ({ sizes }: TuningReport, memoryMb: number, architecture = "arm64") =>
  sizes.find((size) => size.memoryMb === memoryMb && size.architecture === architecture);

describe("a function that mostly waits", () => {
  test("costs least at the smallest size, which is said with what it saves", async () => {
    aws.metrics.put(
      "AWS/Lambda",
      "Invocations",
      { FunctionName: "dev-api", Resource: "dev-api:live" },
      NOW - MINUTE,
      14_000,
    );
    aws.metrics.put(
      "AWS/Lambda",
      "Duration",
      { FunctionName: "dev-api", Resource: "dev-api:live" },
      NOW - MINUTE,
      1_400_000,
    );

    const { exitCode, text, stderr, files } = await tune();

    expect(exitCode).toBe(0);
    expect(text).toMatch(
      /Set 128 MB on arm64 instead of 512 MB on arm64: \$\S+ for a million requests instead of \$\S+, \d+(\.\d)? % less/,
    );
    expect(text).toMatch(/With its traffic, that saves \$\S+ a month\.$/);
    expect(text).toContain("  memory_mb = 128");
    expect(text).toMatch(/ now +arm64 512 MB +\d+ ms +\S+ ms +80 MB +\$\S+ +\$\S+/);
    expect(stderr).toMatch(
      /really written, sent or deleted\.\nThat costs at most \$0\.05, probably about \$\S+, besides/,
    );
    expect(stderr).toMatch(/Sent \d+ requests for \$\S+\.\n/);
    expect(files["advice/dev-api.memory.html"]).toContain("Time and cost of a request, by memory");
    expect(files["environments/dev.tfvars"]).not.toContain("memory_mb");
  });

  test("is measured cold and warm, with the event of the file, and starts are charged for", async () => {
    const { report } = await tuneJson();

    expect(new Set(aws.sent.map((event) => JSON.stringify(event)))).toEqual(new Set(['{"order":17}']));
    const now = sizeOf(report, 512);
    expect(now).toMatchObject({ isNow: true, failures: 0, memoryUsedMb: 80 });
    expect(now?.coldMilliseconds).toBeGreaterThan((now?.warmMilliseconds?.p50 ?? 0) + 100);
    expect(now?.dollarsPerMillion?.cold).toBeGreaterThan(2 * (now?.dollarsPerMillion?.warm ?? 0));
    expect(report.spent.dollars).toBeLessThan(0.05);
    expect(report.spent.requests).toBe(aws.sent.length);
  });

  test("is written into the file with --write, and nothing else changes", async () => {
    const settings = "timeout_seconds = 10, memory_mb = 512 /* as ever */";

    const { exitCode, files, stderr } = await tuneJson(["--write"], { settings });

    expect(exitCode).toBe(0);
    expect(files["environments/dev.tfvars"]).toContain("timeout_seconds = 10, memory_mb = 128 /* as ever */");
    expect(stderr).toContain("+ api = { timeout_seconds = 10, memory_mb = 128");
  });

  test("keeps a size that is the best already, and --write changes nothing", async () => {
    useAws({ MemorySize: 128 });

    const { exitCode, report, stderr } = await tuneJson(["--write"], { settings: "memory_mb = 128" });

    expect(report.recommendation).toMatchObject({ kind: "keep" });
    expect(stderr).toContain("Nothing was written: nothing is to be changed.");
    expect(exitCode).toBe(0);
  });
});

describe("a function that computes", () => {
  test("moves to the architecture on which it costs less", async () => {
    aws.modelled = { computes: 200, waits: 20, x86: 0.6 };

    const { report, files } = await tuneJson(["--write"]);

    expect(report.recommendation.size).toMatchObject({ architecture: "x86_64" });
    expect(files["environments/dev.tfvars"]).toContain('architecture = "x86_64"');
  });

  test("gets as much as its own targets need, of the file", async () => {
    aws.modelled = { computes: 60, waits: 40 };
    const more = "targets = { response_milliseconds = { p50 = 200 } }";

    const { report } = await tuneJson([], { more });

    expect(report.recommendation.size).toEqual({ memoryMb: 704, architecture: "arm64" });
    expect(sizeOf(report, 512)?.reasons).toEqual(["p50 must be below 200 ms"]);
    expect(report.recommendation.sentence).toMatch(/p50 must be below 200 ms\): .* more; /);
  });

  test("keeps the default targets that it meets now, and is not made faster for those that it misses", async () => {
    aws.modelled = { computes: 30, waits: 20 };
    const { report: fast } = await tuneJson();
    useAws();
    aws.modelled = { computes: 3, waits: 5000 };
    const { report: slow } = await tuneJson();

    expect(fast.recommendation).toMatchObject({ kind: "change", size: { memoryMb: 320, architecture: "arm64" } });
    expect(fast.targets.responseMilliseconds).toEqual({ p50: 200, p90: 500, p99: 1000 });
    expect(sizeOf(fast, 256)?.reasons).toEqual(["p50 must be below 200 ms"]);
    expect(slow.recommendation).toMatchObject({ kind: "change", size: { memoryMb: 128, architecture: "arm64" } });
    expect(slow.targets.responseMilliseconds).toEqual({});
  });

  test("that no size makes fast enough is left as it is", async () => {
    aws.modelled = { waits: 300 };

    const { report, exitCode } = await tuneJson([], {
      settings: "targets = { response_milliseconds = { p50 = 100 } }",
    });

    expect(report.recommendation).toMatchObject({ kind: "none" });
    expect(report.recommendation.sentence).toContain("p50 must be below 100 ms");
    expect(exitCode).toBe(0);
  });
});

describe("sizes that do not work", () => {
  test("are rows: a timeout is paid for once, and is in no figure", async () => {
    aws.modelled = { waits: 300, computes: 800, timeoutSeconds: 2 };
    useModelOf({ Timeout: 2, MemorySize: 1769 });

    const { report, exitCode } = await tuneJson();

    expect(sizeOf(report, 512)?.reasons).toEqual(["timed out after 2 s"]);
    expect(sizeOf(report, 512)).toMatchObject({ requests: 1, failures: 1 });
    expect(sizeOf(report, 512)?.warmMilliseconds).toBeUndefined();
    expect(exitCode).toBe(0);
  });

  test("out of memory is told from an error", async () => {
    aws.modelled = { waits: 100, memoryUsedMb: 300 };

    const { report } = await tuneJson();

    expect(sizeOf(report, 256)?.reasons).toEqual(["out of memory"]);
    expect(report.recommendation.size).toEqual({ memoryMb: 384, architecture: "arm64" });
  });

  test("a size that AWS does not allow is a row with what AWS says", async () => {
    aws.modelled = { computes: 4000, threads: 6, waits: 10, timeoutSeconds: 60 };
    useModelOf({ MemorySize: 3008, Timeout: 60 });
    aws.onCall = (what) => {
      if (what !== "UpdateFunctionConfiguration") return;
      const { MemorySize = 0 } = mocks.lambda.calls().at(-1)?.args[0].input as { MemorySize?: number };
      if (MemorySize > 3008) throw makeSdkError("InvalidParameterValueException", "'MemorySize' must be at most 3008");
    };

    const { report, exitCode } = await tuneJson(["--max-dollars", "1"], {
      settings: "targets = { response_milliseconds = { p50 = 900, p90 = 2000, p99 = 3000 } }",
    });

    expect(sizeOf(report, 5120)?.reasons.join()).toContain("'MemorySize' must be at most 3008");
    expect(report.recommendation.kind).toBe("none");
    expect(exitCode).toBe(0);
  });

  test("a failed request now and then never makes a size cheaper: it is not chosen", async () => {
    aws.answerWith = ({ memoryMb }, index) =>
      memoryMb === 128 && index % 10 === 0 ? failWith("Error", "a\nreason") : undefined;

    const { report } = await tuneJson();

    expect(sizeOf(report, 128)).toMatchObject({ failures: 1, reasons: ["Error: a reason"] });
    expect(sizeOf(report, 128)?.isRecommended).toBe(false);
    expect(report.recommendation.size?.memoryMb).toBeGreaterThan(128);
  });
});

describe("a request that fails by itself", () => {
  test.each<[string, Answer, string]>([
    ["throws", failWith("TypeError", "no order"), "TypeError: no order"],
    ["answers with an error", { payload: '{"statusCode":503}' }, "answered with status 503"],
    ["does not know the path", { payload: '{"statusCode":404}' }, "answered with status 404"],
  ])("ends it with one request, if it %s", async (_, answer, message) => {
    aws.answerWith = () => answer;

    const { exitCode, stderr, stdout } = await tune();

    expect({ exitCode, stdout }).toEqual({ exitCode: 1, stdout: [] });
    expect(stderr.split("\n").at(-1)).toBe(`api fails with this event at arm64 512 MB: ${message}`);
    expect(aws.sent).toHaveLength(1);
    expect(aws.names).toEqual(["dev-api"]);
  });

  test("on the other architecture only, is a row", async () => {
    aws.answerWith = ({ architecture }) =>
      architecture === "x86_64" ? failWith("Runtime.ImportModuleError", "invalid ELF header") : undefined;

    const { report, exitCode } = await tuneJson();

    const failed = report.sizes.filter(({ architecture }) => architecture === "x86_64");
    expect(failed).toMatchObject([{ requests: 1, reasons: ["Runtime.ImportModuleError: invalid ELF header"] }]);
    expect(exitCode).toBe(0);
  });
});

describe("the other architecture is left out, with the reason,", () => {
  test("for an image", async () => {
    useAws({ PackageType: "Image", CodeSize: 0 });

    const { report } = await tuneJson();

    expect(report.leftOut).toBe("x86_64 was not measured: its image is for one architecture.");
    const { input } = mocks.lambda.commandCalls(CreateFunctionCommand)[0]?.args[0] ?? {};
    expect(input).toMatchObject({ PackageType: "Image", Code: { ImageUri: "registry/api@sha256:1" } });
  });

  test("for a layer that is for one only", async () => {
    useAws({ Layers: [{ Arn: "arn:aws:lambda:eu-west-1:123456789012:layer:tools:1" }] });
    aws.layerArchitectures = ["arm64"];

    const { report } = await tuneJson();

    expect(report.leftOut).toBe(
      "x86_64 was not measured: the layer arn:aws:lambda:eu-west-1:123456789012:layer:tools:1 is not for it.",
    );
    expect(aws.touched).toEqual(new Set([COPIES[0]]));
  });
});

describe("the function itself", () => {
  test("is never changed nor invoked, and nothing is left", async () => {
    await tune();

    expect([...aws.touched].sort()).toEqual(COPIES);
    expect(aws.names).toEqual(["dev-api"]);
    const { input } = mocks.lambda.commandCalls(CreateFunctionCommand)[0]?.args[0] ?? {};
    expect(input).toMatchObject({ Environment: { Variables: { TABLE: "orders" } }, Timeout: 10, MemorySize: 512 });
    // Its log has alarms.
    expect(input?.LoggingConfig).toBeUndefined();
  });

  test.each(["CreateFunction", "PublishVersion", "Invoke", "UpdateFunctionConfiguration"])(
    "has no copy left if AWS does not allow %s, which is named",
    async (call) => {
      aws.deny(call);

      const { exitCode, stderr, stdout } = await tune();

      const action = call === "Invoke" ? "InvokeFunction" : call;
      expect(stderr.split("\n").at(-1)).toBe(`AWS does not allow lambda:${action}: not authorized`);
      expect({ exitCode, stdout }).toEqual({ exitCode: 1, stdout: [] });
      expect(aws.names).toEqual(["dev-api"]);
    },
  );

  test.each(["CreateFunction", "PublishVersion", "Invoke"])("has no copy left after Ctrl-C during %s", async (call) => {
    let calls = 0;
    aws.onCall = (what) => {
      if (what === call && ++calls === 2) process.emit("SIGINT");
    };

    const { exitCode, stderr, files } = await tune();

    expect(exitCode).toBe(130);
    expect(stderr).toContain("Interrupted: nothing was written.");
    expect(aws.names).toEqual(["dev-api"]);
    expect(Object.keys(files).filter((file) => file.startsWith("advice"))).toEqual([]);
  });

  test("a copy that cannot be deleted is told with the command", async () => {
    aws.deny("DeleteFunction");

    const { stderr } = await tune();

    expect(stderr).toContain(
      "dev-api-tune-arm64 is left behind (AWS does not allow lambda:DeleteFunction: not authorized): aws lambda delete-function --function-name dev-api-tune-arm64 --region eu-west-1",
    );
  });
});

describe("a copy that is there", () => {
  const description = "Temporary copy of dev-api to measure it; may be deleted (run 1234abcd)";

  test("since long ago was left behind, and is deleted", async () => {
    aws.functions.set("dev-api-tune-arm64", {
      ...{ FunctionName: "dev-api-tune-arm64", Description: description },
      LastModified: new Date(NOW - 61 * MINUTE).toISOString(),
    });

    const { exitCode, stderr } = await tune();

    expect(stderr).toContain("Deleted dev-api-tune-arm64, which an earlier run had left behind.");
    expect({ exitCode, names: aws.names }).toEqual({ exitCode: 0, names: ["dev-api"] });
  });

  test("for minutes may be another run's, and stays", async () => {
    aws.functions.set("dev-api-tune-arm64", {
      ...{ FunctionName: "dev-api-tune-arm64", Description: description },
      LastModified: new Date(NOW - 5 * MINUTE).toISOString(),
    });

    const { exitCode, stderr } = await tune();

    expect(stderr).toContain(
      "dev-api-tune-arm64 was used at 2026-01-05 09:55 UTC: another run measures, or was killed",
    );
    expect(stderr).toContain("aws lambda delete-function --function-name dev-api-tune-arm64");
    expect({ exitCode, names: aws.names }).toEqual({ exitCode: 1, names: ["dev-api", "dev-api-tune-arm64"] });
  });

  test("but is none, stays", async () => {
    aws.functions.set("dev-api-tune-arm64", { FunctionName: "dev-api-tune-arm64", Description: "ours" });

    const { exitCode, stderr } = await tune();

    expect(stderr).toContain("dev-api-tune-arm64 exists, and is no copy of dev-api: it is in the way");
    expect({ exitCode, names: aws.names }).toEqual({ exitCode: 1, names: ["dev-api", "dev-api-tune-arm64"] });
  });
});

describe("spending", () => {
  test("stays below the limit, even if every request runs into its timeout", async () => {
    aws.modelled = { waits: 59_000, timeoutSeconds: 60 };
    useModelOf({ Timeout: 60, MemorySize: 1024 });

    const { report } = await tuneJson(["--max-dollars", "0.005"]);

    expect(report.spent.dollars).toBeLessThanOrEqual(0.005);
    expect(report.spent.requests).toBeGreaterThan(0);
    expect(report.sizes.flatMap(({ reasons }) => reasons)).toContain(
      "left out: one request could exceed the spending limit",
    );
  });

  test("too little for one request is refused before anything is sent", async () => {
    useAws({ Timeout: 900, MemorySize: 3008 });

    const { exitCode, stderr } = await tune(["--event", "event.json", "--max-dollars", "0.01"]);

    expect(stderr).toBe(
      "--max-dollars: one request of api that runs into its timeout costs $0.04: expected at least that, got $0.01",
    );
    expect({ exitCode, touched: aws.touched.size }).toEqual({ exitCode: 2, touched: 0 });
    expect((await tune(["--event", "event.json", "--max-dollars", "0.04"])).exitCode).not.toBe(2);
  });

  test("a request without an answer is not sent again, and is counted", async () => {
    aws.errors.set("Invoke", Object.assign(makeSdkError("TimeoutError", "socket hang up"), { code: "ECONNRESET" }));

    const { exitCode, stderr } = await tune();

    expect(mocks.lambda.commandCalls(InvokeCommand)).toHaveLength(1);
    expect(stderr).toMatch(/Sent 1 request for \$0\.00; those that were not answered cost at most \$\S+ more\./);
    expect({ exitCode, names: aws.names }).toEqual({ exitCode: 1, names: ["dev-api"] });
  });

  test("one that AWS refused because there were too many is sent again", async () => {
    let refused = 0;
    aws.onCall = (what) => {
      if (what === "Invoke" && ++refused <= 2) throw makeSdkError("TooManyRequestsException");
    };

    expect((await tuneJson()).exitCode).toBe(0);
  });
});

describe("wrong input", () => {
  const protectedFile = { more: "protected = true" };

  test.each<[string, readonly string[], Project, RegExp]>([
    ["no event", [], {}, /^tune: say what to send, either with --event or with --path$/],
    ["both", ["--event", "event.json", "--path", "/"], {}, /^tune: say what to send, either/],
    ["a path without an endpoint", ["--path", "/notes"], {}, /^--path: api has no endpoint: use --event$/],
    ["no file", ["--event", "gone.json"], {}, /^gone\.json: cannot be read: no such file$/],
    ["no JSON", ["--event", "event.json"], { files: { "event.json": "{" } }, /^event\.json: expected JSON, got/],
    [
      "a protected environment",
      ["--event", "event.json"],
      protectedFile,
      /^environments\/dev\.tfvars: dev is protected/,
    ],
    ["dollars", ["--event", "event.json", "--max-dollars", "-1"], {}, /not a number from 0\.0001 to 100/],
  ])("%s is told in one line, and nothing is sent", async (_, args, project, message) => {
    const { exitCode, stderr } = await tune(args, project);

    expect(stderr).toMatch(message);
    expect(stderr.split("\n")).toHaveLength(1);
    expect({ exitCode, calls: mocks.lambda.calls() }).toEqual({ exitCode: 2, calls: [] });
  });

  test("a function that is not there, or not deployed", async () => {
    const unknown = await runCommand(["tune", "dev", "orders", "--event", "event.json"]);
    expect(unknown.stderr).toEqual(['environments/dev.tfvars: there is no function "orders"; functions are: api']);

    aws.functions.clear();
    const { exitCode, stderr } = await tune();
    expect({ exitCode, stderr }).toEqual({ exitCode: 1, stderr: "there is no function dev-api:live" });
  });
});

test("a function that is deployed elsewhere is measured, but its size is set elsewhere", async () => {
  const functions = 'api = {}\n shop = { existing = true, function_name = "Shop" }';
  const files = { "environments/dev.tfvars": makeTfvars({ functions }), ...EVENT };
  aws.functions.set("Shop", { ...aws.functions.get("dev-api:live"), FunctionName: "Shop", Version: "$LATEST" });

  const { exitCode } = await runCommand(["tune", "dev", "shop", "--event", "event.json"], { files, now: NOW });
  const write = await runCommand(["tune", "dev", "shop", "--event", "event.json", "--write"], { files, now: NOW });

  expect({ exitCode, names: aws.names }).toEqual({ exitCode: 0, names: ["dev-api", "Shop"] });
  expect([...aws.touched]).toEqual(["Shop-tune-arm64", "Shop-tune-x86_64"]);
  expect(write.exitCode).toBe(2);
  expect(write.stderr).toEqual(["--write: shop is deployed elsewhere: change it where it is deployed from"]);
});

test("a path is sent as the endpoint would pass it on", async () => {
  await tune(["--path", "notes?limit=5"], { settings: 'endpoint = "iam"' });

  expect(aws.sent[0]).toMatchObject({
    ...{ version: "2.0", rawPath: "/notes", queryStringParameters: { limit: "5" } },
    requestContext: { http: { method: "GET" } },
  });
});

test("traffic that cannot be read is told, and 1 % of requests count as cold", async () => {
  aws.deny("GetMetricData");

  const { exitCode, report, stderr } = await tuneJson();

  expect(report).toMatchObject({ coldPercent: 1, isColdMeasured: false });
  expect(stderr).toContain("Could not be read: traffic");
  expect(exitCode).toBe(1);
});

/** The function as deployed, with the same model. */
function useModelOf(settings: ConstructorParameters<typeof FakeLambda>[0]): void {
  const { modelled } = aws;
  useAws(settings);
  aws.modelled = modelled;
}
