import { expect, test } from "@jest/globals";
import { InvalidInput } from "../../environments/mistakes";
import { bundleFunctions } from "../../stacks/bundle";
import { makeProject, temporaryFolder } from "../support/project";

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
  // These can do without.
  "sockets/index.js":
    'try { require("hashes"); } catch {} try { require("./gone.node"); } catch {} exports.sockets = 1;',
  "curves/package.json": JSON.stringify({ name: "curves", main: "index.js" }),
  "curves/binding.gyp": "{}",
  "curves/index.js": 'try { module.exports = require("./native"); } catch { module.exports = { curves: 1 }; }',
  "curves/native.js": 'module.exports = require("./build/Release/curves.node");',
};

async function mistakesWith(imported: string): Promise<string> {
  const packages = Object.entries(PACKAGES).map(([path, content]) => [`node_modules/${path}`, content] as const);
  const root = makeProject({
    ...Object.fromEntries(packages),
    "functions/api/handler.ts": `import * as used from "${imported}"; export const handler = () => used;`,
  });
  const result = await bundleFunctions(root, ["api"], temporaryFolder()).catch((error: unknown) => error);
  if (result instanceof InvalidInput) return result.message;
  if (result instanceof Map) return [...result.values()].flatMap(({ notes }: { notes: string[] }) => notes).join("\n");
  throw result;
}

test.each(["images", "hashes", "direct"])("a program that needs %s is refused: it cannot be bundled", async (name) => {
  const mistakes = await mistakesWith(name);

  expect(mistakes).toMatch(
    new RegExp(
      `^functions/api/handler\\.ts: ${name} needs files that are compiled for one platform .*, or leave it out$`,
    ),
  );
});

test.each(["sockets", "curves"])("%s, which can do without compiled files, is no alarm", async (name) => {
  expect(await mistakesWith(name)).toBe("");
});
