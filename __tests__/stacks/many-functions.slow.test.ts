import { beforeAll, describe, expect, test } from "@jest/globals";
import { loadEnvironments } from "../../environments/load";
import { bundleFunctions } from "../../stacks/bundle";
import { findQuotaMistakes, findQuotaNotes } from "../../stacks/quotas";
import { synthesize as synthesizeStacks } from "../../stacks/synthesize";
import { SynthesizedEnvironment } from "../../stacks/synthesized";
import { HANDLER_SOURCE, makeProject, makeTemporaryFolder, makeTfvars } from "../support/project";

type Resources = Readonly<Record<string, Readonly<Record<string, unknown>>>>;

describe("an environment of 500 functions with the longest names", () => {
  const COUNT = 500;
  const names = Array.from({ length: COUNT }, (_, index) => `f${String(index).padStart(3, "0")}${"x".repeat(56)}`);
  let resource: Readonly<Record<string, Resources>>;
  let synthesized: SynthesizedEnvironment;
  const all = (type: string) => Object.entries(resource[type] ?? {});

  beforeAll(async () => {
    const root = makeProject({
      "environments/dev.tfvars": makeTfvars({
        functions: names.map((name) => `${name} = { endpoint = "iam" }`).join("\n"),
      }),
      ...Object.fromEntries(names.map((name) => [`functions/${name}/handler.ts`, HANDLER_SOURCE])),
    });
    const folder = makeTemporaryFolder();
    const environments = await loadEnvironments(root);
    const bundles = await bundleFunctions(root, [{ name: "api" }, { name: "warmer" }], folder);
    const [bundle] = bundles.values();
    if (!bundle || !environments[0]) throw new Error("nothing has been made");
    const all = new Map([...bundles, ...names.map((name) => [name, bundle] as const)]);
    synthesizeStacks(environments, { bundles: all, infrastructure: new Map(), folder });
    synthesized = SynthesizedEnvironment.read(environments[0], folder);
    resource = Object.fromEntries(
      ["aws_scheduler_schedule", "aws_iam_role_policy", "aws_iam_policy", "aws_iam_role_policy_attachment"].map(
        (type) => [type, Object.fromEntries(synthesized.resources(type).map((one) => [one.name, one.attributes]))],
      ),
    );
  });

  test("is within every quota but that of alarms, which AWS raises on request", () => {
    expect(findQuotaMistakes([synthesized])).toEqual([]);
    expect(findQuotaNotes([synthesized])).toEqual([
      expect.stringMatching(/^dev: expected at most 5000 alarms in eu-west-1 of one account unless AWS has raised it/),
    ]);
  });

  test("has every function once at each time, at most 100 of them in a run", () => {
    const requests = all("aws_scheduler_schedule")
      .map(([, schedule]) => (schedule as { target: { input: string } }).target.input)
      .map((input) => JSON.parse(input) as { strategy: string; targets: { functionName: string }[] });
    expect(requests.map(({ targets }) => targets.length)).toEqual(Array.from({ length: 10 }, () => 100));
    const scheduled = requests
      .filter(({ strategy }) => strategy === "scheduled")
      .flatMap(({ targets }) => targets.map(({ functionName }) => functionName));
    expect(scheduled.sort()).toEqual(names.map((name) => `dev-${name}`));
  });

  test("has a warmer that may invoke each of them, by policies of at most 6,144 characters, 10 of them at most", () => {
    const managed = all("aws_iam_policy").map(([, { policy }]) => String(policy));
    const real = managed.map((policy) =>
      policy.replaceAll("${local.warmer_functions}", "arn:aws:lambda:eu-west-1:123456789012:function:"),
    );
    for (const policy of real) expect(policy.length).toBeLessThanOrEqual(6144);
    expect(managed.length).toBeLessThanOrEqual(10);
    expect(all("aws_iam_role_policy_attachment")).toHaveLength(managed.length);
    const statements = real.flatMap(
      (policy) => (JSON.parse(policy) as { Statement: { Action: string[]; Resource: string[] }[] }).Statement,
    );
    expect(new Set(statements.flatMap(({ Action }) => Action))).toEqual(new Set(["lambda:InvokeFunction"]));
    const invoked = statements.flatMap(({ Resource }) => Resource.map((arn) => arn.split(":")[6]));
    expect(invoked.sort()).toEqual(names.map((name) => `dev-${name}`));
  });
});
