import { parse } from "@cdktf/hcl2json";
import { describe, expect, test } from "@jest/globals";
import fc from "fast-check";
import { compareLines } from "../../../operations/tfvars/diff";
import { UnsupportedSyntax } from "../../../operations/tfvars/objects";
import { put, putWhole, type TfvarsValues } from "../../../operations/tfvars/put";

const WARMING: TfvarsValues = { scheduled: { every_minutes: 5, concurrency: 2 }, peak: { enabled: false } };
const PATH = ["functions", "api", "warming"];

describe("what is put into a file", () => {
  test.each([
    [
      "a function with lines of its own gets lines",
      `functions = {\n  # the shop\n  api = {\n    memory_mb = 256 # enough\n  }\n  web = {}\n}\n`,
      `functions = {\n  # the shop\n  api = {\n    memory_mb = 256 # enough\n    warming = {\n      scheduled = { every_minutes = 5, concurrency = 2 }\n      peak      = { enabled = false }\n    }\n  }\n  web = {}\n}\n`,
    ],
    [
      "what is switched off loses its settings, which would be refused",
      `functions = { api = { warming = { peak = { from_hour = 8, concurrency = 9 }, scheduled = { enabled = false } } } }`,
      `functions = { api = { warming = { peak = { enabled = false }, scheduled = { enabled = false, every_minutes = 5, concurrency = 2 } } } }`,
    ],
    [
      "a function on one line stays on it",
      `functions = { api = { memory_mb = 256 /* enough */ }, "web" : {} }`,
      `functions = { api = { memory_mb = 256, warming = { scheduled = { every_minutes = 5, concurrency = 2 }, peak = { enabled = false } } /* enough */ }, "web" : {} }`,
    ],
    [
      "an empty text is as long as its quotes",
      `functions = { api = { warming = { scheduled = { concurrency = 7, note = "" } }, a = "" } }`,
      `functions = { api = { warming = { scheduled = { concurrency = 2, note = "", every_minutes = 5 }, peak = { enabled = false } }, a = "" } }`,
    ],
    [
      "an empty function",
      `functions = {\n  api = {}\n}\n`,
      `functions = {\n  api = { warming = { scheduled = { every_minutes = 5, concurrency = 2 }, peak = { enabled = false } } }\n}\n`,
    ],
    [
      "values that are there are replaced where they are, with all comments kept",
      `functions = { "api" : { warming : {\n  // by hand\n  scheduled = { enabled = true, every_minutes = 1 } # {\n  gate = { enabled = false } } } }\n`,
      `functions = { "api" : { warming : {\n  // by hand\n  scheduled = { enabled = true, every_minutes = 5, concurrency = 2 } # {\n  gate = { enabled = false }, peak = { enabled = false } } } }\n`,
    ],
    [
      "braces and quotes in strings, templates, comments and heredocs are no maps",
      `a = "}{ \\" $\${ # "\n# functions = { api = {\n/* { */\nb = <<-EOT\n  } "\n  EOT\nfunctions = {\n\tapi = { x = "{" }\n}\n`,
      `a = "}{ \\" $\${ # "\n# functions = { api = {\n/* { */\nb = <<-EOT\n  } "\n  EOT\nfunctions = {\n\tapi = { x = "{", warming = { scheduled = { every_minutes = 5, concurrency = 2 }, peak = { enabled = false } } }\n}\n`,
    ],
    [
      "line ends stay as they are",
      `functions = {\r\n  api = {\r\n    memory_mb = 256\r\n  }\r\n}\r\n`,
      `functions = {\r\n  api = {\r\n    memory_mb = 256\r\n    warming = {\r\n      scheduled = { every_minutes = 5, concurrency = 2 }\r\n      peak      = { enabled = false }\r\n    }\r\n  }\r\n}\r\n`,
    ],
  ])("%s", async (_, before, after) => {
    const result = await put(before, PATH, WARMING);

    expect(result).toBe(after);
  });

  test("as a whole, where it has maps in maps, on lines of their own", async () => {
    const values = { instances: 1, hours: { office: { from_hour: 8, to_hour: 18, instances: 4 } } };
    const path = ["functions", "api", "provisioned_concurrency"];

    const added = await putWhole("functions = {\n  api = {\n    memory_mb = 256\n  }\n}\n", path, values);
    const replaced = await putWhole(added, path, { instances: 2 });

    expect(added).toBe(
      "functions = {\n  api = {\n    memory_mb = 256\n    provisioned_concurrency = {\n      instances = 1\n      hours = {\n        office = { from_hour = 8, to_hour = 18, instances = 4 }\n      }\n    }\n  }\n}\n",
    );
    expect(replaced).toContain("provisioned_concurrency = { instances = 2 }\n");
  });

  test("at the end of a file that ends without a line's end", async () => {
    const result = await put(`region = "eu-west-1" # Ireland`, ["warming"], { peak: { enabled: false } });

    expect(result).toBe(`region = "eu-west-1" # Ireland\n\nwarming = {\n  peak = { enabled = false }\n}\n`);
  });

  test("what is no such file is refused", async () => {
    await expect(put(`functions = { api = { `, PATH, WARMING)).rejects.toThrow(UnsupportedSyntax);
    await expect(put(`functions = "{`, PATH, WARMING)).rejects.toThrow(UnsupportedSyntax);
  });
});

test("a diff has what differs, and a little around it", () => {
  const lines = compareLines("a\nb\nc\nd\ne\nf\n", "a\nb\nc\nd\nx\nf\n");

  expect(lines).toEqual(["  c", "  d", "- e", "+ x", "  f"]);
});

/** A value in HCL. */
interface Written {
  readonly text: string;
}

const space = fc.constantFrom("", " ", "  ", "\t", " /* } { = */ ");
const lineEnd = fc.constantFrom("\n", " # it's { here\n", ' // } "\n', "\n\n", "\n/* two\n lines { */\n");
const keyName = fc.constantFrom("a", "b_c", "d-e", "memory_mb", "é");
const quoted = fc
  .string({ unit: fc.constantFrom("a", "{", "}", "#", "/", "*", " ", "é", '\\"', "\\\\", "$${", "$", ",", "=") })
  // A dollar before a quote's end or a brace would be another thing.
  .map((content) => `"${content.replaceAll(/(?<!\$)\$(?!\$\{)/g, "")}"`);
const scalar: fc.Arbitrary<Written> = fc
  .oneof(quoted, fc.integer({ min: 0 }).map(String), fc.constantFrom("true", "false", '["a", "}"]', "[\n1, # [\n2\n]"))
  .map((text) => ({ text }));
const heredoc = fc
  .constantFrom('<<EOT\n } { " # text\nEOT', "<<-X_1\n  }\n  X_1")
  .map((text): Written & { readonly needsLine: true } => ({ text, needsLine: true }));

function mapOf(items: fc.Arbitrary<readonly string[]>, isLast: boolean): fc.Arbitrary<string> {
  return fc.tuple(items, fc.boolean(), lineEnd, space).map(([all, isOneLine, end, gap]) => {
    if (isOneLine && !all.some((item) => item.includes("<<"))) {
      return `{${gap}${all.join(", ")}${isLast || all.length === 0 ? "" : ","}${gap}}`;
    }
    // What ends a heredoc has a line of its own.
    return `{${end}${all.map((item) => `${item}${item.endsWith("EOT") || item.endsWith("X_1") ? "\n" : end}`).join("")}${gap.includes("*") ? "" : gap}}`;
  });
}

const item = (key: string, value: fc.Arbitrary<string>) =>
  fc
    .tuple(fc.constantFrom(key, JSON.stringify(key)), fc.constantFrom("=", ":"), space, space, value)
    .map(([name, sign, before, after, text]) => `${name}${before}${sign}${after}${text}`);

const others = fc.uniqueArray(keyName, { maxLength: 3 }).chain((keys) =>
  fc.tuple(
    ...keys.map((key) =>
      item(
        key,
        fc.oneof(scalar, heredoc).map(({ text }) => text),
      ),
    ),
  ),
);

/** Items with this one among them. */
const among = (one: fc.Arbitrary<string>) =>
  fc.tuple(others, one, fc.nat(3)).map(([all, text, place]) => [...all.slice(0, place), text, ...all.slice(place)]);

const anyWarming = fc
  .boolean()
  .chain((isThere) =>
    isThere
      ? among(item("scheduled", mapOf(among(item("concurrency", fc.constant("7"))), true))).chain((items) =>
          item("warming", mapOf(fc.constant(items), false)).map((text) => [text]),
        )
      : fc.constant<string[]>([]),
  );

const file = fc
  .tuple(others, anyWarming, others, lineEnd, fc.boolean())
  .chain(([api, warming, functions, end, hasBom]) =>
    mapOf(fc.constant([...api, ...warming]), true)
      .chain((map) => item("api", fc.constant(map)))
      .chain((text) => mapOf(fc.constant([...functions, text]), false))
      .map((map) => `${hasBom ? "\uFEFF" : ""}region = "eu-west-1"${end}functions = ${map}${end}`),
  );

type Plain = Readonly<Record<string, unknown>>;

function merged(before: Plain, values: TfvarsValues): Plain {
  const result: Record<string, unknown> = { ...before };
  for (const [key, value] of Object.entries(values)) {
    result[key] = typeof value === "object" ? merged((before[key] ?? {}) as Plain, value) : value;
  }
  return result;
}

/** What is left of a text when what was put into it is taken out: every character, in order. */
function isKept(before: string, after: string): boolean {
  let at = 0;
  for (const character of after) if (character === before[at]) at++;
  return at === before.length;
}

test("any file says what it said, but for what was put into it, and nothing else of it is touched", async () => {
  await fc.assert(
    fc.asyncProperty(file, async (before) => {
      const was = (await parse("a.tfvars", before.replace("\uFEFF", ""))) as Plain;

      const after = await put(before, PATH, { scheduled: { every_minutes: 5 }, peak: { enabled: false } });

      const now = await parse("a.tfvars", after.replace("\uFEFF", ""));
      expect(now).toEqual(
        merged(was, { functions: { api: { warming: { scheduled: { every_minutes: 5 }, peak: { enabled: false } } } } }),
      );
      expect(isKept(before, after)).toBe(true);
      expect(await put(after, PATH, { scheduled: { every_minutes: 5 }, peak: { enabled: false } })).toBe(after);
    }),
    { numRuns: 300 },
  );
});
