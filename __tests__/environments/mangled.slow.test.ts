import { describe, expect, test } from "@jest/globals";
import fc from "fast-check";
import { readFileSync } from "node:fs";
import { loadEnvironments } from "../../environments/load";
import { InvalidInput } from "../../environments/mistakes";
import { parseTfvars } from "../../environments/parse-tfvars";
import { makeProject } from "../support/project";

const shipped = ["dev", "staging", "prod"].map((name) => readFileSync(`environments/${name}.tfvars`, "utf8"));

/** A shipped file with some of its characters replaced, removed or doubled. */
const mangledText = fc
  .tuple(
    fc.constantFrom(...shipped),
    fc.array(
      fc.tuple(
        fc.nat(),
        fc.nat({ max: 12 }),
        fc.oneof(
          fc.string(),
          fc.constantFrom("{", "}", "[", "]", "(", ")", '"', "'", "$", "%", "=", "#", "\\n", ",", ":", "<<", ">", "-"),
        ),
      ),
      {
        minLength: 1,
        maxLength: 5,
      },
    ),
  )
  .map(([text, edits]) =>
    edits.reduce((mangled, [position, removed, added]) => {
      const at = position % (mangled.length + 1);
      return mangled.slice(0, at) + added + mangled.slice(at + removed);
    }, text),
  );

/** Loads one environment; returns the printed lines, or nothing when the file is valid. */
async function load(content: string | Uint8Array): Promise<string[]> {
  try {
    await loadEnvironments(makeProject({ "environments/dev.tfvars": content }));
    return [];
  } catch (error) {
    if (!(error instanceof InvalidInput)) throw error;
    return error.message.split("\n");
  }
}

const escapeTemplates = (text: string) => text.replaceAll(/[$%](?=\{)/g, "$&$&");

/** HCL's escapes are JSON's, less two. */
const hclText = (text: string) =>
  escapeTemplates(
    JSON.stringify(text).replaceAll(/\\[\\bf]/g, (escape) =>
      escape === "\\b" ? "\\u0008" : escape === "\\f" ? "\\u000c" : escape,
    ),
  );

describe("whatever is in a file", () => {
  test("mangled text gives an environment, or lines that each name the file and say something", async () => {
    await fc.assert(
      fc.asyncProperty(mangledText, async (text) => {
        for (const line of await load(text)) expect(line).toMatch(/^environments\/dev\.tfvars(:\d+:\d+)?: \S/);
      }),
      { numRuns: 300 },
    );
  });

  test("so do arbitrary bytes", async () => {
    await fc.assert(
      fc.asyncProperty(fc.uint8Array({ maxLength: 200 }), async (bytes) => {
        for (const line of await load(bytes)) expect(line).toMatch(/^environments\/dev\.tfvars(:\d+:\d+)?: \S/);
      }),
      { numRuns: 200 },
    );
  });

  test("a value of any shape in any place is told, and told on one line", async () => {
    const value = fc.jsonValue({ maxDepth: 3 }).map((json) => escapeTemplates(JSON.stringify(json)));
    const key = fc.constantFrom(
      "region",
      "account_id",
      "tags",
      "state",
      "functions",
      "protected",
      "log_retention_days",
    );
    await fc.assert(
      fc.asyncProperty(key, value, async (name, text) => {
        const lines = await load(`${name} = ${text}\n`);
        expect(lines.length).toBeGreaterThan(0);
        for (const line of lines) expect(line).toMatch(/^environments\/dev\.tfvars(:\d+:\d+)?: \S/);
      }),
      { numRuns: 300 },
    );
  });

  test("text comes back as it was written, in Unicode's composed form", async () => {
    await fc.assert(
      fc.asyncProperty(fc.string({ unit: "binary" }), async (value) => {
        const { values } = await parseTfvars("a.tfvars", Buffer.from(`text = ${hclText(value)}\n`));
        expect(values).toEqual({ text: escapeTemplates(value.normalize("NFC")) });
      }),
      { numRuns: 500 },
    );
  });
});
