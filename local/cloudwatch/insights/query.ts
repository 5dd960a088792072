import { InsightsQueryError } from "./error";
import {
  compareFieldValues,
  type Expression,
  formatTime,
  formatFieldValue,
  isTrue,
  type ReadField,
  TokenReader,
  type Value,
} from "./expressions";
import { readTokens, type Token } from "./tokens";
import { parseJson } from "../../../environments/parse-json";

/** A line of a log, as CloudWatch Logs keeps it. */
export interface StoredLine {
  /** Milliseconds since 1970. */
  readonly at: number;
  readonly logStreamName: string;
  readonly line: string;
}

/** One record of a result: fields that have a value, by their names. */
export type InsightsRecord = Readonly<Record<string, string>>;

/**
 * CloudWatch answers at most so many:
 * https://docs.aws.amazon.com/AmazonCloudWatch/latest/logs/CWL_QuerySyntax-Limit.html
 */
const MOST_RECORDS = 10_000;

/** What records consist of after the commands so far. */
interface Table {
  readonly rows: readonly ReadField[];
  /** What is shown. */
  readonly columns: readonly string[];
}

type Command = (table: Table) => Table;

/** An expression with its name. */
interface Column extends Expression {
  readonly name: string;
}

/**
 * Compiles a query of CloudWatch Logs Insights, with the commands fields, display, filter, parse, stats, sort and
 * limit, and with the usual functions: https://docs.aws.amazon.com/AmazonCloudWatch/latest/logs/CWL_QuerySyntax.html
 *
 * @returns answers it from lines of a log, which may have any order
 * @throws InsightsQueryError for what is not valid, or not supported here
 */
export function compileInsightsQuery(query: string): (events: readonly StoredLine[]) => InsightsRecord[] {
  const commands = splitCommands(readTokens(query)).map(compileCommand);
  return (events) => {
    const sorted = events.toSorted((one, other) => one.at - other.at);
    const first: Table = { rows: sorted.map(readEvent), columns: ["@timestamp", "@message"] };
    const { rows, columns } = commands.reduce((table, command) => command(table), first);
    return rows.slice(0, MOST_RECORDS).map((read) =>
      Object.fromEntries(
        columns.flatMap((name) => {
          const value = formatFieldValue(read(name));
          return value === undefined ? [] : [[name, value]];
        }),
      ),
    );
  };
}

function splitCommands(tokens: readonly Token[]): Token[][] {
  const commands: Token[][] = [[]];
  for (const token of tokens) {
    if (token.kind === "symbol" && token.text === "|") commands.push([]);
    else commands.at(-1)?.push(token);
  }
  return commands;
}

function compileCommand(tokens: readonly Token[]): Command {
  const reader = new TokenReader(tokens);
  const name = reader.take("name").toLowerCase();
  const compile = COMMANDS.get(name);
  if (!compile) throw new InsightsQueryError(`the command ${name} is not supported here`);
  const command = compile(reader);
  if (reader.next) throw new InsightsQueryError(`${name}: not expected: ${reader.next.text}`);
  return command;
}

const COMMANDS: ReadonlyMap<string, (reader: TokenReader) => Command> = new Map([
  ["fields", compileFields],
  ["display", compileFields],
  ["filter", compileFilter],
  ["parse", compileParse],
  ["stats", compileStats],
  ["sort", compileSort],
  ["limit", compileLimit],
]);

function compileFields(reader: TokenReader): Command {
  const columns = reader.readList(() => readColumn(reader));
  return ({ rows }) => ({
    rows: rows.map((read) => extend(read, (name) => find(columns, name)?.evaluate({ read, group: [] }))),
    columns: columns.map(({ name }) => name),
  });
}

function compileFilter(reader: TokenReader): Command {
  const { evaluate } = reader.readExpression();
  return ({ rows, columns }) => ({ rows: rows.filter((read) => isTrue(evaluate({ read, group: [] }))), columns });
}

function compileParse(reader: TokenReader): Command {
  const field = reader.take("name");
  const isRegex = reader.next?.kind === "regex";
  const text = reader.take(isRegex ? "regex" : "string");
  const pattern = new RegExp(isRegex ? text : translateGlob(text));
  const names = reader.takes("as") ? reader.readList(() => reader.take("name")) : [];
  return ({ rows, columns }) => ({
    columns,
    rows: rows.map((read) => {
      const found = pattern.exec(formatFieldValue(read(field)) ?? "");
      const parsed = {
        ...found?.groups,
        ...Object.fromEntries(names.map((name, index) => [name, found?.[index + 1]])),
      };
      return extend(read, (name) => parsed[name]);
    }),
  });
}

function compileStats(reader: TokenReader): Command {
  const results = reader.readList(() => readColumn(reader));
  const keys = reader.takes("by") ? reader.readList(() => readColumn(reader)) : [];
  return ({ rows }) => {
    const groups = new Map<string, { readonly values: readonly Value[]; readonly group: ReadField[] }>();
    for (const read of rows) {
      const values = keys.map(({ evaluate }) => evaluate({ read, group: [] }));
      const key = JSON.stringify(values);
      const known = groups.get(key) ?? { values, group: [] };
      known.group.push(read);
      groups.set(key, known);
    }
    const columns = [...keys, ...results].map(({ name }) => name);
    return {
      columns,
      rows: [...groups.values()].map(({ values, group }) => {
        const computed = results.map(({ evaluate }) => evaluate({ read: () => undefined, group }));
        const all = new Map(columns.map((name, index) => [name, [...values, ...computed][index]]));
        return (name) => all.get(name);
      }),
    };
  };
}

function compileSort(reader: TokenReader): Command {
  const orders = reader.readList(() => {
    const { evaluate } = reader.readExpression();
    const isFalling = reader.takes("desc") || !reader.takes("asc");
    return { evaluate, sign: isFalling ? -1 : 1 };
  });
  const order = (one: ReadField, other: ReadField) => {
    for (const { evaluate, sign } of orders) {
      const compared =
        compareFieldValues(evaluate({ read: one, group: [] }), evaluate({ read: other, group: [] })) ?? 0;
      if (compared !== 0) return sign * compared;
    }
    return 0;
  };
  return ({ rows, columns }) => ({ rows: rows.toSorted(order), columns });
}

function compileLimit(reader: TokenReader): Command {
  const most = Number(reader.take("number"));
  return ({ rows, columns }) => ({ rows: rows.slice(0, most), columns });
}

function readColumn(reader: TokenReader): Column {
  const expression = reader.readExpression();
  return { ...expression, name: reader.takes("as") ? reader.take("name") : expression.label };
}

function find(columns: readonly Column[], name: string): Column | undefined {
  return columns.find((column) => column.name === name);
}

/** More fields, before those that are there. Each is computed once at most. */
function extend(read: ReadField, more: ReadField): ReadField {
  const known = new Map<string, Value>();
  return (name) => {
    if (!known.has(name)) known.set(name, more(name) ?? read(name));
    return known.get(name);
  };
}

/** Each star is a group. */
function translateGlob(glob: string): string {
  const literal = (text: string) => text.replaceAll(/[.*+?^${}()|[\]\\]/g, String.raw`\$&`);
  const [first = "", ...others] = glob.split("*");
  const last = others.length - 1;
  return (
    literal(first) +
    others.map((text, index) => (index === last && text === "" ? "(.*)" : `(.*?)${literal(text)}`)).join("")
  );
}

/**
 * The fields that CloudWatch finds in a line:
 * https://docs.aws.amazon.com/AmazonCloudWatch/latest/logs/CWL_AnalyzeLogData-discoverable-fields.html
 */
function readEvent({ at, logStreamName, line }: StoredLine): ReadField {
  let json: unknown;
  let isParsed = false;
  return (name) => {
    if (name === "@timestamp") return formatTime(at);
    if (name === "@logStream") return logStreamName;
    if (name === "@message") return line;
    if (!isParsed && line.startsWith("{")) json = parseJson(line);
    isParsed = true;
    return findMember(json, name);
  };
}

function findMember(json: unknown, path: string): Value {
  let found = json;
  for (const key of path.split(".")) {
    if (typeof found !== "object" || found === null) return undefined;
    found = (found as Readonly<Record<string, unknown>>)[key];
  }
  return typeof found === "string" || typeof found === "number" || typeof found === "boolean" ? found : undefined;
}
