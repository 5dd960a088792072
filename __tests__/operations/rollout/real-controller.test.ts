import { InvokeCommand } from "@aws-sdk/client-lambda";
import { type StartQueryCommandInput } from "@aws-sdk/client-cloudwatch-logs";
import { afterEach, beforeEach, expect, jest, test } from "@jest/globals";
import { AwsAccess } from "../../../operations/aws/access";
import { readRollouts } from "../../../operations/rollouts/records";
import { makeStart, World } from "../../functions/rollout-controller/support";
import { FakeAws, mocks, type QueryRow } from "../../support/fake-aws";
import { runCommand } from "../../support/command";
import { makeTfvars } from "../../support/project";

const FUNCTIONS = `api = { rollout = { strategy = "canary" } }`;

let world: World;

beforeEach(() => {
  world = new World();
});

afterEach(() => {
  jest.useRealTimers();
  jest.restoreAllMocks();
});

/** Runs the command, which gets an answer that the controller has given. */
function showAnswer(content: unknown, action: string) {
  const payload = JSON.stringify(content);
  new FakeAws();
  const Payload = Object.assign(Buffer.from(payload), { transformToString: () => payload });
  mocks.lambda.on(InvokeCommand).callsFake(() => ({ Payload }));
  const files = { "environments/prod.tfvars": makeTfvars({ functions: FUNCTIONS }) };
  return runCommand(["rollout", action, "prod", "api"], { files, now: Date.parse("2026-11-30T13:30:00Z") });
}

test("the command shows what the controller answers, and its records tell the same", async () => {
  world.behaviors["42"] = { failing: 0.5 };
  await world.fail(makeStart());
  const status = await world.call({ action: "status", functionName: "prod-api" });
  const abort = await world.call({ action: "abort", functionName: "prod-api" });
  const { records } = world;
  jest.useRealTimers();

  const shown = await showAnswer(status, "status");
  const refused = await showAnswer(abort, "abort");

  expect(shown.exitCode).toBe(0);
  expect(shown.stdout).toContain("api: went back: version 41 has all requests again, not version 42");
  expect(shown.stdout.join("\n")).toMatch(/errors: \d+ % of \d+ requests failed/);
  expect(refused).toMatchObject({ exitCode: 1, stderr: ["No rollout of prod-api goes on.", expect.any(String)] });

  class Log extends FakeAws {
    protected override runQuery(_: StartQueryCommandInput): readonly QueryRow[] {
      return records.map((record) => ({ "@timestamp": "2026-11-30 13:02:11.000", "@message": JSON.stringify(record) }));
    }
  }
  new Log();
  const { rollouts } = await readRollouts(
    new AwsAccess("eu-west-1"),
    { name: "prod" },
    { from: 0, to: 1 },
    async () => {},
  );
  expect(rollouts).toMatchObject([{ functionName: "prod-api", from: "41", to: "42", status: "rolled_back" }]);
  expect(rollouts[0]?.findings[0]?.measure).toBe("errors");
});
