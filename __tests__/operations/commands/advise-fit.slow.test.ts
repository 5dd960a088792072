import { StopQueryCommand } from "@aws-sdk/client-cloudwatch-logs";
import { beforeEach, describe, expect, test } from "@jest/globals";
import { readdirSync, readFileSync } from "node:fs";
import { join } from "node:path";
import { adviceReport } from "../../../operations/advise/report";
import { runCommand } from "../../support/command";
import { makeSdkError, mocks } from "../../support/fake-aws";
import { LogAws } from "../advise/log/log-aws";
import { HIDDEN, simulateLog } from "../advise/log/hidden-platform";
import { putRequests } from "../advise/support";

const HOUR = 3_600_000;
const NOW = Date.UTC(2026, 0, 20, 12, 30, 20);
const HOURS = 72;
const FROM = NOW - HOURS * HOUR - 600_000;

let aws: LogAws;

beforeEach(() => {
  aws = new LogAws(simulateLog(HIDDEN, { from: FROM, hours: HOURS, perHour: 20 }));
  putRequests(aws.metrics, "dev-api", NOW, { everyMinutes: 8, count: 180 });
});

function run(args: readonly string[], onWait?: () => unknown) {
  return runCommand(["advise", "dev", ...args], { now: () => NOW, ...(onWait && { onWait }) });
}

describe("--fit", () => {
  test("takes of AWS what the function's own log tells, and says to how much it was fitted, how well it predicts, and what reading has cost", async () => {
    const { exitCode, stdout, stderr, root } = await run(["--fit"]);

    const text = stdout.join("\n");
    expect(exitCode).toBe(0);
    expect(stderr.slice(1)).toEqual([
      "api: reading at most 30,000 of the platform's records since 2026-01-13 12:25 UTC from /aws/lambda/dev-api, at $0.005 for each GB that the queries scan",
      "api: 2 queries scanned 2.9 MB of logs for $0.000014",
    ]);
    expect(text).toMatch(
      /^Fitted to 1,\d+ requests and \d+ cold starts of 72 hours of its log: idle life about .* minutes \(.*\) while others are used and about (8|9|10)(\.\d)? minutes .*, oldest instance first; the longest known life without use is (8|9)\.\d minutes\. Fitted without its last \d+ hours, it predicts their \d+ cold starts as \d+ \(\d+ to \d+, \d+ % off\)\.$/m,
    );
    expect(text).toMatch(/^Cold requests if AWS differs from what its log shows:$/m);
    expect(text).toMatch(/^ +as fitted to its log +\d/m);
    expect(text).toMatch(/^ +as assumed +\d/m);
    expect(text).not.toMatch(/^Assumed/m);
    expect(readFileSync(join(root, "advice/dev-api.html"), "utf8")).toContain("oldest instance first");
  });

  test("changes the figures: without pings, requests every eight minutes are warm where environments stay for nine", async () => {
    const assumed = await run(["--json"]);
    const fitted = await run(["--json", "--fit"]);

    const adviceOf = ({ stdout }: { readonly stdout: readonly string[] }) => {
      const [advice] = adviceReport.parse(JSON.parse(stdout.join("\n"))).functions;
      return { log: advice?.log, none: advice?.policies.find(({ kind }) => kind === "none")?.cold.percent };
    };
    expect(adviceOf(assumed).log).toBeUndefined();
    expect(adviceOf(assumed).none).toBeGreaterThan(95);
    expect(adviceOf(fitted).log).toMatchObject({ isUsed: true, queries: 2 });
    expect(adviceOf(fitted).none).toBeLessThan(20);
  });

  test("goes on with what is assumed where the log tells too little, and says by how much", async () => {
    aws.log = simulateLog(HIDDEN, { from: NOW - 10 * HOUR, hours: 9, perHour: 20 });

    const { exitCode, stdout, stderr } = await run(["--fit"]);

    const text = stdout.join("\n");
    expect(exitCode).toBe(0);
    expect(text).toMatch(
      /^Not fitted to its log: it has \d+ requests and \d+ cold starts of 10 hours in the last 7 days, and 30 cold starts in 12 hours are needed\.$/m,
    );
    expect(text).toMatch(/^Assumed: idle life 5 to 7 minutes/m);
    expect(stderr.at(-1)).toMatch(/^api: 1 query scanned /);
  });

  test("reads no log of a function without requests, and says so", async () => {
    aws.metrics.clear();

    const { exitCode, stdout, stderr } = await run(["--fit"]);

    expect({ exitCode, queries: mocks.logs.calls() }).toEqual({ exitCode: 0, queries: [] });
    expect(stdout).toEqual([
      "api: Do not warm this function: there were no requests from 2026-01-05 12:31 to 2026-01-20 12:30 UTC.",
    ]);
    expect(stderr.at(-1)).toBe("api: --fit has no effect: its log is read only where policies are compared");
  });

  test.each([
    ["AccessDeniedException", "not authorized", "AWS does not allow logs:StartQuery: not authorized"],
    ["ResourceNotFoundException", "none", "there is no log group /aws/lambda/dev-api in eu-west-1"],
  ])("goes on with what is assumed where AWS refuses, says so, and exits 1: %s", async (name, message, why) => {
    aws.errors.set("StartQuery", makeSdkError(name, message));

    const { exitCode, stdout, root } = await run(["--fit", "--write"]);

    expect(stdout).toContain(`log of api not read: ${why}`);
    expect(stdout.join("\n")).toMatch(/^Assumed: idle life 5 to 7 minutes/m);
    expect(readFileSync(join(root, "advice/dev-api.html"), "utf8")).toContain(`log of api not read: ${why}`);
    expect(readFileSync(join(root, "environments/dev.tfvars"), "utf8")).not.toContain("scheduled");
    expect(exitCode).toBe(1);
  });

  test("stops the query at Ctrl-C, and writes nothing", async () => {
    const { exitCode, stdout, root } = await run(["--fit"], () => {
      process.emit("SIGINT");
      return Promise.reject(new Error("aborted"));
    });

    expect({ exitCode, stdout }).toEqual({ exitCode: 130, stdout: [] });
    expect(mocks.logs.commandCalls(StopQueryCommand).map(({ args }) => args[0].input)).toEqual([{ queryId: "0" }]);
    expect(readdirSync(join(root, "advice"))).toEqual([]);
  });

  test("is for deployed functions", async () => {
    const { exitCode, stderr } = await run(["api", "--fit", "--trace", "day.csv"]);

    expect({ exitCode, stderr }).toEqual({
      exitCode: 2,
      stderr: ["--fit: it reads the log of a deployed function: leave out --trace"],
    });
  });
});
