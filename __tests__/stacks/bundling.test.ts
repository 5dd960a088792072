import { describe, expect, test } from "@jest/globals";
import fc from "fast-check";
import { unzipSync } from "fflate";
import { readFileSync } from "node:fs";
import { join } from "node:path";
import { InvalidInput } from "../../environments/mistakes";
import { type Bundle, bundleFunctions } from "../../stacks/bundle";
import { type FunctionCode } from "../../stacks/function-code";
import { callHandler } from "../support/lambda-zip";
import { findMistakes, makeProject, makeTemporaryFolder, makeTfvars } from "../support/project";

type Files = Readonly<Record<string, string | Uint8Array>>;
type Bundling = Partial<NonNullable<FunctionCode["bundle"]>>;

async function bundle(sources: Files, settings: Bundling): Promise<Bundle> {
  const code = {
    name: "api",
    environment: "dev",
    bundle: { external: [], loader: {}, conditions: [], decoratorMetadata: false, preload: [], ...settings },
  };
  const [only] = (await bundleFunctions(makeProject(sources), [code], makeTemporaryFolder())).values();
  if (!only) throw new Error("no bundle");
  return only;
}

async function mistakesOf(sources: Files, settings: Bundling): Promise<string[]> {
  const failure: unknown = await bundle(sources, settings).catch((error: unknown) => error);
  if (failure instanceof InvalidInput) return failure.message.split("\n");
  throw new Error(`expected mistakes, got ${JSON.stringify(failure)}`);
}

describe("external packages", () => {
  /** What a layer has, which Lambda names in NODE_PATH. */
  const layer = makeProject({
    "node_modules/shared/index.js": 'exports.shared = "from the layer"; exports.default = "default";',
    "node_modules/shared/deep.js": 'exports.deep = "deep";',
    "node_modules/@org/one/index.js": 'exports.one = "one";',
  });
  const variables = { NODE_PATH: join(layer, "node_modules") };

  test.each([
    ["an import", 'import { shared } from "shared"; export const handler = async () => shared;', "from the layer"],
    [
      "an import of its default",
      'import shared from "shared"; export const handler = async () => shared.shared;',
      "from the layer",
    ],
    ["an import of a part", 'import { deep } from "shared/deep"; export const handler = async () => deep;', "deep"],
    ["import()", 'export const handler = async () => (await import("shared")).shared;', "from the layer"],
    ["require()", 'export const handler = async () => require("shared").shared;', "from the layer"],
    [
      "require() in a function",
      'const load = () => require("shared"); export const handler = async () => load().shared;',
      "from the layer",
    ],
  ])("are found in a layer by %s", async (_, handler, answer) => {
    const made = await bundle({ "functions/api/handler.ts": handler }, { external: ["shared"] });

    expect(made.notes).toEqual([]);
    expect(callHandler(made, {}, variables)).toBe(answer);
  });

  test("may be all of a scope, installed here or not", async () => {
    const made = await bundle(
      {
        "functions/api/handler.ts": 'import { one } from "@org/one"; export const handler = async () => one;',
        "node_modules/@org/one/index.js": 'exports.one = "bundled";',
      },
      { external: ["@org/*"] },
    );

    expect(callHandler(made, {}, variables)).toBe("one");
  });

  test("are only those named", async () => {
    const made = await bundle(
      {
        "functions/api/handler.ts":
          'import { one } from "shared-more"; import { shared } from "shared"; export const handler = async () => [one, shared];',
        "node_modules/shared-more/index.js": 'exports.one = "bundled";',
      },
      { external: ["shared"] },
    );

    expect(callHandler(made, {}, variables)).toEqual(["bundled", "from the layer"]);
  });
});

describe("loaders decide what an import of a file gives:", () => {
  test.each([
    ["text", "<p>hi</p>"],
    ["base64", Buffer.from("<p>hi</p>").toString("base64")],
    ["dataurl", "data:text/html;charset=utf-8,<p>hi</p>"],
  ] as const)("%s", async (loader, answer) => {
    const made = await bundle(
      {
        "functions/api/handler.ts": 'import page from "./page.html"; export const handler = async () => page;',
        "functions/api/page.html": "<p>hi</p>",
      },
      { loader: { ".html": loader } },
    );

    expect(callHandler(made)).toBe(answer);
  });

  test("binary", async () => {
    const made = await bundle(
      {
        "functions/api/handler.ts": 'import data from "./a.bin"; export const handler = async () => [...data];',
        "functions/api/a.bin": new Uint8Array([0, 1, 255]),
      },
      { loader: { ".bin": "binary" } },
    );

    expect(callHandler(made)).toEqual([0, 1, 255]);
  });

  test("file, whose path is relative to the code", async () => {
    const made = await bundle(
      {
        "functions/api/handler.ts":
          'import page from "./page.html"; import { readFileSync } from "node:fs"; import { join } from "node:path"; export const handler = async () => [readFileSync(page, "utf8"), readFileSync(join(__dirname, page), "utf8")];',
        "functions/api/page.html": "<p>hi</p>",
      },
      { loader: { ".html": "file" } },
    );

    expect(callHandler(made)).toEqual(["<p>hi</p>", "<p>hi</p>"]);
  });
});

test("conditions select what a package exports", async () => {
  const sources = {
    "functions/api/handler.ts": 'import { kind } from "kinds"; export const handler = async () => kind;',
    "node_modules/kinds/package.json": JSON.stringify({ exports: { edge: "./edge.js", default: "./plain.js" } }),
    "node_modules/kinds/edge.js": 'exports.kind = "edge";',
    "node_modules/kinds/plain.js": 'exports.kind = "plain";',
  };

  expect(callHandler(await bundle(sources, {}))).toBe("plain");
  expect(callHandler(await bundle(sources, { conditions: ["edge"] }))).toBe("edge");
});

describe("decorators get types at run time", () => {
  const sources = {
    "functions/api/handler.ts": `import { Service } from "./service"; import { typesOf } from "./metadata";
      export const handler = async () => [typesOf(Service), new Service(undefined as never, "x").greet()];`,
    "functions/api/metadata.ts": `const known = new Map<unknown, unknown[]>();
      (Reflect as any).metadata = (key: string, value: any) => (target: unknown) => { if (key === "design:paramtypes") known.set(target, value.map((each: any) => each?.name)); };
      export const typesOf = (target: unknown) => known.get(target);`,
    "functions/api/service.ts": `import "./metadata"; import { Repository, type Settings } from "./repository"; import type { Only } from "./repository";
      const Injectable = () => (target: unknown) => undefined;
      @Injectable()
      export class Service { constructor(readonly repository: Repository, readonly name: string, readonly settings?: Settings, readonly only?: Only) {} greet(): string { return \`hello \${this.name}\`; } }`,
    "functions/api/repository.ts":
      "export class Repository {} export interface Settings { a: 1 } export type Only = string;",
  };

  test("if they are wanted", async () => {
    const made = await bundle(sources, { decoratorMetadata: true });

    expect(callHandler(made)).toEqual([["Repository", "String", "Object", "Object"], "hello x"]);
  });

  test("and if they are lost, a note says so", async () => {
    const settings = JSON.stringify({ compilerOptions: { experimentalDecorators: true, emitDecoratorMetadata: true } });
    const { notes } = await bundle({ ...sources, "functions/api/tsconfig.json": settings }, {});

    expect(notes).toEqual([
      "functions/api/service.ts: its decorators have no types when the program runs: set bundle = { decorator_metadata = true }",
    ]);
    expect((await bundle(sources, {})).notes).toEqual([]);
  });

  test("and fields stay as TypeScript's settings say", async () => {
    const entity = `const Column = () => (target: unknown, key: string) => undefined;
      export class Entity { @Column() name!: string; }`;
    const of = (options: object) => ({
      "functions/api/handler.ts":
        'import { Entity } from "./entity"; export const handler = async () => Object.keys(new Entity());',
      "functions/api/entity.ts": `import "./metadata"; ${entity}`,
      "functions/api/metadata.ts": "(Reflect as any).metadata = () => () => undefined;",
      "functions/api/tsconfig.json": JSON.stringify({ compilerOptions: options }),
    });

    expect(callHandler(await bundle(of({ target: "es2021" }), { decoratorMetadata: true }))).toEqual([]);
    expect(callHandler(await bundle(of({ target: "es2022" }), { decoratorMetadata: true }))).toEqual(["name"]);
  });
});

test("preloaded modules are loaded first, in their order", async () => {
  const made = await bundle(
    {
      "functions/api/handler.ts":
        'globalThis.order.push("handler"); export const handler = async () => globalThis.order;',
      "functions/api/first.cjs": 'globalThis.order = ["first"];',
      "functions/shared/second.ts": 'globalThis.order.push("second");',
    },
    { preload: ["./first.cjs", "../shared/second.ts"] },
  );

  expect(callHandler(made)).toEqual(["first", "second", "handler"]);
});

describe("settings without effect are refused:", () => {
  test("all that bundling shows, at once", async () => {
    expect(
      await mistakesOf({}, { external: ["shared", "@org/*"], loader: { ".html": "text" }, decoratorMetadata: true }),
    ).toEqual([
      'environments/dev.tfvars: functions.api.bundle.external: expected what the code imports, got "shared"',
      'environments/dev.tfvars: functions.api.bundle.external: expected what the code imports, got "@org/*"',
      'environments/dev.tfvars: functions.api.bundle.loader: expected endings of imported files, got ".html"',
      "environments/dev.tfvars: functions.api.bundle.decorator_metadata: expected code with decorators, got none",
    ]);
  });

  test("modules to preload that do not exist", async () => {
    expect(await mistakesOf({}, { preload: ["./tracing.ts"] })).toEqual([
      'environments/dev.tfvars: functions.api.bundle.preload: expected files of functions/api, got "./tracing.ts"',
    ]);
  });
});

describe("a mistake in bundle is told in one line:", () => {
  test.each([
    ['{ external = ["./a"] }', ".external.0", 'a package\'s name, as in @aws-sdk/*, got "./a"'],
    ['{ loader = { html = "text" } }', ".loader.html", 'a file name\'s ending, as in .html, but not .node, got "html"'],
    [
      '{ loader = { ".node" = "file" } }',
      '.loader.".node"',
      'a file name\'s ending, as in .html, but not .node, got ".node"',
    ],
    [
      '{ loader = { ".html" = "txt" } }',
      '.loader.".html"',
      'one of text, json, binary, base64, dataurl, file, empty, js, jsx, ts, tsx, got "txt"',
    ],
    ['{ conditions = "a" }', ".conditions", 'a list, as in ["production"], got "a"'],
    ['{ decorator_metadata = "yes" }', ".decorator_metadata", 'true or false, got "yes"'],
    [
      '{ preload = ["tracing.ts"] }',
      ".preload.0",
      'a file relative to the function\'s folder, as in ./instrumentation.ts, got "tracing.ts"',
    ],
    ["[]", "", "a map, as in bundle = { external = … }, got an empty list"],
  ])("bundle = %s", async (value, place, complaint) => {
    const text = makeTfvars({ functions: `api = { bundle = ${value} }` });

    expect(await findMistakes({ "environments/dev.tfvars": text })).toEqual([
      `environments/dev.tfvars: functions.api.bundle${place}: expected ${complaint}`,
    ]);
  });
});

test("whatever text a file has, its import gives it", async () => {
  await fc.assert(
    fc.asyncProperty(fc.string({ unit: "grapheme", maxLength: 200 }), async (content) => {
      const made = await bundle(
        {
          "functions/api/handler.ts": 'import page from "./page.html"; export const handler = async () => page;',
          "functions/api/page.html": content,
        },
        { loader: { ".html": "text" } },
      );

      expect(callHandler(made)).toBe(content.replace(/^\uFEFF/, ""));
      expect(Object.keys(unzipSync(readFileSync(made.zipFile)))).toEqual(["handler.mjs", "handler.mjs.map"]);
    }),
    { numRuns: 10 },
  );
});
