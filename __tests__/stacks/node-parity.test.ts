import { expect, test } from "@jest/globals";
import { execFileSync } from "node:child_process";
import { readFileSync, writeFileSync } from "node:fs";
import { join } from "node:path";
import { bundleFunctions } from "../../stacks/bundle";
import { makeProject, makeTemporaryFolder, unpackZip } from "../support/project";

/** Packages as there are, each made up. */
const PACKAGES = {
  // A main file, and an ES module for bundlers, which Node.js does not know.
  "both/package.json": { name: "both", version: "3.2.1", main: "main.js", module: "module.js" },
  "both/main.js": 'exports.Thing = class Thing {}; exports.kind = "main";',
  "both/module.js": 'export class Thing {} export const kind = "module";',
  "polyfill/package.json": { name: "polyfill", main: "main.js", module: "module.js", browser: "browser.js" },
  "polyfill/main.js": 'module.exports = function () { return "called"; };',
  "polyfill/module.js": "export default function () {}",
  "polyfill/browser.js": 'module.exports = () => "browser";',
  "old/index.js": `exports.Thing = require("both").Thing; exports.polyfilled = require("polyfill").call(global);
    exports.version = require("./package.json").version;`,
  "old/package.json": { name: "old", version: "1.2.3" },
  // Two copies, also in Node.js.
  "dual/package.json": {
    name: "dual",
    exports: {
      ".": { import: "./import.mjs", require: "./require.cjs" },
      "./deep/*": "./lib/*.js",
      "./package.json": "./package.json",
    },
    imports: { "#own": { node: "./lib/node.js", default: "./lib/other.js" } },
  },
  "dual/import.mjs": 'export const kind = "import"; export { default as own } from "#own";',
  "dual/require.cjs": 'exports.kind = "require"; exports.own = require("#own");',
  "dual/lib/node.js": 'module.exports = "node";',
  "dual/lib/other.js": 'module.exports = "other";',
  "conditions/package.json": {
    name: "conditions",
    exports: { module: "./module.mjs", browser: "./browser.mjs", default: "./default.cjs" },
  },
  "conditions/module.mjs": 'export const kind = "module";',
  "conditions/browser.mjs": 'export const kind = "browser";',
  "conditions/default.cjs": 'exports.kind = "default";',
  "compiled/index.js": `Object.defineProperty(exports, "__esModule", { value: true });
    exports.default = function () { return "default"; }; exports.named = "named";`,
  "modern/package.json": { name: "modern", type: "module", exports: "./index.js" },
  "modern/index.js": `export default "default"; export const named = "named";
    export const at = [typeof import.meta.dirname, typeof import.meta.filename, import.meta.url.slice(0, 8)];`,
  "callable/index.js": 'module.exports = function () { return "called"; }; module.exports.extra = "extra";',
  // ES modules that require.
  "requiring/package.json": {
    name: "requiring",
    type: "module",
    main: "index.js",
    imports: { "#parts/*": "./lib/*.cjs" },
  },
  "requiring/index.js": `import { createRequire as create } from "module"; const require$1 = create(import.meta.url);
    export const part = (name) => parts[name](); const parts = { one: () => require$1("#parts/one") };
    export const { version } = require$1("both/package.json");`,
  "requiring/lib/one.cjs": 'module.exports = "part one";',
  "called/package.json": { name: "called", type: "module", exports: "./index.js" },
  "called/index.js": 'const call = () => "called"; export { call as "module.exports" }; export const named = "named";',
  // Some set what others see.
  "ordered/package.json": { name: "ordered", type: "module", exports: { "./*": "./*" } },
  "ordered/set-one.js": "globalThis.one = 1;",
  "ordered/set-two.cjs": "globalThis.two = 2; exports.two = 3;",
  "ordered/see.js": "export const [one, two] = [globalThis.one, globalThis.two];",
  "ordered/lazy.js": 'export { two } from "./see.js";',
  // Bundlers take every file that a variable could name.
  "chosen/index.js": `exports.one = (name) => require(\`./parts/\${name}\`);
    exports.other = (part) => require("./more/" + part.name);`,
  "chosen/parts/one.js": 'module.exports = "one";',
  "chosen/parts/two/index.js": 'module.exports = "two";',
  "chosen/parts/broken.js": 'require("./nowhere/" + "else");',
  "chosen/parts/README.md": "# Parts",
  "chosen/more/other.js": 'module.exports = "other";',
  "chosen/more/LICENSE.txt": "As is.",
  "optional/index.js": `try { exports.found = require("not-installed"); } catch { exports.found = "none"; }
    exports.later = () => require("not-installed-either");`,
};

/** A handler each, in plain JavaScript, so that Node.js runs it as it is. */
const HANDLERS = {
  "one-copy.mjs": `import { Thing, kind } from "both"; import old from "old";
    export const handler = async () => [kind, new Thing() instanceof old.Thing, old.polyfilled, old.version];`,
  "two-copies.mjs": `import { createRequire } from "node:module"; import { kind, own } from "dual"; import deep from "dual/deep/other";
    export const handler = async () => [kind, own, deep];`,
  "two-copies.cjs":
    'const { kind, own } = require("dual"); exports.handler = async () => [kind, own, require("dual/package.json").name];',
  "conditions.mjs": 'import { kind } from "conditions"; export const handler = async () => kind;',
  "conditions.cjs": 'exports.handler = async () => require("conditions").kind;',
  "interop.mjs": `import compiled, { named } from "compiled"; import * as all from "compiled"; import callable, { extra } from "callable";
    export const handler = async () => [typeof compiled, compiled.default(), named, all.default === compiled, callable(), extra];`,
  "interop.cjs":
    'exports.handler = async () => [require("compiled").default(), require("callable")(), require("modern").named];',
  "lazy.mjs": `export const handler = async () => {
      const { default: compiled, named } = await import("compiled");
      const { default: callable, extra } = await import("callable");
      const { kind } = await import("both");
      const modern = await import("modern");
      return [compiled.default(), named, callable(), extra, kind, modern.default, modern.named, modern.at];
    };`,
  "lazy.cjs": `module.exports = { handler: async () => {
      const { default: compiled, named } = await import("compiled");
      return [compiled.default(), named, (await import("modern")).default, compiled === require("compiled")];
    } };`,
  "required.cjs": 'exports.handler = async () => [require("called")(), (await import("called")).named];',
  "ordered.mjs": `import "ordered/set-one.js"; import "ordered/set-two.cjs"; import { one, two } from "ordered/see.js";
    export const handler = async () => [one, two, (await import("ordered/lazy.js")).two];`,
  "json.mjs": 'import data from "./data.json" with { type: "json" }; export const handler = async () => data.answer;',
  "json.cjs": 'module.exports.handler = async () => require("./data").answer;',
  "requiring.mjs": `import { createRequire } from "node:module"; import { part, version } from "requiring";
    const require = createRequire(import.meta.url); const { kind } = require("both");
    export const handler = async () => [part("one"), version, kind, require("./data.json").answer,
      createRequire(import.meta.url)("./data").answer, typeof require.resolve, typeof require];`,
  "chosen.cjs": `const { one, other } = require("chosen");
    const codeOf = (load) => { try { return load(); } catch ({ code }) { return code; } };
    exports.handler = async () => [one("one"), one("one.js"), one("two"), other({ name: "other" }),
      codeOf(() => one("three")), codeOf(() => one("broken"))];`,
  "optional.mjs": `import { found, later } from "optional";
    export const handler = async () => { try { return [found, later()]; } catch ({ code }) { return [found, code]; } };`,
  "optional.cjs": `exports.handler = async (event) => {
      const tracer = event?.traced ? require("not-installed") : undefined;
      return import("nowhere-at-all").then(() => [tracer], ({ code }) => [tracer, code]);
    };`,
};

const PROGRAM = `
  const answers = {};
  for (const [name, file] of Object.entries(JSON.parse(process.argv[2]))) {
    const { handler, default: exported } = await import(file);
    answers[name] = await (handler ?? exported.handler)();
  }
  console.log(JSON.stringify(answers));`;

/** What each handler answers, by its name. */
function answers(files: Readonly<Record<string, string>>): unknown {
  const program = join(makeTemporaryFolder(), "program.mjs");
  writeFileSync(program, PROGRAM);
  const output = execFileSync(process.execPath, ["--no-warnings", program, JSON.stringify(files)], {
    encoding: "utf8",
  });
  return JSON.parse(output);
}

test("a function answers from its bundle what it answers from its files", async () => {
  const names = Object.keys(HANDLERS);
  const folderOf = (name: string) => name.replace(".", "-");
  const files = Object.entries(HANDLERS).map(([name, code]) => [
    `functions/${folderOf(name)}/handler${name.slice(name.indexOf("."))}`,
    code,
  ]);
  const data = names.map((name) => [`functions/${folderOf(name)}/data.json`, '{ "answer": 42 }']);
  const packages = Object.entries(PACKAGES).map(([path, content]) => [
    `node_modules/${path}`,
    typeof content === "string" ? content : JSON.stringify(content),
  ]);
  const root = makeProject(Object.fromEntries([...files, ...data, ...packages]) as Record<string, string>);

  const bundles = await bundleFunctions(
    root,
    names.map((name) => ({ name: folderOf(name) })),
    makeTemporaryFolder(),
  );

  const unbundled = names.map((name, index) => [name, join(root, files[index]?.[0] ?? "")]);
  const bundled = names.map((name) => [
    name,
    join(unpackZip(readFileSync(bundles.get(folderOf(name))?.zipFile ?? "")), "handler.mjs"),
  ]);
  expect(answers(Object.fromEntries(bundled) as Record<string, string>)).toEqual(
    answers(Object.fromEntries(unbundled) as Record<string, string>),
  );
});
