import { afterAll, beforeAll, describe, expect, test } from "@jest/globals";
import { type ChildProcess, spawn } from "node:child_process";
import { once } from "node:events";
import { cpSync, rmSync, writeFileSync } from "node:fs";
import { join } from "node:path";
import { HANDLER_SOURCE, makeProject, synthesizeProject, makeTemporaryFolder, makeTfvars } from "../support/project";
import { skip, TerraformFolder, isTerraformUsable } from "../support/terraform";

const TESTED = "that a version which fails its gate gets no traffic";
const REASON = "dev-api:2 does not start: Cannot find module 'left-pad'";

/**
 * Stands before the emulator, which runs no functions: answers for the warmer, and refuses while there is a file of the
 * name given. In a process of its own, because this one waits for Terraform.
 */
const WARMER_STAND_IN = `
  const { existsSync } = require("node:fs");
  const http = require("node:http");
  const [emulator, failing] = process.argv.slice(1);
  const server = http.createServer((request, response) => {
    if (/\\/functions\\/[^/]*dev-warmer\\/invocations/.test(request.url)) {
      const failed = existsSync(failing);
      response.writeHead(200, failed ? { "x-amz-function-error": "Unhandled" } : {});
      response.end(JSON.stringify(failed ? { errorType: "Error", errorMessage: ${JSON.stringify(REASON)} } : {}));
      return;
    }
    const forwarded = http.request(emulator + request.url, { method: request.method, headers: request.headers }, (answer) => {
      response.writeHead(answer.statusCode, answer.headers);
      answer.pipe(response);
    });
    request.pipe(forwarded);
  });
  server.listen(0, "127.0.0.1", () => console.log(server.address().port));`;

const { AWS_ENDPOINT_URL: emulator } = process.env;
const usable = emulator ? isTerraformUsable(TESTED) : skip(TESTED, "AWS_ENDPOINT_URL names no AWS emulator");

(usable ? describe : describe.skip)("a version", () => {
  const failing = join(makeTemporaryFolder(), "failing");
  let standIn: ChildProcess;
  let stack: TerraformFolder;
  let withNewCode: string;

  beforeAll(async () => {
    standIn = spawn(process.execPath, ["-e", WARMER_STAND_IN, emulator ?? "", failing], {
      stdio: ["ignore", "pipe", 2],
    });
    const [port] = (await once(standIn.stdout ?? standIn, "data")) as [Buffer];
    const root = makeProject({ "environments/dev.tfvars": makeTfvars() });
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
    stack.run(["apply", "-auto-approve", "-input=false"]);
    writeFileSync(join(root, "functions/api/handler.ts"), HANDLER_SOURCE.replace("200", "201"));
    withNewCode = join((await synthesizeProject(root)).outdir, "stacks/dev");
  });

  afterAll(() => {
    rmSync(failing, { force: true });
    stack.run(["destroy", "-auto-approve"]);
    standIn.kill();
  });

  const versionOf = (alias: string) => {
    const { values } = JSON.parse(stack.run(["show", "-json"]).output) as {
      values: { root_module: { resources: { address: string; values: { function_version: string } }[] } };
    };
    const found = values.root_module.resources.find(({ address }) => address === `aws_lambda_alias.api_${alias}`);
    return found?.values.function_version;
  };

  test("that fails gets neither traffic nor pings: the deployment fails with the reason, and both aliases stay", () => {
    expect(versionOf("live")).toBe("1");
    cpSync(withNewCode, stack.folder, { recursive: true });
    writeFileSync(failing, "");
    const { output } = stack.run(["apply", "-auto-approve", "-input=false"], [1]);
    expect(output.replaceAll(/[\s│]+/g, " ")).toContain(REASON);
    expect([versionOf("warm"), versionOf("live")]).toEqual(["1", "1"]);
  });

  test("that answers gets it, with the next deployment", () => {
    rmSync(failing);
    stack.run(["apply", "-auto-approve", "-input=false"]);
    expect([versionOf("warm"), versionOf("live")]).toEqual(["2", "2"]);
  });
});
