/** A function as somebody else wrote it: nothing in it knows of this project. */
export interface ForeignFunction {
  /** Its settings, as HCL. */
  readonly settings: string;
  /** Its files, below `functions/<name>/`. */
  readonly files: Readonly<Record<string, string>>;
  readonly event: unknown;
  readonly answer: unknown;
}

const ACCOUNT = "123456789012";

/** Functions of distinct kinds, by name. Each is what public examples of its kind do, in our own words. */
export const FOREIGN: Readonly<Record<string, ForeignFunction>> = {
  "queue-consumer": {
    settings: "events = { orders = { sqs = { create = true, batch_size = 5 } } }",
    files: {
      "handler.js": `exports.handler = async (event) => {
  const batchItemFailures = [];
  for (const { messageId, body } of event.Records) {
    try {
      JSON.parse(body);
    } catch {
      batchItemFailures.push({ itemIdentifier: messageId });
    }
  }
  return { batchItemFailures };
};`,
    },
    event: {
      Records: [
        { messageId: "1", body: "{}" },
        { messageId: "2", body: "{" },
      ],
    },
    answer: { batchItemFailures: [{ itemIdentifier: "2" }] },
  },
  "stream-consumer": {
    settings: `memory_mb = 256
      events = { clicks = { kinesis = { stream_arn = "arn:aws:kinesis:eu-west-1:${ACCOUNT}:stream/clicks", batch_size = 50 } } }`,
    files: {
      "handler.ts": `interface Event { Records: { kinesis: { data: string; sequenceNumber: string } }[] }
const decode = (data: string): unknown => JSON.parse(Buffer.from(data, "base64").toString("utf8"));
export const handler = async ({ Records }: Event) => {
  const seen = Records.map(({ kinesis }) => decode(kinesis.data));
  return { seen };
};`,
    },
    event: { Records: [{ kinesis: { data: Buffer.from('{"page":"/"}').toString("base64"), sequenceNumber: "1" } }] },
    answer: { seen: [{ page: "/" }] },
  },
  "table-changes": {
    settings: `events = { changes = { dynamodb_stream = {
      stream_arn = "STREAM"
      filters    = [{ eventName = ["INSERT"] }]
    } } }`,
    files: {
      "handler.mjs": `export async function handler(event) {
  return event.Records.map((record) => record.dynamodb.NewImage.id.S);
}`,
    },
    event: { Records: [{ eventName: "INSERT", dynamodb: { NewImage: { id: { S: "7" } } } }] },
    answer: ["7"],
  },
  "nightly-job": {
    settings: `timeout_seconds = 120
      environment = { KEEP_DAYS = "30" }
      events = { night = { schedule = { schedule_expression = "cron(30 2 * * ? *)", timezone = "Europe/Vienna", input = { task = "clean" } } } }
      policy_statements = { logs = { actions = ["logs:DescribeLogGroups"], resources = ["*"], reason = "it lists all groups" } }`,
    files: {
      "handler.cjs": `const days = Number(process.env.KEEP_DAYS);
module.exports.handler = async ({ task }) => \`\${task} after \${days} days\`;`,
    },
    event: { task: "clean" },
    answer: "clean after 30 days",
  },
  thumbnails: {
    settings: `ephemeral_storage_mb = 1024
      events = { uploads = { s3 = { bucket = "everything-uploads", suffix = ".png" } } }
      policy_statements = {
        read  = { actions = ["s3:GetObject"], resources = ["arn:aws:s3:::everything-uploads/*"] }
        write = { actions = ["s3:PutObject"], resources = ["arn:aws:s3:::everything-uploads/small/*"] }
      }`,
    files: {
      "handler.ts": `import { writeFile, stat } from "node:fs/promises";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { keyOf } from "./keys";

export const handler = async (event: { Records: { s3: { object: { key: string } } }[] }) => {
  const [record] = event.Records;
  const file = join(tmpdir(), "small.png");
  await writeFile(file, "small");
  return { key: keyOf(record!.s3.object.key), bytes: (await stat(file)).size };
};`,
      "keys.ts": `export const keyOf = (key: string) => "small/" + decodeURIComponent(key.replace(/\\+/g, " "));`,
    },
    event: { Records: [{ s3: { object: { key: "my+cat.png" } } }] },
    answer: { key: "small/my cat.png", bytes: 5 },
  },
  shop: {
    settings: `endpoint = "public"
      http = { routes = ["GET /items/{id}", "ANY /{proxy+}"], cors = { allow_origins = ["https://shop.example.com"] } }`,
    files: {
      // A framework of the usual shape, as a package of the function's own.
      "node_modules/tiny-web/package.json": `{ "name": "tiny-web", "version": "1.0.0", "main": "lib/index.js" }`,
      "node_modules/tiny-web/lib/index.js": `"use strict";
module.exports = function app() {
  const routes = [];
  return {
    get(path, answer) { routes.push({ method: "GET", pattern: new RegExp("^" + path.replace(/:(\\w+)/g, "(?<$1>[^/]+)") + "$"), answer }); return this; },
    lambda() {
      return async (event) => {
        for (const { method, pattern, answer } of routes) {
          const match = pattern.exec(event.rawPath);
          if (match && method === event.requestContext.http.method) return { statusCode: 200, body: JSON.stringify(await answer({ params: { ...match.groups } })) };
        }
        return { statusCode: 404 };
      };
    },
  };
};`,
      "handler.ts": `// @ts-ignore
import app from "tiny-web";
export const handler = app().get("/items/:id", ({ params }: { params: { id: string } }) => ({ id: params.id })).lambda();`,
    },
    event: { rawPath: "/items/3", requestContext: { http: { method: "GET" } } },
    answer: { statusCode: 200, body: '{"id":"3"}' },
  },
  authorizer: {
    settings: `allowed_triggers = { gateway = { principal = "apigateway.amazonaws.com", source_arn = "arn:aws:execute-api:eu-west-1:${ACCOUNT}:a1b2c3/authorizers/*" } }
      secrets = { SIGNING_KEY = { ssm_parameter = "/shop/signing-key" } }`,
    files: {
      "handler.js": `const { createHash, timingSafeEqual } = require("crypto");
const digest = (text) => createHash("sha256").update(text).digest();
exports.handler = async ({ headers = {} }) => ({
  isAuthorized: timingSafeEqual(digest(headers.authorization || ""), digest("Bearer good")),
  context: { key: process.env.SIGNING_KEY },
});`,
    },
    event: { headers: { authorization: "Bearer good" } },
    answer: { isAuthorized: true, context: { key: "/shop/signing-key" } },
  },
  "state-machine-task": {
    settings: "timeout_seconds = 60",
    files: {
      // A callback, as before promises.
      "handler.js": `exports.handler = function (event, context, callback) {
  if (event.amount < 0) return callback(new Error("negative"));
  setTimeout(function () { callback(null, { total: event.amount * 1.2 }); }, 5);
};`,
    },
    event: { amount: 10 },
    answer: { total: 12 },
  },
  letters: {
    settings: 'files = ["templates/**"]',
    files: {
      "handler.js": `const fs = require("fs");
const path = require("path");
const read = (name) => fs.readFileSync(path.join(__dirname, "templates", name), "utf8");
exports.handler = async ({ name }) => read("letter.txt").trim().replace("{{name}}", name);`,
      "templates/letter.txt": "Dear {{name}}\n",
    },
    event: { name: "Ada" },
    answer: "Dear Ada",
  },
  "in-a-network": {
    settings: `vpc = { subnet_ids = ["subnet-0123456789abcdef0", "subnet-0123456789abcdef1"], security_group_ids = ["sg-0123456789abcdef0"] }
      layers = ["arn:aws:lambda:eu-west-1:${ACCOUNT}:layer:tools:1"]
      reserved_concurrency = 10`,
    files: {
      "handler.ts": `import { isIPv4 } from "node:net";
const connections = new Map<string, number>();
export const handler = async ({ host }: { host: string }) => {
  connections.set(host, (connections.get(host) ?? 0) + 1);
  return { isAddress: isIPv4(host), connections: connections.get(host) };
};`,
    },
    event: { host: "10.0.0.1" },
    answer: { isAddress: true, connections: 1 },
  },
  configured: {
    settings: 'environment = { STAGE = "test" }',
    files: {
      // A module of its own that waits while it is loaded.
      "handler.mjs": `import { readFile } from "node:fs/promises";
import settings from "./settings.json" with { type: "json" };
const limits = await Promise.resolve(settings[process.env.STAGE]);
export const handler = async () => ({ limits, canRead: typeof readFile });`,
      "settings.json": '{ "test": { "items": 3 } }',
    },
    event: {},
    answer: { limits: { items: 3 }, canRead: "function" },
  },
  notifier: {
    settings: `events = { news = { sns = { create = true, filter_policy = { kind = ["urgent"] } } } }
      event_invoke_config = { maximum_retry_attempts = 1, maximum_event_age_seconds = 3600 }
      log_retention_days = 3`,
    files: {
      "handler.ts": `export const handler = async (event: { Records: { Sns: { Message: string } }[] }) =>
  event.Records.map(({ Sns }) => Sns.Message.toUpperCase());`,
    },
    event: { Records: [{ Sns: { Message: "fire" } }] },
    answer: ["FIRE"],
  },
  watcher: {
    settings: `events = {
        stopped = { event_pattern = { pattern = { source = ["aws.ec2"], detail-type = ["EC2 Instance State-change Notification"] } } }
        errors  = { log_filter = { log_group = "/custom/old", pattern = "ERROR" } }
      }
      tags = { CostCenter = "Operations" }`,
    files: {
      "handler.js": `const { gunzipSync } = require("zlib");
exports.handler = async (event) =>
  event.awslogs ? JSON.parse(gunzipSync(Buffer.from(event.awslogs.data, "base64"))).logEvents.length : event.detail.state;`,
    },
    event: { source: "aws.ec2", detail: { state: "stopped" } },
    answer: "stopped",
  },
  carts: {
    settings: "",
    files: {
      "handler.ts": `export const handler = async () => ({ table: process.env.CARTS ?? "none" });`,
      "infrastructure.ts": `import { DynamodbTable } from "@cdktf/provider-aws/lib/dynamodb-table";
export default (scope: any, { deployed }: any) => {
  const table = new DynamodbTable(scope, "carts", { name: deployed.name + "-carts", billingMode: "PAY_PER_REQUEST", hashKey: "id", attribute: [{ name: "id", type: "S" }] });
  deployed.grant(["dynamodb:GetItem"], [table.arn]);
  deployed.setVariable("CARTS", table.name);
};`,
    },
    event: {},
    answer: { table: "none" },
  },
};
