import { describe, expect, test } from "@jest/globals";
import fc from "fast-check";
import { execFileSync } from "node:child_process";
import { mkdirSync, readFileSync, symlinkSync, writeFileSync } from "node:fs";
import { join } from "node:path";
import { loadEnvironments } from "../../environments/load";
import { readOutline } from "../../environments/outline";
import { readJson, readText } from "../../environments/text-file";
import { makeProject, findMistakes, makeTemporaryFolder, makeTfvars } from "../support/project";

const mistakesOf = (text: string | Uint8Array) => findMistakes({ "environments/dev.tfvars": text });

describe("a file is refused in one line where it is nested", () => {
  test.each([
    ["in maps", `a = ${"{ a = ".repeat(2000)}1${" }".repeat(2000)}\n`, 2000],
    ["in lists", `a = ${"[".repeat(800)}${"]".repeat(800)}\n`, 800],
    ["without an end", `a = ${"{ a = ".repeat(2000)}`, 2000],
    ["in parentheses", `a = ${"(".repeat(300)}1${")".repeat(300)}\n`, 300],
    ["in templates", `a = ${'"${'.repeat(200)}1${'}"'.repeat(200)}\n`, 400],
    ["in templates of one text", `a = "${"%{ if true }${".repeat(150)}`, 300],
    ["in heredocs", `a = ${"<<A\n${".repeat(150)}`, 300],
    ["by operators", `a = ${"!".repeat(20_000)}true\n`, 20_000],
    ["by a long sum", `a = 1${" + 1".repeat(20_000)}\n`, 20_000],
    ["by a chain of questions", `a = ${"true ? 1 : ".repeat(5000)}1\n`, 5000],
  ])("%s", async (_, text, levels) => {
    expect(await mistakesOf(text)).toEqual([
      `environments/dev.tfvars: expected at most 100 levels of nesting, got ${levels}`,
    ]);
  });
});

describe("a text's nesting", () => {
  test("is told whatever stands in texts, comments and here-documents", () => {
    const noise = fc.constantFrom(
      '"{{{ [[[ \\" ((( !!!"',
      '"$${ %%{ {{"',
      '<<EOT\n{{{ ((( "\n EOT\n',
      "-1",
      "/* {{{ */ 1",
      "1 # {{{ ------------",
      "1 // [[[ ////////",
    );
    fc.assert(
      fc.property(fc.array(noise, { maxLength: 5 }), fc.integer({ min: 3, max: 50 }), (values, depth) => {
        const lines = values.map((value, index) => `k${index} = ${value}\n`).join("");
        expect(readOutline(`${lines}a = ${"[".repeat(depth)}${"]".repeat(depth)}\n`).nesting).toBe(depth);
      }),
    );
  });

  test("adds the operators that lead to a place, and not those beside it", () => {
    expect(readOutline("a = [-1, -1, -1, -1]\nb = -1\nc = -1\n").nesting).toBe(2);
    expect(readOutline("a = !(!(!true))").nesting).toBe(5);
  });
});

test("a text's assignments are its keys, whatever stands in texts, comments and here-documents", () => {
  const value = fc.constantFrom<readonly [text: string, keys: number]>(
    ['"a = 1, b : 2"', 0],
    ['"\\" = $${ = } %%{ : }"', 0],
    ["<<EOT\na = 1\nb = { c : 2 }\n EOT", 0],
    ["1 # a = 1", 0],
    ["1 // a : 1", 0],
    ["/* a = { b = 1 } */ 1", 0],
    ['[1, "a = 1", { two : 2, "three" = 3 }]', 2],
  );
  fc.assert(
    fc.property(fc.array(value), (values) => {
      const lines = values.map(([text], index) => `k${index} = ${text}\n`).join("");
      const keys = values.reduce((sum, [, own]) => sum + 1 + own, 0);
      expect(readOutline(lines).assignments).toBe(keys);
      expect(readOutline(`map = {\n${lines}}\n`).assignments).toBe(keys + 1);
    }),
  );
});

describe("a file is refused in one line", () => {
  test("where it is larger than one with 500 functions can be", async () => {
    expect(await mistakesOf(`# ${"x".repeat(2_000_000)}\n`)).toEqual([
      "environments/dev.tfvars: expected at most 1.5 MB, got more",
    ]);
  });

  test("in UTF-16, which says how to save it", async () => {
    expect(await mistakesOf(Buffer.from(`\uFEFF${makeTfvars()}`, "utf16le"))).toEqual([
      "environments/dev.tfvars: expected UTF-8 text, got UTF-16: save it as UTF-8",
    ]);
  });

  test("where it is no file, or its links form a loop, and nobody waits for a pipe", async () => {
    const root = makeProject({ "environments/a.tfvars/x": "" });
    execFileSync("mkfifo", [join(root, "environments/b.tfvars")]);
    symlinkSync("c.tfvars", join(root, "environments/c.tfvars"));
    symlinkSync("/dev/zero", join(root, "environments/d.tfvars"));
    symlinkSync("nowhere", join(root, "environments/e.tfvars"));
    await expect(loadEnvironments(root)).rejects.toThrow(
      [
        "environments/a.tfvars: cannot be read: it is a folder",
        "environments/b.tfvars: cannot be read: it is not a file",
        "environments/c.tfvars: cannot be read: its links form a loop",
        "environments/d.tfvars: cannot be read: it is not a file",
        "environments/e.tfvars: cannot be read: no such file",
      ].join("\n"),
    );
  });

  test("where the folder is none", async () => {
    const root = makeTemporaryFolder();
    writeFileSync(join(root, "environments"), "");
    await expect(loadEnvironments(root)).rejects.toThrow("environments: cannot be read: part of the path is a file");
  });
});

test("a file of Windows, with a byte order mark and CRLF, is read as any other", async () => {
  expect(await mistakesOf(`\uFEFF${makeTfvars().replaceAll("\n", "\r\n")}`)).toEqual([]);
});

describe("a JSON file", () => {
  const file = (content: string | Uint8Array) => {
    const path = join(makeTemporaryFolder(), "file.json");
    writeFileSync(path, content);
    return path;
  };

  test.each([
    ["UTF-8", Buffer.from('{"a": "ä"}')],
    ["UTF-8 with a mark", Buffer.from('\uFEFF{"a": "ä"}')],
    ["UTF-16, as PowerShell writes it", Buffer.from('\uFEFF{"a": "ä"}\r\n', "utf16le")],
    ["UTF-16 in the other order", Buffer.from('\uFEFF{"a": "ä"}', "utf16le").swap16()],
  ])("is read in %s", async (_, bytes) => {
    expect(await readJson(file(bytes))).toEqual({ a: "ä" });
  });

  test.each([
    ["nothing", "", "expected JSON, got something else"],
    ["half of it", '{"a": ', "expected JSON, got something else"],
    ["bytes that are no text", new Uint8Array([0x7b, 0xff, 0x7d]), "expected text, got other bytes"],
    ["NUL", '{"a": "\0"}', "expected text, got other bytes"],
    ["100,000 levels", `${"[".repeat(100_000)}${"]".repeat(100_000)}`, "expected JSON of at most 200 levels, got more"],
  ])("is refused with %s", async (_, content, message) => {
    await expect(readJson(file(content))).rejects.toThrow(message);
  });

  test("is no deeper for what stands in its texts", async () => {
    const value = { text: '[{"\\'.repeat(500) };
    expect(await readJson(file(JSON.stringify(value)))).toEqual(value);
  });

  test("is not waited for where it is a pipe that nobody may write to, or a folder", async () => {
    const folder = makeTemporaryFolder();
    mkdirSync(join(folder, "a"));
    execFileSync("mkfifo", [join(folder, "pipe")]);
    await expect(readText(join(folder, "pipe"))).rejects.toThrow("cannot be read: it is not a file");
    await expect(readText(join(folder, "a"))).rejects.toThrow("cannot be read: it is a folder");
    expect(readFileSync("package.json", "utf8")).toBe(await readText("package.json"));
  });
});
