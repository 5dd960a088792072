import { afterAll, beforeAll, describe, expect, test } from "@jest/globals";
import { type ChildProcess, spawn } from "node:child_process";
import { once } from "node:events";
import { writeFileSync } from "node:fs";
import { join } from "node:path";
import { ALARM_KEYS } from "../../environments/alarms";
import { hyphenate } from "../../model/alarms";
import { AWS_PROVIDER_VERSION } from "../../stacks/provider-version";
import { HANDLER_SOURCE, makeProject, type StackUnderTest, synthesizeProject, makeTfvars } from "../support/project";
import { OFFLINE, TerraformFolder, isTerraformUsable } from "../support/terraform";

/**
 * Stands for CloudWatch, with the rules that an emulator may not have: an alarm that a composite alarm names cannot be
 * deleted, and a composite alarm cannot name what is not there. Answers what it was told. In a process of its own,
 * because this one waits for Terraform.
 * https://docs.aws.amazon.com/AmazonCloudWatch/latest/APIReference/API_PutCompositeAlarm.html
 */
const CLOUDWATCH = `
  const http = require("node:http");
  const alarms = new Map();
  const treeOf = (form) => {
    const tree = {};
    for (const [key, value] of form) {
      const path = key.split(".");
      path.slice(0, -1).reduce((node, step) => (node[step] ??= {}), tree)[path.at(-1)] = value;
    }
    return tree;
  };
  const element = (name, tree) => "<" + name + ">" + write(tree) + "</" + name + ">";
  const write = (tree) => typeof tree === "object"
    ? Object.entries(tree).map(([key, value]) =>
        key === "member" ? Object.values(value).map((item) => element(key, item)).join("") : element(key, value)).join("")
    : String(tree).replace(/&/g, "&amp;").replace(/</g, "&lt;").replace(/>/g, "&gt;");
  const members = (list) => Object.values(list?.member ?? {});
  const namedBy = ({ AlarmRule = "" }) => [...AlarmRule.matchAll(/ALARM\\("([^"]+)"\\)/g)].map(([, name]) => name);
  const actions = {
    PutMetricAlarm: (alarm) => void alarms.set(alarm.AlarmName, alarm),
    PutCompositeAlarm: (alarm) => {
      const missing = namedBy(alarm).filter((name) => !alarms.has(name));
      if (missing.length > 0) return "Could not save the composite alarm as alarms " + missing + " in the alarm rule do not exist";
      alarms.set(alarm.AlarmName, alarm);
    },
    DeleteAlarms: ({ AlarmNames }) => {
      for (const name of members(AlarmNames)) {
        if ([...alarms.values()].some((alarm) => namedBy(alarm).includes(name)))
          return "Cannot delete " + name + " as there are composite alarm(s) depending on it.";
        alarms.delete(name);
      }
    },
    DescribeAlarms: ({ AlarmNames, AlarmTypes }) => {
      const isComposite = members(AlarmTypes).includes("CompositeAlarm");
      const found = members(AlarmNames).flatMap((name) => alarms.get(name) ?? []).filter((alarm) => "AlarmRule" in alarm === isComposite);
      const arn = ({ AlarmName }) => "arn:aws:cloudwatch:eu-west-1:123456789012:alarm:" + AlarmName;
      return { [isComposite ? "CompositeAlarms" : "MetricAlarms"]: { member: found.map((alarm) => ({ ...alarm, AlarmArn: arn(alarm) })) } };
    },
    ListTagsForResource: ({ ResourceARN }) => ({ Tags: alarms.get(ResourceARN.split(":").at(-1))?.Tags ?? {} }),
  };
  const server = http.createServer(async (request, response) => {
    response.setHeader("connection", "close");
    let body = "";
    for await (const chunk of request) body += chunk;
    if (request.url === "/names") return response.end(JSON.stringify([...alarms.keys()].sort()));
    const { Action: action, ...parameters } = treeOf(new URLSearchParams(body));
    const result = actions[action]?.(parameters) ?? {};
    response.writeHead(typeof result === "string" ? 400 : 200, { "content-type": "text/xml" });
    response.end(typeof result === "string"
      ? write({ ErrorResponse: { Error: { Type: "Sender", Code: "ValidationError", Message: result } } })
      : write({ [action + "Response"]: { [action + "Result"]: result } }));
  });
  server.listen(0, "127.0.0.1", () => console.log(server.address().port));`;

const FIFTEEN_MINUTES_MS = 900_000;

const ALARM_TYPES = ["aws_cloudwatch_metric_alarm", "aws_cloudwatch_composite_alarm"];

const off = (...keys: string[]) => `alarms = { ${keys.map((key) => `${key} = { enabled = false }`).join(", ")} }`;
const existing = (...settings: string[]) =>
  `{ ${["existing = true", "asynchronous = true", 'warming_qualifier = "live"', ...settings].join(", ")} }`;

/** A function that has every alarm there is. */
const deployed = (...settings: string[]) =>
  `{ ${[
    "warming = true",
    `events = {
      queue  = { sqs = { create = true } }
      stream = { kinesis = { stream_arn = "arn:aws:kinesis:eu-west-1:123456789012:stream/clicks" } }
      night  = { schedule = { schedule_expression = "rate(1 day)" } }
    }`,
    ...settings,
  ].join(", ")} }`;

/** By the function that it happens to: what its environment's file says of it before and after. */
const CHANGES: Readonly<Record<string, readonly [before: string, after: string | undefined]>> = {
  "without-one-of-each": [existing(), existing(off("response_time", "errors"))],
  "without-causes": [existing(), existing(off("errors", "timeouts", "throttles"))],
  "without-consequences": [existing(), existing(off("response_time", "cold_starts"))],
  "without-others": [existing(), existing(off("init_duration", "memory", "dropped_events", "warming"))],
  renamed: [existing('function_name = "Old"'), existing('function_name = "New"')],
  removed: [existing(), undefined],
  api: ["{}", existing()],
  ...Object.fromEntries(
    ALARM_KEYS.map((key) => [`without-${hyphenate(key)}`, [deployed(), deployed(off(key))] as const]),
  ),
  "without-objectives": [deployed("objectives = true"), deployed("objectives = false")],
  "with-objectives": [deployed("objectives = false"), deployed("objectives = true")],
};
const CODE = Object.fromEntries(
  Object.keys(CHANGES).map((name) => [`functions/${name}/handler.ts`, HANDLER_SOURCE] as const),
);

const usable = isTerraformUsable("that what a composite alarm names can be removed");

(usable ? describe : describe.skip)("alarms that a composite alarm names", () => {
  const stack = new TerraformFolder();
  let cloudWatch: ChildProcess;
  let address: string;

  /** Applies the alarms of an environment, and tells which there are to be then. */
  async function apply(functions: readonly (readonly [name: string, settings: string])[]): Promise<unknown[]> {
    const file = makeTfvars({ functions: functions.map(([name, settings]) => `${name} = ${settings}`).join("\n") });
    const { dev } = (await synthesizeProject(makeProject({ ...CODE, "environments/dev.tfvars": file }))).stacks;
    if (!dev) throw new Error("no stack dev");
    const alarms = alarmsAlone(dev);
    writeFileSync(join(stack.folder, "cdk.tf.json"), JSON.stringify(alarms));
    stack.run(["apply", "-auto-approve", "-input=false", "-refresh=false"]);
    return ALARM_TYPES.flatMap((type) => Object.values(alarms.resource[type] ?? {}))
      .map((alarm) => alarm["alarm_name"])
      .sort();
  }

  const alarmsThere = async () => (await (await fetch(`${address}/names`)).json()) as unknown[];

  beforeAll(async () => {
    cloudWatch = spawn(process.execPath, ["-e", CLOUDWATCH], { stdio: ["ignore", "pipe", 2] });
    const [port] = (await once(cloudWatch.stdout ?? cloudWatch, "data")) as [Buffer];
    address = `http://127.0.0.1:${port.toString().trim()}`;
    const { aws } = OFFLINE.provider;
    const providers = { aws: { source: "hashicorp/aws", version: AWS_PROVIDER_VERSION } };
    writeFileSync(join(stack.folder, "cdk.tf.json"), JSON.stringify({ terraform: { required_providers: providers } }));
    stack.override({ ...OFFLINE, provider: { aws: { ...aws, endpoints: [{ cloudwatch: address }] } } });
    stack.run(["init", "-input=false"]);
  });

  afterAll(() => {
    cloudWatch.kill();
  });

  test(
    "can be switched off, renamed and removed: the composite alarm is changed first",
    async () => {
      const before = await apply(Object.entries(CHANGES).map(([name, [settings]]) => [name, settings]));
      expect(await alarmsThere()).toEqual(before);

      const expected = await apply(
        Object.entries(CHANGES).flatMap(([name, [, after]]) => (after === undefined ? [] : [[name, after] as const])),
      );

      expect(await alarmsThere()).toEqual(expected);
      const gone = before.filter((name) => !expected.includes(name));
      expect(gone.length).toBeGreaterThan(30);
      for (const key of ALARM_KEYS.map(hyphenate)) expect(gone).toContain(`dev-without-${key}-${key}`);
    },
    FIFTEEN_MINUTES_MS,
  );
});

/** The stack's alarms without what they refer to besides each other. */
function alarmsAlone({ resource, provider, terraform }: StackUnderTest): Omit<StackUnderTest, "output"> {
  const alarms = Object.fromEntries(ALARM_TYPES.map((type) => [type, resource[type]]));
  const text = JSON.stringify(alarms)
    .replaceAll(/\$\{aws_sns_topic[^}]*\}/g, "arn:aws:sns:eu-west-1:123456789012:topic")
    .replaceAll(/\$\{(?!aws_cloudwatch_(metric|composite)_alarm)[^}]*\}/g, "elsewhere");
  const { required_providers: providers } = terraform;
  return {
    resource: JSON.parse(text) as StackUnderTest["resource"],
    provider,
    terraform: { required_providers: providers },
  };
}
