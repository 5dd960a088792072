import { describe, expect, test } from "@jest/globals";
import { readFileSync } from "node:fs";
import { referenceTable, renewReference } from "../../environments/reference";

describe("README's table of keys", () => {
  test("is what the schema says (npm run docs renews it)", () => {
    const readme = readFileSync("README.md", "utf8");
    // The formatter pads the table's cells.
    const unpadded = (text: string) => text.replaceAll(/ +/g, " ").replaceAll(/-{3,}/g, "---");
    expect(unpadded(readme)).toBe(unpadded(renewReference(readme)));
  });

  test("has a meaning for every key", () => {
    for (const line of referenceTable().split("\n").slice(2)) expect(line).toMatch(/^\| `\S+` \| .+ \| .* \| \S.+ \|$/);
  });

  test("says what a key takes and what it is by default", () => {
    expect(referenceTable()).toContain("| `functions.<name>.memory_mb` | 128 to 10240 | `512` |");
    expect(referenceTable()).toContain("| `region` | text | required |");
    expect(referenceTable()).toContain("| `state.bucket` |");
  });
});
