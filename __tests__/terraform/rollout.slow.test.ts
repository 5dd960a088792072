import { GetAliasCommand, LambdaClient } from "@aws-sdk/client-lambda";
import { afterAll, beforeAll, beforeEach, describe, expect, jest, test } from "@jest/globals";
import { type ChildProcess, spawn } from "node:child_process";
import { once } from "node:events";
import { cpSync, existsSync, readFileSync, rmSync, writeFileSync } from "node:fs";
import { join } from "node:path";
import { setTimeout as sleep } from "node:timers/promises";
import { HANDLER_SOURCE, makeProject, makeTemporaryFolder, makeTfvars, synthesizeProject } from "../support/project";
import { isTerraformUsable, listChanges, skip, TerraformFolder } from "../support/terraform";
import { CALLS_FILE, FAILING_FILE, type LambdaCall } from "./rollout-stand-in";

// Each deployment takes as long as the emulator does.
jest.setTimeout(900_000);

const TESTED = "that a new version gets traffic in steps, and loses it again";

const APPLY = ["apply", "-auto-approve", "-input=false"];
const LIVE = "aws_lambda_alias.api_live";
const ROLLOUT = "aws_lambda_invocation.api_rollout";
const CANARY = 'rollout = { strategy = "canary", bake_seconds = 5 }';
const AT_ONCE = 'rollout = { strategy = "all_at_once" }';

const { AWS_ENDPOINT_URL: emulator } = process.env;
const usable = emulator ? isTerraformUsable(TESTED) : skip(TESTED, "AWS_ENDPOINT_URL names no AWS emulator");

const lambda = new LambdaClient({
  ...(emulator !== undefined && { endpoint: emulator }),
  region: "eu-west-1",
  credentials: { accessKeyId: "made-up", secretAccessKey: "made-up" },
});

(usable ? describe : describe.skip)("a version that is rolled out in steps", () => {
  const folder = makeTemporaryFolder();
  const calls = join(folder, CALLS_FILE);
  const failing = join(folder, FAILING_FILE);
  let standIn: ChildProcess;
  let stack: TerraformFolder;
  let root: string;
  let code = 200;

  beforeAll(async () => {
    const program = ["run.js", "__tests__/terraform/rollout-stand-in.ts", emulator ?? "", folder];
    standIn = spawn(process.execPath, program, { stdio: ["ignore", "pipe", 2] });
    const [port] = (await once(standIn.stdout ?? standIn, "data")) as [Buffer];
    root = makeProject({ "environments/dev.tfvars": makeTfvars({ more: CANARY }) });
    stack = new TerraformFolder(join((await synthesizeProject(root)).outdir, "stacks/dev"));
    stack.override({
      terraform: { backend: { local: {} } },
      provider: {
        aws: {
          access_key: "made-up",
          secret_key: "made-up",
          endpoints: [{ lambda: `http://127.0.0.1:${port.toString().trim()}` }],
        },
      },
    });
    stack.run(["init", "-input=false"]);
  });

  beforeEach(() => {
    rmSync(calls, { force: true });
  });

  afterAll(() => {
    stack.run(["destroy", "-auto-approve"]);
    standIn.kill();
  });

  const listCalls = () =>
    existsSync(calls)
      ? readFileSync(calls, "utf8")
          .split("\n")
          .filter((line) => line !== "")
          .map((line) => JSON.parse(line) as LambdaCall)
      : [];

  /** The calls as in `gate 2`, `rollout 2`, or `live 1 + 10 % 2`. */
  const tellCalls = () =>
    listCalls().map((call) => {
      if (call.kind !== "alias") return `${call.kind} ${call.version}`;
      const weights = Object.entries(call.weights).map(([version, weight]) => ` + ${100 * weight} % ${version}`);
      return `${call.name} ${call.version}${weights.join("")}`;
    });

  const tellMoves = () => tellCalls().filter((text) => text.startsWith("live"));

  const readAlias = (Name: string) => lambda.send(new GetAliasCommand({ FunctionName: "dev-api", Name }));

  /** The versions behind the aliases, which have all requests and all pings. */
  const readVersions = async () => {
    const aliases = await Promise.all(["live", "warm"].map(readAlias));
    return aliases.map(({ FunctionVersion, RoutingConfig }) => [
      FunctionVersion,
      ...Object.keys(RoutingConfig?.AdditionalVersionWeights ?? {}),
    ]);
  };

  const synthesizeAgain = async (settings = CANARY) => {
    writeFileSync(join(root, "environments/dev.tfvars"), makeTfvars({ more: settings }));
    writeFileSync(join(root, "functions/api/handler.ts"), HANDLER_SOURCE.replace("200", String(code)));
    cpSync(join((await synthesizeProject(root)).outdir, "stacks/dev"), stack.folder, { recursive: true });
  };

  const changeCode = async (settings?: string) => {
    code++;
    await synthesizeAgain(settings);
  };

  test("the first one gets everything at once", async () => {
    stack.run(APPLY);

    expect(tellCalls()).toEqual(["gate 1", "rollout 1"]);
    expect(await readVersions()).toEqual([["1"], ["1"]]);
    expect(listChanges(stack.plan())).toEqual([]);
  });

  test("the next one passes the gate, is warmed before each step, and gets pings last", async () => {
    await changeCode();
    stack.run(APPLY);

    expect(tellCalls()).toEqual([
      ...["gate 2", "rollout 2"],
      ...["warming 2", "live 1 + 10 % 2", "warming 2", "live 2"],
      "warm 2",
    ]);
    expect(await readVersions()).toEqual([["2"], ["2"]]);
    expect(listChanges(stack.plan())).toEqual([]);
  });

  test("one that fails goes back, and so does the deployment; with the same code, the next one tries again", async () => {
    await changeCode();
    writeFileSync(failing, "");

    const { output } = stack.run(APPLY, [1]);

    expect(output.replaceAll(/[\s│]+/g, " ")).toMatch(/Version 3 of dev-api has lost its traffic again: .*errors/);
    expect(tellMoves()).toEqual(["live 2 + 10 % 3", "live 2"]);
    expect(await readVersions()).toEqual([["2"], ["2"]]);
    expect((await readAlias("live")).Description).toMatch(/Rolled back from version 3 at/);

    rmSync(failing);
    rmSync(calls);
    stack.run(APPLY);

    expect(tellMoves()).toEqual(["live 2 + 10 % 3", "live 3"]);
    expect(await readVersions()).toEqual([["3"], ["3"]]);
    expect(listChanges(stack.plan())).toEqual([]);
  });

  test("one whose deployment is killed goes on, and the next deployment joins; a second one meanwhile waits", async () => {
    await changeCode();
    const killed = stack.start(APPLY);
    while (tellMoves().length === 0) await sleep(100);

    const { output } = stack.run(APPLY, [1]);
    killed.kill("SIGKILL");
    await once(killed, "exit");
    stack.run(APPLY);

    expect(output).toContain("Error acquiring the state lock");
    expect(tellCalls().filter((text) => text.startsWith("rollout"))).toEqual(["rollout 4", "rollout 4"]);
    expect(tellMoves()).toEqual(["live 3 + 10 % 4", "live 4"]);
    expect(await readVersions()).toEqual([["4"], ["4"]]);
    expect(listChanges(stack.plan())).toEqual([]);
  });

  test("nothing moves when versions are to get their traffic at once from now on", async () => {
    await synthesizeAgain(AT_ONCE);
    stack.run(APPLY);

    expect(tellMoves().filter((move) => move !== "live 4")).toEqual([]);
    expect(await readVersions()).toEqual([["4"], ["4"]]);
    expect(stack.run(["state", "list"]).output).not.toContain("rollout");
  });

  test("then, the next one gets all of it at once", async () => {
    await changeCode(AT_ONCE);
    stack.run(APPLY);

    expect(tellCalls()).toContain("live 5");
    expect(await readVersions()).toEqual([["5"], ["5"]]);
    expect(listChanges(stack.plan())).toEqual([]);
  });

  test("steps can begin with a new version", async () => {
    await changeCode();
    stack.run(APPLY);

    expect(tellMoves()).toEqual(["live 5 + 10 % 6", "live 6"]);
    expect(await readVersions()).toEqual([["6"], ["6"]]);
    expect(listChanges(stack.plan())).toEqual([]);
  });

  test("an alias that is imported into another state stays on its version", async () => {
    const before = await readVersions();
    stack.run(["state", "rm", LIVE, ROLLOUT]);
    stack.run(["import", "-input=false", LIVE, "dev-api/live"]);

    expect(listChanges(stack.plan())).toEqual([ROLLOUT]);
    stack.run(APPLY);

    expect(tellMoves()).toEqual([]);
    expect(await readVersions()).toEqual(before);
    expect(listChanges(stack.plan())).toEqual([]);
  });

  test("everything can be destroyed", () => {
    stack.run(["destroy", "-auto-approve"]);

    expect(stack.run(["state", "list"]).output).toBe("");
  });
});
