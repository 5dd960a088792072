import { describe, expect, test } from "@jest/globals";
import { zipSync } from "fflate";
import { createHash } from "node:crypto";
import { readFileSync } from "node:fs";
import { join } from "node:path";
import { synthesizeEnvironment } from "../../local/stack/synthesize";
import {
  findMistakes,
  findResource,
  listAddresses,
  makeProject,
  makeTemporaryFolder,
  makeTfvars,
  type StackUnderTest,
  synthesizeProject,
} from "../support/project";

const ZIP = zipSync({ "app.py": Buffer.from("def handler(event, context):\n    return event\n") });
const PACKAGE = 'package = { file = "build/orders.zip", handler = "app.handler", runtime = "python3.13" }';
const DIGEST = "0123456789abcdef".repeat(4);
const IMAGE = `123456789012.dkr.ecr.eu-west-1.amazonaws.com/team/orders@sha256:${DIGEST}`;

async function synthesizeDev(functions: string): Promise<{ dev: StackUnderTest; outdir: string; summary: string }> {
  const root = makeProject({ "environments/dev.tfvars": makeTfvars({ functions }), "build/orders.zip": ZIP });
  const { stacks, outdir, summary } = await synthesizeProject(root);
  const { dev } = stacks;
  if (!dev) throw new Error("no stack dev");
  return { dev, outdir, summary };
}

const metricsIn = (stack: StackUnderTest, name: string) =>
  JSON.stringify(stack.resource["aws_cloudwatch_dashboard"]?.[name]);

describe("a finished package", () => {
  test("is deployed as it is, with versions, aliases, and a gate", async () => {
    const { dev, outdir } = await synthesizeDev(`orders = { ${PACKAGE} }`);

    const lambda = findResource(dev, "aws_lambda_function", "orders_function");
    expect(lambda).toMatchObject({
      handler: "app.handler",
      runtime: "python3.13",
      publish: true,
      source_code_hash: createHash("sha256").update(ZIP).digest("base64"),
    });
    expect(readFileSync(join(outdir, "stacks/dev", String(lambda["filename"]))).equals(Buffer.from(ZIP))).toBe(true);
    expect(listAddresses(dev)).toEqual(
      expect.arrayContaining([
        "aws_lambda_alias.orders_live",
        "aws_lambda_alias.orders_warm",
        "aws_lambda_invocation.orders_gate",
      ]),
    );
  });

  test("is monitored from the platform's reports, but through its own aliases", async () => {
    const { dev, summary } = await synthesizeDev(`orders = { ${PACKAGE} }\napi = {}`);

    const shown = metricsIn(dev, "dashboard-packaged");
    expect(shown).toContain(":live");
    expect(shown).toContain(":warm");
    expect(shown).not.toMatch(/ServerErrors|MemoryUtilization|ColdStarts"/);
    expect(metricsIn(dev, "dashboard")).toContain("ServerErrors");
    expect(JSON.stringify(dev.resource["aws_cloudwatch_metric_alarm"])).not.toMatch(
      /"metric_name":"(ServerErrors|ColdStarts)"[^}]*dev-orders/,
    );
    expect(summary).toContain("dev: orders is a finished package, so it has no failure categories");
  });

  test("may not know pings, and the warmer is told so", async () => {
    const { dev } = await synthesizeDev(`orders = { ${PACKAGE} }\napi = {}`);

    const targetsOf = (name: string) => {
      const { input } = findResource(dev, "aws_lambda_invocation", name);
      return (JSON.parse(String(input)) as { targets: readonly object[] }).targets;
    };
    expect(targetsOf("orders_gate")).toEqual([expect.objectContaining({ mayIgnorePings: true })]);
    expect(targetsOf("api_gate")).toEqual([expect.not.objectContaining({ mayIgnorePings: true })]);
  });

  test("changes a function only if its zip does", async () => {
    const hashOf = async (zip: Uint8Array) => {
      const root = makeProject({
        "environments/dev.tfvars": makeTfvars({ functions: `orders = { ${PACKAGE} }` }),
        "build/orders.zip": zip,
      });
      const { stacks } = await synthesizeProject(root);
      return stacks["dev"] && findResource(stacks["dev"], "aws_lambda_function", "orders_function")["source_code_hash"];
    };

    expect(await hashOf(ZIP)).toBe(await hashOf(ZIP));
    expect(await hashOf(zipSync({ "app.py": Buffer.from("") }))).not.toBe(await hashOf(ZIP));
  });
});

describe("an image", () => {
  test("is deployed by its digest", async () => {
    const { dev, summary } = await synthesizeDev(`orders = { image = "${IMAGE}" }`);

    const lambda = findResource(dev, "aws_lambda_function", "orders_function");
    expect(lambda).toMatchObject({ package_type: "Image", image_uri: IMAGE, publish: true });
    for (const key of ["handler", "runtime", "filename", "source_code_hash"]) expect(lambda).not.toHaveProperty(key);
    expect(Object.keys(dev.resource["aws_cloudwatch_dashboard"] ?? {})).toEqual(["dashboard-packaged"]);
    expect(summary).toContain("dev: orders is an image, so it has no failure categories");
  });
});

describe("on this computer", () => {
  const environmentWith = (functions: string) =>
    makeProject({ "environments/dev.tfvars": makeTfvars({ functions }), "build/orders.zip": ZIP });

  test("what is not Node.js is left out, with a line that says so", async () => {
    const root = environmentWith(`orders = { ${PACKAGE} }\nbatch = { image = "${IMAGE}" }\napi = {}`);

    const { json, notes } = await synthesizeEnvironment(root, "dev", join(makeTemporaryFolder(), "out"));

    expect(notes).toEqual([
      "batch is left out: here runs Node.js, not an image",
      "orders is left out: here runs Node.js, not python3.13",
    ]);
    expect(Object.keys(json.resource["aws_lambda_function"] ?? {})).toEqual(
      expect.not.arrayContaining(["orders_function", "batch_function"]),
    );
  });

  test("a package of Node.js is not", async () => {
    const root = environmentWith(`orders = { ${PACKAGE.replace("python3.13", "nodejs22.x")} }`);

    const { json } = await synthesizeEnvironment(root, "dev", join(makeTemporaryFolder(), "out"));

    expect(json.resource["aws_lambda_function"]).toHaveProperty("orders_function");
  });

  test("an environment without any of Node.js does not run", async () => {
    const started = synthesizeEnvironment(environmentWith(`orders = { ${PACKAGE} }`), "dev", makeTemporaryFolder());

    await expect(started).rejects.toThrow("orders is left out: here runs Node.js, not python3.13");
  });
});

describe("synthesis refuses, in one line each,", () => {
  const toldOf = async (settings: string) => {
    const mistakes = await findMistakes({
      "environments/dev.tfvars": makeTfvars({ functions: `api = { ${settings} }` }),
      "build/orders.zip": ZIP,
    });
    return mistakes.map((line) => line.replace("environments/dev.tfvars: functions.api.", ""));
  };

  test.each([
    [
      'package = "a.zip"',
      'package: expected a map, as in package = { file = "build/orders.zip", handler = "app.handler", runtime = "python3.13" }, got "a.zip"',
    ],
    [
      PACKAGE.replace("build/", "missing/"),
      'package.file: expected a file of the project\'s repository, got "missing/orders.zip"',
    ],
    [
      PACKAGE.replace("build/orders.zip", "/orders.zip"),
      'package.file: expected a zip relative to the project\'s folder, as in build/orders.zip, got "/orders.zip"',
    ],
    [
      PACKAGE.replace("python3.13", "python2.7"),
      expect.stringMatching(/^package\.runtime: expected one of dotnet8, .*, got "python2\.7"$/),
    ],
    [
      PACKAGE.replace("app.handler", ""),
      'package.handler: expected a handler as its runtime names it, as in app.handler, got ""',
    ],
    [
      'image = "nginx:latest"',
      'image: expected an image in ECR by its digest, as in 123456789012.dkr.ecr.eu-west-1.amazonaws.com/orders@sha256:…, got "nginx:latest"',
    ],
    [
      `image = "${IMAGE.replace("eu-west-1", "us-east-1")}"`,
      'image: expected an image in the environment\'s region, eu-west-1, got "us-east-1"',
    ],
  ])("%s", async (settings, mistake) => {
    expect(await toldOf(settings)).toEqual([mistake]);
  });

  test.each([
    [
      "package",
      PACKAGE,
      ['files = ["a"]', "files"],
      ['packages = ["sharp"]', "packages"],
      ['runtime = "nodejs24.x"', "runtime"],
      ['runtime = "nodejs22.x"', "runtime"],
    ],
    [
      "image",
      `image = "${IMAGE}"`,
      [PACKAGE, "package"],
      ['bundle = { conditions = ["a"] }', "bundle"],
      ['layers = ["arn:aws:lambda:eu-west-1:123456789012:layer:tools:1"]', "layers"],
      ['entry = "functions/api/handler.ts"', "entry"],
      ['handler = "handler.main"', "handler"],
      ['runtime_settings = { update_on = "auto" }', "runtime_settings"],
    ],
  ])("settings that %s leaves without effect", async (kind, settings, ...useless) => {
    for (const [setting, key] of useless as [string, string][]) {
      expect(await toldOf(`${settings}, ${setting}`)).toEqual([
        `${key}: expected nothing beside ${kind}, which leaves it without effect, got "${key}"`,
      ]);
    }
  });

  test("a package that is no zip", async () => {
    const root = makeProject({
      "environments/dev.tfvars": makeTfvars({ functions: `orders = { ${PACKAGE} }` }),
      "build/orders.zip": "not a zip",
    });

    await expect(synthesizeProject(root)).rejects.toThrow(
      'environments/dev.tfvars: functions.orders.package.file: expected a zip, got "build/orders.zip"',
    );
  });
});
