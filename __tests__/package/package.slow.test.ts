import { beforeAll, describe, expect, test } from "@jest/globals";
import { build } from "esbuild";
import { spawnSync } from "node:child_process";
import { cpSync, existsSync, mkdirSync, readdirSync, readFileSync, symlinkSync, writeFileSync } from "node:fs";
import { join, resolve } from "node:path";
import { SHIPPED } from "../support/environments";
import {
  listAddresses,
  makeProject,
  makeTemporaryFolder,
  readFiles,
  type StackUnderTest,
  synthesizeProject,
} from "../support/project";
import { typeCommands } from "../support/walkthrough";

interface Packed {
  readonly filename: string;
  readonly size: number;
  readonly files: readonly { readonly path: string }[];
}

/** Installs the packed package, and links the other packages of this repository. */
function install(folder: string, links: Readonly<Record<string, string>> = {}): void {
  const modules = join(folder, "node_modules");
  mkdirSync(join(modules, "warmwatch"), { recursive: true });
  typeCommands(modules, `tar xzf "${tarball}" -C warmwatch --strip-components 1`);
  mkdirSync(join(modules, ".bin"));
  for (const name of readdirSync("node_modules").filter((each) => !each.startsWith("."))) {
    symlinkSync(resolve("node_modules", links[name] ?? name), join(modules, name));
  }
  for (const name of ["prettier", "eslint", "esbuild", "tsc", "tsx", "vitest"]) {
    symlinkSync(resolve("node_modules/.bin", name), join(modules, ".bin", name));
  }
  symlinkSync("../warmwatch/bin.js", join(modules, ".bin/warmwatch"));
}

/** A new project in an empty folder. */
function makeNewProject(): string {
  const folder = makeTemporaryFolder();
  install(folder);
  typeCommands(folder, "node_modules/.bin/warmwatch init shop");
  const made = join(folder, "shop");
  install(made);
  return made;
}

let tarball: string;
let packed: Packed;
let root: string;

beforeAll(() => {
  const folder = makeTemporaryFolder();
  typeCommands(".", "npm run build");
  const { stdout } = spawnSync("npm", ["pack", "--json", "--ignore-scripts", "--pack-destination", folder], {
    encoding: "utf8",
  });
  [packed] = JSON.parse(stdout) as [Packed];
  tarball = join(folder, packed.filename);
  root = makeNewProject();
});

test("the package is small, and has no tests, benchmarks or sources that are compiled", () => {
  const paths = packed.files.map(({ path }) => path);

  expect(packed.size).toBeLessThan(2e6);
  expect(paths.filter((path) => /(^|\/)(__tests__|benchmarks|\.ci|\.husky)\//.test(path))).toEqual([]);
  expect(
    paths.filter(
      (path) =>
        /(?<!\.d)\.ts$/.test(path) && !/^(examples|dist\/(package\/project|operations\/\w+\/browser))\//.test(path),
    ),
  ).toEqual([]);
  expect(paths).toEqual(
    expect.arrayContaining(["bin.js", "dist/stacks/index.d.ts", "dist/stacks/index.js.map", "docs/configuration.md"]),
  );
});

test("installing the package runs nothing of it", () => {
  const manifest = JSON.parse(readFileSync(join(root, "node_modules/warmwatch/package.json"), "utf8")) as {
    readonly scripts: Readonly<Record<string, string>>;
  };

  const ran = ["preinstall", "install", "postinstall", "prepublish", "preprepare", "prepare", "postprepare"];
  expect(Object.keys(manifest.scripts).filter((name) => ran.includes(name))).toEqual([]);
});

test("a debugger shows the sources of what projects import", () => {
  const dist = join(root, "node_modules/warmwatch/dist");

  const maps = Object.entries(readFiles(dist)).filter(([path]) => path.endsWith(".map"));

  expect(maps.map(([path]) => path)).toEqual(
    expect.arrayContaining(["performance/index.mjs.map", "stacks/index.js.map"]),
  );
  for (const [, text] of maps) {
    const { sources, sourcesContent = [] } = JSON.parse(text) as {
      readonly sources: readonly string[];
      readonly sourcesContent?: readonly string[];
    };
    expect(sourcesContent.filter((content) => content !== "")).toHaveLength(sources.length);
  }
});

describe("a new project", () => {
  const readStack = (name: string) => readFileSync(join(root, "cdktf.out/stacks", name, "cdk.tf.json"), "utf8");

  test("passes its own checks", () => {
    expect(typeCommands(root, "npm run check")).toContain("Written to cdktf.out/stacks/<environment>");
  });

  test("has stacks with every address that a clone's have", async () => {
    const { stacks } = await synthesizeProject(makeProject({ "environments/prod.tfvars": SHIPPED.prod }));

    const made = JSON.parse(readStack("prod")) as StackUnderTest;

    expect(listAddresses(made)).toEqual(Object.values(stacks).flatMap(listAddresses));
    expect(listAddresses(made).length).toBeGreaterThan(40);
  });

  test("passes them, and loses nothing, when much was added and it is updated", () => {
    const edit = (path: string, from: string, to: string) => {
      const text = readFileSync(join(root, path), "utf8");
      expect(text).toContain(from);
      writeFileSync(join(root, path), text.replace(from, to));
    };
    mkdirSync(join(root, "functions/orders"));
    writeFileSync(
      join(root, "functions/orders/handler.ts"),
      `import { monitor } from "warmwatch/performance";

export const handler = monitor(async (event: { orderId: string }) => ({ shipped: event.orderId }));
`,
    );
    writeFileSync(
      join(root, "functions/orders/infrastructure.ts"),
      `import { SqsQueue } from "@cdktf/provider-aws/lib/sqs-queue";
import { type DefineInfrastructure } from "warmwatch/constructs";

const defineInfrastructure: DefineInfrastructure = (scope, { deployed }) => {
  new SqsQueue(scope, "later", { name: \`\${deployed.name}-later\`, sqsManagedSseEnabled: true });
};

export default defineInfrastructure;
`,
    );
    mkdirSync(join(root, "functions/jobs"));
    writeFileSync(
      join(root, "functions/jobs/handler.js"),
      `const { setTimeout } = require("node:timers/promises");

exports.handler = async () => {
  await setTimeout(1);
  console.log(process.env.TABLE);
};
`,
    );
    edit(
      "environments/dev.tfvars",
      "functions = {",
      'alarm_emails = ["team@example.com"]\n\nfunctions = {\n  jobs = {}\n  orders = { secrets = { TOKEN = { terraform_variable = "token" } } }',
    );
    edit("environments/prod.tfvars", "your-organization", "acme");
    cpSync(join(root, "environments/dev.tfvars"), join(root, "environments/qa.tfvars"));

    const own = { ...readFiles(join(root, "functions")), ...readFiles(join(root, "environments")) };

    const said = typeCommands(root, "npm run lock && npx warmwatch update && npm run check");

    // Both versions are this one.
    expect(said).toContain("qa: 0 resources added, 0 changed, 0 removed");
    expect({ ...readFiles(join(root, "functions")), ...readFiles(join(root, "environments")) }).toEqual(own);
    expect(readStack("qa")).toContain("orders-later");
    expect(readStack("prod")).toContain("acme");
  });

  test("has handlers as small as those of this repository", async () => {
    const measure = async (performance: string) => {
      const { outputFiles } = await build({
        stdin: {
          contents: `import { monitor } from "${performance}"; export const handler = monitor(async () => 1);`,
          resolveDir: root,
        },
        ...{ bundle: true, minify: true, write: false, format: "esm", platform: "node", target: "node22" },
      });
      return outputFiles[0]?.contents.byteLength ?? 0;
    };

    const own = await measure(resolve("performance"));

    expect(own).toBeGreaterThan(1000);
    expect((await measure("warmwatch/performance")) / own).toBeLessThan(1.02);
  });
});

describe("an app of somebody's own", () => {
  const stacks = new Map<string, ReturnType<typeof synthesizeOwnApp>>();

  /** Synthesizes it with cdktf or with its successor, once. */
  const readOwnApp = (library: string) => {
    const made = stacks.get(library) ?? synthesizeOwnApp(library);
    stacks.set(library, made);
    return made;
  };

  function synthesizeOwnApp(library: string) {
    const app = join(makeTemporaryFolder(), "own-app");
    cpSync("examples/own-app", app, { recursive: true });
    install(app, { cdktf: library });
    // As npm run synth does, but packages find the library where they are linked.
    typeCommands(app, "npm run build && node --preserve-symlinks --preserve-symlinks-main --require tsx/cjs main.ts");
    const file = join(app, "cdktf.out/stacks/shop/cdk.tf.json");
    const text = readFileSync(file, "utf8").replaceAll(app, ".");
    return { app, stack: JSON.parse(text) as Record<string, Record<string, object>> };
  }

  // The names say which library, by which a job of checks.yml chooses its tests.
  test.each(["cdktf", "cdktn"])("gets alarms, a dashboard, queries and warming with ten lines, with %s", (library) => {
    const [, added = ""] = readFileSync("examples/own-app/main.ts", "utf8").split("// What Warmwatch adds");

    const { app, stack } = readOwnApp(library);

    expect(added.slice(0, added.indexOf("\n  }\n")).trim().split("\n").length - 1).toBeLessThanOrEqual(10);
    typeCommands(app, "npm run types");
    expect(Object.keys(stack["resource"] ?? {})).toEqual(
      expect.arrayContaining([
        "aws_cloudwatch_composite_alarm",
        "aws_cloudwatch_dashboard",
        "aws_cloudwatch_log_metric_filter",
        "aws_cloudwatch_metric_alarm",
        "aws_cloudwatch_query_definition",
        "aws_scheduler_schedule",
        "aws_sns_topic_subscription",
      ]),
    );
    expect(Object.keys(stack["resource"]?.["aws_lambda_function"] ?? {})).toHaveLength(2);
  });

  test("has the same stack with cdktf and with cdktn, but for metadata", () => {
    const { "//": older, ...withCdktf } = readOwnApp("cdktf").stack;
    const { "//": newer, ...withCdktn } = readOwnApp("cdktn").stack;

    expect([older, newer]).toMatchObject([{ metadata: { version: "0.21.0" } }, { metadata: { version: "0.24.0" } }]);
    expect(withCdktn).toEqual(withCdktf);
  });
});

test("a monorepo has several projects, with functions, packages and settings elsewhere in it", () => {
  const repository = join(makeTemporaryFolder(), "monorepo");
  cpSync("examples/monorepo", repository, { recursive: true });
  mkdirSync(join(repository, ".git"));
  install(repository);
  mkdirSync(join(repository, "node_modules/@monorepo"));
  symlinkSync("../../packages/pricing", join(repository, "node_modules/@monorepo/pricing"));
  const order = join(repository, "services/orders/src/domain/order.ts");

  for (const project of ["shop", "billing"])
    typeCommands(join(repository, "platform", project), "npm run types && npm run synth");
  writeFileSync(order, readFileSync(order, "utf8").replace("number", "string"));

  expect(existsSync(join(repository, "platform/billing/cdktf.out/stacks/billing-dev/cdk.tf.json"))).toBe(true);
  expect(() => typeCommands(join(repository, "platform/shop"), "npm run types")).toThrow(
    /services\/orders\/src\/lambda\.ts\(\d+,\d+\): error TS2345: /,
  );
});
