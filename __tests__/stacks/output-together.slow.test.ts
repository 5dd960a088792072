import { afterEach, expect, test } from "@jest/globals";
import { type ChildProcessByStdio, spawn } from "node:child_process";
import { once } from "node:events";
import { mkdirSync, readdirSync, readFileSync, writeFileSync } from "node:fs";
import { join, resolve } from "node:path";
import { type Readable } from "node:stream";
import { readFiles, makeTemporaryFolder } from "../support/project";

const started: ChildProcessByStdio<null, Readable, null>[] = [];

afterEach(() => {
  started.splice(0).forEach((child) => child.kill("SIGKILL"));
});

/** Renews an output folder again and again, as a program of its own: every file says who wrote it. */
const RENEW = `
import { mkdirSync, writeFileSync } from "node:fs";
import { join } from "node:path";
import { renewOutput } from ${JSON.stringify(resolve("stacks/output-folder"))};

export default async function main() {
  const [outdir = "", who = "", times = ""] = process.argv.slice(2);
  for (let time = 0; time < Number(times); time++) {
    await renewOutput(outdir, async (folder) => {
      const assets = join(folder, "stacks/dev/assets/api");
      mkdirSync(assets, { recursive: true });
      for (let file = 0; file < 20; file++) writeFileSync(join(assets, String(file)), who);
      writeFileSync(join(folder, "stacks/dev/cdk.tf.json"), who);
      writeFileSync(join(folder, "manifest.json"), who);
      console.log("written");
      if (times === "1") await new Promise((resolve) => setTimeout(resolve, 60_000));
    });
  }
}
`;

function renewing(folder: string, who: string, times: number) {
  const script = join(folder, "renew.ts");
  writeFileSync(script, RENEW);
  const args = ["run.js", script, join(folder, "out"), who, String(times)];
  const child = spawn(process.execPath, args, { stdio: ["ignore", "pipe", "inherit"] });
  started.push(child);
  return child;
}

const ended = async (child: (typeof started)[number]) => ((await once(child, "exit")) as [number | null])[0];

test("of several that renew an output folder at the same time, none fails, and the last one's is whole", async () => {
  const folder = makeTemporaryFolder();
  const children = ["a", "b", "c", "d"].map((who) => renewing(folder, who, 40));
  for (const child of children) child.stdout.resume();
  expect(await Promise.all(children.map(ended))).toEqual([0, 0, 0, 0]);

  const files = readFiles(join(folder, "out"));
  expect(Object.keys(files)).toHaveLength(22);
  expect(new Set(Object.values(files)).size).toBe(1);
  expect(readdirSync(folder).sort()).toEqual(["out", "renew.ts"]);
});

test.each(["SIGINT", "SIGTERM", "SIGHUP"] as const)("nothing is left beside it by one that %s ends", async (signal) => {
  const folder = makeTemporaryFolder();
  const child = renewing(folder, "a", 1);
  await once(child.stdout, "data");
  child.kill(signal);
  expect(await ended(child)).toBeGreaterThan(128);
  expect(readdirSync(folder)).toEqual(["renew.ts"]);
});

test("what one left that was killed is removed by the next, and its lock does not stop it", async () => {
  const folder = makeTemporaryFolder();
  const killed = renewing(folder, "a", 1);
  await once(killed.stdout, "data");
  killed.kill("SIGKILL");
  await ended(killed);
  expect(readdirSync(folder)).toHaveLength(2);
  mkdirSync(join(folder, "out"));
  writeFileSync(join(folder, "out/.lock"), String(killed.pid));

  const next = renewing(folder, "b", 2);
  next.stdout.resume();
  expect(await ended(next)).toBe(0);
  expect(readdirSync(folder).sort()).toEqual(["out", "renew.ts"]);
  expect(readFileSync(join(folder, "out/manifest.json"), "utf8")).toBe("b");
});
