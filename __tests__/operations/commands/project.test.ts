import { describe, expect, test } from "@jest/globals";
import { existsSync, mkdirSync, readFileSync, rmSync, writeFileSync } from "node:fs";
import { join } from "node:path";
import * as z from "zod";
import { formatLockFile } from "../../../environments/provider-lock";
import { readOwnManifest } from "../../../stacks/own-file";
import { runCommand } from "../../support/command";
import { makeTemporaryFolder, makeTfvars, readFiles } from "../../support/project";

/** A new project in a folder named `Shop & Co`. */
async function init() {
  const parent = makeTemporaryFolder();
  const run = await runCommand(["init", "Shop & Co"], { root: parent });
  return {
    ...run,
    root: join(parent, "Shop & Co"),
    read: (path: string) => readFileSync(join(parent, "Shop & Co", path), "utf8"),
  };
}

describe("init", () => {
  test("writes a project with a name that npm takes and nothing left to fill in", async () => {
    const { exitCode, root, read } = await init();

    const { name, scripts, dependencies } = z
      .object({
        name: z.string(),
        scripts: z.record(z.string(), z.string()),
        dependencies: z.record(z.string(), z.string()),
      })
      .parse(JSON.parse(read("package.json")));
    expect({ exitCode, name, dependencies }).toEqual({
      exitCode: 0,
      name: "shop-co",
      dependencies: { warmwatch: `^${readOwnManifest().version}` },
    });
    // The workflows and the messages of commands use these.
    expect(Object.keys(scripts)).toEqual(expect.arrayContaining(["synth", "start", "ops", "load", "check", "test"]));
    const unfilled = Object.entries(readFiles(root)).filter(([, text]) => /(?<!\$)\{\{[@\w/-]+\}\}/.test(text));
    expect(unfilled.map(([path]) => path)).toEqual([]);
    expect(read("environments/prod.tfvars")).toContain('"shop-co-prod"');
  });

  test("overwrites nothing, and then writes nothing", async () => {
    const root = makeTemporaryFolder();
    mkdirSync(join(root, "functions/api"), { recursive: true });
    writeFileSync(join(root, "functions/api/handler.ts"), "mine");

    const { exitCode, stderr, files } = await runCommand(["init", "."], { root });

    expect({ exitCode, stderr, files }).toEqual({
      exitCode: 2,
      stderr: ["functions/api/handler.ts: exists already"],
      files: { "functions/api/handler.ts": "mine" },
    });
  });
});

test("every link in a new project leads to a file of it or of the package", async () => {
  const { root } = await init();

  const links = Object.entries(readFiles(root))
    .filter(([path]) => path.endsWith(".md"))
    .flatMap(([path, text]) =>
      [...text.matchAll(/\]\((?!https?:)([^)#]+)/g)].map(([, link = ""]) => join(path, "..", link)),
    );

  expect(links.length).toBeGreaterThan(5);
  const isThere = (path: string) =>
    existsSync(join(root, path)) || existsSync(path.replace("node_modules/warmwatch/", ""));
  expect(links.filter((path) => !isThere(path))).toEqual([]);
});

describe("update", () => {
  /** A project that an older version has written: there, these files were different. */
  async function initOlder(older: Readonly<Record<string, (text: string) => string>>) {
    const { root, read } = await init();
    const record = JSON.parse(read(".warmwatch.json")) as { version: string; files: Record<string, string> };
    for (const [path, change] of Object.entries(older)) {
      record.files[path] = change(record.files[path] ?? "");
      writeFileSync(join(root, path), record.files[path]);
    }
    writeFileSync(join(root, ".warmwatch.json"), JSON.stringify({ ...record, version: "0.0.9" }));
    return { root, read };
  }

  test("of a project that is up to date changes nothing", async () => {
    const { root } = await init();
    const before = readFiles(root);

    const { exitCode, stdout } = await runCommand(["update"], { root });

    expect({ exitCode, stdout, files: readFiles(root) }).toEqual({
      exitCode: 0,
      stdout: [
        `${readOwnManifest().version} -> ${readOwnManifest().version}`,
        "Resources: not compared, because no version is installed here",
        "Next: npm install && npm run check",
      ],
      files: before,
    });
  });

  test("takes over what is new, with the project's changes, and shows it", async () => {
    const { root, read } = await initOlder({
      ".github/workflows/plan.yml": (text) => text.replace("terraform_version: 1.11.4", "terraform_version: 1.10.0"),
      "package.json": (text) => text.replace(/"warmwatch": ".*"/, '"warmwatch": "^0.0.9"'),
    });
    const edit = (path: string, from: string, to: string) => {
      writeFileSync(join(root, path), read(path).replace(from, to));
    };
    edit(".github/workflows/plan.yml", "name: Plan\n", "name: Our plan\n");
    edit("package.json", '"private": true,', '"private": true,\n  "license": "MIT",');
    edit("environments/dev.tfvars", "256", "512");
    rmSync(join(root, "renovate.json"));

    const { exitCode, stdout } = await runCommand(["update"], { root });

    expect(exitCode).toBe(0);
    expect(read(".github/workflows/plan.yml")).toMatch(/name: Our plan\n[^]*terraform_version: 1\.11\.4/);
    expect(read("package.json")).toContain('"license": "MIT"');
    expect(read("package.json")).toContain(`"warmwatch": "^${readOwnManifest().version}"`);
    expect(read("environments/dev.tfvars")).toContain("512");
    expect(existsSync(join(root, "renovate.json"))).toBe(false);
    expect(stdout).toEqual(
      expect.arrayContaining([
        `0.0.9 -> ${readOwnManifest().version}`,
        ".github/workflows/plan.yml: updated, with your changes",
        "  -          terraform_version: 1.10.0",
        "  +          terraform_version: 1.11.4",
      ]),
    );
    expect((await runCommand(["update"], { root })).stdout).toHaveLength(3);
  });

  test("keeps a file that both have changed in the same place, names it, and fails", async () => {
    const change = (version: string) => (text: string) =>
      text.replace("terraform_version: 1.11.4", `terraform_version: ${version}`);
    const { root, read } = await initOlder({ ".github/workflows/plan.yml": change("1.10.0") });
    writeFileSync(
      join(root, ".github/workflows/plan.yml"),
      read(".github/workflows/plan.yml").replace("1.10.0", "1.9.8"),
    );

    const { exitCode, stdout, stderr } = await runCommand(["update"], { root });

    expect({ exitCode, stderr }).toEqual({
      exitCode: 1,
      stderr: ["Change by hand, as shown above: .github/workflows/plan.yml"],
    });
    expect(read(".github/workflows/plan.yml")).toContain("1.9.8");
    expect(stdout).toContain("  +          terraform_version: 1.11.4");
  });

  test.each([
    ["no record", undefined, ".warmwatch.json: expected it in the project's folder, where init writes it, found none"],
    ["a broken one", "{}", ".warmwatch.json: expected it as init or update wrote it: restore it from version control"],
  ])("of a project with %s is refused", async (_, text, message) => {
    const { exitCode, stderr } = await runCommand(["update"], {
      files: text === undefined ? {} : { ".warmwatch.json": text },
    });

    expect({ exitCode, stderr }).toEqual({ exitCode: 2, stderr: [message] });
  });
});

describe("lock", () => {
  const lockOf = (version: string) => `provider "registry.terraform.io/hashicorp/aws" {\n  version = "${version}"\n}\n`;
  const files = {
    "environments/dev.tfvars": makeTfvars(),
    "environments/prod.tfvars": makeTfvars(),
    "environments/qa.tfvars": makeTfvars(),
    [formatLockFile("dev")]: lockOf("6.3.0"),
    [formatLockFile("prod")]: lockOf("5.100.0"),
  };

  test("gives an environment without a lock file the newest that there is", async () => {
    const run = await runCommand(["lock"], { files });

    expect({ exitCode: run.exitCode, stdout: run.stdout }).toEqual({
      exitCode: 0,
      stdout: ["providers/qa/versions.tf", formatLockFile("qa")],
    });
    expect(run.files[formatLockFile("qa")]).toBe(lockOf("6.3.0"));
    expect(run.files[formatLockFile("prod")]).toBe(lockOf("5.100.0"));
    expect(run.files["providers/qa/versions.tf"]).toContain('source  = "hashicorp/aws"');
  });

  test("--check names the environments without one, and writes nothing", async () => {
    const { exitCode, stderr, files: after } = await runCommand(["lock", "--check"], { files });

    expect({ exitCode, stderr, written: Object.keys(after).filter((path) => path.includes("/qa/")) }).toEqual({
      exitCode: 1,
      stderr: [`${formatLockFile("qa")}: expected a file, found none: npm run lock`],
      written: [],
    });
  });
});
