import { afterEach, expect, test } from "@jest/globals";
import { unzipSync } from "fflate";
import { mkdirSync, readFileSync, writeFileSync } from "node:fs";
import { dirname, join } from "node:path";
import { type Bundle, bundleFunctions, Rebundler } from "../../stacks/bundle";
import { type FunctionCode } from "../../stacks/function-code";
import { findLambdaPlatform } from "../../stacks/packages/platform";
import { makeProject, makeTemporaryFolder } from "../support/project";

type Files = Readonly<Record<string, string>>;

const opened: Rebundler[] = [];

afterEach(async () => {
  await Promise.all(opened.splice(0).map((rebundler) => rebundler.close()));
});

function write(root: string, files: Files): void {
  for (const [path, text] of Object.entries(files)) {
    mkdirSync(dirname(join(root, path)), { recursive: true });
    writeFileSync(join(root, path), text);
  }
}

function open(root: string): Rebundler {
  const rebundler = new Rebundler({ root, folder: makeTemporaryFolder(), findPlatform: findLambdaPlatform });
  opened.push(rebundler);
  return rebundler;
}

/** All that is said of a bundle, and its files. */
function describeBundle({ zipFile, handler, notes, sources }: Bundle) {
  const files = Object.entries(unzipSync(readFileSync(zipFile)));
  return {
    ...{ handler, notes, sources: [...sources].sort() },
    files: Object.fromEntries(files.map(([path, contents]) => [path, Buffer.from(contents).toString()])),
  };
}

async function bundleAgain(rebundler: Rebundler, code: FunctionCode) {
  const { findNotes, ...bundle } = await rebundler.bundle(code);
  return describeBundle({ ...bundle, notes: await findNotes() });
}

async function bundleAfresh(root: string, code: FunctionCode) {
  const [bundle] = (await bundleFunctions(root, [code], makeTemporaryFolder())).values();
  if (!bundle) throw new Error("no bundle");
  return describeBundle(bundle);
}

const HANDLER = "functions/api/handler.ts";

const CHANGES: readonly [string, Partial<FunctionCode>, readonly Files[]][] = [
  [
    "a handler that changes, and imports another module",
    {},
    [
      { [HANDLER]: "export const handler = async () => 1;" },
      { [HANDLER]: "export const handler = async () => 2;" },
      { [HANDLER]: 'export { handler } from "./other";', "functions/api/other.ts": "export const handler = () => 3;" },
      {
        "functions/api/other.ts": "export const handler = () => import('./more');",
        "functions/api/more.ts": "export {}",
      },
    ],
  ],
  [
    "CommonJS that is imported lazily, and then not anymore",
    {},
    [
      { [HANDLER]: "export const handler = () => import('./old.cjs');", "functions/api/old.cjs": "exports.one = 1;" },
      { "functions/api/old.cjs": "exports.two = 2;" },
      { [HANDLER]: "export const handler = async () => 1;" },
    ],
  ],
  [
    "a package that is not installed, and then is",
    {},
    [{ [HANDLER]: "export const handler = () => import('dep');" }, { "node_modules/dep/index.js": "exports.one = 1;" }],
  ],
  [
    "files that are packaged",
    { files: ["*.txt"] },
    [
      {
        [HANDLER]: 'import { readFileSync } from "node:fs"; export const handler = () => readFileSync("one.txt");',
        "functions/api/one.txt": "1",
      },
      { "functions/api/two.txt": "2" },
      { [HANDLER]: "export const handler = () => 1;" },
    ],
  ],
  [
    "settings of the compiler",
    {},
    [
      { [HANDLER]: "class A { b; constructor() {} }\nexport const handler = () => new A();" },
      { "tsconfig.json": '{ "compilerOptions": { "useDefineForClassFields": false } }' },
    ],
  ],
];

test.each(CHANGES)("is the same as bundled afresh: %s", async (_, more, changes) => {
  const root = makeProject({});
  const code = { name: "api", environment: "dev", ...more };
  const rebundler = open(root);

  for (const files of changes) {
    write(root, files);

    expect(await bundleAgain(rebundler, code)).toEqual(await bundleAfresh(root, code));
  }
});

test("tells mistakes as often as they are there, and goes on afterwards", async () => {
  const root = makeProject({});
  const rebundler = open(root);
  await rebundler.bundle({ name: "api" });
  write(root, { [HANDLER]: "export const handler = 1 +;" });

  await expect(rebundler.bundle({ name: "api" })).rejects.toThrow(`${HANDLER}:1:27: Unexpected ";"`);
  await expect(rebundler.bundle({ name: "api" })).rejects.toThrow(`${HANDLER}:1:27: Unexpected ";"`);

  write(root, { [HANDLER]: "export const other = 1;" });
  await expect(rebundler.bundle({ name: "api" })).rejects.toThrow("expected an export named handler, got other");
  write(root, { [HANDLER]: "export const handler = 1;" });
  expect(await bundleAgain(rebundler, { name: "api" })).toEqual(await bundleAfresh(root, { name: "api" }));
});
