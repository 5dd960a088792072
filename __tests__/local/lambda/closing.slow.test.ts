import { expect, test } from "@jest/globals";
import { spawn } from "node:child_process";
import { once } from "node:events";
import { ProcessGuard } from "../../../local/lambda/process-guard";
import { HAS_PROC, isProcessAlive, startFunction, waitUntil } from "./support";

/** Starts a process as browsers do: in a session of its own; and one more whose parent ends at once. */
const DETACHED = `
  import { spawn } from "node:child_process";
  export const handler = async ({ crash }) => {
    const child = spawn("sleep", ["1000"], { stdio: "ignore", detached: true });
    console.log("child " + child.pid);
    const orphan = spawn("/bin/sh", ["-c", "sleep 1000 & echo child $!"], { detached: true, stdio: ["ignore", "inherit", "ignore"] });
    await new Promise((resolve) => orphan.on("exit", resolve));
    if (crash) process.exit(1);
  };`;

(HAS_PROC ? test : test.skip).each([
  ["is closed", {}],
  ["has crashed", { crash: true }],
])("when an environment %s, processes in sessions of their own end too, and orphans", async (_, event) => {
  const started = await startFunction(DETACHED);
  await started.invoke(event);
  const children = () => started.lines.flatMap((line) => /child (\d+)/.exec(line)?.[1] ?? []).map(Number);
  await waitUntil(() => children().length === 2);

  await started.lambda.close();

  await waitUntil(() => !children().some(isProcessAlive));
});

test("closing leaves no process, of those in use, those idle and those that a function has started", async () => {
  const started = await startFunction(`
    import { spawn } from "node:child_process";
    export const handler = async ({ hang }) => {
      const child = spawn("sleep", ["1000"], { stdio: "ignore" });
      console.log("child " + child.pid);
      if (hang) await new Promise((resolve) => setTimeout(resolve, 20000));
    };`);
  await started.invoke();
  const running = Promise.all([started.invoke({ hang: true }), started.invoke({ hang: true })]);
  const children = () => started.lines.flatMap((line) => /"child (\d+)"/.exec(line)?.[1] ?? []).map(Number);
  await waitUntil(() => children().length === 3);
  const pids = [...started.pids, ...children()];
  const aliveBefore = pids.filter(isProcessAlive);

  await started.lambda.close();

  expect(aliveBefore).toHaveLength(5);
  // A child's child is buried by whoever adopts it, which may take a moment.
  await waitUntil(() => !pids.some(isProcessAlive));
  const results = await running;
  expect(results.map(({ functionError }) => functionError)).toEqual(["Unhandled", "Unhandled"]);
  await expect(started.invoke()).rejects.toMatchObject({ type: "ServiceException" });
});

test("closing during a start leaves no process", async () => {
  const started = await startFunction("export const handler = async () => 7;");
  const running = started.invoke();

  await started.lambda.close();

  expect((await running).functionError).toBe("Unhandled");
  expect(started.pids.filter(isProcessAlive)).toEqual([]);
  expect(started.recordsOf("platform.initStart")).toHaveLength(1);
});

test("closing ends nothing else", async () => {
  const other = spawn("sleep", ["1000"], { stdio: "ignore", detached: true });
  const started = await startFunction("export const handler = async () => 7;");
  await started.invoke();

  await started.lambda.close();

  const wasAlive = isProcessAlive(other.pid ?? 0);
  other.kill("SIGKILL");
  expect(wasAlive).toBe(true);
});

test("the guard ends the groups that are left when its owner is gone, and only those", async () => {
  const guard = new ProcessGuard();
  const [left, dropped, alsoLeft] = [1, 2, 3].map(() => spawn("sleep", ["1000"], { stdio: "ignore", detached: true }));
  if (!left?.pid || !dropped?.pid || !alsoLeft?.pid) throw new Error("not started");
  const exits = [once(left, "exit"), once(alsoLeft, "exit")];
  [left.pid, dropped.pid, alsoLeft.pid].forEach((pid) => {
    guard.add(pid, String(pid));
  });
  guard.drop(dropped.pid, String(dropped.pid));

  await guard.close();

  await Promise.all(exits);
  const wasAlive = isProcessAlive(dropped.pid);
  dropped.kill("SIGKILL");
  expect(wasAlive).toBe(true);
});

(HAS_PROC ? test : test.skip)("the guard also ends what has left its group, by the log stream", async () => {
  const guard = new ProcessGuard();
  const stream = `2026/01/01/[1]${"0".repeat(24)}${process.pid}`;
  const env = { ...process.env, AWS_LAMBDA_LOG_STREAM_NAME: stream };
  const group = spawn("sleep", ["1000"], { stdio: "ignore", detached: true });
  const stray = spawn("sleep", ["1000"], { stdio: "ignore", detached: true, env });
  if (!group.pid) throw new Error("not started");
  const exits = [once(group, "exit"), once(stray, "exit")];
  guard.add(group.pid, stream);

  await guard.close();

  await Promise.all(exits);
});
