import { beforeAll, describe, expect, test } from "@jest/globals";
import { build } from "esbuild";
import { spawnSync } from "node:child_process";
import { cpSync, mkdirSync, readdirSync, readFileSync, symlinkSync, writeFileSync } from "node:fs";
import { join, resolve } from "node:path";
import { makeTemporaryFolder, readFiles } from "../support/project";
import { typeCommands } from "../support/walkthrough";

interface Packed {
  readonly filename: string;
  readonly size: number;
  readonly files: readonly { readonly path: string }[];
}

/** A new project in an empty folder, with the packed package and the other packages of this repository. */
function makeNewProject(tarball: string): string {
  const folder = makeTemporaryFolder();
  const modules = join(folder, "node_modules");
  mkdirSync(join(modules, "warmwatch"), { recursive: true });
  typeCommands(modules, `tar xzf ${tarball} -C warmwatch --strip-components 1`);
  mkdirSync(join(modules, ".bin"));
  for (const name of readdirSync("node_modules").filter((each) => !each.startsWith("."))) {
    symlinkSync(resolve("node_modules", name), join(modules, name));
  }
  for (const name of ["prettier", "eslint", "tsc", "tsx"]) {
    symlinkSync(resolve("node_modules/.bin", name), join(modules, ".bin", name));
  }
  symlinkSync("../warmwatch/bin.js", join(modules, ".bin/warmwatch"));
  typeCommands(folder, "node_modules/.bin/warmwatch init shop");
  const root = join(folder, "shop");
  cpSync(modules, join(root, "node_modules"), { recursive: true, verbatimSymlinks: true });
  return root;
}

let packed: Packed;
let root: string;

beforeAll(() => {
  const folder = makeTemporaryFolder();
  typeCommands(".", "npm run build");
  const { stdout } = spawnSync("npm", ["pack", "--json", "--ignore-scripts", "--pack-destination", folder], {
    encoding: "utf8",
  });
  [packed] = JSON.parse(stdout) as [Packed];
  root = makeNewProject(join(folder, packed.filename));
});

test("the package is small, and has no tests, benchmarks or sources that are compiled", () => {
  const paths = packed.files.map(({ path }) => path);

  expect(packed.size).toBeLessThan(2e6);
  expect(paths.filter((path) => /(^|\/)(__tests__|benchmarks|\.ci|\.husky)\//.test(path))).toEqual([]);
  expect(
    paths.filter(
      (path) => /(?<!\.d)\.ts$/.test(path) && !/^dist\/(package\/project|operations\/document\/browser)\//.test(path),
    ),
  ).toEqual([]);
  expect(paths).toEqual(
    expect.arrayContaining(["bin.js", "dist/stacks/index.d.ts", "dist/stacks/index.js.map", "docs/configuration.md"]),
  );
});

describe("a new project", () => {
  const readStack = (name: string) => readFileSync(join(root, "cdktf.out/stacks", name, "cdk.tf.json"), "utf8");

  test("passes its own checks", () => {
    expect(typeCommands(root, "npm run check")).toContain("Written to cdktf.out/stacks/<environment>");
  });

  test("has stacks with every address that this repository's have for the same files", () => {
    const listAddresses = (json: string) => {
      const { resource } = JSON.parse(json) as { resource: Record<string, Record<string, unknown>> };
      return Object.entries(resource).flatMap(([type, named]) => Object.keys(named).map((name) => `${type}.${name}`));
    };
    const outdir = join(makeTemporaryFolder(), "out");
    typeCommands(".", `CDKTF_OUTDIR=${outdir} npm run synth`);

    const own = readFileSync(join(outdir, "stacks/prod/cdk.tf.json"), "utf8");

    // The table of notes belongs to this repository's own example.
    expect(listAddresses(readStack("prod"))).toEqual(
      listAddresses(own).filter((address) => !address.includes(".api_infrastructure")),
    );
    expect(listAddresses(own).length).toBeGreaterThan(40);
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
    edit(
      "environments/dev.tfvars",
      "functions = {",
      'alarm_emails = ["team@example.com"]\n\nfunctions = {\n  orders = { secrets = { TOKEN = { terraform_variable = "token" } } }',
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
