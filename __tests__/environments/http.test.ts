import { describe, expect, test } from "@jest/globals";
import { findMistakes, makeTfvars } from "../support/project";

async function mistakesIn(endpoint: string, http: string): Promise<string[]> {
  const functions = `api = { endpoint = "${endpoint}", http = { ${http} } }`;
  const mistakes = await findMistakes({ "environments/dev.tfvars": makeTfvars({ functions }) });
  return mistakes.map((line) => line.replace("environments/dev.tfvars: functions.api.http", ""));
}

describe("how a response is sent", () => {
  test.each(["buffered", "response_stream"])("may be %s at a function URL", async (mode) => {
    expect(await mistakesIn("iam", `invoke_mode = "${mode}"`)).toEqual([]);
  });

  test.each([
    ["iam", "stream", '.invoke_mode: expected one of buffered, response_stream, got "stream"'],
    [
      "public",
      "response_stream",
      '.invoke_mode: expected endpoint = "iam", because an HTTP API cannot stream, got "response_stream"',
    ],
    [
      "none",
      "response_stream",
      ': expected endpoint = "iam" or "public" as well, without which nobody can call the function over HTTP, got nothing',
    ],
  ])("is told where it cannot be so: %s, %s", async (endpoint, mode, expected) => {
    expect(await mistakesIn(endpoint, `invoke_mode = "${mode}"`)).toEqual([expected]);
  });
});
