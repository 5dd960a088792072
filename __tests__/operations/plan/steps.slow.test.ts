import { describe, expect, test } from "@jest/globals";
import { spawnSync } from "node:child_process";
import { existsSync, mkdirSync, readFileSync, writeFileSync } from "node:fs";
import { delimiter, dirname, join, resolve } from "node:path";
import { makeProject, synthesizeProject, makeTemporaryFolder, makeTfvars } from "../../support/project";
import { skip } from "../../support/terraform";
import { makeDashboard, makePlanJson, makeResource } from "./plans";
import { findScript, listSteps } from "./workflow-files";

const STACK = "cdktf.out/stacks/prod";
const LOCK = `${STACK}/.terraform.lock.hcl`;
const TOKEN = "TF_TOKEN_app_terraform_io";

/** Notes how it is called, and whether with a token; plans with the exit code given, and shows the plan given. */
const TERRAFORM = `
echo "terraform $*\${${TOKEN}:+ with a token}" >> "$CALLS"
case "$*" in
  *" init "*) exit "\${INIT:-0}" ;;
  *" plan "*) exit "\${PLAN:-0}" ;;
  *" apply "*) exit "\${APPLY:-0}" ;;
  *" show "*) cat "$PLAN_JSON" ;;
  *" output "*) echo '{"api":{"value":1},"token":{"value":"hunter2","sensitive":true}}' ;;
esac`;

/** Runs this project's own commands, as npm would. */
const NPM = `shift 4; exec "${process.execPath}" "${resolve("run.js")}" operations/main.ts "$@"`;

interface StepRun {
  readonly files?: Readonly<Record<string, string>>;
  readonly env?: Readonly<Record<string, string>>;
  readonly commands?: Readonly<Record<string, string>>;
}

/** Runs a step as GitHub does, with stand-ins for commands, in a folder of its own. */
function runStep(workflow: string, step: string, { files = {}, env = {}, commands = {} }: StepRun) {
  const root = makeTemporaryFolder();
  const path = (name: string) => join(root, name);
  const write = (name: string, content: string, mode?: number) => {
    mkdirSync(dirname(path(name)), { recursive: true });
    writeFileSync(path(name), content, { mode });
  };
  const stubs = { terraform: TERRAFORM, npm: NPM, ...commands };
  for (const [name, body] of Object.entries(stubs)) write(`bin/${name}`, `#!/usr/bin/env bash\n${body}\n`, 0o755);
  for (const [name, content] of Object.entries({ [`${STACK}/cdk.tf.json`]: "{}", ...files })) write(name, content);
  mkdirSync(path("temp"), { recursive: true });
  const { status, stdout, stderr } = spawnSync(
    "bash",
    ["--noprofile", "--norc", "-eo", "pipefail", "-c", findScript(workflow, step)],
    {
      cwd: root,
      encoding: "utf8",
      env: {
        PATH: [path("bin"), process.env["PATH"]].join(delimiter),
        HOME: root,
        CALLS: path("calls"),
        GITHUB_OUTPUT: path("output"),
        GITHUB_STEP_SUMMARY: path("summary"),
        RUNNER_TEMP: path("temp"),
        ENVIRONMENT: "prod",
        STACK,
        [TOKEN]: "",
        ...env,
      },
    },
  );
  const read = (name: string) => (existsSync(path(name)) ? readFileSync(path(name), "utf8") : "");
  return { status, stdout, stderr, read, calls: read("calls").split("\n").filter(Boolean) };
}

const hasJq = !spawnSync("jq", ["--version"]).error || skip("the step that looks where the state is", "there is no jq");

(hasJq ? describe : describe.skip)("Where is the state?", () => {
  test.each([
    ["local", `backend = "local"`],
    ["cloud", `backend = "cloud", organization = "o", workspace = "w"`],
    ["s3", `backend = "s3", bucket = "states", key = "k", region = "us-east-1"`],
  ])("is read from the synthesized stack: %s", async (backend, state) => {
    const file = makeTfvars().replace(`backend = "local"`, state);
    const { outdir } = await synthesizeProject(makeProject({ "environments/prod.tfvars": file }));
    const stack = readFileSync(join(outdir, "stacks/prod/cdk.tf.json"), "utf8");

    const { status, stdout, read } = runStep("plan.yml", "Where is the state?", {
      files: { [`${STACK}/cdk.tf.json`]: stack },
    });

    expect(status).toBe(0);
    expect(read("output")).toBe(`state=${backend}\nregion=eu-west-1\n`);
    expect(stdout.includes("::notice::prod keeps its state in a file")).toBe(backend === "local");
  });
});

describe("the step that plans", () => {
  const INIT = `terraform -chdir=${STACK} init -input=false`;
  const PLAN = `terraform -chdir=${STACK} plan -input=false -detailed-exitcode -out=tfplan`;
  const SHOW = `terraform -chdir=${STACK} show -json tfplan`;
  const secret = { before_sensitive: { password: true }, after_sensitive: { password: true } };
  const plan = makePlanJson(
    makeResource("aws_lambda_function.api_function", { memory_size: 512 }, { memory_size: 1024 }),
    makeResource("aws_ssm_parameter.a", { password: "hunter2" }, { password: "hunter3" }, secret),
  );
  const run = ({ env = {}, lock = true }: Pick<StepRun, "env"> & { readonly lock?: boolean } = {}) =>
    runStep("plan.yml", "Plan", {
      files: { "plan.json": plan, ...(lock && { [LOCK]: "# lock" }) },
      env: { STATE: "cloud", PLAN_JSON: "plan.json", VARIABLES: "", ...env },
    });

  test("plans with the committed lock, and hands on the comment, the exit code and a plan without secrets", () => {
    const { status, calls, read } = run({ env: { PLAN: "2" } });
    expect({ status, calls }).toEqual({ status: 0, calls: [`${INIT} -lockfile=readonly`, PLAN, SHOW] });
    expect(read("output")).toBe("changed=true\n");
    expect(read("summary")).toContain("- function `api`: memory `512 MB` -> `1024 MB`");
    expect(read("plans/prod.exit-code")).toBe("2\n");
    expect(read("plans/prod.json")).toContain("(sensitive)");
    expect(read("plans/prod.json") + read("summary")).not.toContain("hunter");
  });

  test("nothing to change is told to the next job", () => {
    const { status, read } = run({ env: { PLAN: "0" } });
    expect({ status, output: read("output") }).toEqual({ status: 0, output: "changed=false\n" });
  });

  test("without a lock plans with the newest provider, and says so", () => {
    const { status, calls, stdout } = run({ lock: false });
    expect([status, calls[0]]).toEqual([0, INIT]);
    expect(stdout).toContain("::warning::prod has no providers/prod/.terraform.lock.hcl");
    expect(run().stdout).not.toContain("::warning::");
  });

  test("plans with no provider that main does not know", () => {
    const lock = (name: string) => `provider "registry.terraform.io/hashicorp/${name}" {\n  version = "1.0.0"\n}\n`;
    const known = { "providers/dev/.terraform.lock.hcl": lock("aws") };
    const plans = (locked: string) =>
      runStep("plan.yml", "Plan", {
        files: { "plan.json": plan, ...known, [LOCK]: locked },
        env: { STATE: "cloud", PLAN_JSON: "plan.json", VARIABLES: "" },
      });
    const refused = plans(lock("aws") + lock("external"));
    expect({ status: refused.status, calls: refused.calls }).toEqual({
      status: 1,
      calls: [`${INIT} -lockfile=readonly`],
    });
    expect(refused.stdout).toContain("::error::prod needs the provider registry.terraform.io/hashicorp/external");
    expect(plans(lock("aws")).status).toBe(0);
  });

  test.each([
    ["s3", " -lock=false"],
    ["cloud", ""],
  ])("takes no lock on the state where it may only read: %s", (STATE, option) => {
    expect(run({ env: { STATE } }).calls[1]).toBe(`${PLAN}${option}`);
  });

  test("uses a token and variables where there are any", () => {
    const { calls, read } = run({ env: { [TOKEN]: "t", VARIABLES: '{"pager":"%s"}' } });
    expect(calls[0]).toBe(`${INIT} -lockfile=readonly with a token`);
    expect(read(`${STACK}/secret.auto.tfvars.json`)).toBe('{"pager":"%s"}');
  });

  test.each([
    ["init", { INIT: "1" }, 1],
    ["plan", { PLAN: "1" }, 1],
  ])("fails when %s fails, and hands on nothing", (_, env, expected) => {
    const { status, read } = run({ env });
    expect({ status, output: read("output"), code: read("plans/prod.exit-code") }).toEqual({
      status: expected,
      output: "",
      code: "",
    });
  });
});

describe("pictures of changed dashboards", () => {
  const LINK = "https://github.com/o/r/actions/runs/1/artifacts/2";
  const changed = makePlanJson(
    makeDashboard({ widgets: [] }, { widgets: [{ type: "text", properties: { markdown: "x" } }] }),
  );
  const draw = (json: string) =>
    runStep("plan.yml", "Draw changed dashboards", { files: { "temp/prod/plan.json": json } });

  test("are where they are uploaded from, and only if a dashboard changes", () => {
    const [upload] = listSteps("plan.yml").filter(({ name }) => name === "Upload pictures of changed dashboards");
    const folder = String(upload?.with?.["path"]);

    expect(upload?.with?.["if-no-files-found"]).toBe("ignore");
    expect(draw(changed).read(`${folder}/prod/prod.svg`)).toContain("<svg");
    expect(draw(makePlanJson(makeResource("aws_sns_topic.a", null, { name: "a" }))).read(folder)).toBe("");
  });

  test("are linked in the summary, and in the comment", () => {
    const linked = runStep("plan.yml", "Link the pictures", { files: { "plans/prod.json": changed }, env: { LINK } });
    const { status, read } = runStep("pull-request.yml", "Write the comment", {
      files: { "plans/prod.json": changed, "plans/prod.dashboards": linked.read("plans/prod.dashboards") },
    });

    expect(linked.read("summary")).toBe(`\n[Pictures of the changed dashboards](${LINK})\n`);
    expect({ status, linked: linked.status }).toEqual({ status: 0, linked: 0 });
    expect(read("comment.md")).toContain(`- [changed dashboards before and after](<${LINK}>), with made-up figures`);
  });
});

describe("the step that takes the stack", () => {
  test("takes the configuration, its files and its lock, and nothing else that a branch may have put there", () => {
    const stack = { "cdk.tf.json": "{}", "assets/code/one.zip": "zip", ".terraform.lock.hcl": "# lock" };
    const smuggled = {
      "more.tf": "# more",
      "cdk_override.tf.json": "{}",
      "evil.auto.tfvars": "evil = 1",
      ".terraform/providers/registry.terraform.io/hashicorp/aws/5.100.0/linux_amd64/terraform-provider-aws":
        "#!/bin/sh",
    };
    const files = Object.entries({ ...stack, ...smuggled }).map(
      ([name, text]) => [`temp/stack/${name}`, text] as const,
    );
    const { status, read } = runStep("plan.yml", "Take the stack", {
      files: Object.fromEntries(files),
      env: { STACK: "taken", RUNNER_TEMP: "temp" },
    });
    const taken = Object.keys({ ...stack, ...smuggled }).filter((name) => read(`taken/${name}`) !== "");
    expect({ status, taken }).toEqual({ status: 0, taken: Object.keys(stack) });
  });
});

(hasJq ? describe : describe.skip)("the step that applies", () => {
  test("applies the saved plan with the lock it was made with, and writes the outputs", () => {
    const { status, calls, read } = runStep("deploy.yml", "Apply", {});
    expect({ status, calls }).toEqual({
      status: 0,
      calls: [
        `terraform -chdir=${STACK} init -input=false -lockfile=readonly`,
        `terraform -chdir=${STACK} apply -input=false -parallelism=30 tfplan`,
        `terraform -chdir=${STACK} output -json`,
      ],
    });
    expect(JSON.parse(read("temp/outputs.json"))).toEqual({ api: { value: 1 } });
  });

  test("ends where something fails", () => {
    const { status, calls } = runStep("deploy.yml", "Apply", { env: { APPLY: "1" } });
    expect({ status, last: calls.at(-1) }).toEqual({
      status: 1,
      last: `terraform -chdir=${STACK} apply -input=false -parallelism=30 tfplan`,
    });
  });
});

describe("the smoke check", () => {
  const smoke = (report: string, exitCode: number) =>
    runStep("deploy.yml", "Smoke check", {
      env: { SMOKE_PATH: "status" },
      commands: { npm: `echo "npm $*" >> "$CALLS"; printf '%s\\n' '${report}'; exit ${exitCode}` },
    });

  test("asks the command, and marks what is late", () => {
    const { status, stdout, calls } = smoke("prod:\n  ok    alarms  all\n  late  api metric  no value", 0);
    expect(status).toBe(0);
    expect(calls).toEqual([
      expect.stringMatching(/^npm run ops --silent -- smoke prod \S+\/temp\/outputs\.json --path status$/),
    ]);
    expect(stdout.match(/^::.*/gm)).toEqual(["::warning::api metric  no value"]);
  });

  test("fails with it", () => {
    expect(smoke("prod:\n  failed  alarms", 1).status).toBe(1);
  });

  test("has a command of this project that takes such arguments", () => {
    const { status, stderr } = runStep("deploy.yml", "Smoke check", { env: { SMOKE_PATH: "health" } });
    // Its environments are looked for in the folder of the step, which has none.
    expect(status).toBe(2);
    expect(stderr).toContain("environments: expected a file <environment>.tfvars, found none");
  });
});
