import { describe, expect, test } from "@jest/globals";
import { spawnSync } from "node:child_process";
import { existsSync, mkdirSync, readFileSync, writeFileSync } from "node:fs";
import { delimiter, join } from "node:path";
import * as z from "zod";
import { MARKER } from "../../../operations/plan/comment";
import { makeTemporaryFolder } from "../../support/project";
import { files, type Job, findScript, listSteps, readWorkflowText, readWorkflow } from "./workflow-files";

describe.each(files)("%s", (file) => {
  test("is of the known shape, and nothing has permissions that its job does not ask for", () => {
    expect(() => readWorkflow(file)).not.toThrow();
  });

  test("uses actions by digest, with the version beside it, and files that are there", () => {
    for (const line of readWorkflowText(file)
      .split("\n")
      .filter((one) => /\buses:/.test(one))) {
      const local = /uses: \.\/(\S+)$/.exec(line)?.[1];
      if (local === undefined) expect(line).toMatch(/uses: [\w-]+\/[\w-]+@[0-9a-f]{40} # v\d+\.\d+\.\d+$/);
      else expect(existsSync(local)).toBe(true);
    }
  });

  test("runs npm scripts and commands that there are", () => {
    const { scripts } = z
      .object({ scripts: z.record(z.string(), z.string()) })
      .parse(JSON.parse(readFileSync("package.json", "utf8")));
    const runs = listSteps(file).flatMap(({ run }) => (run === undefined ? [] : [run]));
    const called = runs.flatMap((run) => [...run.matchAll(/npm (?:run )?([\w:]+)/g)].map(([, name]) => name ?? ""));
    for (const name of called.filter((one) => !["ci", "pack", "publish"].includes(one)))
      expect(Object.keys(scripts)).toContain(name);
    for (const [, command] of runs.join("\n").matchAll(/npm run ops --silent -- (\S+)/g)) {
      expect(["budget", "plan-comment", "smoke"]).toContain(command);
    }
  });

  test("has scripts that bash reads, with nothing pasted into them that others can choose", () => {
    for (const { run } of listSteps(file)) {
      if (run === undefined) continue;
      expect(run).not.toContain("${{");
      expect(spawnSync("bash", ["-n", "-c", run], { encoding: "utf8" })).toMatchObject({ status: 0, stderr: "" });
    }
  });

  test("leaves no credentials in the checkout, and gives up in time", () => {
    for (const job of Object.values(readWorkflow(file).jobs)) {
      if (job.steps) expect(job["timeout-minutes"]).toBeLessThanOrEqual(60);
      for (const step of job.steps ?? []) {
        if (step.uses?.startsWith("actions/checkout@"))
          expect(step.with).toMatchObject({ "persist-credentials": false });
      }
    }
  });
});

/** What the deployment of an environment is handed; users may have any environments. */
const DEPLOYMENT_SECRETS = ["PLAN_PASSPHRASE", "TERRAFORM_VARIABLES", "TF_API_TOKEN", "TF_PLAN_TOKEN"];

describe("permissions", () => {
  test("are the least that each job can do with", () => {
    const all = Object.fromEntries(
      files
        .filter((file) => file !== "main.yml")
        .flatMap((file) =>
          Object.entries(readWorkflow(file).jobs).map(([name, { permissions }]) => [`${file} ${name}`, permissions]),
        ),
    );
    const reads = { contents: "read" };
    const signsIn = { ...reads, "id-token": "write" };
    expect(all).toEqual({
      "checks.yml checks": reads,
      "checks.yml own-app": reads,
      "release.yml pack": reads,
      "release.yml publish": { "id-token": "write" },
      "pull-request.yml plan": signsIn,
      "pull-request.yml comment": { ...reads, "pull-requests": "write" },
      "plan.yml synth": reads,
      "plan.yml plan": signsIn,
      "deploy.yml plan": signsIn,
      "deploy.yml apply": { "id-token": "write" },
      "deploy.yml smoke": signsIn,
      "drift.yml plan": signsIn,
      "drift.yml issue": { ...reads, issues: "write" },
    });
  });

  test("pull requests of forks get the checks, without secrets, and nothing else", () => {
    const { checks } = readWorkflow("checks.yml").jobs;
    expect(JSON.stringify(checks)).not.toMatch(/secrets|vars|id-token/);
    expect(checks?.if).toBeUndefined();
    const { on, jobs } = readWorkflow("pull-request.yml");
    expect([on, readWorkflow("checks.yml").on].map((each) => Object.keys(each))).toEqual([
      ["pull_request"],
      ["pull_request"],
    ]);
    expect(jobs["plan"]?.if).toContain("github.event.pull_request.head.repo.full_name == github.repository");
    expect(jobs["comment"]?.if).toContain("needs.plan.result != 'skipped'");
  });

  test("the checks are those of .ci/run, on every Node.js that is supported", () => {
    const { checks } = readWorkflow("checks.yml").jobs;
    expect(checks?.steps?.flatMap(({ run }) => run ?? [])).toEqual([".ci/run"]);
    expect(checks?.strategy).toEqual({ "fail-fast": false, matrix: { node: [20, 22, 24] } });
  });

  test("an app of somebody's own is tested in a job for each of its libraries", () => {
    const { strategy, steps = [] } = readWorkflow("checks.yml").jobs["own-app"] ?? {};
    const tests = readFileSync("__tests__/package/package.slow.test.ts", "utf8");
    const [, pattern = ""] = /--testNamePattern "(.*)"/.exec(steps.map(({ run }) => run).join("\n")) ?? [];

    expect(strategy).toEqual({ "fail-fast": false, matrix: { library: ["cdktf", "cdktn"] } });
    const titles = [...tests.matchAll(/"([^"]+ with (?:%s|cdktf and)[^"]*)"/g)].map(([, title = ""]) => title);
    expect(titles).toHaveLength(2);
    for (const library of ["cdktf", "cdktn"]) {
      const chosen = new RegExp(pattern.replace("$LIBRARY", library));
      for (const title of titles) expect(`an app of somebody's own ${title.replace("%s", library)}`).toMatch(chosen);
    }
  });

  test.each(Object.entries(readWorkflow("main.yml").jobs))(
    "%s deploys under a lock of its own, and signs in",
    (name, job) => {
      expect(job.uses).toBe("./.github/workflows/deploy.yml");
      expect(job.concurrency).toEqual({ group: `deploy-${name}`, "cancel-in-progress": false });
      expect(job.permissions).toEqual({ contents: "read", "id-token": "write" });
      expect(Object.keys(job.secrets ?? {}).sort()).toEqual(DEPLOYMENT_SECRETS);
    },
  );

  test("each environment is applied after its approval", () => {
    expect(readWorkflow("deploy.yml").jobs["apply"]?.environment).toBe("${{ inputs.environment }}");
  });
});

describe("what may be stolen", () => {
  const all = files.flatMap((file) =>
    Object.entries(readWorkflow(file).jobs).map(([name, job]) => [`${file} ${name}`, job] as const),
  );
  const READS = ["TF_PLAN_TOKEN", "TERRAFORM_VARIABLES", "PLAN_PASSPHRASE"];
  const withSteps = all.filter(([, { steps: own }]) => own !== undefined);
  const secretsIn = (job: Job) =>
    [...JSON.stringify(job).matchAll(/secrets\.(\w+)|secrets\[format\('(\w+?)_\{0\}'/g)].map(
      ([, one, other]) => one ?? other,
    );
  /** Packages and commands of the project, which a branch may have changed. */
  const runsProject = ({ steps: own = [] }: Job) =>
    own.some(({ run = "" }) => /\bnpm (?!publish \S+\.tgz --ignore-scripts\b)|\bnode\b|\bnpx\b|\.ci\/run/.test(run));
  const checkoutOf = ({ steps: own = [] }: Job) =>
    own.filter(({ uses }) => uses?.startsWith("actions/checkout@")).map((step) => step.with?.["ref"]);
  const isOfMain = (ref: unknown) =>
    ref === "main" || ref === "${{ github.event_name == 'pull_request' && 'main' || github.sha }}";
  /** Jobs that a pull request or a branch gets to. */
  const ofBranches = withSteps.filter(([name]) => /^(checks|pull-request|plan)\.yml /.test(name));

  test.each(withSteps)("%s: what runs the project's code holds no right to change AWS or HCP Terraform", (_, job) => {
    if (!runsProject(job)) return;
    expect(secretsIn(job).filter((name) => name !== undefined && !READS.includes(name))).toEqual([]);
    expect(job.environment).toBeUndefined();
    expect(JSON.stringify(job)).not.toContain("DEPLOY_ROLE");
  });
  test.each(ofBranches)("%s: what runs a branch's code holds nothing at all", (_, job) => {
    const holds = [...secretsIn(job), ...Object.keys(job.permissions).filter((name) => name !== "contents")];
    const cached = (job.steps ?? []).some((step) => step.with?.["cache"] !== undefined);
    if (checkoutOf(job).every(isOfMain)) expect(cached).toBe(false);
    else expect(holds).toEqual([]);
  });

  test("the token and the role that may apply are known to one job, which waits for approval and runs Terraform alone", () => {
    const holding = withSteps.filter(([, job]) => /TF_API_TOKEN|DEPLOY_ROLE/.test(JSON.stringify(job)));
    expect(holding.map(([name]) => name)).toEqual(["deploy.yml apply"]);
    for (const [, job] of holding) {
      expect(job.environment).toBe("${{ inputs.environment }}");
      expect(runsProject(job)).toBe(false);
      expect(checkoutOf(job)).toEqual([]);
    }
  });

  test("secrets are passed by name, to plans only those that plans need, and those for applying from main alone", () => {
    for (const file of files) expect(readWorkflowText(file)).not.toContain("inherit");
    const passed = all.flatMap(([name, { uses, secrets = {} }]) =>
      uses === undefined || name.startsWith("main.yml") ? [] : [[name, Object.keys(secrets).sort()]],
    );
    const plan = ["TERRAFORM_VARIABLES", "TF_PLAN_TOKEN"];
    expect(Object.fromEntries(passed)).toEqual({
      "pull-request.yml plan": plan,
      "drift.yml plan": plan,
      "deploy.yml plan": ["PLAN_PASSPHRASE", ...plan],
    });
    expect(Object.keys(readWorkflow("main.yml").on)).toEqual(["push"]);
    expect(readWorkflow("drift.yml").jobs["plan"]?.if).toContain("github.ref == 'refs/heads/main'");
  });
});

/** Runs a step's script with a `gh` that notes what it is asked, and answers a listing with these ids. */
function runStep(source: string, ids: string, files: Readonly<Record<string, string>>, env: Record<string, string>) {
  const root = makeTemporaryFolder();
  mkdirSync(join(root, "bin"));
  mkdirSync(join(root, "plans"));
  const gh = `#!/usr/bin/env bash\nif [[ "$*" == *--paginate* ]]; then printf '%s' "$IDS"; exit "$LISTING"; fi\necho "$*" >> calls\n`;
  writeFileSync(join(root, "bin/gh"), gh, { mode: 0o755 });
  for (const [path, content] of Object.entries(files)) writeFileSync(join(root, path), content);
  const { status } = spawnSync("bash", ["--noprofile", "--norc", "-eo", "pipefail", "-c", source], {
    cwd: root,
    env: {
      PATH: [join(root, "bin"), process.env["PATH"]].join(delimiter),
      GITHUB_REPOSITORY: "o/r",
      IDS: ids,
      LISTING: "0",
      ...env,
    },
  });
  const calls = existsSync(join(root, "calls")) ? readFileSync(join(root, "calls"), "utf8").trim().split("\n") : [];
  return { status, calls };
}

describe("the pull request's comment", () => {
  const source = findScript("pull-request.yml", "Renew the comment in place");

  test("is looked for by its marker", () => {
    expect(source).toContain(`startswith("${MARKER}")`);
    expect(findScript("drift.yml", "Open, renew or close the issue")).toContain(`startswith("${MARKER}")`);
  });

  test.each([
    ["made when there is none", "", "POST repos/o/r/issues/5/comments"],
    ["renewed when there is one", "12\n", "PATCH repos/o/r/issues/comments/12"],
    ["renewed once when there are two", "12\n13\n", "PATCH repos/o/r/issues/comments/12"],
  ])("is %s", (_, ids, call) => {
    expect(runStep(source, ids, {}, { NUMBER: "5" })).toEqual({
      status: 0,
      calls: [`api --method ${call} --field body=@comment.md --silent`],
    });
  });

  test("is not made a second time when GitHub does not tell", () => {
    expect(runStep(source, "", {}, { NUMBER: "5", LISTING: "1" })).toEqual({ status: 1, calls: [] });
  });
});

describe("the issue about drift", () => {
  const source = findScript("drift.yml", "Open, renew or close the issue");
  const same = { "plans/dev.exit-code": "0\n" };
  const drifted = { ...same, "plans/prod.exit-code": "2\n" };

  test.each([
    [
      "opened",
      "",
      drifted,
      "false",
      ["api --method POST repos/o/r/issues --raw-field title=Drift --field body=@issue.md --silent"],
    ],
    ["renewed", "7\n", drifted, "false", ["api --method PATCH repos/o/r/issues/7 --field body=@issue.md --silent"]],
    [
      "opened also when a plan failed",
      "",
      same,
      "true",
      ["api --method POST repos/o/r/issues --raw-field title=Drift --field body=@issue.md --silent"],
    ],
    [
      "closed when it is over",
      "7\n",
      same,
      "false",
      ["api --method PATCH repos/o/r/issues/7 --raw-field state=closed --silent"],
    ],
    ["not opened without a reason", "", same, "false", []],
  ])("is %s", (_, ids, plans, failed, calls) => {
    expect(runStep(source, ids, plans, { FAILED: failed })).toEqual({ status: 0, calls });
  });
});

describe("the saved plan", () => {
  const hasGpg = spawnSync("gpg", ["--version"]).status === 0;

  (hasGpg ? test : test.skip)("comes out of its encryption as it went in, and not with another passphrase", () => {
    const root = makeTemporaryFolder();
    mkdirSync(join(root, "stack"));
    mkdirSync(join(root, "home"), { mode: 0o700 });
    writeFileSync(join(root, "stack/tfplan"), "the plan");
    writeFileSync(join(root, "stack/.terraform.lock.hcl"), "the lock");
    const bash = (source: string, stack: string, passphrase: string) =>
      spawnSync("bash", ["-eo", "pipefail", "-c", source], {
        cwd: root,
        env: { PATH: process.env["PATH"], GNUPGHOME: join(root, "home"), STACK: stack, PASSPHRASE: passphrase },
      }).status;
    mkdirSync(join(root, "other"));
    expect(bash(findScript("plan.yml", "Encrypt the saved plan"), "stack", "")).toBe(1);
    expect(bash(findScript("plan.yml", "Encrypt the saved plan"), "stack", "open sesame")).toBe(0);
    expect(bash(`rm saved-plan.tar\n${findScript("deploy.yml", "Decrypt the saved plan")}`, "other", "wrong")).not.toBe(
      0,
    );
    expect(bash(findScript("deploy.yml", "Decrypt the saved plan"), "other", "open sesame")).toBe(0);
    expect(readFileSync(join(root, "other/tfplan"), "utf8")).toBe("the plan");
    expect(readFileSync(join(root, "other/.terraform.lock.hcl"), "utf8")).toBe("the lock");
  });
});

describe("renovate.json", () => {
  const renovate = z
    .object({
      extends: z.array(z.string()),
      customManagers: z.array(
        z.object({ managerFilePatterns: z.array(z.string()), matchStrings: z.array(z.string()) }),
      ),
    })
    .parse(JSON.parse(readFileSync("renovate.json", "utf8")));

  test("pins actions by digest", () => {
    expect(renovate.extends).toContain("helpers:pinGitHubActionDigests");
  });

  test("finds the versions of Terraform and of its provider", () => {
    const [terraform, provider] = renovate.customManagers.map(
      ({ matchStrings }) => new RegExp(matchStrings[0] ?? "(?!)"),
    );
    const [, providerFiles] = renovate.customManagers.map(({ managerFilePatterns: [pattern = ""] }) => pattern);
    for (const file of files.filter((one) => readWorkflowText(one).includes("setup-terraform@"))) {
      expect(terraform?.exec(readWorkflowText(file))?.groups).toMatchObject({
        depName: "hashicorp/terraform",
        currentValue: "1.11.4",
      });
    }
    expect(providerFiles).toBe(String.raw`/^stacks/provider-version\.ts$/`);
    expect(provider?.exec(readFileSync("stacks/provider-version.ts", "utf8"))?.groups?.["currentValue"]).toMatch(
      /^>= /,
    );
  });
});
