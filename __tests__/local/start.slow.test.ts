import { afterEach, describe, expect, test } from "@jest/globals";
import { type ChildProcessByStdio, spawn } from "node:child_process";
import { once } from "node:events";
import { readdirSync, readFileSync, writeFileSync } from "node:fs";
import { createServer } from "node:http";
import { type AddressInfo } from "node:net";
import { join, resolve } from "node:path";
import { type Readable } from "node:stream";
import { makeProject, makeTemporaryFolder, makeTfvars } from "../support/project";
import { HAS_PROC, isProcessAlive, waitUntil } from "./lambda/support";

const SLOW = `export const handler = ({ rawPath }) =>
  rawPath === "/plugin" ? import(rawPath) : new Promise((r) => setTimeout(r, rawPath === "/hang" ? 9e3 : 0));`;

const started: ChildProcessByStdio<null, Readable, Readable>[] = [];

afterEach(() => {
  started.splice(0).forEach((child) => child.kill("SIGKILL"));
});

/** `npm start -- …` in a small project, with its output in a pipe. */
function npmStart(...args: string[]) {
  const root = makeProject({
    "environments/dev.tfvars": makeTfvars({ functions: 'api = { endpoint = "iam" }' }),
    "functions/api/handler.ts": SLOW,
  });
  const temporary = makeTemporaryFolder();
  const child = spawn(process.execPath, [resolve("run.js"), "operations/main.ts", "start", ...args], {
    cwd: root,
    env: { ...process.env, TMPDIR: temporary },
    stdio: ["ignore", "pipe", "pipe"],
  });
  started.push(child);
  const output = { stdout: "", stderr: "" };
  child.stdout.setEncoding("utf8").on("data", (text: string) => (output.stdout += text));
  child.stderr.setEncoding("utf8").on("data", (text: string) => (output.stderr += text));
  // All output has come, not only the exit.
  const ended = once(child, "close").then(([exitCode]) => exitCode as number | null);
  const url = async () => {
    await waitUntil(() => /api is at \S+\n/.test(output.stdout) || child.exitCode !== null);
    return /api is at (\S+)/.exec(output.stdout)?.[1] ?? `nowhere: ${output.stderr}`;
  };
  const left = () => readdirSync(temporary);
  return { root, child, pid: child.pid ?? 0, output, ended, url, left };
}

/** Processes that this one has started, and those have, and so on. */
function descendantsOf(pid: number): number[] {
  const parents = readdirSync("/proc")
    .filter((name) => /^\d+$/.test(name))
    .map((name) => [Number(name), parentOf(name)] as const);
  const childrenOf = (parent: number): number[] =>
    parents.filter(([, each]) => each === parent).flatMap(([child]) => [child, ...childrenOf(child)]);
  return childrenOf(pid);
}

function parentOf(pid: string): number | undefined {
  try {
    return Number(/\) \S (\d+)/.exec(readFileSync(`/proc/${pid}/stat`, "utf8"))?.[1]);
  } catch {
    return undefined; // Gone meanwhile.
  }
}

describe("npm start", () => {
  test("without a terminal prints lines about what changes, and Ctrl-C ends it", async () => {
    const { child, output, ended, url } = npmStart("--port", "0");
    const status = (await fetch(await url())).status;
    await waitUntil(() => output.stdout.includes("cold start"));

    child.kill("SIGINT");

    expect([status, await ended, output.stderr]).toEqual([200, 0, ""]);
    expect(output.stdout.split("\n")).toEqual([
      expect.stringMatching(/^functions\/api\/handler\.ts:2:27: this import is known only when the program runs/),
      expect.stringMatching(/^\d\d:\d\d:\d\d {2}dev runs on this computer; logs are in \/\S+$/),
      expect.stringMatching(/^\d\d:\d\d:\d\d {2}page: http:\/\/127\.0\.0\.1:\d+\/$/),
      expect.stringMatching(/^\d\d:\d\d:\d\d {2}api is at http:\/\/127\.0\.0\.1:\d+\/$/),
      expect.stringMatching(/^\d\d:\d\d:\d\d {2}cold start of api, for a request: \d+ ms$/),
      "",
    ]);
  });

  test("goes on with what is saved, and says so", async () => {
    const { root, child, output, ended, url } = npmStart("--port", "0");
    await url();
    const save = async (file: string, text: string, told: string) => {
      writeFileSync(join(root, file), text);
      await waitUntil(() => output.stdout.includes(told) || child.exitCode !== null);
    };

    await save("functions/api/handler.ts", "export const handler = () => 1;\n", "api has new code");
    await save("functions/api/handler.ts", "export const handler = 1 +;\n", "handler.ts:1:27");
    await save("functions/api/handler.ts", "export const handler = () => 1;\n", "what was saved is what runs");
    const functions = 'api = { endpoint = "iam" }\nwarm = { entry = "functions/api/handler.ts" }';
    await save("environments/dev.tfvars", makeTfvars({ functions }), "warm: curl");
    child.kill("SIGINT");

    expect([await ended, output.stderr]).toEqual([0, ""]);
    const [, first = ""] = output.stdout.split(/(?<=api is at \S+\n)/);
    expect(
      first
        .trimEnd()
        .replaceAll(/^\d\d:\d\d:\d\d {2}/gm, "")
        .split("\n"),
    ).toEqual([
      expect.stringMatching(/^api has new code, \d+ ms after it was saved$/),
      "what was saved cannot run, what ran before goes on:",
      '  functions/api/handler.ts:1:27: Unexpected ";"',
      "what was saved is what runs",
      expect.stringMatching(/^the environment has taken over, \d+ ms after it was saved; new or changed: warm$/),
      expect.stringMatching(/^warm: curl -d '\{\}' http:\S+dev-warm:live\/invocations$/),
    ]);
  });

  (HAS_PROC ? test : test.skip).each([
    ["SIGINT", 1],
    ["SIGINT", 2],
    ["SIGTERM", 1],
  ] as const)("%s, %d time(s), leaves no process, also during a request", async (signal, times) => {
    const { child, pid, ended, url, left } = npmStart("--port", "0");
    const address = await url();
    await fetch(address);
    const hanging = fetch(new URL("/hang", address)).then(
      ({ status }) => status,
      () => "cut off",
    );
    const descendants = () => descendantsOf(pid);
    // The guard, and the function's process, which works.
    await waitUntil(() => descendants().length >= 2);
    await new Promise((resolve) => setTimeout(resolve, 100));
    const pids = descendants();

    for (let sent = 0; sent < times; sent++) {
      if (sent > 0) await new Promise((resolve) => setTimeout(resolve, 600));
      child.kill(signal);
    }

    await ended;
    await waitUntil(() => !pids.some(isProcessAlive));
    expect([502, "cut off"]).toContain(await hanging);
    expect(left()).toEqual([expect.stringMatching(/^warmwatch-logs-/)]);
  });

  test("with a port in use says so in one line and ends", async () => {
    const other = createServer().listen(0, "127.0.0.1");
    await once(other, "listening");
    const { port } = other.address() as AddressInfo;

    const { output, ended, left } = npmStart("--port", String(port));

    expect([await ended, left()]).toEqual([1, []]);
    other.close();
    expect(output).toEqual({ stdout: "", stderr: `port ${port} is in use: choose another with --port\n` });
  });

  test.each([
    [["qa"], 2, 'environments: there is no "qa"; environments are: dev\n'],
    [
      ["--speed", "0"],
      2,
      "error: option '--speed <times>' argument '0' is invalid. It is not a number from 1 to 1000.\n",
    ],
    [
      ["--port", "1.5"],
      2,
      "error: option '--port <number>' argument '1.5' is invalid. It is not a whole number from 0 to 65535.\n",
    ],
  ])("%j is told to be wrong in one line", async (args, exitCode, message) => {
    const { output, ended } = npmStart(...args);

    expect([await ended, output]).toEqual([exitCode, { stdout: "", stderr: message }]);
  });
});
