import { describe, expect, test } from "@jest/globals";
import fc from "fast-check";
import { unzipSync } from "fflate";
import { randomBytes } from "node:crypto";
import { readFileSync, symlinkSync, writeFileSync } from "node:fs";
import { join } from "node:path";
import { InvalidInput } from "../../environments/mistakes";
import { bundleFunctions, type Bundle } from "../../stacks/bundle";
import { callHandler } from "../support/lambda-zip";
import { findMistakes, makeProject, makeTemporaryFolder, makeTfvars } from "../support/project";

type Files = Readonly<Record<string, string | Uint8Array>>;

const READER = `import { readFileSync } from "node:fs"; import { dirname, join } from "node:path"; import { fileURLToPath } from "node:url";`;

async function bundle(sources: Files, files: readonly string[]): Promise<Bundle> {
  const root = makeProject(sources);
  const [only] = (
    await bundleFunctions(root, [{ name: "api", environment: "dev", files }], makeTemporaryFolder())
  ).values();
  if (!only) throw new Error("no bundle");
  return only;
}

async function mistakesOf(sources: Files, files: readonly string[]): Promise<string[]> {
  const failure: unknown = await bundle(sources, files).catch((error: unknown) => error);
  if (failure instanceof InvalidInput) return failure.message.split("\n");
  throw new Error(`expected mistakes, got ${JSON.stringify(failure)}`);
}

const namesIn = ({ zipFile }: Bundle) => Object.keys(unzipSync(readFileSync(zipFile)));

describe("a file is found where the code looks for it:", () => {
  test.each([
    ["import.meta.dirname", 'readFileSync(join(import.meta.dirname, "templates/page.html"), "utf8")'],
    ["__dirname", 'readFileSync(__dirname + "/templates/page.html", "utf8")'],
    ["a URL", 'readFileSync(new URL("./templates/page.html", import.meta.url), "utf8")'],
    ["its own file", 'readFileSync(join(dirname(fileURLToPath(import.meta.url)), "templates/page.html"), "utf8")'],
    ["the working folder", 'readFileSync("templates/page.html", "utf8")'],
    ["process.cwd()", 'readFileSync(join(process.cwd(), "templates", "page.html"), "utf8")'],
    ["LAMBDA_TASK_ROOT", 'readFileSync(process.env.LAMBDA_TASK_ROOT + "/templates/page.html", "utf8")'],
  ])("from the handler by %s", async (_, expression) => {
    const made = await bundle(
      {
        "functions/api/handler.ts": `${READER} export const handler = async () => ${expression}; export { dirname, fileURLToPath, join };`,
        "functions/api/templates/page.html": "a page",
      },
      ["templates/**"],
    );

    expect(made.notes).toEqual([]);
    expect(made.handler).toBe("handler.handler");
    expect(callHandler(made)).toBe("a page");
  });

  test.each([
    [
      "TypeScript",
      "lib/render.ts",
      'export const render = () => readFileSync(join(__dirname, "../templates/page.html"), "utf8");',
    ],
    [
      "text put together",
      "lib/render.ts",
      'export const render = () => readFileSync(__dirname + "/../templates/page.html", "utf8");',
    ],
    [
      "a URL",
      "lib/render.ts",
      'export const render = () => readFileSync(new URL("../templates/page.html", import.meta.url), "utf8");',
    ],
    [
      "a folder of its own",
      "lib/render.ts",
      'const __dirname = dirname(fileURLToPath(import.meta.url)); export const render = () => readFileSync(join(__dirname, "..", "templates", "page.html"), "utf8");',
    ],
    [
      "an object with its folder",
      "lib/render.ts",
      'const at = { __dirname }; export const render = () => readFileSync(join(at.__dirname, "../templates/page.html"), "utf8");',
    ],
    [
      "a deep folder with odd names",
      "lib/a b/c#d/render.ts",
      'export const render = () => readFileSync(new URL("../../../templates/page.html", import.meta.url), "utf8");',
    ],
  ])("from a module in a subfolder by %s", async (_, module, code) => {
    const made = await bundle(
      {
        "functions/api/handler.ts": `import { render } from "./${module.replace(".ts", "")}"; export const handler = async () => render();`,
        [`functions/api/${module}`]: `${READER} ${code} export const used = { dirname, fileURLToPath, join };`,
        "functions/api/templates/page.html": "a page",
      },
      ["templates"],
    );

    expect(callHandler(made)).toBe("a page");
  });

  test("from CommonJS, by its own file", async () => {
    const made = await bundle(
      {
        "functions/api/handler.ts": 'import lib from "./lib/render"; export const handler = async () => lib.render();',
        "functions/api/lib/render.js":
          'const path = require("path"); exports.render = () => require("fs").readFileSync(path.resolve(__filename, "../../data.txt"), "utf8");',
        "functions/api/data.txt": "data",
      },
      ["data.txt"],
    );

    expect(callHandler(made)).toBe("data");
  });

  test("in a folder beside the function's, by module and by handler", async () => {
    const made = await bundle(
      {
        "functions/api/handler.ts": `${READER} import { name } from "../shared/name";
          export const handler = async () => [name(), readFileSync(join(__dirname, "../shared/page.html"), "utf8"), readFileSync("shared/page.html", "utf8")];`,
        "functions/shared/name.ts": `${READER} export const name = () => readFileSync(join(__dirname, "name.txt"), "utf8");`,
        "functions/shared/name.txt": "Ada",
        "functions/shared/page.html": "a page",
      },
      ["../shared/*.{html,txt}"],
    );

    expect(made.handler).toBe("api/handler.handler");
    expect(callHandler(made)).toEqual(["Ada", "a page", "a page"]);
  });

  test("of a package", async () => {
    const made = await bundle(
      {
        "functions/api/handler.ts": 'import { font } from "fonts"; export const handler = async () => font();',
        "node_modules/fonts/index.js":
          'exports.font = () => require("fs").readFileSync(__dirname + "/data/sans.afm", "utf8");',
        "node_modules/fonts/data/sans.afm": "sans",
      },
      ["../../node_modules/fonts/data/*"],
    );

    expect(made.notes).toEqual([]);
    expect(callHandler(made)).toBe("sans");
  });
});

describe("a zip with files", () => {
  const sources = {
    "functions/api/data/a.bin": randomBytes(100),
    "functions/api/data/.hidden": "",
    "functions/api/node_modules/x/y.bin": "",
  };

  test("holds exactly what its patterns match, without packages", async () => {
    expect(namesIn(await bundle(sources, ["**/*.bin", "data/.*"]))).toEqual([
      "data/.hidden",
      "data/a.bin",
      "handler.mjs",
      "handler.mjs.map",
    ]);
  });

  test("is the same in another folder, and changes with its files", async () => {
    const [one, two] = [await bundle(sources, ["data"]), await bundle(sources, ["data"])];
    const three = await bundle({ ...sources, "functions/api/data/b.bin": "" }, ["data"]);

    expect(two.sourceCodeHash).toBe(one.sourceCodeHash);
    expect(three.sourceCodeHash).not.toBe(one.sourceCodeHash);
  });

  test("is another than that of the same function without files", async () => {
    const root = makeProject(sources);
    const bundles = await bundleFunctions(
      root,
      [{ name: "api" }, { name: "api", files: ["data"] }],
      makeTemporaryFolder(),
    );

    expect(new Set([...bundles.values()].map(({ zipFile }) => zipFile)).size).toBe(2);
  });
});

describe("synthesis refuses, in one line each,", () => {
  test("patterns that match nothing, and files of others", async () => {
    const outside = makeTemporaryFolder();
    writeFileSync(join(outside, "secret"), "");
    const root = makeProject({});
    symlinkSync(join(outside, "secret"), join(root, "functions/api/link"));
    const failure: unknown = await bundleFunctions(
      root,
      [{ name: "api", environment: "dev", files: ["*.html", "handler.ts", "link", "../../../*"] }],
      makeTemporaryFolder(),
    ).catch((error: unknown) => error);

    expect((failure as Error).message.split("\n")).toEqual([
      'environments/dev.tfvars: functions.api.files.0: expected files that match it in functions/api, got "*.html"',
      'environments/dev.tfvars: functions.api.files.2: expected only files of the project, got "link"',
      expect.stringMatching(
        /functions\.api\.files\.3: expected (only files of the project|files that match it .*), got/,
      ),
    ]);
  });

  test("a file in the way of compiled code", async () => {
    expect(await mistakesOf({ "functions/api/handler.mjs": "" }, ["handler.mjs"])).toEqual([
      "functions/api/handler.ts: handler.mjs of files is in the way of the function's compiled code or packages",
    ]);
  });

  test.each([
    ['"a.html"', 'a list, as in ["templates/*.html"], got "a.html"'],
    [
      '["/etc/passwd"]',
      'a path or pattern relative to the function\'s folder, with /, as in templates/*.html, got "/etc/passwd"',
      ".0",
    ],
    [
      '["a\\\\b"]',
      'a path or pattern relative to the function\'s folder, with /, as in templates/*.html, got "a\\\\b"',
      ".0",
    ],
    ['["a", "a"]', "each item once, got a list"],
    [
      "[1]",
      'a path or pattern relative to the function\'s folder, with /, as in templates/*.html, got 1; in quotes: "1"',
      ".0",
    ],
  ])("files = %s", async (value, complaint, place = "") => {
    const text = makeTfvars({ functions: `api = { files = ${value} }` });

    expect(await findMistakes({ "environments/dev.tfvars": text })).toEqual([
      `environments/dev.tfvars: functions.api.files${place}: expected ${complaint}`,
    ]);
  });
});

describe("notes on lost files", () => {
  const sources = {
    "functions/api/handler.ts": `${READER} export const handler = async () => [readFileSync(join(__dirname, "a.html")), readFileSync(join(__dirname, "b/c.html"))];`,
    "functions/api/a.html": "",
    "functions/api/b/c.html": "",
  };

  test("are about those that are not packaged, and say how to package them", async () => {
    const [note, ...more] = (await bundle(sources, ["a.html"])).notes;

    expect(more).toEqual([]);
    expect(note).toMatch(/\.\/b\/c\.html is read .*, as in files = \["b\/c\.html"\]$/);
    expect((await bundle(sources, ["a.html", "b/**"])).notes).toEqual([]);
  });

  test("tell of what is packaged, but looked for elsewhere", async () => {
    const handler = `${READER} export const handler = async () => readFileSync("functions/api/a.html");`;

    expect((await bundle({ ...sources, "functions/api/handler.ts": handler }, ["a.html"])).notes).toEqual([
      expect.stringContaining("./a.html is packaged, but the program does not find it"),
    ]);
  });
});

test("whatever the names of files, they are found", async () => {
  const name = fc
    .stringMatching(/^[a-zA-Z0-9 _.,;=+~'@$%&#-]{1,12}$/)
    .filter((text) => !/^\.+$/.test(text) && text !== "handler.ts");
  await fc.assert(
    fc.asyncProperty(name, name, async (folder, file) => {
      const made = await bundle(
        {
          "functions/api/handler.ts": `${READER} export const handler = async (path) => readFileSync(join(__dirname, ...path), "utf8");`,
          [`functions/api/data/${folder}/${file}`]: "found",
        },
        ["data"],
      );

      expect(namesIn(made)).toContain(`data/${folder}/${file}`);
      expect(callHandler(made, ["data", folder, file])).toBe("found");
    }),
    { numRuns: 10 },
  );
});
