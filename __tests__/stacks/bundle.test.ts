import { describe, expect, test } from "@jest/globals";
import { unzipSync } from "fflate";
import { execFileSync } from "node:child_process";
import { createHash } from "node:crypto";
import { mkdirSync, readFileSync, utimesSync, writeFileSync } from "node:fs";
import { join } from "node:path";
import { InvalidInput } from "../../environments/mistakes";
import { bundleFunctions } from "../../stacks/bundle";
import { HANDLER, makeProject, temporaryFolder } from "../support/project";

async function bundle(root: string): Promise<{ zip: Buffer; sourceCodeHash: string }> {
  const bundles = await bundleFunctions(root, ["api"], temporaryFolder());
  const api = bundles.get("api");
  if (!api) throw new Error("no bundle api");
  return { zip: readFileSync(api.zipFile), sourceCodeHash: api.sourceCodeHash };
}

async function mistakesOf(files: Record<string, string>, names = ["api"]): Promise<string[]> {
  const failure: unknown = await bundleFunctions(makeProject(files), names, temporaryFolder()).catch(
    (error: unknown) => error,
  );
  if (!(failure instanceof InvalidInput)) throw new Error(`expected mistakes, got ${String(failure)}`);
  return failure.message.split("\n");
}

/** Unpacks a bundle and imports it in a process of its own, as Lambda does; returns what the expression says of it. */
function evaluate(zip: Buffer, expression: string): string {
  const folder = temporaryFolder();
  for (const [name, content] of Object.entries(unzipSync(zip))) writeFileSync(join(folder, name), content);
  const program = `import(process.argv[1]).then(async (bundle) => console.log(${expression}))`;
  return execFileSync(process.execPath, ["-e", program, join(folder, "handler.mjs")], { encoding: "utf8" }).trim();
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

  test("takes the ES modules of packages that have both, of which what is not used is left out", async () => {
    const { zip } = await bundle(
      makeProject({
        "functions/api/node_modules/both/package.json": JSON.stringify({ name: "both", main: "c.js", module: "e.js" }),
        "functions/api/node_modules/both/c.js": 'exports.used = "common";',
        "functions/api/node_modules/both/e.js": 'export const used = "module"; export const unused = "unused";',
        "functions/api/handler.ts": 'import { used } from "both"; export const handler = async () => used;',
      }),
    );
    expect(evaluate(zip, "await bundle.handler()")).toBe("module");
    expect(Buffer.from(unzipSync(zip)["handler.mjs"] ?? []).toString()).not.toContain("unused");
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
    writeFileSync(join(root, "functions/api/handler.ts"), HANDLER.replace("200", "201"));
    expect((await bundle(root)).zip.equals(before.zip)).toBe(false);
  });

  test("is the same in another folder", async () => {
    const [one, two] = [await bundle(makeProject({})), await bundle(makeProject({}))];
    expect(two.zip.equals(one.zip)).toBe(true);
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

  test("no handler is exported", async () => {
    expect(await mistakesOf({ "functions/api/handler.ts": "export const handle = 1, main = 2" })).toEqual([
      "functions/api/handler.ts: expected an export named handler, got handle, main",
    ]);
    expect(await mistakesOf({ "functions/api/handler.ts": "" })).toEqual([
      "functions/api/handler.ts: expected an export named handler, got none",
    ]);
  });
});

test("each function is bundled once, however many environments have it", async () => {
  const folder = temporaryFolder();
  mkdirSync(join(folder, "out"));
  const bundles = await bundleFunctions(makeProject({}), ["api", "api", "api"], join(folder, "out"));
  expect([...bundles.keys()]).toEqual(["api"]);
});
