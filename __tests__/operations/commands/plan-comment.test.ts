import { describe, expect, test } from "@jest/globals";
import { existsSync, readFileSync } from "node:fs";
import { join } from "node:path";
import { runCommand } from "../../support/command";
import {
  makeAlarm,
  makeDashboard,
  makePlanJson,
  makeResource,
  type ResourceJson,
  makeRuleTarget,
  makeSchedule,
} from "../plan/plans";

const SECRET = "hunter2-hunter2";
const LIMIT = 65_536;

/** Runs the command in a folder with these files. */
async function run(files: Readonly<Record<string, string | Uint8Array>>, ...args: readonly string[]) {
  const { exitCode, stdout, stderr, root } = await runCommand(["plan-comment", ...args], { files });
  return { exitCode, comment: stdout.join("\n"), aside: stderr.join("\n"), root };
}

/** The comment about one plan of prod. */
async function commentOn(...resources: readonly ResourceJson[]): Promise<string> {
  const { exitCode, comment } = await run({ "prod.json": makePlanJson(...resources) }, "prod.json");
  expect(exitCode).toBe(0);
  return comment;
}

const above = (comment: string) => comment.split("<details>")[0] ?? "";

describe("what the comment says", () => {
  test("starts with the marker, and counts for each environment", async () => {
    const { comment } = await run(
      {
        "plans/dev.json": makePlanJson(makeResource("aws_sns_topic.a", null, { name: "a" })),
        "prod/plan.json": makePlanJson(
          makeResource("aws_sns_topic.a", { name: "a" }, { name: "a" }),
          makeResource("aws_iam_role.b", { name: "b" }, { name: "c" }, { actions: ["delete", "create"] }),
          makeResource("aws_iam_role.c", { name: "b" }, null),
        ),
      },
      "plans/dev.json",
      "prod/plan.json",
      "--unplanned",
      "staging",
    );
    expect(comment.split("\n")[0]).toBe("<!-- warmwatch: plan -->");
    expect(comment.match(/^### .*/gm)).toEqual([
      "### `dev`: 1 to add, 0 to change, 0 to replace, 0 to destroy",
      "### `prod`: 0 to add, 0 to change, 1 to replace, 1 to destroy",
      "### `staging`: no plan; see the job's log for the reason",
    ]);
  });

  test("nothing changed is one word, without a list", async () => {
    const comment = await commentOn(makeResource("aws_cloudwatch_dashboard.d", { a: 1 }, { a: 1 }));
    expect(comment).toContain("### `prod`: nothing to change\n");
    expect(comment).toContain("Monthly cost: $3.00, as before");
    expect(comment).not.toContain("<details>");
  });

  describe("about a rollout", () => {
    const STEPS = "10 % for 5 min, then all, judged for 3 min more";
    const makeRollout = (
      before: Readonly<Record<string, string>> | null,
      after: Readonly<Record<string, string>>,
      unknown: object = {},
    ) =>
      makeResource(
        "aws_lambda_invocation.api_rollout",
        before && { triggers: before },
        { triggers: after },
        {
          actions: before ? ["delete", "create"] : ["create"],
          after_unknown: { triggers: unknown },
        },
      );
    const other = makeResource("aws_sns_topic.a", { name: "a" }, { name: "a" });
    const last = { version: "41", steps: STEPS, last_rollback: "Traffic" };

    test.each([
      ["a new version", makeRollout(last, { steps: STEPS, last_rollback: "Traffic" }, { version: true }), STEPS],
      ["the first one", makeRollout(null, { steps: STEPS }, { version: true, last_rollback: true }), STEPS],
    ])("says how %s gets traffic", async (_, rollout, steps) => {
      expect(above(await commentOn(other, rollout))).toContain(
        `- rollout \`api\`: \`${steps}\`; goes back by itself if the new version is worse`,
      );
    });

    test("says that a version is tried again, and why it lost its traffic", async () => {
      const gone = "Traffic. Rolled back from version 42 at 2026-11-30T13:02:11Z: errors";
      const again = makeRollout({ ...last, version: "42" }, { ...last, version: "42", last_rollback: gone });

      expect(above(await commentOn(other, again))).toContain(
        `- rollout \`api\`: tries version \`42\` again (\`${gone}\`): \`${STEPS}\`; goes back by itself`,
      );
    });

    test("says that other settings wait for the next version", async () => {
      const settings = makeRollout(last, { ...last, steps: "50 % for 1 min, then all" });

      expect(above(await commentOn(other, settings))).toContain(
        `- rollout \`api\`: from the next version on \`${STEPS}\` -> \`50 % for 1 min, then all\``,
      );
    });

    test("says nothing about other calls, and without a change", async () => {
      const gate = makeResource("aws_lambda_invocation.api_gate", null, { triggers: { version: "42" } });
      const same = makeResource("aws_lambda_invocation.api_rollout", { triggers: last }, { triggers: last });

      expect(above(await commentOn(other, gate, same))).not.toContain("rollout");
    });
  });

  test("losses come first: deletions, then replacements with their reason", async () => {
    const comment = above(
      await commentOn(
        makeResource("aws_lambda_function.api_function", { memory_size: 1 }, { memory_size: 2 }),
        makeResource(
          "aws_lambda_function_url.api_url",
          { q: "a" },
          { q: "b" },
          {
            actions: ["delete", "create"],
            replace_paths: [["q"]],
          },
        ),
        makeResource("aws_cloudwatch_log_group.api_logs", { name: "x" }, null),
        makeResource("aws_kms_key.topics", { name: "x" }, null, { actions: ["forget"] }),
      ),
    );
    expect(comment.match(/^- .*/gm)).toEqual([
      "- ⚠️ **destroyed**: log group `api logs` (`aws_cloudwatch_log_group.api_logs`): its logs are lost",
      "- ⚠️ **replaced**, because of `q`: function URL `api url` (`aws_lambda_function_url.api_url`): its address is lost for good",
      "- ⚠️ **forgotten**: KMS key `topics` (`aws_kms_key.topics`): it stays in AWS, but Terraform no longer manages it",
      "- function `api`: memory `1 MB` -> `2 MB`",
    ]);
  });

  test("code, memory, alarms, schedules and warming are told in words", async () => {
    const rule = (expression: string) => ({ schedule_expression: expression });
    const comment = above(
      await commentOn(
        makeResource(
          "aws_lambda_function.api_function",
          { memory_size: 512, source_code_hash: "a" },
          { memory_size: 1024, source_code_hash: "b" },
        ),
        makeResource("aws_cloudwatch_metric_alarm.api_errors", makeAlarm(10), makeAlarm(20)),
        makeResource("aws_cloudwatch_metric_alarm.api_new", null, makeAlarm(3)),
        makeResource("aws_cloudwatch_metric_alarm.api_old", makeAlarm(3), null),
        makeResource("aws_cloudwatch_event_rule.schedule_peak-816ea4", rule("cron(0/5 9-17 * * ? *)"), null),
        makeResource("aws_scheduler_schedule.schedule_peak-aaaaaa", null, makeSchedule("cron(0/2 9-17 * * ? *)", 5)),
        makeResource("aws_scheduler_schedule.schedule_scheduled-e10c4c", rule("cron(1)"), rule("cron(1)")),
        makeResource("aws_cloudwatch_event_target.schedule_peak-816ea4-1", makeRuleTarget("peak", 3), null),
      ),
    );
    expect(comment.match(/^- .*/gm)).toEqual([
      "- function `api`: new code; memory `512 MB` -> `1024 MB`",
      "- alarm `api errors`: threshold `10` -> `20`",
      "- alarm `api new`: new, threshold `3`",
      "- alarm `api old`: gone",
      "- schedule `peak`: `cron(0/5 9-17 * * ? *)` -> `cron(0/2 9-17 * * ? *)` Europe/Berlin",
      "- warming `prod-api peak`: `3` instances -> `5` instances",
    ]);
  });

  test("the monthly cost counts what alarms watch, and says what is not in it", async () => {
    const comment = await commentOn(
      makeResource("aws_cloudwatch_metric_alarm.a", makeAlarm(1, 2), makeAlarm(1, 3)),
      makeResource("aws_cloudwatch_metric_alarm.b", { threshold: 1 }, { threshold: 1 }),
      makeResource("aws_cloudwatch_composite_alarm.c", { a: 1 }, { a: 1 }),
      makeResource("aws_cloudwatch_dashboard.d", null, { a: 1 }),
      makeResource("aws_kms_key.e", { a: 1 }, { a: 1 }),
      makeResource("aws_cloudwatch_log_metric_filter.f", { a: 1 }, null),
    );
    // 3 x 0.10 + 0.50 + 1 + 0.30, and then 4 x 0.10 + 0.50 + 1 + 3.
    expect(comment).toContain(
      "Monthly cost: $2.10 -> $4.90 (metrics 1 -> 0 x $0.30, metrics watched by alarms 3 -> 4 x $0.10, dashboards 0 -> 1 x $3.00)",
    );
    expect(comment).toContain("They leave out what a plan does not show: metrics of batches, failure categories");
  });

  test("the monthly cost has what conditional warming reads, once for each function", async () => {
    const schedule = (functionName: string, readEveryMinutes: number) => ({
      target: [{ input: JSON.stringify({ targets: [{ functionName, conditional: { readEveryMinutes } }] }) }],
    });
    const comment = await commentOn(
      makeResource("aws_scheduler_schedule.a", null, schedule("prod-api", 120)),
      makeResource("aws_scheduler_schedule.b", null, schedule("prod-api", 120)),
      makeResource("aws_scheduler_schedule.c", null, schedule("prod-web", 60)),
    );
    expect(comment).toContain("metrics read for conditional warming 0 -> 1095 x $0.00001)");
  });

  test("the folded list has every resource and attribute, moves and what is not known yet", async () => {
    const comment = await commentOn(
      makeResource(
        "aws_iam_role.a",
        { policy: '{"Statement":[{"Sid":"x","Action":"a:b"}]}', arn: "x" },
        {
          policy: '{"Statement":[{"Sid":"x","Action":"a:c"}]}',
        },
        { after_unknown: { arn: true } },
      ),
      makeResource("aws_iam_role.b", { name: "b" }, { name: "b" }, { previous_address: "aws_iam_role.old" }),
    );
    expect(comment).toContain("0 to destroy, 1 moved");
    expect(comment).toContain(
      [
        "<details><summary>All 2 changes</summary>",
        "",
        "- **change** `aws_iam_role.a`",
        "  - `arn`: `x` -> (known after apply)",
        "  - `policy.Statement[x].Action`: `a:b` -> `a:c`",
        "- **move** `aws_iam_role.b`, known before as `aws_iam_role.old`",
        "",
        "</details>",
      ].join("\n"),
    );
  });

  test("an empty text and none at all are the same", async () => {
    const comment = await commentOn(
      makeResource("aws_cloudwatch_metric_alarm.a", { threshold: 1, unit: "" }, { threshold: 2, statistic: "" }),
    );
    expect(above(comment)).toContain("- alarm `a`: threshold `1` -> `2`\n");
    expect(comment).not.toMatch(/unit|statistic/);
  });

  test("a plan that ended with an error says so", async () => {
    const broken = makePlanJson(makeResource("aws_sns_topic.a", null, { name: "a" })).replace(
      '"errored":false',
      '"errored":true',
    );
    const { comment } = await run({ "prod.json": broken }, "prod.json");
    expect(comment).toContain("**Planning ended with an error: this list is incomplete.**");
  });
});

describe("what happens besides changes of resources", () => {
  const unchanged = makeResource("aws_iam_role.a", { name: "a" }, { name: "a" });
  const importing = { ...unchanged, change: { ...unchanged.change, importing: { id: "role-a" } } };
  const plan = (more: object, ...resources: readonly ResourceJson[]) =>
    JSON.stringify({ ...(JSON.parse(makePlanJson(...resources)) as object), ...more });
  const output = { actions: ["update"], before: "a", after: "b", before_sensitive: false, after_sensitive: false };
  const drifted = makeResource(
    "aws_sns_topic.t",
    { policy: "a", secret: SECRET },
    { policy: "b", secret: `${SECRET}2` },
  );

  test.each([
    [
      "outputs alone",
      plan({ output_changes: { api: output, old: { ...output, actions: ["no-op"] } } }, unchanged),
      "0 to add, 0 to change, 0 to replace, 0 to destroy, 1 output",
      ["- **change** output `api`"],
    ],
    [
      "imports alone",
      makePlanJson(importing),
      "0 to add, 0 to change, 0 to replace, 0 to destroy, 1 to import",
      ["- **import** `aws_iam_role.a`, imported from AWS, where it is `role-a`"],
    ],
    [
      "changes made without Terraform",
      plan({ resource_drift: [drifted, makeResource("aws_sns_topic.g", { name: "g" }, null)] }, unchanged),
      "nothing to change, 2 changed outside Terraform",
      [
        "- **gone outside Terraform** `aws_sns_topic.g`",
        "- **changed outside Terraform** `aws_sns_topic.t`",
        "  - `policy`: `a` -> `b`",
        "  - `secret`: changes (sensitive)",
      ],
    ],
  ])("%s are told, also from the redacted plan", async (_, json, headline, list) => {
    const sensitive = json.replaceAll(/"(before|after)_sensitive":\{\}/g, '"$1_sensitive":{"secret":true}');
    const first = await run({ "prod.json": sensitive }, "prod.json", "--redacted", "redacted");
    const redacted = readFileSync(join(first.root, "redacted/prod.json"), "utf8");
    const second = await run({ "prod.json": redacted }, "prod.json");
    expect(first.comment).toContain(`### \`prod\`: ${headline}\n`);
    expect(first.comment).toContain(`</summary>\n\n${list.join("\n")}\n\n</details>`);
    expect(second.comment).toBe(first.comment);
    expect(first.comment + redacted).not.toContain(SECRET);
  });

  test("a condition that refuses the plan is told in its own words", async () => {
    const problems = [{ message: "dev is deployed in eu-west-1: destroy it there first" }];
    const refused = plan({ errored: true, checks: [{ status: "fail", instances: [{ status: "fail", problems }] }] });
    const { comment } = await run({ "prod.json": refused }, "prod.json");
    expect(comment).toContain("### `prod`: no changes known\n");
    expect(comment).toContain("**Refused:** `dev is deployed in eu-west-1: destroy it there first`");
  });

  test("a call of the gate is no replacement, and has no list of attributes", async () => {
    const gate = makeResource(
      "aws_lambda_invocation.api_gate",
      { input: "1", triggers: { version: "1" }, result: "{}" },
      { input: "2", triggers: { version: "2" } },
      { actions: ["delete", "create"], replace_paths: [["triggers"]], after_unknown: { result: true } },
    );
    const comment = await commentOn(gate);
    expect(comment).toContain("0 to add, 0 to change, 0 to replace, 0 to destroy, 1 function to call\n");
    expect(comment).toContain("\n\n- **run** `aws_lambda_invocation.api_gate`, because of `triggers`\n\n</details>");
  });

  test.each([
    ["replace_because_tainted", "an incomplete creation (tainted)"],
    ["replace_by_request", "the option -replace"],
  ])("a replacement for %s says why", async (reason, words) => {
    const replaced = makeResource("aws_sqs_queue.q", { name: "q" }, { name: "q" }, { actions: ["delete", "create"] });
    const comment = await commentOn({ ...replaced, action_reason: reason } as ResourceJson);
    expect(above(comment)).toContain(`- ⚠️ **replaced**, because of ${words}: queue \`q\``);
  });
});

describe("who may do more than before", () => {
  const policy = (...statements: readonly object[]) => JSON.stringify({ Statement: statements });
  const allow = (action: string | string[], on: string, more: object = {}) => ({
    Effect: "Allow",
    Action: action,
    Resource: on,
    ...more,
  });
  const lines = async (...resources: readonly ResourceJson[]) =>
    above(await commentOn(...resources)).match(/^- ⚠️.*/gm);

  test("a new public endpoint is called out, of either kind, and one that becomes public", async () => {
    const url = (type: string) => ({ authorization_type: type });
    expect(
      await lines(
        makeResource("aws_lambda_function_url.api_url", url("AWS_IAM"), url("NONE")),
        makeResource("aws_lambda_function_url.web_url", null, url("AWS_IAM")),
        makeResource("aws_apigatewayv2_route.api_route", null, url("NONE")),
        makeResource("aws_apigatewayv2_route.old_route", url("NONE"), { ...url("NONE"), target: "x" }),
      ),
    ).toEqual([
      "- ⚠️ **public**: function URL `api url`: everyone can call it",
      "- ⚠️ **public**: HTTP API `api route`: everyone can call it",
    ]);
  });

  test("actions, resources and looser conditions that a policy did not have are called out, and nothing else", async () => {
    const before = policy(
      allow(["s3:GetObject", "s3:ListBucket"], "b"),
      allow("kms:Decrypt", "k", { Condition: { a: 1 } }),
    );
    const after = policy(allow(["s3:ListBucket", "s3:GetObject", "s3:*"], "b"), allow("kms:Decrypt", "k"));
    expect(await lines(makeResource("aws_iam_role_policy.api_policy", { policy: before }, { policy: after }))).toEqual([
      "- ⚠️ **permission**: `api policy`: `s3:*` on `b`",
      "- ⚠️ **permission**: `api policy`: `kms:Decrypt` on `k`",
    ]);
    expect(await lines(makeResource("aws_iam_role_policy.api_policy", { policy: after }, { policy: before }))).toEqual([
      '- ⚠️ **permission**: `api policy`: `kms:Decrypt` on `k` if `{"a":1}`',
    ]);
  });

  test("a denial that ends, a boundary that goes, a managed policy and a foreign caller are called out", async () => {
    const deny = { Effect: "Deny", Action: "iam:*", Resource: "*" };
    const role = { name: "r", assume_role_policy: policy() };
    expect(
      await lines(
        makeResource("aws_iam_policy.p", { policy: policy(deny) }, { policy: policy() }),
        makeResource("aws_iam_role.r", { ...role, permissions_boundary: "arn:b" }, role),
        makeResource("aws_iam_role_policy_attachment.a", null, { policy_arn: "arn:admin" }),
        makeResource("aws_lambda_permission.l", null, { principal: "*" }),
        makeResource("aws_lambda_permission.own", null, { principal: "events.amazonaws.com" }),
        makeResource("aws_lambda_permission.trigger", null, {
          principal: "s3.amazonaws.com",
          source_arn: "arn:aws:s3:::uploads",
          source_account: "123456789012",
          statement_id: "uploads",
        }),
      ),
    ).toEqual([
      "- ⚠️ **permission**: `l`: `*` may call it",
      "- ⚠️ **permission**: `trigger`: `s3.amazonaws.com` may call it for `arn:aws:s3:::uploads` of `123456789012`",
      "- ⚠️ **permission**: `r`: loses its permissions boundary",
      "- ⚠️ **permission**: `p`: is no longer denied: `iam:*` on `*`",
      "- ⚠️ **permission**: `a`: gets the policy `arn:admin`",
    ]);
  });

  test("a policy that is not known yet is not passed over", async () => {
    const unknown = makeResource("aws_iam_role_policy.new", null, { name: "x" }, { after_unknown: { policy: true } });
    expect(await lines(unknown)).toEqual([
      "- ⚠️ **permissions** of 1 policy are known after apply: see the code's diff",
    ]);
  });
});

describe("what must never be in it", () => {
  const variables = (value: string) => ({ environment: [{ variables: { TOKEN: value, OTHER: "1" } }] });
  const secret = { environment: [{ variables: { TOKEN: true } }] };

  test.each([
    ["sensitive before", { before_sensitive: secret }],
    ["sensitive after", { after_sensitive: secret }],
    ["sensitive as a whole", { before_sensitive: { environment: [{ variables: true }] } }],
    ["sensitive from above", { after_sensitive: { environment: true } }],
    ["all of it sensitive", { before_sensitive: true }],
  ])("%s: only that it changes is told, also in the redacted plan", async (_, extra) => {
    const plan = makePlanJson(
      makeResource("aws_lambda_function.api_function", variables(SECRET), variables(`${SECRET}-2`), extra),
    );
    const first = await run({ "prod.json": plan }, "prod.json", "--redacted", "redacted");
    const redacted = readFileSync(join(first.root, "redacted/prod.json"), "utf8");
    const second = await run({ "prod.json": redacted }, "prod.json");
    for (const text of [first.comment, redacted, second.comment]) expect(text).not.toContain(SECRET);
    expect(first.comment).toContain("changes (sensitive)");
    expect(second.comment).toBe(first.comment);
  });

  test.each([
    ["marked as sensitive", SECRET, { rules: [{ id: true }, {}] }],
    ["that nobody marked", "AKIAABCDEFGHIJKLMNOP", {}],
  ])("a secret %s that names an element of a list", async (_, id, sensitive) => {
    const rules = (value: number) => ({
      rules: [
        { id, value },
        { id: "b", value: 1 },
      ],
    });
    const extra = { before_sensitive: sensitive, after_sensitive: sensitive };
    const plan = makePlanJson(makeResource("aws_s3_bucket.b", rules(1), rules(2), extra));
    const { comment } = await run({ "prod.json": plan }, "prod.json");
    expect(comment).not.toContain(id);
    expect(comment).toContain("`rules[0].value`: `1` -> `2`");
  });

  test("a secret that nobody marked", async () => {
    const comment = await commentOn(
      makeResource("aws_lambda_function.api_function", variables("a"), variables("AKIAABCDEFGHIJKLMNOP")),
    );
    expect(comment).not.toContain("AKIA");
  });

  test("Markdown, HTML, mentions or lines from names and values", async () => {
    const evil = "`x``|<img src=x>\n# @everyone </details> [a](http://b) \u202e";
    const comment = await commentOn(makeResource("aws_cloudwatch_log_group.a", { name: evil }, { name: `${evil}!` }), {
      ...makeResource("aws_sns_topic.b", { name: "b" }, null),
      address: `aws_sns_topic.b["${evil}"]`,
      name: evil,
    });
    // Code spans, as CommonMark finds them: a run of backticks up to the next of the same length.
    const outside = comment.replaceAll(/(?<!`)(`+)(?!`)[^\n]*?(?<!`)\1(?!`)/g, "");
    expect(outside).not.toMatch(/img|everyone|http|\[a\]/);
    expect(comment).not.toContain("\u202e");
    expect(comment.match(/^<\/details>$/gm)).toHaveLength(1);
    expect(outside.match(/<\/details>/g)).toHaveLength(1);
  });
});

describe("GitHub's limit", () => {
  const text = (length: number, fill: string) => fill.repeat(length);
  const many = (count: number) =>
    makePlanJson(
      ...Array.from({ length: count }, (_, index) =>
        makeResource(
          `aws_cloudwatch_metric_alarm.api_${index}_${text(60, "n")}`,
          { threshold: index, alarm_description: text(500, "a") },
          { threshold: index + 1, alarm_description: text(500, "🔥") },
        ),
      ),
      ...Array.from({ length: count }, (_, index) =>
        makeResource(`aws_cloudwatch_log_group.logs_${index}_${text(60, "n")}`, { name: "a" }, null),
      ),
    );

  test.each([
    [1, 300],
    [3, 300],
    [3, 1000],
    [30, 150],
  ])("%i environments with twice %i changes: the list is cut, and says so", async (environments, count) => {
    const plan = many(count);
    const names = Array.from({ length: environments }, (_, index) => `e${index}.json`);
    const { comment } = await run(Object.fromEntries(names.map((name) => [name, plan])), ...names);
    expect(comment.length).toBeLessThanOrEqual(LIMIT);
    expect(comment.length).toBeGreaterThan(LIMIT / 2);
    expect(comment.match(/^### /gm)).toHaveLength(environments);
    expect(comment).toMatch(/… cut here, to stay within GitHub's limit: \d+ more changes/);
    expect(comment).toMatch(/and \*\*\d+ more\*\* deletions or replacements/);
    expect(comment.match(/<details>/g)?.length).toBe(comment.match(/^<\/details>$/gm)?.length);
  });

  test("more environments than there can be still fit", async () => {
    const names = Array.from({ length: 700 }, (_, index) => `environment-${index}.json`);
    const plan = makePlanJson(makeResource("aws_iam_role.a", null, { a: 1 }));
    const { comment } = await run(Object.fromEntries(names.map((name) => [name, plan])), ...names);
    expect(comment.length).toBeLessThanOrEqual(LIMIT);
    expect(comment).toContain("… cut here");
  });
});

describe("--json", () => {
  const files = {
    "dev.json": makePlanJson(
      makeResource("aws_cloudwatch_log_group.api_logs", { name: "x" }, null),
      makeResource("aws_cloudwatch_metric_alarm.api_errors", makeAlarm(10), makeAlarm(20)),
      makeDashboard(null, { widgets: [] }, { address: "aws_cloudwatch_dashboard.d", name: "dev" }),
      makeResource("aws_iam_role.b", { name: "b" }, { name: "b" }, { previous_address: "aws_iam_role.old" }),
      makeResource("aws_iam_role.c", { name: "c" }, { name: "c" }),
    ),
    "prod.json": makePlanJson(makeResource("aws_iam_role.c", { name: "c" }, { name: "c" })),
  };

  test("is what the comment says, for scripts", async () => {
    const { comment } = await run(files, "dev.json", "prod.json", "--unplanned", "staging", "--json");
    expect(JSON.parse(comment)).toEqual({
      title: "Terraform plan",
      environments: [
        {
          environment: "dev",
          isWhole: true,
          refusals: [],
          counts: { add: 1, change: 1, replace: 0, destroy: 1, forget: 0, run: 0, same: 2, moved: 1, imported: 0 },
          losses: ["⚠️ **destroyed**: log group `api logs` (`aws_cloudwatch_log_group.api_logs`): its logs are lost"],
          access: [],
          changes: ["alarm `api errors`: threshold `10` -> `20`", "dashboard `dev`: new, 0 widgets"],
          monthlyDollars: { before: 0.1, after: 3.1 },
          resources: [
            { address: "aws_cloudwatch_log_group.api_logs", kind: "destroy" },
            { address: "aws_cloudwatch_metric_alarm.api_errors", kind: "change" },
            { address: "aws_cloudwatch_dashboard.d", kind: "add" },
            { address: "aws_iam_role.b", previousAddress: "aws_iam_role.old", kind: "same" },
          ],
          outputs: [],
          drift: [],
        },
        {
          environment: "prod",
          isWhole: true,
          refusals: [],
          counts: { add: 0, change: 0, replace: 0, destroy: 0, forget: 0, run: 0, same: 1, moved: 0, imported: 0 },
          losses: [],
          access: [],
          changes: [],
          monthlyDollars: { before: 0, after: 0 },
          resources: [],
          outputs: [],
          drift: [],
        },
      ],
      unplanned: ["staging"],
      budgets: [],
    });
  });

  test("with --out writes the comment besides, the same as without", async () => {
    const both = await run(files, "dev.json", "--json", "--out", "comment.md");
    const { comment } = await run(files, "dev.json");
    expect(readFileSync(join(both.root, "comment.md"), "utf8").trimEnd()).toBe(comment);
    expect(JSON.parse(both.comment)).toHaveProperty("environments.0.environment", "dev");
  });

  test("has no sensitive value, and everything that the comment has no room for", async () => {
    const secret = { before_sensitive: { value: true }, after_sensitive: { value: true } };
    const many = Array.from({ length: 3000 }, (_, index) =>
      makeResource(`aws_ssm_parameter.p${index}`, { value: SECRET }, { value: `${SECRET}${index}` }, secret),
    );
    const { comment } = await run({ "prod.json": makePlanJson(...many) }, "prod.json", "--json");
    expect(comment).not.toContain(SECRET);
    expect(JSON.parse(comment)).toHaveProperty("environments.0.resources.length", 3000);
  });
});

describe("input and output", () => {
  const plan = makePlanJson(makeResource("aws_iam_role.a", null, { a: 1 }));

  test.each([
    ["UTF-16, as PowerShell writes it", Buffer.from(`\ufeff${plan}`, "utf16le")],
    ["big-endian UTF-16", Buffer.from(`\ufeff${plan}`, "utf16le").swap16()],
    ["UTF-8 with a byte-order mark", Buffer.from(`\ufeff${plan}`)],
  ])("a plan in %s is read like any other", async (_, bytes) => {
    const { exitCode, comment } = await run({ "prod.json": bytes }, "prod.json");
    expect(exitCode).toBe(0);
    expect(comment).toBe((await run({ "prod.json": plan }, "prod.json")).comment);
  });

  test("--out writes the file that is printed otherwise; --name and --title are taken", async () => {
    const args = ["x.json", "--name", "qa", "--title", "Drift"];
    const printed = await run({ "x.json": plan }, ...args);
    const written = await run({ "x.json": plan }, ...args, "--out", "new/comment.md");
    expect(written.comment).toBe("");
    expect(readFileSync(join(written.root, "new/comment.md"), "utf8").trimEnd()).toBe(printed.comment);
    expect(printed.comment).toContain("## Drift\n\n### `qa`: 1 to add");
  });

  test.each([
    ["a missing file", {}, ["gone.json"], "gone.json: cannot be read: no such file"],
    ["a folder", { "a/b": "" }, ["a"], "a: cannot be read: it is a folder"],
    ["no JSON", { "a.json": "Plan: 1" }, ["a.json"], "a.json: is not JSON: make it with"],
    ["a state", { "a.json": '{"format_version":"1.0","values":{}}' }, ["a.json"], "a.json: is not a Terraform plan"],
    ["a list", { "a.json": "[]" }, ["a.json"], "a.json: is not a Terraform plan"],
    [
      "a strange change",
      { "a.json": '{"format_version":"1.2","resource_changes":[{}]}' },
      ["a.json"],
      "a.json: is not a Terraform plan (at resource_changes.0.address)",
    ],
    ["another format", { "a.json": plan.replace('"1.2"', '"2.0"') }, ["a.json"], 'a.json: is a plan of format "2.0"'],
    ["nothing", {}, [], "plan-comment: name at least one plan"],
    [
      "one environment twice",
      { "a.json": plan, "b/a.json": plan },
      ["a.json", "b/a.json"],
      "plan-comment: two plans belong to a",
    ],
    ["too many names", { "a.json": plan }, ["a.json", "--name", "a", "--name", "b"], "--name: there are 2 names"],
  ])("%s is told in one line, with exit code 2 and nothing written", async (_, files, args, message) => {
    const { exitCode, comment, aside, root } = await run(files, ...args, "--out", "out.md");
    expect({ exitCode, comment }).toEqual({ exitCode: 2, comment: "" });
    expect(aside.split("\n")).toEqual([expect.stringContaining(message)]);
    expect(existsSync(join(root, "out.md"))).toBe(false);
  });
});

describe("error budgets", () => {
  const budget = {
    ...{ function: "api", objective: "availability", goal: "Availability 99.95 %", days: 30 },
    ...{ requests: 100_000, bad: 44, allowed: 50, lastDayPercent: 32, runsOutAt: "2026-01-20T01:00:00.000Z" },
  };
  const plan = makePlanJson(makeResource("aws_sns_topic.a", null, { name: "a" }));
  const comment = async (...budgets: object[]) =>
    run(
      { "prod.json": plan, "budget.json": JSON.stringify({ environment: "prod", budgets }) },
      ...["prod.json", "--budget", "budget.json"],
    );

  test("are told first where little is left", async () => {
    const { comment: text } = await comment(
      { ...budget, leftPercent: 12 },
      { ...budget, function: "web", leftPercent: -3 },
    );
    expect(text).toContain(
      "- **The error budget has only 12 % left**, until 2026-01-20 01:00 UTC at the last day's rate: `api`, `Availability 99.95 % over 30 days`. A risky change may wait.\n- **The error budget is used up**",
    );
  });

  test("are told of an environment without a plan, and in JSON, too", async () => {
    const little = { ...budget, leftPercent: 12 };
    const files = { "prod.budget": JSON.stringify({ environment: "prod", budgets: [little, budget] }) };
    const args = ["--unplanned", "prod", "--budget", "prod.budget"];

    expect((await run(files, ...args)).comment).toContain("The error budget has only 12 % left");
    expect(JSON.parse((await run(files, ...args, "--json")).comment)).toHaveProperty("budgets", [
      { environment: "prod", budgets: [little] },
    ]);
  });

  test("are texts, whatever a file says", async () => {
    const goal = "x\n\n# Approved by @octo/admins <img src=//example.com>";
    const { comment: text } = await comment({ ...budget, goal, leftPercent: 12 });
    expect(text).toContain("`x # Approved by @octo/admins <img src=//example.com> over 30 days`");
  });

  test("are not told where enough is left", async () => {
    expect((await comment({ ...budget, leftPercent: 60 })).comment).not.toContain("budget");
  });

  test.each([
    ["no JSON", "{", "budget.json: is not JSON: make it with"],
    ["something else", "{}", "budget.json: has no error budgets: make it with"],
    ["of another environment", '{"environment":"qa","budgets":[]}', "the budgets of qa belong to none of these plans"],
  ])("from a file that is %s are refused in one line", async (_, text, told) => {
    const { exitCode, aside } = await run(
      { "prod.json": plan, "budget.json": text },
      "prod.json",
      "--budget",
      "budget.json",
    );
    expect(exitCode).toBe(2);
    expect(aside).toContain(told);
    expect(aside.split("\n")).toHaveLength(1);
  });
});
