import { describe, expect, test } from "@jest/globals";
import { spawnSync } from "node:child_process";

/** Runs the program as `npm run ops --` does. */
function run(...args: readonly string[]) {
  return spawnSync(process.execPath, ["run.js", "operations/main.ts", ...args], { encoding: "utf8" });
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
    expect(stderr).toBe('environments: there is no "qa"; environments are: dev, prod, staging\n');
  });

  test("ends without a word when nobody reads its output any more", () => {
    const command = `${process.execPath} run.js operations/main.ts cost | true; exit \${PIPESTATUS[0]}`;
    const { status, stderr } = spawnSync("bash", ["-c", command], { encoding: "utf8" });
    expect({ status, stderr }).toEqual({ status: 0, stderr: "" });
  });
});
