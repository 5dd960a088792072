import { afterEach, beforeEach, describe, expect, jest, test } from "@jest/globals";
import fc from "fast-check";
import { createHash } from "node:crypto";
import {
  cpSync,
  existsSync,
  mkdirSync,
  readdirSync,
  readFileSync,
  rmSync,
  symlinkSync,
  utimesSync,
  writeFileSync,
} from "node:fs";
import { dirname, join } from "node:path";
import { InvalidInput } from "../../environments/mistakes";
import { bundleFunctions } from "../../stacks/bundle";
import { HANDLER_SOURCE, makeProject, makeTemporaryFolder } from "../support/project";

const CACHE = "node_modules/.cache/warmwatch/bundles";
const ENTRY = `${CACHE}/api.json`;
const PLANTED = "from the cache";

const PROJECT = {
  "functions/api/handler.ts":
    'import { part } from "./part";\nimport { dep } from "dep";\nexport const handler = async () => [part, dep];\n',
  "functions/api/part.ts": 'export const part = "part";',
  "node_modules/dep/package.json": JSON.stringify({ name: "dep", version: "1.0.0", main: "lib/one" }),
  "node_modules/dep/lib/one.js": 'exports.dep = "one";',
  "node_modules/dep/lib/two.js": 'exports.dep = "two";',
};

/** To a bundle, every file of a test is an hour old: what is newer than a bundle is not kept. */
function pretendFilesAreOld(): void {
  const now = Date.now.bind(Date);
  jest.spyOn(Date, "now").mockImplementation(() => now() + 3_600_000);
}

beforeEach(pretendFilesAreOld);
afterEach(() => {
  jest.restoreAllMocks();
});

/** The zip of `api`, or what is wrong with it. */
async function bundle(root: string): Promise<string> {
  try {
    const api = (await bundleFunctions(root, [{ name: "api" }], makeTemporaryFolder())).get("api");
    return readFileSync(api?.zipFile ?? "").toString("base64");
  } catch (error) {
    if (error instanceof InvalidInput) return error.message;
    throw error;
  }
}

/** The same of a copy of the project that has no cache. */
async function bundleAfresh(root: string): Promise<string> {
  const copy = makeTemporaryFolder();
  cpSync(root, copy, { recursive: true, verbatimSymlinks: true });
  rmSync(join(copy, "node_modules/.cache"), { recursive: true, force: true });
  return bundle(copy);
}

function write(root: string, path: string, content: string): void {
  mkdirSync(dirname(join(root, path)), { recursive: true });
  writeFileSync(join(root, path), content);
}

/** A project that has been bundled; the bundle in its cache is another, to be told apart. */
async function bundledProject(files: Readonly<Record<string, string>> = PROJECT): Promise<string> {
  const root = makeProject(files);
  await bundle(root);
  const entry = JSON.parse(readFileSync(join(root, ENTRY), "utf8")) as object;
  const checksum = createHash("sha256").update(PLANTED).digest("hex");
  const zip = Buffer.from(PLANTED).toString("base64");
  writeFileSync(join(root, ENTRY), JSON.stringify({ ...entry, zip, checksum }));
  return root;
}

function isPlanted(zip: string): boolean {
  return Buffer.from(zip, "base64").toString() === PLANTED;
}

describe("comes out of the cache", () => {
  test("as long as nothing changes", async () => {
    const root = await bundledProject();

    const zip = await bundle(root);

    expect(isPlanted(zip)).toBe(true);
  });

  test("with the files that it was made from", async () => {
    const root = await bundledProject();

    const bundles = await bundleFunctions(root, [{ name: "api" }], makeTemporaryFolder());

    const { zipFile = "", sources = [] } = bundles.get("api") ?? {};
    expect(isPlanted(readFileSync(zipFile).toString("base64"))).toBe(true);
    expect([...sources].sort()).toEqual(
      ["functions/api/handler.ts", "functions/api/part.ts", "node_modules/dep/lib/one.js"].map((path) =>
        join(root, path),
      ),
    );
  });

  test("in a folder that a link leads to", async () => {
    const root = await bundledProject();
    const link = join(makeTemporaryFolder(), "link");
    symlinkSync(root, link, "junction");

    const zip = await bundle(link);

    expect(isPlanted(zip)).toBe(true);
  });

  test("whatever else changes", async () => {
    const root = await bundledProject();

    write(root, "functions/warmer/handler.ts", HANDLER_SOURCE.replace("200", "201"));
    write(root, "cdktf.out.x1/manifest.json", "{}");
    utimesSync(join(root, "functions/api/part.ts"), 1, 1);

    expect(isPlanted(await bundle(root))).toBe(true);
  });
});

describe("is made again", () => {
  const changes: Readonly<Record<string, (root: string) => void>> = {
    "a file of the function changed": (root) => {
      write(root, "functions/api/part.ts", 'export const part = "trap";');
    },
    "a file of a package changed": (root) => {
      write(root, "node_modules/dep/lib/one.js", 'exports.dep = "uno";');
    },
    "a package has another main file": (root) => {
      write(root, "node_modules/dep/package.json", JSON.stringify({ name: "dep", version: "1.0.0", main: "lib/two" }));
    },
    "a package's main file is shadowed": (root) => {
      write(root, "node_modules/dep/lib/one", 'exports.dep = "shadow";');
    },
    "a file with an extension that goes first is added": (root) => {
      write(root, "functions/api/part.tsx", 'export const part = "shadow";');
    },
    "a closer folder of packages is added": (root) => {
      write(root, "functions/node_modules/dep/index.js", 'exports.dep = "closer";');
    },
    "the function gets a package.json": (root) => {
      write(root, "functions/api/package.json", JSON.stringify({ sideEffects: false }));
    },
    "the project gets a tsconfig.json": (root) => {
      write(root, "tsconfig.json", JSON.stringify({ compilerOptions: { useDefineForClassFields: false } }));
    },
    "a file is gone": (root) => {
      rmSync(join(root, "functions/api/part.ts"));
    },
  };

  test.each(Object.keys(changes))("when %s", async (change) => {
    const root = await bundledProject();

    changes[change]?.(root);

    const zip = await bundle(root);
    expect(isPlanted(zip)).toBe(false);
    expect(zip).toBe(await bundleAfresh(root));
  });

  test("when a package is added to a folder of packages that is closer", async () => {
    const root = await bundledProject({ ...PROJECT, "functions/node_modules/other/index.js": "" });

    write(root, "functions/node_modules/dep/index.js", 'exports.dep = "closer";');

    expect(isPlanted(await bundle(root))).toBe(false);
  });

  test("when a file is added beside a folder that is imported", async () => {
    const root = await bundledProject({
      "functions/api/handler.ts": 'export { handler } from "./deep/folder";',
      "functions/api/deep/folder/index.ts": HANDLER_SOURCE,
    });

    write(root, "functions/api/deep/folder.ts", HANDLER_SOURCE.replace("200", "201"));

    expect(isPlanted(await bundle(root))).toBe(false);
  });

  test.each([
    ["changed", "functions/api/data/words.txt"],
    ["is new", "functions/api/data/more.txt"],
  ])("when a file that is packaged %s", async (_, path) => {
    const root = makeProject({ ...PROJECT, "functions/api/data/words.txt": "words" });
    const bundlePackaging = async () => {
      const bundles = await bundleFunctions(root, [{ name: "api", files: ["data/*"] }], makeTemporaryFolder());
      return [...bundles.values()].map(({ sourceCodeHash }) => sourceCodeHash);
    };
    const before = await bundlePackaging();

    write(root, path, "other words");

    expect(readdirSync(join(root, CACHE))).toHaveLength(1);
    expect(await bundlePackaging()).not.toEqual(before);
  });

  test("when a linked package is linked to another folder", async () => {
    const { "functions/api/handler.ts": handler, "functions/api/part.ts": part } = PROJECT;
    const root = makeProject({ "functions/api/handler.ts": handler, "functions/api/part.ts": part });
    write(root, "packages/one/index.js", 'exports.dep = "one";');
    write(root, "packages/two/index.js", 'exports.dep = "two";');
    mkdirSync(join(root, "node_modules"));
    symlinkSync("../packages/one", join(root, "node_modules/dep"), "junction");
    const before = await bundle(root);

    rmSync(join(root, "node_modules/dep"));
    symlinkSync("../packages/two", join(root, "node_modules/dep"), "junction");

    expect(await bundle(root)).not.toBe(before);
  });

  test("whatever happens to the project, as it would be without a cache", async () => {
    const paths = [
      "functions/api/part.ts",
      "functions/api/part.tsx",
      "functions/api/part/index.ts",
      "functions/api/package.json",
      "functions/api/node_modules/dep/index.js",
      "functions/api/node_modules/other/index.js",
      "functions/node_modules/dep.js",
      "node_modules/dep/package.json",
      "node_modules/dep/index.js",
      "node_modules/dep/lib/one.js",
      "package.json",
      "tsconfig.json",
    ];
    const contents = [
      'exports.part = exports.dep = "a";',
      'export const part = "b", dep = "b";',
      JSON.stringify({ name: "dep", main: "lib/two", module: "lib/one", sideEffects: false }),
      JSON.stringify({ name: "dep", exports: "./lib/two.js" }),
      JSON.stringify({ compilerOptions: { paths: { dep: ["./functions/api/part"] } } }),
    ];
    const edit = fc.record({
      path: fc.constantFrom(...paths),
      content: fc.option(fc.constantFrom(...contents), { nil: undefined }),
    });
    await fc.assert(
      fc.asyncProperty(fc.array(edit, { minLength: 1, maxLength: 6 }), async (edits) => {
        const root = makeProject(PROJECT);
        await bundle(root);
        for (const { path, content } of edits) {
          if (content === undefined) rmSync(join(root, path), { force: true });
          else write(root, path, content);

          expect(await bundle(root)).toBe(await bundleAfresh(root));
        }
      }),
      { numRuns: 40 },
    );
  });
});

describe("is not kept", () => {
  test("when a file may have changed meanwhile", async () => {
    jest.restoreAllMocks();
    const root = makeProject(PROJECT);

    await bundle(root);

    expect(existsSync(join(root, ENTRY))).toBe(false);
  });

  test("when imports are looked for where the settings of TypeScript say", async () => {
    const settings = { compilerOptions: { paths: { "@own/*": ["./own/*", "./functions/api/*"] } } };
    const root = makeProject({
      "functions/api/handler.ts": 'import "@own/part"; export const handler = 1;',
      "functions/api/part.ts": "",
      "tsconfig.json": JSON.stringify(settings),
    });

    await bundle(root);

    expect(existsSync(join(root, ENTRY))).toBe(false);
  });

  test("when something that it can do without was not found", async () => {
    const handler = 'try { require("faster"); } catch {}\nexport const handler = 1;';
    const root = makeProject({ "functions/api/handler.ts": handler });

    await bundle(root);

    expect(existsSync(join(root, ENTRY))).toBe(false);
  });
});

describe("a cache that is of no use costs no more than time:", () => {
  const damages: Readonly<Record<string, (text: string) => string>> = {
    empty: () => "",
    "cut off": (text) => text.slice(0, -10),
    "not ours": () => "null",
    "without files": (text) => text.replace(/"files":\[[^\]]*\]/, '"files":7'),
    "another zip": (text) => text.replace(/"zip":"[^"]*"/, '"zip":"UEsDBA=="'),
  };

  test.each(Object.keys(damages))("%s", async (damage) => {
    const root = makeProject(PROJECT);
    const before = await bundle(root);
    const entry = join(root, ENTRY);
    writeFileSync(entry, damages[damage]?.(readFileSync(entry, "utf8")) ?? "");

    const after = await bundle(root);

    expect(after).toBe(before);
  });

  test("not to be written", async () => {
    const root = makeProject({ ...PROJECT, "node_modules/.cache": "a file" });

    const zip = await bundle(root);

    expect(zip).toBe(await bundleAfresh(root));
  });

  test("written by several at once", async () => {
    const root = makeProject(PROJECT);

    const zips = await Promise.all(Array.from({ length: 5 }, () => bundle(root)));

    expect(new Set(zips).size).toBe(1);
    expect(readdirSync(join(root, CACHE))).toEqual(["api.json"]);
    expect(await bundle(root)).toBe(zips[0]);
  });
});
