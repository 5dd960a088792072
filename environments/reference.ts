import * as z from "zod";
import { environmentFile } from "./schema";

/** Sections of the page: a key belongs to the last one with a prefix that it begins with. */
const SECTIONS = [
  { heading: "The environment", prefixes: [""] },
  { heading: "Terraform's state", prefixes: ["state"] },
  { heading: "Functions", prefixes: ["functions"] },
  { heading: "Who gets alarms, and when they ring", prefixes: ["alarm", "urgent_emails", "runbooks_url"] },
  { heading: "Keeping functions warm", prefixes: ["warm"] },
  { heading: "Targets and objectives", prefixes: ["targets", "objectives"] },
];

interface JsonSchema {
  readonly type?: string;
  readonly description?: string;
  readonly default?: unknown;
  readonly const?: unknown;
  readonly enum?: readonly unknown[];
  readonly minimum?: number;
  readonly maximum?: number;
  readonly properties?: Readonly<Record<string, JsonSchema>>;
  readonly required?: readonly string[];
  readonly additionalProperties?: JsonSchema | boolean;
  readonly oneOf?: readonly JsonSchema[];
  readonly anyOf?: readonly JsonSchema[];
  /** What is shown for a map whose keys are not listed one by one. */
  readonly summary?: unknown;
}

/**
 * Renders the page with every key of an environment's file, in Markdown: its values, default and meaning, from the
 * schema.
 */
export function renderReferencePage(): string {
  const schema = z.toJSONSchema(environmentFile, { io: "input", unrepresentable: "any" }) as JsonSchema;
  const rows = new Map<string, Row>();
  for (const row of listRows(schema, "")) {
    // A key that several kinds of a map share is listed once, with all its values and meanings.
    const { values, meaning, ...first } = rows.get(row.key) ?? row;
    rows.set(row.key, {
      ...first,
      values: values.includes(row.values) ? values : `${values}, ${row.values}`,
      meaning: meaning.includes(row.meaning) ? meaning : `${meaning}; ${row.meaning}`,
    });
  }
  const sections = SECTIONS.map((section) => {
    const own = [...rows.values()].filter(({ key }) => findSection(key) === section);
    return `## ${section.heading}\n\n${renderKeyTable(own)}\n`;
  });
  return [
    "# Configuration",
    "",
    "Every key of `environments/<name>.tfvars`. This page is generated from `environments/schema.ts` by `npm run docs`.",
    "",
    ...sections,
  ].join("\n");
}

function findSection(key: string): (typeof SECTIONS)[number] | undefined {
  return SECTIONS.findLast(({ prefixes }) => prefixes.some((prefix) => key.startsWith(prefix)));
}

function renderKeyTable(rows: readonly Row[]): string {
  return [
    "| Key | Values | Default | Meaning |",
    "| --- | --- | --- | --- |",
    ...rows.map(({ key, values, byDefault, meaning }) => `| \`${key}\` | ${values} | ${byDefault} | ${meaning} |`),
  ].join("\n");
}

interface Row {
  readonly key: string;
  readonly values: string;
  readonly byDefault: string;
  readonly meaning: string;
}

function listRows(schema: JsonSchema, prefix: string): Row[] {
  const { properties = {}, required = [], additionalProperties, oneOf = [], anyOf = [], summary } = schema;
  if (summary !== undefined) return [];
  const known = Object.entries(properties).flatMap(([name, schema]) => [
    formatKeyRow(`${prefix}${name}`, schema, required.includes(name)),
    ...listRows(schema, `${prefix}${name}.`),
  ]);
  const named = typeof additionalProperties === "object" ? listRows(additionalProperties, `${prefix}<name>.`) : [];
  return [...known, ...named, ...[...oneOf, ...anyOf].flatMap((variant) => listRows(variant, prefix))];
}

function formatKeyRow(key: string, schema: JsonSchema, required: boolean): Row {
  const known = schema.default ?? schema.summary;
  const byDefault = known === undefined ? "" : formatDefault(known);
  const { description: meaning = "" } = schema;
  return { key, values: describeValues(schema), byDefault: required ? "required" : byDefault, meaning };
}

function describeValues({ type, const: constant, enum: values, minimum, maximum, oneOf, anyOf }: JsonSchema): string {
  if (anyOf) return anyOf.map(describeValues).join(", ");
  if (constant !== undefined) return formatLiteral(constant);
  if (values) return values.map(formatLiteral).join(", ");
  if (minimum !== undefined && maximum !== undefined) return `${minimum} to ${maximum}`;
  if (type === "boolean") return "`true`, `false`";
  if (type === "array") return "list";
  return oneOf || type === "object" ? "map" : "text";
}

/** A map's default is shown as a list of its keys, one per line. */
function formatDefault(value: unknown): string {
  const entries = typeof value === "object" && value !== null && !Array.isArray(value) ? Object.entries(value) : [];
  if (entries.length === 0) return formatLiteral(value);
  return entries.map(([key, one]) => `\`${key} = ${JSON.stringify(one)}\``).join("<br>");
}

function formatLiteral(value: unknown): string {
  return `\`${JSON.stringify(value)}\``;
}
