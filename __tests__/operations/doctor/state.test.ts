import {
  GetBucketEncryptionCommand,
  GetBucketVersioningCommand,
  GetPublicAccessBlockCommand,
  HeadBucketCommand,
  HeadObjectCommand,
} from "@aws-sdk/client-s3";
import { afterAll, afterEach, beforeAll, beforeEach, describe, expect, jest, test } from "@jest/globals";
import { mkdirSync, writeFileSync } from "node:fs";
import { join } from "node:path";
import { makeTemporaryFolder, makeTfvars } from "../../support/project";
import { makeSdkError, mocks } from "../../support/fake-aws";
import { runDiagnosis, findFinding, startSts, stopSts, DoctorWorld } from "./world";

beforeAll(startSts);
afterAll(stopSts);

/** A world whose state is kept as said. */
function worldWithState(state: string): DoctorWorld {
  const world = new DoctorWorld();
  const more = 'account_id = "123456789012"\nalarm_emails = ["team@example.com"]';
  world.files = { "environments/dev.tfvars": makeTfvars({ more }).replace('{ backend = "local" }', state) };
  return world;
}

describe("a state in S3", () => {
  const { s3 } = mocks;
  let world: DoctorWorld;
  const status = (name: string, httpStatusCode: number) =>
    Object.assign(makeSdkError(name, "UnknownError"), { $metadata: { httpStatusCode } });

  beforeEach(() => {
    const closed = {
      BlockPublicAcls: true,
      BlockPublicPolicy: true,
      IgnorePublicAcls: true,
      RestrictPublicBuckets: true,
    };
    const encryption = { ApplyServerSideEncryptionByDefault: { SSEAlgorithm: "AES256" as const } };
    world = worldWithState(
      '{ backend = "s3", bucket = "our-states", key = "shop/dev.tfstate", region = "eu-central-1" }',
    );
    s3.on(HeadBucketCommand, { Bucket: "our-states" }).resolves({ BucketRegion: "eu-central-1" });
    s3.on(HeadObjectCommand, { Bucket: "our-states", Key: "shop/dev.tfstate" }).resolves({});
    s3.on(GetBucketVersioningCommand).resolves({ Status: "Enabled" });
    s3.on(GetBucketEncryptionCommand).resolves({ ServerSideEncryptionConfiguration: { Rules: [encryption] } });
    s3.on(GetPublicAccessBlockCommand).resolves({ PublicAccessBlockConfiguration: closed });
  });

  test("that is versioned, encrypted and private is fine", async () => {
    const { findings, exitCode } = await runDiagnosis(world);
    const ofState = findings.filter(({ check }) => check.startsWith("state"));
    expect(ofState.map(({ check, outcome, detail }) => [check, outcome, detail])).toEqual([
      ["state", "ok", "s3://our-states/shop/dev.tfstate"],
      ["state versioned", "ok", "earlier states can be recovered"],
      ["state encrypted", "ok", "AES256"],
      ["state private", "ok", "closed to the public"],
    ]);
    expect(exitCode).toBe(0);
  });

  test.each([
    {
      fault: "there is no such bucket",
      answer: () => s3.on(HeadBucketCommand).rejects(status("NotFound", 404)),
      check: "state",
      outcome: "fail",
      detail: /no bucket our-states/,
      fix: /state\.bucket/,
    },
    {
      fault: "the bucket is in another region",
      answer: () => s3.on(HeadBucketCommand).resolves({ BucketRegion: "us-east-1" }),
      check: "state",
      outcome: "fail",
      detail: /is in us-east-1/,
      fix: /region = "us-east-1"/,
    },
    {
      fault: "the bucket may not be seen",
      answer: () => s3.on(HeadBucketCommand).rejects(status("403", 403)),
      check: "state",
      outcome: "fail",
      detail: /AWS does not allow s3:ListBucket/,
      fix: /allow s3:ListBucket/,
    },
    {
      fault: "the state may not be read",
      answer: () => s3.on(HeadObjectCommand).rejects(status("Forbidden", 403)),
      check: "state",
      outcome: "fail",
      detail: /AWS does not allow s3:GetObject/,
      fix: /allow s3:GetObject/,
    },
    {
      fault: "nothing has been deployed",
      answer: () => s3.on(HeadObjectCommand).rejects(status("NotFound", 404)),
      check: "state",
      outcome: "warn",
      detail: /nothing has been deployed/,
      fix: /cdktf deploy dev/,
    },
    {
      fault: "the bucket is not versioned",
      answer: () => s3.on(GetBucketVersioningCommand).resolves({}),
      check: "state versioned",
      outcome: "fail",
      detail: /cannot be recovered/,
      fix: /aws s3api put-bucket-versioning --bucket our-states/,
    },
    {
      fault: "the versioning may not be seen",
      answer: () => s3.on(GetBucketVersioningCommand).rejects(makeSdkError("AccessDenied", "no")),
      check: "state versioned",
      outcome: "fail",
      detail: /AWS does not allow s3:GetBucketVersioning: no/,
      fix: /allow s3:GetBucketVersioning/,
    },
    {
      fault: "the bucket has no default encryption",
      answer: () =>
        s3.on(GetBucketEncryptionCommand).rejects(status("ServerSideEncryptionConfigurationNotFoundError", 404)),
      check: "state encrypted",
      outcome: "warn",
      detail: /no default/,
      fix: /put-bucket-encryption/,
    },
    {
      fault: "the bucket may be made public",
      answer: () =>
        s3.on(GetPublicAccessBlockCommand).resolves({ PublicAccessBlockConfiguration: { BlockPublicAcls: true } }),
      check: "state private",
      outcome: "fail",
      detail: /states contain secrets/,
      fix: /put-public-access-block --bucket our-states/,
    },
  ])("$fault: told", async ({ answer, check, outcome, detail, fix }) => {
    answer();
    expect(await findFinding(world, check)).toEqual({
      check,
      outcome,
      detail: expect.stringMatching(detail),
      fix: expect.stringMatching(fix),
    });
  });
});

describe("a state in HCP Terraform", () => {
  const { HOME } = process.env;
  const world = () => worldWithState('{ backend = "cloud", organization = "our-shop", workspace = "shop-dev" }');
  const fetched = jest.spyOn(globalThis, "fetch");

  beforeEach(() => {
    delete process.env["TF_TOKEN_app_terraform_io"];
    process.env["HOME"] = makeTemporaryFolder();
    fetched.mockClear();
    fetched.mockImplementation(async (url, { headers } = {}) => {
      const { authorization } = headers as Record<string, string>;
      if (authorization !== "Bearer right") return new Response("{}", { status: 401 });
      return url === "https://app.terraform.io/api/v2/organizations/our-shop/workspaces/shop-dev"
        ? Response.json({ data: { id: "ws-1", attributes: { name: "shop-dev", "execution-mode": "remote" } } })
        : new Response("{}", { status: 404 });
    });
  });

  afterEach(() => {
    delete process.env["TF_TOKEN_app_terraform_io"];
    process.env["HOME"] = HOME;
  });

  test("is reached with the token of a variable", async () => {
    process.env["TF_TOKEN_app_terraform_io"] = "right";
    const { findings, exitCode } = await runDiagnosis(world());
    expect(findings.find(({ check }) => check === "state")).toEqual({
      check: "state",
      outcome: "ok",
      detail: "our-shop/shop-dev, execution mode remote",
    });
    expect(exitCode).toBe(0);
  });

  test("is reached with the token of terraform login", async () => {
    const folder = makeTemporaryFolder();
    mkdirSync(join(folder, ".terraform.d"));
    const credentials = { credentials: { "app.terraform.io": { token: "right" } } };
    writeFileSync(join(folder, ".terraform.d", "credentials.tfrc.json"), JSON.stringify(credentials));
    process.env["HOME"] = folder;
    expect(await findFinding(world(), "state")).toMatchObject({ outcome: "ok" });
  });

  test("without a token is not asked for, and the way to sign in is told", async () => {
    const { findings } = await runDiagnosis(world());
    expect(findings.find(({ check }) => check === "HCP Terraform")).toMatchObject({
      outcome: "fail",
      fix: expect.stringContaining("terraform login"),
    });
    expect(findings.find(({ check }) => check === "state")).toMatchObject({ outcome: "skipped" });
    expect(fetched).not.toHaveBeenCalledWith(expect.stringContaining("app.terraform.io"), expect.anything());
  });

  test.each([
    ["a token that is refused", async () => new Response("{}", { status: 401 }), /does not accept the token/],
    [
      "no such workspace",
      async () => new Response("{}", { status: 404 }),
      /workspace our-shop\/shop-dev does not exist/,
    ],
    ["a fault of HCP's", async () => new Response("", { status: 503 }), /status 503/],
    ["an answer of another form", async () => new Response("<html>"), /did not answer like HCP Terraform's API/],
    [
      "no network",
      async () => {
        throw new TypeError("fetch failed", { cause: new Error("getaddrinfo ENOTFOUND app.terraform.io") });
      },
      /cannot be reached: getaddrinfo ENOTFOUND/,
    ],
  ])("%s is one line", async (_, answer, detail) => {
    process.env["TF_TOKEN_app_terraform_io"] = "right";
    fetched.mockImplementation(answer);
    expect(await findFinding(world(), "state")).toMatchObject({
      outcome: "fail",
      detail: expect.stringMatching(detail),
      fix: expect.any(String),
    });
  });
});
