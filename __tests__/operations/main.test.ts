import { describe, expect, test } from "@jest/globals";
import { spawnSync } from "node:child_process";
import { readdirSync, readFileSync, writeFileSync } from "node:fs";
import { join, resolve } from "node:path";
import { makeProject, makeTfvars } from "../support/project";

const cwd = makeProject({ "environments/dev.tfvars": makeTfvars(), "environments/prod.tfvars": makeTfvars() });
const PROGRAM = [resolve("run.js"), "operations/main.ts"];

/** Runs the program as `npm run ops --` does, in a project. */
function run(...args: readonly string[]) {
  return spawnSync(process.execPath, [...PROGRAM, ...args], { cwd, encoding: "utf8" });
}

describe("npm run ops", () => {
  test("--help names the commands and shows examples as they are typed", () => {
    const { status, stdout, stderr } = run("--help");
    expect({ status, stderr }).toEqual({ status: 0, stderr: "" });
    expect(stdout).toMatch(/^Usage: npm run ops -- \[options\] \[command\]\n/);
    expect(stdout).toMatch(/^ {2}warm .*<environment> \[function\.\.\.\]/m);
    expect(stdout).toMatch(/^ {2}\$ npm run ops -- warm prod /m);
  });

  test("an environment that does not exist is told in one line, with those that do, and exits 2", () => {
    const { status, stdout, stderr } = run("warm", "qa");
    expect({ status, stdout }).toEqual({ status: 2, stdout: "" });
    expect(stderr).toBe('environments: there is no "qa"; environments are: dev, prod\n');
  });

  test.each([
    ["cost | true", 0, ""],
    // It fails here: what it says is not what it exits with.
    ["doctor dev | true", 1, ""],
    ["cost > /dev/full", 1, "standard output cannot be written: the disk is full\n"],
    ["warm qa 2> /dev/full", 2, ""],
  ])("where output cannot be written, the exit code is still right: %s", (typed, expected, told) => {
    const { status, stderr } = runInShell(typed);
    expect({ status, stderr }).toEqual({ status: expected, stderr: told });
  });

  test("a full disk is told in one line by any command", () => {
    const { status, stderr } = runInShell("dashboard dev --sample", "ulimit -f 4");
    expect({ status, stderr }).toEqual({ status: 1, stderr: "EFBIG: file too large, write\n" });
  });

  test("a file is written as a whole or not at all", () => {
    const page = join(cwd, "page.html");
    writeFileSync(page, "the page before");

    // As where no space is left, after 300 kB.
    const { status, stderr } = runInShell("dashboard dev --sample --output page.html", "ulimit -f 300");

    expect(status).toBe(2);
    expect(stderr).toMatch(/^\S+page\.html: cannot be written: .+\n$/);
    expect(readFileSync(page, "utf8")).toBe("the page before");
    expect(readdirSync(cwd).filter((name) => name.startsWith("page"))).toEqual(["page.html"]);
  });
});

/** Runs the program in a shell, with the exit code of the program. */
function runInShell(typed: string, before = ":") {
  const program = [process.execPath, ...PROGRAM].map((part) => `"${part}"`).join(" ");
  return spawnSync("bash", ["-c", `${before}; ${program} ${typed}; exit \${PIPESTATUS[0]}`], { cwd, encoding: "utf8" });
}
