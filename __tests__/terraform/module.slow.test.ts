import { beforeAll, describe, expect, test } from "@jest/globals";
import { cpSync, readdirSync, readFileSync, writeFileSync } from "node:fs";
import { join } from "node:path";
import { writeModules } from "../../stacks/synthesize-environments";
import { ENVIRONMENTS, makeProjectWithEnvironments, VARIABLES } from "../support/environments";
import { makeProject, makeTfvars } from "../support/project";
import { isTerraformUsable, OFFLINE, TerraformFolder } from "../support/terraform";

const describeWithTerraform = isTerraformUsable("environments as modules of plain Terraform")
  ? describe
  : describe.skip;

test("a folder that is no module is not replaced", async () => {
  const root = makeProject({ "environments/dev.tfvars": makeTfvars(), "modules/dev/mine.tf": "" });

  const written = writeModules(root, join(root, "modules"));

  await expect(written).rejects.toThrow(/modules\/dev: expected a module that was written before, or nothing$/);
  expect(readdirSync(join(root, "modules/dev"))).toEqual(["mine.tf"]);
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

    test("has neither a provider nor a state, and is replaced as a whole when it is written again", async () => {
      const folder = join(root.folder, "modules/dev");
      writeFileSync(join(folder, "left.tf"), "");

      await writeModules(makeProject({ "environments/dev.tfvars": makeTfvars() }), join(root.folder, "modules"));

      const { provider, terraform } = JSON.parse(readModule(root.folder, "dev")) as {
        provider?: object;
        terraform: object;
      };
      expect([provider, Object.keys(terraform)]).toEqual([undefined, ["required_providers"]]);
      expect(readdirSync(folder).sort()).toEqual(["assets", "main.tf.json"]);
    });
  });
});
