import { expect, test } from "@jest/globals";
import { InvalidInput } from "../../environments/mistakes";
import { bundleFunctions } from "../../stacks/bundle";
import { makeProject, makeTemporaryFolder } from "../support/project";

/** Packages as there are, each made up. */
const PACKAGES = {
  // Its compiled part is in a package for each platform.
  "images/package.json": JSON.stringify({
    name: "images",
    main: "main.js",
    optionalDependencies: { "@images/images-linux-x64": "1.0.0", "@images/images-darwin-arm64": "1.0.0" },
  }),
  "images/main.js": `let found; for (const path of ["@images/images-" + process.platform]) { try { found = require(path); } catch {} }
    try { require(\`../build/images-\${process.arch}.node\`); } catch {} module.exports = found;`,
  // Its compiled part is made when it is installed.
  "hashes/package.json": JSON.stringify({ name: "hashes", main: "hashes.js" }),
  "hashes/binding.gyp": "{}",
  "hashes/hashes.js": 'module.exports = require("node-gyp-build")(__dirname);',
  "node-gyp-build/index.js": "module.exports = (folder) => require(folder);",
  "direct/index.js": 'module.exports = require("./direct.node");',
  "direct/direct.node": "\\u007fELF",
  // Loads its compiled part when it is first used.
  "databases/package.json": JSON.stringify({ name: "databases", dependencies: { bindings: "1" } }),
  "databases/binding.gyp": "{}",
  "databases/index.js": 'exports.open = () => require("bindings")("databases.node");',
  "bindings/index.js": "module.exports = require;",
  // May come to packages with compiled files, each in another way.
  "drivers/index.js":
    "exports.connect = (kind) => (kind === 'databases' ? require('databases') : import('images').then((all) => all.default));",
  "switched/index.js": 'if (process.env.HASHES) exports.hashes = require("hashes");',
  "afterwards/index.js": 'exports.load = () => require("./late");',
  "afterwards/late.js": 'require("direct");',
  "promised/index.js": 'exports.images = import("images").catch(() => undefined);',
  // These can do without.
  "results/package.json": JSON.stringify({ optionalDependencies: { "@tool/tool-linux-x64-gnu": "1.0.0" } }),
  "results/index.js": 'exports.version = require("./package.json").version;',
  "sockets/index.js":
    'try { require("hashes"); } catch {} try { require("./gone.node"); } catch {} exports.sockets = 1;',
  "curves/package.json": JSON.stringify({ name: "curves", main: "index.js" }),
  "curves/binding.gyp": "{}",
  "curves/index.js": 'try { module.exports = require("./native"); } catch { module.exports = { curves: 1 }; }',
  "curves/native.js": 'module.exports = require("./build/Release/curves.node");',
};

async function mistakesWith(imported: string): Promise<string> {
  return await mistakesOf(`import * as used from "${imported}"; export const handler = () => used;`);
}

async function mistakesOf(handler: string): Promise<string> {
  const packages = Object.entries(PACKAGES).map(([path, content]) => [`node_modules/${path}`, content] as const);
  const root = makeProject({
    ...Object.fromEntries(packages),
    "functions/api/handler.ts": handler,
  });
  const result = await bundleFunctions(root, [{ name: "api" }], makeTemporaryFolder()).catch((error: unknown) => error);
  if (result instanceof InvalidInput) return result.message;
  if (result instanceof Map) return [...result.values()].flatMap(({ notes }: { notes: string[] }) => notes).join("\n");
  throw result;
}

test.each(["images", "hashes", "direct", "databases"])(
  "a program that needs %s is refused: it cannot be bundled",
  async (name) => {
    const mistakes = await mistakesWith(name);

    expect(mistakes).toMatch(
      new RegExp(
        `^functions/api/handler\\.ts: ${name} needs files compiled for one platform .*, as in packages = \\["${name}"\\], or leave it out$`,
      ),
    );
  },
);

test.each([
  ["drivers", ["databases", "images"]],
  ["switched", ["hashes"]],
  ["afterwards", ["direct"]],
])("%s, which may come to compiled files, is bundled, with a note on each", async (name, culprits) => {
  const notes = (await mistakesWith(name)).split("\n").sort();

  expect(notes).toEqual(
    culprits.map((culprit): unknown =>
      expect.stringMatching(
        new RegExp(`^functions/api/handler\\.ts: ${culprit} needs files .* is not in the bundle: the program fails if`),
      ),
    ),
  );
});

test("users' own import() of a package with compiled files is bundled, with a note", async () => {
  const [lazy, atStart] = [
    'export const handler = async () => (await import("images")).default;',
    'const images = await import("images"); export const handler = () => images;',
  ];

  expect(await mistakesOf(lazy)).toMatch(/images needs .* is not in the bundle/);
  expect(await mistakesOf(atStart)).toMatch(/images needs .* cannot be bundled/);
});

test.each(["results", "sockets", "curves", "promised"])(
  "%s, which can do without compiled files, is no alarm",
  async (name) => {
    expect(await mistakesWith(name)).toBe("");
  },
);
