import { describe, expect, test } from "@jest/globals";
import { mkdirSync, symlinkSync, writeFileSync } from "node:fs";
import { dirname, join } from "node:path";
import { InvalidInput } from "../../environments/mistakes";
import { type Bundle, bundleFunctions } from "../../stacks/bundle";
import { type FunctionCode } from "../../stacks/function-code";
import { loadEnvironments } from "../../environments/load";
import { callHandler } from "../support/lambda-zip";
import { findMistakes, makeProject, makeTemporaryFolder, makeTfvars } from "../support/project";

async function bundle(root: string, code: Partial<FunctionCode>): Promise<Bundle> {
  const all = await bundleFunctions(root, [{ name: "api", environment: "dev", ...code }], makeTemporaryFolder());
  const [only] = all.values();
  if (!only) throw new Error("no bundle");
  return only;
}

async function mistakeOf(root: string, code: Partial<FunctionCode>): Promise<string> {
  const failure: unknown = await bundle(root, code).catch((error: unknown) => error);
  if (failure instanceof InvalidInput) return failure.message;
  throw new Error(`expected a mistake, got ${JSON.stringify(failure)}`);
}

/** A repository whose project is in its folder `deploy`; returns the project's folder. */
function makeMonorepo(files: Readonly<Record<string, string>>): string {
  const repository = makeTemporaryFolder();
  mkdirSync(join(repository, ".git"));
  for (const [path, content] of Object.entries({ "deploy/functions/.keep": "", ...files })) {
    mkdirSync(dirname(join(repository, path)), { recursive: true });
    writeFileSync(join(repository, path), content);
  }
  return join(repository, "deploy");
}

describe("a handler has the file and the export that it is said to have:", () => {
  test.each([
    ["index.main", "index.ts", 'export const main = async () => "ok";'],
    ["src/app.lambdaHandler", "src/app.mjs", 'export async function lambdaHandler() { return "ok"; }'],
    ["src/app.run", "src/app.js", 'exports.run = async () => "ok";'],
    ["app.run", "app.js", 'module.exports = { run: async () => "ok" };'],
    ["app.default", "app.ts", 'export default async () => "ok";'],
    ["handler.main", "handler.ts", 'export const main = async () => "ok", handler = async () => "another";'],
  ])("%s in %s", async (handler, file, content) => {
    const root = makeProject({ [`functions/api/${file}`]: content });

    const made = await bundle(root, { handler });

    expect(made.handler).toBe("handler.handler");
    expect(callHandler(made)).toBe("ok");
  });

  test.each([
    ["export const handler = 1;", "functions/api/index.ts: expected an export named main, got handler"],
    ["exports.handler = 1;", "functions/api/index.ts: expected an export named main, got handler"],
  ])("and not another, as in %s", async (content, mistake) => {
    expect(await mistakeOf(makeProject({ "functions/api/index.ts": content }), { handler: "index.main" })).toBe(
      mistake,
    );
  });

  test("its files are relative to its own folder", async () => {
    const root = makeProject({
      "functions/api/src/app.ts": `import { readFileSync } from "node:fs"; import { join } from "node:path";
        export const run = async () => readFileSync(join(__dirname, "words.txt"), "utf8");`,
      "functions/api/src/words.txt": "words",
    });

    expect(callHandler(await bundle(root, { handler: "src/app.run", files: ["words.txt"] }))).toBe("words");
  });
});

describe("an entry elsewhere in the repository", () => {
  const files = {
    "services/orders/src/app.ts": `import { add } from "sums"; import { label } from "@lib/label"; import { readFileSync } from "node:fs"; import { join } from "node:path";
      class Base { name: string; constructor() { this.name = "kept"; } } class Own extends Base { name!: string; }
      export const main = async () => [add(1, 2), label, new Own().name ?? null, readFileSync(join(__dirname, "../data/words.txt"), "utf8")];`,
    "services/orders/lib/label.ts": 'export const label = "own paths";',
    "services/orders/data/words.txt": "words",
    "services/orders/tsconfig.json": JSON.stringify({
      compilerOptions: { target: "es2020", useDefineForClassFields: false, paths: { "@lib/*": ["./lib/*"] } },
    }),
    "services/orders/node_modules/sums/index.js": "exports.add = (a, b) => a + b;",
  };
  const entry = "../services/orders/src/app.ts";

  test("is bundled with its own packages, settings and files, without a folder in functions/", async () => {
    const root = makeMonorepo(files);

    const made = await bundle(root, { entry, handler: "app.main", files: ["../data/*"] });

    expect(callHandler(made)).toEqual([3, "own paths", "kept", "words"]);
  });

  test("is the same bytes wherever the repository is", async () => {
    const [one, two] = [makeMonorepo(files), makeMonorepo(files)];

    const hashes = [
      await bundle(one, { entry, handler: "app.main" }),
      await bundle(two, { entry, handler: "app.main" }),
    ];

    expect(new Set(hashes.map(({ sourceCodeHash }) => sourceCodeHash)).size).toBe(1);
  });

  test("changes the bundle with its code", async () => {
    const root = makeMonorepo(files);
    const before = await bundle(root, { entry, handler: "app.main" });
    writeFileSync(join(root, "../services/orders/lib/label.ts"), 'export const label = "changed";');

    const after = await bundle(root, { entry, handler: "app.main" });

    expect(after.sourceCodeHash).not.toBe(before.sourceCodeHash);
  });
});

describe("synthesis refuses, in one line,", () => {
  const toldOf = async (settings: string, more: Readonly<Record<string, string>> = {}) => {
    const text = makeTfvars({ functions: `api = { ${settings} }` });
    const mistakes = await findMistakes({ "environments/dev.tfvars": text, ...more });
    return mistakes.map((line) => line.replace("environments/dev.tfvars: ", ""));
  };

  test.each([
    [
      'handler = "index"',
      'functions.api.handler: expected a file without ending and its export, as in index.handler, got "index"',
    ],
    [
      'handler = "../x.handler"',
      'functions.api.handler: expected a file without ending and its export, as in index.handler, got "../x.handler"',
    ],
    [
      'handler = "/x.handler"',
      'functions.api.handler: expected a file without ending and its export, as in index.handler, got "/x.handler"',
    ],
    ['handler = "index.main"', "functions.api: expected a file functions/api/index.ts; functions there are: api"],
    ['entry = "src/app.ts"', 'functions.api.entry: expected a file of the project\'s repository, got "src/app.ts"'],
    [
      'entry = "/src/app.ts"',
      'functions.api.entry: expected a file relative to the project\'s folder, as in ../orders/src/app.ts, got "/src/app.ts"',
    ],
    [
      'entry = "src"',
      'functions.api.entry: expected a file relative to the project\'s folder, as in ../orders/src/app.ts, got "src"',
    ],
    [
      'entry = "functions/api/handler.ts", handler = "index.main"',
      'functions.api.handler: expected an export of the file that entry names, functions/api/handler.ts, got "index.main"',
    ],
  ])("%s", async (settings, mistake) => {
    expect(await toldOf(settings)).toEqual([mistake]);
  });

  test.each([
    ["", "functions.api: expected a file functions/api/handler.ts; functions there are: none"],
    [
      'entry = "functions/api/handler.ts"',
      'functions.api.entry: expected a file of the project\'s repository, got "functions/api/handler.ts"',
    ],
  ])("a folder in place of a file: %s", async (settings, mistake) => {
    const files = { "functions/api/handler.ts/index.ts": "export const handler = 1;" };
    const text = makeTfvars({ functions: `api = { ${settings} }` });
    const root = makeTemporaryFolder();
    for (const [path, content] of Object.entries({ ...files, "environments/dev.tfvars": text })) {
      mkdirSync(dirname(join(root, path)), { recursive: true });
      writeFileSync(join(root, path), content);
    }

    await expect(loadEnvironments(root)).rejects.toThrow(`environments/dev.tfvars: ${mistake}`);
  });

  test("an entry outside of the repository", async () => {
    const outside = makeTemporaryFolder();
    writeFileSync(join(outside, "app.ts"), "");
    const root = makeMonorepo({
      "deploy/environments/dev.tfvars": makeTfvars({ functions: 'api = { entry = "link.ts" }' }),
    });
    symlinkSync(join(outside, "app.ts"), join(root, "link.ts"));

    await expect(loadEnvironments(root)).rejects.toThrow(
      'environments/dev.tfvars: functions.api.entry: expected a file of the project\'s repository, got "link.ts"',
    );
  });
});
