import { beforeAll, expect, test } from "@jest/globals";
import { cpSync, mkdirSync } from "node:fs";
import { join } from "node:path";
import { runCommand } from "../../support/command";
import { makeProject, synthesizeProject, makeTfvars } from "../../support/project";
import { skip, TerraformFolder, isTerraformUsable } from "../../support/terraform";
import { type DoctorReport } from "./world";

const TESTED = "doctor of an environment that Terraform has applied";
/** Ends what never ends: no step may depend on how busy the computer is. */
const LIMIT_MS = 900_000;

const usable = process.env["AWS_ENDPOINT_URL"]
  ? isTerraformUsable(TESTED)
  : skip(TESTED, "AWS_ENDPOINT_URL names no AWS emulator");

const testHere = usable ? test : test.skip;
beforeAll(() => {
  process.env["AWS_ACCESS_KEY_ID"] = "made-up";
  process.env["AWS_SECRET_ACCESS_KEY"] = "made-up";
});

testHere(
  "before it is applied, functions, alarms and topics are missing; after it, nothing is",
  async () => {
    // Prepare
    const more = 'account_id = "123456789012"\nalarm_emails = ["team@example.com"]';
    const root = makeProject({ "environments/checkup.tfvars": makeTfvars({ more }) });
    const { outdir } = await synthesizeProject(root);
    mkdirSync(join(root, "cdktf.out"));
    cpSync(join(outdir, "stacks"), join(root, "cdktf.out", "stacks"), { recursive: true });
    const stack = new TerraformFolder(join(outdir, "stacks", "checkup"));
    stack.override({
      terraform: { backend: { local: {} } },
      provider: { aws: { access_key: "made-up", secret_key: "made-up" } },
    });
    stack.run(["init", "-input=false"]);

    // Act
    const before = await diagnose(root);
    let after: Awaited<ReturnType<typeof diagnose>>;
    try {
      stack.run(["apply", "-auto-approve", "-input=false"]);
      after = await diagnose(root);
    } finally {
      stack.run(["destroy", "-auto-approve"]);
    }

    // Assess
    const failed = before.findings.filter(({ outcome }) => outcome === "fail").map(({ check }) => check);
    expect(failed).toEqual(expect.arrayContaining(["api: deployed", "warmer: deployed", "alarms", "urgent alarms"]));
    expect(before.exitCode).toBe(1);

    const wrong = after.findings.filter(({ outcome }) => outcome === "fail" || outcome === "skipped");
    // Emulators know neither composite alarms nor mute rules; everything else has to be found.
    const known = wrong.filter(({ check }) => check !== "alarms muted");
    expect(known.filter(({ detail }) => detail !== "1 of 11 are missing: checkup-api-degraded")).toEqual([]);
    expect(after.exitCode).toBe(wrong.length === 0 ? 0 : 1);
    expect(after.findings.filter(({ outcome }) => outcome === "warn").map(({ check }) => check)).toEqual([
      "AWS provider",
      "state",
      "complete state",
      "api: its own metrics",
      "api: platform reports",
    ]);
  },
  LIMIT_MS,
);

async function diagnose(root: string): Promise<DoctorReport & { readonly exitCode: number }> {
  const { exitCode, stdout } = await runCommand(["doctor", "checkup", "--json"], { root });
  return { ...(JSON.parse(stdout.join("\n")) as DoctorReport), exitCode };
}
