import { GetAliasCommand, LambdaClient, UpdateAliasCommand } from "@aws-sdk/client-lambda";
import { afterEach, expect, test } from "@jest/globals";
import { type LocalLambda } from "../../../local/lambda/start-lambda";
import { makeConfiguration, startFunction } from "./support";

const CODE = "export const handler = async () => 0;";
const LIVE = { FunctionName: "api", Name: "live" };

const clients: LambdaClient[] = [];

afterEach(() => {
  for (const client of clients.splice(0)) client.destroy();
});

/** A function with versions 1 and 2, all of whose requests go to version 1, and AWS's client for it. */
async function startVersions(): Promise<{ readonly lambda: LocalLambda; readonly client: LambdaClient }> {
  const { lambda } = await startFunction(CODE);
  lambda.deploy(makeConfiguration(CODE, { version: "2", aliases: [] }));
  const credentials = { accessKeyId: "local", secretAccessKey: "local" };
  const client = new LambdaClient({ endpoint: lambda.url, region: "eu-west-1", credentials, maxAttempts: 1 });
  clients.push(client);
  return { lambda, client };
}

test("an alias is read and moved by AWS's client, also by the function's ARN", async () => {
  const { client } = await startVersions();
  const before = await client.send(new GetAliasCommand(LIVE));
  const arn = "arn:aws:lambda:us-east-1:000000000000:function:api";
  const weights = { AdditionalVersionWeights: { 2: 0.1 } };

  const partly = await client.send(
    new UpdateAliasCommand({ ...LIVE, FunctionName: arn, RoutingConfig: weights, RevisionId: before.RevisionId }),
  );
  const described = await client.send(new UpdateAliasCommand({ ...LIVE, Description: "as asked" }));
  const wholly = await client.send(
    new UpdateAliasCommand({ ...LIVE, FunctionVersion: "2", RoutingConfig: { AdditionalVersionWeights: {} } }),
  );
  const after = await client.send(new GetAliasCommand(LIVE));

  const told = [before, partly, described, wholly].map(({ FunctionVersion, RoutingConfig, Description }) => [
    FunctionVersion,
    RoutingConfig?.AdditionalVersionWeights,
    Description,
  ]);
  expect(told).toEqual([
    ["1", undefined, ""],
    ["1", { 2: 0.1 }, ""],
    ["1", { 2: 0.1 }, "as asked"],
    ["2", undefined, "as asked"],
  ]);
  expect(new Set([before, partly, described, wholly].map(({ RevisionId }) => RevisionId)).size).toBe(4);
  expect(after).toMatchObject({ FunctionVersion: "2", RevisionId: wholly.RevisionId });
});

test("an alias that somebody else has moved since it was read is left alone", async () => {
  const { lambda, client } = await startVersions();
  const { RevisionId } = await client.send(new GetAliasCommand(LIVE));
  lambda.pointAlias("api", "live", { version: "2" });

  const moving = client.send(new UpdateAliasCommand({ ...LIVE, FunctionVersion: "1", RevisionId }));

  await expect(moving).rejects.toMatchObject({ name: "PreconditionFailedException" });
  expect(await client.send(new GetAliasCommand(LIVE))).toMatchObject({ FunctionVersion: "2" });
});

test.each([
  ["an alias that there is not", { Name: "other" }, "ResourceNotFoundException"],
  ["a function that there is not", { FunctionName: "other" }, "ResourceNotFoundException"],
  ["a version that there is not", { FunctionVersion: "3" }, "ResourceNotFoundException"],
  [
    "a share of a version's own",
    { RoutingConfig: { AdditionalVersionWeights: { 1: 0.5 } } },
    "InvalidParameterValueException",
  ],
  ["a description that is too long", { Description: "x".repeat(257) }, "InvalidParameterValueException"],
])("AWS's client gets its own error for %s, and nothing changes", async (_, change, name) => {
  const { client } = await startVersions();
  const before = await client.send(new GetAliasCommand(LIVE));

  const moving = client.send(new UpdateAliasCommand({ ...LIVE, ...change }));

  await expect(moving).rejects.toMatchObject({ name });
  expect((await client.send(new GetAliasCommand(LIVE))).RevisionId).toBe(before.RevisionId);
});
