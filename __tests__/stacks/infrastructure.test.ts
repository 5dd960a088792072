import { describe, expect, test } from "@jest/globals";
import { readFileSync } from "node:fs";
import { InvalidInput } from "../../environments/mistakes";
import { readLocalStack } from "../../local/stack/local-stack";
import { synthesizeEnvironment } from "../../local/stack/synthesize";
import {
  listAddresses,
  makeProject,
  makeTemporaryFolder,
  makeTfvars,
  findResource,
  synthesizeProject,
} from "../support/project";

const API = readFileSync("functions/api/infrastructure.ts", "utf8");
const project = (infrastructure: string, tfvars = makeTfvars()) =>
  makeProject({ "environments/dev.tfvars": tfvars, "functions/api/infrastructure.ts": infrastructure });

async function findMistakes(infrastructure: string, tfvars?: string): Promise<string> {
  try {
    await synthesizeProject(project(infrastructure, tfvars));
    return "";
  } catch (error) {
    if (error instanceof InvalidInput) return error.message;
    throw error;
  }
}

describe("the notes' table", () => {
  test("is made with the function that may use it, and named in its variable", async () => {
    const { stacks, summary } = await synthesizeProject(project(API));
    const stack = stacks["dev"];
    if (!stack) throw new Error("no stack");
    expect(listAddresses(stack)).toContain("aws_dynamodb_table.api_infrastructure_notes");
    expect(findResource(stack, "aws_dynamodb_table")).toMatchObject({
      name: "dev-api-notes",
      billing_mode: "PAY_PER_REQUEST",
      server_side_encryption: { enabled: true },
      point_in_time_recovery: { enabled: false },
    });
    expect(findResource(stack, "aws_lambda_function")).toMatchObject({
      environment: { variables: { NOTES_TABLE: "${aws_dynamodb_table.api_infrastructure_notes.name}" } },
      depends_on: expect.arrayContaining(["aws_iam_role_policy.api_infrastructure-policy"]),
    });
    const { policy } = findResource(stack, "aws_iam_role_policy", "api_infrastructure-policy");
    expect(JSON.parse(String(policy))).toMatchObject({
      Statement: [{ Effect: "Allow", Resource: ["${aws_dynamodb_table.api_infrastructure_notes.arn}"] }],
    });
    expect(summary).toContain("dev: functions/api/infrastructure.ts makes aws_dynamodb_table");
  });

  test("is kept, and can be restored, where the environment is protected", async () => {
    const { stacks } = await synthesizeProject(project(API, makeTfvars({ more: "protected = true" })));
    const stack = stacks["dev"];
    if (!stack) throw new Error("no stack");
    expect(findResource(stack, "aws_dynamodb_table")).toMatchObject({
      point_in_time_recovery: { enabled: true },
      deletion_protection_enabled: true,
      lifecycle: { prevent_destroy: true },
    });
  });

  test("does not exist on this computer: the function keeps its notes in memory there", async () => {
    const stack = await synthesizeEnvironment(project(API), "dev", makeTemporaryFolder());
    const [api] = readLocalStack(stack, {}).functions;
    expect(api).toMatchObject({ id: "api", variables: {}, unsetVariables: ["NOTES_TABLE"] });
  });
});

test("infrastructure may use its own place, as other modules of CommonJS do", async () => {
  const text =
    "export default () => { if (!__filename.startsWith(`${__dirname}/infrastructure`)) throw new Error(); };";
  expect(await findMistakes(text)).toBe("");
});

describe("infrastructure is a mistake, told in one line,", () => {
  test.each([
    [
      "that exports nothing",
      "export const a = 1;",
      "functions/api/infrastructure.ts: expected a function as the default export, got undefined",
    ],
    [
      "that is async",
      "export default async () => {};",
      "functions/api/infrastructure.ts: expected a function that is not async",
    ],
    [
      "that throws",
      'export default () => { throw new Error("no\\n  table"); };',
      "functions/api/infrastructure.ts: failed for dev: no table",
    ],
    [
      "that throws while it is loaded",
      'throw new Error("no"); export default () => {};',
      "functions/api/infrastructure.ts: cannot be loaded: no",
    ],
    ["that does not compile", "export default () => {", "functions/api/infrastructure.ts:1:23: Unexpected end of file"],
    [
      "that imports what is not there",
      'import "./missing"; export default () => {};',
      'functions/api/infrastructure.ts:1:8: Could not resolve "./missing"',
    ],
  ])("%s", async (_, text, message) => {
    expect(await findMistakes(text)).toBe(message);
  });

  test("that sets a variable which the file sets, too", async () => {
    const tfvars = makeTfvars({ functions: 'api = { environment = { MODE = "a" } }' });
    expect(await findMistakes('export default (_, { deployed }) => deployed.setVariable("MODE", "b");', tfvars)).toBe(
      "functions/api/infrastructure.ts: failed for dev: expected a variable that the function does not have yet, got MODE",
    );
  });
});

test("an administrator is told of what the deploy role may not make", async () => {
  const bucket = `import { S3Bucket } from "@cdktf/provider-aws/lib/s3-bucket";
    export default (scope, { deployed }) => { new S3Bucket(scope, "files", { bucket: deployed.name + "-files" }); };`;
  const tfvars = makeTfvars().replace(
    '{ backend = "local" }',
    '{ backend = "s3", bucket = "states", key = "dev", region = "eu-west-1" }',
  );
  const { summary } = await synthesizeProject(project(bucket, tfvars));
  expect(summary).toContain("dev: an administrator must let the deploy role manage aws_s3_bucket");
});
