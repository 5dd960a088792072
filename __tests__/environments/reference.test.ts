import { describe, expect, test } from "@jest/globals";
import { readFileSync } from "node:fs";
import { renderReferencePage } from "../../environments/reference";

const rowsIn = (page: string) => page.split("\n").filter((line) => line.startsWith("| `"));

describe("docs/configuration.md", () => {
  test("is what the schema says (npm run docs renews it)", () => {
    // The formatter pads the tables' cells.
    const unpadded = (text: string) => text.replaceAll(/ +/g, " ").replaceAll(/-{3,}/g, "---");
    expect(unpadded(readFileSync("docs/configuration.md", "utf8"))).toBe(unpadded(renderReferencePage()));
  });

  test("has a meaning for every key, and each key once", () => {
    const rows = rowsIn(renderReferencePage());
    for (const line of rows) expect(line).toMatch(/^\| `\S+` \| .+ \| .* \| \S.+ \|$/);
    expect(new Set(rows.map((line) => line.split(" ")[1])).size).toBe(rows.length);
  });

  test("says what a key takes and what it is by default", () => {
    expect(renderReferencePage()).toContain("| `functions.<name>.memory_mb` | 128 to 10240 | `512` |");
    expect(renderReferencePage()).toContain("| `region` | text | required |");
    expect(renderReferencePage()).toContain("| `alarms.errors` | map | `threshold = 5`<br>`period_seconds = 300`<br>");
  });

  test.each([
    ["The environment", "region"],
    ["Terraform's state", "state.bucket"],
    ["Functions", "functions.<name>.warming"],
    ["Who gets alarms, and when they ring", "alarm_emails"],
    ["Keeping functions warm", "warming.gate"],
  ])("has under %s the key %s", (heading, key) => {
    const section =
      renderReferencePage()
        .split("\n## ")
        .find((text) => text.startsWith(heading)) ?? "";
    expect(rowsIn(section).map((line) => line.split("`")[1])).toContain(key);
  });
});
