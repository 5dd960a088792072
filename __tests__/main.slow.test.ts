import { beforeAll, describe, expect, test } from "@jest/globals";
import { spawnSync } from "node:child_process";
import { cpSync, existsSync, mkdirSync, readdirSync, readFileSync, rmSync, writeFileSync } from "node:fs";
import { join, resolve } from "node:path";
import { findDeprecation } from "../environments/runtimes";
import { listShippedFiles } from "./support/environments";
import { readFiles } from "./support/project";
import { cloneProject } from "./support/walkthrough";

/** As somebody would write it: measured, in parts, and with one that is loaded when it is needed. */
const HANDLER = `import { monitorHttp } from "../../performance";
export const handler = monitorHttp(async () => ({ statusCode: 200, body: (await import("./text")).text }));
`;

/** A clone of this project with the environments that it comes with. */
const cloneShipped = (name?: string) =>
  cloneProject(
    {
      ...listShippedFiles(),
      "functions/api/handler.ts": HANDLER,
      "functions/api/text.ts": 'export const text = "hi";\n',
    },
    name === undefined ? {} : { name },
  );

/** Runs the app as cdktf.json says, with no tool on the PATH but Node. */
function synth(root: string, env: NodeJS.ProcessEnv = {}) {
  const { app } = JSON.parse(readFileSync(join(root, "cdktf.json"), "utf8")) as { app: string };
  const [, ...args] = app.split(" ");
  return spawnSync(process.execPath, args, { cwd: root, env: { PATH: "", ...env }, encoding: "utf8" });
}

/** Packages are binary, so contents are compared in base64. */
const filesOf = (folder: string) => readFiles(folder, "base64");

describe("npm run synth", () => {
  let root: string;
  let synthesized: ReturnType<typeof synth>;

  beforeAll(() => {
    root = cloneShipped();
    mkdirSync(join(root, "providers/prod"), { recursive: true });
    writeFileSync(join(root, "providers/prod/.terraform.lock.hcl"), "# the lock");
    synthesized = synth(root);
  });

  test("writes every environment and says for each its region, functions, resources and state", () => {
    const { status, stdout, stderr } = synthesized;
    const deprecation = findDeprecation("nodejs22.x", Date.now());
    expect({ status, stderr }).toEqual({ status: 0, stderr: "" });
    expect(stdout.split("\n")).toEqual([
      "Environment  Region     Functions           Resources  Monitoring      State",
      "dev          eu-west-1  api (iam endpoint)  47         $9.80 a month   terraform.dev.tfstate",
      "prod         eu-west-1  api (iam endpoint)  67         $11.50 a month  HCP Terraform: your-organization/warmwatch-prod",
      "staging      eu-west-1  api (iam endpoint)  67         $11.50 a month  HCP Terraform: your-organization/warmwatch-staging",
      "",
      expect.stringMatching(/^Monitoring costs at most \(us-east-1 prices of \d{4}-\d{2}; /),
      ...["dev", "prod", "staging"].map((name): unknown =>
        expect.stringMatching(`^  ${name}: metrics 14 x \\$0\\.30, `),
      ),
      "Keeping functions warm costs about:",
      ...["dev", "prod", "staging"].map((name): unknown =>
        expect.stringMatching(
          name === "dev"
            ? /^ {2}dev: scheduled 16,425 pings \$0\.0\d, peak 24,638 pings /
            : new RegExp(`^  ${name}: scheduled 0 to 262,800 pings .*, reading usage \\$0\\.0037, `),
        ),
      ),
      expect.stringMatching(/^New versions get requests in steps \(watching over that costs \$0\.0\d a month, /),
      ...["prod", "staging"].map((name): unknown =>
        expect.stringMatching(`^  ${name}: api 10 % for 5 min, then all, judged for 3 min more, about `),
      ),
      ...["dev", "prod", "staging"].flatMap((name) => [
        `${name}: its alarms reach nobody yet: set alarm_emails in environments/${name}.tfvars`,
        ...(deprecation ? [`${name}: for api, ${deprecation.sentence}`] : []),
      ]),
      "",
      "Written to cdktf.out/stacks/<environment>. Next: npx cdktf deploy <environment>",
      "",
    ]);
    expect(
      Object.keys(filesOf(join(root, "cdktf.out")))
        .filter((file) => !file.includes("assets"))
        .sort(),
    ).toEqual([
      "manifest.json",
      "stacks/dev/cdk.tf.json",
      "stacks/prod/.terraform.lock.hcl",
      "stacks/prod/cdk.tf.json",
      "stacks/staging/cdk.tf.json",
    ]);
    expect(readdirSync(root).filter((name) => name.startsWith("cdktf.out"))).toEqual(["cdktf.out"]);
  });

  test("copies the lock file of an environment that has one to where Terraform looks for it", () => {
    expect(readFileSync(join(root, "cdktf.out/stacks/prod/.terraform.lock.hcl"), "utf8")).toBe("# the lock");
  });

  test("gives the same bytes in another folder, another time zone, another language, and the second time", () => {
    const [one, two] = [cloneShipped("one"), cloneShipped("another name")];
    synth(one, { TZ: "Pacific/Kiritimati", LANG: "C" });
    synth(two, { TZ: "America/Los_Angeles", LANG: "tr_TR.UTF-8" });
    const first = filesOf(join(one, "cdktf.out"));
    expect(Object.keys(first)).toHaveLength(12);
    expect(filesOf(join(two, "cdktf.out"))).toEqual(first);
    synth(one);
    expect(filesOf(join(one, "cdktf.out"))).toEqual(first);
  });

  test("names no folder of the computer it runs on", () => {
    for (const [file, content] of Object.entries(filesOf(join(root, "cdktf.out")))) {
      const text = Buffer.from(content, "base64").toString("latin1");
      expect({ file, names: [root, resolve("."), "/tmp/"].filter((folder) => text.includes(folder)) }).toEqual({
        file,
        names: [],
      });
    }
  });

  test("writes where the cdktf command asks, with a local state still at the project's root", () => {
    expect(synth(root, { CDKTF_OUTDIR: "build/infra" }).status).toBe(0);
    const stack = JSON.parse(readFileSync(join(root, "build/infra/stacks/dev/cdk.tf.json"), "utf8")) as {
      terraform: object;
    };
    expect(stack.terraform).toMatchObject({ backend: { local: { path: "../../../../terraform.dev.tfstate" } } });
  });

  test("copying a file makes an environment; removing it takes its stack away, and says what stays", () => {
    cpSync(join(root, "environments/dev.tfvars"), join(root, "environments/qa.tfvars"));
    expect(synth(root).stdout).toMatch(/^qa .* terraform\.qa\.tfstate$/m);
    expect(existsSync(join(root, "cdktf.out/stacks/qa/cdk.tf.json"))).toBe(true);
    rmSync(join(root, "environments/qa.tfvars"));

    const { stdout } = synth(root);

    expect(stdout).toContain("qa: environments/qa.tfvars is gone, but what it deployed stays in AWS.");
    expect(existsSync(join(root, "cdktf.out/stacks/qa"))).toBe(false);
  });
});

describe("npm run synth with a mistake", () => {
  let root: string;
  let before: Record<string, string>;

  beforeAll(() => {
    root = cloneShipped();
    synth(root);
    before = filesOf(join(root, "cdktf.out"));
  });

  test.each([
    [
      "environments/prod.tfvars",
      "region = 5\n",
      /^environments\/prod\.tfvars: region: expected .*\n(environments\/prod\.tfvars: .*\n)*$/,
    ],
    ["environments/prod.tfvars", "region = \n", /^environments\/prod\.tfvars:1:10: .*\n$/],
    ["functions/api/handler.ts", "export const handler = (\n", /^functions\/api\/handler\.ts:2:1: .*\n$/],
  ])("in %s: %p tells it in one line, exits 1 and leaves the output as it was", (file, content, expected) => {
    const right = readFileSync(join(root, file));
    writeFileSync(join(root, file), content);

    const { status, stdout, stderr } = synth(root);
    writeFileSync(join(root, file), right);

    expect({ status, stdout }).toEqual({ status: 1, stdout: "" });
    expect(stderr).toMatch(expected);
    expect(filesOf(join(root, "cdktf.out"))).toEqual(before);
  });

  test("says in one line that it cannot write", () => {
    writeFileSync(join(root, "a-file"), "");
    const { status, stdout, stderr } = synth(root, { CDKTF_OUTDIR: "a-file/cdktf.out" });
    expect({ status, stdout }).toEqual({ status: 1, stdout: "" });
    expect(stderr).toMatch(/^E[A-Z]+: .*'a-file'\n$/);
  });

  test("writes nothing where nothing was", () => {
    const root = cloneShipped();
    writeFileSync(join(root, "environments/dev.tfvars"), "");
    expect(synth(root).status).toBe(1);
    expect(readdirSync(root).filter((name) => name.startsWith("cdktf.out"))).toEqual([]);
  });
});
