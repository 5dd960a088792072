import { afterEach, describe, expect, test } from "@jest/globals";
import { type ChildProcess, spawn, spawnSync } from "node:child_process";
import { once } from "node:events";
import { existsSync, mkdirSync, readdirSync, readFileSync, rmSync, statSync, utimesSync, writeFileSync } from "node:fs";
import { join, resolve } from "node:path";
import { makeTemporaryFolder } from "./support/project";

const started: ChildProcess[] = [];

afterEach(() => {
  started.splice(0).forEach((child) => child.kill("SIGKILL"));
});

/** A program, as its file's default export. */
function program(code: string): string {
  const file = join(makeTemporaryFolder(), "program.ts");
  writeFileSync(file, code);
  return file;
}

function run(code: string, ...args: readonly string[]) {
  const file = program(code);
  const { status, stdout, stderr } = spawnSync(process.execPath, ["run.js", file, ...args], { encoding: "utf8" });
  return { status, stdout, stderr: stderr.replaceAll(file, "program.ts") };
}

const CACHE = "node_modules/.cache/warmwatch";
const filesInCache = () =>
  existsSync(CACHE) ? readdirSync(CACHE, { withFileTypes: true }).filter((entry) => entry.isFile()) : [];

describe("a program that run.js runs", () => {
  test("gets the arguments, and finds the project's packages, imported at once or later", () => {
    const { status, stdout, stderr } = run(
      `import * as z from "zod";
      export default async function main() {
        const { distance } = await import("fastest-levenshtein");
        console.log(process.argv.slice(2).join(), z.string().parse("a"), distance("a", "ab"));
      }`,
      "one",
      "two",
    );
    expect({ status, stdout, stderr }).toEqual({ status: 0, stdout: "one,two a 1\n", stderr: "" });
  });

  test("ends with the exit code that it returns, or with the one that it sets", () => {
    expect(run("export default () => Promise.resolve(2)").status).toBe(2);
    expect(run("export default () => { process.exitCode = 3; }").status).toBe(3);
    expect(run("export default () => undefined").status).toBe(0);
  });

  test("fails in one line when nothing is left that could finish its work", () => {
    const { status, stdout, stderr } = run("export default () => new Promise(() => {})");
    expect({ status, stdout, stderr }).toEqual({
      status: 1,
      stdout: "",
      stderr: "program.ts: ended before its work was done\n",
    });
  });

  test("may end before its work is done where it says so", () => {
    const code = "export default () => new Promise(() => { setTimeout(() => process.exit(0), 10); })";
    expect(run(code)).toEqual({ status: 0, stdout: "", stderr: "" });
  });

  test("fails with what it throws, and where it does not compile", () => {
    const thrown = run("export default () => { throw new Error('no luck'); }");
    expect(thrown.status).toBe(1);
    expect(thrown.stderr).toContain("no luck");
    expect(run("export default (").status).toBe(1);
    expect(run("export const main = 1;").stderr).toContain("has no function as its default export");
  });

  test.each([
    ["SIGINT", 130],
    ["SIGTERM", 143],
    ["SIGHUP", 129],
  ] as const)("tidies up before %s ends it, and leaves no file of its own", async (signal, exitCode) => {
    const file = program(`export default () => new Promise(() => {
      process.on("exit", () => console.log("tidied up"));
      console.log("ready");
      setInterval(() => undefined, 1000);
    })`);
    const before = filesInCache();
    const child = spawn(process.execPath, ["run.js", file], { stdio: ["ignore", "pipe", "inherit"] });
    started.push(child);
    let stdout = "";
    child.stdout.setEncoding("utf8").on("data", (text: string) => {
      stdout += text;
      if (text.includes("ready")) child.kill(signal);
    });
    const [status] = (await once(child, "close")) as [number | null];
    expect({ status, stdout }).toEqual({ status: exitCode, stdout: "ready\ntidied up\n" });
    expect(filesInCache()).toEqual(before);
  });

  test("is bundled again when a file of it has changed, or one lies closer, and else is not", () => {
    const folder = makeTemporaryFolder();
    const file = join(folder, "program.ts");
    const imported = join(folder, "text/index.ts");
    mkdirSync(join(folder, "text"));
    const runAgain = () => {
      // What has just been written may still change while it is read, and is not kept.
      for (const name of readdirSync(folder, { recursive: true, encoding: "utf8" })) {
        const written = join(folder, name);
        if (statSync(written).mtimeMs !== 0) utimesSync(written, 0, 0);
      }
      return spawnSync(process.execPath, ["run.js", file], { encoding: "utf8" }).stdout;
    };
    const kept = join(CACHE, "programs", `${file.replaceAll(/[^\w.-]+/g, "-")}.js`);
    writeFileSync(file, 'import { text } from "./text";\nexport default () => console.log(text);');
    writeFileSync(imported, 'export const text = "first";');

    try {
      expect(runAgain()).toBe("first\n");
      writeFileSync(kept, readFileSync(kept, "utf8").replace('"first"', '"kept"'));
      expect(runAgain()).toBe("kept\n");
      writeFileSync(imported, 'export const text = "second";');
      expect(runAgain()).toBe("second\n");
      writeFileSync(join(folder, "text.ts"), 'export const text = "closer";');
      expect(runAgain()).toBe("closer\n");
    } finally {
      rmSync(kept, { force: true });
    }
  });

  test("is each one that package.json starts", () => {
    const { scripts } = JSON.parse(readFileSync("package.json", "utf8")) as { scripts: Record<string, string> };
    const entries = Object.values(scripts).flatMap((script) => /run\.js (\S+\.ts)/.exec(script)?.[1] ?? []);
    expect(entries.length).toBeGreaterThan(8);
    for (const entry of entries)
      expect(readFileSync(resolve(entry), "utf8")).toMatch(/^export default (async )?function main\(/m);
  });
});
