import { afterEach, describe, expect, jest, test } from "@jest/globals";
import { skip } from "./terraform";

afterEach(() => {
  jest.restoreAllMocks();
});

describe("what is not tested", () => {
  test.each([
    ["on the emulator", "AWS_ENDPOINT_URL names none"],
    ["with Terraform", `terraform init cannot get it: ${"Error: could not\nquery the registry ".repeat(40)}`],
  ])("%s is told in one line of at most 120 characters, whatever the reason", (tested, why) => {
    const write = jest.spyOn(process.stderr, "write").mockReturnValue(true);

    expect(skip(tested, why)).toBe(false);

    const [line = "", ...rest] = write.mock.calls.map(([text]) => String(text).trim());
    expect(rest).toEqual([]);
    expect(line).toMatch(/^SKIPPED: [^\n]{1,111}$/);
  });
});
