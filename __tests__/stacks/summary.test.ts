import { describe, expect, jest, test } from "@jest/globals";
import { HANDLER_SOURCE, makeProject, synthesizeProject, makeTfvars } from "../support/project";

async function summaryOf(text: string): Promise<string[]> {
  const { summary } = await synthesizeProject(makeProject({ "environments/dev.tfvars": text }));
  return summary.split("\n");
}

describe("the summary", () => {
  test("tells what monitoring costs, and what of", async () => {
    // 8 alarms, one of which watches two metrics, 5 of objectives, which watch 14, and 2 on the warmer; 8 metrics that
    // the function emits, 3 from its log, 3 from the warmer
    expect(await summaryOf(makeTfvars())).toContain(
      "  dev: metrics 14 x $0.30, metrics watched by alarms 25 x $0.10, composite alarms 1 x $0.50, dashboards 1 x $3.00, encryption keys 1 x $1.00",
    );
  });

  test("of many functions with a public endpoint, names a few and counts the others", async () => {
    const names = Array.from({ length: 8 }, (_, index) => `public-${index}`);
    const root = makeProject({
      "environments/dev.tfvars": makeTfvars({
        functions: names.map((name) => `${name} = { endpoint = "public" }`).join("\n"),
      }),
      ...Object.fromEntries(names.map((name): [string, string] => [`functions/${name}/handler.ts`, HANDLER_SOURCE])),
    });

    const { summary } = await synthesizeProject(root);

    expect(summary).toContain("8 functions, public-0 (public endpoint), public-1 (public endpoint)");
    expect(summary).toContain("public-4 (public endpoint), 3 more with a public endpoint");
  });

  test("costs less with fewer alarms", async () => {
    const more = "alarms = { errors = { enabled = false }, memory = { enabled = false } }";
    const [, line] = await summaryOf(makeTfvars({ more }));
    expect(line).toContain("$10.90 a month");
  });

  test.each([
    ["nobody", "", true],
    ["a team", 'alarm_emails = ["team@example.com"]', false],
    ["whoever is on call", 'urgent_emails = ["night@example.com"]', false],
    ["a webhook", 'alarm_webhook_variable = "pager"', false],
  ])("warns where alarms reach nobody: %s", async (_, more, warned) => {
    const lines = await summaryOf(makeTfvars({ more }));
    expect(lines.includes("dev: its alarms reach nobody yet: set alarm_emails in environments/dev.tfvars")).toBe(
      warned,
    );
  });

  test("names each function whose runtime AWS deprecates within half a year", async () => {
    const functions = "api = {}\nold = { existing = true }";
    const now = jest.spyOn(Date, "now");
    const noted = async (day: string) => {
      now.mockReturnValue(Date.parse(day));
      return (await summaryOf(makeTfvars({ functions }))).filter((line) => line.includes("deprecate"));
    };

    expect(await noted("2026-06-01")).toEqual([]);
    expect(await noted("2026-12-01")).toEqual([
      "dev: for api, AWS deprecates nodejs22.x on 2027-04-30, and no function can be created with it from 2027-06-01 on",
    ]);
    now.mockRestore();
  });

  test("says which permissions are wide, and which only an administrator can give", async () => {
    const settings = `policy_statements = { mail = { actions = ["ses:SendEmail"], resources = ["*"], reason = "any sender" } },
      managed_policies = ["arn:aws:iam::aws:policy/AmazonS3ReadOnlyAccess"]`;
    const more = 'permissions_boundary = "arn:aws:iam::123456789012:policy/boundary"';

    const lines = await summaryOf(makeTfvars({ functions: `api = { ${settings} }`, more }));

    expect(lines).toContain("dev: api may ses:SendEmail on *: any sender");
    expect(lines).toContain(
      "dev: api gets of arn:aws:iam::aws:policy/AmazonS3ReadOnlyAccess only what permissions_boundary allows, too: an administrator decides",
    );
    const withoutBoundary = await summaryOf(makeTfvars({ functions: `api = { ${settings} }` }));
    expect(withoutBoundary.join("\n")).not.toContain("permissions_boundary");
  });

  test("says which functions are not kept warm because nobody waits, and how to warm one", async () => {
    const functions = `api = {}
      jobs = { events = { orders = { sqs = { create = true } } } }
      mails = { asynchronous = true }
      nightly = { asynchronous = true, warming = { peak = { enabled = false } } }
      quiet = { asynchronous = true, warming = false }`;
    const handlers = ["jobs", "mails", "nightly", "quiet"].map((name) => [
      `functions/${name}/handler.ts`,
      HANDLER_SOURCE,
    ]);
    const root = makeProject({
      ...(Object.fromEntries(handlers) as Record<string, string>),
      "environments/dev.tfvars": makeTfvars({ functions }),
      "environments/off.tfvars": makeTfvars({ functions, more: "warming = false" }),
    });

    const { summary } = await synthesizeProject(root);

    expect(summary.split("\n").filter((line) => line.includes("not kept warm"))).toEqual([
      "dev: not kept warm, because nobody waits for their answers: jobs, mails; to warm one: functions.jobs.warming = true",
    ]);
  });

  test("says what cannot be had for a function that is deployed elsewhere", async () => {
    const lines = await summaryOf(makeTfvars({ functions: "old = { existing = true }" }));
    expect(lines[1]).toContain("old (existing)");
    expect(lines.at(-1)).toBe(
      "dev: old is deployed elsewhere, so it has no failure categories, operations or answers with HTTP 5xx, " +
        "and its cold starts include those of pings; text logs have no versions or traces",
    );
  });
});
