import { describe, expect, test } from "@jest/globals";
import { unzipSync } from "fflate";
import { execFileSync } from "node:child_process";
import { createHash } from "node:crypto";
import { mkdirSync, readFileSync, utimesSync, writeFileSync } from "node:fs";
import { join } from "node:path";
import { InvalidInput } from "../../environments/mistakes";
import { bundleFunctions } from "../../stacks/bundle";
import { HANDLER_SOURCE, makeProject, makeTemporaryFolder, unpackZip } from "../support/project";

async function bundle(root: string): Promise<{ zip: Buffer; sourceCodeHash: string }> {
  const bundles = await bundleFunctions(root, [{ name: "api" }], makeTemporaryFolder());
  const api = bundles.get("api");
  if (!api) throw new Error("no bundle api");
  return { zip: readFileSync(api.zipFile), sourceCodeHash: api.sourceCodeHash };
}

async function mistakesOf(files: Record<string, string>, names = ["api"]): Promise<string[]> {
  const failure: unknown = await bundleFunctions(
    makeProject(files),
    names.map((name) => ({ name })),
    makeTemporaryFolder(),
  ).catch((error: unknown) => error);
  if (!(failure instanceof InvalidInput)) throw new Error(`expected mistakes, got ${String(failure)}`);
  return failure.message.split("\n");
}

/** Imports a bundle as Lambda does, from files and in a process of its own; returns what the expression says of it. */
function evaluate(zip: Buffer, expression: string): string {
  const program = join(makeTemporaryFolder(), "program.mjs");
  writeFileSync(program, `const bundle = await import(process.argv[2]);\nconsole.log(${expression});\n`);
  return execFileSync(process.execPath, [program, join(unpackZip(zip), "handler.mjs")], { encoding: "utf8" }).trim();
}

describe("a bundle", () => {
  test("holds the minified handler and its source map, without the sources", async () => {
    const { zip } = await bundle(makeProject({}));
    const files = unzipSync(zip);
    expect(Object.keys(files)).toEqual(["handler.mjs", "handler.mjs.map"]);
    expect(Buffer.from(files["handler.mjs"] ?? []).toString()).toMatch(/sourceMappingURL=handler\.mjs\.map\n$/);
    const map = JSON.parse(Buffer.from(files["handler.mjs.map"] ?? []).toString()) as object;
    expect(map).toMatchObject({ sources: ["../functions/api/handler.ts"] });
    expect(map).not.toHaveProperty("sourcesContent");
  });

  test("runs", async () => {
    const { zip } = await bundle(
      makeProject({ "functions/api/handler.ts": "export const handler = async (n: number) => n + 1" }),
    );
    expect(evaluate(zip, "await bundle.handler(41)")).toBe("42");
  });

  test("runs CommonJS packages that require Node's own modules", async () => {
    const { zip } = await bundle(
      makeProject({
        "functions/api/handler.ts": 'import { separator } from "old"; export const handler = () => separator',
        "node_modules/old/index.js": 'exports.separator = require("path").sep;',
      }),
    );
    expect(evaluate(zip, "bundle.handler()")).toBe("/");
  });

  test("gives CommonJS modules their folder and file: those of the bundle", async () => {
    const { zip } = await bundle(
      makeProject({
        "functions/api/handler.ts": 'import { at } from "old"; export const handler = () => at;',
        "node_modules/old/index.js":
          "const { basename } = require('path'); exports.at = [basename(__dirname), basename(__filename), require.main === module];",
      }),
    );
    expect(evaluate(zip, "JSON.stringify(bundle.handler())")).toBe('["bundle","handler.mjs",false]');
  });

  test("runs a handler that names its folder as CommonJS does", async () => {
    const handler = `import { dirname } from "node:path";
      import { fileURLToPath } from "node:url";
      const __filename = fileURLToPath(import.meta.url);
      const __dirname = dirname(__filename);
      export const handler = () => __dirname === import.meta.dirname;`;
    const { zip } = await bundle(makeProject({ "functions/api/handler.ts": handler }));
    expect(evaluate(zip, "bundle.handler()")).toBe("true");
  });

  test("runs a handler that makes a require of its own", async () => {
    const handler = `import { createRequire } from "node:module";
      const require = createRequire(import.meta.url);
      export const handler = () => require("node:path").sep;`;
    const { zip } = await bundle(makeProject({ "functions/api/handler.ts": handler }));
    expect(evaluate(zip, "bundle.handler()")).toBe("/");
  });

  test("keeps the names of classes, by which failures are told apart", async () => {
    const handler =
      "class QuotaExceeded extends Error {}\nexport const handler = () => new QuotaExceeded().constructor.name";
    const { zip } = await bundle(makeProject({ "functions/api/handler.ts": handler }));
    expect(evaluate(zip, "bundle.handler()")).toBe("QuotaExceeded");
  });

  test("is of the function, also where it imports lazily what comes first in the alphabet", async () => {
    const { zip } = await bundle(
      makeProject({
        "functions/api/a.ts": "export const first = 1;",
        "functions/api/handler.ts": 'export const handler = async () => (await import("./a")).first;',
      }),
    );
    expect(evaluate(zip, "await bundle.handler()")).toBe("1");
  });

  test("keeps what is imported lazily in a file of its own", async () => {
    const { zip } = await bundle(
      makeProject({
        "functions/api/handler.ts": 'export const handler = async () => (await import("./heavy")).weight',
        "functions/api/heavy.ts": "export const weight = 'a ton'",
      }),
    );
    const holders = Object.entries(unzipSync(zip)).filter(([, content]) => Buffer.from(content).includes("a ton"));
    expect(holders.map(([name]) => name)).toEqual([expect.stringMatching(/^heavy-\w+\.mjs$/)]);
    expect(evaluate(zip, "await bundle.handler()")).toBe("a ton");
  });

  test("has a hash that is the base64 SHA-256 of the zip", async () => {
    const { zip, sourceCodeHash } = await bundle(makeProject({}));
    expect(sourceCodeHash).toBe(createHash("sha256").update(zip).digest("base64"));
  });

  test("changes when the code does, and only then", async () => {
    const root = makeProject({});
    const before = await bundle(root);
    utimesSync(join(root, "functions/api/handler.ts"), 1, 1);
    expect((await bundle(root)).zip.equals(before.zip)).toBe(true);
    writeFileSync(join(root, "functions/api/handler.ts"), HANDLER_SOURCE.replace("200", "201"));
    expect((await bundle(root)).zip.equals(before.zip)).toBe(false);
  });

  test("is the same in another folder", async () => {
    const [one, two] = [await bundle(makeProject({})), await bundle(makeProject({}))];
    expect(two.zip.equals(one.zip)).toBe(true);
  });
});

describe("a handler is found", () => {
  test.each([
    ["handler.mts", 'export const handler = () => "ok";'],
    ["handler.cts", 'exports.handler = (): string => "ok";'],
    ["handler.js", 'exports.handler = () => "ok";'],
    ["handler.js", 'module.exports.handler = () => "ok";'],
    ["handler.js", 'module.exports = { handler: () => "ok" };'],
    ["handler.js", 'module.exports = wrap(() => "ok"); function wrap(handler) { return { handler }; }'],
    ["handler.js", 'export const handler = () => "ok";'],
    ["handler.mjs", 'export { ok as handler } from "./ok.js";'],
    ["handler.cjs", 'module.exports = require("./old.js");'],
    ["handler.ts", 'export = { handler: () => "ok" };'],
    ["handler.ts", 'export {};\nexports.handler = () => "ok";'],
    ["handler.ts", 'import { ok } from "./ok.js";\nexport {};\nmodule.exports = { handler: ok };'],
    [
      "handler.ts",
      'export type Event = string;\nexport const word: Event = "ok";\nexports.handler = () => exports.word;',
    ],
    ["handler.ts", 'import { sep } from "node:path";\nexports.handler = () => sep && "ok";'],
  ])("in %s as %j", async (file, code) => {
    const root = makeProject({
      [`functions/web/${file}`]: code,
      "functions/web/ok.js": 'export const ok = () => "ok";',
      "functions/web/old.js": 'exports.handler = () => "ok";',
    });

    const web = (await bundleFunctions(root, [{ name: "web" }], makeTemporaryFolder())).get("web");

    expect(evaluate(readFileSync(web?.zipFile ?? ""), "bundle.handler()")).toBe("ok");
  });
});

describe("what a program may never come to is told, and left out:", () => {
  async function notesOf(files: Record<string, string>): Promise<readonly string[] | undefined> {
    return (await bundleFunctions(makeProject(files), [{ name: "api" }], makeTemporaryFolder())).get("api")?.notes;
  }

  test("import() and require() of packages that are not installed", async () => {
    const notes = await notesOf({
      "functions/api/handler.ts": `const tracer = process.env["TRACED"] ? require("tracer") : undefined;
export const handler = async () => tracer ?? import("elsewhere");`,
    });
    expect(notes).toEqual([
      "functions/api/handler.ts:1:48: tracer is not installed: the program fails if it reaches this line",
      "functions/api/handler.ts:2:53: elsewhere is not installed: the program fails if it reaches this line",
    ]);
  });

  test("not what the code itself can do without", async () => {
    const notes = await notesOf({
      "functions/api/handler.ts": 'import "fast"; export const handler = async () => import("extra").catch(() => 1);',
      "node_modules/fast/index.js": 'try { require("faster"); } catch {}',
    });
    expect(notes).toEqual([]);
  });
});

describe("mistakes in a function's code", () => {
  test("have file, line and column, for every function at once", async () => {
    const files = {
      "functions/api/handler.ts": "export const handler = () => {\n  retrun 1;\n};\n",
      "functions/web/handler.ts": 'import { x } from "./missing";\nexport const handler = x;\n',
    };
    expect(await mistakesOf(files, ["web", "api"])).toEqual([
      'functions/api/handler.ts:2:10: Expected ";" but found "1"',
      'functions/web/handler.ts:1:19: Could not resolve "./missing"',
    ]);
  });

  test.each([
    ["handler.ts", "export const handle = 1, main = 2", "handle, main"],
    ["handler.ts", "", "none"],
    ["handler.ts", "export default { handler: () => 1 };", "default"],
    ["handler.ts", "export {}; exports.handle = 1;", "handle"],
    ["handler.js", "exports.handle = 1; const handler = 2;", "handle"],
    ["handler.js", "module.exports = { main() {} };", "main"],
    ["handler.cjs", "console.log(1);", "none"],
  ])("no handler is exported: %s with %j", async (file, code, exported) => {
    expect(await mistakesOf({ [`functions/web/${file}`]: code }, ["web"])).toEqual([
      `functions/web/${file}: expected an export named handler, got ${exported}`,
    ]);
  });

  test("no handler is exported, beside another mistake", async () => {
    const files = {
      "functions/web/handler.ts": 'import { no } from "./other";\nexport const main = no;\n',
      "functions/web/other.ts": "export const yes = 1;\n",
    };
    expect(await mistakesOf(files, ["web"])).toEqual([
      'functions/web/handler.ts: No matching export in "functions/web/handler.ts" for import "handler"',
      'functions/web/handler.ts:1:10: No matching export in "functions/web/other.ts" for import "no"',
    ]);
  });

  test("the program starts with a package that is not installed", async () => {
    const files = {
      "functions/api/handler.ts": 'import { x } from "nowhere";\nexport const handler = x;\n',
      "functions/jobs/handler.js": 'const { x } = require("nowhere");\nexports.handler = x;\n',
    };
    expect(await mistakesOf(files, ["api", "jobs"])).toEqual([
      'functions/api/handler.ts:1:19: Could not resolve "nowhere"',
      'functions/jobs/handler.js:1:23: Could not resolve "nowhere"',
    ]);
  });

  test("a file of the function's own is misspelt, whenever it is imported", async () => {
    const files = { "functions/api/handler.ts": 'export const handler = () => import("./mispelt");' };
    expect(await mistakesOf(files)).toEqual(['functions/api/handler.ts:1:37: Could not resolve "./mispelt"']);
  });
});

test("each function is bundled once, however many environments have it", async () => {
  const folder = makeTemporaryFolder();
  mkdirSync(join(folder, "out"));
  const bundles = await bundleFunctions(makeProject({}), [{ name: "api" }, { name: "api" }], join(folder, "out"));
  expect([...bundles.keys()]).toEqual(["api"]);
});
