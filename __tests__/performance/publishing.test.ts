import { beforeEach, describe, expect, jest, test } from "@jest/globals";
import { Metrics } from "@aws-lambda-powertools/metrics";
import Ajv from "ajv";
import { buildSync } from "esbuild";
import { execFileSync } from "node:child_process";
import { CONTEXT, type MetricsLine, listMetricNames, startExecutionEnvironment, Stdout } from "../support/lambda";
import emfSchema from "./emf-schema.json";

let stdout: Stdout;

beforeEach(() => {
  stdout = new Stdout();
});

const isEmf = new Ajv({ strict: false }).compile(emfSchema);

/** Fails unless every line is of AWS's schema, and each metric and dimension it names is there. */
function expectValid(lines: readonly MetricsLine[]): void {
  for (const line of lines) {
    expect(isEmf(line) ? [] : isEmf.errors).toEqual([]);
    for (const { Dimensions, Metrics: metrics } of line._aws.CloudWatchMetrics) {
      for (const dimension of Dimensions.flat()) expect(line[dimension]).toEqual(expect.any(String));
      for (const { Name } of metrics) {
        const values = [line[Name]].flat();
        expect(values.length).toBeLessThanOrEqual(100);
        for (const value of values) expect(Number.isFinite(value)).toBe(true);
      }
    }
  }
}

describe("a line", () => {
  test("is of AWS's published schema, whatever it tells", async () => {
    const { monitor, operation } = startExecutionEnvironment();
    const handler = monitor(async (fail: boolean) => {
      await operation("db.query", async () => 1);
      if (fail) throw new TypeError("x");
      return { statusCode: 404 };
    });
    await handler(false);
    await handler(true).catch(() => undefined);
    expect(stdout.lines).toHaveLength(5);
    expectValid(stdout.lines);
  });

  test("tells CloudWatch the same as Powertools on equal input", async () => {
    // Prepare
    const { monitor } = startExecutionEnvironment();
    const printed = jest.spyOn(console, "log").mockImplementation(() => undefined);
    const powertools = new Metrics({ namespace: "Lambda/Performance", defaultDimensions: { FunctionName: "dev-api" } });

    // Act
    await monitor(async () => "answer")();
    const [ours] = stdout.lines;
    powertools.addMetric("ExecutionTime", "Milliseconds", ours?.["ExecutionTime"] as number);
    powertools.addMetric("MemoryUtilization", "Percent", ours?.["MemoryUtilization"] as number);
    powertools.addMetric("ColdStarts", "Count", 1);
    powertools.addMetric("Successes", "Count", 1);
    const theirs = powertools.serializeMetrics() as unknown as MetricsLine;

    // Assess
    const meaning = ({ _aws, ...members }: MetricsLine) =>
      _aws.CloudWatchMetrics.map(({ Namespace, Dimensions, Metrics: metrics }) => ({
        Namespace,
        // Powertools adds a dimension of its own.
        Dimensions: Dimensions.map((set) =>
          set.filter((name) => name !== "service").map((name) => [name, members[name]]),
        ),
        metrics: metrics.map(({ Name, Unit }) => [Name, Unit, members[Name]]),
      }));
    expect(ours && meaning(ours)).toEqual(meaning(theirs));
    expect(printed).not.toHaveBeenCalled();
  });

  test("names the function even if its name were hostile", async () => {
    await startExecutionEnvironment({ AWS_LAMBDA_FUNCTION_NAME: 'a"b\n{}' }).monitor(async () => 1)();
    expect(stdout.lines).toMatchObject([{ FunctionName: 'a"b\n{}' }]);
  });
});

describe("a named operation", () => {
  const timesOf = (name: string) =>
    stdout.lines
      .filter(({ Operation }) => Operation === name)
      .flatMap(({ OperationTime }) => OperationTime as number[]);
  const pause = (milliseconds: number) => new Promise((resolve) => setTimeout(resolve, milliseconds));

  test("has a metric with its name as second dimension, in the one write of its invocation", async () => {
    const { monitor, operation } = startExecutionEnvironment();
    await monitor(async () => operation("db.query", async () => "rows"))();
    expect(stdout.writes).toBe(1);
    expect(stdout.lines.find((line) => "OperationTime" in line)).toMatchObject({
      _aws: {
        CloudWatchMetrics: [
          { Dimensions: [["FunctionName", "Operation"]], Metrics: [{ Name: "OperationTime", Unit: "Milliseconds" }] },
        ],
      },
      FunctionName: "dev-api",
      Operation: "db.query",
      OperationTime: [expect.any(Number)],
    });
  });

  test("is measured on its own when nested, and when several run at once", async () => {
    const { monitor, operation } = startExecutionEnvironment();
    jest.useFakeTimers();
    const answered = monitor(async () => {
      await operation("outer", async () => {
        await pause(20);
        await operation("inner", () => pause(20));
      });
      await Promise.all([
        operation("fast", () => pause(10)),
        operation("slow", () => pause(40)),
        operation("fast", () => pause(10)),
      ]);
    })();
    await jest.runAllTimersAsync();
    await answered;
    jest.useRealTimers();
    expect(["outer", "inner", "slow", "fast"].map(timesOf)).toEqual([[40], [20], [40], [10, 10]]);
  });

  test("returns, throws and rejects as its function does, and is measured in each case", async () => {
    const { monitor, operation } = startExecutionEnvironment();
    const error = new Error("mine");
    const promise = Promise.resolve(5);
    await monitor(async () => {
      expect(operation("a", () => 5)).toBe(5);
      expect(operation("a", () => promise)).toBe(promise);
      expect(() =>
        operation("a", () => {
          throw error;
        }),
      ).toThrow(error);
      await expect(operation("a", () => Promise.reject(error))).rejects.toBe(error);
    })();
    expect(timesOf("a")).toHaveLength(4);
  });

  test("asks a lazy promise once, as query builders need", async () => {
    const { monitor, operation } = startExecutionEnvironment();
    const then = jest.fn((resolve: (value: string) => void) => {
      resolve("rows");
    });
    await monitor(async () => {
      expect(await operation("lazy", () => ({ then }) as unknown as Promise<string>)).toBe("rows");
    })();
    expect(then).toHaveBeenCalledTimes(1);
  });

  test("that outlives its request is told with the next", async () => {
    const { monitor, operation } = startExecutionEnvironment();
    const handler = monitor(async () => {
      void operation("background", () => pause(10));
    });
    await handler();
    expect(timesOf("background")).toEqual([]);
    await pause(20);
    await handler();
    expect(timesOf("background")).toHaveLength(1);
  });

  test("is one of twenty at most; the rest shares a name", async () => {
    const { monitor, operation } = startExecutionEnvironment();
    const names = "abcdefghijklmnopqrstuvwxyz".split("");
    await monitor(async () => {
      for (const name of names) operation(`op.${name}`, () => 1);
    })();
    const found = stdout.lines.flatMap(({ Operation }) => Operation ?? []);
    expect(found).toHaveLength(21);
    expect(timesOf("Other")).toHaveLength(6);
  });

  test("called in a loop is split into lines of a hundred values, and what is too much is counted", async () => {
    const { monitor, operation } = startExecutionEnvironment();
    await monitor(async () => {
      for (let index = 0; index < 1250; index++) operation("loop", () => 1);
    })();
    expect(timesOf("loop")).toHaveLength(1000);
    expect(stdout.lines.filter(({ Operation }) => Operation === "loop")).toHaveLength(10);
    expect(stdout.valuesOf("DroppedMetrics")).toEqual([250]);
    expect(stdout.writes).toBe(1);
    expectValid(stdout.lines);
  });
});

describe("standard output", () => {
  const failing = (code: string) => () => {
    throw Object.assign(new Error(code), { code });
  };

  test("that takes a line in parts gets all of it", async () => {
    stdout.answer((bytes) => Math.min(bytes.length, 200));
    await startExecutionEnvironment().monitor(async () => 1)();
    expectValid(stdout.lines);
    expect(stdout.lines).toHaveLength(1);
  });

  test("that takes a line in parts gets each byte once, whatever the characters", async () => {
    const { monitor } = startExecutionEnvironment({ AWS_LAMBDA_FUNCTION_NAME: "größe-€" });
    stdout.answer((bytes) => (bytes.length > 20 ? bytes.length - 10 : bytes.length));
    await monitor(async () => 1)();
    expect(stdout.lines).toMatchObject([{ FunctionName: "größe-€", Successes: 1 }]);
    expect(stdout.writes).toBe(2);
  });

  test("that is busy gets the rest with the next request, whole lines in order, and no request waits", async () => {
    const { monitor } = startExecutionEnvironment();
    const handler = monitor(async () => "answer");
    let taken = 0;
    stdout.answer((bytes) => {
      if (taken++ > 0) failing("EAGAIN")();
      return Math.min(bytes.length, 100);
    });
    expect(await handler()).toBe("answer");
    expect(stdout.text).toHaveLength(100);
    stdout.takeAll();
    await handler();
    expect(stdout.lines.map(listMetricNames)).toEqual([
      ["ExecutionTime", "MemoryUtilization", "ColdStarts", "Successes"],
      ["ExecutionTime", "MemoryUtilization", "Successes"],
    ]);
  });

  test("that is busy for long makes us drop, and say how many values when it takes some again", async () => {
    const { monitor } = startExecutionEnvironment();
    const handler = monitor(async () => "answer");
    stdout.answer(failing("EAGAIN"));
    for (let count = 0; count < 500; count++) expect(await handler()).toBe("answer");
    stdout.takeAll();
    await handler();
    await handler();
    const told = stdout.lines.filter((line) => "Successes" in line).length;
    const [dropped] = stdout.valuesOf("DroppedMetrics") as number[];
    expect(told).toBeLessThan(500);
    expect(dropped).toBe((502 - told) * 3);
  });

  test.each(["EPIPE", "EBADF", "ENOSPC"])(
    "that fails with %s breaks no request, and what was lost is counted",
    async (code) => {
      const { monitor } = startExecutionEnvironment();
      const handler = monitor(async () => "answer");
      stdout.answer(failing(code));
      expect(await handler()).toBe("answer");
      expect(await handler()).toBe("answer");
      stdout.takeAll();
      await handler();
      expect(stdout.valuesOf("DroppedMetrics")).toEqual([7]);
      await handler();
      expect(stdout.valuesOf("DroppedMetrics")).toEqual([7]);
    },
  );
});

describe("a threshold", () => {
  test("lets values through from there on, and leaves other metrics alone", async () => {
    const { monitor, onlyFrom } = startExecutionEnvironment({ AWS_LAMBDA_FUNCTION_MEMORY_SIZE: "1000" });
    const usage = jest.spyOn(process, "resourceUsage");
    const handler = monitor(async () => 1, { publisher: onlyFrom({ MemoryUtilization: 60 }) });
    for (const megabytes of [599, 600, 601]) {
      usage.mockReturnValue({ maxRSS: megabytes * 1024 } as NodeJS.ResourceUsage);
      await handler();
    }
    expect(stdout.valuesOf("MemoryUtilization")).toEqual([60, 60.1]);
    expect(stdout.valuesOf("Successes")).toEqual([1, 1, 1]);
    expectValid(stdout.lines);
  });
});

describe("a publisher of the author's", () => {
  test("is told when an invocation begins, and what it gave; standard output stays quiet", async () => {
    const { monitor } = startExecutionEnvironment();
    const publisher = { begin: jest.fn(), publish: jest.fn() };
    await monitor(async (_event: unknown, _context: unknown) => 1, { publisher })({}, CONTEXT);
    expect(publisher.begin).toHaveBeenCalledTimes(1);
    expect(publisher.publish).toHaveBeenCalledWith(expect.arrayContaining([{ name: "Successes", values: [1] }]), {
      requestId: CONTEXT.awsRequestId,
      start: "cold",
    });
    expect(stdout.text).toBe("");
  });

  test.each([
    ["publishes", "{ publisher: { publish: fail } }"],
    ["begins", "{ publisher: { begin: fail, publish() {} } }"],
    ["publishes only some values", "{ publisher: onlyFrom({}, { begin: fail, publish: fail }) }"],
    ["categorizes", "{ categorize: fail }"],
  ])("ends no process by a promise that rejects when it %s", (_, options) => {
    const code = `import { monitor, onlyFrom } from "./performance";
      const fail = async () => { throw new Error("not published"); };
      monitor(async () => { throw new Error("handled"); }, ${options})().catch(() => setTimeout(() => console.log("end"), 20));`;
    const { outputFiles } = buildSync({
      stdin: { contents: code, resolveDir: "." },
      write: false,
      bundle: true,
      platform: "node",
    });
    const program = outputFiles[0]?.text ?? "";

    expect(execFileSync(process.execPath, ["--eval", program], { encoding: "utf8" })).toMatch(/end\n$/);
  });
});
