import { expect, test } from "@jest/globals";
import { symlinkSync } from "node:fs";
import { join, resolve } from "node:path";
import { findTypeMistakes } from "../../stacks/type-mistakes";
import { makeProject } from "../support/project";

/** A project with the types of Node.js, and what is not the users': checking all of this one's packages takes long. */
function project(files: Readonly<Record<string, string>>): string {
  const root = makeProject({
    "performance/index.ts": "export const monitor = (handler) => handler;",
    "node_modules/@types/README.md": "",
    ...files,
  });
  for (const name of ["@types/node", "undici-types"]) {
    symlinkSync(resolve("node_modules", name), join(root, "node_modules", name), "junction");
  }
  return root;
}

test("users' functions are checked by their own tsconfig.json, or else for what cannot be right", () => {
  const root = project({
    "functions/loose/handler.ts": `import { monitor } from "../../performance"
import helper from './helper.js'
exports.handler = monitor(async (event: any, context: any) => { let unused; return helper(event.name.first) })
export {}`,
    "functions/loose/helper.js": "module.exports = function (x) { return x.y.z }",
    "functions/plain/handler.js": "const x = 1\nexports.handler = async event => event.undefined.property",
    "functions/modern/handler.mjs": "const x = 1\nexport const handler = async event => event",
    "functions/wrong/handler.ts": 'export const handler = (n: number) => n.trim("");',
    "functions/strict/handler.ts": `export { monitor } from "../../performance"; import { one } from "@lib/one";
export const handler = (event) => one;`,
    "functions/strict/lib/one.ts": "export const one = 1;",
    "functions/strict/tsconfig.json": JSON.stringify({
      compilerOptions: {
        strict: true,
        module: "preserve",
        // What the project itself would not pass.
        lib: ["es2015"],
        types: [],
        paths: { "@lib/*": ["./lib/*"] },
      },
    }),
  });

  const mistakes = findTypeMistakes(root, []).trim().split("\n");

  expect(mistakes).toEqual([
    expect.stringMatching(/^functions\/wrong\/handler\.ts\(1,41\): error TS2339: .*'trim'/),
    expect.stringMatching(/^functions\/strict\/handler\.ts\(2,25\): error TS7006: .*'event'/),
  ]);
});

test("functions elsewhere in the repository are checked by the next tsconfig.json, and only what is deployed", () => {
  const options = { strict: true, module: "preserve", types: [] };
  const repository = project({
    ".git/HEAD": "",
    // As Nx writes them: one that names no files, below one for the whole repository.
    "apps/orders/tsconfig.json": JSON.stringify({ extends: "../../tsconfig.base.json", files: [], references: [] }),
    "apps/orders/src/app.ts": 'import { price } from "@shop/price"; export const main = (event) => price(currency);',
    "apps/orders/src/app.test.ts": 'export const wrong: number = "";',
    "tsconfig.base.json": JSON.stringify({ compilerOptions: { ...options, paths: { "@shop/*": ["./libs/*"] } } }),
    "libs/price.ts": 'export const price = (of: string) => of.trim("");',
    // A whole repository's, with its declarations.
    "services/tsconfig.json": JSON.stringify({ compilerOptions: options }),
    "services/globals.d.ts": "declare const currency: string;",
    "services/other.ts": 'export const wrong: number = "";',
    "services/bills/app.ts": "export const handler = (event: unknown) => currency.trim(1);",
    "loose/app.js": "exports.handler = (event) => event.a.b",
    "deploy/functions/mails/src/app.ts": "export const main = (event) => event",
    "deploy/functions/mails/tsconfig.json": JSON.stringify({ compilerOptions: options }),
  });

  const mistakes = findTypeMistakes(join(repository, "deploy"), [
    { name: "orders", entry: "../apps/orders/src/app.ts", handler: "app.main" },
    { name: "bills", entry: "../services/bills/app.ts" },
    { name: "loose", entry: "../loose/app.js" },
    { name: "mails", handler: "src/app.main" },
    { name: "finished", package: { file: "a.zip", handler: "a.b", runtime: "python3.13" } },
  ]);

  expect(mistakes.trim().split("\n").sort()).toEqual([
    expect.stringMatching(/apps\/orders\/src\/app\.ts\(1,59\): error TS7006: .*'event'/),
    expect.stringMatching(/apps\/orders\/src\/app\.ts\(1,75\): error TS2304: .*'currency'/),
    expect.stringMatching(/libs\/price\.ts\(1,\d+\): error TS2554/),
    expect.stringMatching(/services\/bills\/app\.ts\(1,\d+\): error TS2554/),
    expect.stringMatching(/functions\/mails\/src\/app\.ts\(1,\d+\): error TS7006: .*'event'/),
  ]);
});
