import { beforeAll, describe, expect, test } from "@jest/globals";
import { cpSync, readdirSync, readFileSync, writeFileSync } from "node:fs";
import { join } from "node:path";
import { writeModules } from "../../stacks/synthesize-environments";
import { ENVIRONMENTS, makeProjectWithEnvironments, VARIABLES } from "../support/environments";
import { makeProject, makeTfvars, readFiles } from "../support/project";
import { isTerraformUsable, OFFLINE, TerraformFolder } from "../support/terraform";

const describeWithTerraform = isTerraformUsable("environments as modules of plain Terraform")
  ? describe
  : describe.skip;

describe("a folder for modules", () => {
  test.each([
    ["has somebody's own module", { "modules/dev/main.tf.json": "{}", "modules/dev/terraform.tfstate": "state" }],
    ["has other files", { "modules/dev/mine.tf": "" }],
  ])("that %s stays as it is", async (_, files) => {
    const root = makeProject({ "environments/dev.tfvars": makeTfvars(), ...files });
    const before = readFiles(join(root, "modules"));

    const written = writeModules(root, join(root, "modules"));

    await expect(written).rejects.toThrow(/modules\/dev: expected a module that was written before, or none$/);
    expect(readFiles(join(root, "modules"))).toEqual(before);
  });

  test("that is a file is refused in one line", async () => {
    const root = makeProject({ "environments/dev.tfvars": makeTfvars(), modules: "" });

    await expect(writeModules(root, join(root, "modules"))).rejects.toThrow(/modules: cannot be written: .+$/);
  });

  test("keeps what lies beside a module that is written again", async () => {
    const root = makeProject({ "environments/dev.tfvars": makeTfvars() });
    const module = join(root, "modules/dev");
    await writeModules(root, join(root, "modules"));
    writeFileSync(join(module, "more.tf"), "");
    writeFileSync(join(module, "assets/old"), "");

    await writeModules(root, join(root, "modules"));

    expect(readdirSync(module).sort()).toEqual(["assets", "main.tf.json", "more.tf"]);
    expect(readdirSync(join(module, "assets"))).not.toContain("old");
  });
});

describeWithTerraform("an environment as a module of plain Terraform", () => {
  const readModule = (folder: string, name: string) =>
    readFileSync(join(folder, "modules", name, "main.tf.json"), "utf8");

  test("is valid, whatever the environment has", async () => {
    const root = new TerraformFolder();
    Object.assign(process.env, VARIABLES);
    await writeModules(makeProjectWithEnvironments(), join(root.folder, "modules"));
    const modules = ENVIRONMENTS.map((name) => {
      const { variable } = JSON.parse(readModule(root.folder, name)) as {
        variable: Record<string, { default?: unknown }>;
      };
      const required = Object.keys(variable).filter((key) => variable[key]?.default === undefined);
      return [name, { source: `./modules/${name}`, ...Object.fromEntries(required.map((key) => [key, "made-up"])) }];
    });
    writeFileSync(join(root.folder, "main.tf.json"), JSON.stringify({ module: Object.fromEntries(modules) as object }));

    root.run(["init", "-input=false", "-backend=false"]);

    expect(root.run(["validate"]).output).toContain("The configuration is valid");
  });

  describe("called as the example does", () => {
    const root = new TerraformFolder();

    beforeAll(async () => {
      const files = { "environments/dev.tfvars": makeTfvars({ more: 'tags = { Service = "Shop" }' }) };
      await writeModules(makeProject(files), join(root.folder, "modules"));
      cpSync("examples/plain-terraform/main.tf", join(root.folder, "main.tf"));
      root.override(OFFLINE);
      root.run(["init", "-input=false"]);
    });

    test("plans everything, with the caller's tags and its own", () => {
      const { resource_changes: changes } = root.plan();

      const after = changes.find(({ address }) => address === "module.dev.aws_lambda_function.api_function")?.change
        .after;
      expect(after?.["tags"]).toEqual({ Team: "shop", Service: "Shop", CostCenter: "Performance", Environment: "dev" });
      expect(changes.filter(({ change }) => change.after["tags"] === null)).toEqual([]);
      expect(after?.["filename"]).toMatch(/^modules\/dev\/assets\/.*\/api\.zip$/);
    });

    test("has neither a provider nor a state", () => {
      const { provider, terraform } = JSON.parse(readModule(root.folder, "dev")) as {
        provider?: object;
        terraform: object;
      };

      expect([provider, Object.keys(terraform)]).toEqual([undefined, ["required_providers"]]);
    });
  });
});
