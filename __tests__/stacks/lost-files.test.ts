import { expect, test } from "@jest/globals";
import { InvalidInput } from "../../environments/mistakes";
import { bundleFunctions } from "../../stacks/bundle";
import { makeProject, makeTemporaryFolder } from "../support/project";

/** Beside each handler and in each package. */
const DATA = ["page.html", "lib/words.txt", "lib/odd name.sql", "locale/de.js"];

/** What synthesis says of a function, or why it is refused, each on a line. */
async function said(handler: string, files: Readonly<Record<string, string>> = {}): Promise<string[]> {
  const data = DATA.map((path) => [`functions/api/${path}`, "module.exports = {};"]);
  const root = makeProject({
    ...(Object.fromEntries(data) as Record<string, string>),
    "functions/api/handler.ts": handler,
    ...files,
  });
  try {
    const bundles = await bundleFunctions(root, [{ name: "api" }], makeTemporaryFolder());
    return [...(bundles.get("api")?.notes ?? [])];
  } catch (error) {
    if (error instanceof InvalidInput) return error.message.split("\n");
    throw error;
  }
}

/** A handler with an expression on its third line. */
const reading = (expression: string) => `import * as fs from "node:fs"; import * as path from "node:path";
import { createRequire } from "node:module"; import { fileURLToPath } from "node:url"; export const handler = (name) =>
${expression}; export const used = { fs, path, createRequire, fileURLToPath };`;

test.each([
  ['fs.readFileSync(path.join(__dirname, "page.html"))', "./page.html"],
  ["fs.readFileSync(`${__dirname}/page.html`)", "./page.html"],
  ['fs.readFileSync(__dirname + "/lib/words.txt", "utf8")', "./lib/words.txt"],
  ['fs.readFileSync(path.resolve(import.meta.dirname, "lib", "words.txt"))', "./lib/words.txt"],
  ['fs.readFileSync(path.join(path.dirname(fileURLToPath(import.meta.url)), "page.html"))', "./page.html"],
  ['fs.readFileSync(new URL("./lib/odd%20name.sql", import.meta.url))', "./lib/odd name.sql"],
  ['fs.readFileSync(path.join(__dirname, "lib", name))', "./lib/"],
  ['fs.readFileSync(path.join(process.env.LAMBDA_TASK_ROOT, "page.html"))', "./page.html"],
  ['fs.promises.readFile("./page.html")', "./page.html"],
  ['fs.readFileSync("functions/api/page.html")', "./page.html"],
  ['require.resolve("./locale/de")', "./locale/de.js"],
  ['require(path.join(__dirname, "locale/de.js"))', "./locale/de.js"],
  ['createRequire(import.meta.url).resolve("./page.html")', "./page.html"],
  ['fs.readFileSync(path.join(__dirname, "made-by-the-program.json"))', undefined],
  ['fs.readFileSync(path.join("/tmp", "page.html"))', undefined],
  ['fs.existsSync(path.join(__dirname, ".."))', undefined],
  ['require("./locale/de")', undefined],
  ['require("./locale/" + name)', undefined],
])("of %s, what is not bundled is told", async (expression, lost) => {
  const notes = await said(reading(expression));

  expect(notes).toEqual(
    lost === undefined
      ? []
      : [
          expect.stringMatching(
            `^functions/api/handler\\.ts:3:\\d+: ${lost} is read when the program runs and is not bundled: add it to the function, as in files = `,
          ),
        ],
  );
});

test.each(["require(name)", "import(name)", "import(`node:${name}`)", "require(name + '.js')"])(
  "%s is told, and not in try",
  async (expression) => {
    expect(await said(reading(expression))).toEqual([
      expect.stringMatching(/^functions\/api\/handler\.ts:3:1: this import is known only when the program runs/),
    ]);
    expect(await said(reading(`{ try { return ${expression}; } catch { return name; } }`))).toEqual([]);
  },
);

const used = 'import * as used from "used"; export const handler = () => used;';

async function saidOfPackage(code: string, handler = used): Promise<string[]> {
  const data = DATA.map((path) => [`node_modules/used/${path}`, "module.exports = {};"]);
  return await said(handler, {
    ...(Object.fromEntries(data) as Record<string, string>),
    "node_modules/used/index.js": `const fs = require("fs"), path = require("path"); ${code}`,
  });
}

test.each([
  [
    "exports.page = fs.readFileSync(path.join(__dirname, 'page.html')); exports.words = () => fs.readFile(__dirname + '/lib/words.txt');",
    "used reads ./page.html ",
  ],
  ["const load = require; exports.locale = (name) => { try { load('./locale/' + name); } catch {} };", "./locale/ "],
  [
    "exports.plugins = process.argv.slice(9).map; module.exports = require(process.argv[9]);",
    "used imports a module that is known only when",
  ],
])("of a package, what it loses is one note", async (code, note) => {
  expect(await saidOfPackage(code)).toEqual([expect.stringContaining(note)]);
});

test.each([
  "try { exports.page = fs.readFileSync(path.join(__dirname, 'page.html')); } catch { exports.page = ''; }",
  "const page = path.join(__dirname, 'page.html'); if (fs.existsSync(page)) exports.page = fs.readFileSync(page);",
  "exports.engine = (name) => require(name);",
  "exports.root = path.join(__dirname, '..');",
  "exports.bundled = (function (require) { return require(1); })((name) => name);",
])("a package that can do without is no alarm: %s", async (code) => {
  expect(await saidOfPackage(code)).toEqual([]);
});

test("a program that imports one of a package's files by its name knows that it must", async () => {
  const handler = `import "used/locale/de"; ${used}`;

  expect(
    await saidOfPackage("const load = require; exports.locale = (name) => load('./locale/' + name);", handler),
  ).toEqual([]);
});

test.each(["graphql", "html", "wasm"])(
  "an import of .%s says that it is not bundled, and what to do",
  async (ending) => {
    const mistakes = await said(`import data from "./data.${ending}"; export const handler = () => data;`, {
      [`functions/api/data.${ending}`]: "",
    });

    expect(mistakes).toEqual([
      expect.stringMatching(
        `^functions/api/handler\\.ts:1:18: functions/api/data\\.${ending} is neither code nor JSON and is not bundled: say what its import gives, as in bundle = `,
      ),
    ]);
  },
);
