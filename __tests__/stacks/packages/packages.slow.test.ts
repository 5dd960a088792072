import { afterAll, beforeAll, describe, expect, test } from "@jest/globals";
import { unzipSync } from "fflate";
import { execFileSync } from "node:child_process";
import { createHash } from "node:crypto";
import { mkdirSync, readdirSync, readFileSync, renameSync, symlinkSync, writeFileSync } from "node:fs";
import { dirname, join } from "node:path";
import { InvalidInput } from "../../../environments/mistakes";
import { type Bundle, bundleFunctions } from "../../../stacks/bundle";
import { type FunctionCode } from "../../../stacks/function-code";
import { callHandler } from "../../support/lambda-zip";
import { findMistakes, makeProject, makeTemporaryFolder, makeTfvars } from "../../support/project";

interface Entry {
  readonly files?: Readonly<Record<string, string>>;
  /** What the lock file says besides version and place. */
  readonly locked?: object;
  readonly version?: string;
}

/** The beginning of a compiled file for Linux. */
const compiledFor = (machine: number) => `\x7fELF${"\0".repeat(14)}${String.fromCharCode(machine)}\0`;
const X64 = compiledFor(62);
const ARM64 = compiledFor(183);

/** Packages as there are, each made up, by their places in the project. */
const PACKAGES: Readonly<Record<string, Entry>> = {
  // Its compiled part is in a package for each platform.
  "node_modules/images": {
    files: {
      "index.js":
        'const { tint } = require("colors"); const part = process.env.PART; exports.images = [tint(), require(`@images/linux-${part}`)];',
    },
    locked: {
      dependencies: { colors: "^1.0.0" },
      optionalDependencies: {
        "@images/linux-x64": "1.0.0",
        "@images/linux-arm64": "1.0.0",
        "@images/win32-x64": "1.0.0",
      },
    },
  },
  "node_modules/@images/linux-x64": {
    files: { "index.js": 'module.exports = "x64";' },
    locked: { os: ["linux"], cpu: ["x64"], optional: true },
  },
  "node_modules/@images/linux-arm64": {
    files: { "index.js": 'module.exports = "arm64";' },
    locked: { os: ["linux"], cpu: ["arm64"], optional: true },
  },
  "node_modules/@images/win32-x64": {
    files: { "index.js": "" },
    locked: { os: ["win32"], cpu: ["x64"], optional: true },
  },
  // There are two versions; `images` gets the older one.
  "node_modules/colors": { version: "2.0.0", files: { "index.js": 'exports.tint = () => "new";' } },
  "node_modules/images/node_modules/colors": { version: "1.5.0", files: { "index.js": 'exports.tint = () => "old";' } },
  // Its compiled part is in it, for each platform.
  "node_modules/sockets": {
    files: {
      "binding.gyp": "{}",
      "index.js": 'exports.sockets = "sockets";',
      "prebuilds/linux-x64/a.node": X64,
      "prebuilds/linux-arm64/a.node": ARM64,
      "prebuilds/darwin-arm64/a.node": "another",
      "bin/linux/arm64/library.so.1": ARM64,
      "bin/linux/x64/library.so.1": X64,
      "bin/win32/x64/library.dll": "another",
      "bin/library.exe.js": "",
    },
  },
  // Its compiled part is downloaded.
  "node_modules/rows": {
    files: {
      "binding.gyp": "{}",
      "index.js": 'exports.rows = "rows";',
      "package.json": JSON.stringify({ scripts: { install: "prebuild-install --tag-prefix=v || node-gyp rebuild" } }),
    },
    locked: { dependencies: { "prebuild-install": "1" }, hasInstallScript: true },
  },
  "node_modules/prebuild-install": {
    files: {
      "bin.js": `const { mkdirSync, writeFileSync } = require("fs"); const options = process.argv.slice(2);
        const machine = options.includes("--arch=arm64") ? 183 : 62;
        mkdirSync("build/Release", { recursive: true });
        writeFileSync("build/Release/rows.node", ${JSON.stringify(compiledFor(0))}.replace(/\\0\\0$/, String.fromCharCode(machine) + "\\0"), "latin1");
        writeFileSync("options.txt", options.join(" "));`,
    },
  },
  "node_modules/absent": {
    files: {
      "binding.gyp": "{}",
      "index.js": "",
      "package.json": JSON.stringify({ scripts: { install: "node-pre-gyp install --fallback-to-build" } }),
    },
    locked: { dependencies: { "@mapbox/node-pre-gyp": "1" } },
  },
  "node_modules/@mapbox/node-pre-gyp": {
    files: {
      "bin/node-pre-gyp":
        'console.error("node-pre-gyp info it worked\\nnode-pre-gyp ERR! install response status 404 Not Found"); process.exit(1);',
    },
  },
  // Built for one architecture only.
  "node_modules/old": { files: { "binding.gyp": "{}", "index.js": "", "old.node": X64 } },
  "node_modules/scripted": {
    files: {
      "index.js": 'exports.ran = require("fs").existsSync(__dirname + "/ran");',
      "package.json": JSON.stringify({
        scripts: { postinstall: "node -e \"require('fs').writeFileSync('ran', '')\"" },
      }),
    },
    locked: { hasInstallScript: true },
  },
  "node_modules/modern": {
    files: {
      "index.mjs": 'export const modern = import.meta.url.includes("node_modules");',
      "package.json": JSON.stringify({ type: "module", exports: "./index.mjs" }),
    },
  },
  "node_modules/later": { locked: { dev: true }, files: { "index.js": 'exports.later = "later";' } },
  "node_modules/@prisma/client": { files: { "index.js": 'module.exports = require(".prisma/client");' } },
  "node_modules/own": { locked: { link: true, resolved: "packages/own" } },
};

let vendor = "";

/** Makes an archive of each package, as npm downloads them. */
beforeAll(() => {
  vendor = makeTemporaryFolder();
  for (const [place, { files, version = "1.0.0" }] of Object.entries(PACKAGES)) {
    if (!files) continue;
    const folder = makeTemporaryFolder();
    const manifest = { name: nameOf(place), version, ...(JSON.parse(files["package.json"] ?? "{}") as object) };
    for (const [path, content] of Object.entries({ ...files, "package.json": JSON.stringify(manifest) })) {
      mkdirSync(dirname(join(folder, "package", path)), { recursive: true });
      writeFileSync(join(folder, "package", path), content, "latin1");
    }
    execFileSync("tar", ["-czf", join(vendor, archiveOf(place)), "-C", folder, "package"]);
  }
  // Whatever is not there must not be looked for elsewhere.
  process.env["npm_config_offline"] = "true";
});

afterAll(() => {
  delete process.env["npm_config_offline"];
});

const nameOf = (place: string) => place.split("node_modules/").at(-1) ?? "";
const archiveOf = (place: string) => `${place.replaceAll("/", "+")}.tgz`;

/** A project whose packages are in its lock file, and installed as far as the code of its function imports them. */
function makeLockedProject(handler: string, { without = [] as string[], prefix = "" } = {}): string {
  const places = Object.keys(PACKAGES).filter((place) => !without.includes(place));
  const packages = places.map((place) => {
    const { version = "1.0.0", locked = {} } = PACKAGES[place] ?? {};
    const archive = readIfAny(join(vendor, archiveOf(place)));
    const integrity = `sha512-${createHash("sha512").update(archive).digest("base64")}`;
    return [
      prefix + place,
      { version, resolved: `file:${join(vendor, archiveOf(place))}`, integrity, ...locked },
    ] as const;
  });
  const installed = Object.entries(PACKAGES).flatMap(([place, { files = {} }]) =>
    Object.entries({ "package.json": "{}", ...files }).map(([path, content]) => [`${place}/${path}`, content] as const),
  );
  return makeProject({
    ...Object.fromEntries(installed),
    "functions/api/handler.ts": handler,
    "package-lock.json": JSON.stringify({
      name: "project",
      lockfileVersion: 3,
      packages: { "": {}, ...Object.fromEntries(packages) },
    }),
  });
}

function readIfAny(path: string): Buffer {
  try {
    return readFileSync(path);
  } catch {
    return Buffer.alloc(0);
  }
}

async function bundle(root: string, packages: string[], more: Partial<FunctionCode> = {}): Promise<Bundle> {
  const code = { name: "api", environment: "dev", packages, ...more };
  const [only] = (await bundleFunctions(root, [code], makeTemporaryFolder())).values();
  if (!only) throw new Error("no bundle");
  return only;
}

async function mistakeOf(root: string, packages: string[], more: Partial<FunctionCode> = {}): Promise<string> {
  const failure: unknown = await bundle(root, packages, more).catch((error: unknown) => error);
  if (failure instanceof InvalidInput) return failure.message;
  throw new Error(`expected a mistake, got ${JSON.stringify(failure)}`);
}

const filesOf = ({ zipFile }: Bundle) => unzipSync(readFileSync(zipFile));

describe("packages that a function names", () => {
  test("are installed beside its code as locked, with what they need, for its architecture", async () => {
    const root = makeLockedProject('import { images } from "images"; export const handler = async () => images;');

    const [arm, intel] = [
      await bundle(root, ["images"], { architecture: "arm64" }),
      await bundle(root, ["images"], { architecture: "x86_64" }),
    ];

    expect(arm.notes).toEqual([]);
    expect(callHandler(arm, {}, { PART: "arm64" })).toEqual(["old", "arm64"]);
    expect(callHandler(intel, {}, { PART: "x64" })).toEqual(["old", "x64"]);
    expect(Object.keys(filesOf(arm)).filter((path) => path.endsWith("index.js"))).toEqual([
      "node_modules/@images/linux-arm64/index.js",
      "node_modules/images/index.js",
      "node_modules/images/node_modules/colors/index.js",
    ]);
  });

  test("are the same bytes in another project, and come out of a cache", async () => {
    const handler = 'import { sockets } from "sockets"; export const handler = async () => sockets;';
    const [one, two] = [makeLockedProject(handler), makeLockedProject(handler)];

    const hashes = [await bundle(one, ["sockets"]), await bundle(two, ["sockets"]), await bundle(one, ["sockets"])];

    expect(new Set(hashes.map(({ sourceCodeHash }) => sourceCodeHash)).size).toBe(1);
    expect(readdirSync(join(one, "node_modules/.cache/warmwatch/packages"))).toHaveLength(1);
  });

  test("leave out what they have compiled for other platforms", async () => {
    const root = makeLockedProject('import { sockets } from "sockets"; export const handler = async () => sockets;');

    const made = await bundle(root, ["sockets"], { architecture: "x86_64" });

    const places = Object.keys(filesOf(made)).filter((path) => path.startsWith("node_modules"));
    expect(places.map((path) => path.slice("node_modules/sockets/".length))).toEqual([
      "bin/library.exe.js",
      "bin/linux/x64/library.so.1",
      "binding.gyp",
      "index.js",
      "package.json",
      "prebuilds/linux-x64/a.node",
    ]);
  });

  test("are installed where node_modules is a symbolic link", async () => {
    const root = makeLockedProject('import { sockets } from "sockets"; export const handler = async () => sockets;');
    const elsewhere = join(makeTemporaryFolder(), "modules");
    renameSync(join(root, "node_modules"), elsewhere);
    symlinkSync(elsewhere, join(root, "node_modules"), "junction");

    expect(callHandler(await bundle(root, ["sockets"]))).toBe("sockets");
  });

  test.each([
    [
      "an import of CommonJS",
      'import { sockets } from "sockets"; export const handler = async () => sockets;',
      "sockets",
    ],
    [
      "an import of all of it",
      'import * as all from "sockets"; export const handler = async () => all.sockets;',
      "sockets",
    ],
    ["require()", 'export const handler = async () => require("sockets").sockets;', "sockets"],
    ["import()", 'export const handler = async () => (await import("sockets")).sockets;', "sockets"],
    ["an import of an ES module", 'import { modern } from "modern"; export const handler = async () => modern;', true],
    [
      "a package that only tests use at home",
      'import { later } from "later"; export const handler = async () => later;',
      "later",
    ],
  ])("are found by %s", async (_, handler, answer) => {
    const made = await bundle(makeLockedProject(handler), ["sockets", "modern", "later"]);

    expect(callHandler(made)).toEqual(answer);
  });

  test("get compiled files that are downloaded for the function's platform", async () => {
    const root = makeLockedProject('import { rows } from "rows"; export const handler = async () => rows;');

    const made = await bundle(root, ["rows"], { architecture: "arm64", runtime: "nodejs24.x" });

    const { "node_modules/rows/build/Release/rows.node": compiled, "node_modules/rows/options.txt": options } =
      filesOf(made);
    expect(Buffer.from(compiled ?? []).toString("latin1")).toBe(ARM64);
    expect(Buffer.from(options ?? []).toString()).toBe(
      "--tag-prefix=v --platform=linux --arch=arm64 --libc=glibc --target=24.0.0",
    );
  });

  test("come with what Prisma has generated, and only its engine for the function", async () => {
    const root = makeLockedProject(
      'import { client } from "@prisma/client"; export const handler = async () => client;',
    );
    const generated = join(root, "node_modules/.prisma/client");
    mkdirSync(generated, { recursive: true });
    writeFileSync(join(generated, "index.js"), 'exports.client = "generated";');
    writeFileSync(join(generated, "engine-arm.node"), ARM64, "latin1");
    writeFileSync(join(generated, "engine-darwin.node"), "another");

    const made = await bundle(root, ["@prisma/client"]);

    expect(callHandler(made)).toBe("generated");
    expect(Object.keys(filesOf(made)).filter((path) => path.includes("engine"))).toEqual([
      "node_modules/.prisma/client/engine-arm.node",
    ]);
    expect(await mistakeOf(root, ["@prisma/client"], { architecture: "x86_64" })).toMatch(
      /expected binaryTargets = \["native", "rhel-openssl-3\.0\.x"\] in Prisma's schema, then npx prisma generate, got engines/,
    );
  });

  test("run no other scripts", async () => {
    const root = makeLockedProject('import { ran } from "scripted"; export const handler = async () => ran;');

    expect(callHandler(await bundle(root, ["scripted"]))).toBe(false);
  });

  test("may be those of a workspace's own", async () => {
    const root = makeLockedProject('import { sockets } from "sockets"; export const handler = async () => sockets;', {
      prefix: "functions/api/",
    });

    expect(callHandler(await bundle(root, ["sockets"]))).toBe("sockets");
  });
});

describe("synthesis refuses, in one line, packages", () => {
  const handler = "export const handler = async () => 1;";
  const key = "environments/dev.tfvars: functions.api.packages: expected";

  test.each([
    ["that are not in the lock file", "nowhere", 'a package in package-lock.json, got "nowhere"'],
    ["that are folders of the project", "own", 'a package that npm downloads, not a folder, got "own"'],
    ["for which nothing was generated", "@prisma/client", "a client that npx prisma generate has written, got none"],
    ["built for another architecture", "old", "a version of old with compiled files for linux-arm64, got 1.0.0"],
    [
      "that cannot be downloaded",
      "absent",
      "a version of absent with compiled files for linux-arm64, got 1.0.0 (response status 404 Not Found)",
    ],
  ])("%s", async (_, name, expected) => {
    expect(await mistakeOf(makeLockedProject(handler), [name])).toBe(`${key} ${expected}`);
  });

  test("whose part for the platform the lock file lacks", async () => {
    const root = makeLockedProject(handler, { without: ["node_modules/@images/linux-arm64"] });

    expect(await mistakeOf(root, ["images"])).toBe(
      `${key} a version of images with compiled files for linux-arm64, got 1.0.0, whose parts for it are not in package-lock.json`,
    );
  });

  test("that npm cannot get", async () => {
    const root = makeLockedProject(handler);
    const lock = readFileSync(join(root, "package-lock.json"), "utf8");
    writeFileSync(join(root, "package-lock.json"), lock.replace(/sockets\.tgz","integrity":"[^"]*"/, 'gone.tgz"'));

    expect(await mistakeOf(root, ["sockets"])).toMatch(
      /^environments\/dev\.tfvars: functions\.api\.packages: expected packages that npm can install, got .*$/,
    );
  });

  test.each([
    ["without a lock file", undefined, "a package-lock.json of npm in the function's folder or above, got none"],
    [
      "with an old lock file",
      '{ "lockfileVersion": 1 }',
      "package-lock.json as npm 7 or later writes it, got another file",
    ],
    ["with a lock file that is none", "{", "package-lock.json as npm 7 or later writes it, got another file"],
  ])("%s", async (_, lock, expected) => {
    const root = makeProject(lock === undefined ? {} : { "package-lock.json": lock });

    expect(await mistakeOf(root, ["sockets"])).toBe(`${key} ${expected}`);
  });

  test.each([["yarn.lock"], ["pnpm-lock.yaml"], ["bun.lock"]])("that %s has locked, nearer than npm", async (other) => {
    const root = makeLockedProject(handler);
    writeFileSync(join(root, "functions/api", other), "");

    expect(await mistakeOf(root, ["sockets"])).toBe(
      `${key} a package-lock.json, as npm install --package-lock-only writes it in functions/api, got ${other}`,
    );
  });

  test.each([
    ['"sharp"', 'a list, as in ["sharp"], got "sharp"', ""],
    ['["./sharp"]', 'the name of an npm package, as in sharp, got "./sharp"', ".0"],
    ['["sharp@1.2.3"]', 'the name of an npm package, as in sharp, got "sharp@1.2.3"', ".0"],
    ['["sharp", "sharp"]', "each item once, got a list", ""],
  ])("as packages = %s", async (value, complaint, place) => {
    const text = makeTfvars({ functions: `api = { packages = ${value} }` });

    expect(await findMistakes({ "environments/dev.tfvars": text })).toEqual([
      `environments/dev.tfvars: functions.api.packages${place}: expected ${complaint}`,
    ]);
  });
});
