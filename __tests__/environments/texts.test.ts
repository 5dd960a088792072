import { describe, expect, test } from "@jest/globals";
import fc from "fast-check";
import type * as z from "zod";
import { explainIssues } from "../../environments/explain";
import { environmentFile } from "../../environments/schema";
import { findMistakes, synthesizeDev, makeTfvars } from "../support/project";

const S3 = { bucket: "acme-states", key: "shop/dev.tfstate" };
const CLOUD = { organization: "acme", workspace: "shop-dev", project: "Web shop" };

interface Field {
  /** What a file with this text in the field says. */
  readonly file: (text: string) => object;
  /** What has become of it. */
  readonly read: (environment: EnvironmentFile) => string | undefined;
  /** A text that the field is for. */
  readonly right: string;
}

type EnvironmentFile = z.infer<typeof environmentFile>;

const FILE = { region: "eu-west-1", state: { backend: "local" }, functions: { api: {} } };

const inS3 = (key: keyof typeof S3): Field => ({
  file: (text) => ({ ...FILE, state: { backend: "s3", region: "eu-west-1", ...S3, [key]: text } }),
  read: ({ state }) => (state.backend === "s3" ? state[key] : undefined),
  right: S3[key],
});

const inCloud = (key: keyof typeof CLOUD): Field => ({
  file: (text) => ({ ...FILE, state: { backend: "cloud", ...CLOUD, [key]: text } }),
  read: ({ state }) => (state.backend === "cloud" ? state[key] : undefined),
  right: CLOUD[key],
});

const ofEnvironment = (key: string, right: string, read: Field["read"]): Field => ({
  file: (text) => ({ ...FILE, [key]: text }),
  read,
  right,
});

const ofFunction = (settings: (text: string) => object, right: string, read: Field["read"]): Field => ({
  file: (text) => ({ ...FILE, functions: { api: settings(text) } }),
  read,
  right,
});

const secretNameOf = ({ functions }: EnvironmentFile) => functions["api"]?.secrets["SECRET"]?.name;

/** Every text that ends in an ARN, a policy, a query or an address. */
const FIELDS: Readonly<Record<string, Field>> = {
  "state.bucket": inS3("bucket"),
  "state.key": inS3("key"),
  "state.organization": inCloud("organization"),
  "state.workspace": inCloud("workspace"),
  "state.project": inCloud("project"),
  permissions_boundary: ofEnvironment(
    "permissions_boundary",
    "arn:aws:iam::123456789012:policy/team/boundary",
    ({ permissionsBoundary }) => permissionsBoundary,
  ),
  runbooks_url: ofEnvironment(
    "runbooks_url",
    "https://wiki.example.com/a-b_c~d/?page=runbooks&x=%20",
    ({ runbooksUrl }) => runbooksUrl,
  ),
  ssm_parameter: ofFunction(
    (text) => ({ secrets: { SECRET: { ssm_parameter: text } } }),
    "/shop/dev/token",
    secretNameOf,
  ),
  secret_arn: ofFunction(
    (text) => ({ secrets: { SECRET: { secret_arn: text } } }),
    "arn:aws:secretsmanager:eu-west-1:123456789012:secret:shop/token-AbCdEf",
    secretNameOf,
  ),
  function_name: ofFunction(
    (text) => ({ existing: true, function_name: text }),
    "Old_Service",
    ({ existingFunctions }) => existingFunctions["api"]?.functionName,
  ),
  log_group: ofFunction(
    (text) => ({ existing: true, log_group: text }),
    "/custom/old#1",
    ({ existingFunctions }) => existingFunctions["api"]?.logGroup,
  ),
  warming_qualifier: ofFunction(
    (text) => ({ existing: true, warming_qualifier: text }),
    "live",
    ({ existingFunctions }) => existingFunctions["api"]?.warmingQualifier,
  ),
};

function outcomeOf({ file, read }: Field, text: string): { accepted?: string | undefined; told: string[] } {
  const { data, error } = environmentFile.safeParse(file(text), { reportInput: true });
  return error ? { told: explainIssues(error.issues) } : { accepted: read(data), told: [] };
}

/** What IAM, Terraform, queries, shells and Markdown take for more than a character. */
const HOSTILE = ["*", "?", "${", "%{", "$", "{", '"', "'", "`", "\\", "\n", "\r", "\t", "\0", "\u2028", "<", "|", ";"];
const LOOK_ALIKES = ["а", "ｅ", "é", "\u200b", "\u00a0", "１"];

const hostileText = (right: string) =>
  fc
    .tuple(
      fc.nat({ max: right.length }),
      fc.oneof(fc.constantFrom(...HOSTILE, ...LOOK_ALIKES), fc.string({ minLength: 1 })),
    )
    .map(([at, added]) => right.slice(0, at) + added + right.slice(at));

describe.each(Object.entries(FIELDS))("%s", (name, field) => {
  test("takes what it is for", () => {
    expect(outcomeOf(field, field.right)).toEqual({ accepted: field.right, told: [] });
  });

  test("refuses what means more than a character, on one line, wherever it stands", () => {
    for (const added of [...HOSTILE, ...LOOK_ALIKES]) {
      // An address has them of right.
      if (name === "runbooks_url" && ["?", ";"].includes(added)) continue;
      for (const at of [0, Math.floor(field.right.length / 2), field.right.length]) {
        const text = field.right.slice(0, at) + added + field.right.slice(at);
        const told = [expect.stringMatching(/^[\w.]+: expected \S.*, got /)];
        expect({ text, ...outcomeOf(field, text) }).toEqual({ text, told });
      }
    }
  });

  test("takes nothing that is not plain ASCII, without wildcards, variables, quotes and spaces around it", () => {
    fc.assert(
      fc.property(hostileText(field.right), (text) => {
        const { accepted, told } = outcomeOf(field, text);
        for (const line of told) expect(line).toMatch(/^[\w.]+: expected \S/);
        if (told.length > 0) return;
        expect(accepted).toBe(text);
        expect(text).toMatch(/^[\x21-\x7e]([\x20-\x7e]*[\x21-\x7e])?$/);
        expect(text).not.toMatch(name === "runbooks_url" ? /[*$"'`\\<>{}|^]/ : /[*?$"'`\\<>{}|^;]/);
      }),
      { numRuns: 200 },
    );
  });
});

describe("where a state is", () => {
  test.each(["..", "a/../b", "./a", "a//b", "/a", "a/", "a/.", "a.tflock", "k".repeat(1018)])(
    "cannot be the path %s",
    (key) => {
      const { told } = outcomeOf(inS3("key"), key);
      expect(told).toEqual([expect.stringMatching(/^state\.key: expected /)]);
    },
  );

  test.each(["acme..states", "192.168.5.4", "xn--acme", "acme-s3alias"])("cannot be the bucket %s", (bucket) => {
    const { told } = outcomeOf(inS3("bucket"), bucket);
    expect(told).toEqual([expect.stringMatching(/^state\.bucket: expected /)]);
  });
});

describe("tags", () => {
  test.each([
    [
      '{ environment = "x" }',
      /tags\.environment: expected a name that Warmwatch does not set itself, got "environment"$/,
    ],
    ['{ Team = "a", team = "b" }', /tags\.team: expected a name that differs from Team in more than case, got "team"$/],
    ['{ Team = " a" }', /tags\.Team: expected .*no space around.*, got " a"$/],
  ])("AWS refuses %s", async (tags, told) => {
    expect(await findMistakes({ "environments/dev.tfvars": makeTfvars({ more: `tags = ${tags}` }) })).toEqual([
      expect.stringMatching(told),
    ]);
  });
});

describe("tags of a function beside those of its environment", () => {
  const many = (count: number, letter: string) =>
    Array.from({ length: count }, (_, index) => `${letter}${index} = "x"`).join(", ");

  test.each([
    ['Team = "a"', 'Team = "b"', undefined],
    [many(23, "a"), many(24, "b"), undefined],
    [
      'Team = "a"',
      'team = "b"',
      /api\.tags\.team: expected a name that differs from Team in more than case, got "team"$/,
    ],
    [
      many(24, "a"),
      many(24, "b"),
      /api\.tags: expected at most 47 tags together with those of the environment, got 48$/,
    ],
  ])("{ %s } and { %s }", async (shared, own, told) => {
    const file = makeTfvars({ functions: `api = { tags = { ${own} } }`, more: `tags = { ${shared} }` });
    const mistakes = await findMistakes({ "environments/dev.tfvars": file });
    expect(mistakes).toEqual(told === undefined ? [] : [expect.stringMatching(told)]);
  });
});

describe("environment variables", () => {
  /**
   * Writes a text in HCL, with every character but the plainest as an escape, so that nothing but the text itself is
   * told.
   */
  const hclOf = (text: string) => {
    const characters = Array.from(text, (character) =>
      /[A-Za-z0-9 ]/.test(character)
        ? character
        : `\\U${(character.codePointAt(0) ?? 0).toString(16).padStart(8, "0")}`,
    );
    return `"${characters.join("")}"`;
  };

  /** Every kind of text that somebody could want a function to find. */
  const anyText = fc.oneof(
    fc.string({ unit: fc.constantFrom("$", "{", "}", "%", '"', "\\", "a", "*", "\n", "é", "😀", "~", "if ") }),
    fc.string({ unit: "grapheme", maxLength: 20 }),
  );

  /** Terraform's escapes, undone. */
  const unescaped = (text: string) => text.replaceAll(/\$\$\{|%%\{/g, (escape) => escape.slice(1));

  test("reach Terraform as they are written, whatever they hold", async () => {
    // HCL itself normalizes what it reads.
    const isKept = (text: string) => !text.includes("\0") && text === text.normalize("NFC");
    const texts = fc.sample(anyText.filter(isKept), { numRuns: 120, seed: 18 });
    const settings = texts.map((text, index) => `V${index}x = ${hclOf(text)}`).join(", ");
    const { resource } = await synthesizeDev(makeTfvars({ functions: `api = { environment = { ${settings} } }` }));
    const { variables } = resource["aws_lambda_function"]?.["api_function"]?.["environment"] as {
      variables: Record<string, string>;
    };
    for (const [index, text] of texts.entries()) {
      const written = variables[`V${index}x`] ?? "";
      expect(written.replaceAll(/\$\$\{|%%\{/g, "")).not.toMatch(/[$%]\{/);
      expect(unescaped(written)).toBe(text);
    }
  });

  test.each([
    ["what cdktf would replace", '"$${TfToken[TOKEN.1]}"', /expected text without TfToken\[, .*, got /],
    ["what cdktf would replace in a list", '"#{TfToken[TOKEN.1]}"', /expected text without TfToken\[, .*, got /],
    ["what ends a variable", '"a\\u0000b"', /expected text without the character NUL, got /],
  ])("are refused with %s", async (_, hcl, told) => {
    const functions = `api = { environment = { VALUE = ${hcl} } }`;
    expect(await findMistakes({ "environments/dev.tfvars": makeTfvars({ functions }) })).toEqual([
      expect.stringMatching(told),
    ]);
  });
});
