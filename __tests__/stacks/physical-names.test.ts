import { describe, expect, test } from "@jest/globals";
import { InvalidInput } from "../../environments/mistakes";
import { PHYSICAL_NAMES } from "../../stacks/physical-names";
import { ENVIRONMENTS, LARGE, makeProjectWithEnvironments } from "../support/environments";
import { HANDLER_SOURCE, makeProject, synthesizeProject, makeTfvars } from "../support/project";

/** What is said of environments with these functions, each maybe in another region or account. */
async function mistakes(
  environments: Readonly<Record<string, string | { functions: string; region?: string; account?: string }>>,
): Promise<string[]> {
  const files = Object.entries(environments).map(([name, written]) => {
    const { functions, region = "eu-west-1", account } = typeof written === "string" ? { functions: written } : written;
    const more = account === undefined ? "" : `account_id = "${account}"`;
    return [`environments/${name}.tfvars`, makeTfvars({ functions, more }).replace("eu-west-1", region)] as const;
  });
  const code = ["api", "x-api", "eu-warmer", "west-api"].map(
    (name) => [`functions/${name}/handler.ts`, HANDLER_SOURCE] as const,
  );
  try {
    await synthesizeProject(makeProject(Object.fromEntries([...files, ...code])));
    return [];
  } catch (error) {
    if (error instanceof InvalidInput) return error.message.split("\n");
    throw error;
  }
}

const existing = (name: string, settings = "") => `{ existing = true, function_name = "${name}"${settings} }`;
const wanted = "expected a unique name in AWS, got";

describe("names that AWS takes once", () => {
  test("are refused where two functions of an environment would have the same, each pair in one line", async () => {
    expect(await mistakes({ dev: `api = {}\nold = ${existing("api")}` })).toEqual([
      expect.stringMatching(
        new RegExp(
          `^environments/dev.tfvars: functions.old: ${wanted} dev-api-\\S+, as in environments/dev.tfvars: functions.api \\(alarm\\); \\d+ more of their names are the same$`,
        ),
      ),
    ]);
  });

  test.each([
    [
      "a function named as another environment's warmer",
      { dev: "eu-warmer = {}", "dev-eu": "api = {}" },
      `environments/dev.tfvars: functions.eu-warmer: ${wanted} dev-eu-warmer, as in environments/dev-eu.tfvars (function); `,
    ],
    [
      "functions of two environments",
      { dev: "x-api = {}", "dev-x": "api = {}" },
      `environments/dev-x.tfvars: functions.api: ${wanted} dev-x-api, as in environments/dev.tfvars: functions.x-api (function); `,
    ],
    [
      "a function that is watched by two environments",
      { dev: `old = ${existing("shop")}`, qa: `a = ${existing("shop")}` },
      `environments/qa.tfvars: functions.a: ${wanted} shop, as in environments/dev.tfvars: functions.old (watched function); `,
    ],
    [
      "a function that is watched twice, in two logs",
      { dev: `a = ${existing("shop", ', log_group = "/a"')}\nb = ${existing("shop", ', log_group = "/b"')}` },
      `environments/dev.tfvars: functions.b: ${wanted} shop, as in environments/dev.tfvars: functions.a (watched function); `,
    ],
    [
      "two functions that share a log group",
      { dev: `a = ${existing("a", ', log_group = "/all"')}\nb = ${existing("b", ', log_group = "/all"')}` },
      `environments/dev.tfvars: functions.b: ${wanted} /all: platform-init-duration, as in environments/dev.tfvars: functions.a (metric filter); `,
    ],
    [
      "a watched function whose alarms would be the warmer's",
      { dev: `api = {}\nold = ${existing("warmer")}` },
      `environments/dev.tfvars: functions.old: ${wanted} dev-warmer-errors, as in environments/dev.tfvars (alarm)`,
    ],
    [
      "two dashboards",
      { dev: `a = ${existing("a")}`, "dev-existing": "api = {}" },
      `environments/dev-existing.tfvars: ${wanted} dev-existing, as in environments/dev.tfvars (dashboard)`,
    ],
  ])("are refused for %s", async (_, environments, line) => {
    const found = await mistakes(environments);
    expect(found).toHaveLength(1);
    expect(found[0]).toContain(line);
  });

  test("of two regions or accounts may be the same, but for those that an account has once", async () => {
    const functions = `old = ${existing("shop")}`;
    expect(await mistakes({ dev: functions, qa: { functions, region: "us-east-1" } })).toEqual([]);
    const accounts = ["111111111111", "222222222222"] as const;
    expect(
      await mistakes({ dev: { functions, account: accounts[0] }, qa: { functions, account: accounts[1] } }),
    ).toEqual([]);
    expect(await mistakes({ dev: { functions, account: accounts[0] }, qa: functions })).toHaveLength(1);
    const dashboards = { dev: functions, "dev-existing": { functions: "api = {}", region: "us-east-1" } };
    expect(await mistakes(dashboards)).toEqual([
      `environments/dev-existing.tfvars: ${wanted} dev-existing, as in environments/dev.tfvars (dashboard)`,
    ]);
  });

  test("are known of every type of resource", async () => {
    const { stacks } = await synthesizeProject(makeProjectWithEnvironments(), LARGE);
    const types = new Set(ENVIRONMENTS.flatMap((name) => Object.keys(stacks[name]?.resource ?? {})));
    expect(types.size).toBeGreaterThan(20);
    expect([...types].filter((type) => !(type in PHYSICAL_NAMES))).toEqual([]);
  });
});
