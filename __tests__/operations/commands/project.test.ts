import { afterAll, beforeAll, describe, expect, test } from "@jest/globals";
import {
  chmodSync,
  existsSync,
  lstatSync,
  mkdirSync,
  readFileSync,
  renameSync,
  rmSync,
  statSync,
  symlinkSync,
  writeFileSync,
} from "node:fs";
import { join } from "node:path";
import * as z from "zod";
import { RENAMED_KEYS } from "../../../environments/renamed-keys";
import { formatLockFile } from "../../../environments/provider-lock";
import { readOwnManifest } from "../../../stacks/own-file";
import { runCommand } from "../../support/command";
import { makeTemporaryFolder, makeTfvars, readFiles } from "../../support/project";

/** A new project in a folder named `Shop & Co.`. */
async function init() {
  const parent = makeTemporaryFolder();
  const run = await runCommand(["init", "Shop & Co."], { root: parent });
  return {
    ...run,
    root: join(parent, "Shop & Co."),
    read: (path: string) => readFileSync(join(parent, "Shop & Co.", path), "utf8"),
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

  test("decides about the install scripts of its packages as this repository does, so that npm does not ask", async () => {
    const readScripts = (text: string) =>
      z.object({ allowScripts: z.record(z.string(), z.boolean()) }).parse(JSON.parse(text)).allowScripts;

    const { read } = await init();

    const scripts = readScripts(read("package.json"));
    expect(Object.keys(scripts)).toEqual(["esbuild", "@cdktf/node-pty-prebuilt-multiarch"]);
    expect(readScripts(readFileSync("package.json", "utf8"))).toMatchObject(scripts);
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
    const edit = (path: string, from: string, to: string) => {
      writeFileSync(join(root, path), read(path).replace(from, to));
    };
    return { root, read, edit };
  }

  /** A file and a change to it in the new version. */
  const PLAN = ".github/workflows/plan.yml";
  const olderPlan = {
    [PLAN]: (text: string) =>
      text
        .replace("terraform_version: 1.11.4", "terraform_version: 1.10.0")
        .replace("name: Plan\n", "name: Old plan\n"),
  };

  test("of a project that is up to date changes nothing", async () => {
    const { root } = await init();
    const before = readFiles(root);

    const { exitCode, stdout } = await runCommand(["update"], { root });

    expect({ exitCode, stdout, files: readFiles(root) }).toEqual({
      exitCode: 0,
      stdout: [
        `${readOwnManifest().version} -> ${readOwnManifest().version}`,
        "Resources: not compared: no version is installed here",
        "Next: npm install && npm run check",
      ],
      files: before,
    });
  });

  test("takes over what is new, with the project's changes, and shows it", async () => {
    const { root, read, edit } = await initOlder({
      ".github/workflows/plan.yml": (text) => text.replace("terraform_version: 1.11.4", "terraform_version: 1.10.0"),
      "package.json": (text) => text.replace(/"warmwatch": ".*"/, '"warmwatch": "^0.0.9"'),
    });
    edit(".github/workflows/plan.yml", "name: Plan\n", "name: Our plan\n");
    edit("package.json", '"private": true,', '"private": true,\n  "license": "MIT",');
    edit("package.json", '"warmwatch": "', '"axios": "^1.0.0",\n    "warmwatch": "');
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
    const again = await runCommand(["update"], { root });
    expect(again.stdout).toHaveLength(3);
    expect(again.stdout[0]).toBe(`${readOwnManifest().version} -> ${readOwnManifest().version}`);
  });

  test("keeps the lines that both have changed, takes the others, and fails until that is solved", async () => {
    const { root, read, edit } = await initOlder(olderPlan);
    edit(PLAN, "1.10.0", "1.9.8");

    const first = await runCommand(["update"], { root });
    const second = await runCommand(["update"], { root });
    edit(PLAN, "1.9.8", "1.11.4");
    const solved = await runCommand(["update"], { root });

    for (const { exitCode, stdout, stderr } of [first, second]) {
      expect({ exitCode, stderr }).toEqual({ exitCode: 1, stderr: [`Change by hand, as shown above: ${PLAN}`] });
      expect(stdout).toContain(`${PLAN}: your lines stay: this change does not fit`);
      expect(stdout).toContain("  +          terraform_version: 1.11.4");
    }
    expect(first.stdout).toContain("  +name: Plan");
    expect(read(PLAN)).toMatch(/^name: Plan$/m);
    expect({ exitCode: solved.exitCode, lines: solved.stdout.length }).toEqual({ exitCode: 0, lines: 3 });
  });

  test("updates a project that no version can synthesize, and says why resources are not compared", async () => {
    const { root, read } = await initOlder(olderPlan);
    const install = join(root, "node_modules/warmwatch");
    mkdirSync(install, { recursive: true });
    writeFileSync(join(install, "bin.js"), 'throw new TypeError("no such module");');
    writeFileSync(
      join(root, "main.ts"),
      'export default () => { console.error("environments/dev.tfvars: memory: unknown\\nmore"); return 2; };',
    );

    const { exitCode, stdout } = await runCommand(["update"], { root });

    expect(exitCode).toBe(1);
    expect(read(PLAN)).toContain("terraform_version: 1.11.4");
    expect(stdout.filter((line) => line.startsWith("Resources: "))).toEqual([
      "Resources: not compared: the installed version cannot synthesize the project: TypeError: no such module",
      "Resources: not compared: the new version cannot synthesize the project: environments/dev.tfvars: memory: unknown",
    ]);
  });

  test("succeeds if only the version that is still installed cannot synthesize the project", async () => {
    const { root } = await initOlder(olderPlan);
    const install = join(root, "node_modules/warmwatch");
    mkdirSync(install, { recursive: true });
    writeFileSync(join(install, "bin.js"), 'throw new TypeError("no such module");');
    writeFileSync(
      join(root, "main.ts"),
      `import { mkdirSync } from "node:fs";
export default () => { mkdirSync(process.env.CDKTF_OUTDIR + "/stacks", { recursive: true }); return 0; };`,
    );

    const { exitCode, stdout } = await runCommand(["update"], { root });

    expect(exitCode).toBe(0);
    expect(stdout).toContain(
      "Resources: not compared: the installed version cannot synthesize the project: TypeError: no such module",
    );
  });

  describe("of a project with old names of keys", () => {
    const FILE = "environments/dev.tfvars";

    beforeAll(() => {
      Object.assign(RENAMED_KEYS, {
        "functions.<name>.size": "memory_mb",
        "functions.<name>.mode": "http.invoke_mode",
      });
    });

    afterAll(() => {
      for (const key of Object.keys(RENAMED_KEYS)) Reflect.deleteProperty(RENAMED_KEYS, key);
    });

    test("writes the new ones, shows it, and compares what the new version makes of them", async () => {
      const { root, read } = await init();
      const text = read(FILE).replace(/memory_mb\s*= 256/, "size = 256 # small");
      writeFileSync(join(root, FILE), text);
      const install = join(root, "node_modules/warmwatch");
      mkdirSync(install, { recursive: true });
      writeFileSync(join(install, "bin.js"), "throw new TypeError('old');");
      writeFileSync(
        join(root, "main.ts"),
        `import { readFileSync } from "node:fs";
export default () => { console.error(/(size|memory_mb) = 256/.exec(readFileSync("${FILE}", "utf8"))[0]); return 2; };`,
      );

      const { exitCode, stdout } = await runCommand(["update"], { root });

      expect(exitCode).toBe(1);
      expect(text).toContain("size = 256 # small");
      expect(read(FILE)).toBe(text.replace("size", "memory_mb"));
      const said = stdout.join("\n");
      expect(said).toMatch(/^environments\/dev\.tfvars: updated\n/m);
      expect(said).toMatch(/\n {2}- +size = 256 # small\n {2}\+ +memory_mb = 256 # small\n/);
      expect(said).toContain("the new version cannot synthesize the project: memory_mb = 256");
    });

    test("leaves what is there already or cannot be moved, says so, and fails", async () => {
      const { root, read } = await init();
      const both = read(FILE).replace(/memory_mb/, "size = 512\n    memory_mb");
      const heredoc = makeTfvars({ functions: "api = {\n  mode = <<END\nbuffered\nEND\n}" });
      writeFileSync(join(root, FILE), both);
      writeFileSync(join(root, "environments/qa.tfvars"), heredoc);

      const { exitCode, stdout, stderr } = await runCommand(["update"], { root });

      expect({ exitCode, stderr }).toEqual({
        exitCode: 1,
        stderr: [`Change by hand, as shown above: ${FILE}, environments/qa.tfvars`],
      });
      expect([read(FILE), read("environments/qa.tfvars")]).toEqual([both, heredoc]);
      expect(stdout).toContain("  functions.api.size: its new name is memory_mb, and memory_mb is there already");
      expect(stdout).toContain("  +  http = { invoke_mode = <<END");
    });
  });

  test.each([
    [
      "a folder",
      (file: string) => {
        rmSync(file);
        mkdirSync(file);
      },
      "cannot be read: it is a folder",
    ],
    [
      "no text",
      (file: string) => {
        writeFileSync(file, Uint8Array.of(0xc3, 0x28));
      },
      "expected text, got other bytes",
    ],
    [
      "read-only",
      (file: string) => {
        chmodSync(file, 0o444);
      },
      "cannot be written: it is read-only",
    ],
  ])("writes nothing if a file is %s", async (_, spoil, message) => {
    const { root } = await initOlder({
      ...olderPlan,
      ".github/workflows/checks.yml": (text) => text.replace("name: ", "name: Old "),
    });
    spoil(join(root, PLAN));
    const before = readFiles(root);

    const { exitCode, stderr } = await runCommand(["update"], { root });

    expect({ exitCode, stderr }).toEqual({ exitCode: 2, stderr: [`${PLAN}: ${message}`] });
    expect(readFiles(root)).toEqual(before);
  });

  test("writes nothing if the place of a new file is taken, and names that file", async () => {
    const { root } = await init();
    const record = z
      .looseObject({ files: z.record(z.string(), z.string()) })
      .parse(JSON.parse(readFiles(root)[".warmwatch.json"] ?? ""));
    const runbooks = Object.keys(record.files).filter((path) => path.startsWith("docs/runbooks/"));
    const files = Object.fromEntries(Object.entries(record.files).filter(([path]) => !runbooks.includes(path)));
    writeFileSync(join(root, ".warmwatch.json"), JSON.stringify({ ...record, files }));
    rmSync(join(root, "docs"), { recursive: true });
    writeFileSync(join(root, "docs"), "mine");

    const { exitCode, stderr } = await runCommand(["update"], { root });

    expect({ exitCode, stderr }).toEqual({
      exitCode: 2,
      stderr: [runbooks.map((path) => `${path}: cannot be written: part of the path is a file`).join("\n")],
    });
  });

  test("writes through a link, and keeps a file's mode", async () => {
    const { root, read } = await initOlder(olderPlan);
    const elsewhere = join(root, "shared.yml");
    renameSync(join(root, PLAN), elsewhere);
    chmodSync(elsewhere, 0o640);
    symlinkSync(elsewhere, join(root, PLAN));

    const { exitCode } = await runCommand(["update"], { root });

    expect(exitCode).toBe(0);
    expect(lstatSync(join(root, PLAN)).isSymbolicLink()).toBe(true);
    expect(statSync(elsewhere).mode & 0o777).toBe(0o640);
    expect(read("shared.yml")).toContain("terraform_version: 1.11.4");
  });

  test("by an older version than the last update's is refused", async () => {
    const { root, read } = await init();
    writeFileSync(
      join(root, ".warmwatch.json"),
      read(".warmwatch.json").replace(/"version": ".*"/, '"version": "99.10.0"'),
    );
    const before = readFiles(root);

    const { exitCode, stderr } = await runCommand(["update"], { root });

    const got = readOwnManifest().version;
    expect({ exitCode, stderr }).toEqual({
      exitCode: 2,
      stderr: [
        `.warmwatch.json: expected version 99.10.0, by which it was updated, or a later one, got ${got}: npx warmwatch@latest update`,
      ],
    });
    expect(readFiles(root)).toEqual(before);
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
      stderr: [`${formatLockFile("qa")}: expected a file, found none: npm run ops -- lock`],
      written: [],
    });
  });
});
