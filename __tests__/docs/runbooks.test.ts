import { describe, expect, test } from "@jest/globals";
import { existsSync, readdirSync, readFileSync } from "node:fs";
import { join } from "node:path";
import { ALARM_KEYS } from "../../environments/alarms";
import { parseTfvars } from "../../environments/parse-tfvars";
import { environmentFile } from "../../environments/schema";
import { QUERIES, ROLLOUTS, WARMING_RUNS } from "../../model/queries";

const FOLDER = "docs/runbooks";
const RUNBOOKS = readdirSync(FOLDER).map((name) => join(FOLDER, name));
const PAGES = [
  "README.md",
  "docs/connecting-functions.md",
  "docs/functions.md",
  "docs/operations.md",
  "docs/rollouts.md",
  "docs/warming.md",
  ...RUNBOOKS,
].map((file) => [file, readFileSync(file, "utf8")] as const);

/** What a page has in fences of one language. */
function fenced(text: string, language: string): string[] {
  return [...text.matchAll(new RegExp(`^( *)\`\`\`${language}\\n([^]*?)^ *\`\`\``, "gm"))].map(
    ([, indent = "", code = ""]) => code.replaceAll(new RegExp(`^${indent}`, "gm"), "").trim(),
  );
}

describe("the runbooks", () => {
  test.each([...ALARM_KEYS.map((key) => key.replaceAll("_", "-")), "degraded", "error-budget", "rollouts"])(
    "there is one for each alarm, where its text says: %s",
    (alarm) => {
      expect(existsSync(join(FOLDER, `${alarm}.md`))).toBe(true);
    },
  );

  test("quote saved queries as they are", () => {
    const known: (string | undefined)[] = [
      ...Object.values(QUERIES).flatMap(({ json, text }) => [json, text]),
      ROLLOUTS,
      WARMING_RUNS,
    ];
    const quoted = RUNBOOKS.flatMap((file) => fenced(readFileSync(file, "utf8"), ""))
      .filter((code) => code.startsWith("filter "))
      // A query of a runbook's own, by instance.
      .filter((code) => !code.includes("@logStream"));
    expect(quoted.length).toBeGreaterThan(5);
    for (const query of quoted) expect(known).toContain(query);
  });

  test.each(PAGES)("%s shows settings that there are", async (file, text) => {
    for (const settings of fenced(text, "hcl")) {
      const { values = {}, mistakes } = await parseTfvars(file, Buffer.from(settings));
      expect(mistakes).toEqual([]);
      const whole = { region: "eu-west-1", state: { backend: "local" }, functions: { api: {} }, ...values };
      expect([settings, environmentFile.safeParse(whole).error?.issues]).toEqual([settings, undefined]);
    }
  });
});
