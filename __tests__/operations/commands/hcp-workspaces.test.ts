import { afterEach, beforeEach, describe, expect, test } from "@jest/globals";
import { mkdirSync, writeFileSync } from "node:fs";
import { createServer } from "node:net";
import { join } from "node:path";
import { runCommand } from "../../support/command";
import { makeTemporaryFolder } from "../../support/project";
import { FakeHcp, makeApiError, type Resource } from "../hcp/fake-hcp";

const WORKSPACE = {
  name: "shop-prod",
  "execution-mode": "remote",
  "terraform-version": "~> 1.10",
  "auto-apply": false,
};
const ROLES = {
  prod: {
    plan: "arn:aws:iam::123456789012:role/warmwatch_prod_plan",
    deploy: "arn:aws:iam::123456789012:role/warmwatch_prod_deploy",
  },
};

const originalFetch = globalThis.fetch;
const originalVariables = { ...process.env };
let hcp: FakeHcp;
let address: string;
/** The hosts that were asked. */
let hosts: Set<string>;

beforeEach(async () => {
  hcp = new FakeHcp();
  address = await hcp.start();
  hosts = new Set();
  hcp.addProject("Default Project");
  process.env = { ...originalVariables, HOME: makeTemporaryFolder(), TF_TOKEN_app_terraform_io: hcp.token };
  delete process.env["TF_CLOUD_HOSTNAME"];
  // The API is spoken over TLS, for which the server would need a certificate that is trusted here.
  globalThis.fetch = (input, init) => {
    const { protocol, host, pathname, search } = new URL(input instanceof Request ? input.url : input);
    hosts.add(`${protocol}//${host}`);
    return originalFetch(`${address}${pathname}${search}`, init);
  };
});

afterEach(async () => {
  globalThis.fetch = originalFetch;
  process.env = { ...originalVariables };
  await hcp.stop();
});

function tfvars(state: string, functions = "api = {}", more = ""): string {
  return `region = "eu-west-1"\nstate = { ${state} }\nfunctions = {\n${functions}\n}\n${more}\n`;
}

function cloud(environment: string, more = ""): string {
  return `backend = "cloud", organization = "acme", workspace = "shop-${environment}"${more}`;
}

const PROD = { "environments/prod.tfvars": tfvars(cloud("prod")) };
const WITH_SECRETS = {
  "environments/prod.tfvars": tfvars(
    cloud("prod"),
    'api = { secrets = { HOOK = { terraform_variable = "hook" }, KEY = { ssm_parameter = "/key" } } }',
    'alarm_webhook_variable = "pager"',
  ),
};

async function run(args: readonly string[] = [], files: Readonly<Record<string, string>> = PROD) {
  const { exitCode, stdout, stderr } = await runCommand(["hcp-workspaces", ...args], { files });
  return { exitCode, stdout, stderr };
}

function variablesOf(workspace: Resource | undefined) {
  return (hcp.variables.get(workspace?.id ?? "") ?? []).map(({ attributes }) => attributes);
}

describe("workspaces", () => {
  test("are created for every environment with its state in HCP Terraform, in the project that it names", async () => {
    const files = {
      ...PROD,
      "environments/staging.tfvars": tfvars(cloud("staging", ', project = "Web shop"')),
      "environments/dev.tfvars": tfvars('backend = "local"'),
    };

    const { exitCode, stdout, stderr } = await run([], files);

    expect(stdout).toEqual([
      "prod: acme/shop-prod",
      "  workspace shop-prod: created (execution-mode remote, terraform-version ~> 1.10, auto-apply false)",
      "staging: acme/shop-staging",
      "  project Web shop: created",
      "  workspace shop-staging: created (execution-mode remote, terraform-version ~> 1.10, auto-apply false)",
    ]);
    expect({ exitCode, stderr }).toEqual({ exitCode: 0, stderr: [] });
    const [defaultProject, webShop] = hcp.projects;
    expect(
      hcp.workspaces.map(({ attributes, relationships }) => [attributes, relationships?.["project"]?.data?.id]),
    ).toEqual([
      [WORKSPACE, defaultProject?.id],
      [{ ...WORKSPACE, name: "shop-staging" }, webShop?.id],
    ]);
    expect([...hosts]).toEqual(["https://app.terraform.io"]);
  });

  test("are left alone the second time", async () => {
    const files = { "environments/prod.tfvars": tfvars(cloud("prod", ', project = "Web shop"')) };
    await run([], files);
    hcp.writes.length = 0;

    const { exitCode, stdout } = await run([], files);

    expect({ exitCode, stdout }).toEqual({ exitCode: 0, stdout: ["prod: acme/shop-prod", "  no changes"] });
    expect(hcp.writes).toEqual([]);
  });

  test("get what differs, and keep what nobody asked for", async () => {
    const [project] = hcp.projects;
    const workspace = hcp.addWorkspace({ ...WORKSPACE, "auto-apply": true, description: "ours" }, project?.id ?? "");
    hcp.addVariable(workspace, { key: "OTHER", value: "1", category: "env", sensitive: false });

    const { stdout } = await run();

    expect(stdout).toEqual(["prod: acme/shop-prod", "  workspace shop-prod: updated (auto-apply false)"]);
    expect(workspace.attributes).toEqual({ ...WORKSPACE, description: "ours" });
    expect(variablesOf(workspace)).toHaveLength(1);
    expect(hcp.writes).toEqual([`PATCH /workspaces/${workspace.id}`]);
  });

  test("move to the project that the file names, wherever in the list of projects it is", async () => {
    hcp.pageSize = 2;
    const others = ["a", "b", "c", "d"].map((name) => hcp.addProject(`project ${name}`));
    const workspace = hcp.addWorkspace({ ...WORKSPACE }, others[0]?.id ?? "");

    const files = { "environments/prod.tfvars": tfvars(cloud("prod", ', project = "Project D"')) };
    const { stdout } = await run([], files);

    expect(stdout[1]).toBe("  workspace shop-prod: updated (project Project D)");
    expect(workspace.relationships?.["project"]?.data?.id).toBe(others[3]?.id);
    expect(hcp.projects).toHaveLength(5);
  });

  test("only of the environments that are named, with local execution if that is asked for", async () => {
    const files = { ...PROD, "environments/qa.tfvars": tfvars(cloud("qa")) };
    const { exitCode } = await run(["qa", "--execution-mode", "local"], files);
    expect(exitCode).toBe(0);
    expect(hcp.workspaces.map(({ attributes }) => attributes)).toEqual([
      { ...WORKSPACE, name: "shop-qa", "execution-mode": "local" },
    ]);
  });

  test("are told as JSON, one line per environment", async () => {
    process.env["TF_VAR_hook"] = "secret-hook";
    const { stdout } = await run(["--json"], WITH_SECRETS);
    expect(stdout.map((line): unknown => JSON.parse(line))).toEqual([
      {
        environment: "prod",
        organization: "acme",
        workspace: "shop-prod",
        changes: [
          expect.objectContaining({ what: "workspace", name: "shop-prod", change: "created" }),
          { what: "variable", name: "hook", change: "created" },
        ],
        unset: ["pager"],
      },
    ]);
  });
});

describe("sensitive Terraform variables", () => {
  test("get their values from TF_VAR_…; those without are named, and not made up", async () => {
    process.env["TF_VAR_hook"] = "secret-hook";

    const { exitCode, stdout, stderr } = await run([], WITH_SECRETS);

    expect(exitCode).toBe(0);
    expect(stdout.slice(2)).toEqual([
      "  variable hook: created",
      "  variable pager: has no value yet; run this again with TF_VAR_pager, or set it on HCP Terraform as sensitive",
    ]);
    expect(variablesOf(hcp.workspaces[0])).toEqual([
      { key: "hook", value: "secret-hook", category: "terraform", sensitive: true },
    ]);
    expect([...stdout, ...stderr].join()).not.toContain("secret");
  });

  test("keep the value that they have on HCP Terraform, and become sensitive", async () => {
    const workspace = hcp.addWorkspace({ ...WORKSPACE }, hcp.projects[0]?.id ?? "");
    hcp.addVariable(workspace, { key: "hook", value: "open", category: "terraform", sensitive: false });
    hcp.addVariable(workspace, { key: "pager", value: "closed", category: "terraform", sensitive: true });

    const { stdout } = await run([], WITH_SECRETS);

    expect(stdout).toEqual(["prod: acme/shop-prod", "  variable hook: updated"]);
    expect(variablesOf(workspace)).toEqual([
      { key: "hook", value: "open", category: "terraform", sensitive: true },
      { key: "pager", value: "closed", category: "terraform", sensitive: true },
    ]);
  });

  test("are not set where runs would not see them", async () => {
    process.env["TF_VAR_hook"] = "secret-hook";
    await run(["--execution-mode", "local"], WITH_SECRETS);
    expect(variablesOf(hcp.workspaces[0])).toEqual([]);
  });
});

describe("roles in AWS", () => {
  const withRoles = (content: unknown) => {
    const file = join(makeTemporaryFolder(), "roles.json");
    writeFileSync(file, typeof content === "string" ? content : JSON.stringify(content));
    return file;
  };

  test("are what runs sign in by: one to plan, one to apply", async () => {
    const file = withRoles(ROLES);
    await run(["--roles", file]);
    expect(variablesOf(hcp.workspaces[0])).toEqual([
      { key: "TFC_AWS_PROVIDER_AUTH", value: "true", category: "env", sensitive: false },
      { key: "TFC_AWS_PLAN_ROLE_ARN", value: ROLES.prod.plan, category: "env", sensitive: false },
      { key: "TFC_AWS_APPLY_ROLE_ARN", value: ROLES.prod.deploy, category: "env", sensitive: false },
    ]);

    expect((await run(["--roles", file])).stdout).toEqual(["prod: acme/shop-prod", "  no changes"]);
  });

  test.each([
    ["nonsense", "expected JSON, got something else"],
    [
      { prod: { plan: "admin" } },
      'expected the roles\' ARNs as { "prod": { "plan": "arn:aws:iam::…", "deploy": "arn:aws:iam::…" } }',
    ],
    [{ qa: ROLES.prod }, "prod: expected the ARNs of its roles, plan and deploy, got nothing"],
  ])("have to be in the file: %j", async (content, message) => {
    const file = withRoles(content);
    expect(await run(["--roles", file])).toEqual({ exitCode: 2, stdout: [], stderr: [`${file}: ${message}`] });
    expect(hcp.writes).toEqual([]);
  });

  test("have no use with local execution, which is said", async () => {
    const { exitCode, stderr } = await run(["--roles", "roles.json", "--execution-mode", "local"]);
    expect({ exitCode, lines: stderr.length }).toEqual({ exitCode: 2, lines: 1 });
  });
});

describe("the token", () => {
  const login = (content: string) => {
    const folder = join(process.env["HOME"] ?? "", ".terraform.d");
    mkdirSync(folder);
    writeFileSync(join(folder, "credentials.tfrc.json"), content);
  };

  test("is that of terraform login, where no variable has one", async () => {
    delete process.env["TF_TOKEN_app_terraform_io"];
    login(JSON.stringify({ credentials: { "app.terraform.io": { token: hcp.token } } }));
    expect((await run()).exitCode).toBe(0);
  });

  test.each(["evil.example/app.terraform.io", "user@evil.example", "https://app.terraform.io", "app terraform", "*"])(
    "goes to no host but one that is a name: %s",
    async (host) => {
      process.env["TF_CLOUD_HOSTNAME"] = host;
      const { exitCode, stderr } = await run([], PROD);
      expect({ exitCode, stderr, asked: [...hosts] }).toEqual({
        exitCode: 2,
        stderr: [`TF_CLOUD_HOSTNAME: expected a host, as in app.terraform.io, got ${JSON.stringify(host)}`],
        asked: [],
      });
    },
  );

  test("is that of another host, where TF_CLOUD_HOSTNAME names one", async () => {
    process.env["TF_CLOUD_HOSTNAME"] = "terraform.my-company.example";
    process.env["TF_TOKEN_terraform_my__company_example"] = hcp.token;
    process.env["TF_TOKEN_app_terraform_io"] = "of the wrong host";
    expect((await run()).exitCode).toBe(0);
    expect([...hosts]).toEqual(["https://terraform.my-company.example"]);
  });

  test.each([
    ["app.terraform.io", "run terraform login, or set TF_TOKEN_app_terraform_io"],
    ["tfe.my-company.example", "run terraform login tfe.my-company.example, or set TF_TOKEN_tfe_my__company_example"],
  ])("if missing for %s, is asked for", async (host, message) => {
    process.env["TF_CLOUD_HOSTNAME"] = host;
    delete process.env["TF_TOKEN_app_terraform_io"];
    login(JSON.stringify({ credentials: { "other.example": { token: "x" } } }));
    expect(await run()).toEqual({ exitCode: 1, stdout: [], stderr: [`there is no token for ${host}: ${message}`] });
  });

  test("cannot be had from a broken file, which is named", async () => {
    delete process.env["TF_TOKEN_app_terraform_io"];
    login("{");
    const { exitCode, stderr } = await run();
    expect({ exitCode, stderr }).toEqual({
      exitCode: 1,
      stderr: [expect.stringMatching(/credentials\.tfrc\.json: expected credentials as terraform login writes them$/)],
    });
  });
});

describe("what goes wrong is told on one line", () => {
  test.each([
    [
      "a token that is not accepted",
      makeApiError(401, "unauthorized"),
      "app.terraform.io does not accept the token: run terraform login again",
    ],
    [
      "too many requests",
      makeApiError(429, "slow down"),
      "app.terraform.io has had too many requests: try again in a minute",
    ],
    ["a fault of the server", makeApiError(500, ""), "organization acme: app.terraform.io answered with status 500"],
    [
      "a page of a proxy",
      "<html>Sign in</html>",
      "organization acme: app.terraform.io did not answer like HCP Terraform's API",
    ],
    [
      "an organization that is not there",
      makeApiError(404, "not found"),
      "organization acme: it does not exist, or the token cannot see it",
    ],
  ])("%s", async (_, answer, message) => {
    hcp.override = (request) => (request.startsWith("GET /organizations/acme/projects") ? answer : undefined);
    expect(await run()).toEqual({ exitCode: 1, stdout: [], stderr: [message] });
  });

  test("what the API refuses, in its own words, without line breaks", async () => {
    hcp.override = (request) =>
      request.startsWith("POST") ? makeApiError(422, "Name is invalid\nand too long") : undefined;
    expect((await run()).stderr).toEqual([
      "workspace acme/shop-prod: app.terraform.io refuses it: Name is invalid and too long",
    ]);
  });

  test("what the token may not change", async () => {
    hcp.override = (request) => (request.startsWith("POST") ? makeApiError(404, "not found") : undefined);
    expect((await run()).stderr).toEqual([
      "workspace acme/shop-prod: it does not exist, or the token cannot change it: not found",
    ]);
  });

  test("a network that does not lead there; the token is not told", async () => {
    const closed = createServer();
    await new Promise<void>((resolve) => closed.listen(0, "127.0.0.1", resolve));
    const { port } = closed.address() as { port: number };
    await new Promise((resolve) => closed.close(resolve));
    address = `http://127.0.0.1:${port}`;

    const { exitCode, stdout, stderr } = await run();

    expect({ exitCode, stdout }).toEqual({ exitCode: 1, stdout: [] });
    expect(stderr).toEqual([expect.stringMatching(/^app\.terraform\.io cannot be reached: .*ECONNREFUSED/)]);
    expect(stderr.join()).not.toContain(hcp.token);
  });

  test("an error in the middle: a second run goes on from there", async () => {
    process.env["TF_VAR_hook"] = "secret-hook";
    hcp.override = (request) =>
      request.endsWith("/vars") && request.startsWith("POST") ? makeApiError(500, "") : undefined;
    expect((await run([], WITH_SECRETS)).exitCode).toBe(1);
    hcp.override = () => undefined;

    const { exitCode, stdout } = await run([], WITH_SECRETS);

    expect({ exitCode, second: stdout[1] }).toEqual({ exitCode: 0, second: "  variable hook: created" });
    expect(hcp.workspaces).toHaveLength(1);
  });

  test.each([
    [["nowhere"], 'environments: there is no "nowhere"; environments are: dev'],
    [["dev"], 'environments/dev.tfvars: state.backend: expected "cloud", got "local"'],
    [[], 'environments: expected one whose state.backend is "cloud", found none'],
  ])("environments without a workspace: %j", async (args, message) => {
    const files = { "environments/dev.tfvars": tfvars('backend = "local"') };
    expect(await run(args, files)).toEqual({ exitCode: 2, stdout: [], stderr: [message] });
  });
});
