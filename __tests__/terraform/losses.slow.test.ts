import { beforeAll, describe, expect, test } from "@jest/globals";
import { spawnSync } from "node:child_process";
import { cpSync, writeFileSync } from "node:fs";
import { join } from "node:path";
import { HANDLER_SOURCE, makeProject, synthesizeProject, type StackUnderTest, makeTfvars } from "../support/project";
import { skip, TerraformFolder } from "../support/terraform";

const DOMAIN = 'name = "shop.example.com", certificate_arn = "arn:aws:acm:eu-west-1:123456789012:certificate/12345678"';
const SHOP = `shop = { endpoint = "public", http = { domain = { ${DOMAIN}, hosted_zone_id = "Z0123456789ABCDEFGHIJ" } } }`;
const FUNCTIONS = `
  api = { endpoint = "iam" }
  web = { endpoint = "public" }`;
const PROTECTED = 'protected = true\nlog_retention_days = 90\naccount_id = "123456789012"';

const usable =
  spawnSync("terraform", ["version"]).error === undefined ||
  skip("that Terraform refuses to lose or to forget what is deployed", "there is no terraform on the PATH");

/**
 * Lays down what a stack has in the state alone: that needs neither a provider nor AWS, and it is what refuses a plan
 * when the resources that it stands for have left the configuration.
 */
async function layDown(stack: TerraformFolder, file: string): Promise<void> {
  const names = ["shop", "store", "web"];
  const files = Object.fromEntries(names.map((name) => [`functions/${name}/handler.ts`, HANDLER_SOURCE]));
  const { stacks } = await synthesizeProject(makeProject({ "environments/dev.tfvars": file, ...files }));
  const { resource, variable } = stacks["dev"] as StackUnderTest;
  const { terraform_data } = resource;
  writeFileSync(join(stack.folder, "stack.tf.json"), JSON.stringify({ resource: { terraform_data }, variable }));
}

async function deployed(file: string): Promise<TerraformFolder> {
  const stack = new TerraformFolder();
  await layDown(stack, file);
  stack.run(["init", "-input=false"]);
  stack.run(["apply", "-auto-approve", "-input=false"]);
  return stack;
}

/** What Terraform says of a changed file, in one line, and its exit code. */
async function planOf(stack: TerraformFolder, file: string, ...args: readonly string[]) {
  const changed = new TerraformFolder();
  cpSync(stack.folder, changed.folder, { recursive: true });
  await layDown(changed, file);
  const { output, code } = changed.run(["plan", "-input=false", ...args], [0, 1]);
  return { code, output: output.replaceAll(/\s+/g, " ") };
}

/** The keys of what Terraform refuses to destroy. */
function refused(output: string): string[] {
  return [...output.matchAll(/Resource terraform_data\.protected\["(.*?)"\] has lifecycle\.prevent_destroy/g)]
    .map(([, key = ""]) => key)
    .sort();
}

(usable ? describe : describe.skip)("a protected environment that is deployed", () => {
  let stack: TerraformFolder;
  beforeAll(async () => {
    stack = await deployed(makeTfvars({ functions: FUNCTIONS, more: PROTECTED }));
  });

  test.each([
    [
      "a function is removed",
      makeTfvars({ functions: `api = { endpoint = "iam" }`, more: PROTECTED }),
      ["access-logs of web", "address at AWS of web", "http-api of web", "logs of web"],
    ],
    [
      "a function is renamed",
      makeTfvars({ functions: `store = { endpoint = "iam" }\nweb = { endpoint = "public" }`, more: PROTECTED }),
      ["logs of api", "url of api"],
    ],
    [
      "a function is deployed elsewhere from now on",
      makeTfvars({
        functions: `api = { existing = true, function_name = "dev-api" }\nweb = { endpoint = "public" }`,
        more: PROTECTED,
      }),
      ["logs of api", "url of api"],
    ],
    [
      "an endpoint goes, and another becomes iam",
      makeTfvars({ functions: `api = {}\nweb = { endpoint = "iam" }`, more: PROTECTED }),
      ["access-logs of web", "address at AWS of web", "http-api of web", "url of api"],
    ],
    [
      "an endpoint becomes public",
      makeTfvars({ functions: `api = { endpoint = "public" }\nweb = { endpoint = "public" }`, more: PROTECTED }),
      ["url of api"],
    ],
    [
      "logs are kept for a shorter time",
      makeTfvars({ functions: FUNCTIONS, more: PROTECTED.replace("= 90", "= 30") }),
      ["log_retention_days >= 60", "log_retention_days >= 90"],
    ],
  ])("cannot be planned when %s: it says what would be lost", async (_, file, lost) => {
    const { code, output } = await planOf(stack, file);
    expect({ code, refused: refused(output) }).toEqual({ code: 1, refused: lost });
  });

  test("cannot be destroyed", async () => {
    const { code, output } = await planOf(stack, makeTfvars({ functions: FUNCTIONS, more: PROTECTED }), "-destroy");
    expect(refused(output)).toEqual(expect.arrayContaining(["logs of api", "logs of warmer", "url of api"]));
    expect(code).toBe(1);
  });

  test.each([
    ["nothing changes", makeTfvars({ functions: FUNCTIONS, more: PROTECTED }), "No changes."],
    [
      "functions change, one is added, and logs are kept longer",
      makeTfvars({
        functions: `
          api   = { endpoint = "iam", memory_mb = 1024 }
          web   = { endpoint = "public", timeout_seconds = 5 }
          store = { endpoint = "public" }`,
        more: PROTECTED.replace("= 90", "= 150"),
      }),
      "Plan: 6 to add, 0 to change, 0 to destroy.",
    ],
    [
      "its protection is lifted, after which all of it can go",
      makeTfvars({ more: PROTECTED.replace("true", "false") }),
      "Plan: 0 to add, 0 to change, 15 to destroy.",
    ],
  ])("is planned when %s", async (_, file, said) => {
    const { code, output } = await planOf(stack, file);
    expect(output).toContain(said);
    expect(code).toBe(0);
  });
});

(usable ? describe : describe.skip)("a protected environment with a domain", () => {
  const fileOf = (functions: string) => makeTfvars({ functions, more: PROTECTED });

  test.each([
    ["its record goes", SHOP.replace(/, hosted_zone_id = "\w+"/, ""), ["domain-record of shop"]],
    ["its domain goes", 'shop = { endpoint = "public" }', ["domain of shop", "domain-record of shop"]],
    ["nothing of it goes", `${SHOP}\nstore = { endpoint = "public" }`, []],
  ])("is told what would be lost when %s", async (_, functions, lost) => {
    const { output } = await planOf(await deployed(fileOf(SHOP)), fileOf(functions));
    expect(refused(output)).toEqual(lost);
  });

  test("is told that a domain takes AWS's own address away", async () => {
    const { output } = await planOf(await deployed(fileOf('shop = { endpoint = "public" }')), fileOf(SHOP));
    expect(refused(output)).toEqual(["address at AWS of shop"]);
  });
});

(usable ? describe : describe.skip)("a function that is deployed elsewhere", () => {
  const fileOf = (functions: string) => makeTfvars({ functions });
  const monitored = 'a = { existing = true, function_name = "Old_Service" }';

  test.each([
    ["under another name", 'b = { existing = true, function_name = "Old_Service" }', 1],
    ["under the name that another one had", `${monitored.replace("Old", "New")}\nb = ${monitored.slice(4)}`, 1],
    ["as before", monitored, 0],
    ["no longer", "api = {}", 0],
    ["no longer, but another one under its name", monitored.replace("Old", "New"), 0],
  ])("is refused where AWS would lose its alarms: monitored %s", async (_, functions, exit) => {
    const { code, output } = await planOf(await deployed(fileOf(monitored)), fileOf(functions));
    expect(code).toBe(exit);
    expect(output.includes("dev monitors Old_Service as functions.a.")).toBe(exit === 1);
  });
});

(usable ? describe : describe.skip)("an environment that is deployed", () => {
  const file = makeTfvars({ more: 'account_id = "123456789012"' });
  const elsewhere = file.replace("eu-west-1", "us-east-1").replace("123456789012", "210987654321");
  let stack: TerraformFolder;
  beforeAll(async () => {
    stack = await deployed(file);
  });

  test.each([[], ["-destroy"], ["-refresh-only"]])(
    "says where it is, and cannot be planned for another region or account: plan %s",
    async (...args) => {
      const { code, output } = await planOf(stack, elsewhere, ...args);
      expect(output).toContain('dev is deployed with region = "eu-west-1".');
      expect(output).toContain('dev is deployed with account_id = "123456789012".');
      expect(code).toBe(1);
    },
  );

  test("is planned and destroyed where it is, and can then be deployed elsewhere", async () => {
    expect(await planOf(stack, file)).toMatchObject({ code: 0, output: expect.stringContaining("No changes.") });
    const destroyed = new TerraformFolder();
    cpSync(stack.folder, destroyed.folder, { recursive: true });
    destroyed.run(["destroy", "-auto-approve", "-input=false"]);
    expect(await planOf(destroyed, elsewhere)).toMatchObject({ code: 0 });
  });

  test("before it knew its place, it is planned with one addition each for region and account", async () => {
    const earlier = new TerraformFolder();
    writeFileSync(join(earlier.folder, "stack.tf.json"), '{"output":{"api":{"value":"before"}}}');
    earlier.run(["init", "-input=false"]);
    earlier.run(["apply", "-auto-approve", "-input=false"]);
    const { code, output } = await planOf(earlier, file);
    expect(output).toContain("Plan: 2 to add, 0 to change, 0 to destroy.");
    expect(code).toBe(0);
  });
});
